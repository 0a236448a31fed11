from typing import Any

import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import (
    CacheMark,
    Document,
    Hosted,
    Image,
    Media,
    RedactedThinking,
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
from tests.wire.translate.anthropic.checked import assistant, read, read_turns, user

PNG = "iVBORw0KGgo="
OWN = Signature(vendor=Vendor.ANTHROPIC, data="sig")
FOREIGN = Signature(vendor=Vendor.GOOGLE, data="abc")


def said(block: dict[str, Any], role: str = "user") -> dict[str, Any]:
    return {"role": role, "content": [block]}


@pytest.mark.parametrize("system", ["Be brief.", [{"type": "text", "text": "Be brief."}]])
def test_the_system_prompt_stands_first(system: object) -> None:
    prompt, lost = read({"system": system, "messages": [{"role": "user", "content": "Hi"}]})
    assert prompt.turns == (
        Turn(role=Role.SYSTEM, items=(Text(text="Be brief."),)),
        user("Hi"),
    )
    assert lost == ()


def test_the_attribution_of_claude_code_is_for_its_vendor_alone() -> None:
    system = [
        {"type": "text", "text": "x-anthropic-billing-header: cc_version=2; cch=1;"},
        {"type": "text", "text": "You are", "cache_control": {"type": "ephemeral", "ttl": "1h"}},
    ]
    prompt, lost = read({"system": system})
    assert prompt.turns[0].items == (Text(text="You are", cache=CacheMark(ttl="1h")),)
    assert lost == ("field:x-anthropic-billing-header",)


def test_a_system_message_amid_the_conversation_keeps_its_place() -> None:
    turns = read_turns(
        {"role": "user", "content": "Hi"},
        {"role": "system", "content": [{"type": "text", "text": "Now in French."}]},
        {"role": "assistant", "content": "Salut"},
    )
    assert [turn.role for turn in turns] == [Role.USER, Role.SYSTEM, Role.ASSISTANT]


BLOCKS = [
    ({"type": "text", "text": "a", "citations": None}, Text(text="a")),
    (
        {"type": "image", "source": {"type": "base64", "media_type": "image/jpeg", "data": PNG}},
        Image(media=Media(media_type="image/png", data=PNG)),
    ),
    (
        {"type": "image", "source": {"type": "url", "url": "https://a.example/b.png"}},
        Image(media=Media(url="https://a.example/b.png")),
    ),
    (
        {
            "type": "image",
            "source": {"type": "file", "file_id": "file_1"},
            "cache_control": {"type": "ephemeral"},
        },
        Image(media=Media(file_id="file_1", file_vendor=Vendor.ANTHROPIC), cache=CacheMark()),
    ),
    (
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0x"},
            "title": "T",
            "context": "C",
            "citations": {"enabled": True},
        },
        Document(
            media=Media(media_type="application/pdf", data="JVBERi0x"),
            name="T",
            context="C",
            wants_citations=True,
        ),
    ),
    (
        {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "x"}},
        Document(media=Media(), text="x"),
    ),
    (
        {
            "type": "document",
            "source": {"type": "content", "content": [{"type": "text", "text": "x"}]},
        },
        Document(media=Media(), text="x"),
    ),
    (
        {
            "type": "search_result",
            "source": "https://a.example",
            "title": "A",
            "content": [{"type": "text", "text": "x"}, {"type": "text", "text": "y"}],
        },
        Document(media=Media(), text="x\n\ny", name="A", context="https://a.example"),
    ),
    (
        {"type": "container_upload", "file_id": "f"},
        Hosted(
            vendor=Vendor.ANTHROPIC,
            what="container_upload",
            raw={"type": "container_upload", "file_id": "f"},
        ),
    ),
]


@pytest.mark.parametrize(("block", "item"), BLOCKS)
def test_blocks_of_a_user(block: dict[str, Any], item: object) -> None:
    prompt, lost = read({"messages": [said(block)]})
    assert prompt.turns == (Turn(role=Role.USER, items=(item,)),)  # type: ignore[arg-type]
    assert lost == ()


