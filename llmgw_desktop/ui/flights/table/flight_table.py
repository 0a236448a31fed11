"""The table of flights: rows of one height, keys that move. Columns are `flight_header`'s.

Reading is `flight_feed`'s and `page_loader`'s work; what a click on a row leads to is the page's.
"""

from collections.abc import Callable

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSettings,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget
from typing_extensions import override

from llmgw_desktop.domain.flight import FlightSummary
from llmgw_desktop.ui.flights.table.flight_delegate import FlightDelegate
from llmgw_desktop.ui.flights.table.flight_header import TIME_KEY, FlightHeader
from llmgw_desktop.ui.flights.table.flight_model import FlightModel
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.view_clothes import dress_view


class FlightTable(QTableView):
    """One row at a time is selected."""

    flight_chosen = Signal(object)
    """The FlightSummary under the selection, or None."""
    opened = Signal()
    """Enter."""
    row_clicked = Signal()
    left = Signal()
    """Esc."""
    follow_toggled = Signal()
    """Space."""
    top_seen = Signal(bool)
    scrolled = Signal()
    menu_wanted = Signal(object, QPoint)
    """A FlightSummary, and where on the screen."""

    def __init__(
        self, model: FlightModel, theme: Theme, settings: QSettings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._theme = theme
        self._delegate = FlightDelegate(theme, model, self)
        self.header = FlightHeader(theme, settings, self)
        self._set_up_view()
        self.header.set_up(model.columns)
        for text, key, run in (
            ("Next flight", "J", lambda: self.step(1)),
            ("Previous flight", "K", lambda: self.step(-1)),
            ("Open flight", "Return", self._open),
            ("Follow newest", "Space", self.follow_toggled.emit),
            ("Close flight", "Esc", self.left.emit),
        ):
            self._add_key(text, key, run)
        model.rowsInserted.connect(self._tell_top)
        self._time_column = next(
            at for at, column in enumerate(model.columns) if column.key == TIME_KEY
        )
        for changed in (model.modelReset, model.dataChanged, model.rowsInserted):
            changed.connect(self._look_at_times)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        theme.changed.connect(self.viewport().update)

    @property
    def chosen_row(self) -> int:
        """-1 without a selection."""
        rows = self.selectionModel().selectedRows()
        return rows[0].row() if rows else -1

    def chosen_flight(self) -> FlightSummary | None:
        row = self.chosen_row
        shown = self._model.window.at(row) if row >= 0 else None
        return shown.summary if shown is not None else None

    def row_of(self, flight_id: str) -> int | None:
        """Of a flight whose row is here."""
        return self._model.window.row_of(flight_id)

    def flight_of(self, flight_id: str) -> FlightSummary | None:
        """As it is in the list now, if its row is here."""
        row = self.row_of(flight_id)
        shown = None if row is None else self._model.window.at(row)
        return shown.summary if shown is not None else None

    def choose_row(self, row: int, *, scroll: bool = True) -> None:
        """Select it and bring it into sight."""
        index = self._model.index(row, max(self.header.logicalIndexAt(0), 0))
        if index.isValid():
            self.setCurrentIndex(index)
            if scroll:
                self.scrollTo(index)

    def step(self, rows: int) -> None:
        """Move the selection; from none, to the first row in sight."""
        last = self._model.rowCount() - 1
        if last < 0:
            return
        row = self.chosen_row
        self.choose_row(self.visible_rows()[0] if row < 0 else min(max(row + rows, 0), last))

    def visible_rows(self) -> tuple[int, int]:
        """First and last row in sight."""
        first = max(self.rowAt(0), 0)
        last = self.rowAt(self.viewport().height() - 1)
        return first, last if last >= 0 else self._model.rowCount() - 1

    @property
    def is_at_top(self) -> bool:
        return self.verticalScrollBar().value() == 0

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down if self.chosen_row < 0:
                self.step(1)
            case Qt.Key.Key_Home:
                self.choose_row(0)
            case Qt.Key.Key_End:
                self.choose_row(self._model.rowCount() - 1)
            case _:
                super().keyPressEvent(event)

    @override
    def keyboardSearch(self, search: str) -> None:
        """Nothing: looking through a million rows for a letter would stop the window."""

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        is_row = self.indexAt(event.position().toPoint()).isValid()
        if event.button() is Qt.MouseButton.LeftButton and is_row:
            self.row_clicked.emit()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover(self.rowAt(event.position().toPoint().y()))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover(-1)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.header.fit()
        self.scrolled.emit()

    @override
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self.flight_chosen.emit(self.chosen_flight())

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
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName("Flights")
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setCornerWidget(QWidget())
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._want_menu)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self._delegate.row_height)
        rows.hide()
        dress_view(self, self._theme)

    def _add_key(self, text: str, key: str, run: Callable[[], None]) -> None:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(key))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(run)
        self.addAction(action)

    def _open(self) -> None:
        if self.chosen_row >= 0:
            self.opened.emit()

    def _want_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        if index.isValid() and (flight := self.chosen_flight()) is not None:
            self.menu_wanted.emit(flight, self.viewport().mapToGlobal(at))

    def _hover(self, row: int) -> None:
        before = self._delegate.hovered_row
        if row == before:
            return
        self._delegate.hovered_row = row
        for each in (before, row):
            if each >= 0:
                top, height = self.rowViewportPosition(each), self.rowHeight(each)
                self.viewport().update(0, top, self.viewport().width(), height)

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
