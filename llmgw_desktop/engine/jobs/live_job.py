"""A job that waits or runs, as the supervisor has it in hand."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.job import Job, JobState
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.launch import Launch
from llmgw_desktop.engine.jobs.outcome import Stop, Verdict
from llmgw_desktop.engine.jobs.refusals import RefusalWatch
from llmgw_desktop.engine.jobs.runner import Followed, Run

_TITLE = 120


@dataclass(slots=True, kw_only=True)
class LiveJob:
    """`job` is its row as it is now."""

    job: Job
    asked: Submission
    cli: Cli
    folder: JobFolder
    launch: Launch | None = None
    """None of one that was started by another program."""
    run: Run | None = None
    refusals: RefusalWatch | None = None
    """Of `run`."""
    stop_asked: Stop | None = None
    queue_timer: asyncio.TimerHandle | None = None
    is_ending: bool = False
    """Its last word is being written."""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """There is more to read, or it has ended."""
        more, self._more = self._more, asyncio.Event()
        more.set()

    async def more(self) -> None:
        if not self.ended.is_set():
            await self._more.wait()

    def stop(self, why: Stop) -> None:
        if self.stop_asked is None:
            self.stop_asked = why
            self._stopping.set()
        if self.run is not None:
            self.run.stop(why)

    async def pause(self, length_s: float) -> None:
        """Until it is over, or the job is to end."""
        try:
            async with asyncio.timeout(length_s):
                await self._stopping.wait()
        except TimeoutError:
            return


def with_end(job: Job, verdict: Verdict, now_s: float, retention_days: int) -> Job:
    """The row of one that has ended."""
    return replace(
        job,
        state=verdict.state,
        exit_code=verdict.exit_code,
        error=verdict.error,
        category=verdict.category,
        retryable=verdict.retryable,
        ended_at_s=now_s,
        expires_at_s=now_s + retention_days * 86400,
        questions=(),
        waiting_on=None,
        figures=job.figures if verdict.state is JobState.COMPLETED else job.figures.at_least,
    )


def with_output(job: Job, followed: Followed) -> Job:
    return replace(
        job,
        stdout_bytes=followed.stdout_bytes,
        stderr_bytes=followed.stderr_bytes,
        output_truncated=followed.truncated,
        figures=followed.account.figures,
        waiting_on=None,
    )


def waits_of(job: Job | None) -> tuple[object, ...]:
    """What it waits for, besides its turn and its CLI."""
    return ((), None) if job is None else (job.questions, job.waiting_on)


def title_of(prompt: str, clean: Callable[[str], str]) -> str:
    """Its first line that says something, cut."""
    lines = clean(prompt[: 8 * _TITLE]).splitlines()
    line = next((line.strip() for line in lines if line.strip()), "")
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1]}…"
