"""What a job does, step by step and in few words: for who follows it from call to call.

A step has the number of the last event that belongs to it, as `/v1/jobs/ID/events` counts them: a
caller says up to which it knows. What goes on alike, such as an answer that grows, is one step.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.cli import (
    CliEvent,
    Retrying,
    RunEnded,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
    Warned,
)
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.tools.job_words import iso
from llmgw_desktop.engine.runs.run_service import RunService

_LONGEST = 200
_VERBS = {"output": "wrote", "reasoning": "thought"}
"""Of what grows: so many characters."""


@value(kw_only=False)
class JobStep:
    """`since` is the number of its first event, `seq` that of its last."""

    seq: int
    since: int
    phase: str
    kind: str
    message: str
    chars: int = 0

    def grown(self, more: "JobStep") -> "JobStep | None":
        """Both as one; None where they are not alike."""
        if not more.chars or more.kind != self.kind:
            return None
        chars = self.chars + more.chars
        return replace(self, seq=more.seq, chars=chars, message=_wrote(self.kind, chars))

    def told(self) -> dict[str, Any]:
        return {
            "seq": self.seq,
            "phase": self.phase,
            "kind": self.kind,
            "source": "gateway" if self.kind == "terminal" else "provider",
            "message": self.message,
        }


class StepMaker:
    """Knows which tools are at work."""

    def __init__(self) -> None:
        self._tools: dict[str, str] = {}

    def step(self, event: CliEvent, number: int) -> JobStep | None:
        """None for what nobody who follows needs to know."""
        if isinstance(event, TextGrew | ThinkingGrew):
            return _growth(event, number)
        said = self._said(event)
        if said is None:
            return None
        phase, kind, message = said
        return JobStep(seq=number, since=number, phase=phase, kind=kind, message=_line(message))

    def _said(self, event: CliEvent) -> tuple[str, str, str] | None:
        said: tuple[str, str, str] | None = None
        match event:
            case ToolBegan(call_id=call_id, name=name, summary=summary):
                self._tools[call_id] = name
                said = "tool", "tool_start", f"{name} {summary}"
            case ToolEnded(call_id=call_id, ok=ok):
                name = self._tools.pop(call_id, "a tool")
                said = ("tool", "tool_error", f"{name} failed") if ok is False else None
            case Retrying(reason=reason):
                said = "starting", "lifecycle", f"once more: {reason}"
            case Warned(message=message):
                said = "writing", "activity", message
            case RunEnded(ok=ok, error=error):
                said = ("completed" if ok else "failed"), "terminal", error or "ended"
        return said


def _growth(event: TextGrew | ThinkingGrew, number: int) -> JobStep | None:
    phase, kind = (
        ("writing", "output") if isinstance(event, TextGrew) else ("thinking", "reasoning")
    )
    chars = len(event.text)
    if not chars:
        return None
    message = _wrote(kind, chars)
    return JobStep(seq=number, since=number, phase=phase, kind=kind, message=message, chars=chars)


def _wrote(kind: str, chars: int) -> str:
    return f"{_VERBS[kind]} {chars} character{'' if chars == 1 else 's'}"


def _line(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


MOST_STEPS = 256
MOST_LOGS = 256
_READ_WITHIN_S = 5.0


class JobLog:
    """Of one job."""

    def __init__(self) -> None:
        self._steps: deque[JobStep] = deque(maxlen=MOST_STEPS)
        self._dropped = 0
        self._heard = 0
        self._changed = asyncio.Event()
        self._maker = StepMaker()
        self.read = asyncio.Event()
        """All that was said when it was first asked for is in it."""
        self.is_over = False
        self.problem = ""
        """Why its steps cannot be read now; empty if they can."""
        self.heard_at_s: float | None = None

    def note(self, event: CliEvent, at_s: float) -> None:
        self._heard += 1
        self.heard_at_s = at_s
        step = self._maker.step(event, self._heard)
        if step is None:
            return
        grown = self._steps[-1].grown(step) if self._steps else None
        if grown is not None:
            self._steps[-1] = grown
            return
        self._dropped += len(self._steps) == MOST_STEPS
        self._steps.append(step)
        self._tell()

    def end(self) -> None:
        self.is_over = True
        self.read.set()
        self._tell()

    def has_news(self, after: int) -> bool:
        """A step that the caller has seen the beginning of is none, however it grows."""
        return any(step.since > after for step in self._steps)

    async def news(self, after: int) -> None:
        while not (self.is_over or self.has_news(after)):
            await self._changed.wait()

    async def over(self) -> None:
        while not self.is_over:
            await self._changed.wait()

    def page(self, after: int, limit: int) -> dict[str, Any]:
        """Steps that go beyond `after`, oldest first."""
        fresh = [step for step in self._steps if step.seq > after]
        shown = fresh[:limit]
        return {
            "capability": "structured",
            "lastActivityAt": iso(self.heard_at_s),
            "lastSeq": self._steps[-1].seq if self._steps else 0,
            "highWaterSeq": self._heard,
            "nextAfterSeq": shown[-1].seq if shown else after,
            "hasMore": len(fresh) > limit,
            "droppedCount": self._dropped,
            "events": [step.told() for step in shown],
            **({"problem": self.problem} if self.problem else {}),
        }

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()


class JobLogs:
    """Of jobs that somebody follows. `close` when nobody will any more."""

    def __init__(self, runs: RunService, clock: Clock) -> None:
        self._runs = runs
        self._clock = clock
        self._logs: OrderedDict[str, tuple[JobLog, asyncio.Task[None]]] = OrderedDict()
        self._tasks = Tasks()

    async def of(self, job: Job) -> JobLog:
        """With all that the job has said so far, as long as that does not take too long to read."""
        found = self._logs.get(job.id)
        if found is None or (found[1].done() and (found[0].problem or not found[0].is_over)):
            log = JobLog()
            found = log, self._tasks.start(self._follow(job, log), name=f"follow {job.id}")
            self._logs[job.id] = found
            self._forget(list(self._logs)[:-MOST_LOGS])
        self._logs.move_to_end(job.id)
        log = found[0]
        try:
            async with asyncio.timeout(_READ_WITHIN_S):
                await log.read.wait()
        except TimeoutError:
            pass
        return log

    async def close(self) -> None:
        self._forget(list(self._logs))
        await self._tasks.stop()

    async def _follow(self, job: Job, log: JobLog) -> None:
        events = self._runs.events(job.id, job.owner, caught_up=log.read.set)
        try:
            await self._take(job, log, events)
        except (VaultError, StoreError) as error:
            log.problem = str(error)
        log.end()

    async def _take(self, job: Job, log: JobLog, events: AsyncIterator[CliEvent]) -> None:
        async for event in events:
            # Of what was said before anybody followed only the job knows when.
            now_s = self._clock.now_s() if log.read.is_set() else job.ended_at_s
            log.note(event, now_s or self._clock.now_s())

    def _forget(self, job_ids: Iterable[str]) -> None:
        for job_id in job_ids:
            self._logs.pop(job_id)[1].cancel()
