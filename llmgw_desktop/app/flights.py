"""What a person can do with flights: count, page, open them, and see those that are under way.

What was recorded comes from the store's reader, what runs from the engine. How it looks is left
to `flight_formats` and the window.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from llmgw_desktop.domain.flight import FlightQuery, FlightRecord, FlightSummary


class RecordedFlights(Protocol):
    """What is asked of the store's reader. Every call may wait for the disk."""

    def count(self, query: FlightQuery) -> int: ...

    def page(self, query: FlightQuery, *, offset: int, limit: int) -> list[FlightSummary]: ...

    def record(self, flight_id: str) -> FlightRecord | None: ...


class Flights:
    """`count`, `page` and `record` read the disk: never call them on a thread that must not
    wait. `running` is quick."""

    def __init__(
        self, reader: RecordedFlights, running: Callable[[], Sequence[FlightSummary]]
    ) -> None:
        self._reader = reader
        self._running = running

    def count(self, query: FlightQuery) -> int:
        return self._reader.count(query)

    def page(self, query: FlightQuery, offset: int, limit: int) -> list[FlightSummary]:
        """Newest first."""
        return self._reader.page(query, offset=offset, limit=limit)

    def record(self, flight_id: str) -> FlightRecord | None:
        return self._reader.record(flight_id)

    def running(self) -> tuple[FlightSummary, ...]:
        """Newest first."""
        return tuple(sorted(self._running(), key=_age, reverse=True))


def matches(query: FlightQuery, flight: FlightSummary) -> bool:
    """Whether the list of `query` shows this flight; as the reader decides for recorded ones."""
    return (
        (not query.states or flight.state in query.states)
        and (not query.provider or flight.provider == query.provider)
        and (not query.client or flight.client == query.client)
        and (not query.label or flight.label == query.label)
        and (query.since_s is None or flight.started_at_s >= query.since_s)
        and (query.until_s is None or flight.started_at_s < query.until_s)
        and (not query.text or _mentions(flight, query.text.casefold()))
    )


def is_whole(query: FlightQuery) -> bool:
    """Whether nothing is filtered away."""
    return query == FlightQuery()


def _mentions(flight: FlightSummary, text: str) -> bool:
    return any(
        text in words.casefold()
        for words in (
            flight.model_asked,
            flight.model_served,
            flight.client,
            flight.label,
            flight.provider,
            flight.error_kind,
            flight.error_text,
            flight.job,
        )
        if words
    )


def _age(flight: FlightSummary) -> tuple[float, str]:
    return flight.started_at_s, flight.id
