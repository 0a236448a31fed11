"""Panels as plain values, in place of the service that asks: the page and its words are real.

`PlainCompare` is app's Compare over them; `scene` makes comparisons that look like real ones.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from typing_extensions import override

from llmgw_desktop.app.validation.compare import Compare, CompareParts
from llmgw_desktop.app.validation.wish import Askable, askable_of
from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.jobs.cli_settings import ALL_CLIS
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.domain.validation import (
    Intent,
    NoSuchValidation,
    PanelRequest,
    Receipt,
    RunChanged,
    Seat,
    SeatAnswer,
    SeatEnded,
    SeatGrew,
    SeatState,
    ValidationEvent,
    ValidationRun,
)
from llmgw_desktop.engine.upstream.practice import PRACTICE_MODELS
from llmgw_desktop.engine.validation.answer_checks import CheckKind, CheckOutcome
from llmgw_desktop.engine.validation.check_runs import CheckRow, check_answer
from llmgw_desktop.engine.validation.receipts import minted
from llmgw_desktop.engine.validation.report import PanelReading, read
from llmgw_desktop.engine.validation.sealing import sealed_body
from llmgw_desktop.store.vault.derived_keys import ReceiptKey
from llmgw_desktop.wire.models import ModelEntry

PRACTICE = tuple(
    ModelEntry(id=name, provider="practice", is_practice=True) for name in PRACTICE_MODELS
)
MODELS = (
    ModelEntry(id="claude-opus-5-5", provider="anthropic"),
    ModelEntry(id="claude-haiku-5", provider="anthropic"),
    ModelEntry(id="gpt-5.5", provider="work-openai"),
    ModelEntry(id="qwen3-coder-30b", provider="lm-studio"),
    *PRACTICE,
)
PLAN = (
    "We move the sessions table to the new schema on Sunday night: stop writes, copy, swap names, "
    "start writes. The old table is dropped on Monday. Does this hold?"
)
CLAUDE_ON_PLAN = """Verdict: FAIL
Rationale: The copy takes about 40 minutes for 80 million rows. Writes are stopped meanwhile. The \
old table is the only way back, and it is dropped before anybody has used the new one for a \
working day. Foreign keys are not checked after the swap.
Risks:
- There is no way back after Monday.
- A failed swap leaves no table under the old name.
Suggested next step: Keep the old table for two weeks, and try the swap on a copy first.

