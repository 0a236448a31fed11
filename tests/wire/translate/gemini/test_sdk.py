"""What we write is taken by Google's own SDK, which refuses fields that it does not know."""

from __future__ import annotations

import base64
import json
from typing import Any

import orjson
import pytest
from google.genai import types

from llmgw_desktop.domain.model.answer import Answer, Stop, StopKind
from llmgw_desktop.domain.model.content import (
    Citation,
    Image,
    Item,
    Media,
    RedactedThinking,
    Role,
    Signature,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Vendor,
)
from llmgw_desktop.domain.model.prompt import (
    Effort,
    HostedKind,
    HostedTool,
    OutputFormat,
    OutputKind,
    Prompt,
    Reasoning,
    Sampling,
    Tool,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.gemini import model_entry, model_list
from llmgw_desktop.wire.models import ModelEntry
from llmgw_desktop.wire.translate.answer_events import events_of
from llmgw_desktop.wire.translate.usage import count_body
from tests.wire.translate.gemini.support import (
    PNG,
    chunks_in,
    model,
    prompt,
    read_prompt,
    text,
    turn,
    user,
    write_answer,
    write_prompt,
    write_stream,
)

CLAUDE = Signature(vendor=Vendor.ANTHROPIC, data="Q2xhdWRl+/==")
PICTURE = Image(media=Media(media_type="image/png", data=PNG))
ITEMS: tuple[Item, ...] = (
    Thinking(text="hm", signature=CLAUDE),
    RedactedThinking(signature=CLAUDE),
    Text(text="hi", citations=(Citation(url="https://a.example", title="A", start=0, end=2),)),
    PICTURE,
    ToolCall(id="c1", name="f", arguments='{"a":1}'),
)
ANSWER = Answer(
    id="r1",
    model="m",
    items=ITEMS,
    stop=Stop(kind=StopKind.TOOLS),
    usage=Usage(input_tokens=9, output_tokens=7, cache_read_tokens=4, reasoning_tokens=3),
)


def taken(body: Any) -> Any:
    return types.GenerateContentResponse.model_validate(body)


def echoed(answers: list[Any]) -> list[dict[str, Any]]:
    """The contents as the SDK's chats send them back."""
    contents = [each.candidates[0].content for each in answers]
    return [json.loads(each.model_dump_json(exclude_none=True, by_alias=True)) for each in contents]


def test_a_whole_answer() -> None:
    answer = taken(write_answer(ANSWER)[0])
    assert answer.text == "hi"
    assert answer.function_calls[0].args == {"a": 1}
    assert answer.candidates[0].finish_reason is types.FinishReason.STOP
    assert answer.usage_metadata.total_token_count == 16
    assert answer.candidates[0].content.parts[3].inline_data.data == base64.b64decode(PNG)


@pytest.mark.parametrize("query", ["alt=sse", ""])
def test_a_stream_and_its_way_back(query: str) -> None:
    stream, _ = write_stream(events_of(ANSWER), query)
    answers = [taken(each) for each in (chunks_in(stream) if query else json.loads(stream))]
    assert "".join(each.text or "" for each in answers) == "hi"
    calls = [call for each in answers for call in each.function_calls or ()]
    assert [(call.id, call.name, call.args) for call in calls] == [("c1", "f", {"a": 1})]
    back = read_prompt({"contents": echoed(answers)}).turns
    assert len(back) == 1
    assert back[0].items == (*ITEMS[:2], text("hi"), *ITEMS[3:])


def test_every_reason_is_known_to_the_sdk() -> None:
    for kind in StopKind:
        body = write_answer(Answer(id="", model="m", items=(), stop=Stop(kind=kind)))[0]
        word = body["candidates"][0]["finishReason"]
        assert word in types.FinishReason.__members__


FULL = prompt(
    turn(Role.SYSTEM, text("Be brief.")),
    user(text("x"), PICTURE),
    model(text("y"), ToolCall(id="c1", name="f", arguments='{"a":1}')),
    user(ToolResult(call_id="c1", items=(text("ok"), PICTURE))),
    tools=(
        Tool(name="f", description="d", schema={"type": "object", "properties": {"a": {}}}),
        HostedTool(kind=HostedKind.WEB_SEARCH, vendor=Vendor.OTHER, raw={}),
        HostedTool(kind=HostedKind.WEB_FETCH, vendor=Vendor.OTHER, raw={}),
        HostedTool(kind=HostedKind.CODE_EXECUTION, vendor=Vendor.OTHER, raw={}),
    ),
    tool_choice=ToolChoice(mode=ToolMode.AUTO, names=("f",)),
    reasoning=Reasoning(effort=Effort.HIGH, show="auto"),
    output=OutputFormat(kind=OutputKind.SCHEMA, schema={"type": "object"}),
    sampling=Sampling(temperature=0.5, top_p=0.9, top_k=40, seed=7, presence_penalty=0.0),
    max_tokens=10,
    stop=("END",),
    service_tier="flex",
)


@pytest.mark.parametrize("name", ["gemini-3-pro-preview", "gemini-2.5-flash", "gemini-2.0-flash"])
def test_requests_hold_known_fields_alone(name: str) -> None:
    body, _ = write_prompt(FULL, name)
    for content in (body["systemInstruction"], *body["contents"]):
        types.Content.model_validate(content)
    for tool in body["tools"]:
        types.Tool.model_validate(tool)
    types.ToolConfig.model_validate(body["toolConfig"])
    types.GenerationConfig.model_validate(body["generationConfig"])
    others = {"systemInstruction", "contents", "tools", "toolConfig", "generationConfig"}
    assert set(body) - others == {"serviceTier"}
    assert body["serviceTier"] in [tier.value for tier in types.ServiceTier]


def test_a_request_of_the_sdk_is_read() -> None:
    """As its own types spell it, without aliases and with them."""
    contents = [
        types.Content(role="user", parts=[types.Part.from_text(text="x")]),
        types.Content(role="model", parts=[types.Part.from_function_call(name="f", args={"a": 1})]),
        types.Content(
            role="user",
            parts=[types.Part.from_function_response(name="f", response={"result": "ok"})],
        ),
    ]
    prompts = []
    for by_alias in (True, False):
        dumped = [each.model_dump_json(exclude_none=True, by_alias=by_alias) for each in contents]
        prompts.append(read_prompt({"contents": [orjson.loads(each) for each in dumped]}))
    assert prompts[0] == prompts[1]
    assert isinstance(prompts[0], Prompt)
    called, result = prompts[0].turns[1].items[0], prompts[0].turns[2].items[0]
    assert isinstance(called, ToolCall)
    assert isinstance(result, ToolResult)
    assert (result.call_id, result.items) == (called.id, (text("ok"),))


def test_lists_and_counts() -> None:
    entry = ModelEntry(id="practice/echo", provider="practice")
    types.CountTokensResponse.model_validate_json(count_body(ModelProtocol.GEMINI, 3))
    assert orjson.loads(model_list([entry]))["models"] == [orjson.loads(model_entry(entry))]
    raw = orjson.loads(model_entry(entry))
    # the SDK renames this one member before its types see it
    raw["supportedActions"] = raw.pop("supportedGenerationMethods")
    assert types.Model.model_validate(raw).name == "models/practice/echo"
