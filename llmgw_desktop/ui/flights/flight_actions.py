"""What can be done with a flight, and the menus that offer it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from llmgw_desktop.app.flights.copies import (
    SHELLS,
    NothingToCopy,
    Shell,
    answer_copy_text,
    curl_text,
    request_json_text,
)
from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightSummary
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.filter_bar import FilterBar
from llmgw_desktop.ui.flights.flight_export import FlightExport
from llmgw_desktop.ui.flights.table.flight_table import FlightTable
from llmgw_desktop.ui.widgets.button import new_action

_CURL = "Copy as curl"
_COMPARE = "Compare two flights"
_HOW_TO_COMPARE = "Choose a second flight with Ctrl and a click, then compare the two."


class FlightActions(QObject):
    """`actions` stand in the row's menu and in the detail pane; disabled without a flight."""

    said = Signal(str)
    """A sentence for the person: what was copied, or why not."""
    job_wanted = Signal(str)
    comparison_wanted = Signal(str, str)
    """Of two flights, by their ids, the older first."""

    def __init__(
        self,
        flights: Flights,
        base_urls: Callable[[], dict[str, str]],
        key_file: str,
        *,
        bridge: Bridge,
        widget: QWidget,
    ) -> None:
        super().__init__(widget)
        self._flights = flights
        self._base_urls = base_urls
        self._key_file = key_file
        self._bridge = bridge
        self._flight: FlightSummary | None = None
        self.curl = new_action(self, _CURL, partial(self._copy_curl, SHELLS[0]), ["Ctrl+Shift+C"])
        self.other_curls = [
            new_action(self, f"{_CURL} for {shell}", partial(self._copy_curl, shell))
            for shell in SHELLS[1:]
        ]
        self.request = new_action(self, "Copy request JSON", self._copy_request)
        self.answer = new_action(self, "Copy answer text", self._copy_answer)
        self.flight_id = new_action(self, "Copy flight id", self._copy_id)
        self.job = new_action(self, "Show its job", self._show_job)
        self.compare = new_action(self, _COMPARE, self._compare, ["Ctrl+D"])
        self._pair: tuple[FlightSummary, FlightSummary] | None = None
        widget.addActions(self.actions)
        self.set_flight(None)
        self.set_pair(None)

    @property
    def actions(self) -> list[QAction]:
        return [*self.copies, self.job, self.compare]

    @property
    def copies(self) -> list[QAction]:
        return [self.curl, *self.other_curls, self.request, self.answer, self.flight_id]

    def set_flight(self, flight: FlightSummary | None) -> None:
        self._flight = flight
        for action in self.copies:
            action.setEnabled(flight is not None)
        self.job.setEnabled(flight is not None and bool(flight.job))

    def set_pair(self, pair: tuple[FlightSummary, FlightSummary] | None) -> None:
        """Where two are chosen."""
        self._pair = pair

    def _compare(self) -> None:
        if self._pair is None:
            self.said.emit(_HOW_TO_COMPARE)
        else:
            older, newer = self._pair
            self.comparison_wanted.emit(older.id, newer.id)

    def _copy_curl(self, shell: Shell) -> None:
        base_urls = self._base_urls()
        key_file = self._key_file
        self._copy(lambda record: curl_text(record, base_urls, key_file, shell), "Copied as curl.")

    def _copy_request(self) -> None:
        self._copy(request_json_text, "Request copied.")

    def _copy_answer(self) -> None:
        self._copy(answer_copy_text, "Answer copied.")

    def _show_job(self) -> None:
        if self._flight is not None:
            self.job_wanted.emit(self._flight.job)

    def _copy_id(self) -> None:
        if self._flight is not None:
            QGuiApplication.clipboard().setText(self._flight.id)
            self.said.emit("Flight id copied.")

    def _copy(self, make: Callable[[FlightRecord], str], done_words: str) -> None:
        flight = self._flight
        if flight is None:
            return

        def work() -> str:
            record = self._flights.record(flight.id)
            if record is None:
                raise NothingToCopy("This flight was not recorded.")
            return make(record)

        def done(text: str) -> None:
            QGuiApplication.clipboard().setText(text)
            self.said.emit(done_words)

        self._bridge.fetch(self, work, done, lambda error: self.said.emit(str(error)))


class FlightMenus:
    """Each is made when it is wanted."""

    def __init__(
        self,
        page: QWidget,
        table: FlightTable,
        actions: FlightActions,
        filter_bar: FilterBar,
        *,
        export: FlightExport,
    ) -> None:
        self._page = page
        self._export = export
        self._table = table
        self._actions = actions
        self._filter = filter_bar

    def show_columns(self) -> None:
        menu = self._table.header.column_menu(self._page)
        button = self._filter.columns
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def show_flight(self, flight: FlightSummary, at: QPoint) -> None:
        menu = QMenu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions(self._actions.actions)
        menu.addSeparator()
        ids = self._table.chosen_ids() or (flight.id,)
        self._export.add_to(menu, ids, self._filter.matching)
        menu.addSeparator()
        self._filter.quick_menu(menu, flight)
        menu.popup(at)
