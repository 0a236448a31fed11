"""Panels from their beginning to their end: seats asked, waited for, and a judge behind them."""

import asyncio
from collections import Counter
from dataclasses import replace

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.principal import Principal, Scope, kind_of
from llmgw_desktop.domain.validation import Seat, SeatAnswer, SeatState, ValidationRun
from llmgw_desktop.engine.tasks import Tasks
from llmgw_desktop.engine.validation.judging import checked_for_judge, judge_call
from llmgw_desktop.engine.validation.prompts import panel_prompt, schema_of
from llmgw_desktop.engine.validation.seat_run import Call, SeatRuns
from llmgw_desktop.engine.validation.watching import Watchers
from llmgw_desktop.store.validation_store import JUDGE, REVIEWER, ValidationStore


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
        call = Call(
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

    async def _begin_seat(self, run: ValidationRun, answer: SeatAnswer, call: Call) -> SeatAnswer:
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
