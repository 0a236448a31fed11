"""Requests in Responses: what they say, what is refused with its path, what is lost by name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
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
    HostedKind,
    HostedTool,
    OutputFormat,
    OutputKind,
    Reasoning,
    Tool,
    ToolChoice,
    ToolMode,
)
from llmgw_desktop.wire.translate.carriers import SealOf, packed
from llmgw_desktop.wire.translate.losses import LossReport
from tests.wire.translate.openai_responses.support import lost, read

PNG = "iVBORw0KGgo="


def turns(*items: Any, **fields: Any) -> tuple[Turn, ...]:
    return read(input=list(items), **fields).turns


def one(part: dict[str, Any]) -> Any:
    """What a user's message of this part holds."""
    return turns({"role": "user", "content": [part]})[0].items[0]


def seal(data: str, of: SealOf, vendor: Vendor = Vendor.GOOGLE) -> dict[str, Any]:
    encrypted = packed(Signature(vendor=vendor, data=data), Vendor.OPENAI, of)
    return {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": encrypted}


CALL = {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}
RESULT = {"type": "function_call_output", "call_id": "c1", "output": "ok"}


def test_a_string_is_the_users_words() -> None:
    prompt = read(instructions="Be brief.", input="hi")
    assert prompt.turns == (
        Turn(role=Role.SYSTEM, items=(Text(text="Be brief."),)),
        Turn(role=Role.USER, items=(Text(text="hi"),)),
    )


@pytest.mark.parametrize("role", Role)
def test_messages_with_and_without_their_type(role: Role) -> None:
    bare = {"role": str(role), "content": "x"}
    expected = (Turn(role=role, items=(Text(text="x"),)),)
    assert turns(bare) == turns({"type": "message", "id": "m", **bare}) == expected


@pytest.mark.parametrize(
    ("part", "item"),
    [
        ({"type": "input_text", "text": "x"}, Text(text="x")),
        (
            {"type": "input_text", "text": "x", "prompt_cache_breakpoint": {"mode": "explicit"}},
            Text(text="x", cache=CacheMark()),
        ),
        (
            {"type": "input_image", "image_url": f"data:image/jpeg;base64,{PNG}", "detail": "low"},
            Image(media=Media(media_type="image/png", data=PNG), detail="low"),
        ),
        (
            {"type": "input_image", "image_url": "https://a.example/b.png", "detail": "auto"},
            Image(media=Media(url="https://a.example/b.png")),
        ),
        (
            {"type": "input_image", "file_id": "file_1"},
            Image(media=Media(file_id="file_1", file_vendor=Vendor.OPENAI)),
        ),
        (
            {"type": "input_file", "filename": "a.pdf", "file_data": "JVBERi0xLjQ="},
            Document(media=Media(media_type="application/pdf", data="JVBERi0xLjQ="), name="a.pdf"),
        ),
        (
            {"type": "input_file", "file_url": "https://a.example/b.pdf"},
            Document(media=Media(url="https://a.example/b.pdf")),
        ),
        (
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "mp3"}},
            Audio(media=Media(media_type="audio/mpeg", data="AAAA")),
        ),
        ({"type": "refusal", "refusal": "No."}, Refusal(text="No.")),
    ],
)
def test_parts_of_messages(part: dict[str, Any], item: object) -> None:
    assert one(part) == item


def test_annotations_are_citations() -> None:
    note = {
        "type": "url_citation",
        "url": "https://a.example",
        "title": "A",
        "start_index": 1,
        "end_index": 3,
    }
    part = {"type": "output_text", "text": "abc", "annotations": [note]}
    said = turns({"role": "assistant", "content": [part]})[0].items[0]
    assert isinstance(said, Text)
    cited = said.citations[0]
    assert (cited.url, cited.title, cited.start, cited.end) == ("https://a.example", "A", 1, 3)
    assert (cited.raw, cited.vendor) == (note, Vendor.OPENAI)


