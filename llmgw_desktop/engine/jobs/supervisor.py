"""Runs of vendors' CLIs as jobs: asked for, queued, started, followed, found again after a restart.

Doors come in here. A job is its owner's: to others it is not there.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import replace

from llmgw_desktop.clis.cli import Cli, OutputReader
from llmgw_desktop.domain.cli import CliEvent, CliName
from llmgw_desktop.domain.errors import StoreError, StoreUnavailable
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun, JobStillLive
from llmgw_desktop.domain.jobs.submission import EarlierRun, JobResult, Submission, Submitted
from llmgw_desktop.domain.settings.tables import JobSettings, LimitSettings
from llmgw_desktop.engine.jobs import outcome, reading
from llmgw_desktop.engine.jobs.attempts import in_its_folder
from llmgw_desktop.engine.jobs.ended_files import EndedFiles
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.launch import Launch
from llmgw_desktop.engine.jobs.life import JobLife
from llmgw_desktop.engine.jobs.live_job import LiveJob, title_of, waits_of
from llmgw_desktop.engine.jobs.outcome import RunStop
from llmgw_desktop.engine.jobs.parts import JobParts
from llmgw_desktop.engine.jobs.queue import (
    ParkedJobs,
    earlier_run,
    may_be_shared,
    refuse_second,
    request_key,
)
from llmgw_desktop.engine.jobs.reading import RawOutput

_TIDY_EVERY = 50

_log = logging.getLogger(__name__)


class Supervisor:
    """All jobs of this program. Methods that touch the store raise StoreError."""

    def __init__(
        self,
        parts: JobParts,
        clis: Mapping[CliName, Cli],
        *,
        jobs: JobSettings,
        limits: LimitSettings,
    ) -> None:
        self._parts = parts
        self._clis = clis
        self._jobs = jobs
        self._life = JobLife(parts, clis, jobs, limits)
        self._live = self._life.live
        self._submits = 0

    @property
    def live(self) -> tuple[Job, ...]:
        """Those that wait or run, oldest first."""
        return tuple(live.job for live in self._live.values())

    @property
    def parked(self) -> ParkedJobs:
        """Those that wait for a limit."""
        return self._life.parked

    @property
    def ended_files(self) -> EndedFiles:
        """How far those of ended jobs are encrypted."""
        return self._life.ended_files

    def neutral_dirs(self) -> list[str]:
        """Of the sessions of live runs, one for each run. From any thread."""
        lives = list(self._live.values())
        return [live.asked.session.neutral_dir for live in lives if live.asked.session]

    def apply(self, jobs: JobSettings, limits: LimitSettings) -> None:
        """For what is asked from now on."""
        self._jobs = jobs
        self._life.apply(jobs, limits)
        self.ended_files.look()

    async def start(self) -> None:
        """Take over what an earlier program left."""
        await asyncio.to_thread(self._tidy)
        live = self._parts.store.live()
        known = self._parts.store.ids()
        ids = {job.id for job in live}
        await asyncio.to_thread(self._parts.folders.tidy, known, ids, self._parts.clean)
        housing = self._parts.launcher.housing
        await housing.take_over(ids)
        for job in live:
            await self._life.adopt(job)
        self.ended_files.look()
        # Beside: the vault may wait for a person.
        self._life.beside(housing.settle(), name="settle private homes")

    async def submit(self, asked: Submission) -> Submitted:
        """Raises InvalidRun, SessionBusy, Saturated or CliResting; then nothing was made."""
        cli = self._clis.get(asked.request.cli)
        if cli is None:
            raise InvalidRun("is no CLI that this gateway knows.", field="cli")
        asked = await self._parts.ledger.prepare(asked)
        # Its folders may lie anywhere: the disk may take its time.
        launcher = self._parts.launcher
        launch, key = await asyncio.to_thread(self._checked, cli, asked)
        await launcher.housing.check(launch.sign_in)
        same, earlier = await self._same(key, asked)
        if same is not None:
            return Submitted(job=same, deduped=True)
        if asked.session is not None and asked.session.new_provider_id:
            named = replace(asked.request, session_id=asked.session.new_provider_id)
            asked = replace(asked, request=named)
            launch = launcher.planned_again(launch, cli, named)
        refuse_second(asked, self._live.values())
        wait = self._life.admit(asked)
        job_id = self._parts.ids.new("job")
        folder = await asyncio.to_thread(self._folder, job_id, asked, cli)
        try:
            # Others may have asked while that was made.
            same = None if self._is_for_itself(asked) else self._same_live(key)
            if same is None:
                refuse_second(asked, self._live.values())
                wait = self._life.admit(asked)
        except BaseException:
            folder.remove()
            raise
        if same is not None:
            folder.remove()
            return Submitted(job=same, deduped=True)
        job = self._job(job_id, asked, cli=cli, launch=launch, key=key)
        launch = in_its_folder(launch, asked)
        live = LiveJob(job=job, asked=asked, cli=cli, folder=folder, launch=launch)
        self._live[job.id] = live
        # At once: the next who asks shall know that this one tries it again.
        self._parts.breaker.began(job, asked)
        await self._keep(live)
        await self._life.enter(live, wait)
        self._submits += 1
        if self._submits % _TIDY_EVERY == 0:
            self._life.beside(asyncio.to_thread(self._tidy), name="tidy jobs")
        return Submitted(job=live.job, earlier=earlier)

    async def wait(self, job_id: str, timeout_s: float | None = None) -> Job | None:
        """The job as it is when it ends, or when the time is over; None if there is none."""
        live = self._live.get(job_id)
        if live is None:
            return self._parts.store.get(job_id)
        try:
            async with asyncio.timeout(timeout_s):
                await live.ended.wait()
        except TimeoutError:
            pass
        return live.job

    async def watch(
        self,
        job_id: str,
        *,
        owner: str | None = None,
        after: int = 0,
        caught_up: Callable[[], None] | None = None,
    ) -> AsyncIterator[CliEvent]:
        """Its events from the beginning, or without the first `after`, and on until it ends.

        `caught_up` is told whenever all that was said so far has been read. Nothing for a job that
        is not there. Who stops listening stops nothing else.
        """
        if (job := self.get(job_id, owner)) is None:
            return
        live = self._live.get(job_id)
        found = await self._life.files_at_hand(job)
        if found is None:
            return
        folder, asked = found

        async def reader(retry: int) -> OutputReader:
            return await self._life.reader_soon(asked, folder, retry)

        async def more() -> None:
            if caught_up is not None:
                caught_up()
            if live is not None:
                await live.more()

        def now() -> Job | None:
            return job if live is None else live.job

        events = reading.events_of(now, folder, reader, more)
        number = 0
        async for event in events:
            number += 1
            if number > after:
                yield event

    async def standing(
        self, job_id: str, *, owner: str | None = None, told: Job | None = None
    ) -> AsyncIterator[Job]:
        """A job whenever it waits for something else than was `told`, or goes on, until it ends."""
        live = self._live.get(job_id)
        if live is None or owner not in (None, live.job.owner):
            return
        waits = waits_of(told)
        while not live.ended.is_set():
            if waits_of(live.job) != waits:
                waits = waits_of(live.job)
                yield live.job
            else:
                await live.more()

    async def result(self, job_id: str, owner: str | None = None) -> JobResult | None:
        """With what it has said so far; None if there is none of this owner's."""
        job = self.get(job_id, owner)
        return None if job is None else await self.said(job)

    async def said(self, job: Job, most_bytes: int | None = None) -> JobResult:
        """What a job in hand has said so far, or the beginning of it."""
        return await asyncio.to_thread(self._said, job, most_bytes)

    def _said(self, job: Job, most_bytes: int | None) -> JobResult:
        found = self._life.files(job)
        if found is None:
            return JobResult(job=job)
        folder, asked = found
        return reading.result_of(
            job, folder, self._life.reader(asked, folder, job.retries), most_bytes
        )

    def raw_output(self, job_id: str, owner: str | None = None) -> RawOutput | None:
        """As its CLI wrote it; None if there is none of this owner's. For a thread."""
        job = self.get(job_id, owner)
        found = None if job is None else self._life.files(job)
        if job is None or found is None:
            return None if job is None else RawOutput(job)
        return RawOutput(job, found[0])

    async def check_readable(self, job: Job) -> None:
        """Raises VaultError, StoreError where what it said cannot be opened now."""
        await self._life.files_at_hand(job)

    async def cancel(self, job_id: str, owner: str | None = None) -> Job | None:
        """Returns when nothing of it runs any more. One that has ended stays as it is."""
        if (job := self.get(job_id, owner)) is None:
            return None
        live = self._live.get(job_id)
        if live is None:
            return job
        live.stop(RunStop.CANCELED)
        if live.job.state in (JobState.QUEUED, JobState.PARKED):
            await self._life.end(live, outcome.stopped(RunStop.CANCELED, None))
        await live.ended.wait()
        return live.job

    async def go_on(self, job_id: str, owner: str | None = None, *, now: bool) -> Job | None:
        """A parked one may go on when its limit is over, or does so `now`. None if there is none of
        this owner's. Raises JobNotParked, StoreError."""
        job = self.get(job_id, owner)
        return None if job is None else await self.parked.go_on(job, now=now)

    def get(self, job_id: str, owner: str | None = None) -> Job | None:
        live = self._live.get(job_id)
        if live is not None:
            return live.job if owner in (None, live.job.owner) else None
        return self._parts.store.get(job_id, owner)

    def list(
        self,
        owner: str | None = None,
        *,
        limit: int = 100,
        states: Collection[JobState] = (),
        cli: CliName | None = None,
    ) -> list[Job]:
        """Newest first; without an owner everybody's, without states those in all."""
        found = self._parts.store.recent(owner, limit=limit, states=states, cli=cli)
        # what is known of live ones alone stands in no row
        lives = (self._live.get(job.id) for job in found)
        return [job if live is None else live.job for job, live in zip(found, lives, strict=True)]

    async def delete(self, job_id: str, owner: str | None = None) -> bool:
        """Its row and its files; whether there was one. Raises JobStillLive."""
        job = self.get(job_id, owner)
        if job is None:
            return False
        if job.id in self._live or job.is_live:
            raise JobStillLive(job.id)
        await asyncio.to_thread(self._remove, [job.id])
        return True

    async def drained(self) -> None:
        """Until nothing waits or runs."""
        while self._live:
            await next(iter(self._live.values())).ended.wait()

    async def stop_all(self) -> None:
        """Cancel everything."""
        await asyncio.gather(*(self.cancel(job_id) for job_id in tuple(self._live)))

    async def close(self) -> None:
        """Leave all as it is: what runs goes on and is found again by the next `start`."""
        await self._life.close()

    def _checked(self, cli: Cli, asked: Submission) -> tuple[Launch, str]:
        """How it would be started, and what it has in common with whoever asks the same."""
        launcher = self._parts.launcher
        launch = launcher.check(cli, asked.request, asked.project, asked.containment)
        return launch, request_key(asked, launcher.meant(cli, asked.request), launch)

    async def _same(self, key: str, asked: Submission) -> tuple[Job | None, EarlierRun | None]:
        """The job that does this already, or else what was done and is given only when wanted."""
        if self._is_for_itself(asked):
            return None, None
        if (same := self._same_live(key)) is not None:
            return same, None
        now_s = self._parts.clock.now_s()
        done = await asyncio.to_thread(self._parts.store.same, key, now_s - self._window_s(asked))
        if done is not None and may_be_shared(done, asked.request, replay=asked.replay):
            return done, None
        # Another may have asked the same while we looked.
        return self._same_live(key), earlier_run(done, now_s)

    def _is_for_itself(self, asked: Submission) -> bool:
        """It shares no other's run."""
        return asked.force_refresh or self._window_s(asked) <= 0

    def _window_s(self, asked: Submission) -> float:
        return self._jobs.dedup_window_ms / 1000 if asked.window_s is None else asked.window_s

    def _same_live(self, key: str) -> Job | None:
        jobs = (live.job for live in self._live.values() if not live.is_ending)
        return next((job for job in jobs if job.request_key == key), None)

    def _job(self, job_id: str, asked: Submission, *, cli: Cli, launch: Launch, key: str) -> Job:
        request = asked.request
        return Job(
            id=job_id,
            owner=asked.owner,
            client=asked.client,
            cli=cli.name,
            title=title_of(request.prompt, self._parts.clean),
            model=request.model,
            request_key=key,
            correlation_id=asked.correlation_id,
            flight_id=asked.flight_id,
            session_id=asked.session_id,
            working_dir=request.working_dir,
            asked_at_s=self._parts.clock.now_s(),
            changes_files=launch.plan.changes_files,
            prompt_facts=asked.prompt_facts,
            answer_shape=asked.answer_shape,
            handed_from=asked.handed_from,
        )

    def _folder(self, job_id: str, asked: Submission, cli: Cli) -> JobFolder:
        """In a thread."""
        try:
            return self._parts.folders.make(job_id, asked, cli.read_by)
        except OSError as error:
            raise StoreUnavailable(f"A job cannot be kept: {error.strerror}.") from error
        except TypeError as error:
            raise InvalidRun(
                "hold what is not JSON, and cannot be kept.", field="options"
            ) from error

    async def _keep(self, live: LiveJob) -> None:
        try:
            await asyncio.to_thread(self._write, live)
        except BaseException:
            self._live.pop(live.job.id, None)
            self._parts.breaker.ended(live.job)
            live.folder.remove()
            raise
        self._life.tell(live)

    def _write(self, live: LiveJob) -> None:
        """Its session first: one without its job can do no harm."""
        self._parts.ledger.enter(live.job, live.asked)
        try:
            self._parts.store.add(live.job)
        except BaseException:
            self._parts.ledger.strike(live.job, live.asked)
            raise

    def _remove(self, job_ids: Sequence[str]) -> None:
        """Files first: a row without files can be deleted again, files without a row never."""
        self._parts.folders.remove(job_ids)
        self._parts.store.delete(job_ids)

    def _tidy(self) -> None:
        try:
            known_now_s = self._parts.known_now_s or self._parts.clock.now_s
            while old := self._parts.store.expired(known_now_s()):
                self._remove(old)
        except StoreError as error:
            _log.warning("old jobs could not be deleted: %s", error)
