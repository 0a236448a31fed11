"""The log of decisions as a table: who asked for what, what came of it, by whom and how fast."""

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

from llmgw_desktop.app.decisions import COLUMNS, DecisionRow
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.row_table import RowDelegate, RowTable, paint_line
from llmgw_desktop.ui.widgets.view_clothes import dress_header

_Index = QModelIndex | QPersistentModelIndex
_WIDEST = {
    "When": "28 Nov 23:59:59",
    "Kind": "Program",
    "By": "nightly-review",
    "How": "refused by the gateway",
    "Took": "88 m 88 s",
}
_GO_FIRST = ("Took", "How", "By", "Kind")
_LEAST_CHARS = 24
_QUIET = frozenset({"When", "Kind", "How"})
_WHAT, _OUTCOME = COLUMNS.index("What"), COLUMNS.index("Outcome")


class DecisionModel(QAbstractTableModel):
    """Rows as they were given."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[DecisionRow, ...] = ()

    def show_rows(self, rows: Sequence[DecisionRow]) -> None:
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
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[index.column()]
        return None

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
    """Texts that begin where the header's do; what was refused has its own colour."""

    def __init__(self, theme: Theme, model: DecisionModel, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        colours, pad = self._theme.colours, self._theme.space(1.5)
        row = self._model.rows[index.row()]
        self.paint_ground(painter, option, index.row(), colours)
        ink = colours.muted if COLUMNS[index.column()] in _QUIET else colours.text
        if index.column() == _OUTCOME:
            ink = colours.ok if row.allowed else colours.error
        painter.setPen(ink)
        paint_line(painter, option.rect.adjusted(pad, 0, -pad, 0), row.cells[index.column()])


class DecisionTable(RowTable):
    """`chosen` is the line that all is shown of; None without one."""

    chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.decisions = DecisionModel(self)
        delegate = _Cells(theme, self.decisions, self)
        self.set_up(self.decisions, delegate, name="Decisions", row_height=theme.space(7.5))
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        dress_header(header, theme)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().selectionChanged.connect(self._tell)
        self.decisions.modelReset.connect(self._tell)

    def show_rows(self, rows: Sequence[DecisionRow]) -> None:
        """The one that was chosen stays so, where it is still listed."""
        at = self.chosen_row
        kept = self.decisions.rows[at] if at >= 0 else None
        self.decisions.show_rows(rows)
        if kept is not None and self.chosen_row < 0 and kept in self.decisions.rows:
            self.choose_row(self.decisions.rows.index(kept), scroll=False)

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
            is_text = at in (_WHAT, _OUTCOME)
            self.setColumnHidden(at, not is_text and name not in widths)
            share = 0.56 if at == _WHAT else 0.44
            self.setColumnWidth(at, round(rest * share) if is_text else widths.get(name, 0))

    def _tell(self) -> None:
        at = self.chosen_row
        self.chosen.emit(self.decisions.rows[at] if at >= 0 else None)