def test_a_turn_of_tools_keeps_its_order() -> None:
    reasoning = {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "b"}],
        "encrypted_content": "gAAA",
    }
    told = turns(
        {"role": "user", "content": "go"},
        reasoning,
        {"type": "message", "role": "assistant", "content": "I look."},
        CALL | {"namespace": "mcp__x"},
        {"type": "custom_tool_call", "call_id": "c2", "name": "patch", "input": "*** Begin"},
        RESULT,
        {
            "type": "custom_tool_call_output",
            "call_id": "c2",
            "output": [
                {"type": "input_text", "text": "done"},
                {"type": "input_image", "image_url": "https://a.example/p.png"},
            ],
        },
        {"role": "developer", "content": "go on"},
    )
    assert [turn.role for turn in told] == [Role.USER, Role.ASSISTANT, Role.USER, Role.DEVELOPER]
    assert told[1].items == (
        Thinking(text="a\n\nb", signature=Signature(vendor=Vendor.OPENAI, data="gAAA")),
        Text(text="I look."),
        ToolCall(id="c1", name="f", arguments="{}", namespace="mcp__x"),
        ToolCall(id="c2", name="patch", arguments="*** Begin", kind=CallKind.CUSTOM),
    )
    image = Image(media=Media(url="https://a.example/p.png"))
    assert told[2].items == (
        ToolResult(call_id="c1", items=(Text(text="ok"),)),
        ToolResult(call_id="c2", items=(Text(text="done"), image), kind=CallKind.CUSTOM),
    )


def test_a_developer_between_call_and_output_stays_there() -> None:
    told = turns(CALL, {"role": "developer", "content": "x"}, RESULT)
    assert [turn.role for turn in told] == [Role.ASSISTANT, Role.DEVELOPER, Role.USER]


def test_arguments_stay_as_they_were_written() -> None:
    odd = '{"b" : 1.0, "a":"\\u00e4"}'
    call = turns(CALL | {"arguments": odd})[0].items[0]
    assert isinstance(call, ToolCall)
    assert call.arguments == odd
    assert turns(CALL | {"arguments": ""})[0].items[0] == ToolCall(
        id="c1", name="f", arguments="{}"
    )


def test_open_reasoning_without_a_summary() -> None:
    item = {
        "type": "reasoning",
        "summary": [],
        "content": [{"type": "reasoning_text", "text": "Hm."}],
    }
    assert turns(item)[0].items == (Thinking(text="Hm."),)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (
            [seal("s", SealOf.THINKING)],
            (Thinking(text="", signature=Signature(vendor=Vendor.GOOGLE, data="s")),),
        ),
        (
            [seal("s", SealOf.REDACTED)],
            (RedactedThinking(signature=Signature(vendor=Vendor.GOOGLE, data="s")),),
        ),
        (
            [seal("s", SealOf.CALL), CALL],
            (
                ToolCall(
                    id="c1",
                    name="f",
                    arguments="{}",
                    signature=Signature(vendor=Vendor.GOOGLE, data="s"),
                ),
            ),
        ),
        (
            [
                {"role": "assistant", "content": "x"},
                seal("s", SealOf.TEXT)
                | {
                    "encrypted_content": packed(
                        Signature(vendor=Vendor.GOOGLE, data="s"), Vendor.OPENAI, SealOf.TEXT
                    )
                    + "~"
                },
            ],
            (Text(text="x", signature=Signature(vendor=Vendor.GOOGLE, data="s")),),
        ),
    ],
)
def test_seals_of_others_come_back_where_they_belong(items: list[Any], expected: Any) -> None:
    assert turns(*items)[0].items == expected
    assert lost(input=items) == ()


@pytest.mark.parametrize(
    "items",
    [
        [seal("s", SealOf.CALL)],
        [seal("s", SealOf.CALL), {"role": "user", "content": "x"}, CALL],
        [seal("s", SealOf.CALL), {"role": "assistant", "content": "x"}],
        [CALL, seal("s", SealOf.TEXT) | {"encrypted_content": "llmgw1.google.text.cw~"}],
        [{"type": "reasoning", "summary": [], "encrypted_content": "llmgw1.nobody.text.!"}],
    ],
)
def test_a_seal_without_its_item_is_lost(items: list[Any]) -> None:
    assert lost(input=items) == ("signature",)


