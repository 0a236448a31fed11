"""Questions that wait for a person, and who has access: denying and taking back are done here."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from typing_extensions import override

from llmgw_desktop.app.access.oversight import AccessRights, Holder, HolderKind, Revoked
from llmgw_desktop.app.questions.consent_words import peer_words, redirection, scope_summary
from llmgw_desktop.app.questions.list_words import times_words, where_words, who_words
from llmgw_desktop.app.questions.permission_words import permission_view
from llmgw_desktop.app.questions.questions import Questions, item_line, report_words
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.consent import ConsentQuestion
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.jobs.approval import PermissionQuestion
from llmgw_desktop.engine.questions.waiting.item import OpenQuestion, QuestionKind
from llmgw_desktop.engine.runs.limit_questions import GO_ON
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
                word="Revoke",
                name=f"Revoke the access of {holder.name}",
                do=lambda: self._revoke(holder),
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


_WAITING_WORDS = (
    "Nothing here goes on before you have answered. What silence loses first stands first."
)
_NOBODY_WAITS = "No question waits for you."
_NOBODY_WAITS_TEXT = (
    "Programs that want to be let in, agents that want to do something, requests that are held and"
    " jobs at a limit ask here. Each says what happens if nobody answers."
)


class WaitingSection(AccessSection):
    """`question_wanted` opens the dialog of one."""

    question_wanted = Signal(str)
    group_wanted = Signal(str)
    """All that may have one answer with this one."""
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
        today = datetime.fromtimestamp(self._questions.now_s()).astimezone().date()
        self.show_entries([_waiting_entry(each, today) for each in self._questions.open])

    @override
    def acts_of(self, key: str) -> Sequence[EntryAction]:
        item = self._questions.item(key)
        if item is None:
            return ()
        words = item_line(item)
        together = [each.id for each in self._questions.together_with(key)]
        several = together if len(together) > 1 and together[0] == key else []
        if item.kind is QuestionKind.LIMIT:
            return tuple(self._limit_acts(item, words, several))
        if item.kind is QuestionKind.TOLD:
            off = partial(self._choose, (key,), item.choices[0].id)
            return (EntryAction(word="Take off", name=f"Take off the list: {words}", do=off),)
        acts = [
            EntryAction(word="Deny", name=f"Deny: {words}", do=lambda: self._deny(key)),
            EntryAction(
                word="Look…", name=f"Look: {words}", do=lambda: self.question_wanted.emit(key)
            ),
        ]
        if several and item.kind is not QuestionKind.CONSENT:
            what = f"All {len(several):,}…"
            do = partial(self.group_wanted.emit, key)
            acts.append(EntryAction(word=what, name=f"{what} like this: {words}", do=do))
        return acts

    def _limit_acts(
        self, item: OpenQuestion, words: str, several: Sequence[str]
    ) -> Iterator[EntryAction]:
        """Ending it takes a look at the job."""
        for each in item.choices:
            if not each.allows:
                continue
            do = partial(self._choose, (item.id,), each.id)
            yield EntryAction(word=each.words, name=f"{each.words}: {words}", do=do)
        if several:
            what = f"All {len(several):,} after it"
            do = partial(self._choose, tuple(several), GO_ON)
            yield EntryAction(word=what, name=f"{what}: {words}", do=do)

    def _choose(self, ids: tuple[str, ...], choice: str) -> None:
        self._bridge.run(self._answer(ids, choice), name="answer questions")

    async def _answer(self, ids: tuple[str, ...], choice: str) -> None:
        try:
            report = await self._questions.answer_all(ids, choice)
        except (ValueError, LlmgwError) as error:
            self.said.emit(f"Not answered: {inert_line(str(error), 200)}", None)
        else:
            self.said.emit(report_words(report), None)
        self.read()

    def _deny(self, key: str) -> None:
        question = self._questions.find(key)
        done = question is not None and self._questions.deny(question)
        self.said.emit("Denied." if done else "That question waits no longer.", None)
        self.read()


def _waiting_entry(item: OpenQuestion, today: date) -> Entry:
    """With since when it waits, until when, and what happens then."""
    lines, icon, tone = _entry_parts(item)
    return Entry(
        key=item.id,
        title=item_line(item),
        lines=(*lines, times_words(item, today)),
        icon=icon,
        tone=tone,
    )


def _entry_parts(item: OpenQuestion) -> tuple[tuple[str, ...], str, Tone]:
    """Lines, icon, tone."""
    question = item.native
    if isinstance(question, ConsentQuestion):
        to = redirection(question.redirect_uri, question.address)
        lines = (
            f"to {scope_summary(question.scopes)}",
            f"seen as {peer_words(question.peer)} · {to.origin} ({to.words})",
            f"the browser shows {question.words}",
        )
        return lines, "warning", Tone.ERROR if to.is_foreign else Tone.WARNING
    if isinstance(question, PermissionQuestion):
        view = permission_view(question)
        asked = (*view.warnings, f"{view.where} · {view.job}")
        tone = Tone.ERROR if view.warnings else Tone.WARNING
        return asked, "warning" if view.warnings else "jobs", tone
    told = (inert_line(item.words, 400), who_words(item), where_words(item))
    is_quiet = item.kind in (QuestionKind.LIMIT, QuestionKind.TOLD)
    return told, "jobs" if is_quiet else "warning", Tone.WARNING
