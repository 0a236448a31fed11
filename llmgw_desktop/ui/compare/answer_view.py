"""One who was asked, as a column: who really answered, how it stands, the answer as it grows."""

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.compare_words import ShownAnswer
from llmgw_desktop.domain.validation import SeatState
from llmgw_desktop.ui.compare.answer_text import AnswerText
from llmgw_desktop.ui.compare.compare_marks import stance_mark, state_mark
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.card import Card, Line
from llmgw_desktop.ui.widgets.copy_button import CopyButton
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.mark import Mark

_AGAIN = "Ask all again; CLIs that have answered within the hour are not run twice"


class AnswerView(Card):
    """The keyboard enters it at its text."""

    cancel_wanted = Signal(str)
    """By its key."""
    again_wanted = Signal()
    flight_wanted = Signal(str)
    job_wanted = Signal(str)

    def __init__(self, theme: Theme, answer: ShownAnswer, title: str = "") -> None:
        super().__init__(theme)
        self._answer = answer
        name = title or answer.name
        self._mark = Mark(theme, "running", Tone.RUNNING)
        self._name = FlowingLabel(theme, name, weight=QFont.Weight.DemiBold)
        self._stance_mark = Mark(theme, "clock")
        self._stance = Label(theme, size=TextSize.CAPTION, weight=QFont.Weight.Medium)
        self._model = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._figures = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._trouble = FlowingLabel(theme, tone=Tone.ERROR)
        self._advice = FlowingLabel(theme, tone=Tone.MUTED)
        self._note = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._cut = FlowingLabel(
            theme,
            "This is its beginning. Open its flight or job for all of it.",
            size=TextSize.CAPTION,
            tone=Tone.MUTED,
        )
        self.text = AnswerText(theme, name)
        self.setFocusProxy(self.text)
        self.copy = CopyButton(theme, lambda: self.text.text, name=f"the answer of {name}")
        quiet = ButtonKind.QUIET
        self.flight = Button(
            theme, kind=quiet, icon="flights", name=f"Open the answer of {name} as its flight"
        )
        self.job = Button(theme, kind=quiet, icon="jobs", name=f"Open the job of {name}")
        self.cancel = Button(theme, "Cancel", kind=quiet, icon="cross", name=f"Cancel {name}")
        self.again = Button(theme, "Ask again", kind=quiet, icon="retry", name=_AGAIN)
        self._lay_out(theme)
        self._connect()
        self.show_answer(answer)

    @property
    def answer(self) -> ShownAnswer:
        return self._answer

    @property
    def needed(self) -> int:
        """The height at which nothing of it has to be scrolled; once it is laid out."""
        return self.height() - self.text.height() + self.text.needed

    def show_answer(self, answer: ShownAnswer) -> None:
        self._answer = answer
        self._mark.show_mark(*state_mark(answer.state))
        has_verdict = bool(answer.stance_words) and answer.stance_words != answer.state_words
        icon, tone = stance_mark(answer.stance)
        self._stance_mark.show_mark(icon, tone)
        self._stance.setText(answer.stance_words)
        self._stance.set_tone(tone)
        for part in (self._stance_mark, self._stance):
            part.setVisible(has_verdict)
        model = "" if answer.model == answer.name else answer.model
        self._say(self._model, " · ".join(part for part in (model, answer.state_words) if part))
        self._say(self._figures, answer.figures)
        self._say(self._trouble, answer.trouble)
        is_calm = answer.state is SeatState.CANCELED
        self._trouble.set_tone(Tone.MUTED if is_calm else Tone.ERROR)
        self._say(self._advice, answer.advice)
        self._say(self._note, answer.note)
        self._cut.setVisible(answer.is_cut)
        self.text.show_text(answer.text, follows=answer.is_live)
        self.copy.setEnabled(bool(answer.text))
        self.flight.setVisible(bool(answer.flight_id))
        self.job.setVisible(bool(answer.job_id))
        self.cancel.setVisible(answer.is_live)
        self.again.setVisible(not answer.is_live and answer.state is not SeatState.COMPLETED)
        self.setAccessibleName(self._name.text())
        self.setAccessibleDescription(answer.description)

    def stop_after(self, before: QWidget) -> QWidget:
        """The Tab key comes here from that; the last stop of it."""
        for stop in (self.text, self.copy, self.flight, self.job, self.again, self.cancel):
            QWidget.setTabOrder(before, stop)
            before = stop
        return before

    @override
    def minimumSizeHint(self) -> QSize:
        # columns are as wide as their row gives them
        return QSize(0, super().minimumSizeHint().height())

    def _say(self, label: FlowingLabel, words: str) -> None:
        label.setText(words)
        label.setVisible(bool(words))

    def _connect(self) -> None:
        self.cancel.clicked.connect(lambda: self.cancel_wanted.emit(self._answer.key))
        self.again.clicked.connect(self.again_wanted)
        self.flight.clicked.connect(lambda: self.flight_wanted.emit(self._answer.flight_id))
        self.job.clicked.connect(lambda: self.job_wanted.emit(self._answer.job_id))

    def _lay_out(self, theme: Theme) -> None:
        space = theme.space
        head = QHBoxLayout()
        head.setSpacing(space(1.5))
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._name, 1)
        stance = QHBoxLayout()
        stance.setSpacing(space(1))
        stance.addWidget(self._stance_mark)
        stance.addWidget(self._stance)
        head.addLayout(stance)
        head.setAlignment(stance, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setContentsMargins(space(3), space(3), space(3), space(2))
        words.setSpacing(space(0.75))
        words.addLayout(head)
        for label in (self._model, self._figures, self._trouble, self._advice, self._note):
            words.addWidget(label)
        foot = QHBoxLayout()
        foot.setContentsMargins(space(2), space(1), space(2), space(1))
        foot.setSpacing(space(0.5))
        for button in (self.copy, self.flight, self.job):
            foot.addWidget(button)
        foot.addStretch(1)
        foot.addWidget(self.again)
        foot.addWidget(self.cancel)
        cut = QHBoxLayout()
        cut.setContentsMargins(space(3), 0, space(3), space(1))
        cut.addWidget(self._cut)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(words)
        column.addWidget(Line(theme))
        column.addWidget(self.text, 1)
        column.addLayout(cut)
        column.addWidget(Line(theme))
        column.addLayout(foot)
