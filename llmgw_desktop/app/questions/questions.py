"""Questions that wait for a person, of both kinds, and their answers out of a window.

Who asks and what an answer does is the engine's: programs that want to be let in
(`engine/questions/consents`), agents that want to do something (`engine/questions/permissions`).
"""

from collections.abc import Callable

from llmgw_desktop.app.command_line.this_program import system_user
from llmgw_desktop.domain.access.consent import (
    MOST_WAITING,
    ConsentAnswer,
    ConsentQuestion,
    ConsentTerm,
    ConsentWay,
)
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.jobs.approval import (
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionQuestion,
)
from llmgw_desktop.engine.questions.consents.broker import ConsentBroker
from llmgw_desktop.engine.questions.permissions.desk import PermissionDesk

Question = ConsentQuestion | PermissionQuestion
LONGEST_NOTE = 1000


class Questions:
    """On the loop."""

    def __init__(
        self,
        consents: ConsentBroker,
        permissions: PermissionDesk,
        clock: Clock,
        *,
        person: Callable[[], str] = system_user,
    ) -> None:
        self._consents = consents
        self._permissions = permissions
        self._clock = clock
        self._person = person
        self._leave: Callable[[], None] | None = None

    def now_s(self) -> float:
        return self._clock.now_s()

    @property
    def waiting(self) -> tuple[Question, ...]:
        """Oldest first."""
        found: list[Question] = [*self._consents.waiting, *self._permissions.waiting]
        return tuple(sorted(found, key=lambda each: each.asked_at_s))

    @property
    def of_agents(self) -> tuple[PermissionQuestion, ...]:
        """Oldest first."""
        return self._permissions.waiting

    def of_job(self, job_id: str) -> PermissionQuestion | None:
        """The oldest that this job waits with."""
        return next((each for each in self._permissions.waiting if each.job_id == job_id), None)

    def find(self, question_id: str) -> Question | None:
        return next((each for each in self.waiting if each.id == question_id), None)

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

    def deny(self, question: Question) -> bool:
        """False where it waits no longer."""
        if isinstance(question, PermissionQuestion):
            return self.decide(question, Decision.DENY)
        answer = ConsentAnswer(
            allowed=False,
            way=ConsentWay.DIALOG,
            at_s=self._clock.now_s(),
            person=self._person(),
        )
        return self._consents.answer(question.id, answer)

    def attend(self, *, here: bool) -> None:
        """Whether somebody is there who will see a question: a window, or its icon in the tray."""
        if here is (self._leave is not None):
            return
        self._consents.attend(here)
        if here:
            self._leave = self._permissions.attend()
        elif self._leave is not None:
            leave, self._leave = self._leave, None
            leave()


def is_list(waiting: tuple[Question, ...]) -> bool:
    """More than anybody wants to meet one after the other: they are shown as a list."""
    return len(waiting) > MOST_WAITING


def one_line(question: Question) -> str:
    """For a notice, the list, a job's banner."""
    # Words are read in with the first question.
    from llmgw_desktop.app.questions import consent_words, permission_words

    if isinstance(question, PermissionQuestion):
        return permission_words.asks_words(question)
    return consent_words.asks_words(question)


def waiting_words(count: int) -> str:
    """«2 questions wait for you»; nothing where none does."""
    if not count:
        return ""
    return "1 question waits for you" if count == 1 else f"{count:,} questions wait for you"
