"""A request that a brake holds: why, what a person should see of it, and what can be chosen, each
choice a button; refusing is easy, as in every dialog that asks."""

from collections.abc import Callable

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QGridLayout
from typing_extensions import override

from llmgw_desktop.app.questions.consent_words import countdown
from llmgw_desktop.app.questions.permission_words import AskedPart, since_words
from llmgw_desktop.app.words.inert_text import folded_blanks, inert_line
from llmgw_desktop.domain.brakes import HeldQuestion
from llmgw_desktop.ui.questions.armed_dialog import ArmedDialog
from llmgw_desktop.ui.questions.arming import arm_after_ms
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.texts import PieceView
from llmgw_desktop.ui.widgets.words import said

_WIDTH_UNITS = 150
_LINE = 160
"""Characters: what is longer, or has several lines, stands in a piece of its own."""
TITLE = "A request waits for you"


class HeldDialog(ArmedDialog):
    """`chosen` with the id of a choice; empty: it is refused."""

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        question: HeldQuestion,
        settings: QSettings,
        now_s: Callable[[], float],
        *,
        at_once: bool = True,
    ) -> None:
        """`at_once`: nothing is left to be made."""
        super().__init__(
            theme,
            title=TITLE,
            delay_ms=arm_after_ms(settings),
            width_units=_WIDTH_UNITS,
            countdown=lambda: countdown(question.expires_at_s, now_s()),
        )
        self.question = question
        self._now_s = now_s
        self.pieces: list[PieceView] = []
        self.make_by(self._add_words, self._add_facts, self._add_choices, self.fit)
        if at_once:
            self.make_whole()

    @override
    def send_denial(self) -> None:
        self.chosen.emit("")

    @override
    def show_time(self) -> None:
        super().show_time()
        self.since.setText(since_words(self.question.asked_at_s, self._now_s()))

    def _add_words(self) -> None:
        question = self.question
        title = inert_line(question.title, _LINE)
        self.heading.setText(title)
        self.setAccessibleDescription(said(title))
        self.words = FlowingLabel(self._theme, inert_line(question.words, 1000))
        self.content.addWidget(self.words)
        self.since = FlowingLabel(self._theme, since_words(question.asked_at_s, self._now_s()))

    def _add_facts(self) -> None:
        theme, question = self._theme, self.question
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.space(3))
        grid.setVerticalSpacing(theme.space(1))
        grid.setColumnStretch(1, 1)
        who = " · ".join(each for each in (question.client, question.label) if each)
        lines = [("From", who), ("Model", question.model), ("Run", question.job), ("Waits", "")]
        long = [each for each in question.facts if _is_long(each[1])]
        lines += [each for each in question.facts if each not in long]
        shown = [each for each in lines if each[1] or each[0] == "Waits"]
        for at, (label, text) in enumerate(shown):
            name = Label(theme, inert_line(label, 60), tone=Tone.MUTED)
            grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignTop)
            value = (
                FlowingLabel(theme, inert_line(text, _LINE), is_verbatim=True)
                if text
                else self.since
            )
            grid.addWidget(value, at, 1)
        self.content.addLayout(grid)
        for label, text in long:
            caption = inert_line(label, 60)
            self.content.addWidget(Label(theme, caption, size=TextSize.CAPTION, tone=Tone.MUTED))
            piece = PieceView(theme, AskedPart(label=caption, text=folded_blanks(text)))
            self.pieces.append(piece)
            self.content.addWidget(piece)
        self.content.addStretch(1)

    def _add_choices(self) -> None:
        self.deny.setText("Refuse")
        self.deny.setAccessibleName(said("Refuse"))
        self.choices = {
            each.id: self.add_armed(inert_line(each.words, 60), self._chooser(each.id))
            for each in self.question.choices
        }

    def _chooser(self, choice: str) -> Callable[[], None]:
        def choose() -> None:
            self.answered()
            self.chosen.emit(choice)

        return choose


def _is_long(text: str) -> bool:
    return len(text) > _LINE or "\n" in text
