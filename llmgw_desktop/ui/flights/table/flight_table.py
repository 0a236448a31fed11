"""The table of flights: rows of one height, keys that move. Columns are `flight_header`'s.

Reading is `flight_feed`'s and `page_loader`'s work; what a click on a row leads to is the page's.
"""

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSettings,
    Qt,
    Signal,
)
from PySide6.QtGui import QInputEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget
from typing_extensions import override

from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.ui.flights.table.flight_delegate import FlightDelegate
from llmgw_desktop.ui.flights.table.flight_header import TIME_KEY, FlightHeader
from llmgw_desktop.ui.flights.table.flight_model import FlightModel
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.tables import RowTable

_Flag = QItemSelectionModel.SelectionFlag
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_MORE = Qt.KeyboardModifier.ControlModifier | _SHIFT
_LONGEST_STRETCH = 500
"""Rows. There may be a million of them, and each that is chosen is looked at."""


class FlightTable(RowTable):
    """One row is selected; with Ctrl or Shift further ones, to be compared or exported."""

    flight_chosen = Signal(object)
    """The FlightSummary under the selection, or None."""
    pair_chosen = Signal(object)
    """Two FlightSummary, the older first, or None where there are not two."""
    opened = Signal()
    """Enter."""
    left = Signal()
    """Esc."""
    follow_toggled = Signal()
    """Space."""
    top_seen = Signal(bool)
    scrolled = Signal()
    menu_wanted = Signal(object, QPoint)
    """A FlightSummary, and where on the screen."""

    def __init__(self, model: FlightModel, theme: Theme, settings: QSettings) -> None:
        super().__init__(theme)
        self._model = model
        self.header = FlightHeader(theme, settings, self)
        self._set_up_view()
        self.header.set_up(model.columns)
        self.add_keys(
            (
                ("Next flight", "J", lambda: self.step(1)),
                ("Previous flight", "K", lambda: self.step(-1)),
                ("Open flight", "Return", self._open),
                ("Follow newest", "Space", self.follow_toggled.emit),
                ("Close flight", "Esc", self.left.emit),
            )
        )
        model.rowsInserted.connect(self._tell_top)
        self._time_column = next(
            at for at, column in enumerate(model.columns) if column.key == TIME_KEY
        )
        for changed in (model.modelReset, model.dataChanged, model.rowsInserted):
            changed.connect(self._look_at_times)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)

    def chosen_flight(self) -> FlightSummary | None:
        row = self.chosen_row
        shown = self._model.window.at(row) if row >= 0 else None
        return shown.summary if shown is not None else None

    def chosen_ids(self) -> tuple[str, ...]:
        """Of all chosen rows that are here, in their order."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        shown = (self._model.window.at(row) for row in rows)
        return tuple(each.summary.id for each in shown if each is not None)

    def row_of(self, flight_id: str) -> int | None:
        """Of a flight whose row is here."""
        return self._model.window.row_of(flight_id)

    def flight_of(self, flight_id: str) -> FlightSummary | None:
        """As it is in the list now, if its row is here."""
        row = self.row_of(flight_id)
        shown = None if row is None else self._model.window.at(row)
        return shown.summary if shown is not None else None

    def visible_rows(self) -> tuple[int, int]:
        """First and last row in sight."""
        first = max(self.rowAt(0), 0)
        last = self.rowAt(self.viewport().height() - 1)
        return first, last if last >= 0 else self._model.rowCount() - 1

    @property
    def is_at_top(self) -> bool:
        return self.verticalScrollBar().value() == 0

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.header.fit()
        self.scrolled.emit()

    @override
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.flight_chosen.emit(self.chosen_flight())
        self.pair_chosen.emit(self._pair())

    @override
    def selectionCommand(
        self, index: QModelIndex | QPersistentModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """Never a very long stretch of rows."""
        if event is None:  # from a program, whatever keys are held down
            return _Flag.ClearAndSelect | _Flag.Rows
        if not index.isValid() or not isinstance(event, QInputEvent):
            return _Flag.NoUpdate
        if isinstance(event, QMouseEvent):
            is_chosen = self.selectionModel().isRowSelected(index.row())
            if event.button() is Qt.MouseButton.RightButton and is_chosen:
                return _Flag.NoUpdate
            if event.type() is not QEvent.Type.MouseButtonPress:
                return _Flag.NoUpdate
        keys = event.modifiers()
        if keys & _SHIFT and self.currentIndex().isValid():
            self._choose_up_to(index)
            return _Flag.NoUpdate
        return (_Flag.Toggle if keys & _MORE else _Flag.ClearAndSelect) | _Flag.Rows

    def _choose_up_to(self, index: QModelIndex | QPersistentModelIndex) -> None:
        """From where the keyboard is; of a very long stretch its end alone."""
        begin, end = sorted((self.currentIndex().row(), index.row()))
        if end - begin >= _LONGEST_STRETCH:
            begin = end = index.row()
        rows = QItemSelection(self._model.index(begin, 0), self._model.index(end, 0))
        self.selectionModel().select(rows, _Flag.Select | _Flag.Rows)

    @override
    def selectAll(self) -> None:
        """Nothing: the whole list is exported by its filter."""

    @override
    def rowsAboutToBeRemoved(
        self, parent: QModelIndex | QPersistentModelIndex, start: int, end: int
    ) -> None:
        """Without this Qt would choose a neighbour, and the pane would jump to another flight."""
        if start <= self.currentIndex().row() <= end or start <= self.chosen_row <= end:
            self.selectionModel().clear()
        super().rowsAboutToBeRemoved(parent, start, end)

    def _set_up_view(self) -> None:
        self.setHorizontalHeader(self.header)
        delegate = FlightDelegate(self._theme, self._model, self)
        self.set_up(self._model, delegate, name="Flights", row_height=delegate.row_height)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setCornerWidget(QWidget())
        self.customContextMenuRequested.connect(self._want_menu)

    def _pair(self) -> tuple[FlightSummary, FlightSummary] | None:
        rows = sorted((index.row() for index in self.selectionModel().selectedRows()), reverse=True)
        shown = [self._model.window.at(row) for row in rows[:3]]
        older, newer = (*shown, None, None)[:2]
        if len(shown) != 2 or older is None or newer is None:
            return None
        return older.summary, newer.summary

    def _open(self) -> None:
        if self.chosen_row >= 0:
            self.opened.emit()

    def _want_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if index.isValid() and (flight := self.chosen_flight()) is not None:
            self.menu_wanted.emit(flight, self.viewport().mapToGlobal(at))

    def _look_at_times(self) -> None:
        """The oldest in sight tells, since times of other days are longer."""
        row = self.visible_rows()[1]
        last = self._model.window.at(row) if row >= 0 else None
        if last is not None:
            self.header.make_room_for_times(last.cells[self._time_column])

    def _on_scrolled(self) -> None:
        self._look_at_times()
        self._tell_top()
        self.scrolled.emit()

    def _tell_top(self) -> None:
        self.top_seen.emit(self.is_at_top)
