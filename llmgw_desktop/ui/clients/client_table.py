"""The table of clients: keys that move, bars for budgets, columns that give way to the name."""

from PySide6.QtCore import (
    QItemSelection,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem, QWidget
from typing_extensions import override

from llmgw_desktop.app.client_desk.rows import ClientRow
from llmgw_desktop.app.figures import UNKNOWN
from llmgw_desktop.ui.clients.budget_bar import paint_budget
from llmgw_desktop.ui.clients.client_model import COLUMNS, ClientModel
from llmgw_desktop.ui.clients.state_marks import client_colour, client_mark
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.row_table import RowDelegate, RowTable, paint_line
from llmgw_desktop.ui.widgets.view_clothes import dress_header

_Index = QModelIndex | QPersistentModelIndex
_GO_FIRST = ("kind", "tokens", "program", "seen", "cost", "requests", "budgets")
"""Columns that leave where the name has no room, in this order."""
_LEAST_NAME_CHARS = 18
_MARK_UNITS = 5.5
_MOST_BARS = 3
_BAR_UNITS = 16
_QUIET = frozenset({"kind", "seen", "program"})


class ClientTable(RowTable):
    """One row at a time is selected."""

    chosen = Signal(object)
    """The ClientRow under the selection, or None."""
    opened = Signal()
    """Enter, or a click."""
    left = Signal()
    """Esc."""
    menu_wanted = Signal(QPoint)

    def __init__(self, model: ClientModel, theme: Theme) -> None:
        super().__init__(theme)
        self._model = model
        self._chosen_key = ""
        self._is_told = True
        self._set_up_view()
        self.add_keys(
            (
                ("Next client", "J", lambda: self.step(1)),
                ("Previous client", "K", lambda: self.step(-1)),
                ("Open client", "Return", self.opened.emit),
                ("Close client", "Esc", self.left.emit),
            )
        )
        self.row_clicked.connect(self.opened)
        model.modelAboutToBeReset.connect(self._hold)
        model.modelReset.connect(self._choose_again)
        model.dataChanged.connect(self._on_changed)

    @property
    def chosen_client(self) -> ClientRow | None:
        at = self.chosen_row
        return self._model.rows[at] if at >= 0 else None

    def choose(self, key: str) -> None:
        """Select it and bring it into sight, if it is in the list."""
        self.choose_row(self._model.row_of(key))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        if self.chosen_row >= 0:
            self.scrollTo(self.currentIndex())

    @override
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        self._tell()

    def _tell(self) -> None:
        if self._is_told:
            row = self.chosen_client
            self._chosen_key = "" if row is None else row.key
            self.chosen.emit(row)

    def _on_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        if first.row() <= self.chosen_row <= last.row():
            self._tell()

    def _hold(self) -> None:
        self._is_told = False

    def _choose_again(self) -> None:
        """Rows have changed places; the person has not chosen another."""
        at = self._model.row_of(self._chosen_key)
        if at >= 0:
            self.selectRow(at)
        self._is_told = True
        if self._chosen_key:
            self._tell()

    def _set_up_view(self) -> None:
        delegate = _Delegate(self._theme, self._model, self)
        self.set_up(self._model, delegate, name="Clients", row_height=self._theme.space(8.5))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(self._theme.space(8))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        dress_header(header, self._theme)
        self.customContextMenuRequested.connect(self._ask_menu)
        self._fit()

    def _ask_menu(self, at: QPoint) -> None:
        if self.chosen_client is not None:
            self.menu_wanted.emit(self.viewport().mapToGlobal(at))

    def _fit(self) -> None:
        """Columns as wide as their widest text; the name has the rest."""
        metrics, pad = QFontMetrics(self._theme.font()), 3 * self._theme.space(1.5)
        widths = {
            column.key: metrics.horizontalAdvance(max(column.widest, column.title, key=len)) + pad
            for column in COLUMNS
            if column.widest
        }
        least = metrics.averageCharWidth() * _LEAST_NAME_CHARS + self._theme.space(_MARK_UNITS)
        room = self.viewport().width()
        for key in _GO_FIRST:
            if room - sum(widths.values()) < least:
                widths.pop(key)
        name = max(room - sum(widths.values()), least)
        for at, column in enumerate(COLUMNS):
            is_name = not column.widest
            self.setColumnHidden(at, not is_name and column.key not in widths)
            self.setColumnWidth(at, name if is_name else widths.get(column.key, 0))


class _Delegate(RowDelegate):
    def __init__(self, theme: Theme, model: ClientModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        colours = self._theme.colours
        self.paint_ground(painter, option, index.row(), colours)
        column, row = COLUMNS[index.column()], self._model.rows[index.row()]
        painter.setFont(self._theme.font())
        pad = self._theme.space(1.5)
        area: QRect = option.rect
        inside = area.adjusted(pad, 0, -pad, 0)
        ink = colours.muted if column.key in _QUIET or not row.is_client else colours.text
        if column.key == "budgets":
            self._paint_budgets(painter, inside, row)
            return
        text = column.text(row)
        if column.key == "name":
            inside = self._paint_mark(painter, inside, row)
            ink = colours.muted if row.is_revoked else colours.text
        elif column.key == "state":
            ink = client_colour(row.state, colours)
        elif text == UNKNOWN or row.is_revoked:
            ink = colours.muted
        painter.setPen(ink)
        paint_line(painter, inside, text, is_number=column.is_number)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(self._theme.space(20), self._theme.space(8.5))

    def _paint_mark(self, painter: QPainter, inside: QRect, row: ClientRow) -> QRect:
        size = self._theme.space(4)
        area = QRectF(inside.left(), inside.top() + (inside.height() - size) / 2, size, size)
        ink = client_colour(row.state, self._theme.colours)
        self._theme.icons.paint(painter, client_mark(row.state)[0], area, ink)
        return inside.adjusted(self._theme.space(_MARK_UNITS), 0, 0, 0)

    def _paint_budgets(self, painter: QPainter, inside: QRect, row: ClientRow) -> None:
        """A bar for each, one below the other, and the words of the one that has least left."""
        budgets = row.budgets[:_MOST_BARS]
        if not budgets:
            return
        space, colours = self._theme.space, self._theme.colours
        thick = space(1.5) if len(budgets) == 1 else space(1)
        step = thick + space(0.75)
        top = inside.top() + (inside.height() - step * len(budgets) + space(0.75)) / 2
        for at, line in enumerate(budgets):
            bar = QRectF(inside.left(), top + at * step, space(_BAR_UNITS), thick)
            paint_budget(painter, bar, line, colours)
        least = max(row.budgets, key=lambda each: (each.is_spent, each.used_share or 0.0))
        painter.setPen(colours.error if least.is_spent else colours.text)
        words = inside.adjusted(space(_BAR_UNITS) + space(2), 0, 0, 0)
        more = f" +{len(row.budgets) - 1}" if len(row.budgets) > 1 else ""
        paint_line(painter, words, least.left + more)
