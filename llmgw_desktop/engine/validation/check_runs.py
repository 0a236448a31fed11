"""Runs of regression sets: each case is asked again, of each model, its answer is checked, and what
came of it is kept with a signed receipt.

A case goes down the pipeline as every request does, in the name of whoever asks for the run. Tools
that an answer calls are told of, and never run. What is asked at once is bounded, and so is what
it costs where a budget is given: what may not fit any more is not asked, and says so.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.access.access_errors import TooManyConnections
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import LlmgwError, RequestError
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.validation import (
    Intent,
    NoSuchValidation,
    PanelRequest,
    Receipt,
    Seat,
    SeatAnswer,
    SeatState,
    Stance,
    ValidationRun,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.pipeline.flight_replays import FlightReplays
from llmgw_desktop.engine.validation.answer_checks import (
    MOST_ANSWER_CHARS,
    CheckKind,
    CheckOutcome,
    checked,
    words_of,
)
from llmgw_desktop.engine.validation.check_set import CheckCase, CheckSet
from llmgw_desktop.engine.validation.receipts import digest_of
from llmgw_desktop.engine.validation.service import CHECK_RUNS, ValidationService
from llmgw_desktop.wire.native.replay import ReplayWish

MOST_ASKED = 500
"""Answers of one run."""
MOST_AT_ONCE, MOST_RUNS = 16, 4
_UNPRICED = "No price is known of it, so no budget can bound it: set one in [prices], or give none."
_SAID = 300
_CLEAR = (Stance.AGREE, Stance.DISAGREE)
_UNREADABLE = (LlmgwError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


@value
class CheckWish:
    """How a set is to be run."""

    models: tuple[str, ...] = ()
    """Empty: of each case the one that it names."""
    times: int = 1
    judges: tuple[Seat, ...] = ()
    budget_usd: float | None = None
    at_once: int = 4


@value
class CheckRow:
    """One answer. `passed` is None where there is none: `problem` says why."""

    number: int
    case: str
    model: str
    passed: bool | None = None
    outcomes: tuple[CheckOutcome, ...] = ()
    problem: str = ""
    flight: str = ""
    cost_usd: float | None = None
    """With what its judges cost; None where any of it is not known."""
    took_ms: float | None = None
    sha256: str = ""
    """Of the words that were checked."""

    def told(self) -> dict[str, Any]:
        """As a door writes it."""
        return {
            "number": self.number,
            "case": self.case,
            "model": self.model,
            "passed": self.passed,
            "checks": [
                {"kind": str(each.kind), "passed": each.passed, "words": each.words}
                for each in self.outcomes
            ],
            "problem": self.problem or None,
            "flight": self.flight or None,
            "costUsd": self.cost_usd,
            "durationMs": self.took_ms,
            "sha256": self.sha256 or None,
        }

    @property
    def why(self) -> str:
        """What fell first, or why there is no answer; empty where all passed."""
        if self.problem:
            return self.problem
        fallen = [each for each in self.outcomes if not each.passed]
        return f"{fallen[0].kind}: {fallen[0].words}" if fallen else ""


Told = Callable[[CheckRow], None]


class OverBudget(RequestError):
    """It may cost more than is left of what the run may spend, or nobody knows what."""

    kind = "check_over_budget"


class CheckRuns:
    """All of a gateway."""

    def __init__(
        self,
        replays: Callable[[], FlightReplays],
        panels: ValidationService,
        gate: Gate,
        clock: Clock,
    ) -> None:
        self._replays, self._panels, self._gate, self._clock = replays, panels, gate, clock
        self._running = 0

    async def run(
        self, wanted: CheckSet, wish: CheckWish, principal: Principal, told: Told
    ) -> tuple[ValidationRun, tuple[CheckRow, ...]]:
        """To its end; `told` of each answer as it was checked. Who is cancelled cancels all that
        goes on, and nothing of the run is kept but its flights. Raises LlmgwError."""
        self._gate.allow(principal, Scope.MODELS_USE)
        rows = rows_of(wanted, wish)
        if self._running >= MOST_RUNS:
            raise TooManyConnections(f"{MOST_RUNS} regression sets are run already.")
        self._running += 1
        going = _Run(self._replays(), self._panels, wish, of=principal)
        begun_at_s = self._clock.now_s()
        try:
            done = await going.all(rows, told)
        finally:
            self._running -= 1
        kept = await self._panels.keep(
            [check_answer(row, begun_at_s, self._clock.now_s()) for row in done],
            wanted.name,
            principal,
            intent=Intent.CHECKS,
            evidence=_evidence(wanted, done, going),
        )
        return kept, done

    async def receipt(self, run: ValidationRun) -> Receipt:
        """Raises VaultError where the key that signs it is not to be had."""
        return await self._panels.receipt(run.id, run.owner)

    async def one(self, run_id: str, owner: str) -> ValidationRun:
        """Raises NoSuchValidation."""
        run = await self._panels.get(run_id, owner)
        if run.request.intent is not Intent.CHECKS:
            raise NoSuchValidation(run_id)
        return run

    async def earlier(self, owner: str, limit: int) -> Sequence[ValidationRun]:
        """Newest first."""
        return await self._panels.list(owner, limit=limit, kind=CHECK_RUNS)


class _Run:
    """One of them, while it goes on."""

    def __init__(
        self, replays: FlightReplays, panels: ValidationService, wish: CheckWish, *, of: Principal
    ) -> None:
        self._replays, self._panels, self._wish, self._principal = replays, panels, wish, of
        self._tasks = Tasks()
        self._turn = asyncio.Lock()
        self._expected_usd = 0.0
        """Of those who are being asked."""
        self.spent_usd = 0.0
        self.has_unknown_cost = False

    async def all(
        self, rows: Sequence[tuple[CheckRow, CheckCase]], told: Told
    ) -> tuple[CheckRow, ...]:
        """So many workers take one after the other."""
        waiting, done = iter(rows), dict[int, CheckRow]()

        async def work() -> None:
            for row, case in waiting:
                done[row.number] = found = await self._one(row, case)
                told(found)

        at_once = min(self._wish.at_once, len(rows))
        workers = [self._tasks.start(work(), name="check") for _ in range(at_once)]
        try:
            await asyncio.gather(*workers)
        finally:
            await self._tasks.stop()
        return tuple(done[row.number] for row, _ in rows)

    async def _one(self, row: CheckRow, case: CheckCase) -> CheckRow:
        """What goes wrong stands in the row."""
        expected_usd = 0.0
        try:
            if self._wish.budget_usd is not None:
                expected_usd = await self._reserved(case, row.model)
            flight, heard = await self._replays.heard(case.record(), row.model, self._principal)
        except LlmgwError as error:
            return replace(row, problem=str(error))
        finally:
            self._expected_usd -= expected_usd
        if flight.was_generated or flight.cost_usd:
            self._spend(flight.cost_usd)
        row = replace(row, flight=flight.id, cost_usd=flight.cost_usd, took_ms=flight.took_ms)
        if flight.state is not FlightState.OK:
            return replace(row, problem=flight.error_text or f"Not answered: {flight.state}.")
        if heard is None:
            return replace(row, problem="The answer is longer than is looked at.")
        try:
            words = await asyncio.to_thread(words_of, case.protocol, heard)
        except _UNREADABLE as error:
            return replace(row, problem=f"The answer cannot be read: {type(error).__name__}.")
        return await self._checked(row, case, words)

    async def _reserved(self, case: CheckCase, model: str) -> float:
        """The most that it may cost. Raises OverBudget where that is not left, or not known."""
        budget_usd = self._wish.budget_usd or 0.0
        wish = ReplayWish(models=(model,), keeps_marks=True)
        async with self._turn:
            [plan] = await self._replays.plan(case.record(), wish, self._principal)
            if plan.problem:
                return 0.0
            if plan.most_usd is None:
                raise OverBudget(_UNPRICED)
            if self.spent_usd + self._expected_usd + plan.most_usd > budget_usd:
                raise OverBudget(f"What is left of ${budget_usd:g} may not hold it: not asked.")
            self._expected_usd += plan.most_usd
            return plan.most_usd

    def _spend(self, usd: float | None) -> None:
        self.spent_usd += usd or 0.0
        self.has_unknown_cost = self.has_unknown_cost or usd is None

    async def _checked(self, row: CheckRow, case: CheckCase, words: str) -> CheckRow:
        outcomes, usd = [], row.cost_usd
        for check in case.checks:
            if check.kind is not CheckKind.JUDGE:
                outcomes.append(await asyncio.to_thread(checked, check, words))
                continue
            outcome, judged_usd = await self._judged(check.wanted, words)
            outcomes.append(outcome)
            usd = None if usd is None or judged_usd is None else usd + judged_usd
        return replace(
            row,
            passed=all(each.passed for each in outcomes),
            outcomes=tuple(outcomes),
            sha256=digest_of(words),
            cost_usd=usd,
        )

    async def _judged(self, demand: str, words: str) -> tuple[CheckOutcome, float | None]:
        """By most of a panel's clear verdicts; nobody's is no pass."""
        left = "" if self._wish.judges else "No judge was named for this run."
        if self._wish.budget_usd is not None and self.spent_usd >= self._wish.budget_usd:
            left = "The budget is used up: no judge was asked."
        if len(words) > MOST_ANSWER_CHARS // 10:
            left = "The answer is too long for a judge."
        if left:
            return CheckOutcome(kind=CheckKind.JUDGE, passed=False, words=left), 0.0
        panels, principal = self._panels, self._principal
        request = PanelRequest(
            intent=Intent.CHECK, seats=self._wish.judges, question=demand, content=words
        )
        panel = await panels.start(request, principal)
        try:
            panel = await panels.wait(panel.id, principal.client_id)
        except asyncio.CancelledError:
            await panels.cancel(panel.id, principal.client_id)
            raise
        usd = _sum([each.cost_usd for each in panel.answers if each.flight_id])
        self._spend(usd)
        verdicts = (await panels.read(panel)).verdicts
        for_it = sum(each.stance is Stance.AGREE for each in verdicts)
        clear = sum(each.stance in _CLEAR for each in verdicts)
        said = next((each.rationale for each in verdicts if each.stance is not Stance.AGREE), "")
        words = f"{for_it} of {len(verdicts)} judges pass it. {' '.join(said.split())[:_SAID]}"
        passed = for_it * 2 > len(verdicts) and clear > 0
        return CheckOutcome(kind=CheckKind.JUDGE, passed=passed, words=words.strip()), usd


def _sum(each_usd: Sequence[float | None]) -> float | None:
    """None where any is not known."""
    known = [usd for usd in each_usd if usd is not None]
    return sum(known) if len(known) == len(each_usd) else None


def rows_of(wanted: CheckSet, wish: CheckWish) -> list[tuple[CheckRow, CheckCase]]:
    """What is to be asked. Raises InvalidRun for more than one run may ask."""
    asked = [
        (case, model)
        for case in wanted.cases
        for model in wish.models or (case.model,)
        for _ in range(wish.times)
    ]
    if len(asked) > MOST_ASKED:
        words = f"{len(asked):,} answers would be asked for; {MOST_ASKED} at most in one run"
        raise InvalidRun(words, field="models")
    return [
        (CheckRow(number=number, case=case.name, model=model), case)
        for number, (case, model) in enumerate(asked, 1)
    ]


def check_answer(row: CheckRow, begun_at_s: float, ended_at_s: float) -> SeatAnswer:
    """As panels keep what was said, with the digest of the words that were checked."""
    fell = [each for each in row.outcomes if not each.passed]
    said = {
        "verdict": "PASS" if row.passed else "FAIL",
        "rationale": row.why or "All checks passed.",
        "risks": [f"{each.kind}: {each.words}" for each in fell[1:]],
        "nextStep": "",
        "row": row.told(),
    }
    text = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace").decode()
    is_told = row.passed is not None
    return SeatAnswer(
        seat=Seat(name=f"{row.number}. {row.case} · {row.model}", model=row.model),
        state=SeatState.COMPLETED if is_told else SeatState.SKIPPED,
        flight_id=row.flight,
        asked_at_s=begun_at_s,
        ended_at_s=ended_at_s,
        text=text,
        sha256=digest_of(text),
        model=row.model,
        cost_usd=row.cost_usd,
        error=row.problem,
        category="" if is_told else "not_checked",
    )


def _evidence(wanted: CheckSet, done: Sequence[CheckRow], going: _Run) -> dict[str, object]:
    """What a list of runs tells."""
    fallen = [row for row in done if not row.passed]
    return {
        "sha256": wanted.sha256,
        "cases": len(wanted.cases),
        "models": list(dict.fromkeys(row.model for row in done)),
        "passed": sum(row.passed is True for row in done),
        "failed": sum(row.passed is False for row in done),
        "notAsked": sum(row.passed is None for row in done),
        "firstFallen": f"{fallen[0].case} · {fallen[0].model}" if fallen else "",
        "why": fallen[0].why[:_SAID] if fallen else "",
        "costUsd": going.spent_usd,
        "isCostWhole": not going.has_unknown_cost,
    }


def run_told(run: ValidationRun, receipt: Receipt | None = None) -> dict[str, Any]:
    """As a list of runs writes one."""
    return {
        "id": run.id,
        "set": run.request.question,
        "at": run.made_at_s,
        "receipt": None if receipt is None else receipt.seq,
        **run.request.evidence,
    }


def rows_told(run: ValidationRun) -> list[Mapping[str, Any]]:
    """What was checked, as it was kept."""
    return [json.loads(answer.text)["row"] for answer in run.answers]
