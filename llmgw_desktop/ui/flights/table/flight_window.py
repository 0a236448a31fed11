"""Which rows of a very long list are in memory: the newest ones, and pages of the rest.

The head is a list that grows at its top as flights come in; below it lie pages that are loaded
when they are looked at and forgotten when others are. Pages are counted from the head's last row
down, so new flights never move them. Reading them is left to `flight_feed`, showing to
`flight_model`.
"""

import math
from collections import OrderedDict
from collections.abc import Sequence, Set
from dataclasses import replace

from llmgw_desktop.app.flights.columns import ShownFlight
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.values import value

PAGE_ROWS = 256
PAGES_KEPT = 32
_HEAD_MOST = 3 * PAGE_ROWS


@value(kw_only=False)
class PageRequest:
    """What to ask the store for, to fill a page."""

    page: int
    query: FlightQuery
    offset: int
    trims: int
    """How often the head had been trimmed: each time moves page numbers by one."""


class _Page:
    """Loaded rows with their places; stale ones are shown until fresh ones arrive."""

    __slots__ = ("is_stale", "places", "rows")

    def __init__(self, rows: list[ShownFlight]) -> None:
        self.rows = rows
        self.places = {row.summary.id: place for place, row in enumerate(rows)}
        self.is_stale = False


class FlightWindow:
    """Rows 0 … row_count-1, newest first, of which some are here."""

    def __init__(self) -> None:
        self._head: list[ShownFlight] = []
        self._below = 0
        self._pages: OrderedDict[int, _Page] = OrderedDict()
        self._trims = 0

    @property
    def row_count(self) -> int:
        return len(self._head) + self._below

    @property
    def head(self) -> Sequence[ShownFlight]:
        return self._head

    @property
    def below(self) -> int:
        """Rows under the head, loaded or not."""
        return self._below

    def load(self, head: list[ShownFlight], below: int) -> None:
        """Begin anew."""
        self._head = head
        self._below = below if head else 0
        self._pages.clear()

    def at(self, row: int) -> ShownFlight | None:
        """None for a row that is not here yet."""
        if row < len(self._head):
            return self._head[row]
        number, place = divmod(row - len(self._head), PAGE_ROWS)
        page = self._pages.get(number)
        if page is None:
            return None
        self._pages.move_to_end(number)
        return page.rows[place] if place < len(page.rows) else None

    def row_of(self, flight_id: str) -> int | None:
        """Of a row that is here."""
        return self.rows_of({flight_id}).get(flight_id)

    def rows_of(self, flight_ids: Set[str]) -> dict[str, int]:
        """Of those that are here."""
        found = {
            shown.summary.id: row
            for row, shown in enumerate(self._head)
            if shown.summary.id in flight_ids
        }
        for number, page in self._pages.items():
            first = len(self._head) + number * PAGE_ROWS
            for flight_id in page.places.keys() & flight_ids:
                if first + page.places[flight_id] < self.row_count:
                    found.setdefault(flight_id, first + page.places[flight_id])
        return found

    def missing(self, first_row: int, last_row: int) -> list[int]:
        """Pages to read for these rows, in order."""
        first = max(first_row - len(self._head), 0)
        last = min(last_row - len(self._head), self._below - 1)
        return [
            number
            for number in range(first // PAGE_ROWS, last // PAGE_ROWS + 1)
            if last >= 0 and ((page := self._pages.get(number)) is None or page.is_stale)
        ]

    def request(self, number: int, query: FlightQuery) -> PageRequest:
        """Anchored at the head's last row, so that flights that came since do not count."""
        above = 0
        if self._head:
            anchor_s = self._head[-1].summary.started_at_s
            until_s = math.nextafter(anchor_s, math.inf)
            above = sum(1 for shown in self._head if shown.summary.started_at_s == anchor_s)
            if query.until_s is None or until_s < query.until_s:
                query = replace(query, until_s=until_s)
        return PageRequest(number, query, above + number * PAGE_ROWS, self._trims)

    def put_page(self, request: PageRequest, rows: list[ShownFlight]) -> range:
        """The rows that changed by it."""
        number = request.page + self._trims - request.trims
        self._keep(number, rows)
        first = len(self._head) + number * PAGE_ROWS
        return range(first, min(first + PAGE_ROWS, self.row_count))

    def put(self, row: int, shown: ShownFlight) -> None:
        """Replace a row that is here by a newer version of the same flight."""
        if row < len(self._head):
            self._head[row] = shown
            return
        number, place = divmod(row - len(self._head), PAGE_ROWS)
        self._pages[number].rows[place] = shown

    def insert(self, row: int, rows: Sequence[ShownFlight]) -> None:
        """Within or right under the head."""
        self._head[row:row] = rows

    def remove(self, first: int, count: int) -> None:
        """Within the head."""
        del self._head[first : first + count]

    def set_below(self, below: int) -> None:
        """The list is longer or shorter than thought: what lies in its pages may have moved."""
        self._below = below
        for page in self._pages.values():
            page.is_stale = True

    def trim_head(self) -> None:
        """Turn the lowest part of a long head into pages. No row moves."""
        while len(self._head) > _HEAD_MOST:
            rows = self._head[-PAGE_ROWS:]
            del self._head[-PAGE_ROWS:]
            self._below += len(rows)
            moved = [(number + 1, page) for number, page in self._pages.items()]
            self._pages = OrderedDict(moved)
            self._trims += 1
            self._keep(0, rows)

    def _keep(self, number: int, rows: list[ShownFlight]) -> None:
        self._pages[number] = _Page(rows)
        self._pages.move_to_end(number)
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
