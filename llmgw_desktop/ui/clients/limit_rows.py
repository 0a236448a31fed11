"""Budgets or rate limits to type into: a line each, with a way to add one and to take one out."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.client_desk.limits_form import LimitLine
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.choice import Choice
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.text_field import TextLine

Choices = Sequence[tuple[str, str]]
_AMOUNT_UNITS = 32


class LimitRows(QWidget):
    """`name` is of one line: «budget». What cannot be used is said below the lines."""

    changed = Signal()

    def __init__(
        self, theme: Theme, *, name: str, measures: Choices, periods: Choices, preset: LimitLine
    ) -> None:
        super().__init__()
        self._theme = theme
        self._name = name
        self._choices = (measures, periods)
        self._preset = preset
        self._lines: list[_Line] = []
        self._wrong = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.ERROR)
        self.add = Button(theme, f"Add a {name}", icon="plus")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.space(1.5))
        self._column.addWidget(self._wrong)
        self._column.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeft)
        self._wrong.hide()
        self.add.clicked.connect(self._add_preset)

    @property
    def lines(self) -> tuple[LimitLine, ...]:
        return tuple(each.line for each in self._lines)

    @property
    def wrong(self) -> str:
        return self._wrong.text() if not self._wrong.isHidden() else ""

    def show_lines(self, lines: Sequence[LimitLine]) -> None:
        for each in tuple(self._lines):
            self._remove(each)
        for line in lines:
            self._add(line)

    def set_wrong(self, why: str, line: int | None) -> None:
        """Empty takes the mark away."""
        self._wrong.setText(why)
        self._wrong.setVisible(bool(why))
        for at, each in enumerate(self._lines):
            each.set_wrong(why if line == at else "")

    def _add_preset(self) -> None:
        self._add(self._preset).amount.setFocus(Qt.FocusReason.TabFocusReason)
        self.changed.emit()

    def _add(self, line: LimitLine) -> "_Line":
        made = _Line(self._theme, self._name, *self._choices)
        made.show_line(line)
        made.changed.connect(self.changed)
        made.remove.clicked.connect(lambda: self._take_out(made))
        self._column.insertWidget(len(self._lines), made)
        self._lines.append(made)
        self._order_stops()
        return made

    def _take_out(self, line: "_Line") -> None:
        at = self._lines.index(line)
        self._remove(line)
        following = self._lines[min(at, len(self._lines) - 1)].remove if self._lines else self.add
        following.setFocus(Qt.FocusReason.TabFocusReason)
        self.changed.emit()

    def _remove(self, line: "_Line") -> None:
        self._lines.remove(line)
        self._column.removeWidget(line)
        line.hide()
        line.deleteLater()

    def _order_stops(self) -> None:
        before: QWidget | None = None
        for line in self._lines:
            for stop in line.stops:
                if before is not None:
                    QWidget.setTabOrder(before, stop)
                before = stop
        if before is not None:
            QWidget.setTabOrder(before, self.add)


class _Line(QWidget):
    changed = Signal()

    def __init__(self, theme: Theme, name: str, measures: Choices, periods: Choices) -> None:
        super().__init__()
        self._name = name
        self.amount = TextLine(theme, "5, or 2 M", name=f"Amount of the {name}")
        self.amount.setFixedWidth(theme.space(_AMOUNT_UNITS))
        self._measure = Choice(theme, measures, name=f"What the {name} counts")
        self._period = Choice(theme, periods, name=f"How long the {name} lasts")
        self.remove = Button(
            theme, kind=ButtonKind.QUIET, icon="trash", name=f"Take out this {name}"
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(2))
        row.addWidget(self.amount)
        row.addWidget(self._measure)
        row.addWidget(Label(theme, "per", tone=Tone.MUTED))
        row.addWidget(self._period)
        row.addWidget(self.remove)
        row.addStretch(1)
        self.amount.textEdited.connect(lambda _: self.changed.emit())
        for choice in (self._measure, self._period):
            choice.currentIndexChanged.connect(lambda _: self.changed.emit())

    @property
    def stops(self) -> tuple[QWidget, ...]:
        return self.amount, self._measure, self._period, self.remove

    @property
    def line(self) -> LimitLine:
        return LimitLine(amount=self.amount.text(), measure=self._measure.key, per=self._period.key)

    def show_line(self, line: LimitLine) -> None:
        """A period of the file's own, in seconds, is one more choice."""
        self.amount.setText(line.amount)
        self._measure.choose(line.measure)
        if line.per and self._period.findData(line.per) < 0:
            self._period.addItem(f"{line.per} s", line.per)
        self._period.choose(line.per)

    def set_wrong(self, why: str) -> None:
        self.amount.set_wrong(bool(why))
        self.amount.setAccessibleDescription(why)