@pytest.mark.parametrize(
    ("item", "role", "text"),
    [
        ({"type": "web_search_call", "id": "w", "action": {"type": "other"}}, Role.ASSISTANT, None),
        ({"type": "compaction", "encrypted_content": "x"}, Role.ASSISTANT, None),
        (
            {"type": "local_shell_call", "action": {"type": "exec", "command": ["ls", "-l"]}},
            Role.ASSISTANT,
            "ls -l",
        ),
        ({"type": "local_shell_call_output", "id": "l", "output": "a"}, Role.USER, "a"),
        (
            {
                "type": "shell_call_output",
                "call_id": "s",
                "output": [{"stdout": "a", "stderr": ""}],
            },
            Role.USER,
            "a",
        ),
        (
            {"type": "apply_patch_call", "operation": {"type": "delete_file", "path": "a"}},
            Role.ASSISTANT,
            "delete_file\na",
        ),
        ({"type": "tool_search_output", "tools": []}, Role.USER, None),
    ],
)
def test_items_of_the_vendor_are_kept_whole(
    item: dict[str, Any], role: Role, text: str | None
) -> None:
    kept = Hosted(vendor=Vendor.OPENAI, what=item["type"], raw=item, text=text)
    assert turns(item) == (Turn(role=role, items=(kept,)),)


def test_tools_of_every_kind() -> None:
    format_ = {"type": "grammar", "syntax": "lark", "definition": "start: x"}
    search = {"type": "web_search_preview_2025_03_11"}
    prompt = read(
        tools=[
            {"type": "function", "name": "f", "description": "d", "parameters": {"type": "object"},
             "strict": True},
            {"type": "custom", "name": "patch", "format": format_},
            {"type": "namespace", "name": "mcp__x", "description": "n", "tools": [
                {"type": "function", "name": "f", "parameters": None, "defer_loading": True}]},
            search,
            {"type": "code_interpreter", "container": {"type": "auto"}},
            {"type": "local_shell"},
            {"type": "function", "name": "f", "description": "the second of its name"},
        ]
    )  # fmt: skip
    assert prompt.tools == (
        Tool(name="f", description="d", schema={"type": "object"}, strict=True),
        Tool(name="patch", kind=CallKind.CUSTOM, grammar=format_),
        Tool(name="f", namespace="mcp__x", namespace_description="n"),
        HostedTool(kind=HostedKind.WEB_SEARCH, vendor=Vendor.OPENAI, raw=search),
        HostedTool(
            kind=HostedKind.CODE_EXECUTION,
            vendor=Vendor.OPENAI,
            raw={"type": "code_interpreter", "container": {"type": "auto"}},
        ),
        HostedTool(kind=HostedKind.OTHER, vendor=Vendor.OPENAI, raw={"type": "local_shell"}),
    )


def test_tools_declared_on_the_way() -> None:
    item = {"type": "additional_tools", "role": "developer",
            "tools": [{"type": "function", "name": "late"}]}  # fmt: skip
    prompt = read(input=[{"role": "user", "content": "x"}, item])
    assert prompt.tools == (Tool(name="late"),)
    assert len(prompt.turns) == 1


@pytest.mark.parametrize(
    ("fields", "choice"),
    [
        ({}, ToolChoice()),
        ({"tool_choice": "auto"}, ToolChoice(mode=ToolMode.AUTO)),
        ({"tool_choice": "required"}, ToolChoice(mode=ToolMode.ANY)),
        ({"tool_choice": "none"}, ToolChoice(mode=ToolMode.NONE)),
        ({"parallel_tool_calls": False}, ToolChoice(parallel=False)),
        (
            {"tool_choice": {"type": "function", "name": "f"}},
            ToolChoice(mode=ToolMode.ANY, names=("f",)),
        ),
        (
            {
                "tool_choice": {
                    "type": "allowed_tools",
                    "mode": "required",
                    "tools": [{"type": "function", "name": "f"}, {"type": "custom", "name": "g"}],
                }
            },
            ToolChoice(mode=ToolMode.ANY, names=("f", "g")),
        ),
    ],
)
def test_the_choice_of_tools(fields: dict[str, Any], choice: ToolChoice) -> None:
    assert read(**fields).tool_choice == choice