def test_blocks_of_an_assistant() -> None:
    search = {"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "q"}}
    found = {
        "type": "web_search_tool_result",
        "tool_use_id": "s",
        "content": [
            {
                "type": "web_search_result",
                "title": "A",
                "url": "https://a.example",
                "encrypted_content": "x",
            }
        ],
    }
    content = [
        {"type": "thinking", "thinking": "hm", "signature": "sig"},
        {"type": "redacted_thinking", "data": "sig"},
        search,
        found,
        {"type": "text", "text": "so"},
        {"type": "tool_use", "id": "t", "name": "f", "input": {"b": 1, "a": "ü"}},
    ]
    (turn,) = read_turns({"role": "assistant", "content": content})
    assert turn == assistant(
        Thinking(text="hm", signature=OWN),
        RedactedThinking(signature=OWN),
        Hosted(vendor=Vendor.ANTHROPIC, what="server_tool_use", raw=search),
        Hosted(
            vendor=Vendor.ANTHROPIC,
            what="web_search_tool_result",
            raw=found,
            text="A\nhttps://a.example",
        ),
        "so",
        ToolCall(id="t", name="f", arguments='{"b":1,"a":"ü"}'),
    )


def test_results_hold_more_than_text() -> None:
    content = [
        {"type": "tool_result", "tool_use_id": "a", "content": "plain", "is_error": True},
        {
            "type": "tool_result",
            "tool_use_id": "b",
            "content": [
                {"type": "text", "text": "x"},
                {"type": "image", "source": {"type": "url", "url": "https://a.example"}},
                {"type": "tool_reference", "tool_name": "grep"},
            ],
            "cache_control": {"type": "ephemeral"},
        },
        {"type": "tool_result", "tool_use_id": "c"},
        {"type": "text", "text": "then"},
    ]
    (turn,) = read_turns({"role": "user", "content": content})
    assert turn.items == (
        ToolResult(call_id="a", items=(Text(text="plain"),), is_error=True),
        ToolResult(
            call_id="b",
            items=(
                Text(text="x"),
                Image(media=Media(url="https://a.example")),
                Text(text="Tool found: grep"),
            ),
            cache=CacheMark(),
        ),
        ToolResult(call_id="c", items=()),
        Text(text="then"),
    )


def seal_block(of: SealOf, text: str = "") -> dict[str, Any]:
    return {
        "type": "thinking",
        "thinking": text,
        "signature": packed(FOREIGN, Vendor.ANTHROPIC, of),
    }


CALL_BLOCK = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
CALL = ToolCall(id="t", name="f", arguments="{}")
SEALED_CALL = ToolCall(id="t", name="f", arguments="{}", signature=FOREIGN)


@pytest.mark.parametrize(
    ("content", "items"),
    [
        ([seal_block(SealOf.THINKING, "hm")], (Thinking(text="hm", signature=FOREIGN),)),
        ([seal_block(SealOf.REDACTED)], (RedactedThinking(signature=FOREIGN),)),
        ([seal_block(SealOf.CALL), CALL_BLOCK], (SEALED_CALL,)),
        ([seal_block(SealOf.CALL, "hm"), CALL_BLOCK], (Thinking(text="hm"), SEALED_CALL)),
        (
            [seal_block(SealOf.TEXT), {"type": "text", "text": "a"}],
            (Text(text="a", signature=FOREIGN),),
        ),
        (
            [{"type": "text", "text": "a"}, seal_block(SealOf.TEXT)],
            (Text(text="a", signature=FOREIGN),),
        ),
        (
            [{"type": "text", "text": "a"}, seal_block(SealOf.TEXT), CALL_BLOCK],
            (Text(text="a", signature=FOREIGN), CALL),
        ),
        (
            [{"type": "thinking", "thinking": "", "signature": "sig"}],
            (Thinking(text="", signature=OWN),),
        ),
        ([{"type": "thinking", "thinking": "x"}], (Thinking(text="x"),)),
    ],
)
def test_carried_signatures_come_back_to_what_they_seal(
    content: list[Any], items: tuple[Any, ...]
) -> None:
    prompt, lost = read({"messages": [{"role": "assistant", "content": content}]})
    assert prompt.turns[0].items == items
    assert lost == ()


@pytest.mark.parametrize(
    "content",
    [
        [seal_block(SealOf.CALL), {"type": "text", "text": "a"}],
        [seal_block(SealOf.CALL)],
        [{"type": "thinking", "thinking": "", "signature": "llmgw1.google.call.%%%"}],
    ],
)
def test_signatures_that_seal_nothing_are_lost(content: list[Any]) -> None:
    assert read({"messages": [{"role": "assistant", "content": content}]})[1] == ("signature",)


def test_tools() -> None:
    hosted = {"type": "web_search_20260209", "name": "web_search", "max_uses": 2}
    computer = {"type": "computer_20250124", "name": "computer", "display_width_px": 1}
    tools = [
        {
            "name": "f",
            "description": "does",
            "input_schema": {"type": "object"},
            "strict": True,
            "cache_control": {"type": "ephemeral"},
            "eager_input_streaming": True,
        },
        {"type": "custom", "name": "g", "input_schema": {}, "defer_loading": True, "new": 1},
        hosted,
        computer,
    ]
    prompt, lost = read({"tools": tools})
    assert prompt.tools == (
        Tool(
            name="f",
            description="does",
            schema={"type": "object"},
            strict=True,
            cache=CacheMark(),
        ),
        Tool(name="g", schema={}),
        HostedTool(kind=HostedKind.WEB_SEARCH, vendor=Vendor.ANTHROPIC, raw=hosted),
        HostedTool(kind=HostedKind.OTHER, vendor=Vendor.ANTHROPIC, raw=computer),
    )
    assert lost == ("field:tools.new", "field:tools.defer_loading")


@pytest.mark.parametrize(
    ("choice", "read_as"),
    [
        ({"type": "auto"}, ToolChoice(mode=ToolMode.AUTO)),
        (
            {"type": "any", "disable_parallel_tool_use": True},
            ToolChoice(mode=ToolMode.ANY, parallel=False),
        ),
        ({"type": "tool", "name": "f"}, ToolChoice(mode=ToolMode.ANY, names=("f",))),
        ({"type": "none"}, ToolChoice(mode=ToolMode.NONE)),
    ],
)
def test_tool_choice(choice: dict[str, Any], read_as: ToolChoice) -> None:
    assert read({"tool_choice": choice})[0].tool_choice == read_as


@pytest.mark.parametrize(
    ("fields", "reasoning"),
    [
        ({}, None),
        ({"thinking": {"type": "disabled"}}, Reasoning(effort=Effort.NONE)),
        ({"thinking": {"type": "between_tools"}}, Reasoning(effort=Effort.NONE)),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 5}},
            Reasoning(budget_tokens=5, show="auto"),
        ),
        (
            {
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "xhigh"},
            },
            Reasoning(effort=Effort.XHIGH, is_adaptive=True, show="auto"),
        ),
        (
            {"thinking": {"type": "adaptive", "display": "omitted"}},
            Reasoning(is_adaptive=True, show="none"),
        ),
        ({"output_config": {"effort": "low"}}, Reasoning(effort=Effort.LOW)),
    ],
)
def test_thinking(fields: dict[str, Any], reasoning: Reasoning | None) -> None:
    prompt, lost = read(fields)
    assert prompt.reasoning == reasoning
    assert lost == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}},
        {"output_format": {"type": "json_schema", "schema": {"type": "object"}}},
    ],
)
def test_structured_output(fields: dict[str, Any]) -> None:
    assert read(fields)[0].output == OutputFormat(
        kind=OutputKind.SCHEMA, schema={"type": "object"}, strict=True
    )


