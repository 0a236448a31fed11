"""A recorded call of another server's tool, made once more: only of tools that say that they only
read, by whoever may call them now, past the same rules and questions, as a flight of its own.
"""

from contextlib import suppress
from typing import TYPE_CHECKING

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.errors import LlmgwError, NotReplayable
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.mcp.behind.offered import BehindCall, ToolBehind
from llmgw_desktop.engine.mcp.tool import McpToolCall, Profile
from llmgw_desktop.wire.json_values import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from llmgw_desktop.engine.mcp.behind.tool_servers import ToolServers

_MAY_CHANGE = (
    " does not say that it only reads: a call of it may change something each time, so it is not"
    " made again from here."
)


class CallsOfReaders:
    """`servers`: None where none is offered."""

    def __init__(self, servers: "Callable[[], ToolServers | None]") -> None:
        self._servers = servers

    async def problem(self, tool: str, principal: Principal) -> str:
        found = await self._find(tool, principal)
        if found is None:
            return f"{tool} is not offered to you any more."
        if found.annotations.get("readOnlyHint") is not True:
            return f"{tool}{_MAY_CHANGE}"
        return ""

    async def call(self, first: FlightSummary, body: bytes, principal: Principal) -> FlightSummary:
        """Raises NotReplayable; what fails on its way is told by the flight."""
        servers, found = self._servers(), await self._find(first.model_asked, principal)
        if servers is None or found is None:
            raise NotReplayable(f"{first.model_asked} is not offered to you any more.")
        flights: list[OpenFlight] = []

        def opened(flight: OpenFlight) -> None:
            flight.replays(first.id)
            flights.append(flight)

        arguments = _arguments(body)
        asked = McpToolCall(principal=principal, arguments=arguments, project=first.project)
        with suppress(LlmgwError):  # its flight says so
            await servers.make(BehindCall(offered=found, asked=asked, opened=opened))
        return flights[0].summary()

    async def _find(self, tool: str, principal: Principal) -> ToolBehind | None:
        servers = self._servers()
        if servers is None:
            return None
        await servers.known()
        shown = (each for profile in Profile for each in servers.shown(principal, profile))
        return next((each for each in shown if f"{each.server}/{each.tool}" == tool), None)


def _arguments(body: bytes) -> dict[str, object]:
    """Raises NotReplayable."""
    try:
        told = parse_json(body)
    except ValueError:
        told = None
    arguments = told.get("arguments") if isinstance(told, dict) else None
    if not isinstance(arguments, dict):
        raise NotReplayable("Its arguments are no JSON object.")
    return arguments