@pytest.mark.parametrize(("told", "meant"), [(64, 64), (64.0, 64), (1e3, 1000)])
def test_a_whole_number_may_have_a_point(told: float, meant: int) -> None:
    prompt = read(max_output_tokens=told, top_logprobs=told)
    assert (prompt.max_tokens, prompt.sampling.logprobs) == (meant, meant)
    assert type(prompt.max_tokens) is int


def test_how_to_answer() -> None:
    prompt = read(
        reasoning={"effort": "xhigh", "summary": "concise"},
        text={
            "format": {"type": "json_schema", "name": "n", "schema": {"type": "object"},
                       "strict": True},
            "verbosity": "low",
        },
        temperature=0.5,
        top_p=1,
        top_logprobs=3,
        max_output_tokens=99,
        service_tier="flex",
        safety_identifier="u",
        metadata={"a": "b"},
        prompt_cache_key="k",
        prompt_cache_retention="24h",
        store=True,
        previous_response_id="resp_0",
    )  # fmt: skip
    assert prompt.reasoning == Reasoning(effort=Effort.XHIGH, show="concise")
    assert prompt.output == OutputFormat(
        kind=OutputKind.SCHEMA, name="n", schema={"type": "object"}, strict=True, verbosity="low"
    )
    sampling = prompt.sampling
    assert (sampling.temperature, sampling.top_p, sampling.logprobs) == (0.5, 1, 3)
    assert (prompt.max_tokens, prompt.service_tier, prompt.user) == (99, "flex", "u")
    assert (prompt.metadata, prompt.cache_key) == ({"a": "b"}, "k")
    assert (prompt.cache_retention, prompt.store) == ("24h", True)
    assert prompt.previous_response_id == "resp_0"
    assert prompt.echo is not None
    assert prompt.echo["metadata"] == {"a": "b"}


