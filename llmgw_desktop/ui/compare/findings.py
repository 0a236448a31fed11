"""What the answers come to: outcome, reasons, verdicts, map, judge, and the signed record."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout, QWidget

from llmgw_desktop.app.validation.compare import ShownPanel, ShownReceipt
from llmgw_desktop.app.validation.wish import Askable
from llmgw_desktop.domain.validation import Intent
from llmgw_desktop.ui.compare.answers import AnswerView
from llmgw_desktop.ui.compare.tables import AgreementGrid, VerdictTable
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, CopyButton
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.fields import ChoiceBox
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import WrappedRow, h_box, v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.texts import MarkdownText
from llmgw_desktop.ui.widgets.words import said

_NONE = (
    "A receipt holds who said what, the verdicts and their digests, signed with this installation's"
    " key. It can be verified years later, offline. Once it is made, no judge can be asked."
)


class ReceiptLine(QWidget):
    """`make_wanted` asks for the receipt to be made; it is shown when the panel comes again."""

    make_wanted = Signal()
    save_wanted = Signal(object, object)
    """The ShownReceipt, and the file."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._receipt: ShownReceipt | None = None
        self._words = FlowingLabel(theme, tone=Tone.MUTED)
        self._digest = FlowingLabel(theme)
        self._digest.setFont(theme.mono_font(TextSize.CAPTION))
        self.make = Button(theme, "Make receipt")
        self.show_it = Button(theme, "Show")
        self.save = Button(theme, "Save receipt…")
        self.copy = CopyButton(theme, lambda: self._digest.text(), name="the receipt's SHA-256")
        self._lay_out()
        self.make.clicked.connect(self.make_wanted)
        self.show_it.clicked.connect(self._show)
        self.save.clicked.connect(self._choose_file)

    @property
    def receipt(self) -> ShownReceipt | None:
        return self._receipt

    def show_panel(self, panel: ShownPanel) -> None:
        receipt = self._receipt = panel.receipt
        self._words.setText(_NONE if receipt is None else f"{receipt.words}. SHA-256:")
        self._digest.setText("" if receipt is None else receipt.digest)
        for part in (self._digest, self.copy, self.show_it, self.save):
            part.setVisible(receipt is not None)
        self.make.setVisible(receipt is None)
        self.make.setEnabled(panel.has_ended)

    def _show(self) -> None:
        if self._receipt is not None:
            ReceiptDialog(self._theme, self._receipt, self.window()).open()

    def _choose_file(self) -> None:
        receipt = self._receipt
        if receipt is None:
            return
        dialog = QFileDialog(self.window(), said("Save receipt"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile(receipt.file_name)
        dialog.fileSelected.connect(lambda name: self.save_wanted.emit(receipt, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _lay_out(self) -> None:
        space = self._theme.space
        digest = h_box(self._theme, (self._digest, 1), self.copy, gap=1)
        buttons = QWidget()
        row = WrappedRow(space(2), buttons)
        for button in (self.make, self.show_it, self.save):
            row.addWidget(button)
        v_box(self._theme, self._words, digest, buttons, on=self, gap=2, margins=0)


class ReceiptDialog(QDialog):
    """A receipt for people; Esc leaves. Open it with `open()`."""

    def __init__(self, theme: Theme, receipt: ShownReceipt, parent: QWidget) -> None:
        super().__init__(parent)
        space = theme.space
        self.setWindowTitle(said(receipt.words.partition(" · ")[0]))
        self.text = MarkdownText(theme, "Receipt", margin=2)
        self.text.show_markdown(receipt.markdown)
        close = Button(theme, "Close")
        close.clicked.connect(self.reject)
        foot = h_box(
            theme,
            (FlowingLabel(theme, receipt.words, tone=Tone.MUTED), 1),
            CopyButton(theme, lambda: receipt.markdown, name="the receipt as text"),
            close,
        )
        v_box(theme, (self.text, 1), foot, on=self, gap=3, margins=(5, 5, 5, 4))
        self.resize(space(170), space(130))
        self.finished.connect(self.deleteLater)


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
        self._theme = theme
        self._begin(self._made())

    def _made(self) -> Iterator[None]:
        self.verdicts = VerdictTable(self._theme)
        yield
        self.grid = AgreementGrid(self._theme)
        yield
        self.receipt = ReceiptLine(self._theme)
        yield
        self.judge: AnswerView | None = None
        self._advice = FlowingLabel(self._theme, weight=QFont.Weight.Medium)
        self._confidence = FlowingLabel(self._theme)
        self._reasons = FlowingLabel(self._theme, tone=Tone.MUTED)
        self._verdict_card = self._card("Verdicts", self.verdicts)
        self._map_card = self._card("Agreement map", self.grid)
        yield
        self._outcome_card = self._card(
            "What it comes to", self._advice, self._confidence, self._reasons
        )
        self._judge_note = FlowingLabel(self._theme, tone=Tone.MUTED)
        yield
        self._judge_place = QVBoxLayout()
        self.judge_choice = ChoiceBox(self._theme, [], name="Who judges")
        self.ask_judge = Button(self._theme, "Ask this judge", icon="send")
        self._judge_ask = QWidget()
        row = WrappedRow(self._theme.space(2), self._judge_ask)
        row.addWidget(self.judge_choice)
        row.addWidget(self.ask_judge)
        judge = QWidget()
        judge.setLayout(self._judge_place)
        yield
        self._judge_place.setContentsMargins(0, 0, 0, 0)
        self._judge_card = self._card("Judge", self._judge_note, self._judge_ask, judge)
        self._receipt_card = self._card("Receipt", self.receipt)
        v_box(
            self._theme,
            self._verdict_card,
            self._outcome_card,
            self._map_card,
            self._judge_card,
            self._receipt_card,
            on=self,
            gap=3,
            margins=0,
        )
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
        self._advice.say(outcome.advice)
        self._confidence.say(outcome.confidence)
        self._reasons.say("\n".join(f"• {said(reason)}" for reason in outcome.reasons))
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
        self._judge_note.say(note)
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
            self.judge = AnswerView(self._theme, judge, said(f"Judge: {judge.name}"))
            self.judge.setFixedHeight(self._theme.space(_JUDGE_UNITS))
            self.judge.again.hide()
            self.judge.cancel_wanted.connect(self.cancel_wanted)
            self.judge.flight_wanted.connect(self.flight_wanted)
            self.judge.job_wanted.connect(self.job_wanted)
            self._judge_place.addWidget(self.judge)
            self.judge.stop_after(self.ask_judge)

    def _card(self, title: str, *parts: QWidget) -> Card:
        theme, space = self._theme, self._theme.space
        card = Card(theme)
        column = v_box(self._theme, on=card, gap=2, margins=3)
        head = h_box(
            self._theme,
            Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold),
            margins=(1.5, 0),
        )
        column.addLayout(head)
        for part in parts:
            inner = QVBoxLayout()
            is_table = part in (self.verdicts, self.grid)
            inner.setContentsMargins(*((0,) * 4 if is_table else (space(1.5), 0, space(1.5), 0)))
            inner.addWidget(part)
            column.addLayout(inner)
        return card
