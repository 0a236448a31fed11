"""A client's budgets: a bar each, with what was used, what is reserved, and when it begins anew."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from llmgw_desktop.app.client_desk.limit_words import BudgetLine
from llmgw_desktop.ui.clients.budget_bar import BudgetBar
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone

_NAME_UNITS = 26


class BudgetRows(QWidget):
    """Hidden where there are none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[tuple[Label, BudgetBar, FlowingLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(3))
        self._grid.setVerticalSpacing(theme.space(1))
        self._grid.setColumnMinimumWidth(0, theme.space(_NAME_UNITS))
        self._grid.setColumnStretch(2, 1)
        self.hide()

    def show_lines(self, lines: Sequence[BudgetLine]) -> None:
        while len(self._rows) < len(lines):
            self._add_row()
        for (name, bar, words), line in zip(self._rows, lines, strict=False):
            name.setText(line.name)
            bar.show_line(line)
            words.setText(f"used up · {line.words}" if line.is_spent else line.words)
            words.set_tone(Tone.ERROR if line.is_spent else Tone.TEXT)
        for at, row in enumerate(self._rows):
            for widget in row:
                widget.setVisible(at < len(lines))
        self.setVisible(bool(lines))

    def _add_row(self) -> None:
        name = Label(self._theme, tone=Tone.MUTED)
        row = (name, BudgetBar(self._theme), FlowingLabel(self._theme))
        middle = Qt.AlignmentFlag.AlignVCenter
        for column, widget in enumerate(row):
            place = middle if column < 2 else Qt.AlignmentFlag(0)
            self._grid.addWidget(widget, len(self._rows), column, place)
        self._rows.append(row)