def test_what_a_real_codex_sends_loses_nothing() -> None:
    assert (
        lost(
            stream=True,
            input=[
                {"type": "message", "id": "m1", "role": "developer", "content": [
                    {"type": "input_text", "text": "You are a coding agent."}]},
                {"type": "message", "id": "m2", "role": "user", "content": [
                    {"type": "input_text", "text": "say pong"}]},
                {"type": "message", "role": "assistant", "phase": "commentary", "content": [
                    {"type": "output_text", "text": "ok"}]},
                {"type": "function_call", "status": "completed", "id": "fc_1", "call_id": "c1",
                 "name": "exec_command", "arguments": "{}"},
                {"type": "function_call_output", "id": "fco_1", "call_id": "c1", "output": "ok"},
            ],
            tools=[
                {"type": "function", "name": "exec_command", "description": "d", "strict": False,
                 "parameters": {"type": "object", "properties": {}}},
                {"type": "namespace", "name": "multi_agent_v1", "description": "d", "tools": [
                    {"type": "function", "name": "spawn", "description": "d", "strict": False,
                     "parameters": {"type": "object", "properties": {}}}]},
                {"type": "web_search", "external_web_access": False},
            ],
            tool_choice="auto",
            parallel_tool_calls=True,
            reasoning={"summary": "auto"},
            store=False,
            include=["reasoning.encrypted_content"],
            prompt_cache_key="01a1fbae",
            client_metadata={"thread_id": "01a1fbae"},
        )
        == ()
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"future": 1, "max_tool_calls": 3}, {"field:future", "field:max_tool_calls"}),
        ({"future": None, "truncation": "disabled", "background": False}, set()),
        ({"truncation": "auto"}, {"field:truncation"}),
        ({"include": ["file_search_call.results"]}, {"field:include.file_search_call.results"}),
        ({"reasoning": {"context": "x"}}, {"field:reasoning.context"}),
        ({"tool_choice": {"type": "mcp", "server_label": "s"}}, {"tool_choice:mcp"}),
        ({"input": [CALL | {"future": 1}]}, {"field:function_call.future"}),
    ],
)
def test_what_is_lost_is_named(fields: dict[str, Any], names: set[str]) -> None:
    assert set(lost(**fields)) == names


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"input": None}, "input"),
        ({"input": 7}, "input"),
        ({"input": ["x"]}, "input[0]"),
        ({"input": [{"role": "tool", "content": "x"}]}, "input[0].role"),
        ({"input": [{"role": "user"}]}, "input[0].content"),
        ({"input": [{"role": "user", "content": ["x"]}]}, "input[0].content[0]"),
        (
            {"input": [{"role": "user", "content": [{"type": "input_video"}]}]},
            "input[0].content[0].type",
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "input_text", "text": 1}]}]},
            "input[0].content[0].text",
        ),
        (
            {"input": [{"role": "user", "content": [{"type": "input_image"}]}]},
            "input[0].content[0].image_url",
        ),
        ({"input": [CALL | {"call_id": None}]}, "input[0].call_id"),
        ({"input": [CALL | {"arguments": {}}]}, "input[0].arguments"),
        ({"input": [RESULT | {"output": None}]}, "input[0].output"),
        ({"input": [{"type": "item_reference", "id": "msg_1"}]}, "input[0].type"),
        ({"input": [{"id": "msg_1"}]}, "input[0].type"),
        ({"input": [{"type": "compaction_trigger"}]}, "input[0].type"),
        ({"input": [{"type": "from_the_future"}]}, "input[0].type"),
        ({"input": [{"type": []}]}, "input[0].type"),
        ({"tools": {}}, "tools"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tools": [{"type": "telepathy"}]}, "tools[0].type"),
        (
            {"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "web_search"}]}]},
            "tools[0].tools[0].type",
        ),
        ({"tool_choice": "any"}, "tool_choice"),
        ({"tool_choice": {"type": "telepathy"}}, "tool_choice.type"),
        ({"parallel_tool_calls": 1}, "parallel_tool_calls"),
        ({"reasoning": {"effort": "hard"}}, "reasoning.effort"),
        ({"reasoning": {"summary": "long"}}, "reasoning.summary"),
        ({"text": {"format": {"type": "xml"}}}, "text.format.type"),
        ({"text": {"format": {"type": "json_schema"}}}, "text.format.schema"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"max_output_tokens": 1.5}, "max_output_tokens"),
        ({"max_output_tokens": 1e300}, "max_output_tokens"),
        ({"max_output_tokens": True}, "max_output_tokens"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"background": True}, "background"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"prompt": {"id": "pmpt_1"}}, "prompt"),
        ({"include": [1]}, "include[0]"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_path(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        read(**fields)
    assert caught.value.path == path


_NAMES = (
    "type role content message input_text text user function_call call_id reasoning summary "
    "encrypted_content input tools name x llmgw1.google."
)
_WORDS = st.sampled_from(_NAMES.split())
_SCALARS = st.sampled_from([None, True, 7, "", [], {}]) | _WORDS
_OBJECTS = st.dictionaries(_WORDS, _SCALARS | st.lists(_SCALARS, max_size=2), max_size=4)
_JSON = _SCALARS | _OBJECTS | st.lists(_OBJECTS, max_size=3)


@given(
    fields=st.dictionaries(
        st.sampled_from(
            ["input", "tools", "tool_choice", "reasoning", "text", "include", "metadata", "user"]
        ),
        _JSON,
    )
)
def test_whatever_comes_is_read_or_refused(fields: dict[str, Any]) -> None:
    try:
        prompt = read(report=LossReport(), **fields)
    except MalformedRequest:
        return
    assert prompt.model == "m"
