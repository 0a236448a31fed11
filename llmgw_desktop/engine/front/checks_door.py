"""Regression sets: `POST /v1/checks` runs one, `GET /v1/checks` and `/v1/checks/ID` tell of runs.
The MCP tools ask the same.

A run is told as it goes, by server-sent events: `began`, a `row` for each answer that was checked,
`ended` with the receipt, or `failed`. Who leaves cancels it. A run is its owner's, or not found.
"""

import asyncio
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qs

import orjson

from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.front.doors import DoorTable, id_in, number_in, tell, who
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.validation.prompts import seat_named
from llmgw_desktop.wire.json_edits import read_object

if TYPE_CHECKING:  # nobody asks at a start
    from llmgw_desktop.engine.pipeline.flight_replays import FlightReplays
    from llmgw_desktop.engine.validation.check_runs import CheckRow, CheckRuns, CheckWish, Told
    from llmgw_desktop.engine.validation.check_set import CheckSet
    from llmgw_desktop.engine.validation.service import ValidationService

MOST_JUDGES, MOST_TIMES, MOST_MODELS = 5, 20, 10
_MOST_BYTES = 16 * 1024 * 1024
"""A file of 8 MB, its texts escaped once more."""
_LISTED, _MOST_LISTED = 20, 100
_LOOKS_EACH_S = 1.0
_SIGN_OF_LIFE = 10
"""Looks after which one is given."""
_STREAM = (("content-type", "text/event-stream"), ("cache-control", "no-store"))
_FIELDS: Mapping[str, tuple[type | tuple[type, ...], str]] = {
    "set": (dict, "a regression set: format and case, as its file has them"),
    "name": (str, "what the set is called"),
    "models": (list, "a list of names"),
    "judges": (list, "a list of names"),
    "times": (int, "a whole number"),
    "atOnce": (int, "a whole number"),
    "budgetUsd": ((int, float), "an amount in dollars"),
}


class CheckingParts(Protocol):
    """What runs stand on; asked for with the first request."""

    @property
    def flight_replays(self) -> "FlightReplays": ...

    @property
    def validations(self) -> "ValidationService": ...

    @property
    def gate(self) -> Gate: ...

    @property
    def clock(self) -> Clock: ...


class ChecksDoor:
    """Answers in the gateway's own words."""

    def __init__(self, parts: CheckingParts) -> None:
        self._parts = parts
        self._tasks = Tasks()

    @cached_property
    def _runs(self) -> "CheckRuns":
        from llmgw_desktop.engine.validation.check_runs import CheckRuns

        parts = self._parts
        return CheckRuns(lambda: parts.flight_replays, parts.validations, parts.gate, parts.clock)

    def add_to(self, table: DoorTable) -> None:
        table.add_own(
            Scope.MODELS_USE,
            {
                "POST /v1/checks": self.run,
                "GET /v1/checks": self.list,
                "GET /v1/checks/{}": self.show,
            },
        )

    async def run(self, caller: HttpCaller) -> None:
        """Refused as a whole before anything is asked, or told to its end."""
        caller.take_no_more_than(_MOST_BYTES)
        body = await caller.read_body()
        fields = await asyncio.to_thread(read_object, body)
        wanted, wish = await asyncio.to_thread(_asked, fields)
        news: asyncio.Queue[bytes] = asyncio.Queue()
        task = self._tasks.start(self._done(wanted, wish, who(caller), news), name="check run")
        try:
            await caller.begin(200, _STREAM)
            told = {"set": wanted.name, "sha256": wanted.sha256, "cases": len(wanted.cases)}
            await caller.write(_frame("began", told))
            await self._tell(caller, task, news)
            await caller.end()
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def list(self, caller: HttpCaller) -> None:
        """`?limit=N`: the newest."""
        asked = parse_qs(caller.query)
        limit = number_in(asked, "limit", _LISTED, least=1, most=_MOST_LISTED)
        await tell(caller, await self.listed(who(caller), limit))

    async def show(self, caller: HttpCaller) -> None:
        """With its rows, and the receipt as it verifies. Raises NoSuchValidation."""
        await tell(caller, await self.shown(who(caller), id_in(caller)))

    async def ran(
        self, principal: Principal, fields: Mapping[str, Any], told: "Told"
    ) -> Mapping[str, Any]:
        """`set` may be the file's own text here. Ends as `ended` tells it, with the rows. Raises
        LlmgwError."""
        fields = await asyncio.to_thread(_with_set_read, fields)
        wanted, wish = await asyncio.to_thread(_asked, fields)
        ended, rows = await self._ended(wanted, wish, principal, told)
        return {**ended, "rows": [row.told() for row in rows]}

    async def listed(self, principal: Principal, limit: int) -> Mapping[str, Any]:
        """The newest."""
        from llmgw_desktop.engine.validation.check_runs import run_told

        runs = await self._runs.earlier(principal.client_id, limit)
        return {"runs": [run_told(run) for run in runs]}

    async def shown(self, principal: Principal, run_id: str) -> Mapping[str, Any]:
        """Raises NoSuchValidation."""
        from llmgw_desktop.engine.validation.check_runs import rows_told, run_told
        from llmgw_desktop.engine.validation.receipts import as_object

        runs = self._runs
        run = await runs.one(run_id, principal.client_id)
        receipt = await runs.receipt(run)
        told = {**run_told(run, receipt), "rows": rows_told(run)}
        return {"run": told, "receipt": as_object(receipt)}

    async def _ended(
        self, wanted: "CheckSet", wish: "CheckWish", principal: Principal, told: "Told"
    ) -> "tuple[dict[str, Any], tuple[CheckRow, ...]]":
        from llmgw_desktop.engine.validation.check_runs import run_told
        from llmgw_desktop.engine.validation.receipts import as_object

        run, rows = await self._runs.run(wanted, wish, principal, told)
        ended: dict[str, Any] = {"run": run_told(run), "receipt": None}
        try:
            receipt = await self._runs.receipt(run)
            ended = {"run": run_told(run, receipt), "receipt": as_object(receipt)}
        except LlmgwError as error:
            ended["noReceipt"] = str(error)
        return ended, rows

    async def _done(
        self,
        wanted: "CheckSet",
        wish: "CheckWish",
        principal: Principal,
        news: "asyncio.Queue[bytes]",
    ) -> None:
        def told(row: "CheckRow") -> None:
            news.put_nowait(_frame("row", row.told()))

        try:
            ended, _ = await self._ended(wanted, wish, principal, told)
            news.put_nowait(_frame("ended", ended))
        except LlmgwError as error:
            news.put_nowait(_frame("failed", {"code": error.kind, "message": str(error)}))

    async def _tell(
        self, caller: HttpCaller, task: "asyncio.Task[None]", news: "asyncio.Queue[bytes]"
    ) -> None:
        """What comes; in silence it is looked whether anybody listens."""
        silent = 0
        while not (task.done() and news.empty()):
            try:
                async with asyncio.timeout(_LOOKS_EACH_S):
                    frame = await news.get()
            except TimeoutError:
                silent += 1
                if caller.is_gone:
                    return
                if silent % _SIGN_OF_LIFE == 0:
                    await caller.write(b": goes on\n\n")
                continue
            await caller.write(frame)


