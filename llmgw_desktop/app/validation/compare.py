"""The Compare page's use case: several models are asked the same, by the person at this computer.

All of it runs on the gateway's loop; what waits for files waits in threads.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

from llmgw_desktop.app.validation.wish import (
    AgreementMap,
    Askable,
    PanelWish,
    askable_of,
    map_of,
    request_of,
    wish_of,
)
from llmgw_desktop.app.validation.words import (
    MOST_SHOWN,
    PanelOutcome,
    ShownAnswer,
    ShownVerdict,
    outcome_of,
    shown_answer,
    standing_words,
    title_of,
    verdict_rows,
)
from llmgw_desktop.app.words.figures import clock_text, local_time
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.jobs.cli_settings import CliSettings
from llmgw_desktop.domain.validation import (
    Receipt,
    RunChanged,
    SeatAnswer,
    SeatEnded,
    SeatGrew,
    ValidationEvent,
    ValidationRun,
    Verdict,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.validation.prompts import seat_named
from llmgw_desktop.engine.validation.receipts import as_file, as_markdown
from llmgw_desktop.engine.validation.report import PanelReading
from llmgw_desktop.engine.validation.service import ValidationService
from llmgw_desktop.wire.models import ModelEntry

_SOON_S, _LOOK_AGAIN_S = 0.1, 1.0


@value
class ShownReceipt:
    """A receipt, and the file that `llmgw receipt verify` takes."""

    words: str
    digest: str
    markdown: str = field(repr=False)
    file: bytes = field(repr=False)
    file_name: str


@value
class ShownPanel:
    """All that the page shows of a comparison."""

    id: str
    wish: PanelWish
    title: str
    standing: str
    has_ended: bool
    answers: tuple[ShownAnswer, ...]
    judge: ShownAnswer | None
    waits_for_judge: bool
    verdicts: tuple[ShownVerdict, ...]
    outcome: PanelOutcome
    map: AgreementMap
    receipt: ShownReceipt | None

    @property
    def can_be_judged(self) -> bool:
        answered = any(answer.state.value == "completed" for answer in self.answers)
        return self.has_ended and answered and self.judge is None and self.receipt is None


@value
class Earlier:
    """A comparison of before, as a line of a list."""

    id: str
    title: str
    words: str


@dataclass(slots=True)
class Progress:
    """A comparison as it goes on; `texts` by correlation id."""

    run: ValidationRun
    texts: dict[str, str] = field(default_factory=dict)
    read: tuple[ValidationRun, PanelReading] | None = None
    """Made anew only when somebody has ended: that takes longer than a text that grows."""
    ended: dict[str, ShownAnswer] = field(default_factory=dict)


@value
class CompareParts:
    """What comparing stands on."""

    panels: ValidationService
    models: Callable[[], Awaitable[Sequence[ModelEntry]]]
    clis: Callable[[], Sequence[CliSettings]]
    ready: Callable[[], Sequence[str]]
    """The CLIs that can be asked; waits for the disk."""
    cancel_seat: Callable[[SeatAnswer, str], Awaitable[None]]
    clock: Clock


class Compare:
    """Everything raises LlmgwError with a sentence for the person."""

    def __init__(self, parts: CompareParts) -> None:
        self._parts = parts
        self._panels = parts.panels

    def now_s(self) -> float:
        return self._parts.clock.now_s()

    async def askable(self) -> tuple[Askable, ...]:
        """CLIs first, then providers' models, practice last."""
        ready = await asyncio.to_thread(self._parts.ready)
        return askable_of(self._parts.clis(), ready, await self._parts.models())

    async def ask(self, wish: PanelWish) -> str:
        """The comparison's id; everyone is asked at once."""
        run = await self._panels.start(request_of(wish), LOCAL)
        return run.id

    async def follow(self, panel_id: str) -> AsyncIterator[Progress]:
        """How it stands with each piece of news, to its end: the same value, changed."""
        progress = Progress(run=await self._panels.get(panel_id, LOCAL.client_id))
        yield progress
        while not progress.run.has_ended:
            watched = self._panels.watch(panel_id, LOCAL.client_id)
            async with aclosing(watched) as events:  # type: ignore[type-var]
                progress.texts.clear()
                async for event in events:
                    await self._take(progress, event)
                    yield progress
                    if isinstance(event, SeatEnded) and _is_judges_turn(progress.run):
                        break  # who comes now is heard only by a new listener
            if not progress.run.has_ended:
                soon = _is_judges_turn(progress.run)
                await asyncio.sleep(_SOON_S if soon else _LOOK_AGAIN_S)
                progress.run = await self._panels.get(panel_id, LOCAL.client_id)
        yield progress

    async def show(self, progress: Progress) -> ShownPanel:
        """In words; the receipt too, where there is one."""
        run = progress.run
        if progress.read is None or progress.read[0] is not run:
            progress.read = (run, await self._panels.read(run))
        reading, now_s = progress.read[1], self.now_s()

        def shown(answer: SeatAnswer, verdict: Verdict) -> ShownAnswer:
            key = answer.correlation_id
            if answer.is_live:  # a judge who failed may be asked again
                progress.ended.pop(key, None)
            made = progress.ended.get(key)
            if made is None:
                text, intent = progress.texts.get(key, ""), run.request.intent
                made = shown_answer(answer, verdict, intent, text=text, now_s=now_s)
            if not answer.is_live:
                progress.ended[key] = made
            return made

        return ShownPanel(
            id=run.id,
            wish=wish_of(run),
            title=title_of(run),
            standing=f"{self._moment(run)} · {standing_words(run)}",
            has_ended=run.has_ended,
            answers=tuple(map(shown, run.answers, reading.verdicts)),
            judge=shown(run.judge, reading.judge_verdict)
            if run.judge is not None and reading.judge_verdict is not None
            else None,
            waits_for_judge=run.is_waiting_for_judge,
            verdicts=verdict_rows(reading),
            outcome=outcome_of(reading),
            map=map_of(reading),
            receipt=await self._minted(run) if run.has_ended else None,
        )

    async def cancel(self, panel_id: str) -> None:
        """All that still goes on."""
        await self._panels.cancel(panel_id, LOCAL.client_id)

    async def cancel_one(self, panel_id: str, key: str) -> None:
        run = await self._panels.get(panel_id, LOCAL.client_id)
        for answer in (*run.answers, run.judge):
            if answer is not None and answer.correlation_id == key and answer.is_live:
                await self._parts.cancel_seat(answer, LOCAL.client_id)

    async def judge(self, panel_id: str, seat: str) -> None:
        """Asked now, over the answers as they are kept."""
        await self._panels.synthesize(panel_id, seat_named(seat), LOCAL)

    async def receipt(self, panel_id: str) -> ShownReceipt:
        """Made when it is first asked for; nothing of the comparison changes after it."""
        receipt = await self._panels.receipt(panel_id, LOCAL.client_id)
        return _shown_receipt(receipt, await self._panels.get(panel_id, LOCAL.client_id))

    async def save_receipt(self, receipt: ShownReceipt, file: Path) -> str:
        """What was done, in a sentence. Raises OSError."""
        await asyncio.to_thread(file.write_bytes, receipt.file)
        return f"Saved as {file.name}. «llmgw receipt verify» checks it on any machine."

    async def earlier(self, limit: int = 30) -> tuple[Earlier, ...]:
        """Newest first."""
        runs = await self._panels.list(LOCAL.client_id, limit=limit)
        return tuple(
            Earlier(id=run.id, title=title_of(run), words=f"{self._moment(run)} · {who_of(run)}")
            for run in runs
        )

    async def _take(self, progress: Progress, event: ValidationEvent) -> None:
        run, texts = progress.run, progress.texts
        if isinstance(event, SeatGrew):
            key = _key_of(run, event.seat)
            before = texts.get(key, "")
            if len(before) <= MOST_SHOWN:
                texts[key] = before + event.text
        elif isinstance(event, RunChanged):
            progress.run = event.run
        elif run.judge is not None and event.answer.correlation_id == run.judge.correlation_id:
            progress.run = replace(run, judge=event.answer)
        else:
            ended = event.answer
            progress.run = replace(
                run,
                answers=tuple(
                    ended if each.correlation_id == ended.correlation_id else each
                    for each in run.answers
                ),
            )

    async def _minted(self, run: ValidationRun) -> ShownReceipt | None:
        """Without making one."""
        for receipt in await self._panels.receipts(LOCAL.client_id):
            if receipt.validation_id == run.id:
                return _shown_receipt(receipt, run)
        return None

    def _moment(self, run: ValidationRun) -> str:
        return clock_text(run.made_at_s, local_time(self.now_s()).date()).rpartition(":")[0]


def who_of(run: ValidationRun) -> str:
    names = [answer.seat.name for answer in run.answers]
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more} more" if more > 0 else "")


_CHAINED, _FIRST = "signed, chained to the one before", "signed, the first of its chain"


def _is_judges_turn(run: ValidationRun) -> bool:
    return run.is_waiting_for_judge and not any(answer.is_live for answer in run.answers)


def _key_of(run: ValidationRun, seat: str) -> str:
    """A judge may be one who has answered before."""
    for answer in run.answers:
        if answer.seat.name == seat and answer.is_live:
            return answer.correlation_id
    return run.judge.correlation_id if run.judge is not None else ""


def _shown_receipt(receipt: Receipt, run: ValidationRun) -> ShownReceipt:
    raw = {answer.seat.name: answer.text for answer in run.answers}
    if run.judge is not None:
        raw["judge"] = run.judge.text
    return ShownReceipt(
        words=f"Receipt {receipt.seq:,} · {_CHAINED if receipt.prev_sha256 else _FIRST}",
        digest=receipt.sha256,
        markdown=as_markdown(receipt, raw),
        file=as_file(receipt, raw),
        file_name=f"receipt-{receipt.seq}-{receipt.validation_id}.json",
    )
