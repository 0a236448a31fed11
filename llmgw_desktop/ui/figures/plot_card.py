"""A plot and the table that says the same, one of them in sight; tables as tall as their rows."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QStackedWidget, QWidget

from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.row_model import Column, RowModel
from llmgw_desktop.ui.widgets.tables import FittedTable, TableLook
from llmgw_desktop.ui.widgets.words import said

_TALL_UNITS = 76


@value(kw_only=False)
class SumRow:
    """A line of any of the page's tables; `filter` shows its flights, empty where none can."""

    key: str
    cells: tuple[str, ...]
    filter: str = ""


class RowsTable(FittedTable):
    """As tall as its rows are, up to so many of them; Enter or a click asks for a row's flights."""

    filter_wanted = Signal(str)

    def __init__(
        self, theme: Theme, columns: Sequence[Column[Any]], look: TableLook, most_rows: int = 12
    ) -> None:
        self.model_of_rows: RowModel[SumRow] = RowModel(columns, key=lambda row: row.key)
        super().__init__(theme, self.model_of_rows, look)
        self.model_of_rows.setParent(self)
        self._most_rows = most_rows
        self._titles = [each.title for each in columns]
        self.opened.connect(self._ask)

    def show_figures(self, rows: Sequence[SumRow]) -> None:
        self.model_of_rows.show_rows(rows)
        shown = max(min(len(rows), self._most_rows), 1)
        header = self.horizontalHeader().sizeHint().height()
        self.setFixedHeight(header + shown * self.verticalHeader().defaultSectionSize() + 2)
        self.fit()

    def words_of(self, row: SumRow) -> str:
        """Each cell with its column's title, to a line."""
        told = zip(self._titles, row.cells, strict=False)
        return "\n".join(f"{said(title)}: {said(cell)}" for title, cell in told if cell)

    def _ask(self) -> None:
        row = self.chosen_item
        if row is not None and row.filter:
            self.filter_wanted.emit(row.filter)


class PlotCard(Card):
    """`begin` makes the plot as soon as pyqtgraph is there; until then stands a word."""

    filter_wanted = Signal(str)

    def __init__(self, theme: Theme, title: str, table: RowsTable, *beside: QWidget) -> None:
        super().__init__(theme)
        self.table = table
        self.plot: Any = None
        self._rows: Sequence[SumRow] = ()
        self._draw: Callable[[Any], object] = lambda _: None
        self._title = Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        self._turn = Button(theme, "Show as table", kind=ButtonKind.QUIET, icon="table")
        self._wait = Label(theme, "The charts are read in …", tone=Tone.MUTED)
        self._wait.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.setFixedHeight(theme.space(_TALL_UNITS))
        for each in (self._wait, table):
            self._stack.addWidget(each)
        head = h_box(theme, self._title, None, *beside, self._turn, gap=2)
        v_box(theme, head, self._stack, on=self, gap=2, margins=3)
        self._turn.clicked.connect(self.turn_round)
        table.filter_wanted.connect(self.filter_wanted)

    @property
    def shows_table(self) -> bool:
        return self._stack.currentWidget() is self.table

    def set_title(self, title: str) -> None:
        self._title.setText(title)

    def coming(self, plot: Any) -> Iterator[None]:
        """In steps: to paint it takes its time, too."""
        self.plot = plot
        plot.picked.connect(self._on_picked)
        plot.words_of = self.words_of
        plot.setAccessibleDescription(said(self.accessibleDescription()))
        self._stack.addWidget(plot)
        self._draw(plot)
        yield
        if not self.shows_table:
            self._stack.setCurrentWidget(plot)
        yield

    def miss(self, words: str) -> None:
        """It cannot be drawn: the table says all of it."""
        self._wait.setText(words)
        self._turn.hide()
        self._stack.setCurrentWidget(self.table)

    def show_rows(self, rows: Sequence[SumRow], draw: Callable[[Any], object], words: str) -> None:
        """`words`: what it comes to, for who sees neither."""
        self._rows, self._draw = rows, draw
        self.table.show_figures([row for row in rows if row.cells[-1] or row.filter])
        self.setAccessibleName(said(self._title.text()))
        self.setAccessibleDescription(said(words))
        if self.plot is not None:
            draw(self.plot)
            self.plot.setAccessibleDescription(said(words))

    def turn_round(self) -> None:
        """From the plot to the table, or back."""
        to_table = not self.shows_table
        self._stack.setCurrentWidget(self.table if to_table else self.plot or self._wait)
        self._turn.setText("Show as chart" if to_table else "Show as table")

    def words_of(self, at: int) -> str:
        """Of a bar or cell; empty where there was nothing."""
        row = self._rows[at] if 0 <= at < len(self._rows) else None
        return self.table.words_of(row) if row is not None and any(row.cells[1:]) else ""

    def _on_picked(self, at: int) -> None:
        if 0 <= at < len(self._rows) and self._rows[at].filter:
            self.filter_wanted.emit(self._rows[at].filter)
