"""Questions that wait for a person. Denying is done here; allowing takes the look at all of it that
its dialog gives."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from typing_extensions import override

from llmgw_desktop.app.consent_words import peer_words, redirection, scope_summary
from llmgw_desktop.app.permission_words import permission_view
from llmgw_desktop.app.questions import Question, Questions, one_line
from llmgw_desktop.domain.consent import ConsentQuestion
from llmgw_desktop.ui.access.entry_card import Act, Entry
from llmgw_desktop.ui.access.section import Section
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.choice import Choice
from llmgw_desktop.ui.widgets.empty_state import EmptyState
from llmgw_desktop.ui.widgets.label import Label, Tone

_WORDS = "Nobody is let in and no agent goes on before you have answered."
_NOTHING = "No question waits for you."
_NOTHING_TEXT = (
    "Programs that want to be let in and agents that want to do something ask here. Nobody answers"
    " in time: refused."
)


class WaitingSection(Section):
    """`question_wanted` opens the dialog of one."""

    question_wanted = Signal(str)
    delay_chosen = Signal(int)

    def __init__(
        self,
        theme: Theme,
        bridge: Bridge,
        questions: Questions,
        delays: Sequence[tuple[int, bool]],
    ) -> None:
        """`delays`: those that can be chosen, in milliseconds, and whether it is the one."""
        nothing = EmptyState(theme, icon="access", title=_NOTHING, text=_NOTHING_TEXT)
        super().__init__(theme, bridge, words=_WORDS, nothing=nothing)
        self._questions = questions
        choices = [(str(ms), f"{ms / 1000:g} s") for ms, _ in delays]
        self.delay = Choice(theme, choices, name="How long before Allow can be pressed")
        self.delay.choose(next((str(ms) for ms, is_it in delays if is_it), ""))
        self.delay.activated.connect(lambda _: self.delay_chosen.emit(int(self.delay.key)))
        self.add_to_bar(Label(theme, "Allow is ready after", tone=Tone.MUTED))
        self.add_to_bar(self.delay)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.read()

    @override
    def read(self) -> None:
        """At once: they are on the loop."""
        self.show_entries([_entry(each) for each in self._questions.waiting])

    @override
    def acts_of(self, key: str) -> Sequence[Act]:
        question = self._questions.find(key)
        words = "" if question is None else one_line(question)
        return (
            Act(word="Deny", name=f"Deny: {words}", do=lambda: self._deny(key)),
            Act(word="Look…", name=f"Look: {words}", do=lambda: self.question_wanted.emit(key)),
        )

    def _deny(self, key: str) -> None:
        question = self._questions.find(key)
        done = question is not None and self._questions.deny(question)
        self.said.emit("Denied." if done else "That question waits no longer.", None)
        self.read()


def _entry(question: Question) -> Entry:
    if isinstance(question, ConsentQuestion):
        to = redirection(question.redirect_uri, question.address)
        return Entry(
            key=question.id,
            title=one_line(question),
            lines=(
                f"to {scope_summary(question.scopes)}",
                f"seen as {peer_words(question.peer)} · {to.origin} ({to.words})",
                f"the browser shows {question.words}",
            ),
            icon="warning",
            tone=Tone.ERROR if to.is_foreign else Tone.WARNING,
        )
    view = permission_view(question)
    return Entry(
        key=question.id,
        title=one_line(question),
        lines=(*view.warnings, f"{view.where} · {view.job}"),
        icon="warning" if view.warnings else "jobs",
        tone=Tone.ERROR if view.warnings else Tone.WARNING,
    )
