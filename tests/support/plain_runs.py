"""Jobs as plain data: the supervisor's face without processes, for windows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import replace

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.cli import CliEvent, CliName, RunEnded, TextGrew
from llmgw_desktop.domain.events import Event, JobChanged
from llmgw_desktop.domain.flights.spending import AgentSpending
from llmgw_desktop.domain.jobs.job import LIVE_STATES, Job, JobState, Session
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.submission import (
    HandOver,
    HandOverTo,
    JobResult,
    RunReply,
    Submission,
    Submitted,
)

list_of = list
"""`PlainRuns.list` hides it."""
NOW_S = 1_763_730_118.0


def plain_job(number: int = 1, **changes: object) -> Job:
    """One that runs, unless something else is said."""
    values: dict[str, object] = {
        "id": f"job_{number:012x}",
        "owner": "me",
        "client": "claude-code",
        "cli": CliName.CLAUDE,
        "state": JobState.RUNNING,
        "title": f"Mend the tests of part {number}",
        "asked_at_s": NOW_S - 60.0 * number,
        "started_at_s": NOW_S - 60.0 * number + 0.4,
    }
    job = Job(**(values | changes))  # type: ignore[arg-type]
    if job.is_live or "ended_at_s" in changes:
        return job
    return replace(job, ended_at_s=(job.started_at_s or job.asked_at_s) + 42.0)


def plain_session(number: int = 1, **changes: object) -> Session:
    values: dict[str, object] = {
        "id": f"gws_{number:012x}",
        "owner": "me",
        "cli": CliName.CLAUDE,
        "made_at_s": NOW_S - 900.0 * number,
        "used_at_s": NOW_S - 60.0 * number,
    }
    return Session(**(values | changes))  # type: ignore[arg-type]


class PlainRuns:
    """`jobs` are all there are; `events` what each says, before its end."""

    def __init__(self, publish: Callable[[Event], None]) -> None:
        self._publish = publish
        self.jobs: dict[str, Job] = {}
        self.events: dict[str, list[CliEvent]] = {}
        self.sessions: list_of[Session] = []
        self.agents_of: dict[str, Sequence[AgentSpending]] = {}
        self.ready: tuple[str, ...] = ("claude",)
        self.trouble: Exception | None = None
        self.stop_trouble: Exception | None = None
        self.ask_trouble: Exception | None = None
        self.asked: list[tuple[str, Mapping[str, object], Principal]] = []
        self.moved: list[tuple[str, HandOverTo, str]] = []
        self.log: list[str] = []
        self.readings = 0
        self._changed = asyncio.Event()

    def put(self, *jobs: Job) -> None:
        for job in jobs:
            self.jobs[job.id] = job
            self._publish(JobChanged(job=job))
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    def end(self, job: Job, state: JobState = JobState.COMPLETED, **changes: object) -> None:
        self.put(replace(job, state=state, ended_at_s=NOW_S, **changes))  # type: ignore[arg-type]

    def agents(self, job_id: str) -> Sequence[AgentSpending]:
        return self.agents_of.get(job_id, ())

    @property
    def live(self) -> tuple[Job, ...]:
        return tuple(job for job in self.jobs.values() if job.state in LIVE_STATES)

    def list(self, owner: str | None = None, *, limit: int = 100) -> Sequence[Job]:
        self.readings += 1
        if self.trouble is not None:
            raise self.trouble
        return sorted(self.jobs.values(), key=lambda job: job.asked_at_s, reverse=True)[:limit]

    def get(self, job_id: str, owner: str | None = None) -> Job | None:
        return self.jobs.get(job_id)

    async def watch(self, job_id: str) -> AsyncGenerator[CliEvent, None]:
        self.log.append(f"watch {job_id}")
        for event in self.events.get(job_id, []):
            yield event
        await self.wait(job_id)
        job = self.jobs[job_id]
        yield RunEnded(ok=job.state is JobState.COMPLETED, error=job.error, category=job.category)

    async def result(self, job_id: str) -> JobResult | None:
        said = [each.text for each in self.events.get(job_id, []) if isinstance(each, TextGrew)]
        return JobResult(job=self.jobs[job_id], text="".join(said))

    async def cancel(self, job_id: str) -> Job | None:
        self.log.append(f"cancel {job_id}")
        self.end(self.jobs[job_id], JobState.CANCELED)
        return self.jobs[job_id]

    async def submit(self, asked: Submission) -> Submitted:
        self.log.append(f"submit {asked.request.prompt}")
        job = plain_job(len(self.jobs) + 100, title=asked.request.prompt, asked_at_s=NOW_S)
        self.put(job)
        return Submitted(job=job)

    async def ask_at(
        self,
        operation: str,
        cli: str,
        fields: Mapping[str, object],
        principal: Principal,
        *,
        wait: bool,
    ) -> RunReply:
        """As the service of runs."""
        if self.ask_trouble is not None:
            raise self.ask_trouble
        self.asked.append((cli, fields, principal))
        job = plain_job(
            len(self.jobs) + 100, cli=CliName(cli), title=str(fields["prompt"]), asked_at_s=NOW_S
        )
        self.put(job)
        return RunReply(job=job)

    async def draft(self, job_id: str, owner: str, to: HandOverTo) -> HandOver:
        """As `engine/runs/hand_over`."""
        job = self.jobs[job_id]
        if (to.cli, to.model) == (job.cli, job.model):
            raise InvalidRun("it has the job: name another one", field="cli")
        told = f"Another agent ({job.cli}) began this task. Go on with it.\n\n{job.title}"
        lost = ("What it thought.", f"That it changes no files: {to.cli} may.")
        return HandOver(of=job.id, to=to, prompt=told, lost=lost)

    async def move(
        self, job_id: str, to: HandOverTo, prompt: str, *, owner: str, stop: bool
    ) -> RunReply:
        if self.ask_trouble is not None:
            raise self.ask_trouble
        self.moved.append((job_id, to, prompt))
        old = self.jobs[job_id]
        number = len(self.jobs) + 100
        job = plain_job(
            number, cli=CliName(to.cli), title=prompt, asked_at_s=NOW_S, handed_from=job_id
        )
        state = JobState.CANCELED if old.is_live else old.state
        self.put(job, replace(old, state=state, limit_wait=None, handed_to=job.id))
        return RunReply(job=job)

    async def wait(self, job_id: str, timeout_s: float | None = None) -> Job | None:
        while self.jobs[job_id].is_live:
            await self._changed.wait()
        return self.jobs[job_id]

    def everybodys(self, *, limit: int) -> Sequence[Session]:
        return self.sessions[:limit]

    async def delete(self, session_id: str, owner: str) -> Session:
        [gone] = [each for each in self.sessions if each.id == session_id]
        self.sessions = [each for each in self.sessions if each.id != session_id]
        return gone

    async def stop_all(self) -> None:
        if self.stop_trouble is not None:
            raise self.stop_trouble
        for job in self.live:
            await self.cancel(job.id)
