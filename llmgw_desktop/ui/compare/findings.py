"""What the answers come to: outcome with its reasons, verdicts, map, judge, receipt."""

from collections.abc import Iterator, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.compare import ShownPanel
from llmgw_desktop.app.compare_seats import Askable
from llmgw_desktop.domain.validation import Intent
from llmgw_desktop.ui.compare.agreement_grid import AgreementGrid
from llmgw_desktop.ui.compare.answer_view import AnswerView
from llmgw_desktop.ui.compare.receipt_line import ReceiptLine
from llmgw_desktop.ui.compare.verdict_table import VerdictTable
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.card import Card
from llmgw_desktop.ui.widgets.choice import Choice
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.in_steps import MadeInSteps
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.wrapped_row import WrappedRow

_JUDGE_UNITS = 70
_PLAIN = (Intent.ASK, Intent.SYNTHESIS)


class Findings(QWidget, MadeInSteps):
    """Cards in a column; those that have nothing to say are not there."""

    judge_wanted = Signal(str)
    cancel_wanted = Signal(str)
    flight_wanted = Signal(str)
    job_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._begin(self._made(theme))

    def _made(
        self,
        theme: Theme,
    ) -> Iterator[None]:
        self._theme = theme
        self.verdicts = VerdictTable(theme)
        yield
        self.grid = AgreementGrid(theme)
        yield
        self.receipt = ReceiptLine(theme)
        yield
        self.judge: AnswerView | None = None
        self._advice = FlowingLabel(theme, weight=QFont.Weight.Medium)
        self._confidence = FlowingLabel(theme)
        self._reasons = FlowingLabel(theme, tone=Tone.MUTED)
        self._verdict_card = self._card("Verdicts", self.verdicts)
        self._map_card = self._card("Agreement map", self.grid)
        yield
        self._outcome_card = self._card(
            "What it comes to", self._advice, self._confidence, self._reasons
        )
        self._judge_note = FlowingLabel(theme, tone=Tone.MUTED)
        yield
        self._judge_place = QVBoxLayout()
        self.judge_choice = Choice(theme, [], name="Who judges")
        self.ask_judge = Button(theme, "Ask this judge", icon="send")
        self._judge_ask = QWidget()
        row = WrappedRow(theme.space(2), self._judge_ask)
        row.addWidget(self.judge_choice)
        row.addWidget(self.ask_judge)
        judge = QWidget()
        judge.setLayout(self._judge_place)
        yield
        self._judge_place.setContentsMargins(0, 0, 0, 0)
        self._judge_card = self._card("Judge", self._judge_note, self._judge_ask, judge)
        self._receipt_card = self._card("Receipt", self.receipt)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.space(3))
        for card in (
            self._verdict_card,
            self._outcome_card,
            self._map_card,
            self._judge_card,
            self._receipt_card,
        ):
            column.addWidget(card)
        self.ask_judge.clicked.connect(lambda: self.judge_wanted.emit(self.judge_choice.key))

    def show_askable(self, everyone: Sequence[Askable]) -> None:
        chosen = self.judge_choice.key
        self.judge_choice.clear()
        for each in everyone:
            self.judge_choice.addItem(each.title, each.key)
        self.judge_choice.choose(chosen)
        self.ask_judge.setEnabled(bool(everyone))

    def show_panel(self, panel: ShownPanel) -> None:
        is_plain = panel.wish.intent in _PLAIN
        outcome = panel.outcome
        self._verdict_card.setVisible(not is_plain)
        self.verdicts.show_verdicts(panel.verdicts)
        self._say(self._advice, outcome.advice)
        self._say(self._confidence, outcome.confidence)
        self._say(self._reasons, "\n".join(f"• {reason}" for reason in outcome.reasons))
        told = outcome.advice or outcome.confidence or outcome.reasons
        self._outcome_card.setVisible(bool(told))
        self.grid.show_map(panel.map)
        self._map_card.setVisible(len(panel.answers) > 1)
        self._show_judge(panel)
        self.receipt.show_panel(panel)
        self._receipt_card.setVisible(panel.has_ended)

    def _show_judge(self, panel: ShownPanel) -> None:
        judge = panel.judge
        self._judge_card.setVisible(
            judge is not None or panel.waits_for_judge or panel.can_be_judged
        )
        self._judge_ask.setVisible(panel.can_be_judged)
        note = ""
        if panel.waits_for_judge:
            note = "The judge is asked as soon as all have ended."
        elif panel.can_be_judged:
            note = "A judge weighs the answers as they are kept, without knowing whose they are."
        self._say(self._judge_note, note)
        old = self.judge
        if judge is not None and old is not None:
            old.show_answer(judge)
            return
        if old is not None:
            self._judge_place.removeWidget(old)
            old.hide()
            old.deleteLater()
            self.judge = None
        if judge is not None:
            self.judge = AnswerView(self._theme, judge, f"Judge: {judge.name}")
            self.judge.setFixedHeight(self._theme.space(_JUDGE_UNITS))
            self.judge.again.hide()
            self.judge.cancel_wanted.connect(self.cancel_wanted)
            self.judge.flight_wanted.connect(self.flight_wanted)
            self.judge.job_wanted.connect(self.job_wanted)
            self._judge_place.addWidget(self.judge)
            self.judge.stop_after(self.ask_judge)

    def _say(self, label: FlowingLabel, words: str) -> None:
        label.setText(words)
        label.setVisible(bool(words))

    def _card(self, title: str, *parts: QWidget) -> Card:
        theme, space = self._theme, self._theme.space
        card = Card(theme)
        column = QVBoxLayout(card)
        column.setContentsMargins(space(3), space(3), space(3), space(3))
        column.setSpacing(space(2))
        head = QHBoxLayout()
        head.setContentsMargins(space(1.5), 0, space(1.5), 0)
        head.addWidget(Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold))
        column.addLayout(head)
        for part in parts:
            inner = QVBoxLayout()
            is_table = part in (self.verdicts, self.grid)
            inner.setContentsMargins(*((0,) * 4 if is_table else (space(1.5), 0, space(1.5), 0)))
            inner.addWidget(part)
            column.addLayout(inner)
        return card
