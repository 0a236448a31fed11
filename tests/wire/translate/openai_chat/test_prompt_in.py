"""Requests of callers that speak Chat Completions: all but the messages."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import CacheMark, CallKind, Vendor
from llmgw_desktop.domain.model.prompt import (
    Effort,
    HostedKind,
    HostedTool,
    OutputFormat,
    OutputKind,
    Reasoning,
    Sampling,
    Tool,
    ToolChoice,
    ToolMode,
)
from tests.wire.translate.openai_chat.support import SAY_HI, read, read_with_losses

F = {"type": "function", "function": {"name": "f"}}


def test_what_is_said_plainly() -> None:
    found, lost = read_with_losses(
        model="m",
        stream=True,
        stream_options={"include_usage": True},
        max_completion_tokens=9,
        max_tokens=8,
        stop=["a", "b"],
        temperature=0,
        top_p=0.5,
        top_k=4,
        seed=3,
        presence_penalty=0.1,
        frequency_penalty=-0.1,
        logprobs=True,
        top_logprobs=2,
        n=2,
        service_tier="fast",
        safety_identifier="u",
        metadata={"a": "b"},
        prompt_cache_key="k",
        prompt_cache_retention="24h",
        store=False,
        verbosity="low",
    )
    assert lost == ()
    assert (found.streaming, found.stream_usage, found.max_tokens) == (True, True, 9)
    assert found.stop == ("a", "b")
    assert found.sampling == Sampling(
        temperature=0,
        top_p=0.5,
        top_k=4,
        seed=3,
        presence_penalty=0.1,
        frequency_penalty=-0.1,
        logprobs=2,
        candidates=2,
    )
    assert (found.service_tier, found.user, found.metadata) == ("priority", "u", {"a": "b"})
    assert (found.cache_key, found.cache_retention, found.store) == ("k", "24h", False)
    assert found.output == OutputFormat(verbosity="low")


def test_what_is_not_said_is_not_known() -> None:
    found, lost = read_with_losses(
        n=1, stop=None, temperature=None, tools=None, response_format=None, modalities=["text"]
    )
    assert lost == ()
    assert (found.sampling, found.stop, found.max_tokens, found.output, found.reasoning) == (
        Sampling(),
        (),
        None,
        None,
        None,
    )
    assert found.stream_usage is False
    assert found.echo is None


def test_what_has_no_counterpart_is_told_by_its_name() -> None:
    _, lost = read_with_losses(
        logit_bias={"5": 1},
        modalities=["text", "audio"],
        audio={"voice": "alloy"},
        prediction={"type": "content", "content": "secret"},
        stream_options={"include_usage": True, "colour": 1},
        future={"secret": 1},
    )
    assert lost == (
        "field:logit_bias",
        "field:modalities",
        "field:audio",
        "field:prediction",
        "field:future",
        "field:stream_options.colour",
    )


def test_neutral_values_are_no_losses() -> None:
    assert read_with_losses(logit_bias={}, usage={"include": True}, seed=None)[1] == ()


def test_tools_of_every_kind() -> None:
    schema = {"type": "object", "properties": {}}
    grammar = {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: A"}}
    found = read(
        tools=[
            {
                "type": "function",
                "function": {"name": "f", "description": "d", "parameters": schema, "strict": True},
                "cache_control": {"type": "ephemeral"},
            },
            {"type": "custom", "custom": {"name": "c", "format": grammar}},
            {"type": "web_search_20250305", "name": "web_search"},
            {"google_search": {}},
        ],
        web_search_options={
            "search_context_size": "low",
            "user_location": {"type": "approximate", "approximate": {"country": "DE"}},
        },
    ).tools
    assert found == (
        Tool(name="f", description="d", schema=schema, strict=True, cache=CacheMark()),
        Tool(
            name="c",
            kind=CallKind.CUSTOM,
            grammar={"type": "grammar", "syntax": "lark", "definition": "start: A"},
        ),
        HostedTool(
            kind=HostedKind.WEB_SEARCH,
            vendor=Vendor.ANTHROPIC,
            raw={"type": "web_search_20250305", "name": "web_search"},
        ),
        HostedTool(kind=HostedKind.WEB_SEARCH, vendor=Vendor.GOOGLE, raw={"google_search": {}}),
        HostedTool(
            kind=HostedKind.WEB_SEARCH,
            vendor=Vendor.OPENAI,
            raw={
                "type": "web_search",
                "search_context_size": "low",
                "user_location": {"type": "approximate", "country": "DE"},
            },
        ),
    )


def test_functions_of_the_old_kind_are_tools() -> None:
    found = read(functions=[{"name": "f"}], function_call={"name": "f"})
    assert found.tools == (Tool(name="f"),)
    assert found.tool_choice == ToolChoice(mode=ToolMode.ANY, names=("f",), parallel=False)
    assert found.echo is not None
    assert read(functions=[{"name": "f"}], function_call="none").tool_choice.mode is ToolMode.NONE


@pytest.mark.parametrize(
    ("given", "choice"),
    [
        (None, ToolChoice()),
        ("auto", ToolChoice(mode=ToolMode.AUTO)),
        ("none", ToolChoice(mode=ToolMode.NONE)),
        ("required", ToolChoice(mode=ToolMode.ANY)),
        (F, ToolChoice(mode=ToolMode.ANY, names=("f",))),
        (
            {"type": "custom", "custom": {"name": "c"}},
            ToolChoice(mode=ToolMode.ANY, names=("c",)),
        ),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "required",
                    "tools": [F, {"type": "custom", "custom": {"name": "c"}}],
                },
            },
            ToolChoice(mode=ToolMode.ANY, names=("f", "c")),
        ),
    ],
)
def test_choices(given: Any, choice: ToolChoice) -> None:
    assert read(tools=[F], tool_choice=given).tool_choice == choice


def test_calls_one_at_a_time() -> None:
    assert read(tools=[F], parallel_tool_calls=False).tool_choice == ToolChoice(parallel=False)


@pytest.mark.parametrize(
    ("fields", "reasoning"),
    [
        ({"reasoning_effort": "xhigh"}, Reasoning(effort=Effort.XHIGH)),
        ({"reasoning_effort": "none"}, Reasoning(effort=Effort.NONE)),
        ({"reasoning_effort": "default"}, None),
        ({"reasoning": {"effort": "low"}}, Reasoning(effort=Effort.LOW)),
        (
            {"reasoning": {"max_tokens": 2000, "exclude": True}},
            Reasoning(budget_tokens=2000, show="none"),
        ),
        ({"reasoning": {"enabled": True}}, Reasoning(effort=Effort.MEDIUM)),
        ({"reasoning": {"enabled": False}}, Reasoning(effort=Effort.NONE)),
        ({"include_reasoning": False}, Reasoning(show="none")),
        ({"thinking": {"type": "disabled"}}, Reasoning(effort=Effort.NONE)),
        (
            {"thinking": {"type": "enabled", "budget_tokens": 4096}},
            Reasoning(budget_tokens=4096),
        ),
        ({"thinking": {"type": "enabled"}}, Reasoning(effort=Effort.MEDIUM)),
        ({"thinking": {"type": "adaptive"}}, Reasoning(is_adaptive=True)),
        (
            {"reasoning_effort": "low", "reasoning": {"effort": "high"}},
            Reasoning(effort=Effort.LOW),
        ),
        ({}, None),
    ],
)
def test_how_hard_to_think(fields: dict[str, Any], reasoning: Reasoning | None) -> None:
    assert read(**fields).reasoning == reasoning


@pytest.mark.parametrize(
    ("given", "output"),
    [
        ({"type": "text"}, OutputFormat()),
        ({"type": "json_object"}, OutputFormat(kind=OutputKind.JSON)),
        (
            {
                "type": "json_schema",
                "json_schema": {"name": "n", "schema": {"type": "object"}, "strict": True},
            },
            OutputFormat(kind=OutputKind.SCHEMA, name="n", schema={"type": "object"}, strict=True),
        ),
    ],
)
def test_output_formats(given: dict[str, Any], output: OutputFormat) -> None:
    assert read(response_format=given).output == output


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"messages": []}, "messages"),
        ({"messages": None}, "messages"),
        ({"messages": {}}, "messages"),
        ({"messages": ["a"]}, "messages[0]"),
        ({"temperature": "hot"}, "temperature"),
        ({"temperature": True}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"max_tokens": 1.5}, "max_tokens"),
        ({"max_completion_tokens": 10**30}, "max_completion_tokens"),
        ({"n": 0}, "n"),
        ({"stop": 5}, "stop"),
        ({"stop": ["a", 5]}, "stop[1]"),
        ({"store": "yes"}, "store"),
        ({"metadata": {"a": 5}}, "metadata.a"),
        ({"reasoning_effort": "wild"}, "reasoning_effort"),
        ({"reasoning": {"max_tokens": -1}}, "reasoning.max_tokens"),
        ({"thinking": {"type": "odd"}}, "thinking.type"),
        ({"response_format": {"type": "yaml"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
        ({"tools": [{"type": "magic"}]}, "tools[0].type"),
        ({"tools": [{"type": "function"}]}, "tools[0].function"),
        ({"tools": [{"type": "function", "function": {}}]}, "tools[0].function.name"),
        ({"functions": [{}]}, "functions[0].name"),
        ({"tool_choice": "maybe"}, "tool_choice"),
        ({"tool_choice": {"type": "function"}}, "tool_choice.function"),
        ({"tool_choice": {"type": "odd"}}, "tool_choice.type"),
        ({"stream_options": 5}, "stream_options"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(fields: dict[str, Any], path: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        read(**fields)
    assert caught.value.path == path


NAMES = [
    *("role", "content", "tool_calls", "id", "type", "function", "name", "arguments"),
    *("tool_call_id", "reasoning_details", "format", "data", "span", "cache_control"),
    *("image_url", "url", "file", "annotations", "url_citation", "text", "custom"),
]
WORDS = [
    *("user", "assistant", "tool", "function", "text", "custom", "llmgw", "url_citation"),
    *("llmgw1.anthropic.thinking.eA", "reasoning.encrypted", "file", "image_url", ""),
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=30,
)
TOP = st.sampled_from(
    [
        *("tools", "tool_choice", "functions", "function_call", "stop", "metadata", "reasoning"),
        *("thinking", "response_format", "web_search_options", "stream_options", "n", "user"),
    ]
)


@given(JSON, st.dictionaries(TOP, JSON, max_size=4))
def test_whatever_comes_is_read_or_refused(message: Any, fields: dict[str, Any]) -> None:
    said = message if isinstance(message, dict) else {"role": "user", "content": message}
    refused: MalformedRequest | None = None
    try:
        read(**{**fields, "messages": [*SAY_HI, said]})
    except MalformedRequest as error:
        refused = error
    assert refused is None or refused.path
