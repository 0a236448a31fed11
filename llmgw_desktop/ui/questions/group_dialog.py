"""Several questions of one kind, each shown whole, and one answer for all of them. Whoever closes
it leaves them waiting: it came because somebody wanted it."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QFont
from typing_extensions import override

from llmgw_desktop.app.questions.list_words import asked_texts, title_of, where_words
from llmgw_desktop.app.questions.permission_words import AskedPart
from llmgw_desktop.app.words.inert_text import folded_blanks, inert_line
from llmgw_desktop.engine.questions.waiting.item import OpenQuestion, QuestionChoice
from llmgw_desktop.ui.questions.armed_dialog import ArmedDialog
from llmgw_desktop.ui.questions.arming import arm_after_ms
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.texts import PieceView
from llmgw_desktop.ui.widgets.words import said

if TYPE_CHECKING:
    from llmgw_desktop.ui.widgets.button import Button

_WIDTH_UNITS = 160
_WORDS = "One answer for all of them. Close this to leave them waiting."


class GroupDialog(ArmedDialog):
    """`chosen` with the id of a choice that all of them offer."""

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        items: Sequence[OpenQuestion],
        settings: QSettings,
        countdown: Callable[[], str],
    ) -> None:
        """Of one group, at least two."""
        self.title = f"{len(items):,} questions of one kind"
        super().__init__(
            theme,
            title=self.title,
            delay_ms=arm_after_ms(settings),
            width_units=_WIDTH_UNITS,
            countdown=countdown,
        )
        self.items = tuple(items)
        self.pieces: list[PieceView] = []
        self.choices: dict[str, Button] = {}
        self.content.addWidget(FlowingLabel(theme, _WORDS, tone=Tone.MUTED))
        self.make_by(
            *(self._adder(number, item) for number, item in enumerate(self.items, 1)),
            self._add_choices,
            self.fit,
        )

    @override
    def reject(self) -> None:
        """Esc and the cross: they wait on."""
        self._is_answered = True
        super().reject()

    @override
    def send_denial(self) -> None:
        denial = _denial_of(self.items)
        if denial is not None:
            self.chosen.emit(denial.id)

    def _adder(self, number: int, item: OpenQuestion) -> Callable[[], None]:
        def add() -> None:
            title = f"{number}. {said(title_of(item))}"
            self.content.addWidget(
                FlowingLabel(self._theme, title, weight=QFont.Weight.DemiBold, is_verbatim=True)
            )
            if where := where_words(item):
                self.content.addWidget(FlowingLabel(self._theme, where, tone=Tone.MUTED))
            for label, text in asked_texts(item):
                caption = inert_line(label, 60)
                self.content.addWidget(
                    Label(self._theme, caption, size=TextSize.CAPTION, tone=Tone.MUTED)
                )
                piece = PieceView(self._theme, AskedPart(label=caption, text=folded_blanks(text)))
                self.pieces.append(piece)
                self.content.addWidget(piece)

        return add

    def _add_choices(self) -> None:
        self.content.addStretch(1)
        count = len(self.items)
        denial = _denial_of(self.items)
        words = f"{inert_line(denial.words, 40)}: all {count:,}" if denial else "Close"
        self.deny.setText(words)
        self.deny.setAccessibleName(said(words))
        for each in common_choices(self.items):
            if each.allows:
                self.choices[each.id] = self.add_armed(
                    f"{inert_line(each.words, 40)}: all {count:,}", self._chooser(each.id)
                )

    def _chooser(self, choice: str) -> Callable[[], None]:
        def choose() -> None:
            self.answered()
            self.chosen.emit(choice)

        return choose


def common_choices(items: Sequence[OpenQuestion]) -> tuple[QuestionChoice, ...]:
    """What all of them offer, and may be given to several."""
    first, *others = items
    return tuple(
        each
        for each in first.choices
        if each.for_several and all(each in other.choices for other in others)
    )


def _denial_of(items: Sequence[OpenQuestion]) -> QuestionChoice | None:
    """The mildest comes first."""
    return next((each for each in common_choices(items) if not each.allows), None)
