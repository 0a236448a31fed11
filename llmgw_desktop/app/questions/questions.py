"""Questions that wait for a person, of all kinds, and their answers out of a window: the one list
as windows show it.

Who asks and what an answer does is the engine's: programs that want to be let in
(`engine/questions/consents`), agents that want to do something (`engine/questions/permissions`),
requests that a brake holds (`engine/policy/brakes`).
"""

from collections.abc import Callable, Sequence

from llmgw_desktop.app.command_line.this_program import system_user
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.access.consent import (
    MOST_WAITING,
    ConsentAnswer,
    ConsentQuestion,
    ConsentTerm,
    ConsentWay,
)
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.brakes import HeldAnswer, HeldQuestion, HeldWay
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.jobs.approval import (
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionDecision,
    PermissionQuestion,
)
from llmgw_desktop.engine.policy.brakes.holds import HoldDesk
from llmgw_desktop.engine.questions.consents.broker import ConsentBroker
from llmgw_desktop.engine.questions.permissions.desk import PermissionDesk
from llmgw_desktop.engine.questions.waiting.item import AnswerPlace, GivenAnswer, OpenQuestion
from llmgw_desktop.engine.questions.waiting.question_list import AnswerReport, QuestionList

Question = ConsentQuestion | PermissionQuestion | HeldQuestion
LONGEST_NOTE = 1000


class Questions:
    """On the loop."""

    def __init__(
        self,
        listed: QuestionList,
        consents: ConsentBroker,
        permissions: PermissionDesk,
        held: HoldDesk,
        *,
        clock: Clock,
        person: Callable[[], str] = system_user,
    ) -> None:
        self._listed = listed
        self._consents = consents
        self._permissions = permissions
        self._clock = clock
        self._person = person
        self._held = held
        self._leave: tuple[Callable[[], None], ...] = ()

    def now_s(self) -> float:
        return self._clock.now_s()

    @property
    def open(self) -> tuple[OpenQuestion, ...]:
        """All that wait, what matters most first."""
        return self._listed.waiting

    @property
    def changes(self) -> int:
        """So often the list changed: another number is another list."""
        return self._listed.number

    @property
    def waiting(self) -> tuple[Question, ...]:
        """Those that have a dialog, what matters most first."""
        natives = (each.native for each in self._listed.waiting)
        return tuple(each for each in natives if isinstance(each, Question))

    def item(self, question_id: str) -> OpenQuestion | None:
        return self._listed.find(question_id)

    def together_with(self, question_id: str) -> tuple[OpenQuestion, ...]:
        """All that may have one answer with it, itself among them."""
        return self._listed.together_with(question_id)

    async def answer_all(self, question_ids: Sequence[str], choice: str) -> AnswerReport:
        """One or several of one group. Raises ValueError for what was not offered, LlmgwError where
        it cannot be done."""
        answer = GivenAnswer(
            choice=choice,
            place=AnswerPlace.WINDOW,
            at_s=self._clock.now_s(),
            person=self._person(),
        )
        return await self._listed.answer(question_ids, answer)

    def log_of_agents(self, limit: int) -> list[PermissionDecision]:
        """Newest first. For a thread; raises StoreError."""
        return self._permissions.recent(limit=limit)

    @property
    def of_agents(self) -> tuple[PermissionQuestion, ...]:
        """Oldest first."""
        return self._permissions.waiting

    def of_job(self, job_id: str) -> PermissionQuestion | None:
        """The oldest that this job waits with."""
        return next((each for each in self._permissions.waiting if each.job_id == job_id), None)

    def find(self, question_id: str) -> Question | None:
        """One that has a dialog."""
        item = self._listed.find(question_id)
        native = None if item is None else item.native
        return native if isinstance(native, Question) else None

    def let_in(
        self, question: ConsentQuestion, scopes: tuple[Scope, ...], term: ConsentTerm
    ) -> bool:
        """False where it waits no longer. Raises ValueError where nothing is allowed by it."""
        if not scopes:
            raise ValueError("who is let in is let in to something; deny it instead")
        answer = ConsentAnswer(
            allowed=True,
            way=ConsentWay.DIALOG,
            at_s=self._clock.now_s(),
            scopes=scopes,
            term=term,
            person=self._person(),
        )
        return self._consents.answer(question.id, answer)

    def decide(self, question: PermissionQuestion, decision: Decision, note: str = "") -> bool:
        """False where it waits no longer. Raises ValueError for a rule that was not offered."""
        answer = PermissionAnswer(
            decision=decision,
            way=DecisionWay.DIALOG,
            at_s=self._clock.now_s(),
            note=note.strip()[:LONGEST_NOTE],
            person=self._person(),
        )
        return self._permissions.answer(question.id, answer)

    def choose(self, question: HeldQuestion, choice: str) -> bool:
        """`choice`: the id of one that was offered; empty: it is refused. False where it waits no
        longer. Raises ValueError for a choice that was not offered."""
        answer = HeldAnswer(
            choice=choice, way=HeldWay.DIALOG, at_s=self._clock.now_s(), person=self._person()
        )
        return self._held.answer(question.id, answer)

    def deny(self, question: Question) -> bool:
        """False where it waits no longer."""
        if isinstance(question, PermissionQuestion):
            return self.decide(question, Decision.DENY)
        if isinstance(question, HeldQuestion):
            return self.choose(question, "")
        answer = ConsentAnswer(
            allowed=False,
            way=ConsentWay.DIALOG,
            at_s=self._clock.now_s(),
            person=self._person(),
        )
        return self._consents.answer(question.id, answer)

    def attend(self, *, here: bool) -> None:
        """Whether somebody is there who will see a question: a window, or its icon in the tray."""
        if here is bool(self._leave):
            return
        self._consents.attend(here)
        if here:
            self._leave = (self._permissions.attend(), self._held.attend())
            return
        leaving, self._leave = self._leave, ()
        for leave in leaving:
            leave()


def is_list(waiting: Sequence[object]) -> bool:
    """More than anybody wants to meet one after the other: they are shown as a list."""
    return len(waiting) > MOST_WAITING


def item_line(item: OpenQuestion) -> str:
    """For a notice, the list, a banner."""
    return one_line(item.native) if isinstance(item.native, Question) else inert_line(item.title)


def report_words(report: AnswerReport) -> str:
    """«3 answered.»"""
    done, late = len(report.answered), len(report.late)
    if not late:
        return "Answered." if done == 1 else f"{done:,} answered."
    words = (
        "That question had its answer already." if late == 1 else f"{late:,} had theirs already."
    )
    return f"{done:,} answered; {late:,} had an answer already." if done else words


def one_line(question: Question) -> str:
    """For a notice, the list, a job's banner."""
    # Words are read in with the first question.
    from llmgw_desktop.app.questions import consent_words, permission_words

    if isinstance(question, HeldQuestion):
        return inert_line(f"Held: {question.title}", 160)
    if isinstance(question, PermissionQuestion):
        return permission_words.asks_words(question)
    return consent_words.asks_words(question)


def waiting_words(count: int) -> str:
    """«2 questions wait for you»; nothing where none does."""
    if not count:
        return ""
    return "1 question waits for you" if count == 1 else f"{count:,} questions wait for you"
