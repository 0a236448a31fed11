"""Who shares a client's key, by the label each gives itself; one click leads to its flights."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.clients.desk import CallerLine
from llmgw_desktop.app.clients.facts import Fact, limits_words
from llmgw_desktop.app.clients.rows import ShownClient
from llmgw_desktop.app.policy.limit_words import BudgetLine
from llmgw_desktop.ui.clients.client_table import (
    budget_filling,
    client_mark,
    refusals_text,
    shown_name,
)
from llmgw_desktop.ui.clients.client_work import ClientActs
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.kept_rows import BarRows, FilledBar, KeptRows
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import WrappedRow, h_box, v_box
from llmgw_desktop.ui.widgets.panes import Scrolled, SideButton
from llmgw_desktop.ui.widgets.words import said

_TITLE = "Callers that share its key, by what each says that it is"


class CallerRows(QWidget):
    """Hidden where there are none."""

    flights_wanted = Signal(str)
    """Of the caller with this label."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: tuple[CallerLine, ...] = ()
        self._rows = QWidget()
        self._column = v_box(
            theme, Label(theme, _TITLE, tone=Tone.MUTED), self._rows, on=self, gap=1.5, margins=0
        )
        self.hide()

    @property
    def words(self) -> str:
        return "\n".join(f"{each.name}: {each.words}" for each in self._shown)

    def show_lines(self, lines: Sequence[CallerLine]) -> None:
        if tuple(lines) == self._shown:
            return
        self._shown = tuple(lines)
        rows = QWidget()
        grid = QGridLayout(rows)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(self._theme.space(3))
        grid.setColumnStretch(1, 1)
        for at, line in enumerate(lines):
            name = Button(self._theme, line.name)
            name.setAccessibleName(said(f"Flights of {line.name}"))
            put_tip(name, tip("What it asked, on the Flights page"))
            name.clicked.connect(lambda _=False, line=line: self.flights_wanted.emit(line.label))
            grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignLeft)
            grid.addWidget(FlowingLabel(self._theme, line.words), at, 1)
        self._column.replaceWidget(self._rows, rows)
        self._rows.hide()
        self._rows.deleteLater()
        self._rows = rows
        self.setVisible(bool(lines))


class FactRows(KeptRows[tuple[Label, FlowingLabel], Fact]):
    """What is known of the client, by labels."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, gap=1.5, first=26)

    @property
    def words(self) -> str:
        return "\n".join(f"{label.text()}: {value.text()}" for label, value in self.shown)

    @override
    def make_row(self) -> tuple[Label, FlowingLabel]:
        return Label(self._theme, tone=Tone.MUTED), FlowingLabel(self._theme)

    @override
    def fill_row(self, row: tuple[Label, FlowingLabel], line: Fact) -> None:
        label, value = row
        label.setText(line[0])
        value.setText(line[1])
        value.setAccessibleName(said(line[0]))


class BudgetRows(BarRows[BudgetLine]):
    """Hidden where there are none."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, gap=1, first=26)

    @override
    def fill_row(self, row: tuple[Label, FilledBar, FlowingLabel], line: BudgetLine) -> None:
        name, bar, words = row
        name.setText(line.name)
        bar.show_filling(budget_filling(line))
        bar.setAccessibleName(f"{said(line.name)}: {said(line.words)}")
        words.setText(f"used up · {line.words}" if line.is_spent else line.words)
        words.set_tone(Tone.ERROR if line.is_spent else Tone.TEXT)


class ClientPane(QWidget):
    """It is given rows; what its buttons do is `ClientActs`' work."""

    closed = Signal()

    def __init__(self, theme: Theme, acts: ClientActs) -> None:
        super().__init__()
        self._theme = theme
        self._key = ""
        self._mark = MarkIcon(theme, "off")
        self._name = FlowingLabel(
            theme, size=TextSize.HEADING, weight=QFont.Weight.DemiBold, is_verbatim=True
        )
        self._state = FlowingLabel(theme, weight=QFont.Weight.Medium)
        self.turn = SideButton(theme)
        self._close = Button(theme, kind=ButtonKind.QUIET, icon="cross", name="Close")
        self._buttons = [_button(theme, acts, at) for at in range(len(acts.actions))]
        self._refused = FlowingLabel(theme, tone=Tone.WARNING)
        self._budgets = BudgetRows(theme)
        self._whose = FlowingLabel(theme, tone=Tone.MUTED)
        self.callers = CallerRows(theme)
        self._facts = FactRows(theme)
        self._scroll = Scrolled(theme)
        self._lay_out()
        self._close.clicked.connect(self.closed)

    @property
    def words(self) -> str:
        """All that it says."""
        labels = (self._name, self._state, self._refused, self._whose)
        said = [label.text() for label in labels if not label.isHidden()]
        return "\n".join([*said, self.callers.words, self._facts.words])

    def show_client(self, row: ShownClient, facts: Sequence[Fact]) -> None:
        self._mark.show_mark(*client_mark(row.state))
        self._name.setText(shown_name(row.name, row.kind))
        asked = f"last seen {row.seen}" if row.seen else ""
        today = f"today {row.asked_words}, {row.tokens} tokens, {row.cost}"
        parts = (
            row.state_words,
            row.kind.value,
            asked,
            today if row.is_client and not row.is_revoked else "",
        )
        self._state.setText(" · ".join(part for part in parts if part))
        self._refused.say(refusals_text(row))
        self._whose.say(limits_words(row))
        self._budgets.show_lines(row.budgets)
        self._facts.show_lines(facts)
        self.setAccessibleDescription(said(self.words))
        if row.key != self._key:
            self._key = row.key
            self.callers.show_lines(())
            self._scroll.verticalScrollBar().setValue(0)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def _lay_out(self) -> None:
        space = self._theme.space
        head = h_box(self._theme, self._mark, (self._name, 1), self.turn, self._close, gap=2)
        acts = QWidget()
        row = WrappedRow(space(2), acts)
        for button in self._buttons:
            row.addWidget(button)
        content = QWidget()
        v_box(
            self._theme,
            self._state,
            acts,
            self._refused,
            self._budgets,
            self._whose,
            self.callers,
            self._facts,
            None,
            on=content,
            gap=3,
            margins=(6, 1, 6, 5),
        )
        self._scroll.setWidget(content)
        column = v_box(self._theme, on=self, gap=1, margins=(0, 2.5, 0, 0))
        above = QWidget()
        above.setLayout(head)
        head.setContentsMargins(space(6), 0, space(2), 0)
        column.addWidget(above)
        column.addWidget(self._scroll, 1)
        self.setAccessibleName(said("The chosen client"))


def _button(theme: Theme, acts: ClientActs, at: int) -> Button:
    """Shown while its action can be done."""
    action = acts.actions[at]
    button = Button(theme, action.text())
    put_tip(button, action.toolTip())
    button.clicked.connect(action.trigger)

    def follow() -> None:
        button.setVisible(action.isVisible())
        button.setText(action.text())
        button.setAccessibleName(said(action.text().rstrip("…")))

    action.changed.connect(follow)
    follow()
    return button
