"""A small table model over rows that are given whole: texts by column, and what is painted."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from llmgw_desktop.ui.widgets.tip import tip

Index = QModelIndex | QPersistentModelIndex
_Row = TypeVar("_Row")


class PlainRows(QAbstractTableModel, Generic[_Row]):
    """`cell` says a row's text in a column."""

    def __init__(self, cell: Callable[[_Row, int], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cell = cell
        self._titles: Sequence[str] = ()
        self._rows: Sequence[_Row] = ()

    def show_rows(self, titles: Sequence[str], rows: Sequence[_Row]) -> None:
        """The same again change nothing."""
        if (titles, rows) != (self._titles, self._rows):
            self.beginResetModel()
            self._titles, self._rows = titles, rows
            self.endResetModel()

    @property
    def rows(self) -> Sequence[_Row]:
        return self._rows

    def row(self, number: int) -> _Row | None:
        return self._rows[number] if 0 <= number < len(self._rows) else None

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._titles)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._cell(self._rows[index.row()], index.column())
        if role == Qt.ItemDataRole.ToolTipRole:  # what a narrow column may have cut
            return tip(self._cell(self._rows[index.row()], index.column()))
        return None

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        is_title = orientation is Qt.Orientation.Horizontal and 0 <= section < len(self._titles)
        if is_title and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        if is_title and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None
