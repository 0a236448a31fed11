"""What is read of the top of the flights list, as work for another thread.

Only what may have changed is read again: from the list's newest flight on, or from the oldest one
that is under way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from llmgw_desktop.app.flights import Flights, is_whole
from llmgw_desktop.domain.flight import FlightQuery, FlightSummary
from llmgw_desktop.ui.flights.table.flight_window import PAGE_ROWS

MOST_ROWS = 2 * PAGE_ROWS
"""Where so many are new, the list is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
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
