"""Panels: begun, followed, found again after a restart, compared, judged, and put under seal.

A panel is its owner's: to others it is not there. Whoever waits for one and goes loses nothing.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import Clock, IdSource
from llmgw_desktop.domain.errors import GatewayClosed, RequestError
from llmgw_desktop.domain.validation import (
    Comparison,
    Intent,
    NoSuchValidation,
    PanelRequest,
    Receipt,
    RunChanged,
    Seat,
    SeatAnswer,
    SeatState,
    ValidationEvent,
    ValidationRun,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.validation.comparison import compare
from llmgw_desktop.engine.validation.following import Following, all_of
from llmgw_desktop.engine.validation.receipts import SigningKey, minted
from llmgw_desktop.engine.validation.report import PanelReading, read
from llmgw_desktop.engine.validation.sealing import sealed_body
from llmgw_desktop.engine.validation.seat_run import SeatRuns, checked_for_judge
from llmgw_desktop.store.validation import ValidationStore

JUDGE_BY_DEFAULT = Seat(name="codex", cli=CliName.CODEX)
KEPT_S = 30 * 86_400.0
"""How long a panel without a receipt is kept after it was begun."""
_CORRELATION = re.compile(r"validation-((?:val|chk|jdg)_[0-9a-f]+)-")
PANELS, CHECK_RUNS = "val", "chk"
"""How the ids of what is listed begin."""
_KINDS = {Intent.CHECKS: CHECK_RUNS, Intent.CHECK: "jdg"}


class SealingKeys(Protocol):
    """Where the key for receipts comes from."""

    def key(self) -> SigningKey: ...


class SealedResult(RequestError):
    """What a receipt holds does not change any more."""

    kind = "receipt_minted"


class NotEnded(GatewayClosed):
    """It goes on: what was asked for is there when it has ended."""

    kind = "validation_goes_on"


@value
class ValidationParts:
    """What panels stand on."""

    store: ValidationStore
    seats: SeatRuns
    keys: SealingKeys
    clock: Clock
    ids: IdSource
    known_now_s: Callable[[], float] | None = None
    """The time by which it is counted how old panels are; None: the clock's."""