def test_the_rest_of_a_request() -> None:
    prompt, lost = read(
        {
            "max_tokens": 7,
            "stop_sequences": ["\n\nHuman:"],
            "temperature": 1,
            "top_p": 0.5,
            "top_k": 3,
            "metadata": {"user_id": "u"},
            "service_tier": "standard_only",
            "messages": [{"role": "user", "content": "Hi"}],
        },
        streaming=True,
    )
    assert (prompt.max_tokens, prompt.stop, prompt.user) == (7, ("\n\nHuman:",), "u")
    assert prompt.sampling.temperature == 1.0
    assert (prompt.sampling.top_p, prompt.sampling.top_k) == (0.5, 3)
    assert (prompt.service_tier, prompt.streaming) == ("default", True)
    assert lost == ()


def test_a_mark_on_the_request_goes_to_the_last_item() -> None:
    prompt, _ = read(
        {
            "cache_control": {"type": "ephemeral"},
            "messages": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
        }
    )
    assert prompt.turns == (user("a"), user(Text(text="b", cache=CacheMark())))


def test_what_nobody_knows_is_named() -> None:
    _, lost = read(
        {
            "container": "c",
            "context_management": {"edits": []},
            "mcp_servers": [],
            "metadata": {"user_id": "u", "team": "t"},
            "output_config": {"task_budget": {}},
            "future": None,
            "messages": [{"role": "user", "content": [{"type": "text", "text": "a", "x": 1}]}],
        }
    )
    assert lost == (
        "field:container",
        "field:context_management",
        "field:mcp_servers",
        "field:text.x",
        "field:output_config.task_budget",
        "field:metadata.team",
    )


