"""A log as a table: lines as they were given, columns that give way to what was said."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QStyleOptionViewItem
from typing_extensions import override

from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.plain_rows import Index, PlainRows
from llmgw_desktop.ui.widgets.row_table import RowDelegate, RowTable, paint_line
from llmgw_desktop.ui.widgets.view_clothes import dress_header


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLook:
    """What one log has of its own. Its lines have `cells`, in the order of `columns`."""

    name: str
    """What a screen reader says."""
    columns: Sequence[str]
    widest: Mapping[str, str]
    """Of the columns that are as wide as their widest text, that text."""
    shares: Mapping[str, float]
    """Of the others, what each has of the rest."""
    go_first: Sequence[str]
    """Columns that leave where the others have no room, in this order."""
    least_chars: int
    quiet: frozenset[str]
    ink: Callable[[Any, str, Colours], QColor | None]
    """Of a line and a column, a colour of its own."""
    same: Callable[[Any], object]
    """By what a line is known again."""


def _cell(line: Any, column: int) -> str:
    text: str = line.cells[column]
    return text


class _Cells(RowDelegate):
    """Texts that begin where the header's do."""

    def __init__(self, theme: Theme, look: LogLook, model: PlainRows[Any], parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._look, self._model = theme, look, model

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, pad = self._theme.colours, self._theme.space(1.5)
        line, column = self._model.rows[index.row()], self._look.columns[index.column()]
        self.paint_ground(painter, option, index.row(), colours)
        plain = colours.muted if column in self._look.quiet else colours.text
        painter.setPen(self._look.ink(line, column, colours) or plain)
        paint_line(painter, option.rect.adjusted(pad, 0, -pad, 0), line.cells[index.column()])


class LogTable(RowTable):
    """`chosen` is the line that all is shown of; None without one."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, look: LogLook) -> None:
        super().__init__(theme)
        self._look = look
        self._lines: PlainRows[Any] = PlainRows(_cell, self)
        self._lines.show_rows(look.columns, ())  # columns that are not there take no width
        delegate = _Cells(theme, look, self._lines, self)
        self.set_up(self._lines, delegate, name=look.name, row_height=theme.space(7.5))
        header = self.horizontalHeader()
        header.setSectionsClickable(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        dress_header(header, theme)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().selectionChanged.connect(self._tell)
        self._lines.modelReset.connect(self._tell)

    @property
    def rows(self) -> Sequence[Any]:
        return self._lines.rows

    def show_rows(self, rows: Sequence[Any]) -> None:
        """The one that was chosen stays so, where it is still listed."""
        at = self.chosen_row
        kept = self._look.same(self.rows[at]) if at >= 0 else None
        self._lines.show_rows(self._look.columns, tuple(rows))
        if kept is None or self.chosen_row >= 0:
            return
        known = [self._look.same(row) for row in self.rows]
        if kept in known:
            self.choose_row(known.index(kept), scroll=False)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        look, metrics, pad = self._look, self.fontMetrics(), 3 * self._theme.space(1.5)
        widths = {name: metrics.horizontalAdvance(text) + pad for name, text in look.widest.items()}
        least = 2 * metrics.averageCharWidth() * look.least_chars
        room = self.viewport().width()
        for name in look.go_first:
            if room - sum(widths.values()) < least:
                widths.pop(name)
        rest = max(room - sum(widths.values()), least)
        widths |= {name: round(rest * share) for name, share in look.shares.items()}
        for at, name in enumerate(look.columns):
            self.setColumnHidden(at, name not in widths)
            self.setColumnWidth(at, widths.get(name, 0))

    def _tell(self) -> None:
        at = self.chosen_row
        self.chosen.emit(self.rows[at] if at >= 0 else None)
