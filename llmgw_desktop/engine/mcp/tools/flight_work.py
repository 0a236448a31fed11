"""Recorded requests beside each other, asked again, marked, and checked again and again."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from llmgw_desktop.clis.fields import ON, TEXT, TEXTS, number, option, whole_number
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.errors import NoSuchFlight
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.tool import (
    FULL_ALONE,
    Guide,
    McpTool,
    McpToolCall,
    NotFound,
    ProgressTelling,
    ToolAnswer,
)

_USUAL_CHARS, _LEAST_CHARS, _MOST_CHARS = 20_000, 1_000, 1_000_000


class Diff(Protocol):
    """Of two flights that the principal may see. Raises NoSuchFlight."""

    async def __call__(
        self, principal: Principal, before: str, after: str, *, most_chars: int
    ) -> Mapping[str, Any]: ...


Replay = Callable[[Principal, str, Mapping[str, Any]], Awaitable[Mapping[str, Any]]]
"""Of a flight, as `POST /v1/flights/ID/replay` takes and tells it."""
Mark = Callable[[Principal, str, str | None], Awaitable[Mapping[str, Any]]]
"""Of a flight, with this note; None takes its mark away. Tells the flight."""
_MOST_TIMES = 20
_MOST_AT_ONCE, _USUALLY_LISTED, _MOST_LISTED, _MOST_USD = 16, 20, 100, 999_999
_MOST_FALLEN = 20
"""Rows that the text tells of; the structure holds all."""
_TELLS_S = 1.0
"""For what is still to be told when a run has ended."""
_RESULTS = {True: "passed", False: "fell", None: "not asked"}


class CheckedRow(Protocol):
    """One answer of a run, as soon as it was checked."""

    @property
    def case(self) -> str: ...

    @property
    def model(self) -> str: ...

    @property
    def passed(self) -> bool | None: ...


class Checks(Protocol):
    """As `POST /v1/checks`, `GET /v1/checks` and `GET /v1/checks/ID` take and tell them."""

    async def ran(
        self,
        principal: Principal,
        fields: Mapping[str, Any],
        told: Callable[[CheckedRow], None],
    ) -> Mapping[str, Any]: ...

    async def listed(self, principal: Principal, limit: int) -> Mapping[str, Any]: ...

    async def shown(self, principal: Principal, run_id: str) -> Mapping[str, Any]: ...


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
            guide=Guide(
                when="why two answers differ",
                returns="differences by kind",
                costs="nothing",
                example={"flightId": "fl_1", "otherFlightId": "fl_2"},
            ),
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
            guide=Guide(
                when="another model on the same request",
                returns="replays, or the plan",
                costs="each model's price; dryRun nothing",
                example={"flightId": "fl_1", "models": ["gpt-5"], "dryRun": True},
            ),
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


def mark_tools(mark: Mark) -> tuple[McpTool, ...]:
    async def put(call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        note = None if given.get("unmark") else given.get("note", "")
        try:
            told = await mark(call.principal, given["flightId"], note)
        except NoSuchFlight as error:
            raise NotFound(str(error)) from None
        return ToolAnswer(structured={"success": True, **told})

    return (
        McpTool(
            name="flight_mark",
            title="Mark a recorded request",
            description="Marks a recorded request with a note, so that it is kept and found by"
            " 'marked:yes' in flight_list; or takes the mark away.",
            guide=Guide(
                when="a request to keep",
                returns="the flight",
                costs="nothing",
                example={"flightId": "fl_1", "note": "good"},
            ),
            takes=(
                option("flightId", TEXT, ""),
                option("note", TEXT, "At most 500 characters."),
                option("unmark", ON, "Take the mark away."),
            ),
            needs=frozenset({"flightId"}),
            tells={"flight": {"type": "object"}},
            call=put,
            scope=Scope.FLIGHTS_READ,
            profiles=FULL_ALONE,
            is_idempotent=True,
        ),
    )


def check_tools(checks: Checks) -> tuple[McpTool, ...]:
    async def run(call: McpToolCall) -> ToolAnswer:
        """Who cancels the call cancels all that is asked."""
        news: asyncio.Queue[CheckedRow | None] = asyncio.Queue()
        tasks = Tasks()
        if call.progress is not None:
            tasks.start(_tell_rows(call.progress, news), name="progress of a check run")
        try:
            told = await checks.ran(call.principal, dict(call.arguments), news.put_nowait)
        finally:
            news.put_nowait(None)
            await tasks.finish(_TELLS_S)
        return ToolAnswer(structured={"success": True, **told}, text=_in_words(told))

    async def runs(call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        if "checkId" in given:
            told = await checks.shown(call.principal, given["checkId"])
        else:
            told = await checks.listed(call.principal, given.get("limit", _USUALLY_LISTED))
        return ToolAnswer(structured={"success": True, **told})

    return (
        McpTool(
            name="check_run",
            title="Run a regression set",
            description="Asks each request of a regression set again and checks the answers; tools"
            " of answers are not run. Ends with a signed receipt.",
            guide=Guide(
                when="whether a change of model or prompt made answers worse",
                returns="the run and its rows",
                costs="times × cases × models; budgetUsd bounds it",
                example={"set": "smoke", "budgetUsd": 1},
            ),
            takes=(
                option("set", TEXT, "The file's text (TOML, check-set.v1)."),
                option("name", TEXT, "What the set is called."),
                option("models", TEXTS, "Asked in place of those that the set names."),
                option("judges", TEXTS, "Who weighs checks that want a judge."),
                option("times", whole_number(1, _MOST_TIMES), "Default 1."),
                option("atOnce", whole_number(1, _MOST_AT_ONCE), "Default 4."),
                option("budgetUsd", number(0, _MOST_USD), "Nothing more is asked than it holds."),
            ),
            needs=frozenset({"set"}),
            tells={"run": {"type": "object"}, "rows": {"type": "array"}},
            call=run,
            scope=Scope.MODELS_USE,
            profiles=FULL_ALONE,
            reaches_out=True,
        ),
        McpTool(
            name="check_runs",
            title="Runs of regression sets",
            description="Earlier runs of regression sets, the newest first; or one of them with its"
            " answers and its receipt.",
            guide=Guide(
                when="how earlier checks went",
                returns="runs, or one with its rows",
                costs="nothing",
                example={"limit": 5},
            ),
            takes=(
                option("checkId", TEXT, "As the list names it."),
                option("limit", whole_number(1, _MOST_LISTED), "Default 20."),
            ),
            tells={"runs": {"type": "array"}, "run": {"type": "object"}},
            call=runs,
            scope=Scope.MODELS_USE,
            profiles=FULL_ALONE,
            reads_only=True,
        ),
    )


async def _tell_rows(tell: ProgressTelling, news: "asyncio.Queue[CheckedRow | None]") -> None:
    done = 0
    while (row := await news.get()) is not None:
        done += 1
        await tell(done, None, f"{row.case} · {row.model}: {_RESULTS[row.passed]}")


def _in_words(told: Mapping[str, Any]) -> str:
    """For the model that reads it: the result, then what did not pass."""
    run, rows = told["run"], told["rows"]
    lines = [
        f"{row['number']}. {row['case']} · {row['model']}: {_RESULTS[row['passed']]}. {_why(row)}"
        for row in rows
        if not row["passed"]
    ]
    more = [f"and {len(lines) - _MOST_FALLEN} more"] if len(lines) > _MOST_FALLEN else []
    head = f"{run['passed']} of {len(rows)} answers passed their checks. Run {run['id']}."
    return "\n".join([head, *lines[:_MOST_FALLEN], *more])


def _why(row: Mapping[str, Any]) -> str:
    fallen = [f"{each['kind']}: {each['words']}" for each in row["checks"] if not each["passed"]]
    return row["problem"] or "; ".join(fallen)
