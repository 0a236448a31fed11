"""The table and the detail pane side by side, and what is chosen in them.

Finds the record of the chosen flight, keeps it up to date while the flight runs, and remembers
how the space is shared. Filters and empty states are the page's.
"""

from dataclasses import replace

from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary
from llmgw_desktop.domain.flights.flight_filter import matches
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.detail.detail_pane import DetailPane
from llmgw_desktop.ui.flights.table.flight_feed import FlightFeed
from llmgw_desktop.ui.flights.table.flight_table import FlightTable
from llmgw_desktop.ui.flights.table.loading import PageLoader
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.panes import PaneSplitter

_STEADY_MS = 60
_AGAIN_MS = 250
_TRIES = 12


class FlightBrowser(QWidget):
    """The pane is shown once a flight was opened, until it is closed."""

    chosen = Signal(object)
    """The FlightSummary under the selection, or None."""

    def __init__(
        self,
        table: FlightTable,
        pane: DetailPane,
        flights: Flights,
        *,
        bridge: Bridge,
        theme: Theme,
        settings: QSettings,
    ) -> None:
        super().__init__()
        self._table = table
        self._pane = pane
        self._flights = flights
        self._bridge = bridge
        self._theme = theme
        self._flight: FlightSummary | None = None
        self._tries_left = 0
        self._splitter = PaneSplitter(theme, table, pane, settings=settings, key="flights")
        self._steady = QTimer(self, singleShot=True, interval=_STEADY_MS)
        self._steady.timeout.connect(self._fetch)
        self._lay_out()
        self._connect()

    @property
    def flight(self) -> FlightSummary | None:
        """The chosen one, also when its row is out of the list."""
        return self._flight

    @property
    def is_open(self) -> bool:
        return not self._pane.isHidden()

    def open_pane(self) -> None:
        if not self.is_open and self._flight is not None:
            self._pane.show()
            self._fetch()

    def close_pane(self) -> None:
        self._pane.hide()
        self._focus_table()

    def forget(self) -> None:
        """The chosen flight is not in the list any more."""
        self._flight = None
        self._pane.hide()
        self.chosen.emit(None)

    def _lay_out(self) -> None:
        self._splitter.begin(self._pane.turn, 1, 1)
        self._pane.hide()
        v_box(self._theme, self._splitter, on=self, margins=0)

    def _connect(self) -> None:
        self._table.flight_chosen.connect(self._on_chosen)
        self._table.opened.connect(self._on_opened)
        self._table.row_clicked.connect(self.open_pane)
        self._table.left.connect(self.close_pane)
        self._table.model().dataChanged.connect(self._on_data)
        self._pane.closed.connect(self.close_pane)
        self._pane.left.connect(self._focus_table)

    def _on_chosen(self, flight: FlightSummary | None) -> None:
        if flight is None or (self._flight is not None and flight.id == self._flight.id):
            return
        self._flight = flight
        self._tries_left = _TRIES
        self.chosen.emit(flight)
        if self.is_open:
            self._steady.start()

    def _on_opened(self) -> None:
        self.open_pane()
        if self.is_open:
            self._pane.focus_content()

    def _focus_table(self) -> None:
        self._table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_data(self) -> None:
        """Perhaps the chosen flight went on, or ended."""
        before = self._flight
        if before is None or not before.is_running:
            return
        now = self._table.flight_of(before.id)
        if now is None or now is before:
            return
        self._flight = now
        self.chosen.emit(now)
        if self.is_open:
            self._pane.show_summary(now)
            if not now.is_running:
                self._fetch()

    def _fetch(self) -> None:
        flight = self._flight
        if flight is not None:
            self._bridge.fetch(
                self,
                lambda: self._flights.record(flight.id),
                lambda record: self._show(flight, record),
                lambda _: self._show(flight, None),
            )

    def _show(self, asked: FlightSummary, record: FlightRecord | None) -> None:
        flight = self._flight
        if flight is None or flight.id != asked.id:
            return
        if record is None:
            record = FlightRecord(summary=flight)
        is_behind = record.summary.is_running or record.summary.state is not flight.state
        if is_behind:
            record = replace(record, summary=flight)
        self._pane.show_record(record)
        if (is_behind or _lacks_a_body(record)) and not flight.is_running and self._tries_left:
            # It ended a moment ago: the recorder writes it down with its next batch, and large
            # bodies after it.
            self._tries_left -= 1
            QTimer.singleShot(_AGAIN_MS, self, self._fetch)


def _lacks_a_body(record: FlightRecord) -> bool:
    asked = record.request_body is None and not record.request_body_whole
    return asked or (record.answer_body is None and not record.answer_body_whole)


class FlightFinder(QObject):
    """`show` is for a flight that somebody asks for; the chosen one it follows by itself."""

    clear_wanted = Signal()
    """The filter hides the flight that is asked for."""
    failed = Signal(object)

    def __init__(
        self,
        flights: Flights,
        *,
        feed: FlightFeed,
        loader: PageLoader,
        table: FlightTable,
        browser: FlightBrowser,
        bridge: Bridge,
    ) -> None:
        super().__init__(browser)
        self._flights = flights
        self._feed = feed
        self._loader = loader
        self._table = table
        self._browser = browser
        self._bridge = bridge
        self._others_expected = True
        self._wanted: FlightSummary | None = None
        feed.loaded.connect(self._on_loaded)

    def show(self, flight_id: str) -> None:
        """Choose this one and open it."""

        def found(record: FlightRecord | None) -> None:
            if record is not None:
                self._want(record.summary)

        self._bridge.fetch(self, lambda: self._flights.record(flight_id), found, self.failed.emit)

    def expect_others(self) -> None:
        """The list will be that of another filter."""
        self._others_expected = True

    def _want(self, flight: FlightSummary) -> None:
        self._wanted = flight
        if not matches(self._feed.query, flight):
            self.clear_wanted.emit()
        elif self._feed.is_loaded:
            self._find_wanted()

    def _find_wanted(self) -> None:
        flight, self._wanted = self._wanted, None

        def choose(row: int) -> None:
            self._table.choose_row(row)
            self._browser.open_pane()

        if flight is not None:
            self._loader.locate(flight, choose)

    def _on_loaded(self) -> None:
        """Rows have new places: find the chosen flight's again."""
        is_new, self._others_expected = self._others_expected, False
        if self._wanted is not None:
            self._find_wanted()
            return
        flight = self._browser.flight
        if flight is None:
            return
        if is_new and not matches(self._feed.query, flight):
            self._browser.forget()
        elif is_new:
            self._loader.locate(flight, self._table.choose_row)
        elif (row := self._table.row_of(flight.id)) is not None:
            self._table.choose_row(row, scroll=False)
