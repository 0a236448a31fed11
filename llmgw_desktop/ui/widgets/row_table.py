"""A table of rows: one is chosen at a time, keys move, the pointer lights up where it is.

What a row holds and how wide columns are is for whoever makes one of it.
"""

from collections.abc import Callable, Iterable

from PySide6.QtCore import QAbstractItemModel, QEvent, QRect, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.view_clothes import dress_view

_SELECTED = QStyle.StateFlag.State_Selected.value
Key = tuple[str, str, Callable[[], object]]
"""What it does, in words for the list of keys; the key; doing it."""


class RowDelegate(QStyledItemDelegate):
    """Paints cells; the table says where the pointer is."""

    hovered_row = -1

    def paint_ground(
        self, painter: QPainter, option: QStyleOptionViewItem, row: int, colours: Colours
    ) -> None:
        """Of a row that is chosen, or that the pointer is on."""
        if option.state.value & _SELECTED:
            painter.fillRect(option.rect, colours.selection)
        elif row == self.hovered_row:
            painter.fillRect(option.rect, colours.hover)


def paint_line(painter: QPainter, area: QRect, text: str, *, is_number: bool = False) -> None:
    """With the painter's font and pen. One line of left-to-right order, whatever stands in it."""
    elided = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, area.width())
    side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
    painter.drawText(
        area, Qt.AlignmentFlag.AlignVCenter | side | Qt.TextFlag.TextSingleLine, elided
    )


class RowTable(QTableView):
    """`set_up` comes last in a constructor: it takes the model and the delegate into use."""

    row_clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.viewport().update)

    @property
    def chosen_row(self) -> int:
        """-1 without a selection."""
        rows = self.selectionModel().selectedRows()
        return rows[0].row() if rows else -1

    def choose_row(self, row: int, *, scroll: bool = True) -> None:
        """Select it and bring it into sight, if it is there."""
        index = self.model().index(row, self._first_column())
        if index.isValid():
            self.setCurrentIndex(index)
            if scroll:
                self.scrollTo(index)

    def step(self, rows: int) -> None:
        """Move the selection; from none, to the first row in sight."""
        last = self.model().rowCount() - 1
        if last < 0:
            return
        row = self.chosen_row
        self.choose_row(max(self.rowAt(0), 0) if row < 0 else min(max(row + rows, 0), last))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Down if self.chosen_row < 0:
                self.step(1)
            case Qt.Key.Key_Home:
                self.choose_row(0)
            case Qt.Key.Key_End:
                self.choose_row(self.model().rowCount() - 1)
            case _:
                super().keyPressEvent(event)

    @override
    def keyboardSearch(self, search: str) -> None:
        """Nothing: letters are keys, and looking through very many rows would stop the window."""

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

    def set_up(
        self, model: QAbstractItemModel, delegate: RowDelegate, *, name: str, row_height: int
    ) -> None:
        """`name` is what a screen reader says."""
        self._delegate = delegate
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setAccessibleName(name)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(row_height)
        rows.hide()
        dress_view(self, self._theme)

    def add_keys(self, keys: Iterable[Key]) -> None:
        """They work while the table has the focus, and stand in the list of keys."""
        for text, key, run in keys:
            action = QAction(text, self)
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(lambda _=False, run=run: run())
            self.addAction(action)

    def _first_column(self) -> int:
        """The leftmost that is to be seen."""
        header = self.horizontalHeader()
        shown = (
            header.logicalIndex(at)
            for at in range(header.count())
            if not header.isSectionHidden(header.logicalIndex(at))
        )
        return next(shown, 0)

    def _hover(self, row: int) -> None:
        before = self._delegate.hovered_row
        if row == before:
            return
        self._delegate.hovered_row = row
        for each in (before, row):
            if each >= 0:
                top, height = self.rowViewportPosition(each), self.rowHeight(each)
                self.viewport().update(0, top, self.viewport().width(), height)
