"""Tables of rows: one is chosen at a time, keys move, the pointer lights up where it is; columns
that give way to what matters."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelection,
    QModelIndex,
    QPoint,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QColor,
    QFontMetrics,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)
from typing_extensions import override

from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.row_model import Column, Index, RowModel
from llmgw_desktop.ui.widgets.texts import LaidOutTexts
from llmgw_desktop.ui.widgets.view_clothes import dress_header, dress_view
from llmgw_desktop.ui.widgets.words import said

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


class RowTable(QTableView):
    """`set_up` comes last in a constructor: it takes the model and the delegate into use."""

    row_clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
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
        self.setAccessibleName(said(name))
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
            action = QAction(said(text), self)
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


Ink = Callable[[Any, Column[Any], Colours], QColor | None]
"""Of a row and a column, a colour of its own."""
MarkOf = Callable[[Any, Colours], tuple[str, QColor]]
"""Of a row, the name of its picture, and the colour."""
MARK_UNITS = 5.5
"""What a mark takes of its cell, in units of the theme."""


class RowCells(RowDelegate):
    """Texts that begin where the header's do, some with a mark before them."""

    def __init__(
        self,
        theme: Theme,
        model: RowModel[Any],
        ink: Ink = lambda *_: None,
        mark: MarkOf | None = None,
    ) -> None:
        super().__init__()
        self._theme, self._model = theme, model
        self._ink, self._mark = ink, mark
        self._texts = LaidOutTexts(theme.font())

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        self.paint_ground(painter, option, index.row(), self._theme.colours)
        row, pad = self._model.row(index.row()), self._theme.space(1.5)
        if row is not None:
            column = self._model.columns[index.column()]
            self.paint_cell(painter, option.rect.adjusted(pad, 0, -pad, 0), row, column)

    def paint_cell(self, painter: QPainter, inside: QRect, row: Any, column: Column[Any]) -> None:
        colours = self._theme.colours
        if column.has_mark and self._mark is not None:
            icon, ink = self._mark(row, colours)
            size = self._theme.space(4)
            area = QRectF(inside.left(), inside.top() + (inside.height() - size) / 2, size, size)
            self._theme.icons.paint(painter, icon, area, ink)
            inside = inside.adjusted(self._theme.space(MARK_UNITS), 0, 0, 0)
        plain = colours.muted if column.is_quiet else colours.text
        painter.setPen(self._ink(row, column, colours) or plain)
        self._texts.paint(painter, inside, column.shown(row), is_number=column.is_number)


@value
class TableLook:
    """What one table has of its own."""

    name: str
    """What a screen reader says."""
    noun: str = ""
    """Of one row, in the list of keys; empty: the table has no keys but those that move."""
    go_first: Sequence[str] = ()
    """Keys of columns that leave where the others have no room, in this order."""
    least_chars: int = 26
    """Of the columns that share what is left, together."""
    row_units: float = 7.5
    ink: Ink = lambda *_: None
    mark: MarkOf | None = None


class FittedTable(RowTable):
    """Columns as wide as their widest text; others share what is left. The chosen row stays so
    wherever it comes to stand."""

    chosen = Signal(object)
    """The row under the selection, or None; again when it has changed."""
    opened = Signal()
    """Enter, or a click."""
    left = Signal()
    """Esc."""
    menu_wanted = Signal(QPoint)

    def __init__(
        self,
        theme: Theme,
        model: RowModel[Any],
        look: TableLook,
        *,
        cells: RowCells | None = None,
    ) -> None:
        super().__init__(theme)
        self._rows = model
        self._look = look
        self._chosen_key: object = None
        self._is_told = True
        delegate = cells or RowCells(theme, model, look.ink, look.mark)
        delegate.setParent(self)
        self.set_up(model, delegate, name=look.name, row_height=theme.space(look.row_units))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(theme.space(8))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        dress_header(header, theme)
        if look.noun:
            self._add_own_keys(look.noun)
        self.row_clicked.connect(self.opened)
        self.customContextMenuRequested.connect(self._ask_menu)
        model.modelAboutToBeReset.connect(self._hold)
        model.modelReset.connect(self._choose_again)
        model.dataChanged.connect(self._on_changed)
        self.fit()

    @property
    def rows(self) -> Sequence[Any]:
        return self._rows.rows

    @property
    def chosen_item(self) -> Any:
        """The row that is chosen, or None."""
        return self._rows.row(self.chosen_row)

    def choose(self, key: object) -> None:
        """Select it and bring it into sight, if it is in the list."""
        self.choose_row(self._rows.row_of(key))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
        if self.chosen_row >= 0:
            self.scrollTo(self.currentIndex())

    @override
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self._tell()

    def fit(self) -> None:
        """Gives the columns their widths."""
        look, columns = self._look, self._rows.columns
        metrics, pad = QFontMetrics(self._theme.font()), 3 * self._theme.space(1.5)
        mark = self._theme.space(MARK_UNITS)
        widths = {
            column.key: metrics.horizontalAdvance(
                max(column.widest, said(column.widest), said(column.title), key=len)
            )
            + pad
            + (mark if column.has_mark else 0)
            for column in columns
            if column.widest
        }
        sharing = [column for column in columns if not column.widest]
        least = metrics.averageCharWidth() * look.least_chars
        least += sum(mark for column in sharing if column.has_mark)
        room = self.viewport().width()
        for key in look.go_first:
            if room - sum(widths.values()) < least:
                widths.pop(key, None)
                sharing = [each for each in sharing if each.key != key] or sharing
        rest = max(room - sum(widths.values()), least)
        whole = sum(column.share for column in sharing)
        widths |= {column.key: round(rest * column.share / whole) for column in sharing}
        for at, column in enumerate(columns):
            self.setColumnHidden(at, column.key not in widths)
            self.setColumnWidth(at, widths.get(column.key, 0))

    def _add_own_keys(self, noun: str) -> None:
        self.add_keys(
            (
                (f"Next {noun}", "J", lambda: self.step(1)),
                (f"Previous {noun}", "K", lambda: self.step(-1)),
                (f"Open {noun}", "Return", self.opened.emit),
                (f"Close {noun}", "Esc", self.left.emit),
            )
        )

    def _tell(self) -> None:
        if self._is_told:
            row = self.chosen_item
            self._chosen_key = None if row is None else self._rows.key_of(row)
            self.chosen.emit(row)

    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        if first.row() <= self.chosen_row <= last.row():
            self._tell()

    def _hold(self) -> None:
        self._is_told = False

    def _choose_again(self) -> None:
        """Rows have changed places; the person has not chosen another."""
        at = -1 if self._chosen_key is None else self._rows.row_of(self._chosen_key)
        if at >= 0:
            self.selectRow(at)
        self._is_told = True
        if self._chosen_key is not None:
            self._tell()

    def _ask_menu(self, at: QPoint) -> None:
        if self.chosen_row >= 0:
            self.menu_wanted.emit(self.viewport().mapToGlobal(at))
