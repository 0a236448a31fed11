"""Two flights beside each other, in a window of their own: what differs as a list, the chosen
difference in both its forms, and the figures.

The comparison is made by a worker (`app/flights/difference_rows`); a chosen text is put in slices.
"""

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QStackedWidget, QWidget

from llmgw_desktop.app.flights.difference_rows import (
    CHANGE_WORDS,
    DifferenceRow,
    FigureRow,
    Piece,
    ShownComparison,
    shown_comparison,
)
from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.domain.flights.comparison import BlockChange
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import add_key
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import ElidedLabel, Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import LinedRow, TabStrip, ThinSplitter
from llmgw_desktop.ui.widgets.row_model import Column, RowModel, cell_column
from llmgw_desktop.ui.widgets.tables import FittedTable, TableLook
from llmgw_desktop.ui.widgets.texts import ReadText
from llmgw_desktop.ui.widgets.toggles import Switch
from llmgw_desktop.ui.widgets.words import said

_SIZE_UNITS = (250, 175)
_SLICE_CHARS = 8 * 1024
_TRIES, _AGAIN_MS = 4, 400
_READING = "Reading both flights…"
_ALL = "Also what is the same"
_MARKS = {
    BlockChange.SAME: ("check", "muted"),
    BlockChange.CHANGED: ("edit", "warning"),
    BlockChange.REMOVED: ("cross", "error"),
    BlockChange.ADDED: ("plus", "ok"),
}
_COLUMNS: tuple[Column[DifferenceRow], ...] = (
    Column(
        key="change",
        title="Change",
        text=lambda row: CHANGE_WORDS[row.change],
        is_words=True,
        widest="only right ",
        has_mark=True,
    ),
    Column(
        key="part",
        title="Part",
        text=lambda row: row.part,
        widest="Message 1,000",
        is_words=True,
    ),
    Column(key="what", title="What", text=lambda row: row.what, share=1.0, is_words=True),
    Column(key="brief", title="First difference", text=lambda row: row.brief, share=3.0),
)
_FIGURE_COLUMNS = (
    cell_column(0, "Figure", widest="Of it: connect…", is_words=True),
    cell_column(1, "Left", is_words=True),
    cell_column(2, "Right", is_words=True),
    cell_column(3, "By", widest="+1,000,000 (+1,000%)", is_number=True, is_quiet=True),
)


def _mark(row: DifferenceRow, colours: Colours) -> tuple[str, QColor]:
    icon, ink = _MARKS[row.change]
    return icon, getattr(colours, ink)


def _figure_ink(row: FigureRow, _column: object, colours: Colours) -> QColor | None:
    return None if row.differs else colours.muted


