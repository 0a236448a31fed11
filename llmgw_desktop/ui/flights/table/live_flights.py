"""Flights that the engine knows better than the disk: those under way, and those just ended.

Kept in memory until the store has them; while nothing can be recorded the last few hundred stay
here, so that the table still shows what happens.
"""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from llmgw_desktop.app.flights import matches
from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.domain.flight import FlightQuery, FlightSummary

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
