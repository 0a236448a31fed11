"""What is done with recorded flights: `GET /v1/flights/A/diff/B`, `POST /v1/flights/ID/replay`,
`GET /v1/flights/ID/cache`: why a prompt did not come from its vendor's cache.

As with each flight, a client's own or not found.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from llmgw_desktop.domain.access.access_errors import PersonOnly
from llmgw_desktop.domain.access.principal import Principal, PrincipalKind, Scope
from llmgw_desktop.domain.errors import NoSuchFlight
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.front.doors import DoorTable, id_in, tell, who
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.records_door import FlightShelf
from llmgw_desktop.wire.json_edits import read_object

if TYPE_CHECKING:  # nobody asks at a start
    from llmgw_desktop.engine.pipeline.flight_replays import FlightReplays
    from llmgw_desktop.engine.prompt_cache.explainer import CacheExplainer, CacheExplanation

Compared = Callable[[FlightRecord, FlightRecord, int], Mapping[str, Any]]
"""Of two flights with their bodies, as far as these are kept; told in so many characters, 0: as
many as a door tells. Takes its time."""


MOST_WISH_BYTES = 8 * 1024 * 1024
"""Of what a replay is asked with; the recorded request itself is not sent again."""
_MOST_NOTE_BYTES, _QUICK_BYTES = 64 * 1024, 64 * 1024


async def _read_fields(caller: HttpCaller, most_bytes: int) -> Mapping[str, Any]:
    """Beside the loop where they are many: to read megabytes of JSON takes longer than others are
    to wait. Raises MalformedRequest."""
    caller.take_no_more_than(most_bytes)
    body = await caller.read_body()
    if len(body) > _QUICK_BYTES:
        return await asyncio.to_thread(read_object, body)
    return read_object(body) if body.strip() else {}


class FlightDiffDoor:
    """Answers in the gateway's own words."""

    def __init__(self, shelf: FlightShelf, compared: Compared) -> None:
        self._shelf = shelf
        self._compared = compared

    def add_to(self, table: DoorTable) -> None:
        table.add_own(Scope.FLIGHTS_READ, {"GET /v1/flights/{}/diff/{}": self.diff})

    async def diff(self, caller: HttpCaller) -> None:
        before, after = id_in(caller), caller.path.rpartition("/")[2]
        await tell(caller, {"diff": await self.of(who(caller), before, after)})

    async def of(
        self, principal: Principal, before: str, after: str, *, most_chars: int = 0
    ) -> Mapping[str, Any]:
        """Raises NoSuchFlight."""
        seen = [await self._shelf.seen_by(principal, each) for each in (before, after)]
        return await asyncio.to_thread(self._diff, seen, most_chars)

    def _diff(self, seen: Sequence[FlightRecord], most_chars: int) -> Mapping[str, Any]:
        """One that is not on disk is told as it is seen."""
        before, after = [self._shelf.whole(each.summary.id) or each for each in seen]
        return self._compared(before, after, most_chars)