class ValidationService:
    """All panels of this program. Everything raises StoreError as the database does."""

    def __init__(self, parts: ValidationParts) -> None:
        self._store = parts.store
        self._seats = parts.seats
        self._keys = parts.keys
        self._clock = parts.clock
        self._known_now_s = parts.known_now_s or parts.clock.now_s
        self._ids = parts.ids
        self._following = Following(parts.store, parts.seats, parts.clock)

    async def start(
        self, request: PanelRequest, principal: Principal, *, project: str = ""
    ) -> ValidationRun:
        """Every seat is asked, and one that cannot be is skipped. Raises StoreError alone."""
        now_s = self._clock.now_s()
        run_id = self._ids.new(_KINDS.get(request.intent, PANELS))
        run = ValidationRun(
            id=run_id,
            owner=principal.client_id,
            client=principal.name,
            project=project,
            made_at_s=now_s,
            request=replace(request, may_use_models=Scope.MODELS_USE in principal.scopes),
            answers=tuple(
                SeatAnswer(
                    seat=seat, correlation_id=f"validation-{run_id}-{seat.name}", asked_at_s=now_s
                )
                for seat in request.seats
            ),
        )
        await asyncio.to_thread(self._add, _without_changes(run))
        # A task of its own: whoever asked may go, and the seats are asked all the same.
        begun = self._following.tasks.start(
            self._following.begin(run, principal), name=f"begin {run.id}"
        )
        return await asyncio.shield(begun)

    async def keep(
        self,
        answers: Sequence[SeatAnswer],
        question: str,
        principal: Principal,
        *,
        intent: Intent = Intent.SYNTHESIS,
        evidence: Mapping[str, object] | None = None,
    ) -> ValidationRun:
        """A panel of answers that were given elsewhere; nobody is asked."""
        request = PanelRequest(
            intent=intent,
            seats=tuple(answer.seat for answer in answers),
            question=question,
            evidence=evidence or {},
        )
        run = ValidationRun(
            id=self._ids.new(_KINDS.get(intent, PANELS)),
            owner=principal.client_id,
            client=principal.name,
            made_at_s=self._clock.now_s(),
            request=request,
            # Their jobs are those of the panels that asked for them.
            answers=tuple(replace(answer, job_id="") for answer in answers),
        )
        await asyncio.to_thread(self._add, run)
        return run

    async def get(self, validation_id: str, owner: str) -> ValidationRun:
        """As it stands now. Raises NoSuchValidation."""
        run = await asyncio.to_thread(self._store.get, validation_id, owner)
        if run is None:
            raise NoSuchValidation(validation_id)
        if run.has_ended or self._following.is_followed(run.id):
            return run
        return await self._following.gathered(run)

    async def wait(
        self, validation_id: str, owner: str, within_s: float | None = None
    ) -> ValidationRun:
        """When it ends, or when the time is over. Raises NoSuchValidation."""
        run = await self.get(validation_id, owner)
        try:
            async with asyncio.timeout(within_s):
                await self._following.watchers.ended(
                    run.id, lambda: not self._following.is_followed(run.id)
                )
        except TimeoutError:
            pass
        return await self.get(validation_id, owner)

    async def watch(
        self, validation_id: str, owner: str, *, texts: bool = True
    ) -> AsyncIterator[ValidationEvent]:
        """What happens from now on, beginning with how it stands, until it ends; with the `texts`
        of all answers as they grow, from their beginnings. Raises NoSuchValidation."""
        run = await self.get(validation_id, owner)

        def is_over() -> bool:
            return not self._following.is_followed(run.id)

        async for event in self._following.watchers.watch(
            run, self._seats if texts else None, is_over
        ):
            yield event
        yield RunChanged(run=await self.get(validation_id, owner))

    async def list(
        self, owner: str, *, limit: int = 50, kind: str = PANELS
    ) -> Sequence[ValidationRun]:
        """Newest first."""
        return await asyncio.to_thread(self._store.recent, owner, limit, kind)

    def check_runs(self, limit: int) -> Sequence[ValidationRun]:
        """Of everybody's regression sets, the newest first; in a thread."""
        return self._store.recent(None, limit, CHECK_RUNS)

    async def read(self, run: ValidationRun) -> PanelReading:
        """With its verdicts, its comparison, and what they come to."""
        return await asyncio.to_thread(read, run)

    async def compare(self, answers: Sequence[str]) -> Comparison:
        return await asyncio.to_thread(compare, answers)

    async def answer_of(self, job_id: str, owner: str) -> tuple[ValidationRun | None, SeatAnswer]:
        """Of a job, or of a seat by its correlation id; without a panel where the job belongs to
        none. Raises NoSuchValidation, NoSuchJob."""
        found = await asyncio.to_thread(self._store.of_job, job_id, owner)
        if found is not None:
            validation_id, role, seat = found
            run = await self.get(validation_id, owner)
            return run, next(
                answer for one, answer in all_of(run) if (one, answer.seat.name) == (role, seat)
            )
        if (named := _CORRELATION.match(job_id)) is not None:
            run = await self.get(named.group(1), owner)
            for _, answer in all_of(run):
                if answer.correlation_id == job_id:
                    return run, answer
            raise NoSuchValidation(job_id)
        return None, await self._seats.of_job(job_id, owner)

    async def synthesize(
        self, validation_id: str, judge: Seat, principal: Principal
    ) -> ValidationRun:
        """The judge is asked once, whoever calls; who comes second is told of the same one.

        Raises NoSuchValidation, NotEnded, Sealed, InvalidRun for answers that cannot be judged.
        """
        run = await self.get(validation_id, principal.client_id)
        if run.judge is not None and run.judge.state in (SeatState.RUNNING, SeatState.COMPLETED):
            return run
        if any(answer.is_live for answer in run.answers):
            raise NotEnded("Not all reviewers have ended; ask again then.", retry_after_s=10)
        if await asyncio.to_thread(self._store.receipt, run.id):
            raise SealedResult(
                f"The receipt of {run.id} is minted: what it holds does not change any more. Start"
                " another validation, with judgeModel."
            )
        checked_for_judge(run)
        judged = self._following.tasks.start(
            self._following.judge(run, judge, principal), name=f"judge {run.id}"
        )
        await asyncio.shield(judged)
        return await self.get(validation_id, principal.client_id)

    async def cancel(self, validation_id: str, owner: str) -> ValidationRun:
        """Whatever of it still goes on. Raises NoSuchValidation."""
        run = await self.get(validation_id, owner)
        for answer in (*run.answers, run.judge):
            if answer is not None and answer.is_live:
                await self._seats.cancel(answer, owner)
        return await self.wait(validation_id, owner, 10.0)

    async def receipt(self, validation_id: str, owner: str) -> Receipt:
        """Minted when it is first asked for. Raises NoSuchValidation, NotEnded, VaultError."""
        there = await asyncio.to_thread(self._store.receipt, validation_id, owner)
        if there is not None:
            return there
        run = await self.get(validation_id, owner)
        receipt = await asyncio.to_thread(self._mint, run) if run.has_ended else None
        if receipt is None:
            raise NotEnded("It goes on: its receipt is minted when it has ended.", retry_after_s=10)
        return receipt

    async def receipts(self, owner: str) -> Sequence[Receipt]:
        return await asyncio.to_thread(self._store.receipts, owner)

    async def resume(self) -> None:
        """After a start: follow what an earlier program left."""
        for run in await asyncio.to_thread(self._store.open):
            self._following.follow(await self._following.found_again(run), None)

    async def close(self) -> None:
        """Jobs go on and are found again; questions to the HTTP doors do not."""
        await self._following.tasks.stop()
        await asyncio.to_thread(self._store.close)

    def _add(self, run: ValidationRun) -> None:
        self._store.forget(self._known_now_s() - KEPT_S)
        self._store.add(run)

    def _mint(self, run: ValidationRun) -> Receipt | None:
        """In a thread: the vault may have to ask for its key."""
        told = sealed_body(read(run))
        key, now_s = self._keys.key(), self._clock.now_s()
        make = minted(told, owner=run.owner, minted_at_s=now_s, key=key)
        return self._store.mint(run.id, make, has_judge=run.judge is not None)


def _without_changes(run: ValidationRun) -> ValidationRun:
    """Changes may hold anything, and nobody needs them once they were sent: their digest stays."""
    if run.request.intent is not Intent.REVIEW:
        return run
    return replace(run, request=replace(run.request, content=""))
