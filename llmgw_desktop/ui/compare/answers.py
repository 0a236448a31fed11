"""An answer: plain text while it grows, its code in the code font and headings in bold; laid out
as Markdown once it has ended.

While it grows text is only ever added at the end, so that a long answer costs no more than its last
line.
"""

import math

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.validation.words import ShownAnswer
from llmgw_desktop.domain.validation import SeatState
from llmgw_desktop.ui.compare.panel import stance_mark, state_mark
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind, CopyButton
from llmgw_desktop.ui.widgets.cards import Card, Line
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.texts import MOST_LAID_OUT, MarkdownText
from llmgw_desktop.ui.widgets.view_clothes import stay_dressed
from llmgw_desktop.ui.widgets.words import said, said_with, told

_FENCE = "```"
_IN_CODE = 1


class AnswerText(MarkdownText):
    """Read only. Follows the end until the person scrolls up."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__(theme, said_with("Answer of %1", name), margin=2.5)
        self._shown = ""
        self._grows = True
        self._colours = _AnswerColours(theme, self)
        stay_dressed(self, theme, AnswerText._lay_out_anew, at_once=1)

    @property
    def text(self) -> str:
        return self._shown

    @property
    def needed(self) -> int:
        """The height of all its lines, as they are broken now."""
        return math.ceil(self.document().size().height()) + 2

    def show_text(self, text: str, *, follows: bool) -> None:
        """What is new is added; a text that begins otherwise takes the place of the old. Who
        follows no more has all of it."""
        if text == self._shown and follows == self._grows:
            return
        if not follows:
            self._shown, self._grows = text, False
            self._lay_out_anew()
            return
        if not self._grows:
            self._grows, self._shown = True, ""
            self.clear()
            self._colours.setDocument(self.document())
        bar = self.verticalScrollBar()
        is_at_end = bar.value() >= bar.maximum()
        if text.startswith(self._shown):
            cursor = QTextCursor(self.document())
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(text[len(self._shown) :])
        else:
            self.setPlainText(text)
        self._shown = text
        if is_at_end:
            bar.setValue(bar.maximum())

    def _lay_out_anew(self) -> None:
        if self._grows:
            return
        at = self.verticalScrollBar().value()
        is_long = len(self._shown) > MOST_LAID_OUT
        self._colours.setDocument(self.document() if is_long else None)
        self.show_markdown(self._shown)
        self.verticalScrollBar().setValue(at)


class _AnswerColours(QSyntaxHighlighter):
    """Qt asks it for each line that is new, and no others."""

    def __init__(self, theme: Theme, view: AnswerText) -> None:
        super().__init__(view.document())
        self._theme = theme
        theme.changed.connect(self.rehighlight)

    @override
    def highlightBlock(self, text: str) -> None:
        was_code = self.previousBlockState() == _IN_CODE
        is_fence = text.lstrip().startswith(_FENCE)
        self.setCurrentBlockState(_IN_CODE if was_code is not is_fence else 0)
        look = QTextCharFormat()
        if is_fence:
            look.setFont(self._theme.mono_font())
            look.setForeground(self._theme.colours.muted)
        elif was_code:
            look.setFont(self._theme.mono_font())
            look.setForeground(self._theme.colours.text)
            look.setBackground(self._theme.colours.alternate)
        elif text.startswith("#"):
            look.setFontWeight(QFont.Weight.DemiBold)
        else:
            return
        self.setFormat(0, len(text), look)


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
        self._mark = MarkIcon(theme, "running", Tone.RUNNING)
        self._name = FlowingLabel(theme, name, weight=QFont.Weight.DemiBold, is_verbatim=True)
        self._stance_mark = MarkIcon(theme, "clock")
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
        self._model.say(" · ".join(part for part in (model, answer.state_words) if part))
        self._figures.say(answer.figures)
        self._trouble.say(answer.trouble)
        is_calm = answer.state is SeatState.CANCELED
        self._trouble.set_tone(Tone.MUTED if is_calm else Tone.ERROR)
        self._advice.say(answer.advice)
        self._note.say(answer.note)
        self._cut.setVisible(answer.is_cut)
        self.text.show_text(answer.text, follows=answer.is_live)
        self.copy.setEnabled(bool(answer.text))
        self.flight.setVisible(bool(answer.flight_id))
        self.job.setVisible(bool(answer.job_id))
        self.cancel.setVisible(answer.is_live)
        self.again.setVisible(not answer.is_live and answer.state is not SeatState.COMPLETED)
        self.setAccessibleName(said(self._name.text()))
        facts = (answer.model, answer.state_words, answer.stance_words)
        self.setAccessibleDescription(told(*facts, answer.figures, answer.trouble))

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

    def _connect(self) -> None:
        self.cancel.clicked.connect(lambda: self.cancel_wanted.emit(self._answer.key))
        self.again.clicked.connect(self.again_wanted)
        self.flight.clicked.connect(lambda: self.flight_wanted.emit(self._answer.flight_id))
        self.job.clicked.connect(lambda: self.job_wanted.emit(self._answer.job_id))

    def _lay_out(self, theme: Theme) -> None:
        head = h_box(theme, (self._mark, 0, Qt.AlignmentFlag.AlignTop), (self._name, 1), gap=1.5)
        stance = h_box(theme, self._stance_mark, self._stance, gap=1)
        head.addLayout(stance)
        head.setAlignment(stance, Qt.AlignmentFlag.AlignTop)
        words = v_box(
            theme,
            head,
            self._model,
            self._figures,
            self._trouble,
            self._advice,
            self._note,
            gap=0.75,
            margins=(3, 3, 3, 2),
        )
        foot = h_box(
            theme,
            self.copy,
            self.flight,
            self.job,
            None,
            self.again,
            self.cancel,
            gap=0.5,
            margins=(2, 1),
        )
        cut = h_box(theme, self._cut, margins=(3, 0, 3, 1))
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(words)
        column.addWidget(Line(theme))
        column.addWidget(self.text, 1)
        column.addLayout(cut)
        column.addWidget(Line(theme))
        column.addLayout(foot)
