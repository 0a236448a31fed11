"""Questions that wait for a person, and who has access: denying and taking back are done here."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from typing_extensions import override

from llmgw_desktop.app.access.oversight import AccessRights, Holder, HolderKind, Revoked
from llmgw_desktop.app.questions.consent_words import peer_words, redirection, scope_summary
from llmgw_desktop.app.questions.permission_words import permission_view
from llmgw_desktop.app.questions.questions import Question, Questions, one_line
from llmgw_desktop.domain.access.consent import ConsentQuestion
from llmgw_desktop.ui.access.section import AccessSection, Entry, EntryAction
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.fields import ChoiceBox
from llmgw_desktop.ui.widgets.label import Label, Tone

_HOLDER_WORDS = (
    "Programs that you let in, and keys that you made. What is revoked is refused at once."
)
_NO_HOLDERS = "Nobody has access yet."
_NO_HOLDERS_TEXT = (
    "This computer's own windows and commands need none. A program that asks by OAuth asks you"
    " first; a key is made on the Clients page."
)


class HolderSection(AccessSection):
    """Read again whenever somebody's access is otherwise."""

    def __init__(self, theme: Theme, bridge: Bridge, rights: AccessRights) -> None:
        nothing = EmptyState(theme, icon="clients", title=_NO_HOLDERS, text=_NO_HOLDERS_TEXT)
        super().__init__(theme, bridge, words=_HOLDER_WORDS, nothing=nothing)
        self._rights = rights
        self._holders: dict[str, Holder] = {}

    @override
    def read(self) -> None:
        self.fetch(self._rights.holders, self._take, "Who has access cannot be read.")

    @override
    def acts_of(self, key: str) -> Sequence[EntryAction]:
        holder = self._holders[key]
        return (
            EntryAction(
                word="Revoke", name=f"Revoke {holder.name}", do=lambda: self._revoke(holder)
            ),
        )

    def _take(self, holders: Sequence[Holder]) -> None:
        self._holders = {each.id: each for each in holders}
        self.show_entries([_holder_entry(each) for each in holders])

    def _revoke(self, holder: Holder) -> None:
        self.fetch(partial(self._rights.revoke, holder), self._on_revoked, "It was not revoked.")

    def _on_revoked(self, revoked: Revoked) -> None:
        self.said.emit(revoked.words, lambda: self._undo(revoked))
        self.read()

    def _undo(self, revoked: Revoked) -> None:
        self.fetch(partial(self._rights.undo, revoked), self._on_undone, "It was not undone.")

    def _on_undone(self, words: str) -> None:
        self.said.emit(words, None)
        self.read()


def _holder_entry(holder: Holder) -> Entry:
    is_program = holder.kind is HolderKind.PROGRAM
    return Entry(
        key=holder.id,
        title=holder.name,
        lines=(
            f"may {holder.may}",
            f"{holder.until} · {holder.used}",
            holder.source,
        ),
        icon="ok",
        tone=Tone.OK,
        note="program" if is_program else "key",
        hint="\n".join(f"{label}: {words}" for label, words in holder.details),
    )


_WAITING_WORDS = "Nobody is let in and no agent goes on before you have answered."
_NOBODY_WAITS = "No question waits for you."
_NOBODY_WAITS_TEXT = (
    "Programs that want to be let in and agents that want to do something ask here. Nobody answers"
    " in time: refused."
)


class WaitingSection(AccessSection):
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
        nothing = EmptyState(theme, icon="access", title=_NOBODY_WAITS, text=_NOBODY_WAITS_TEXT)
        super().__init__(theme, bridge, words=_WAITING_WORDS, nothing=nothing)
        self._questions = questions
        choices = [(str(ms), f"{ms / 1000:g} s") for ms, _ in delays]
        self.delay = ChoiceBox(theme, choices, name="How long before Allow can be pressed")
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
        self.show_entries([_waiting_entry(each) for each in self._questions.waiting])

    @override
    def acts_of(self, key: str) -> Sequence[EntryAction]:
        question = self._questions.find(key)
        words = "" if question is None else one_line(question)
        return (
            EntryAction(word="Deny", name=f"Deny: {words}", do=lambda: self._deny(key)),
            EntryAction(
                word="Look…", name=f"Look: {words}", do=lambda: self.question_wanted.emit(key)
            ),
        )

    def _deny(self, key: str) -> None:
        question = self._questions.find(key)
        done = question is not None and self._questions.deny(question)
        self.said.emit("Denied." if done else "That question waits no longer.", None)
        self.read()


def _waiting_entry(question: Question) -> Entry:
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
