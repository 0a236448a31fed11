"""What flights said, and flights as they come: `/v1/flights/ID/bodies`, `/v1/flights/events`.

A flight is its owner's, as at `records_door`. Who listens is told at most ten times a second; who
reads too slowly hears how much was left out, and nobody waits for it.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qs

import orjson

from llmgw_desktop.domain.access.access_errors import TooManyConnections
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import NoSuchFlight
from llmgw_desktop.domain.events import Event, FlightClosed, FlightOpened
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightSummary
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.exchange.caller import JSON
from llmgw_desktop.engine.front.doors import DoorTable, id_in, who
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.records_door import FlightShelf, may_see, query_of
from llmgw_desktop.engine.loop.bus import Bus

MOST_LISTENERS, MOST_OF_ONE = 32, 8
"""Of all, and of one client: nobody takes the places of others."""
MOST_WAITING = 1_000
"""Ends, and as many beginnings, that wait for one listener."""
SIGN_OF_LIFE_S = 15.0
_GATHER_S = 0.1
_A_TURN = 20
"""Flights put into words before others have their turn: some 30 µs each."""
_STREAM = (("content-type", "text/event-stream"), ("cache-control", "no-store"))


class FlightBodiesDoor:
    """Answers in the gateway's own words."""

    def __init__(self, shelf: FlightShelf) -> None:
        self._shelf = shelf

    def add_to(self, table: DoorTable) -> None:
        table.add_own(Scope.FLIGHTS_READ, {"GET /v1/flights/{}/bodies": self.show})

    async def show(self, caller: HttpCaller) -> None:
        """As recorded; of one that runs nothing is there yet."""
        flight_id = id_in(caller)
        found = await self._shelf.find(flight_id)
        if found is None or not may_see(who(caller), found.summary):
            raise NoSuchFlight(flight_id)
        await caller.reply(200, JSON, await asyncio.to_thread(self._told, flight_id))

    def _told(self, flight_id: str) -> bytes:
        from llmgw_desktop.wire.native.flights import bodies_object  # nobody asks at a start

        record = self._shelf.whole(flight_id)
        if record is None:
            raise NoSuchFlight(flight_id)
        return orjson.dumps({"flight": bodies_object(record)})


class FlightNewsDoor:
    """Server-sent: `opened` and `closed`, each with the flight as a list tells it, and `missed`."""

    def __init__(self, shelf: FlightShelf, bus: Bus, clock: Clock) -> None:
        self._shelf = shelf
        self._bus = bus
        self._clock = clock
        self._listeners: Counter[str] = Counter()
        """By the client's id; of none at all where nobody listens."""

    def add_to(self, table: DoorTable) -> None:
        table.add_own(Scope.FLIGHTS_READ, {"GET /v1/flights/events": self.follow})

    async def follow(self, caller: HttpCaller) -> None:
        """`?filter=…`, from now on; what was before is in the list."""
        asked = parse_qs(caller.query, keep_blank_values=True)
        query = query_of(asked.get("filter", [""])[0], self._clock.now_s(), who(caller))
        if query.said:
            raise InvalidRun("'body' is not looked for here", field="filter")
        client_id = who(caller).client_id
        if self._listeners[client_id] >= MOST_OF_ONE:
            words = f"You follow flights {MOST_OF_ONE} times already: end one of these first."
            raise TooManyConnections(words)
        if self._listeners.total() >= MOST_LISTENERS:
            raise TooManyConnections(f"{MOST_LISTENERS} programs follow flights already.")
        news = FlightNews(self._shelf, query)
        leave = self._bus.subscribe(news.hear)
        self._listeners[client_id] += 1
        try:
            await caller.begin(200, _STREAM)
            await caller.write(b": from now on\n\n")
            while True:
                await self._tell(caller, news)
        finally:
            self._listeners[client_id] -= 1
            self._listeners += Counter()  # without those that are gone
            leave()

    async def _tell(self, caller: HttpCaller, news: "FlightNews") -> None:
        """What came, or after a while of silence a sign of life: else a listener's leaving would
        go unseen."""
        try:
            async with asyncio.timeout(SIGN_OF_LIFE_S):
                await news.came.wait()
        except TimeoutError:
            await caller.write(b": goes on\n\n")
            return
        await asyncio.sleep(_GATHER_S)
        frames = news.frames()
        while part := list(islice(frames, _A_TURN)):
            if told := b"".join(part):
                await caller.write(told)
            await asyncio.sleep(0)


class FlightNews:
    """What one listener has not heard yet. Hearing is a mark in a queue, for it is done within a
    request; what is another's is not even counted."""

    def __init__(self, shelf: FlightShelf, query: FlightQuery) -> None:
        self.came = asyncio.Event()
        self._shelf = shelf
        self._query = query
        self._opened: dict[str, None] = {}
        self._closed: deque[FlightSummary] = deque()
        self._missed = 0

    def hear(self, event: Event) -> None:
        if isinstance(event, FlightClosed):
            self._opened.pop(event.summary.id, None)
            if self._query.owner not in (None, event.summary.owner):
                return
            if len(self._closed) >= MOST_WAITING:
                self._missed += 1
            else:
                self._closed.append(event.summary)
        elif not isinstance(event, FlightOpened) or len(self._opened) >= MOST_WAITING:
            return
        else:
            self._opened[event.flight_id] = None
        self.came.set()

    def frames(self) -> Iterator[bytes]:
        """One for each that is looked at: empty for what this listener is not told of."""
        self.came.clear()
        if self._missed:
            missed, self._missed = self._missed, 0
            yield _frame("missed", {"flights": missed})
        for flight_id in tuple(self._opened):
            yield self._opening(flight_id)
        while self._closed:
            yield self._told("closed", self._closed.popleft())
        if self._opened:
            self.came.set()

    def _opening(self, flight_id: str) -> bytes:
        """Whose it is may be known a little later than that it is there: then it stays."""
        record = self._shelf.in_the_air(flight_id)
        if record is not None and record.summary.owner is None:
            return b""
        self._opened.pop(flight_id, None)
        return b"" if record is None else self._told("opened", record.summary)

    def _told(self, name: str, flight: FlightSummary) -> bytes:
        from llmgw_desktop.domain.flights.flight_filter import matches
        from llmgw_desktop.wire.native.flights import listed_object  # nobody asks at a start

        return _frame(name, listed_object(flight)) if matches(self._query, flight) else b""


def _frame(name: str, told: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), orjson.dumps(told))
