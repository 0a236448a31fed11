"""Leads to one flight, wherever in the list it is, and back to it when the list is another one."""

from PySide6.QtCore import QObject, Signal

from llmgw_desktop.app.flights import Flights, matches
from llmgw_desktop.domain.flight import FlightRecord, FlightSummary
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.flight_browser import FlightBrowser
from llmgw_desktop.ui.flights.table.flight_feed import FlightFeed
from llmgw_desktop.ui.flights.table.flight_table import FlightTable
from llmgw_desktop.ui.flights.table.page_loader import PageLoader


class FlightFinder(QObject):
    """`show` is for a flight that somebody asks for; the chosen one it follows by itself."""

    clear_wanted = Signal()
    """The filter hides the flight that is asked for."""
    failed = Signal(object)

    def __init__(
        self,
        flights: Flights,
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
