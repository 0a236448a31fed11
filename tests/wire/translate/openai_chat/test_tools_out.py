"""Tools and the choice among them, for servers that speak Chat Completions."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.domain.model.content import CacheMark, CallKind, Vendor
from llmgw_desktop.domain.model.prompt import HostedKind, HostedTool, Tool, ToolChoice, ToolMode
from llmgw_desktop.wire.translate.codec import PromptTarget
from tests.wire.translate.openai_chat.support import (
    LOCAL,
    OPENAI,
    REASONING,
    extra,
    openai,
)

F = Tool(name="f", schema={"type": "object", "properties": {}})
G = Tool(name="g", schema={"type": "object", "properties": {}})


def test_tools_are_declared() -> None:
    tool = Tool(
        name="f", description="d", schema={"type": "object"}, strict=True, cache=CacheMark()
    )
    members, lost = extra(OPENAI, tools=(tool, Tool(name="bare")))
    assert members["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "f",
                "description": "d",
                "parameters": {"type": "object", "properties": {}},
                "strict": True,
            },
        },
        {
            "type": "function",
            "function": {"name": "bare", "parameters": {"type": "object", "properties": {}}},
        },
    ]
    assert lost == ("cache_mark:tools",)


def test_custom_tools_are_themselves_where_known_and_functions_elsewhere() -> None:
    grammar = {"type": "grammar", "syntax": "lark", "definition": "start: A"}
    tool = Tool(name="run", kind=CallKind.CUSTOM, grammar=grammar)
    there, lost = extra(REASONING, tools=(tool,))
    nested = {"type": "grammar", "grammar": {"syntax": "lark", "definition": "start: A"}}
    assert there["tools"] == [{"type": "custom", "custom": {"name": "run", "format": nested}}]
    assert lost == ()
    elsewhere, lost = extra(LOCAL, tools=(tool,))
    function = elsewhere["tools"][0]["function"]
    assert function["parameters"]["required"] == ["input"]
    assert "start: A" in function["parameters"]["properties"]["input"]["description"]
    assert lost == ("custom_grammar",)


def test_namespaces_become_part_of_names_in_choices_too() -> None:
    tool = Tool(name="f", namespace="box", schema={})
    members, _ = extra(
        OPENAI, tools=(tool,), tool_choice=ToolChoice(mode=ToolMode.ANY, names=("f",))
    )
    assert members["tools"][0]["function"]["name"] == "box__f"
    assert members["tool_choice"] == {"type": "function", "function": {"name": "box__f"}}


@pytest.mark.parametrize(
    ("schema", "fitting"),
    [
        (
            {
                "anyOf": [
                    {"properties": {"a": {}, "b": {}}, "required": ["a", "b"]},
                    {"properties": {"a": {}}, "required": ["a"]},
                ]
            },
            {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["a"]},
        ),
        (
            {
                "type": "object",
                "properties": {"c": {}},
                "required": ["c"],
                "allOf": [{"properties": {"a": {}}, "required": ["a"]}, {"required": ["b"]}],
            },
            {
                "type": "object",
                "properties": {"a": {}, "c": {}},
                "required": ["c", "a", "b"],
            },
        ),
        (
            {"type": "object", "properties": {"a": {}}, "required": True},
            {"type": "object", "properties": {"a": {}}},
        ),
    ],
)
def test_schemas_that_openai_refuses_are_flattened_there_alone(
    schema: dict[str, Any], fitting: dict[str, Any]
) -> None:
    tools = (Tool(name="f", schema=schema),)
    members, lost = extra(OPENAI, tools=tools)
    assert members["tools"][0]["function"]["parameters"] == fitting
    assert lost == ("tool_schema",)
    members, lost = extra(LOCAL, tools=tools)
    assert schema.items() <= members["tools"][0]["function"]["parameters"].items()
    assert lost == ()


NAMED_F = {"type": "function", "function": {"name": "f"}}
NAMED_G = {"type": "function", "function": {"name": "g"}}


@pytest.mark.parametrize(
    ("to", "choice", "members", "lost"),
    [
        (OPENAI, ToolChoice(), {}, ()),
        (OPENAI, ToolChoice(mode=ToolMode.AUTO), {"tool_choice": "auto"}, ()),
        (OPENAI, ToolChoice(mode=ToolMode.ANY), {"tool_choice": "required"}, ()),
        (OPENAI, ToolChoice(mode=ToolMode.NONE), {"tool_choice": "none"}, ()),
        (LOCAL, ToolChoice(mode=ToolMode.ANY, names=("f",)), {"tool_choice": NAMED_F}, ()),
        (
            OPENAI,
            ToolChoice(mode=ToolMode.ANY, names=("f", "g")),
            {
                "tool_choice": {
                    "type": "allowed_tools",
                    "allowed_tools": {"mode": "required", "tools": [NAMED_F, NAMED_G]},
                }
            },
            (),
        ),
        (
            LOCAL,
            ToolChoice(mode=ToolMode.ANY, names=("f", "g")),
            {"tool_choice": "required"},
            ("tool_choice",),
        ),
        (LOCAL, ToolChoice(parallel=False), {"parallel_tool_calls": False}, ()),
        (openai("o3"), ToolChoice(parallel=False), {}, ("parallel_tools",)),
        (openai("o3"), ToolChoice(parallel=True), {}, ()),
    ],
)
def test_choices(
    to: PromptTarget, choice: ToolChoice, members: dict[str, Any], lost: tuple[str, ...]
) -> None:
    found, told = extra(to, tools=(F, G), tool_choice=choice)
    del found["tools"]
    assert (found, told) == (members, lost)


SEARCH = HostedTool(
    kind=HostedKind.WEB_SEARCH,
    vendor=Vendor.OPENAI,
    raw={
        "type": "web_search",
        "search_context_size": "low",
        "user_location": {"type": "approximate", "country": "DE"},
    },
)


def test_without_tools_there_is_no_choice() -> None:
    choice = ToolChoice(mode=ToolMode.ANY, parallel=False)
    assert extra(OPENAI, tool_choice=choice) == ({}, ())
    assert extra(OPENAI, tools=(SEARCH,), tool_choice=choice) == ({}, ("hosted_tool:web_search",))


def test_search_models_search() -> None:
    to = openai("gpt-4o-search-preview")
    assert extra(to, tools=(SEARCH,)) == (
        {
            "web_search_options": {
                "search_context_size": "low",
                "user_location": {"type": "approximate", "approximate": {"country": "DE"}},
            }
        },
        (),
    )
    other = HostedTool(
        kind=HostedKind.WEB_SEARCH,
        vendor=Vendor.ANTHROPIC,
        raw={"type": "web_search_20250305", "name": "web_search"},
    )
    assert extra(to, tools=(other,)) == ({"web_search_options": {}}, ())
