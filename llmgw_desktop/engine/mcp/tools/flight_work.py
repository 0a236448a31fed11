"""`flight_diff`: two recorded requests beside each other, for agents that ask why."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from llmgw_desktop.clis.fields import TEXT, option
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.errors import NoSuchFlight
from llmgw_desktop.engine.mcp.tool import FULL_ALONE, McpTool, McpToolCall, NotFound, ToolAnswer

Diff = Callable[[Principal, str, str], Awaitable[Mapping[str, Any]]]
"""Of two flights that the principal may see. Raises NoSuchFlight."""


def diff_tools(diff: Diff) -> tuple[McpTool, ...]:
    async def compare(call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        try:
            found = await diff(call.principal, given["flightId"], given["otherFlightId"])
        except NoSuchFlight as error:
            raise NotFound(str(error)) from None
        return ToolAnswer(structured={"success": True, "diff": found})

    return (
        McpTool(
            name="flight_diff",
            title="Compare two requests",
            description="What differs between two recorded requests: parameters, tools, messages,"
            " answers, figures, times.",
            takes=(
                option("flightId", TEXT, "x-llmgw-flight of the first."),
                option("otherFlightId", TEXT, "Of the second."),
            ),
            needs=frozenset({"flightId", "otherFlightId"}),
            tells={"diff": {"type": "object"}},
            call=compare,
            scope=Scope.FLIGHTS_READ,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
    )
