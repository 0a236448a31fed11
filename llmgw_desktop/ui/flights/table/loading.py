"""Flights read from the database for the table, page by page, and those that are under way."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from llmgw_desktop.app.flights.columns import RowTime, ShownFlight, shown_flight
from llmgw_desktop.app.flights.recording import Flights, is_whole
from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightSummary
from llmgw_desktop.domain.flights.flight_filter import matches
from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.table.flight_model import FlightModel
from llmgw_desktop.ui.flights.table.flight_window import PAGE_ROWS, PageRequest

_MARGIN_ROWS = 64


class PageLoader(QObject):
    """`visible_rows` gives the first and last row in sight; it is asked at each page."""

    failed = Signal(object)

    def __init__(
        self, flights: Flights, model: FlightModel, bridge: Bridge, now: Callable[[], RowTime]
    ) -> None:
        super().__init__(model)
        self.visible_rows: Callable[[], tuple[int, int]] = lambda: (0, 0)
        self._flights = flights
        self._model = model
        self._bridge = bridge
        self._now = now
        self._query = FlightQuery()
        self._is_reading = False
        self._generation = 0
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._read_missing)
        model.wanted.connect(self._on_wanted)

    def begin(self, query: FlightQuery) -> None:
        """The list is another one: what is being read is of no use any more."""
        self._query = query
        self._generation += 1
        self._is_reading = False

    def look(self) -> None:
        """Read what is in sight and not here."""
        self._on_wanted()

    def locate(self, flight: FlightSummary, found: Callable[[int], None]) -> None:
        """Where the flight stands in the list, which then has that page. Silent if it is not in."""
        row = self._model.window.row_of(flight.id)
        if row is not None:
            found(row)
            return
        query, model = self._query, self._model
        since_s = max(query.since_s or flight.started_at_s, flight.started_at_s)
        base = model.window.request(0, query)
        generation, time = self._generation, self._now()

        def work() -> tuple[PageRequest, list[ShownFlight]]:
            below = self._flights.count(replace(base.query, since_s=since_s)) - 1 - base.offset
            number = max(below, 0) // PAGE_ROWS
            request = replace(base, page=number, offset=base.offset + number * PAGE_ROWS)
            return request, self._read(request, time)

        def done(result: tuple[PageRequest, list[ShownFlight]]) -> None:
            if generation == self._generation:
                model.put_page(*result)
                place = model.window.row_of(flight.id)
                if place is not None:
                    found(place)

        self._bridge.fetch(self, work, done, self.failed.emit)

    def _on_wanted(self) -> None:
        if not self._soon.isActive():
            self._soon.start()

    def _read_missing(self) -> None:
        if self._is_reading:
            return
        first, last = self.visible_rows()
        window = self._model.window
        missing = window.missing(first, last) or window.missing(
            max(first - _MARGIN_ROWS, 0), last + _MARGIN_ROWS
        )
        if not missing:
            return
        request = window.request(missing[0], self._query)
        generation, time = self._generation, self._now()
        self._is_reading = True

        def done(rows: list[ShownFlight]) -> None:
            if generation == self._generation:
                self._is_reading = False
                self._model.put_page(request, rows)
                self._read_missing()

        def failed(error: Exception) -> None:
            if generation == self._generation:
                self._is_reading = False
                self.failed.emit(error)

        self._bridge.fetch(self, lambda: self._read(request, time), done, failed)

    def _read(self, request: PageRequest, time: RowTime) -> list[ShownFlight]:
        """In the worker thread, texts and all."""
        columns = self._model.columns
        page = self._flights.page(request.query, request.offset, PAGE_ROWS)
        return [shown_flight(flight, columns, time) for flight in page]


MOST_ROWS = 2 * PAGE_ROWS
"""Where so many are new, the list is another one."""


@value
class Top:
    """What was read: the list's beginning, or what is not older than `since_s`."""

    flights: list[FlightSummary]
    since_s: float | None = None
    matching: int | None = None
    total: int | None = None


