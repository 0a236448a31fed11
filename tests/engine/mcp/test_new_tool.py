"""A tool is one value and one line: the recipe of docs/architecture.md, followed word for word."""

from __future__ import annotations

import pytest

from llmgw_desktop.app.composition import mcp_assembly as assembly
from llmgw_desktop.app.composition.engine_assembly import EngineParts
from llmgw_desktop.clis.fields import option, whole_number
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.engine.mcp.tool import REVIEW_AND_FULL, McpTool, McpToolCall, ToolAnswer
from tests.engine.conftest import House
from tests.engine.mcp import tools_page
from tests.support.mcp_scene import mcp_scene

NAME = "count_sheep"


def tools(parts: EngineParts) -> tuple[McpTool, ...]:
    """As a new file of `engine/mcp/tools` would have it."""

    async def count(call: McpToolCall) -> ToolAnswer:
        until = call.arguments["until"]
        at_s = parts.clock.now_s()
        return ToolAnswer(
            structured={"success": True, "sheep": until, "at": at_s}, text=f"{until} sheep"
        )

    return (
        McpTool(
            name=NAME,
            title="Count sheep",
            description="Counts up to a number.",
            takes=(option("until", whole_number(1, 9), "Where to stop."),),
            needs=frozenset({"until"}),
            tells={"sheep": {"type": "integer"}},
            call=count,
            scope=Scope.JOBS_RUN,
            profiles=REVIEW_AND_FULL,
            reads_only=True,
        ),
    )


@pytest.fixture(autouse=True)
def added(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its line."""
    monkeypatch.setattr(assembly, "TOOLS", (*assembly.TOOLS, tools))


async def test_it_is_listed_described_and_called_over_the_door(house: House) -> None:
    toolbox = house.container.mcp_offer().toolbox
    async with mcp_scene(house, toolbox=toolbox) as scene:
        for profile, is_listed in (("core", False), ("review", True), ("full", True)):
            async with scene.client("auto", query=f"?profile={profile}") as client:
                listed = {each.name: each for each in (await client.list_tools()).tools}
                assert (NAME in listed) is is_listed
                answer = await client.call_tool(NAME, {"until": 3})
                assert answer.structured_content is not None
                assert answer.structured_content["sheep"] == 3
                assert answer.content[0].text == "3 sheep"
                wrong = await client.call_tool(NAME, {"until": 10})
                assert wrong.is_error
                assert wrong.structured_content["field"] == "until"
        assert listed[NAME].input_schema["required"] == ["until"]
        assert listed[NAME].output_schema["properties"]["sheep"] == {"type": "integer"}
        async with scene.client("auto", key=scene.key("guest", Scope.MCP)) as client:
            assert NAME not in {each.name for each in (await client.list_tools()).tools}
            assert (await client.call_tool(NAME, {"until": 3})).is_error


def test_it_stands_in_the_page_of_tools() -> None:
    row = f"| `{NAME}` | Counts up to a number. | **until** | `jobs:run` | review |"
    assert row in tools_page.page().splitlines()
