"""What is known of a client: a label and its words in each line."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from llmgw_desktop.app.client_desk.facts import Fact
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone

_LABEL_UNITS = 26


class FactRows(QWidget):
    """Lines are kept and filled anew, since people step through clients quickly."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: list[tuple[Label, FlowingLabel]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(3))
        self._grid.setVerticalSpacing(theme.space(1.5))
        self._grid.setColumnMinimumWidth(0, theme.space(_LABEL_UNITS))
        self._grid.setColumnStretch(1, 1)

    @property
    def words(self) -> str:
        shown = [row for row in self._rows if not row[0].isHidden()]
        return "\n".join(f"{label.text()}: {value.text()}" for label, value in shown)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        while len(self._rows) < len(facts):
            row = (Label(self._theme, tone=Tone.MUTED), FlowingLabel(self._theme))
            for column, widget in enumerate(row):
                self._grid.addWidget(widget, len(self._rows), column, Qt.AlignmentFlag.AlignTop)
            self._rows.append(row)
        for (label, value), fact in zip(self._rows, facts, strict=False):
            label.setText(fact[0])
            value.setText(fact[1])
            value.setAccessibleName(fact[0])
        for at, row in enumerate(self._rows):
            for widget in row:
                widget.setVisible(at < len(facts))