class TopReading:
    """Of one query. `rows` is quick; `counts`, which comes after it, can take longer."""

    def __init__(self, flights: Flights, query: FlightQuery) -> None:
        self._flights = flights
        self._query = query
        self._first: list[FlightSummary] = []

    def rows(self) -> Top:
        self._first = self._flights.page(self._query, 0, PAGE_ROWS)
        return Top(flights=self._first)

    def counts(self) -> Top:
        goes_on = len(self._first) == PAGE_ROWS
        matching = self._flights.count(self._query) if goes_on else len(self._first)
        total = matching if is_whole(self._query) else self._flights.count(FlightQuery())
        return Top(flights=self._first, matching=matching, total=total)

    def newest(self, since_s: float | None, *, counts: bool) -> Top:
        """What is not older than that, and how many there are where that is wanted too."""
        bounds = [bound for bound in (since_s, self._query.since_s) if bound is not None]
        newest = replace(self._query, since_s=max(bounds, default=None))
        return Top(
            flights=self._flights.page(newest, 0, MOST_ROWS),
            since_s=since_s,
            matching=self._flights.count(self._query) if counts else None,
            total=self._flights.count(FlightQuery()) if counts else None,
        )


def changed_since_s(
    head: Sequence[FlightSummary], *, is_all: bool, live_s: float | None
) -> float | None:
    """From where on the list may have changed: its top, or an older flight under way.

    `head` is its first page, and `is_all` says that there is no more; `live_s` is the start of the
    oldest flight that the engine knows better than the disk.
    """
    if not head:
        return None
    starts = [head[0].started_at_s]
    starts.extend(flight.started_at_s for flight in head if flight.is_running)
    if live_s is not None:
        starts.append(live_s)
    return min(starts) if is_all else max(min(starts), head[-1].started_at_s)


_ENDED_KEPT = 256


class LiveFlights:
    """`note` events, `take` what runs, then `merge` with what was read."""

    def __init__(self) -> None:
        self._ended: OrderedDict[str, FlightSummary] = OrderedDict()
        self._running: dict[str, FlightSummary] = {}

    def note(self, events: Iterable[Event]) -> list[FlightSummary]:
        """The flights that these events ended."""
        ended = [event.summary for event in events if isinstance(event, FlightClosed)]
        for flight in ended:
            self._ended[flight.id] = flight
            self._running.pop(flight.id, None)
        while len(self._ended) > _ENDED_KEPT:
            self._ended.popitem(last=False)
        return ended

    def take(self, running: Iterable[FlightSummary]) -> None:
        self._running = {flight.id: flight for flight in running if flight.id not in self._ended}

    def newest(self, flight: FlightSummary) -> FlightSummary:
        """What is known now of a flight that was read as running."""
        if not flight.is_running:
            return flight
        return self._ended.get(flight.id) or self._running.get(flight.id) or flight

    def oldest_start_s(self) -> float | None:
        """Since when the list may differ from the disk."""
        return min((flight.started_at_s for flight in self._all()), default=None)

    def merge(
        self, read: Sequence[FlightSummary], query: FlightQuery, since_s: float | None
    ) -> list[FlightSummary]:
        """The list from `since_s` on as it is now, newest first. Forgets what the disk has."""
        for flight in read:
            if not flight.is_running:
                self._ended.pop(flight.id, None)
                self._running.pop(flight.id, None)
        merged = {flight.id: self.newest(flight) for flight in read}
        for flight in self._all():
            if since_s is None or flight.started_at_s >= since_s:
                merged.setdefault(flight.id, flight)
        return sorted(
            (flight for flight in merged.values() if matches(query, flight)),
            key=lambda flight: (flight.started_at_s, flight.id),
            reverse=True,
        )

    def _all(self) -> list[FlightSummary]:
        return [*self._running.values(), *self._ended.values()]
