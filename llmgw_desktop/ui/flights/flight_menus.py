"""The menus of the flights page: which columns there are, and what can be done with a flight."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from llmgw_desktop.domain.flight import FlightSummary
from llmgw_desktop.ui.flights.filter_bar import FilterBar
from llmgw_desktop.ui.flights.flight_actions import FlightActions
from llmgw_desktop.ui.flights.table.flight_table import FlightTable


class FlightMenus:
    """Each is made when it is wanted."""

    def __init__(
        self, page: QWidget, table: FlightTable, actions: FlightActions, filter_bar: FilterBar
    ) -> None:
        self._page = page
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
        self._filter.quick_menu(menu, flight)
        menu.popup(at)