class ComparisonWindow(QDialog):
    """`compare` reads two flights and shows them. F7 and F8 go to the difference before and
    after."""

    def __init__(self, theme: Theme, flights: Flights, bridge: Bridge, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._flights = flights
        self._bridge = bridge
        self._shown: ShownComparison | None = None
        self._ids = ("", "")
        self._tries_left = 0
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        self._again.timeout.connect(self._read)
        self.setWindowTitle(said("Compare two flights"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self._heads = (_Head(theme, "Left"), _Head(theme, "Right"))
        self.summary = Label(theme, _READING, tone=Tone.MUTED)
        self.missing = FlowingLabel(theme, tone=Tone.WARNING)
        self.all = Switch(theme, name=_ALL)
        self.rows: RowModel[DifferenceRow] = RowModel(_COLUMNS, lambda row: row.number, self)
        look = TableLook(name="Differences", go_first=("part",), mark=_mark)
        self.table = FittedTable(theme, self.rows, look)
        self.figures: RowModel[FigureRow] = RowModel(_FIGURE_COLUMNS, lambda row: row.cells, self)
        figure_look = TableLook(name="Figures of both", row_units=7, ink=_figure_ink)
        self.figure_table = FittedTable(theme, self.figures, figure_look)
        self.sides = (
            PieceText(theme, "Left", "error_ground"),
            PieceText(theme, "Right", "ok_ground"),
        )
        self.tabs = TabStrip(theme, name="Parts of the comparison")
        self._lay_out()
        self._connect()

    def compare(self, before: str, after: str) -> None:
        """By their ids. One that has just ended is there within a second."""
        self._ids, self._tries_left = (before, after), _TRIES
        self._read()

    def _read(self) -> None:

        def read() -> ShownComparison:
            records = [self._flights.record(each) for each in self._ids]
            one, other = (_there(record) for record in records)
            return shown_comparison(one, other)

        self._bridge.fetch(self, read, self._show, self._show_failure)

    def step(self, rows: int) -> None:
        """To another difference."""
        self.tabs.setCurrentIndex(0)
        at = self.table.chosen_row
        found = range(at + rows, self.rows.rowCount() if rows > 0 else -1, rows)
        for each in found:
            row = self.rows.row(each)
            if row is not None and row.change is not BlockChange.SAME:
                self.table.choose_row(each)
                return

    def _lay_out(self) -> None:
        theme = self._theme
        heads = h_box(theme, *[(head, 1) for head in self._heads], gap=4)
        label = Label(theme, _ALL, tone=Tone.MUTED)
        told = h_box(theme, (self.summary, 1), label, self.all, gap=2)
        for name in ("Differences", "Figures"):
            self.tabs.addTab(said(name))
        row = LinedRow(theme)
        h_box(theme, self.tabs, on=row, margins=(1.5, 0, 0, 0))
        self._stack = QStackedWidget()
        self._splitter = ThinSplitter(theme)
        self._splitter.setOrientation(Qt.Orientation.Vertical)
        texts = ThinSplitter(theme)
        for side in self.sides:
            texts.addWidget(side)
        texts.setChildrenCollapsible(False)
        self._splitter.addWidget(self.table)
        self._splitter.addWidget(texts)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setSizes([theme.space(60), theme.space(80)])
        self._stack.addWidget(self._splitter)
        self._stack.addWidget(self.figure_table)
        head = v_box(theme, heads, told, self.missing, gap=2, margins=(4, 3, 4, 2))
        whole = v_box(theme, head, row, (self._stack, 1), gap=0, margins=0)
        self.setLayout(whole)
        self.missing.hide()
        self.resize(*map(theme.space, _SIZE_UNITS))

    def _connect(self) -> None:
        self.tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self.table.chosen.connect(self._show_row)
        self.all.clicked.connect(self._fill)
        add_key(self, "Previous difference", ["F7"], lambda: self.step(-1))
        add_key(self, "Next difference", ["F8"], lambda: self.step(1))
        one, other = (side.verticalScrollBar() for side in self.sides)
        one.valueChanged.connect(other.setValue)
        other.valueChanged.connect(one.setValue)

    def _show(self, shown: ShownComparison) -> None:
        self._shown = shown
        for head, title, quiet in zip(self._heads, shown.titles, shown.subtitles, strict=True):
            head.show_flight(title, quiet)
        self.summary.setText(shown.summary)
        self.missing.say("\n".join(shown.missing))
        self.figures.show_rows(shown.figures)
        self._fill()
        if not shown.differing:
            self.tabs.setCurrentIndex(1)

    def _show_failure(self, error: Exception) -> None:
        self._tries_left -= 1
        if isinstance(error, FlightIsGone) and self._tries_left > 0:
            self._again.start()
            return
        self.summary.setText(str(error) or "The flights cannot be read.")

    def _fill(self) -> None:
        if self._shown is None:
            return
        rows = self._shown.rows if self.all.isChecked() else self._shown.differing
        self.rows.show_rows(rows)
        if rows and self.table.chosen_row < 0:
            self.table.choose_row(0)
        if not rows:
            self._show_row(None)

    def _show_row(self, row: DifferenceRow | None) -> None:
        pieces: tuple[Sequence[Piece], Sequence[Piece]] = ((), ()) if row is None else row.sides()
        for side, of_side in zip(self.sides, pieces, strict=True):
            side.show_pieces(of_side)


class FlightIsGone(Exception):
    """It was not recorded, or is kept no longer."""


def _there(record: FlightRecord | None) -> FlightRecord:
    if record is None:
        raise FlightIsGone("One of these flights was not recorded, or is kept no longer.")
    return record


class _Head(QWidget):
    """Which flight stands on this side."""

    def __init__(self, theme: Theme, side: str) -> None:
        super().__init__()
        self._title = ElidedLabel(theme, side, size=TextSize.HEADING)
        self._quiet = ElidedLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self.setAccessibleName(said(side))
        v_box(theme, self._title, self._quiet, on=self, gap=0.5, margins=0)

    def show_flight(self, title: str, quiet: str) -> None:
        self._title.setText(title)
        self._quiet.setText(quiet)


class PieceText(ReadText):
    """What the other side lacks stands on a ground of its own."""

    def __init__(self, theme: Theme, name: str, ground: str) -> None:
        super().__init__(theme, name, margin=3)
        self._ground = ground
        self._pieces: Sequence[Piece] = ()
        self._waiting: list[Piece] = []
        self._first = -1
        """Where the first change stands; -1: none so far."""
        self.setFont(theme.mono_font(TextSize.CAPTION))
        self._more = QTimer(self, singleShot=True, interval=0)
        self._more.timeout.connect(self._write)
        theme.changed.connect(self._show_again)

    @property
    def is_filling(self) -> bool:
        return bool(self._waiting)

    def show_pieces(self, pieces: Sequence[Piece]) -> None:
        """They must be harmless already."""
        self._pieces, self._first = pieces, -1
        self._waiting = [
            (text[at : at + _SLICE_CHARS], is_own)
            for text, is_own in reversed(pieces)
            for at in reversed(range(0, len(text), _SLICE_CHARS))
        ]
        self._more.stop()
        self.clear()
        self._write()

    def _show_again(self) -> None:
        """In the colours of now."""
        self.show_pieces(self._pieces)

    def _write(self) -> None:
        """The next slice."""
        plain, own = QTextCharFormat(), QTextCharFormat()
        own.setBackground(getattr(self._theme.colours, self._ground))
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        room = _SLICE_CHARS
        cursor.beginEditBlock()
        while self._waiting and room > 0:
            text, is_own = self._waiting.pop()
            if is_own and self._first < 0:
                self._first = cursor.position()
            cursor.insertText(text, own if is_own else plain)
            room -= len(text) + 20
        cursor.endEditBlock()
        if self._waiting:
            self._more.start()
        else:
            self._show_first()

    def _show_first(self) -> None:
        cursor = self.textCursor()
        cursor.setPosition(max(self._first, 0))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()
