"""Keeps the top of the flights list true: reads it, lets new flights in, counts.

New flights are gathered and let in at most four times a second, and only while the top is in
sight; otherwise they are counted until somebody wants them. Pages further down are read by
`page_loader`.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.flights.recording import Flights, is_whole
from llmgw_desktop.domain.events import Event, FlightClosed, FlightOpened
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.table.flight_model import FlightModel
from llmgw_desktop.ui.flights.table.flight_window import PAGE_ROWS
from llmgw_desktop.ui.flights.table.loading import (
    MOST_ROWS,
    LiveFlights,
    PageLoader,
    Top,
    TopReading,
    changed_since_s,
)
from llmgw_desktop.ui.widgets.pacing import PacedRefresh

_RUNNING_MS = 250
_RECOUNT_MS = 5000


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
        *,
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
        reading = TopReading(self._flights, self._query)
        self._fetch(reading.rows, self._take_first)
        self._fetch(reading.counts, self._take_counts)

    def _read_top(self) -> None:
        if self._needs_all:
            self._read_all()
            self._refresh.ended()
            return
        self._live.take(self._flights.running())
        reading, counts = TopReading(self._flights, self._query), self._needs_count
        head = [shown.summary for shown in self._model.window.head[:PAGE_ROWS]]
        is_all = self._model.rowCount() == len(head)
        since_s = changed_since_s(head, is_all=is_all, live_s=self._live.oldest_start_s())

        def work() -> Top:
            return reading.newest(since_s, counts=counts)

        self._fetch(work, self._take_top, self._refresh.ended)

    def _fetch(
        self,
        work: Callable[[], Top],
        take: Callable[[Top], None],
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        generation = self._generation

        def done(top: Top) -> None:
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

    def _take_first(self, read: Top) -> None:
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

    def _take_counts(self, read: Top) -> None:
        self._needs_all = self._needs_count = False
        self._reading_all = 0
        self._model.set_below(max((read.matching or 0) - len(read.flights), 0))
        self._tell_counts(read)
        self.loaded.emit()
        self._refresh.ask()

    def _take_top(self, read: Top) -> None:
        if len(read.flights) >= MOST_ROWS:
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

    def _count(self, read: Top, waiting: int) -> None:
        """Put the length right, which inserts alone cannot know: rows go, rows match no more."""
        if read.matching is None:
            if not self._recount_timer.isActive():
                self._recount_timer.start()
            return
        self._needs_count = False
        on_disk = len(self._model.window.head) - self._only_live + waiting
        self._model.set_below(max(read.matching - on_disk, 0))
        self._loader.look()

    def _tell_counts(self, read: Top) -> None:
        rows = self._model.rowCount()
        if read.total is not None:
            self._total = read.total
        self._total = max(self._total, rows)
        self.counted.emit(rows, rows if is_whole(self._query) else self._total)

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