```sql
ALTER TABLE sessions RENAME TO sessions_old;
ALTER TABLE sessions_new RENAME TO sessions;
```
"""
CODEX_ON_PLAN = """Verdict: FAIL
Rationale: Writes are stopped meanwhile. The copy takes about 40 minutes for 80 million rows. \
Dropping the old table on Monday removes the only way back. The two renames are atomic in one \
transaction.
Risks:
- There is no way back after Monday.
Suggested next step: Rename both tables in one transaction and keep the old one.
"""
GEMINI_ON_PLAN = """Verdict: PASS
Rationale: The copy takes about 15 minutes for 80 million rows. Writes are stopped meanwhile. The \
two renames are not atomic in one transaction. A night from Sunday to Monday is quiet enough.
Risks: none
Suggested next step: Announce the window to the users.
"""
_JUDGE = """Verdict: FAIL
Rationale: B and A agree that there is no way back once the old table is dropped, and C does not \
speak of it. Whether 15 or 40 minutes are right is open: measure it on a copy.
Risks:
- The duration of the copy is a guess of all three.
Suggested next step: Measure the copy, keep the old table for two weeks.
"""
SAID = tuple(
    part.strip(" -")
    for text in (PLAN, CLAUDE_ON_PLAN, CODEX_ON_PLAN, GEMINI_ON_PLAN, _JUDGE)
    for part in re.split(r"(?<=[.?:])\s+|\n", text)
    if len(part.strip()) > 20
)
"""All that they say, by sentences."""
_SEATS = (
    Seat(name="claude", cli=CliName.CLAUDE),
    Seat(name="codex", cli=CliName.CODEX),
    Seat(name="gemini", cli=CliName.GEMINI),
)
_MODELS = ("claude-opus-5-5", "gpt-5.5-codex", "gemini-3-pro")


def answered(run_id: str, at: int, text: str, asked_at_s: float) -> SeatAnswer:
    seat = _SEATS[at]
    return SeatAnswer(
        seat=seat,
        state=SeatState.COMPLETED,
        correlation_id=f"validation-{run_id}-{seat.name}",
        job_id=f"job_{at}",
        flight_id=f"flt_{at}",
        asked_at_s=asked_at_s,
        ended_at_s=asked_at_s + 14.2 + 9 * at,
        text=text,
        sha256="ab" * 32,
        model=_MODELS[at],
        usage=Usage(input_tokens=1_240 + at, output_tokens=310 * (at + 1)),
        cost_usd=None if at == 1 else 0.031 * (at + 1),
    )


def dissent(now_s: float, *, judged: bool = True) -> ValidationRun:
    """Three have answered: one is of another mind."""
    texts = (CLAUDE_ON_PLAN, CODEX_ON_PLAN, GEMINI_ON_PLAN)
    asked_at_s = now_s - 260
    run_id = "val_0d15"
    run = ValidationRun(
        id=run_id,
        owner="local",
        client="local",
        made_at_s=asked_at_s,
        request=PanelRequest(intent=Intent.VALIDATE, seats=_SEATS, question=PLAN),
        answers=tuple(answered(run_id, at, text, asked_at_s) for at, text in enumerate(texts)),
    )
    if not judged:
        return run
    seat = Seat(name="claude", cli=CliName.CLAUDE)
    judge = replace(answered(run_id, 0, _JUDGE, asked_at_s + 40), seat=seat)
    judge = replace(judge, correlation_id=f"validation-{run_id}-judge", job_id="job_9")
    return replace(run, judge=judge, judge_order=("gemini", "claude", "codex"))


def with_failures(now_s: float) -> ValidationRun:
    """One answered, one is not signed in, one was never asked."""
    run = dissent(now_s, judged=False)
    one, two, three = run.answers
    failed = replace(
        two,
        state=SeatState.FAILED,
        text="",
        model="",
        usage=Usage(),
        category=str(ErrorCategory.AUTH),
        error="codex is not signed in: 401 Unauthorized.",
    )
    skipped = replace(
        three,
        state=SeatState.SKIPPED,
        text="",
        model="",
        job_id="",
        flight_id="",
        category=str(ErrorCategory.SPAWN),
        error="There is no program 'gemini' on this computer.",
    )
    return replace(run, id="val_0fa1", answers=(one, failed, skipped))


def going_on(now_s: float) -> ValidationRun:
    """The first has answered, the others are at it."""
    run = dissent(now_s, judged=False)
    live = [
        replace(each, state=SeatState.RUNNING, text="", model="", ended_at_s=None)
        for each in run.answers[1:]
    ]
    return replace(run, id="val_0a11", answers=(run.answers[0], *live), made_at_s=now_s - 21)


class PlainPanels:
    """As engine's ValidationService. `news` are told to whoever watches; it goes on for ever
    after them unless the run has ended."""

    def __init__(self) -> None:
        self.runs: dict[str, ValidationRun] = {}
        self.news: asyncio.Queue[ValidationEvent] | list[ValidationEvent] = []
        self.started: list[PanelRequest] = []
        self.canceled: list[str] = []
        self.judges: list[str] = []
        self.minted: dict[str, Receipt] = {}
        self.trouble: Exception | None = None
        self.watched = 0
        self.listening = 0
        self._key = ReceiptKey(b"\x01" * 32)

    def keep(self, run: ValidationRun) -> str:
        self.runs = {run.id: run, **self.runs}
        return run.id

    async def start(
        self, request: PanelRequest, principal: Principal, *, project: str = ""
    ) -> ValidationRun:
        if self.trouble is not None:
            raise self.trouble
        self.started.append(request)
        number = len(self.started)
        run = ValidationRun(
            id=f"val_{number:04x}",
            owner=principal.client_id,
            client=principal.name,
            made_at_s=1_763_730_000.0 + number,
            request=request,
            answers=tuple(
                SeatAnswer(
                    seat=seat,
                    correlation_id=f"validation-val_{number:04x}-{seat.name}",
                    asked_at_s=1_763_730_000.0,
                )
                for seat in request.seats
            ),
        )
        self.keep(run)
        return run

    async def get(self, validation_id: str, owner: str) -> ValidationRun:
        if validation_id not in self.runs:
            raise NoSuchValidation(validation_id)
        return self.runs[validation_id]

    async def watch(
        self, validation_id: str, owner: str, *, texts: bool = True
    ) -> AsyncIterator[ValidationEvent]:
        self.watched += 1
        self.listening += 1
        try:
            yield RunChanged(run=self.runs[validation_id])
            for event in list(self.news) if isinstance(self.news, list) else ():
                yield event
            while isinstance(self.news, asyncio.Queue):
                event = await self.news.get()
                self._note(validation_id, event)
                yield event
                if self.runs[validation_id].has_ended:
                    return
            while not self.runs[validation_id].has_ended:
                await asyncio.sleep(3600)
        finally:
            self.listening -= 1

    async def list(self, owner: str, *, limit: int = 50) -> Sequence[ValidationRun]:
        return tuple(self.runs.values())[:limit]

    async def read(self, run: ValidationRun) -> PanelReading:
        return read(run)

    async def cancel(self, validation_id: str, owner: str) -> ValidationRun:
        self.canceled.append(validation_id)
        return self.runs[validation_id]

    async def cancel_seat(self, answer: SeatAnswer, owner: str) -> None:
        self.canceled.append(answer.seat.name)

    async def synthesize(
        self, validation_id: str, judge: Seat, principal: Principal
    ) -> ValidationRun:
        self.judges.append(judge.name)
        return self.runs[validation_id]

    async def receipt(self, validation_id: str, owner: str) -> Receipt:
        if validation_id not in self.minted:
            run = self.runs[validation_id]
            make = minted(
                sealed_body(read(run)), owner=owner, minted_at_s=1_763_730_118.0, key=self._key
            )
            self.minted[validation_id] = make(len(self.minted) + 1, "")
        return self.minted[validation_id]

    async def receipts(self, owner: str) -> Sequence[Receipt]:
        return tuple(self.minted.values())

    def _note(self, validation_id: str, event: ValidationEvent) -> None:
        run = self.runs[validation_id]
        if isinstance(event, RunChanged):
            self.runs[validation_id] = event.run
        elif isinstance(event, SeatEnded):
            ended = event.answer
            self.runs[validation_id] = replace(
                run,
                answers=tuple(
                    ended if each.correlation_id == ended.correlation_id else each
                    for each in run.answers
                ),
            )


class PlainCompare(Compare):
    """`everyone` can be asked."""

    def __init__(self, clock: Clock) -> None:
        self.panels = PlainPanels()
        self.ready: tuple[str, ...] = ()
        self.listed: Sequence[ModelEntry] = PRACTICE
        self.asked_who = 0

        async def models() -> Sequence[ModelEntry]:
            return self.listed

        super().__init__(
            CompareParts(
                panels=self.panels,
                models=models,
                clis=lambda: ALL_CLIS,
                ready=lambda: self.ready,
                cancel_seat=self.panels.cancel_seat,
                clock=clock,
            )
        )

    @override
    async def askable(self) -> tuple[Askable, ...]:
        """Without a thread: windows are also looked at where no loop runs."""
        self.asked_who += 1
        return askable_of(ALL_CLIS, self.ready, self.listed)

    def fill(self) -> None:
        """Everybody is there."""
        self.ready = ("claude", "codex", "gemini")
        self.listed = MODELS


def grew(seat: str, text: str) -> SeatGrew:
    return SeatGrew(seat=seat, text=text)


def made_check_run(run_id: str, at_s: float, *, fallen: int = 0) -> ValidationRun:
    """Of a regression set with three cases, of which so many fell."""
    rows = [
        CheckRow(
            number=number,
            case=f"case {number}",
            model="claude-opus-5-5",
            passed=number > fallen,
            outcomes=(
                CheckOutcome(
                    kind=CheckKind.REGEX,
                    passed=number > fallen,
                    words="" if number > fallen else "Nothing in it fits '(?i)within 14 days'.",
                ),
            ),
            flight=f"flt_{number}",
            cost_usd=0.0123,
            took_ms=2_300.0,
        )
        for number in range(1, 4)
    ]
    return ValidationRun(
        id=run_id,
        owner="local",
        client="local",
        made_at_s=at_s,
        request=PanelRequest(
            intent=Intent.CHECKS,
            seats=(),
            question="shop",
            evidence={
                "sha256": "ba05b6c75a830d1ca2b784ca03c6e9372e8fa41079eedb0d7be20a5fef7fd8d7",
                "cases": 3,
                "models": ["claude-opus-5-5"],
                "passed": 3 - fallen,
                "failed": fallen,
                "notAsked": 0,
                "firstFallen": "case 1 · claude-opus-5-5" if fallen else "",
                "why": rows[0].why,
                "costUsd": 0.0369,
                "isCostWhole": True,
            },
        ),
        answers=tuple(check_answer(row, at_s, at_s + 3) for row in rows),
    )
