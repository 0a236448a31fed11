"""The one place where requests are looked at for reasons to hold them: behind policy and guards,
ahead of every kept answer and every upstream; and what is held as items of the one list.

A brake is a function of an exchange that returns, raises, or waits on the desk (`HoldDesk.decide`).
It is put here while its settings have it on; while none is on, a request meets one test of `are_on`
and nothing else.
"""

from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from typing_extensions import override

from llmgw_desktop.domain.brakes import (
    Brake,
    BrakeSettings,
    CapKind,
    CapStanding,
    HeldAnswer,
    HeldQuestion,
    HeldWay,
    LowWindow,
)
from llmgw_desktop.domain.events import Event, HeldChanged
from llmgw_desktop.domain.jobs.cli_settings import provider_of
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.jobs.parts import KeptShares
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.engine.policy.brakes.holds import GO_ON, HoldDesk, VendorFacts
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.questions.waiting.item import (
    GivenAnswer,
    OpenQuestion,
    QuestionChoice,
    QuestionKind,
    QuestionOutcome,
    line_of,
)
from llmgw_desktop.store.policy import CapStore, LineStore

if TYPE_CHECKING:
    from llmgw_desktop.engine.policy.brakes.caps import CapBrake
    from llmgw_desktop.engine.policy.brakes.cold_cache import ColdCacheGate
    from llmgw_desktop.engine.policy.brakes.loop_brake import LoopBrake
    from llmgw_desktop.engine.policy.brakes.reserve import ReserveBrake


Check = Callable[[Exchange], Awaitable[None]]
"""Raises HeldBack, or another LlmgwError, where the request is not to go on."""


class JobShares(KeptShares):
    """The reserve line for jobs that have not begun. None while it is off."""

    def __init__(self) -> None:
        super().__init__()
        self._reserve: ReserveBrake | None = None

    def use(self, reserve: "ReserveBrake | None") -> None:
        if reserve is not self._reserve:
            self._reserve = reserve
            self.tell_changed()

    @override
    def below(self, job: Job, asked: Submission) -> LowWindow | None:
        reserve = self._reserve
        if reserve is None or asked.is_attempt or asked.by_hand:
            return None
        known_as = asked.owner if asked.is_remote else asked.client
        if not reserve.is_background(asked.label, job.id, known_as):
            return None
        low = reserve.low_budget(asked.owner, asked.client)
        if low is None and not asked.has_other_account:
            low = reserve.below(provider_of(job.cli))
        return low

    @override
    def move(self, low: LowWindow) -> None:
        if self._reserve is not None:
            self._reserve.move(low)


