"""The model of every table whose rows are there as a whole: columns that say how a row reads.

Flights have a stack of their own (`ui/flights/table`): there may be millions of them, and a model
that holds a window of what the database has.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.widgets.label import plain_tip
from llmgw_desktop.ui.widgets.words import said

Index = QModelIndex | QPersistentModelIndex
R = TypeVar("R")
AT_END = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
AT_BEGIN = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


@value
class Column(Generic[R]):
    """How one fact of a row reads, and what room it has."""

    key: str
    title: str
    text: Callable[[R], str]
    hint: str = ""
    """What its title means."""
    widest: str = ""
    """The longest text that it is to show whole. Columns without one share what is left."""
    share: float = 1.0
    is_number: bool = False
    is_quiet: bool = False
    has_mark: bool = False
    """A small picture stands before its words."""
    tells: Callable[[R], str] | None = None
    """What its tip says, as a narrow column may have cut it; None: its text."""
    spoken: Callable[[R], str] | None = None
    """What a screen reader says in place of its text."""
    is_words: bool = False
    """Our own words, which are said in the person's language, and so are figures. Names, models and
    what others said stay as they are."""

    def shown(self, row: R) -> str:
        """Its text as it is read."""
        text = self.text(row)
        return said(text) if self.is_words or self.is_number else text

    def told(self, row: R) -> str:
        """What its tip says."""
        if self.tells is None:
            return self.shown(row)
        return said(self.tells(row)) if self.is_words else self.tells(row)


def cell_column(at: int, title: str, **facts: Any) -> Column[Any]:
    """Of rows that have their texts in `cells`: the one at this place. `facts` as Column has them;
    its key is the title where they name none."""
    return Column(text=lambda row: row.cells[at], title=title, **{"key": title, **facts})


def no_tip(_row: object) -> str:
    return ""


def _itself(row: object) -> object:
    return row


class RowModel(QAbstractTableModel, Generic[R]):
    """`key` is by what a row is known again: the same in the same order are changed in place."""

    def __init__(
        self,
        columns: Sequence[Column[R]] = (),
        key: Callable[[Any], object] = _itself,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._key = key
        self._rows: tuple[R, ...] = ()

    @property
    def columns(self) -> Sequence[Column[R]]:
        return self._columns

    @property
    def rows(self) -> tuple[R, ...]:
        return self._rows

    def row(self, number: int) -> R | None:
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def key_of(self, row: R) -> object:
        return self._key(row)

    def row_of(self, key: object) -> int:
        """-1 where it is not in the list."""
        return next((at for at, row in enumerate(self._rows) if self._key(row) == key), -1)

    def show_rows(self, rows: Sequence[R], columns: Sequence[Column[R]] | None = None) -> None:
        """`columns` take the place of those there are."""
        before, new = self._rows, tuple(rows)
        titles = [column.title for column in self._columns]
        if columns is not None and [column.title for column in columns] != titles:
            self.beginResetModel()
            self._columns, self._rows = tuple(columns), new
            self.endResetModel()
        elif [self._key(row) for row in before] != [self._key(row) for row in new]:
            self.beginResetModel()
            self._rows = new
            self.endResetModel()
        else:
            self._rows = new
            last = len(self._columns) - 1
            for at, (old, row) in enumerate(zip(before, new, strict=True)):
                if old != row:
                    self.dataChanged.emit(self.index(at, 0), self.index(at, last))

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self._columns[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.shown(row)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(column.told(row))
            case Qt.ItemDataRole.AccessibleTextRole if column.spoken or not column.shown(row):
                return said(column.spoken(row) if column.spoken else "empty")
            case Qt.ItemDataRole.TextAlignmentRole:
                return AT_END if column.is_number else AT_BEGIN
        return None

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        is_title = orientation is Qt.Orientation.Horizontal and 0 <= section < len(self._columns)
        if not is_title:
            return None
        column = self._columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return said(column.title)
            case Qt.ItemDataRole.ToolTipRole:
                return said(column.hint) or None
            case Qt.ItemDataRole.TextAlignmentRole:
                return AT_END if column.is_number else AT_BEGIN
        return None
