"""The flights list as Qt's views want it. Holds no more rows than `flight_window` does.

`data` only hands out texts made when a page was loaded: it is called thousands of times a second.
When to read, and what, is `flight_feed`'s business.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from typing_extensions import override

from llmgw_desktop.app.flights.columns import (
    FlightColumn,
    RowTime,
    ShownFlight,
    flight_columns,
    shown_flight,
)
from llmgw_desktop.app.flights.losses import losses_line
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.ui.flights.table.flight_window import FlightWindow, PageRequest
from llmgw_desktop.ui.widgets.label import paragraphs
from llmgw_desktop.ui.widgets.words import said

NOT_HERE = "…"
_NOWHERE = QModelIndex()
_Index = QModelIndex | QPersistentModelIndex
_DISPLAY = Qt.ItemDataRole.DisplayRole
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TIP = Qt.ItemDataRole.ToolTipRole
_SPOKEN = Qt.ItemDataRole.AccessibleTextRole


class FlightModel(QAbstractTableModel):
    """`wanted` is emitted when a row was asked for that is not here."""

    wanted = Signal()

    def __init__(self, now: Callable[[], RowTime], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns: tuple[FlightColumn, ...] = flight_columns()
        self.window = FlightWindow()
        self._now = now

    def shown(self, row: int) -> ShownFlight | None:
        """None, and `wanted`, while the row is not here."""
        found = self.window.at(row)
        if found is None and 0 <= row < self.window.row_count:
            self.wanted.emit()
        return found

    def load(self, head: Sequence[FlightSummary], below: int) -> None:
        """Begin anew; selections and scroll positions end."""
        rows = self._shown_all(head)
        self.beginResetModel()
        self.window.load(rows, below)
        self.endResetModel()

    def put_page(self, request: PageRequest, rows: list[ShownFlight]) -> None:
        changed = self.window.put_page(request, rows)
        if changed:
            self._tell_changed(changed.start, changed.stop - 1)

    def update_flights(self, flights: Sequence[FlightSummary]) -> None:
        """Newer versions of flights, where they are here and not yet ended: those never change."""
        places = self.window.rows_of({flight.id for flight in flights})
        changed = []
        time = self._now()
        for flight in flights:
            row = places.get(flight.id)
            before = None if row is None else self.window.at(row)
            if row is not None and before is not None and before.summary.is_running:
                self.window.put(row, shown_flight(flight, self.columns, time))
                changed.append(row)
        if changed:
            self._tell_changed(min(changed), max(changed))

    def replace_top(self, flights: Sequence[FlightSummary], count: int) -> None:
        """Make the first `count` rows of the head these. Rows that stay keep their selection."""
        wanted = {flight.id for flight in flights}
        for row in range(count - 1, -1, -1):
            if self.window.head[row].summary.id not in wanted:
                self._remove(row)
        kept = {shown.summary.id for shown in self.window.head[:count]}
        run: list[FlightSummary] = []
        for row, flight in enumerate(flights):
            if flight.id not in kept:
                run.append(flight)
                continue
            self._insert(row - len(run), run)
            run = []
        self._insert(len(flights) - len(run), run)
        self.update_flights(flights)
        self.window.trim_head()

    def set_below(self, below: int) -> None:
        """The list under the head is longer or shorter than thought."""
        before, head = self.window.below, len(self.window.head)
        if below > before:
            self.beginInsertRows(_NOWHERE, head + before, head + below - 1)
            self.window.set_below(below)
            self.endInsertRows()
        elif below < before:
            self.beginRemoveRows(_NOWHERE, head + below, head + before - 1)
            self.window.set_below(below)
            self.endRemoveRows()

    @override
    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else self.window.row_count

    @override
    def columnCount(self, parent: _Index = _NOWHERE) -> int:
        return 0 if parent.isValid() else len(self.columns)

    @override
    def data(self, index: _Index, role: int = _DISPLAY) -> str | None:
        if role == _DISPLAY:
            found = self.shown(index.row())
            return NOT_HERE if found is None else self._said(found, index.column())
        if role == _TIP:
            return self._tip(index)
        if role == _SPOKEN and self.columns[index.column()].key == "model":
            return self._spoken(index)
        return None

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY
    ) -> str | Qt.AlignmentFlag | None:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return said(column.title)
            case Qt.ItemDataRole.ToolTipRole:
                return said(column.hint)
            case Qt.ItemDataRole.AccessibleTextRole:
                return said(column.title or column.hint)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _RIGHT if column.is_number else _LEFT
        return None

    def _said(self, found: ShownFlight, at: int) -> str:
        column, text = self.columns[at], found.cells[at]
        return said(text) if column.is_words or column.is_number else text

    def _tip(self, index: _Index) -> str | None:
        """Always as markup with everything escaped: Qt would read recorded text as markup."""
        found = self.window.at(index.row())
        if found is None:
            return None
        column, text = self.columns[index.column()], found.cells[index.column()]
        if column.key == "state" and found.summary.error_text:
            text = f"{text}: {inert_line(found.summary.error_text)}"
        why = "" if column.tip is None else column.tip(found.summary)
        lines = [
            text,
            why[:1].upper() + why[1:],
            found.operation_note.capitalize(),
            losses_line(found.summary),
        ]
        return paragraphs(lines)

    def _spoken(self, index: _Index) -> str | None:
        """The model with the notes that stand beside it."""
        found = self.window.at(index.row())
        if found is None:
            return None
        own = said(found.operation_note), said(losses_line(found.summary))
        words = found.cells[index.column()], *own
        return ". ".join(filter(None, words))

    def _insert(self, row: int, flights: Sequence[FlightSummary]) -> None:
        if flights:
            rows = self._shown_all(flights)
            self.beginInsertRows(_NOWHERE, row, row + len(rows) - 1)
            self.window.insert(row, rows)
            self.endInsertRows()

    def _remove(self, row: int) -> None:
        self.beginRemoveRows(_NOWHERE, row, row)
        self.window.remove(row, 1)
        self.endRemoveRows()

    def _shown_all(self, flights: Sequence[FlightSummary]) -> list[ShownFlight]:
        time = self._now()
        return [shown_flight(flight, self.columns, time) for flight in flights]

    def _tell_changed(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))