class Brakes:
    """Of all requests. On the loop."""

    def __init__(
        self,
        holds: HoldDesk,
        vendors: VendorFacts,
        policies: Policies,
        bus: Bus,
        *,
        kept_caps: CapStore,
        kept_lines: LineStore,
    ) -> None:
        self.holds, self._kept_caps, self._kept_lines = holds, kept_caps, kept_lines
        self._vendors, self._policies = vendors, policies
        self._clock, self._bus = holds.clock, bus
        self._cold: ColdCacheGate | None = None
        self._reserve: ReserveBrake | None = None
        self._loops: LoopBrake | None = None
        self._caps: CapBrake | None = None
        self._told_passed: tuple[Callable[[Exchange], None], ...] = ()
        self.shares = JobShares()
        self.are_on = False
        self._checks: tuple[tuple[Brake, Check], ...] = ()
        self._in_order: tuple[Check, ...] = ()

    def put(self, brake: Brake, check: Check | None) -> None:
        """In force from now on, in the order of `Brake`; None: it is off."""
        kept = [each for each in self._checks if each[0] is not brake]
        if check is not None:
            kept.append((brake, check))
        order = list(Brake)
        self._checks = tuple(sorted(kept, key=lambda each: order.index(each[0])))
        self._in_order = tuple(each for _, each in self._checks)
        self.are_on = bool(self._checks or self._told_passed)

    def apply(self, settings: BrakeSettings) -> None:
        self.holds.apply(settings)
        self._use_loops(settings)
        self._use_caps(settings)
        self._use_reserve(settings)

    def cap_standings(self, client_id: str) -> tuple[CapStanding, ...]:
        """Of a client's conversations, agents, runs and labels, the latest first; empty where no
        cap is set."""
        return () if self._caps is None else self._caps.standings(client_id)

    def hand_over(self, flight_id: str) -> None:
        """A run's model requests come to us, and reserve for themselves; `flight_id`: the run's."""
        if self._caps is not None:
            self._caps.hand_over(flight_id)

    def _use_reserve(self, settings: BrakeSettings) -> None:
        is_on = settings.reserve > 0
        if is_on and self._reserve is None:
            from llmgw_desktop.engine.policy.brakes.reserve import ReserveBrake

            health, policies = self._vendors.health, self._policies
            self._reserve = ReserveBrake(
                self.holds,
                health,
                policies,
                self._bus,
                store=self._kept_lines,
                moved=self.shares.tell_changed,
            )
        if self._reserve is not None:
            self._reserve.apply(settings)
            self.put(Brake.RESERVE, self._reserve.check if is_on else None)
            self.shares.use(self._reserve if is_on else None)

    def _use_caps(self, settings: BrakeSettings) -> None:
        is_on = any(any(settings.cap(kind)) for kind in CapKind)
        if is_on and self._caps is None:
            from llmgw_desktop.engine.policy.brakes.caps import CapBrake

            price_of = self._vendors.price_of
            self._caps = CapBrake(self.holds, self._bus, self._kept_caps, price_of=price_of)
        if self._caps is None:
            return
        if is_on:
            self._caps.apply(settings)
        else:
            self._caps.end()
        self.put(Brake.CAP, self._caps.check if is_on else None)

    def use_cold_cache(self, settings: Settings) -> None:
        """Read in when it is first on."""
        is_on = settings.cache_awareness.ask_above_usd > 0
        if is_on and self._cold is None:
            from llmgw_desktop.engine.policy.brakes.cold_cache import ColdCacheGate

            self._cold = ColdCacheGate(self.holds, self._vendors, self._clock, self._bus)
        if self._cold is not None:
            self._cold.apply(settings)
            self.put(Brake.COLD_CACHE, self._cold.check if is_on else None)

    def _use_loops(self, settings: BrakeSettings) -> None:
        """Read in when it is first on."""
        if settings.loops and self._loops is None:
            from llmgw_desktop.engine.policy.brakes.loop_brake import LoopBrake

            self._loops = LoopBrake(self.holds, self._clock, self._bus)
        if self._loops is None:
            return
        if settings.loops:
            self._loops.begin()
        else:
            self._loops.end()
        self.put(Brake.LOOP, self._loops.check if settings.loops else None)

    def tell_passed(self, told: Callable[[Exchange], None], *, is_on: bool) -> None:
        """Of each request that no brake holds any more, in the order in which they asked for it."""
        others = tuple(each for each in self._told_passed if each != told)
        self._told_passed = (*others, told) if is_on else others
        self.are_on = bool(self._checks or self._told_passed)

    async def check(self, exchange: Exchange) -> None:
        """Whether it may go on now. Counts of tokens ask nobody anything and pass."""
        if exchange.request.operation is not Operation.GENERATE:
            return
        for check in self._in_order:
            await check(exchange)
        for told in self._told_passed:
            told(exchange)


REFUSE = "refuse"
_REFUSE = QuestionChoice(id=REFUSE, words="Refuse it", allows=False)
_SILENCE = "The request is refused; its caller is told so."


class HeldSource:
    event: type[Event] = HeldChanged

    def __init__(self, desk: HoldDesk) -> None:
        self._desk = desk

    @property
    def waiting(self) -> Iterator[OpenQuestion]:
        return map(_item, self._desk.waiting)

    def read(self, event: Event) -> OpenQuestion | QuestionOutcome | None:
        if not isinstance(event, HeldChanged):
            return None
        answer = event.answer
        if answer is None:
            return _item(event.question)
        return QuestionOutcome(
            id=event.question.id,
            choice=answer.choice or REFUSE,
            allowed=bool(answer.choice),
            way=str(answer.way),
            person=answer.person,
            at_s=answer.at_s,
        )

    async def answer(self, question_id: str, answer: GivenAnswer) -> bool:
        given = HeldAnswer(
            choice="" if answer.choice == REFUSE else answer.choice,
            way=HeldWay(answer.place),
            at_s=answer.at_s,
            person=answer.person,
        )
        return self._desk.answer(question_id, given)

    def attend(self) -> Callable[[], None]:
        return self._desk.attend()


def _item(question: HeldQuestion) -> OpenQuestion:
    offered = (
        # What else it offers says a figure of its own request.
        QuestionChoice(id=each.id, words=each.words, allows=True, for_several=each.id == GO_ON.id)
        for each in question.choices
    )
    return OpenQuestion(
        id=question.id,
        kind=QuestionKind.HELD,
        title=line_of(question.title),
        words=question.words,
        details=question.facts,
        client=question.client,
        client_id=question.owner,
        label=question.label,
        model=question.model,
        job_id=question.job,
        conversation=question.conversation,
        agent=question.agent,
        flight_id=question.flight_id,
        since_s=question.asked_at_s,
        until_s=question.expires_at_s,
        silence=_SILENCE,
        blocks=line_of(f"a request of {question.label or question.client} for {question.model}"),
        group=f"held {question.brake} {question.owner}",
        choices=(*offered, _REFUSE),
        native=question,
    )