CALL_MESSAGE = said(CALL_BLOCK)


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"messages": "Hi"}, "messages"),
        ({"messages": ["Hi"]}, "messages[0]"),
        ({"messages": [{"role": "tool", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user"}]}, "messages[0].content"),
        ({"messages": [said({"type": "hologram"})]}, "messages[0].content[0].type"),
        ({"messages": [said({"type": 3})]}, "messages[0].content[0].type"),
        ({"messages": [said({"type": "text", "text": 3})]}, "messages[0].content[0].text"),
        (
            {"messages": [said({"type": "image", "source": {"type": "pigeon"}})]},
            "messages[0].content[0].source.type",
        ),
        (
            {"messages": [said({"type": "document", "source": 1})]},
            "messages[0].content[0].source",
        ),
        (
            {
                "messages": [
                    said({"type": "tool_result", "tool_use_id": "a", "content": [{"type": "q"}]})
                ]
            },
            "messages[0].content[0].content[0].type",
        ),
        (
            {"messages": [said({**CALL_BLOCK, "input": "{"}, "assistant")]},
            "messages[0].content[0].input",
        ),
        ({"messages": [CALL_MESSAGE]}, "messages[0].content"),
        ({"messages": [{"role": "system", "content": [CALL_BLOCK]}]}, "messages[0].content[0]"),
        ({"system": 5}, "system"),
        ({"tools": [{"name": 3}]}, "tools[0].name"),
        ({"tools": [{"type": "function", "name": "f"}]}, "tools[0].type"),
        ({"tools": {}}, "tools"),
        ({"tool_choice": {"type": "required"}}, "tool_choice.type"),
        ({"tool_choice": {"type": "tool"}}, "tool_choice.name"),
        ({"thinking": {"type": "enabled"}}, "thinking.budget_tokens"),
        ({"thinking": {"type": "deep"}}, "thinking.type"),
        ({"output_config": {"effort": "most"}}, "output_config.effort"),
        ({"output_config": {"format": {"type": "xml"}}}, "output_config.format.type"),
        ({"max_tokens": "9"}, "max_tokens"),
        ({"max_tokens": True}, "max_tokens"),
        ({"temperature": "hot"}, "temperature"),
        ({"stop_sequences": [1]}, "stop_sequences[0]"),
        ({"service_tier": "gold"}, "service_tier"),
        ({"metadata": []}, "metadata"),
    ],
)
def test_bad_requests_are_refused_with_the_path(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedRequest) as refused:
        read(fields)
    assert refused.value.path == path


def test_an_unknown_type_is_refused_by_name() -> None:
    with pytest.raises(MalformedRequest, match="'hologram'"):
        read({"messages": [said({"type": "hologram"})]})
