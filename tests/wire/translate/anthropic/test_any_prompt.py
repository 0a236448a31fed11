"""Whatever the conversation, what is written keeps the vendor's rules (`checked.check_request`)."""

import json
from contextlib import suppress
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import (
    Audio,
    CacheMark,
    CallKind,
    Document,
    Hosted,
    Image,
    Media,
    RedactedThinking,
    Refusal,
    Role,
    Signature,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Turn,
    Vendor,
)
from llmgw_desktop.domain.model.prompt import (
    Effort,
    Prompt,
    Reasoning,
    Sampling,
    Tool,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.domain.provider import ProviderKind
from llmgw_desktop.wire.json_values import parse_json
from tests.wire.translate.anthropic.checked import read, written

words = st.sampled_from(["a", "b c", "", " ", "ü\n"])
marks = st.sampled_from([None, None, CacheMark(), CacheMark(ttl="1h")])
seals = st.sampled_from(
    [
        None,
        Signature(vendor=Vendor.ANTHROPIC, data="own"),
        Signature(vendor=Vendor.GOOGLE, data="foreign"),
    ]
)
ids = st.sampled_from(["c1", "c2", "c:3", "x" * 70])
media = st.sampled_from(
    [
        Media(media_type="image/png", data="iVBORw0KGgo="),
        Media(media_type="image/bmp", data="Qk0="),
        Media(url="https://a.example"),
        Media(file_id="f", file_vendor=Vendor.OPENAI),
    ]
)
texts = st.builds(Text, text=words, cache=marks, signature=seals)
images = st.builds(Image, media=media, cache=marks)
documents = st.builds(Document, media=st.just(Media()), text=words, cache=marks)
user_items = (
    texts
    | images
    | documents
    | st.builds(Audio, media=media)
    | st.builds(
        ToolResult,
        call_id=ids,
        items=st.lists(texts | images, max_size=2).map(tuple),
        is_error=st.booleans(),
        cache=marks,
    )
)
assistant_items = (
    texts
    | images
    | st.builds(Thinking, text=words, signature=seals)
    | st.builds(
        RedactedThinking, signature=st.just(Signature(vendor=Vendor.GOOGLE, data="foreign"))
    )
    | st.builds(Refusal, text=words)
    | st.builds(
        Hosted, vendor=st.just(Vendor.OPENAI), what=st.just("x"), raw=st.just({}), text=words
    )
    | st.builds(
        ToolCall,
        id=ids,
        name=st.sampled_from(["f", "g h"]),
        arguments=st.sampled_from(["{}", "", '{"a": 1}', "["]),
        kind=st.sampled_from(CallKind),
        signature=seals,
        cache=marks,
    )
)
turns = (
    st.builds(
        Turn,
        role=st.sampled_from([Role.SYSTEM, Role.DEVELOPER]),
        items=st.lists(texts | images, max_size=2).map(tuple),
    )
    | st.builds(Turn, role=st.just(Role.USER), items=st.lists(user_items, max_size=4).map(tuple))
    | st.builds(
        Turn, role=st.just(Role.ASSISTANT), items=st.lists(assistant_items, max_size=4).map(tuple)
    )
)
prompts = st.builds(
    Prompt,
    model=st.just("m"),
    turns=st.lists(turns, max_size=8).map(tuple),
    tools=st.sampled_from([(), (Tool(name="f", cache=CacheMark()), Tool(name="g h"))]),
    tool_choice=st.builds(ToolChoice, mode=st.none() | st.sampled_from(ToolMode)),
    reasoning=st.none() | st.builds(Reasoning, effort=st.none() | st.sampled_from(Effort)),
    sampling=st.builds(Sampling, temperature=st.none() | st.floats(0, 2)),
    max_tokens=st.none() | st.integers(1, 200_000),
    cache_key=st.sampled_from([None, "k"]),
)
models = st.sampled_from(
    ["claude-3-haiku", "claude-sonnet-4-5", "claude-opus-4-6", "claude-opus-5-5", "other"]
)


@settings(max_examples=60)
@given(prompts, models)
def test_any_prompt_is_written_by_the_rules(prompt: Prompt, model: str) -> None:
    body, _ = written(prompt, model)
    assert '"foreign"' not in json.dumps(body)
    thinking = body.get("thinking", {})
    if thinking.get("type") == "enabled":
        assert 1024 <= thinking["budget_tokens"] < body["max_tokens"]
    if thinking.get("type") in ("enabled", "adaptive"):
        assert "temperature" not in body
        assert body.get("tool_choice", {}).get("type") not in ("any", "tool")
        assert body["messages"][-1]["role"] == "user"


@settings(max_examples=60)
@given(prompts, models)
def test_other_servers_get_no_signature_at_all(prompt: Prompt, model: str) -> None:
    body, _ = written(prompt, model, ProviderKind.OPENAI_COMPATIBLE)
    assert '"own"' not in json.dumps(body)
    assert '"foreign"' not in json.dumps(body)


@settings(max_examples=60)
@given(prompts)
def test_what_was_written_can_be_read_and_is_written_the_same_again(prompt: Prompt) -> None:
    body, _ = written(prompt)
    again, lost = read({name: body[name] for name in body if name != "max_tokens"})
    assert not any(name.startswith("field") for name in lost)
    assert written(again)[0]["messages"] == body["messages"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "text", "content", "role", "source", "data", "name", "input", "id"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)
typed = st.sampled_from(
    ["text", "image", "document", "thinking", "tool_use", "tool_result", "search_result", "base64"]
)
blocks = st.builds(
    lambda kind, rest, source: {**rest, "type": kind, **source},
    typed,
    st.dictionaries(
        st.sampled_from(
            ["text", "source", "content", "signature", "cache_control", "citations", "input"]
        ),
        json_values,
        max_size=4,
    ),
    st.sampled_from([{}, {"source": {"type": "base64", "data": "AAA"}}, {"id": "x", "name": "f"}]),
)
members = st.dictionaries(
    st.sampled_from(
        ["system", "tools", "tool_choice", "thinking", "output_config", "metadata", "max_tokens",
         "stop_sequences", "temperature", "cache_control", "service_tier", "speed"]
    ),
    json_values | st.lists(blocks, max_size=2),
    max_size=4,
)  # fmt: skip
messages = st.lists(
    st.builds(
        lambda role, content: {"role": role, "content": content},
        st.sampled_from(["user", "assistant", "system", "other"]),
        json_values | st.lists(blocks | json_values, max_size=3),
    ),
    max_size=3,
)


@given(members, messages)
def test_any_request_is_read_or_refused(fields: dict[str, Any], told: list[Any]) -> None:
    whole = parse_json(json.dumps({**fields, "messages": told}).encode())
    with suppress(MalformedRequest):
        prompt, _ = read(whole)
        body, _ = written(prompt)
        assert {turn["role"] for turn in body["messages"]} <= {"user", "assistant", "system"}
