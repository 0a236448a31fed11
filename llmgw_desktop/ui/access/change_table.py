"""The audit log as a table: when, who, from where, what, and from what to what."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem
from typing_extensions import override

from llmgw_desktop.app.audit_book import COLUMNS, ChangeRow
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.row_table import RowDelegate, RowTable, paint_line
from llmgw_desktop.ui.widgets.view_clothes import dress_header

_Index = QModelIndex | QPersistentModelIndex
_WIDEST = {"When": "28 Nov 23:59:59", "Who": "nightly-review", "From": "MCP, 192.168.100.200"}
_GO_FIRST = ("From", "Who")
_LEAST_CHARS = 26
_QUIET = frozenset({"When", "From"})
_WHAT, _CHANGE = COLUMNS.index("What"), len(COLUMNS) - 1


class ChangeModel(QAbstractTableModel):
    """Rows as they were given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[ChangeRow, ...] = ()

    def show_rows(self, rows: Sequence[ChangeRow]) -> None:
        if tuple(rows) != self.rows:
            self.beginResetModel()
            self.rows = tuple(rows)
            self.endResetModel()

    @override
    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    @override
    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    @override
    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        return self.rows[index.row()].cells[index.column()]

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None


class _Cells(RowDelegate):
    """Texts that begin where the header's do; what took something away has its own colour."""

    def __init__(self, theme: Theme, model: ChangeModel, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        colours, pad = self._theme.colours, self._theme.space(1.5)
        row = self._model.rows[index.row()]
        self.paint_ground(painter, option, index.row(), colours)
        ink = colours.muted if COLUMNS[index.column()] in _QUIET else colours.text
        if index.column() == _WHAT and row.takes_away:
            ink = colours.error
        painter.setPen(ink)
        paint_line(painter, option.rect.adjusted(pad, 0, -pad, 0), row.cells[index.column()])


class ChangeTable(RowTable):
    """`chosen` is the line that all is shown of; None without one."""

    chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.changes = ChangeModel(self)
        delegate = _Cells(theme, self.changes, self)
        self.set_up(self.changes, delegate, name="What was changed", row_height=theme.space(7.5))
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        dress_header(header, theme)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().selectionChanged.connect(self._tell)
        self.changes.modelReset.connect(self._tell)

    def show_rows(self, rows: Sequence[ChangeRow]) -> None:
        """The one that was chosen stays so, where it is still listed."""
        at = self.chosen_row
        kept = self.changes.rows[at].number if at >= 0 else None
        self.changes.show_rows(rows)
        numbers = [row.number for row in self.changes.rows]
        if kept is not None and self.chosen_row < 0 and kept in numbers:
            self.choose_row(numbers.index(kept), scroll=False)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        metrics, pad = self.fontMetrics(), 3 * self._theme.space(1.5)
        widths = {name: metrics.horizontalAdvance(text) + pad for name, text in _WIDEST.items()}
        least = 2 * metrics.averageCharWidth() * _LEAST_CHARS
        room = self.viewport().width()
        for name in _GO_FIRST:
            if room - sum(widths.values()) < least:
                widths.pop(name)
        rest = max(room - sum(widths.values()), least)
        for at, name in enumerate(COLUMNS):
            is_text = at in (_WHAT, _CHANGE)
            self.setColumnHidden(at, not is_text and name not in widths)
            share = 0.46 if at == _WHAT else 0.54
            self.setColumnWidth(at, round(rest * share) if is_text else widths.get(name, 0))

    def _tell(self) -> None:
        at = self.chosen_row
        self.chosen.emit(self.changes.rows[at] if at >= 0 else None)
