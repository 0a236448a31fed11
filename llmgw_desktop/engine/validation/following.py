"""Panels from their beginning to their end: seats asked, waited for, and a judge behind them; and
who looks on meanwhile.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

from llmgw_desktop.domain.access.principal import Principal, Scope, kind_of
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.validation import (
    RunChanged,
    Seat,
    SeatAnswer,
    SeatEnded,
    SeatGrew,
    SeatState,
    ValidationEvent,
    ValidationRun,
)
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.validation.prompts import panel_prompt, schema_of
from llmgw_desktop.engine.validation.seat_run import (
    SeatCall,
    SeatRuns,
    checked_for_judge,
    judge_call,
)
from llmgw_desktop.store.validation import JUDGE, REVIEWER, ValidationStore

MOST_WAITING = 1_000
"""Events that a slow listener may be behind; the telling of texts waits then."""


class _Listener:
    """One who looks on."""

    def __init__(self, owner: str, seats: SeatRuns | None) -> None:
        self.queue: asyncio.Queue[ValidationEvent | None] = asyncio.Queue(MOST_WAITING)
        self.tasks = Tasks()
        self._owner = owner
        self._seats = seats

    def hear(self, answer: SeatAnswer, *, is_judge: bool) -> None:
        if self._seats is not None and answer.is_live:
            heard = self._hear(self._seats, answer, is_judge)
            self.tasks.start(heard, name=f"hear {answer.correlation_id}")

    def put(self, event: ValidationEvent | None) -> None:
        """What must be told takes the place of what is oldest."""
        if self.queue.full():
            self.queue.get_nowait()
        self.queue.put_nowait(event)

    async def _hear(self, seats: SeatRuns, answer: SeatAnswer, is_judge: bool) -> None:
        async for text in seats.words(answer, self._owner):
            grew = SeatGrew(seat=answer.seat.name, text=text, is_judge=is_judge)
            await self.queue.put(grew)


class Watchers:
    """Of all panels."""

    def __init__(self) -> None:
        self._ended: dict[str, asyncio.Event] = {}
        self._listeners: dict[str, list[_Listener]] = {}

    async def ended(self, run_id: str, is_over: Callable[[], bool]) -> None:
        """Returns when nothing of the panel is followed any more."""
        if not is_over():
            await self._ended.setdefault(run_id, asyncio.Event()).wait()

    def over(self, run_id: str) -> None:
        if (event := self._ended.pop(run_id, None)) is not None:
            event.set()
        for listener in self._listeners.get(run_id, ()):
            listener.put(None)

    def judge_began(self, run_id: str, judge: SeatAnswer) -> None:
        for listener in self._listeners.get(run_id, ()):
            listener.hear(judge, is_judge=True)

    def seat_ended(self, run_id: str, answer: SeatAnswer, *, is_judge: bool) -> None:
        for listener in self._listeners.get(run_id, ()):
            listener.put(SeatEnded(answer=answer, is_judge=is_judge))

    async def watch(
        self, run: ValidationRun, seats: SeatRuns | None, is_over: Callable[[], bool]
    ) -> AsyncIterator[ValidationEvent]:
        """Until nothing of it is followed any more."""
        yield RunChanged(run=run)
        if is_over():
            return
        listener = _Listener(run.owner, seats)
        self._listeners.setdefault(run.id, []).append(listener)
        for answer in run.answers:
            listener.hear(answer, is_judge=False)
        if run.judge is not None:
            listener.hear(run.judge, is_judge=True)
        try:
            while not is_over() or not listener.queue.empty():
                event = await listener.queue.get()
                if event is None:
                    return
                yield event
        finally:
            self._listeners[run.id].remove(listener)
            if not self._listeners[run.id]:
                del self._listeners[run.id]
            await listener.tasks.stop()


class Following:
    """Of all panels of this program."""

    def __init__(self, store: ValidationStore, seats: SeatRuns, clock: Clock) -> None:
        self.watchers = Watchers()
        self.tasks = Tasks()
        self._store = store
        self._seats = seats
        self._clock = clock
        self._followed: Counter[str] = Counter()
        """How many tasks follow a panel."""

    async def begin(self, run: ValidationRun, principal: Principal) -> ValidationRun:
        request = run.request
        call = SeatCall(
            request=request,
            prompt=panel_prompt(request),
            schema=schema_of(request.intent),
            principal=principal,
            project=run.project,
        )
        self._followed[run.id] += 1
        try:
            begun = await asyncio.gather(
                *(self._begin_seat(run, each, call) for each in run.answers)
            )
            run = replace(run, answers=tuple(begun))
            self.follow(run, principal)
        finally:
            self._let_go(run.id)
        return run

    async def _begin_seat(
        self, run: ValidationRun, answer: SeatAnswer, call: SeatCall
    ) -> SeatAnswer:
        begun = await self._seats.begin(answer, call)
        await self._keep(run.id, REVIEWER, begun)
        return begun

    def follow(self, run: ValidationRun, principal: Principal | None) -> None:
        self._followed[run.id] += 1
        self.tasks.start(self._followed_to_end(run, principal), name=f"follow {run.id}")

    async def _followed_to_end(self, run: ValidationRun, principal: Principal | None) -> None:
        try:
            await asyncio.gather(*(self._end_seat(run, REVIEWER, each) for each in run.answers))
            now = await asyncio.to_thread(self._store.get, run.id)
            if now is not None and now.judge is not None:
                await self._end_seat(now, JUDGE, now.judge)
            elif now is not None and now.is_waiting_for_judge:
                await self._judge_by_itself(now, principal or asker_of(now))
            await asyncio.to_thread(self._store.ended, run.id)
        finally:
            self._let_go(run.id)

    def is_followed(self, run_id: str) -> bool:
        return self._followed[run_id] > 0

    def _let_go(self, run_id: str) -> None:
        self._followed[run_id] -= 1
        if self._followed[run_id] <= 0:
            del self._followed[run_id]
            self.watchers.over(run_id)

    async def _end_seat(self, run: ValidationRun, role: str, answer: SeatAnswer) -> None:
        if not answer.is_live:
            return
        ended = await self._seats.end(answer, run.owner)
        await self._keep(run.id, role, ended)
        self.watchers.seat_ended(run.id, ended, is_judge=role == JUDGE)

    async def _keep(self, validation_id: str, role: str, answer: SeatAnswer) -> None:
        await asyncio.to_thread(self._store.keep, validation_id, role, answer)

    async def _judge_by_itself(self, run: ValidationRun, principal: Principal) -> None:
        assert run.request.judge is not None
        try:
            checked_for_judge(run)
        except LlmgwError as error:
            judge = replace(self._judge_seat(run, run.request.judge), state=SeatState.SKIPPED)
            judge = replace(judge, error=str(error), ended_at_s=self._clock.now_s())
            await asyncio.to_thread(self._store.claim_judge, run.id, judge, ())
            return
        begun = await self._ask_judge(run, run.request.judge, principal)
        if begun is not None:
            await self._end_seat(run, JUDGE, begun)

    async def judge(self, run: ValidationRun, seat: Seat, principal: Principal) -> None:
        self._followed[run.id] += 1
        try:
            judge = await self._ask_judge(run, seat, principal)
            if judge is not None:
                self.follow(replace(run, judge=judge), principal)
        finally:
            self._let_go(run.id)

    async def _ask_judge(
        self, run: ValidationRun, seat: Seat, principal: Principal
    ) -> SeatAnswer | None:
        """None where another caller asks it already."""
        call, order = judge_call(run, principal)
        judge = self._judge_seat(run, seat)
        if not await asyncio.to_thread(self._store.claim_judge, run.id, judge, order):
            return None
        begun = await self._seats.begin(judge, call)
        await self._keep(run.id, JUDGE, begun)
        self.watchers.judge_began(run.id, begun)
        return begun

    def _judge_seat(self, run: ValidationRun, seat: Seat) -> SeatAnswer:
        name = f"validation-{run.id}-judge"
        return SeatAnswer(seat=seat, correlation_id=name, asked_at_s=self._clock.now_s())

    async def gathered(self, run: ValidationRun) -> ValidationRun:
        """What ended while nobody followed it."""
        for role, answer in all_of(run):
            seen = await self._seats.look(answer, run.owner)
            if not seen.is_live and answer.is_live:
                await self._keep(run.id, role, seen)
        return await asyncio.to_thread(self._store.get, run.id) or run

    async def found_again(self, run: ValidationRun) -> ValidationRun:
        """What has no job any more is lost, and says so."""
        for role, answer in all_of(run):
            if answer.is_live and not answer.job_id:
                await self._keep(run.id, role, self._seats.lost(answer))
        return await asyncio.to_thread(self._store.get, run.id) or run


def all_of(run: ValidationRun) -> list[tuple[str, SeatAnswer]]:
    told = [(REVIEWER, answer) for answer in run.answers]
    return [*told, (JUDGE, run.judge)] if run.judge is not None else told


def asker_of(run: ValidationRun) -> Principal:
    """After a restart: who asked for the judge then, with what asking took."""
    scopes = {Scope.MCP, Scope.JOBS_RUN}
    if run.request.may_use_models:
        scopes.add(Scope.MODELS_USE)
    return Principal(
        client_id=run.owner, name=run.client, scopes=frozenset(scopes), kind=kind_of(run.owner)
    )
