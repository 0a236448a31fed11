"""Tools and the choice among them, as Gemini takes them."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from llmgw_desktop.domain.model.content import CallKind, ToolCall, ToolResult, Vendor
from llmgw_desktop.domain.model.prompt import HostedKind, HostedTool, Tool, ToolChoice, ToolMode
from llmgw_desktop.wire.translate.losses import LossReport
from tests.wire.translate.gemini.support import (
    CODEC,
    model,
    prompt,
    target,
    text,
    user,
    write_prompt,
)

WEATHER = Tool(
    name="get_weather",
    description="d",
    schema={"type": "object", "properties": {"city": {"type": "string"}}},
)


def test_names_fit_and_find_back() -> None:
    tools = (
        Tool(name="fünf", schema={}),
        Tool(name="f_nf", schema={}),
        Tool(name="1st", schema={}),
        Tool(name="run", namespace="mcp", namespace_description="all", schema={}),
        Tool(name="x" * 80, schema={}),
    )
    choice = ToolChoice(mode=ToolMode.ANY, names=("run",))
    losses = LossReport(CODEC.losses)
    written = CODEC.write_prompt(prompt(tools=tools, tool_choice=choice), target(), losses)
    body = orjson.loads(written.body)
    names = [each["name"] for each in body["tools"][0]["functionDeclarations"]]
    assert len(set(names)) == 5
    assert all(len(name) <= 64 and (name[0].isalpha() or name[0] == "_") for name in names)
    assert [written.names.read(name).name for name in names] == [tool.name for tool in tools]
    assert body["toolConfig"]["functionCallingConfig"] == {
        "mode": "ANY",
        "allowedFunctionNames": ["mcp__run"],
    }
    assert losses.names == ("tool_namespace",)


def test_a_custom_tool_is_a_function_with_one_text() -> None:
    grammar = {"type": "grammar", "syntax": "lark", "definition": "start: x"}
    tool = Tool(name="patch", kind=CallKind.CUSTOM, grammar=grammar)
    called = ToolCall(id="c1", name="patch", arguments="*** Begin\n", kind=CallKind.CUSTOM)
    body, losses = write_prompt(
        prompt(
            user(text("x")),
            model(called),
            user(ToolResult(call_id="c1", items=(text("ok"),))),
            tools=(tool,),
        )
    )
    (declared,) = body["tools"][0]["functionDeclarations"]
    assert declared["parametersJsonSchema"]["required"] == ["input"]
    assert body["contents"][1]["parts"][0]["functionCall"]["args"] == {"input": "*** Begin\n"}
    assert losses == ("custom_grammar",)


def test_functions_without_parameters_have_no_schema() -> None:
    empty = {"type": "object", "properties": {}}
    body, _ = write_prompt(prompt(tools=(Tool(name="f", schema=empty), Tool(name="g"))))
    assert body["tools"] == [{"functionDeclarations": [{"name": "f"}, {"name": "g"}]}]


SEARCH = HostedTool(
    kind=HostedKind.WEB_SEARCH,
    vendor=Vendor.ANTHROPIC,
    raw={"type": "web_search_20250305", "name": "web_search", "max_uses": 5},
)
SHELL = HostedTool(kind=HostedKind.OTHER, vendor=Vendor.ANTHROPIC, raw={"type": "bash_20250124"})
MAPS = HostedTool(kind=HostedKind.OTHER, vendor=Vendor.GOOGLE, raw={"googleMaps": {"a": 1}})


def test_tools_that_vendors_run() -> None:
    body, losses = write_prompt(prompt(tools=(SEARCH, SHELL, MAPS)))
    assert body["tools"] == [{"googleSearch": {}}, {"googleMaps": {"a": 1}}]
    assert losses == ("hosted_tool:web_search_20250305.max_uses", "hosted_tool:bash_20250124")


def test_hosted_tools_beside_functions() -> None:
    body, _ = write_prompt(prompt(tools=(MAPS, WEATHER)))
    assert len(body["tools"]) == 2
    assert body["toolConfig"] == {"includeServerSideToolInvocations": True}
    body, losses = write_prompt(prompt(tools=(MAPS, WEATHER)), "gemini-2.5-pro")
    assert len(body["tools"]) == 1
    assert "toolConfig" not in body
    assert losses == ("hosted_tool:googleMaps",)


@pytest.mark.parametrize(
    ("choice", "calling", "lost"),
    [
        (ToolChoice(), None, ()),
        (ToolChoice(mode=ToolMode.AUTO), {"mode": "AUTO"}, ()),
        (ToolChoice(mode=ToolMode.NONE), {"mode": "NONE"}, ()),
        (ToolChoice(mode=ToolMode.ANY), {"mode": "ANY"}, ()),
        (
            ToolChoice(mode=ToolMode.AUTO, names=("get_weather",)),
            {"mode": "VALIDATED", "allowedFunctionNames": ["get_weather"]},
            (),
        ),
        (ToolChoice(mode=ToolMode.ANY, names=("gone",)), {"mode": "ANY"}, ("tool_choice",)),
        (ToolChoice(parallel=False), None, ("parallel_tools",)),
    ],
)
def test_the_choice(
    choice: ToolChoice, calling: dict[str, Any] | None, lost: tuple[str, ...]
) -> None:
    body, losses = write_prompt(prompt(tools=(WEATHER,), tool_choice=choice))
    assert body.get("toolConfig", {}).get("functionCallingConfig") == calling
    assert losses == lost


def test_a_choice_without_functions() -> None:
    body, losses = write_prompt(prompt(tool_choice=ToolChoice(mode=ToolMode.ANY)))
    assert "toolConfig" not in body
    assert losses == ("tool_choice",)
