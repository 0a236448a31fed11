"""Reads the pages of the flights list that are looked at, one at a time, off the Qt thread.

While somebody drags the scroll bar only the place where it stands now is worth reading, so what
is missing is asked anew after every page. The newest flights are `flight_feed`'s business.
"""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from llmgw_desktop.app.flight_row import RowTime, ShownFlight, shown_flight
from llmgw_desktop.app.flights import Flights
from llmgw_desktop.domain.flight import FlightQuery, FlightSummary
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
