"""`flight_diff` and `flight_replay`: recorded requests beside each other, and asked again."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from llmgw_desktop.clis.fields import ON, TEXT, TEXTS, option, whole_number
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.errors import NoSuchFlight
from llmgw_desktop.engine.mcp.tool import FULL_ALONE, McpTool, McpToolCall, NotFound, ToolAnswer

_USUAL_CHARS, _LEAST_CHARS, _MOST_CHARS = 20_000, 1_000, 1_000_000


class Diff(Protocol):
    """Of two flights that the principal may see. Raises NoSuchFlight."""

    async def __call__(
        self, principal: Principal, before: str, after: str, *, most_chars: int
    ) -> Mapping[str, Any]: ...


Replay = Callable[[Principal, str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Of a flight, as `POST /v1/flights/ID/replay` takes and tells it."""
_MOST_TIMES = 20


def diff_tools(diff: Diff) -> tuple[McpTool, ...]:
    async def compare(call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        try:
            found = await diff(
                call.principal,
                given["flightId"],
                given["otherFlightId"],
                most_chars=given.get("maxChars", _USUAL_CHARS),
            )
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
                option("maxChars", whole_number(_LEAST_CHARS, _MOST_CHARS), "Default 20000."),
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


def replay_tools(replay: Replay) -> tuple[McpTool, ...]:
    """Secrets that were removed from a record are for a person to give again, not for an agent."""

    async def again(call: McpToolCall) -> ToolAnswer:
        wish = dict(call.arguments)
        try:
            told = await replay(call.principal, wish.pop("flightId"), wish)
        except NoSuchFlight as error:
            raise NotFound(str(error)) from None
        return ToolAnswer(structured={"success": True, **told})

    return (
        McpTool(
            name="flight_replay",
            title="Ask a recorded request again",
            description="Sends a recorded request once more; tools of the answer are not run."
            " dryRun tells route and estimate. Compare with flight_diff.",
            takes=(
                option("flightId", TEXT, ""),
                option("models", TEXTS, "Other models; each is asked."),
                option("times", whole_number(1, _MOST_TIMES), "Default 1."),
                option("set", {"type": "object"}, "Members of the request to change."),
                option("lastMessage", TEXT, "What the user says last instead."),
                option("keepMarks", ON, "Send marks where secrets were removed."),
                option("dryRun", ON, "Ask nobody."),
            ),
            needs=frozenset({"flightId"}),
            tells={"replays": {"type": "array"}, "plan": {"type": "array"}},
            call=again,
            scope=Scope.FLIGHTS_READ,
            profiles=FULL_ALONE,
            reaches_out=True,
        ),
    )
