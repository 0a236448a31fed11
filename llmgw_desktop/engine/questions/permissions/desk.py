"""Agents' questions: each is looked at, put to a person where a person must decide, and answered
exactly once.

An ask is looked at beside the loop (its paths may lie anywhere), then refused, answered by what was
allowed for its job, or put on the desk. Whatever goes wrong, the answer is a denial.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import PermissionChanged
from llmgw_desktop.domain.jobs.approval import (
    ApprovalSettings,
    Ask,
    AskingJob,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionDecision,
    PermissionQuestion,
    PermissionRule,
    Unattended,
    nobody_answered,
)
from llmgw_desktop.domain.jobs.rules.book import RuleBook, Ruling
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict, StandingRule
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.questions.desk import QuestionDesk
from llmgw_desktop.engine.questions.permissions.asks import Answered, Clean, WaitingAsk, kept
from llmgw_desktop.engine.questions.permissions.limits import Audience, QuestionLimits
from llmgw_desktop.engine.questions.permissions.review import Review, looked_at
from llmgw_desktop.engine.questions.permissions.rules import JobRules
from llmgw_desktop.engine.questions.permissions.standing import RulesNow
from llmgw_desktop.store.jobs.approval_store import PermissionStore

LEAST_S = 60.0
"""A question that fell due while nobody could answer it waits so long again."""
RULE_AFTER_S = 1.0
_UNATTENDED = "Denied by the gateway: nobody is there to be asked, and its settings say no then."
_log = logging.getLogger(__name__)


@value
class PermissionParts:
    store: PermissionStore
    clock: Clock
    bus: Bus
    clean: Clean
    """Takes keys out of what is written down."""
    is_private: Callable[[Path], bool]
    """Whether a path leads to where credentials are kept. For a thread."""


class PermissionDesk:
    """On the loop. One for all jobs."""

    def __init__(
        self,
        parts: PermissionParts,
        settings: ApprovalSettings,
        standing: Sequence[StandingRule] = (),
    ) -> None:
        self._parts = parts
        self._settings = settings
        self._rules = JobRules(parts.store)
        self._standing, self._book = tuple(standing), RuleBook(standing)
        self._floods = QuestionLimits(parts.clock)
        self._open: dict[tuple[str, str], WaitingAsk] = {}
        self._on_desk: dict[str, WaitingAsk] = {}
        self._desk: QuestionDesk[PermissionQuestion, PermissionAnswer] = QuestionDesk(
            due=self._too_late, changed=self._changed
        )
        self._turns: dict[str, asyncio.Lock] = {}
        """Of each job: its questions are put in the order in which they came."""
        self._tasks = Tasks()
        self.audience = Audience()
        self._is_closed = False

    def ask(
        self, job: AskingJob, ask: Ask, answered: Answered, *, asked_at_s: float | None = None
    ) -> None:
        """`answered` is called once, later and on the loop, never from within; not at all for what
        is withdrawn or whose job has ended. The same `native_id` again: more is known of it.
        `asked_at_s`: when it was asked first, by an earlier program."""
        key = job.id, ask.native_id
        found = self._open.get(key)
        if found is not None and found.would_do_as(ask):
            found.answered = answered
            if ask == found.ask or found.is_decided:
                return
            found.ask = ask
        else:
            at_s = self._parts.clock.now_s() if asked_at_s is None else asked_at_s
            if found is not None:  # nobody shall have allowed what he was not shown
                at_s = found.asked_at_s
                self.withdraw(*key)
            found = WaitingAsk(job=job, ask=ask, answered=answered, asked_at_s=at_s)
            self._open[key] = found
        found.looks += 1
        turn = self._turns.setdefault(job.id, asyncio.Lock())
        look = self._look(found, found.looks, turn)
        self._tasks.start(look, name="look at an agent's question")

    def remember(self, job: AskingJob, ask: Ask, answer: PermissionAnswer) -> None:
        """An earlier program had this answered so. What it allowed for the job was written down
        then, by where its paths led then."""

    def withdraw(self, job_id: str, native_id: str) -> None:
        """The agent asks this no longer."""
        found = self._open.pop((job_id, native_id), None)
        if found is None or found.is_decided:
            return
        answer = self._given(DecisionWay.WITHDRAWN)
        if not self._desk.answer(found.question_id, answer):
            self._changed(self._question(found), answer)

    def job_ended(self, job_id: str) -> None:
        """Its questions are dropped and its rules forgotten."""
        for key in [key for key in self._open if key[0] == job_id]:
            self.withdraw(*key)
        self._floods.forget(job_id)
        self._turns.pop(job_id, None)
        self._tasks.start(self._rules.forget(job_id), name="forget a job's rules")

    def answer(self, question_id: str, answer: PermissionAnswer) -> bool:
        """False where it waits no longer. Raises ValueError for `JOB` where no rule was offered."""
        question = self._desk.find(question_id)
        if question is None:
            return False
        if answer.decision is Decision.JOB and not question.rule:
            raise ValueError("this can be allowed once, not for the job")
        if answer.decision is Decision.STOP and question.cli is None:
            raise ValueError("there is no job to end; deny it instead")
        return self._desk.answer(question_id, answer)

    def attend(self) -> Callable[[], None]:
        """Somebody looks from now on; the answer ends it."""
        return self.audience.attend()

    @property
    def waiting(self) -> tuple[PermissionQuestion, ...]:
        """Oldest first."""
        return self._desk.waiting

    def of_job(self, job_id: str) -> tuple[PermissionQuestion, ...]:
        return tuple(each for each in self._desk.waiting if each.job_id == job_id)

    def find(self, question_id: str) -> PermissionQuestion | None:
        return self._desk.find(question_id)

    def rules(self, job_id: str) -> list[PermissionRule]:
        """What was allowed for it, oldest first. For a thread; raises StoreError."""
        return self._parts.store.rules(job_id)

    def recent(self, *, job_id: str = "", limit: int = 100) -> list[PermissionDecision]:
        """Newest first. For a thread; raises StoreError."""
        return self._parts.store.recent(job_id=job_id, limit=limit)

    def apply(self, settings: ApprovalSettings, standing: Sequence[StandingRule] = ()) -> None:
        """For what is asked from now on; new rules also answer what waits already."""
        self._settings = settings
        if tuple(standing) == self._standing:
            return
        self._standing, self._book = tuple(standing), RuleBook(standing)
        if self._on_desk and standing:
            self._tasks.start(self._look_again(self._book), name="look again by new rules")

    @property
    def has_rules(self) -> bool:
        return bool(self._book)

    async def ruled(self, job: AskingJob, ask: Ask) -> Review:
        """With the word of the rules, which is put on record where it decides; nobody is asked."""
        review = await self._looked_at(job, ask)
        if (answer := self._by_book(review.ruling)) is not None:
            found = WaitingAsk(job=job, ask=ask, answered=lambda _: None, asked_at_s=answer.at_s)
            self._changed(self._question(found), answer)
        return review

    async def _looked_at(self, job: AskingJob, ask: Ask) -> Review:
        rules = RulesNow(self._book, self._parts.clock.now_s())
        return await looked_at(job, ask, self._parts.is_private, rules)

    async def _look_again(self, book: RuleBook) -> None:
        """By the new rules at what waits, a while later: a person who makes a rule of a question
        answers it himself."""
        await asyncio.sleep(RULE_AFTER_S)
        for found in tuple(self._on_desk.values()):
            if book is not self._book:
                return
            ask = found.ask
            answer = self._by_book((await self._looked_at(found.job, ask)).ruling)
            if answer is not None and found.ask is ask and not found.is_decided:
                self._desk.answer(found.question_id, answer)

    async def close(self) -> None:
        """What waits is left unanswered: jobs go on, and the next program puts it again."""
        self._is_closed = True
        await self._tasks.finish(2.0)
        await asyncio.to_thread(self._parts.store.close)

    async def _look(self, found: WaitingAsk, look: int, turn: asyncio.Lock) -> None:
        async with turn:
            if found.job.cli is not None:
                await self._rules.load(found.job.id)
            review = await self._looked_at(found.job, found.ask)
        if self._open.get(found.key) is not found or found.looks != look or found.is_decided:
            return
        found.review = review
        answer = self._unasked(found)
        if answer is None:
            self._put(found)
        elif not self._desk.answer(found.question_id, answer):
            self._changed(self._question(found), answer)
            self._answered(found, answer)

    def _unasked(self, found: WaitingAsk) -> PermissionAnswer | None:
        """The answer where no person is asked."""
        job_id, review = found.job.id, found.review
        if review.refusal:
            return self._given(DecisionWay.REFUSED, note=review.refusal)
        if (standing := self._by_book(review.ruling)) is not None:
            return standing
        if (by_rule := self._by_rule(found)) is not None or found.question_id:
            return by_rule
        waiting = {
            "of_job": sum(each.job.id == job_id for each in self._on_desk.values()),
            "of_owner": sum(each.job.owner == found.job.owner for each in self._on_desk.values()),
            "in_all": len(self._desk),
        }
        if refusal := self._floods.refusal(job_id, **waiting):
            return self._given(DecisionWay.REFUSED, note=refusal)
        if not self.audience.is_there and self._settings.unattended is Unattended.DENY:
            return self._given(DecisionWay.POLICY, note=_UNATTENDED)
        return None

    def _by_book(self, ruling: Ruling | None) -> PermissionAnswer | None:
        """What a lasting rule decides, with its words."""
        if ruling is None or ruling.verdict is RuleVerdict.ASK:
            return None
        if ruling.verdict is RuleVerdict.ALLOW:
            return self._given(DecisionWay.STANDING, Decision.ONCE, note=ruling.why)
        note = f"Denied by the gateway: {ruling.why} {ruling.note}".strip()
        return self._given(DecisionWay.STANDING, note=note)

    def _by_rule(self, found: WaitingAsk) -> PermissionAnswer | None:
        rule = self._rules.allows(found.job.id, found.review.rule)
        if rule is None:
            return None
        return self._given(DecisionWay.RULE, Decision.ONCE, person=rule.person)

    def _put(self, found: WaitingAsk) -> None:
        if self._desk.replace(found.question_id, self._question(found)):
            return
        found.question_id = found.lasting_id
        question = self._question(found)
        self._on_desk[question.id] = found
        self._floods.put(found.job.id)
        within_s = question.expires_at_s - self._parts.clock.now_s()
        self._desk.put(
            question.id, question, lambda answer: self._decided(found, answer), within_s=within_s
        )

    def _question(self, found: WaitingAsk) -> PermissionQuestion:
        within_s, held_s = self._settings.answer_within_minutes * 60, found.job.held_s
        due_s = found.asked_at_s + (within_s if held_s is None else min(within_s, held_s))
        now_s = self._parts.clock.now_s()
        return found.question(due_s if due_s > now_s else now_s + LEAST_S)

    def _decided(self, found: WaitingAsk, answer: PermissionAnswer) -> None:
        """It is off the desk."""
        del self._on_desk[found.question_id]
        found.is_decided = True
        if self._is_closed or answer.way is DecisionWay.WITHDRAWN:
            return
        if answer.decision is Decision.JOB:
            self._tasks.start(self._grant(found, answer), name="keep a rule of a job")
        else:
            self._answered(found, answer)

    async def _grant(self, found: WaitingAsk, answer: PermissionAnswer) -> None:
        """Kept before the agent hears of it: a crash between the two has it asked again."""
        job_id = found.job.id
        is_kept = found.job.cli is not None
        await self._rules.add(job_id, found.review.rule, answer, is_kept=is_kept)
        self._answered(found, answer)
        for other in [each for each in self._on_desk.values() if each.job.id == job_id]:
            if (by_rule := self._by_rule(other)) is not None:
                self._desk.answer(other.question_id, by_rule)

    def _answered(self, found: WaitingAsk, answer: PermissionAnswer) -> None:
        if self._open.get(found.key) is not found or self._is_closed:
            return
        del self._open[found.key]
        try:
            found.answered(answer)
        except Exception:  # noqa: BLE001 - of the job alone
            _log.exception("an answer did not reach job %s", found.job.id)

    def _too_late(self, question: PermissionQuestion) -> PermissionAnswer:
        minutes = max(1, round((question.expires_at_s - question.asked_at_s) / 60))
        return self._given(DecisionWay.TIMEOUT, note=nobody_answered(minutes))

    def _given(
        self,
        way: DecisionWay,
        decision: Decision = Decision.DENY,
        *,
        note: str = "",
        person: str = "",
    ) -> PermissionAnswer:
        at_s = self._parts.clock.now_s()
        return PermissionAnswer(decision=decision, way=way, at_s=at_s, note=note, person=person)

    def _changed(self, question: PermissionQuestion, answer: PermissionAnswer | None) -> None:
        if self._is_closed:
            return
        if answer is not None:
            decision = PermissionDecision(question=question, answer=answer)
            self._parts.store.note(kept(decision, self._parts.clean))
        self._parts.bus.publish(PermissionChanged(question=question, answer=answer))
        self.audience.tell()
