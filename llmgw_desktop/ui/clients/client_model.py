"""Clients as rows of a table. What they say comes ready from `app/client_desk`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from llmgw_desktop.app.client_desk.rows import ClientRow
from llmgw_desktop.app.provenance_words import MARKS_HINT
from llmgw_desktop.ui.widgets.tip import tip

_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientColumn:
    """`widest` is the longest text that it is to show whole; the first column has the rest."""

    key: str
    title: str
    hint: str
    text: Callable[[ClientRow], str]
    widest: str = ""
    is_number: bool = False


COLUMNS = (
    ClientColumn(key="name", title="Client", hint="Who asks", text=lambda row: row.name),
    ClientColumn(
        key="kind",
        title="Kind",
        hint="How it proves who it is",
        text=lambda row: row.kind.value,
        widest="let in by OAuth",
    ),
    ClientColumn(
        key="state",
        title="State",
        hint="How it stands now",
        text=lambda row: row.state_words,
        widest="budget used up",
    ),
    ClientColumn(
        key="seen",
        title="Last seen",
        hint="When it last asked for anything",
        text=lambda row: row.seen,
        widest="9 h 59 m ago",
    ),
    ClientColumn(
        key="program",
        title="Program",
        hint="What its last request said that it is; not verified",
        text=lambda row: row.program,
        widest="OpenAI SDK (Python)",
    ),
    ClientColumn(
        key="requests",
        title="Today",
        hint="Requests since midnight",
        text=lambda row: row.requests,
        widest="88,888",
        is_number=True,
    ),
    ClientColumn(
        key="tokens",
        title="Tokens",
        hint=f"In and out together, since midnight. {MARKS_HINT}",
        text=lambda row: row.tokens,
        widest="888.8k",
        is_number=True,
    ),
    ClientColumn(
        key="cost",
        title="Cost",
        hint=f"Since midnight, by the prices known. {MARKS_HINT}",
        text=lambda row: row.cost,
        widest="<$0.001",
        is_number=True,
    ),
    ClientColumn(
        key="budgets",
        title="Budgets",
        hint="What was used, what running requests have reserved, and what is left",
        text=lambda row: "; ".join(f"{each.name}: {each.left}" for each in row.budgets),
        widest="▮▮▮▮▮▮▮▮ 888.8k tokens left +1",
    ),
)
_AT_END = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_AT_BEGIN = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ClientModel(QAbstractTableModel):
    """The same in the same order are changed in place."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[ClientRow, ...] = ()

    def show_rows(self, rows: Sequence[ClientRow]) -> None:
        before, new = self.rows, tuple(rows)
        if [row.key for row in before] != [row.key for row in new]:
            self.beginResetModel()
            self.rows = new
            self.endResetModel()
            return
        self.rows = new
        for at, (old, row) in enumerate(zip(before, new, strict=True)):
            if old != row:
                self.dataChanged.emit(self.index(at, 0), self.index(at, len(COLUMNS) - 1))

    def row_of(self, key: str) -> int:
        """-1 where it is not in the list."""
        return next((at for at, row in enumerate(self.rows) if row.key == key), -1)

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
        row, column = self.rows[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(row)
        if role == Qt.ItemDataRole.AccessibleTextRole and column.key == "name":
            return row.words
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(_hint(row, column))
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
        column = COLUMNS[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.hint
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _AT_END if column.is_number else _AT_BEGIN
        return None


def _hint(row: ClientRow, column: ClientColumn) -> str:
    """What a narrow column may have cut."""
    if column.key == "budgets":
        return "\n".join(f"{each.name}: {each.words}" for each in row.budgets)
    if column.key == "state" and row.refusals:
        return "\n".join(f"{each.words} {each.opens}".strip() for each in row.refusals)
    return column.text(row) if column.key in ("name", "program", "state") else ""