class FlightReplayDoor:
    """Answers in the gateway's own words, when all replays have ended. Who leaves cancels them."""

    def __init__(self, shelf: FlightShelf, replays: "Callable[[], FlightReplays]") -> None:
        """`replays` is asked for with the first request."""
        self._shelf = shelf
        self._replays = replays

    def add_to(self, table: DoorTable) -> None:
        table.add_own(Scope.FLIGHTS_READ, {"POST /v1/flights/{}/replay": self.replay})

    async def replay(self, caller: HttpCaller) -> None:
        fields = await _read_fields(caller, MOST_WISH_BYTES)
        await tell(caller, await self.of(who(caller), id_in(caller), fields))

    async def of(
        self, principal: Principal, flight_id: str, fields: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """The plan of a dry run, or what came of it. Raises NoSuchFlight, NotReplayable,
        InvalidRun, MissingScope, PersonOnly."""
        from llmgw_desktop.wire.native.flights import listed_object
        from llmgw_desktop.wire.native.replay import read_wish

        seen = await self._shelf.seen_by(principal, flight_id)
        wish, is_dry = read_wish(fields), fields.get("dryRun") is True
        if wish.secrets and principal.kind is not PrincipalKind.LOCAL:
            # they are taken out of what everybody asks from then on
            raise PersonOnly("Only this computer's person gives 'secrets'.")
        record = await asyncio.to_thread(self._shelf.whole, flight_id) or seen
        if is_dry:
            plans = await self._replays().plan(record, wish, principal)
            return {"replayOf": flight_id, "plan": [plan.told() for plan in plans]}
        flown = await self._replays().run(record, wish, principal)
        return {"replayOf": flight_id, "replays": [listed_object(each) for each in flown]}


Mark = Callable[[str, str | None, bool], None]
"""A flight's id, its note (None takes its mark away), and whether a person says so. Waits for the
disk."""


class FlightMarkDoor:
    """`POST` and `DELETE /v1/flights/ID/mark`: one's own flights."""

    def __init__(self, shelf: FlightShelf, mark: Mark) -> None:
        self._shelf = shelf
        self._mark = mark

    def add_to(self, table: DoorTable) -> None:
        answers = {
            "POST /v1/flights/{}/mark": self.mark,
            "DELETE /v1/flights/{}/mark": self.unmark,
        }
        table.add_own(Scope.FLIGHTS_READ, answers)

    async def mark(self, caller: HttpCaller) -> None:
        fields = await _read_fields(caller, _MOST_NOTE_BYTES)
        note = fields.get("note", "")
        if not isinstance(note, str) or fields.keys() - {"note"}:
            raise InvalidRun("a text may be said, and nothing else", field="note")
        await tell(caller, await self.of(who(caller), id_in(caller), note))

    async def unmark(self, caller: HttpCaller) -> None:
        await tell(caller, await self.of(who(caller), id_in(caller), None))

    async def of(self, principal: Principal, flight_id: str, note: str | None) -> Mapping[str, Any]:
        """The flight as it is listed then. Raises NoSuchFlight, NotMarked."""
        from llmgw_desktop.wire.native.flights import listed_object

        await self._shelf.seen_by(principal, flight_id)
        is_persons = principal.kind is PrincipalKind.LOCAL
        await asyncio.to_thread(self._mark, flight_id, note, is_persons)
        seen = await self._shelf.seen_by(principal, flight_id)
        return {"flight": listed_object(seen.summary)}


_WRITTEN_WITHIN_S = 1.0


class FlightCacheDoor:
    """A flight is its owner's, and is compared with the owner's alone; `admin` sees all."""

    def __init__(self, shelf: FlightShelf, explainer: "Callable[[], CacheExplainer]") -> None:
        self._shelf = shelf
        self._explainer = explainer

    def add_to(self, table: DoorTable) -> None:
        table.add_own(Scope.FLIGHTS_READ, {"GET /v1/flights/{}/cache": self.show})

    async def show(self, caller: HttpCaller) -> None:
        await tell(caller, {"cache": await self.explained(id_in(caller), who(caller))})

    async def explained(self, flight_id: str, principal: Principal) -> dict[str, Any]:
        """Raises NoSuchFlight."""
        await self._shelf.find(flight_id)  # one that just ended is on disk then
        owner = None if Scope.ADMIN in principal.scopes else principal.client_id
        found = await asyncio.to_thread(self._explained, flight_id, owner)
        if found is None or (owner is not None and found.flight.owner != owner):
            raise NoSuchFlight(flight_id)
        from llmgw_desktop.engine.prompt_cache.explainer import told_of  # nobody asks at a start

        return told_of(found)

    def _explained(self, flight_id: str, owner: str | None) -> "CacheExplanation | None":
        """What was said is written after the figures, and so is what a prompt consists of."""
        explainer = self._explainer()
        found = explainer.explain(flight_id, owner)
        if found is None or found.has_print:
            return found
        self._shelf.written(_WRITTEN_WITHIN_S)
        return explainer.explain(flight_id, owner)
