"""What is on record: `/v1/flights`, `/v1/flights/ID`, `/v1/limits`, `/v1/audit`.

A flight is its owner's: to any other client it is not there. Everybody reads its own limits; who
may see operations reads all, with `?of=all` or `?of=NAME`. `POST /v1/keys/changed` tells that
another process made or revoked keys. Acts are for those who may do them, newest first, in pages.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, quote

import orjson

from llmgw_desktop.domain.access.access_errors import MissingScope
from llmgw_desktop.domain.access.principal import SCOPE_WORDS, Principal, Scope
from llmgw_desktop.domain.audit import AuditQuery
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import NoSuchFlight
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord, FlightSummary
from llmgw_desktop.domain.flights.spending import SumBy
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.policy import ClientStanding
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.exchange.caller import JSON
from llmgw_desktop.engine.flights.pricing import FlightSums
from llmgw_desktop.engine.front.doors import DoorTable, id_in, number_in, tell, who
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.policy.brakes.brakes import Brakes
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.store.audit.audit_store import MOST_A_PAGE, AuditStore
from llmgw_desktop.store.flights.body_search import SearchStanding

_WRITTEN_WITHIN_S = 1.0
_LISTED, MOST_LISTED = 50, 500
SEARCHED_S = 3.0


@value
class FlightShelf:
    """Where flights are found. `recorded` and `written` wait for the disk."""

    in_the_air: Callable[[str], FlightRecord | None]
    recorded: Callable[[str], FlightRecord | None]
    """Without bodies."""
    whole: Callable[[str], FlightRecord | None]
    """With them, as long as they are kept. Waits for the disk, and unpacks."""
    written: Callable[[float], bool]
    """Waits so many seconds until what ended is on disk."""
    searched: Callable[[FlightQuery, float], SearchStanding]
    """Looks for words in bodies for so many seconds."""
    listed: Callable[[FlightQuery, int, int], tuple[int, Sequence[FlightSummary]]]
    """(query, how many to pass over, how many to give): how many there are, and these, the newest
    first. Waits for the disk."""

    async def find(self, flight_id: str) -> FlightRecord | None:
        """As it stands now, also in the moment between its end and its being written."""
        flying = self.in_the_air(flight_id)
        return flying or await asyncio.to_thread(self._landed, flight_id)

    async def seen_by(self, principal: Principal, flight_id: str) -> FlightRecord:
        """One that is the principal's own, or any for an administrator. Raises NoSuchFlight."""
        found = await self.find(flight_id)
        if found is None or not may_see(principal, found.summary):
            raise NoSuchFlight(flight_id)
        return found

    def _landed(self, flight_id: str) -> FlightRecord | None:
        found = self.recorded(flight_id)
        if found is not None and not found.summary.is_running:
            return found
        self.written(_WRITTEN_WITHIN_S)
        return self.recorded(flight_id) or found


class FlightSearch:
    """One at a time: each keeps a processor busy."""

    def __init__(self, searched: Callable[[FlightQuery, float], SearchStanding]) -> None:
        self._searched = searched
        self._turn = asyncio.Lock()

    async def settled(self, query: FlightQuery) -> tuple[FlightQuery, dict[str, Any]]:
        """The question with what bodies were found to hold, and how far it was looked; as it is
        where no words of bodies are asked for."""
        if not query.said:
            return query, {}
        async with self._turn:
            standing = await asyncio.to_thread(self._searched, query, SEARCHED_S)
        told = {
            "flights": standing.searched,
            "of": standing.total,
            "unreadable": standing.unreadable,
            "whole": standing.is_whole,
            "reachedAt": standing.reached_at_s,
        }
        return standing.settled(query), {"searched": told}


