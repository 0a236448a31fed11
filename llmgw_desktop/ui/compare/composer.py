"""Where a comparison is written: the question, what is to be judged, how, by whom."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from llmgw_desktop.app.validation.wish import Askable, PanelWish
from llmgw_desktop.app.validation.words import INTENTS
from llmgw_desktop.domain.validation import Intent
from llmgw_desktop.ui.compare.seats import SeatChips
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.fields import ChoiceBox, PromptField, TextLine
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import WrappedRow, h_box, v_box
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.toggles import Segmented
from llmgw_desktop.ui.widgets.words import said

MOST_FILE_BYTES = 1024 * 1024
_HINTS = {
    Intent.ASK: "All are asked the same, and answer freely.",
    Intent.VALIDATE: "Each says whether what you propose holds: pass or fail, with reasons.",
    Intent.RED_TEAM: "Each attacks it: how it fails, is abused, or loses data.",
    Intent.CONSENSUS: "Each says whether the claim is true as it stands.",
}
_QUESTIONS = {
    Intent.ASK: "What do you want to ask?",
    Intent.VALIDATE: "What is to be validated? A plan, a decision, an answer…",
    Intent.RED_TEAM: "What is to be attacked? A design, a plan, a piece of code…",
    Intent.CONSENSUS: "The claim that matters, in one sentence",
}
_NO_JUDGE = ("", "No judge")


class Composer(Card, MadeInSteps):
    """`wish` is what stands in it."""

    ask_wanted = Signal()
    left = Signal()
    said = Signal(str)
    """What went wrong with a file."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._begin(self._made())

    def _made(self) -> Iterator[None]:
        first = Intent.ASK
        self.question = PromptField(self._theme, _QUESTIONS[first], "Question", least=2, most=7)
        self.content = PromptField(
            self._theme, "Paste what is to be judged", "What is judged", least=3, most=8
        )
        yield
        self.focus = TextLine(self._theme, "Look above all at… (optional)", "Look above all at")
        keys = [(intent.value, words) for intent, words in INTENTS]
        self.intent = Segmented(self._theme, keys, name="What is done")
        yield
        self.more = Button(self._theme, "Add text…", kind=ButtonKind.QUIET, icon="plus")
        self.open_file = Button(self._theme, "Open a file…", kind=ButtonKind.QUIET, icon="folder")
        self.chips = SeatChips(self._theme, self.focus)
        yield
        self.judge = ChoiceBox(self._theme, [_NO_JUDGE], name="Judge")
        yield
        self.ask = Button(self._theme, "Ask", kind=ButtonKind.PRIMARY, icon="send", name="Ask all")
        put_tip(self.ask, tip("Ask all (Ctrl+Enter)"))
        self._hint = FlowingLabel(self._theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._problem = FlowingLabel(self._theme, tone=Tone.ERROR)
        yield
        self._is_open = False
        self._lay_out()
        yield
        self._connect()
        yield
        self._on_intent()
        self._show_content(False)

    @property
    def wish(self) -> PanelWish:
        return PanelWish(
            question=self.question.text,
            content=self.content.text if self._is_open else "",
            focus=self.focus.text() if self._is_open else "",
            intent=Intent(self.intent.key),
            seats=self.chips.seats,
            judge=self.judge.key,
        )

    @property
    def problem(self) -> str:
        return self._problem.text()

    def show_wish(self, wish: PanelWish) -> None:
        self.question.setPlainText(wish.question)
        self.content.setPlainText(wish.content)
        self.focus.setText(wish.focus)
        self._show_content(bool(wish.content or wish.focus))
        self.intent.choose(wish.intent.value)
        self.choose_seats(wish.seats, wish.judge)

    def choose_seats(self, seats: Sequence[str], judge: str) -> None:
        self.chips.choose(seats)
        if judge and self.judge.findData(judge) < 0:
            self.judge.addItem(judge, judge)
        self.judge.choose(judge)

    def show_askable(self, everyone: Sequence[Askable]) -> None:
        self.chips.show_askable(everyone)
        chosen = self.judge.key
        self.judge.clear()
        self.judge.add(*_NO_JUDGE)
        for each in everyone:
            if not each.is_practice:
                self.judge.add(each.key, f"{each.title} judges")
        if chosen and self.judge.findData(chosen) < 0:
            self.judge.add(chosen, f"{chosen} judges")
        self.judge.choose(chosen)

    def show_problem(self, words: str) -> None:
        self._problem.say(words)

    def show_asking(self, *, is_under_way: bool) -> None:
        self.ask.setEnabled(not is_under_way)
        self.ask.setText("Asking…" if is_under_way else "Ask")

    def take_file(self, path: Path) -> None:
        """Its text is what is judged; one that is no text, or too long, says so."""
        try:
            with path.open("rb") as file:
                data = file.read(MOST_FILE_BYTES + 1)
            if len(data) > MOST_FILE_BYTES:
                self.said.emit(f"{path.name} is longer than 1 MB: paste the part that matters.")
                return
            text = data.decode("utf-8")
        except (OSError, UnicodeDecodeError):
            self.said.emit(f"{path.name} cannot be read as text.")
            return
        self._show_content(True)
        self.content.setPlainText(text)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self.window(), said("Open what is to be judged"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.take_file(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_intent(self) -> None:
        intent = Intent(self.intent.key)
        self._hint.setText(_HINTS[intent])
        self.question.setPlaceholderText(said(_QUESTIONS[intent]))
        self.focus.setEnabled(intent is not Intent.ASK)
        self.show_problem("")

    def _toggle_content(self) -> None:
        self._show_content(not self._is_open)
        (self.content if self._is_open else self.question).setFocus()

    def _show_content(self, on: bool) -> None:
        self._is_open = on
        for part in (self.content, self.focus):
            part.setVisible(on)
        self.more.setText("Without the text" if on else "Add text…")
        self.more.set_icon_name("cross" if on else "plus")

    def _connect(self) -> None:
        for field in (self.question, self.content):
            field.sent.connect(self.ask_wanted)
            field.left.connect(self.left)
        self.focus.returnPressed.connect(self.ask_wanted)
        self.ask.clicked.connect(self.ask_wanted)
        self.more.clicked.connect(self._toggle_content)
        self.open_file.clicked.connect(self._choose_file)
        self.intent.chosen.connect(self._on_intent)
        self.question.textChanged.connect(lambda: self.show_problem(""))
        self.chips.changed.connect(lambda: self.show_problem(""))

    def _lay_out(self) -> None:
        space = self._theme.space
        how = QWidget()
        how_row = WrappedRow(space(2), how)
        for part in (self.intent, self.more, self.open_file):
            how_row.addWidget(part)
        foot = h_box(self._theme, (self._hint, 1), self.judge, self.ask, gap=2)
        v_box(
            self._theme,
            self.question,
            how,
            self.content,
            self.focus,
            self.chips,
            self._problem,
            foot,
            on=self,
            gap=2.5,
            margins=4,
        )
        self._problem.hide()
        stops = (self.question, self.intent, self.more, self.open_file, self.content, self.focus)
        order = [*stops, self.chips.add, self.judge, self.ask]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