def _with_set_read(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raises InvalidRun."""
    import tomllib

    from llmgw_desktop.engine.validation.check_set import MOST_FILE_BYTES

    if not isinstance(text := fields.get("set"), str):
        return fields
    if len(text.encode("utf-8", "replace")) > MOST_FILE_BYTES:
        raise InvalidRun(f"it has more than {MOST_FILE_BYTES:,} bytes", field="set")
    try:
        return {**fields, "set": tomllib.loads(text)}
    except (ValueError, RecursionError) as error:
        raise InvalidRun(f"it is no TOML: {str(error)[:200]}", field="set") from None


def _asked(fields: Mapping[str, Any]) -> "tuple[CheckSet, CheckWish]":
    """Raises InvalidRun."""
    from llmgw_desktop.engine.validation.check_runs import MOST_AT_ONCE, CheckWish, rows_of
    from llmgw_desktop.engine.validation.check_set import read_set

    for name, given in fields.items():
        if name not in _FIELDS:
            raise InvalidRun(f"is not known here (known: {', '.join(_FIELDS)})", field=name[:60])
        kind, words = _FIELDS[name]
        if not isinstance(given, kind) or isinstance(given, bool):
            raise InvalidRun(f"expected {words}", field=name)
    if "set" not in fields:
        raise InvalidRun("say which set is to be run", field="set")
    budget = fields.get("budgetUsd")
    if budget is not None and not 0 < budget < 1e6:
        raise InvalidRun("it must be more than 0", field="budgetUsd")
    wish = CheckWish(
        models=_names(fields, "models", MOST_MODELS),
        judges=tuple(map(seat_named, _names(fields, "judges", MOST_JUDGES))),
        times=_whole(fields, "times", 1, MOST_TIMES),
        at_once=_whole(fields, "atOnce", 4, MOST_AT_ONCE),
        budget_usd=budget,
    )
    wanted = read_set(fields["set"], fields.get("name", "set"))
    rows_of(wanted, wish)  # it may be too many
    return wanted, wish


def _names(fields: Mapping[str, Any], name: str, most: int) -> tuple[str, ...]:
    texts = fields.get(name, [])
    if not all(isinstance(each, str) and 0 < len(each) <= 200 for each in texts):
        raise InvalidRun("expected names", field=name)
    if len(texts) > most:
        raise InvalidRun(f"{most} at most", field=name)
    return tuple(dict.fromkeys(texts))


def _whole(fields: Mapping[str, Any], name: str, default: int, most: int) -> int:
    given = int(fields.get(name, default))
    if not 1 <= given <= most:
        raise InvalidRun(f"it must be from 1 to {most}", field=name)
    return given


def _frame(name: str, told: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(told))