class FlightsDoor:
    """Answers in the gateway's own words."""

    def __init__(self, shelf: FlightShelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._search = FlightSearch(shelf.searched)

    def add_to(self, table: DoorTable) -> None:
        answers = {"GET /v1/flights": self.list_all, "GET /v1/flights/{}": self.show}
        table.add_own(Scope.FLIGHTS_READ, answers)

    async def list_all(self, caller: HttpCaller) -> None:
        """`?filter=…&limit=…&offset=…`"""
        from llmgw_desktop.wire.native.flights import listed_object  # nobody asks at a start

        asked, principal = parse_qs(caller.query, keep_blank_values=True), who(caller)
        limit = number_in(asked, "limit", _LISTED, least=1, most=MOST_LISTED)
        offset = number_in(asked, "offset", 0, least=0)
        query = query_of(asked.get("filter", [""])[0], self._clock.now_s(), principal)
        query, searched = await self._search.settled(query)
        total, found = await asyncio.to_thread(self._shelf.listed, query, offset, limit)
        end = offset + len(found)
        told = {
            "total": total,
            "next": end if end < total and found else None,
            "flights": [listed_object(each) for each in found],
            **searched,
        }
        await tell(caller, told)

    async def show(self, caller: HttpCaller) -> None:
        from llmgw_desktop.wire.native.flights import flight_object  # nobody asks at a start

        found = await self._shelf.seen_by(who(caller), id_in(caller))
        await tell(caller, {"flight": flight_object(found)})


class SumsDoor:
    """`GET /v1/flights/sums?by=…&filter=…` and `GET /v1/flights/latency?filter=…`: of a client's
    own flights; `admin` sees the sums of all."""

    def __init__(self, sums: FlightSums, clock: Clock) -> None:
        self._sums = sums
        self._clock = clock

    def add_to(self, table: DoorTable) -> None:
        answers = {"GET /v1/flights/sums": self.spent, "GET /v1/flights/latency": self.timed}
        table.add_own(Scope.FLIGHTS_READ, answers)

    async def spent(self, caller: HttpCaller) -> None:
        asked = parse_qs(caller.query, keep_blank_values=True)
        by = asked.get("by", [str(SumBy.MODEL)])[0]
        if by not in tuple(SumBy):
            raise InvalidRun(f"it is one of {', '.join(SumBy)}", field="by")
        await tell(caller, await self._sums.spent(SumBy(by), self._query(asked, caller)))

    async def timed(self, caller: HttpCaller) -> None:
        asked = parse_qs(caller.query, keep_blank_values=True)
        await tell(caller, await self._sums.timed(self._query(asked, caller)))

    def _query(self, asked: dict[str, list[str]], caller: HttpCaller) -> FlightQuery:
        return query_of(asked.get("filter", [""])[0], self._clock.now_s(), who(caller))


def query_of(text: str, now_s: float, principal: Principal) -> FlightQuery:
    """Of flights that this caller may see. Raises InvalidRun."""
    from llmgw_desktop.domain.flights.flight_filter import FilterMistake, parse_filter

    try:
        query = parse_filter(text, now_s)
    except FilterMistake as mistake:
        raise InvalidRun(str(mistake), field="filter") from None
    if Scope.ADMIN in principal.scopes:
        return query
    return replace(query, owner=principal.client_id)


def may_see(principal: Principal, flight: FlightSummary) -> bool:
    return Scope.ADMIN in principal.scopes or flight.owner == principal.client_id


_ALL = "all"
_SEES_ALL = frozenset({Scope.OPERATIONS, Scope.ADMIN})


class LimitsDoor:
    """Answers in the gateway's own words."""

    def __init__(
        self, policies: Policies, brakes: Brakes, gate: Gate, look: Callable[[], None]
    ) -> None:
        """`look` sees which keys open no more."""
        self._brakes = brakes
        self._policies = policies
        self._gate = gate
        self._look = look

    def add_to(self, table: DoorTable) -> None:
        # which of its scopes a client has is nothing to its own limits: the door asks who it is
        table.add_own(None, {"GET /v1/limits": self.answer})
        table.add_own(Scope.ADMIN, {"POST /v1/keys/changed": self.keys_changed})

    async def answer(self, caller: HttpCaller) -> None:
        principal = self._gate.known(caller)
        if principal.job:
            raise MissingScope("A run's key opens the doors of models and nothing else.")
        of = parse_qs(caller.query, keep_blank_values=True).get("of", [""])[0]
        standings = self._others(principal, of) if of else (self._policies.standing_of(principal),)
        from llmgw_desktop.wire.native.flights import standing_object  # nobody asks at a start

        caps_of = self._brakes.cap_standings
        limits = [standing_object(each, caps_of(each.client_id)) for each in standings]
        told = {"total": len(standings), "limits": limits}
        await caller.reply(200, JSON, orjson.dumps(told))

    async def keys_changed(self, caller: HttpCaller) -> None:
        self._look()
        await caller.reply(200, JSON, b'{"seen":true}')

    def _others(self, principal: Principal, of: str) -> tuple[ClientStanding, ...]:
        """Raises MissingScope."""
        if not _SEES_ALL & principal.scopes:
            raise MissingScope(
                f"This client reads its own limits alone: it may not"
                f" {SCOPE_WORDS[Scope.OPERATIONS]}, for it has not the scope '{Scope.OPERATIONS}'."
            )
        standings = self._policies.standings()
        if of == _ALL:
            return standings
        return tuple(each for each in standings if of in (each.client_id, each.name))


PATH = "/v1/audit"
_LISTED = 100
_LONGEST = 200
_KNOWN = frozenset({"limit", "below", "since", "who", "what"})


class AuditDoor:
    """`?limit=`, `?since=` (seconds since 1970), `?who=`, `?what=`; `next` is the page after."""

    def __init__(self, store: AuditStore) -> None:
        self._store = store

    def add_to(self, table: DoorTable) -> None:
        table.add_own(Scope.ADMIN, {f"GET {PATH}": self.list_all})

    async def list_all(self, caller: HttpCaller) -> None:
        from llmgw_desktop.wire.native.audit import entry_object  # nobody asks at a start

        asked = parse_qs(caller.query, keep_blank_values=True)
        for name in asked:
            if name not in _KNOWN:
                raise InvalidRun("is not known here", field=name[:60])
        query = AuditQuery(
            since_s=number_in(asked, "since", 0, least=0, most=10**11) or None,
            who=_text(asked, "who"),
            what=_text(asked, "what"),
            below=number_in(asked, "below", 0, least=1, most=10**11) or None,
            limit=number_in(asked, "limit", _LISTED, least=1, most=MOST_A_PAGE),
        )
        found = await asyncio.to_thread(self._store.page, query)
        left = await asyncio.to_thread(self._store.count, query)
        total = await asyncio.to_thread(self._store.count, replace(query, below=None))
        has_more = bool(found) and left > len(found)
        body = {
            "total": total,
            "entries": [entry_object(each) for each in found],
            "next": _next(query, found[-1].number) if has_more else None,
        }
        await tell(caller, body)


def _text(asked: dict[str, list[str]], name: str) -> str:
    text = asked.get(name, [""])[0]
    if len(text) > _LONGEST:
        raise InvalidRun(f"it must have at most {_LONGEST} characters", field=name)
    return text


def _next(query: AuditQuery, below: int) -> str:
    since = "" if query.since_s is None else f"&since={int(query.since_s)}"
    texts = (("who", query.who), ("what", query.what))
    more = "".join(f"&{name}={quote(text, safe='')}" for name, text in texts if text)
    return f"{PATH}?limit={query.limit}&below={below}{since}{more}"
