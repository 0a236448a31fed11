"""Keeps the top of the flights list true: reads it, lets new flights in, counts.

New flights are gathered and let in at most four times a second, and only while the top is in
sight; otherwise they are counted until somebody wants them. Pages further down are read by
`page_loader`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.flights import Flights, is_whole
from llmgw_desktop.domain.events import Event, FlightClosed, FlightOpened
from llmgw_desktop.domain.flight import FlightQuery, FlightSummary
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.table.flight_model import FlightModel
from llmgw_desktop.ui.flights.table.flight_window import PAGE_ROWS
from llmgw_desktop.ui.flights.table.live_flights import LiveFlights
from llmgw_desktop.ui.flights.table.page_loader import PageLoader
from llmgw_desktop.ui.widgets.paced_refresh import PacedRefresh

_TOP_MOST = 2 * PAGE_ROWS
_RUNNING_MS = 250
_RECOUNT_MS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Top:
    """What a worker read: the list's beginning, or what is not older than `since_s`."""

    flights: list[FlightSummary]
    since_s: float | None = None
    matching: int | None = None
    total: int | None = None


class FlightFeed(QObject):
    """Reads only while `widget` is seen, and makes up for it when it is shown again."""

    began = Signal()
    """The list is another one, selections and places ended; its first rows are here."""
    loaded = Signal()
    """All of the list can be scrolled to."""
    counted = Signal(int, int)
    """Flights that match, of all there are."""
    waiting = Signal(int)
    """New flights that are not let in because the top is out of sight."""
    came_in = Signal(int)
    failed = Signal(object)

    def __init__(
        self,
        flights: Flights,
        model: FlightModel,
        loader: PageLoader,
        bridge: Bridge,
        widget: QWidget,
    ) -> None:
        super().__init__(widget)
        self._flights = flights
        self._model = model
        self._loader = loader
        self._bridge = bridge
        self._live = LiveFlights()
        self._query = FlightQuery()
        self._generation = 1
        self._reading_all = 0
        """The generation of which everything is being read; 0 when none is."""
        self._needs_all = True
        self._needs_count = False
        self._is_at_top = True
        self._is_awake = False
        self._only_live = 0
        """Rows that are here and not on disk, less those that are on disk and not here."""
        self._total = 0
        self._refresh = PacedRefresh(widget, self._read_top)
        self._running_timer = QTimer(self, singleShot=True, interval=_RUNNING_MS)
        self._running_timer.timeout.connect(self._show_running)
        self._recount_timer = QTimer(self, singleShot=True, interval=_RECOUNT_MS)
        self._recount_timer.timeout.connect(self._recount)
        bridge.events.connect(self._on_events)

    @property
    def query(self) -> FlightQuery:
        return self._query

    @property
    def is_loaded(self) -> bool:
        """Whether the list is that of the query."""
        return not self._needs_all

    def set_query(self, query: FlightQuery) -> None:
        if query != self._query:
            self._query = query
            self.reload()

    def reload(self) -> None:
        """Read everything anew; what is being read is dropped."""
        self._generation += 1
        self._needs_all = True
        if self._is_awake:
            self._read_all()

    def set_at_top(self, at_top: bool) -> None:
        """Tell whether the first row is in sight."""
        if at_top and not self._is_at_top:
            self._refresh.ask()
        self._is_at_top = at_top

    def wake(self) -> None:
        """The page is shown."""
        self._is_awake = True
        self._show_running()
        if self._needs_all:
            self._read_all()
        else:
            self._refresh.ask()

    def rest(self) -> None:
        """The page is hidden: nothing moves."""
        self._is_awake = False
        self._running_timer.stop()

    def _on_events(self, events: tuple[Event, ...]) -> None:
        ended = self._live.note(events)
        if ended:
            self._model.update_flights(ended)
        if any(isinstance(event, FlightOpened | FlightClosed) for event in events):
            self._refresh.ask()
            if self._is_awake and not self._running_timer.isActive():
                self._show_running()

    def _read_all(self) -> None:
        """The first rows, to be shown at once, then how many there are, which can take longer."""
        if self._reading_all == self._generation:
            return
        self._reading_all = self._generation
        query = self._query
        first: list[FlightSummary] = []

        def rows() -> _Top:
            first.extend(self._flights.page(query, 0, PAGE_ROWS))
            return _Top(flights=first)

        def counts() -> _Top:
            goes_on = len(first) == PAGE_ROWS
            matching = self._flights.count(query) if goes_on else len(first)
            total = matching if is_whole(query) else self._flights.count(FlightQuery())
            return _Top(flights=first, matching=matching, total=total)

        self._fetch(rows, self._take_first)
        self._fetch(counts, self._take_counts)

    def _read_top(self) -> None:
        if self._needs_all:
            self._read_all()
            self._refresh.ended()
            return
        self._live.take(self._flights.running())
        query, counts, since_s = self._query, self._needs_count, self._since_s()
        bounds = [bound for bound in (since_s, query.since_s) if bound is not None]
        newest = replace(query, since_s=max(bounds, default=None))

        def work() -> _Top:
            flights = self._flights.page(newest, 0, _TOP_MOST)
            matching = self._flights.count(query) if counts else None
            total = self._flights.count(FlightQuery()) if counts else None
            return _Top(flights=flights, since_s=since_s, matching=matching, total=total)

        self._fetch(work, self._take_top, self._refresh.ended)

    def _fetch(
        self,
        work: Callable[[], _Top],
        take: Callable[[_Top], None],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        generation = self._generation

        def done(top: _Top) -> None:
            with self._refresh.costing():
                if generation == self._generation:
                    take(top)
            ended()

        def failed(error: Exception) -> None:
            ended()
            if generation == self._generation:
                self._generation += 1  # what else was under way is of no use now
                self._needs_all = True
                self._reading_all = 0
                self.failed.emit(error)

        self._bridge.fetch(self, self._refresh.costed(work), done, failed)

    def _take_first(self, read: _Top) -> None:
        goes_on = len(read.flights) == PAGE_ROWS
        since_s = read.flights[-1].started_at_s if goes_on else None
        self._live.take(self._flights.running())
        top = self._live.merge(read.flights, self._query, since_s)
        self._only_live = len(top) - len(read.flights)
        self._loader.begin(self._query)
        self._model.load(top, 0)
        self.waiting.emit(0)
        if top:
            self.began.emit()

    def _take_counts(self, read: _Top) -> None:
        self._needs_all = self._needs_count = False
        self._reading_all = 0
        self._model.set_below(max((read.matching or 0) - len(read.flights), 0))
        self._tell_counts(read)
        self.loaded.emit()
        self._refresh.ask()

    def _take_top(self, read: _Top) -> None:
        if len(read.flights) >= _TOP_MOST:
            if self._is_at_top:
                self.reload()
            else:
                self.waiting.emit(len(read.flights))
            return
        head = self._model.window.head
        recent = [
            shown.summary.id
            for shown in head
            if read.since_s is None or shown.summary.started_at_s >= read.since_s
        ]
        top = self._live.merge(read.flights, self._query, read.since_s)
        self._only_live = len(top) - len(read.flights)
        new = len({flight.id for flight in top}.difference(recent))
        if self._is_at_top:
            self._model.replace_top(top, len(recent))
        else:
            self._model.update_flights(top)
        self._count(read, waiting=0 if self._is_at_top else new)
        self.waiting.emit(0 if self._is_at_top else new)
        self._tell_counts(read)
        if new and self._is_at_top:
            self.came_in.emit(new)

    def _count(self, read: _Top, waiting: int) -> None:
        """Put the length right, which inserts alone cannot know: rows go, rows match no more."""
        if read.matching is None:
            if not self._recount_timer.isActive():
                self._recount_timer.start()
            return
        self._needs_count = False
        on_disk = len(self._model.window.head) - self._only_live + waiting
        self._model.set_below(max(read.matching - on_disk, 0))
        self._loader.look()

    def _tell_counts(self, read: _Top) -> None:
        rows = self._model.rowCount()
        if read.total is not None:
            self._total = read.total
        self._total = max(self._total, rows)
        self.counted.emit(rows, rows if is_whole(self._query) else self._total)

    def _since_s(self) -> float | None:
        """From where on the list may have changed: its top, or an older flight under way."""
        newest = [shown.summary for shown in self._model.window.head[:PAGE_ROWS]]
        if not newest:
            return None
        starts = [newest[0].started_at_s]
        starts.extend(flight.started_at_s for flight in newest if flight.is_running)
        live_s = self._live.oldest_start_s()
        if live_s is not None:
            starts.append(live_s)
        is_all = self._model.rowCount() == len(newest)
        return min(starts) if is_all else max(min(starts), newest[-1].started_at_s)

    def _show_running(self) -> None:
        """Again and again, until nothing is under way."""
        running = self._flights.running()
        self._live.take(running)
        if running:
            self._model.update_flights(running)
            self._running_timer.start()
        else:
            self._running_timer.stop()

    def _recount(self) -> None:
        self._needs_count = True
        self._refresh.ask()
