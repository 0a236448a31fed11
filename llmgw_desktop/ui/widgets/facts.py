"""Lines of label and value, with a copy button where a value is copied often."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from llmgw_desktop.app.flights.formats import Fact
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import CopyButton
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone, tip
from llmgw_desktop.ui.widgets.layouts import h_box


class FactList(QWidget):
    """Lines are kept and filled anew, since people step through flights quickly."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: list[_FactRow] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.space(3))
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnMinimumWidth(0, theme.space(26))
        self._grid.setColumnStretch(1, 1)

    def show_facts(self, facts: tuple[Fact, ...]) -> None:
        while len(self._rows) < len(facts):
            self._rows.append(_FactRow(self._theme, self._grid, len(self._rows)))
        for row, fact in zip(self._rows, facts, strict=False):
            row.fill(fact)
        for row in self._rows[len(facts) :]:
            row.hide()


class _FactRow:
    """The label, and beside it the value with its copy button close by."""

    def __init__(self, theme: Theme, grid: QGridLayout, at: int) -> None:
        self._theme = theme
        self._label = Label(theme, tone=Tone.MUTED)
        self._value = FlowingLabel(theme)
        self._copy = CopyButton(theme, self._value.text, name="value")
        self._side = QWidget()
        row = h_box(theme, (self._value, 1), self._copy, on=self._side, gap=1, margins=0)
        row.addStretch(0)
        self._label.setFixedHeight(theme.space(7))
        self._value.setMinimumHeight(theme.space(7))
        grid.addWidget(self._label, at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._side, at, 1)

    def fill(self, fact: Fact) -> None:
        theme, policy = self._theme, QSizePolicy.Policy
        self._label.setText(fact.label)
        self._value.setText(fact.value)
        font = theme.mono_font(TextSize.CAPTION) if fact.is_code else theme.font()
        self._value.setFont(font)
        # A value with a button beside it takes no more than its own width.
        shape = QSizePolicy(policy.Maximum if fact.can_copy else policy.Ignored, policy.Preferred)
        shape.setHeightForWidth(True)
        self._value.setSizePolicy(shape)
        name = f"Copy {fact.label.lower()}"
        self._copy.setAccessibleName(name)
        self._copy.setToolTip(tip(name))
        self._copy.setVisible(fact.can_copy)
        self._label.show()
        self._side.show()

    def hide(self) -> None:
        self._label.hide()
        self._side.hide()
