"""The life of a job: its turn, its start, its following, its end; and of one that an earlier
program left, how it goes on.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from llmgw_desktop.clis.cli import Cli, OutputReader
from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.events import JobChanged
from llmgw_desktop.domain.ids import IdSource
from llmgw_desktop.domain.job import EXIT_QUEUE_TIMEOUT, Job, JobProcess, JobState
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.domain.settings import JobSettings, LimitSettings
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.domain.vault_errors import VaultError
from llmgw_desktop.engine.bus import Bus
from llmgw_desktop.engine.jobs import adoption, outcome
from llmgw_desktop.engine.jobs.adoption import Fate
from llmgw_desktop.engine.jobs.folder import JobFolder, JobFolders
from llmgw_desktop.engine.jobs.launch import Launch, Launcher
from llmgw_desktop.engine.jobs.ledger import Ledger, NoLedger
from llmgw_desktop.engine.jobs.limits import RunLimits
from llmgw_desktop.engine.jobs.live_job import LiveJob, with_end, with_output
from llmgw_desktop.engine.jobs.news import News
from llmgw_desktop.engine.jobs.outcome import Account, Verdict
from llmgw_desktop.engine.jobs.process_tree import TERM_GRACE_S, ProcessTree
from llmgw_desktop.engine.jobs.queue import JobQueue
from llmgw_desktop.engine.jobs.runner import Run, stop_on_record
from llmgw_desktop.engine.tasks import Tasks
from llmgw_desktop.store.job_store import JobStore

WRITE_AGAIN_S = 5.0
SWEEP_GRACE_S = TERM_GRACE_S + 1.0
"""Nobody looks after what an ended run left behind once we are gone."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobParts:
    """What a supervisor works with, joined by the composition root."""

    store: JobStore
    folders: JobFolders
    launcher: Launcher
    clock: Clock
    ids: IdSource
    bus: Bus
    clean: Callable[[str], str] = str
    """Takes secrets out of a title."""
    ledger: Ledger = field(default_factory=NoLedger)


class JobLife:
    """All jobs that wait or run, in `live`, oldest first."""

    def __init__(
        self,
        parts: JobParts,
        clis: Mapping[CliName, Cli],
        jobs: JobSettings,
        limits: LimitSettings,
    ) -> None:
        self.live: dict[str, LiveJob] = {}
        self._parts = parts
        self._clis = clis
        self._jobs = jobs
        self._limits = limits
        self._queue = JobQueue(limits, self._begin)
        self._news = News()
        self._tasks = Tasks()
        self._sweeps = Tasks()
        self._starting = asyncio.Lock()
        self._is_closing = False

    def apply(self, jobs: JobSettings, limits: LimitSettings) -> None:
        self._jobs, self._limits = jobs, limits
        self._queue.apply(limits)

    def admit(self, cli: CliName) -> None:
        """Raises Saturated."""
        self._queue.admit(cli)

    def beside(self, work: Coroutine[Any, Any, object], *, name: str) -> None:
        """Something that nobody waits for."""
        self._tasks.start(work, name=name)

    async def close(self) -> None:
        """Follow nothing any more; what runs goes on."""
        self._is_closing = True
        self._queue.close()
        # Who is being started this moment shall be found by who comes after us.
        async with self._starting:
            pass
        for live in self.live.values():
            _put_off(live)
        await self._tasks.stop()
        await self._sweeps.finish(SWEEP_GRACE_S)
        self._news.close()
        self.live.clear()

    def wait_for_turn(self, live: LiveJob) -> None:
        """Set its patience first: its turn may come at once."""
        patience_s = self._limits.queue_timeout_ms / 1000
        loop = asyncio.get_running_loop()
        live.queue_timer = loop.call_later(
            patience_s,
            lambda: self.beside(self._give_up(live, patience_s), name=f"give up {live.job.id}"),
        )
        self._queue.enter(live.job.id, live.cli.name)

    async def _give_up(self, live: LiveJob, patience_s: float) -> None:
        verdict = Verdict(
            state=JobState.FAILED,
            exit_code=EXIT_QUEUE_TIMEOUT,
            category=ErrorCategory.SATURATED,
            error=f"Its turn did not come within {patience_s:g} s. Ask again later, or raise the "
            f"limits in the gateway's settings.",
        )
        await self.end(live, verdict)

    def _begin(self, job_id: str) -> None:
        live = self.live[job_id]
        _put_off(live)
        self._tasks.start(self._guarded(live, self._launch), name=f"run {job_id}")

    async def _guarded(
        self, live: LiveJob, work: Callable[[LiveJob], Coroutine[Any, Any, None]]
    ) -> None:
        """A fault of ours ends the job and nothing else."""
        try:
            await work(live)
        except Exception:  # noqa: BLE001 - whatever it is, it is logged
            _log.exception("job %s could not be followed", live.job.id)
            process = live.job.process
            await ProcessTree(live.job.id, process).end()
            await self._parts.launcher.housing.give_back(live.job.id)
            await self.end(live, outcome.not_followed())

    async def _launch(self, live: LiveJob) -> None:
        if live.is_ending:
            return
        launch = live.launch
        if launch is None or not launch.program:
            await self.end(live, outcome.missing(self._parts.launcher.named(live.cli)))
            return
        # In memory first, so that a cancel from now on is of a run. The row is written with its
        # process: a job that is called queued and has a keeper is taken over as running.
        live.job = replace(live.job, state=JobState.RUNNING, started_at_s=self._parts.clock.now_s())
        process = await self._started(live, launch)
        if process is None:
            return
        live.job = replace(live.job, process=process)
        try:
            await self._write(live.job)
        except StoreError:
            # It is found by its folder as well.
            _log.warning("the process of %s could not be written down", live.job.id, exc_info=True)
        self.tell(live)
        await self._follow(live)

    async def _started(self, live: LiveJob, launch: Launch) -> JobProcess | None:
        """None: it is not to be followed."""
        launcher, job_id = self._parts.launcher, live.job.id
        try:
            variables = await launcher.housing.lend(launch.sign_in, job_id)
            launch = replace(launch, environment={**launch.environment, **variables})
            # One after the other: the interpreter stands still until a new process is loaded.
            async with self._starting:
                if self._is_closing:
                    return None
                if live.stop_asked is None:
                    return await asyncio.to_thread(launcher.start, launch, job_id, live.folder)
            verdict = outcome.stopped(live.stop_asked, None)
        except (VaultError, StoreError) as error:
            verdict = outcome.without_sign_in(str(error))
        except OSError as error:
            await asyncio.to_thread(live.folder.remove_temp)
            verdict = outcome.not_started(error.strerror or "the system refused")
        await launcher.housing.give_back(job_id)
        await self.end(live, verdict)
        return None

    async def _follow(self, live: LiveJob) -> None:
        run = Run(
            live.job.id,
            live.folder,
            live.job.process,
            self.reader(live.asked),
            limits=self._limits_of(live),
            news=self._news,
        )
        live.run = run
        if live.stop_asked is not None:
            run.stop(live.stop_asked)
        followed = await run.follow(live.tell)
        live.job = with_output(live.job, followed)
        await self._settle(live, followed.account)
        if followed.verdict.state is JobState.ORPHANED:
            await run.sweep()
        await self.end(live, followed.verdict)
        # Who waits for the answer does not wait for this.
        self._sweeps.start(self._sweep(run, live), name=f"sweep {live.job.id}")

    async def _settle(self, live: LiveJob, account: Account) -> None:
        """What it used. That cannot be found out is no failure of the run."""
        ledger = self._parts.ledger
        try:
            figures = await ledger.settle(live.job, live.asked, account, live.folder.temp)
        except Exception:  # noqa: BLE001 - whatever it is, it is logged
            _log.warning("what %s used could not be settled", live.job.id, exc_info=True)
        else:
            live.job = replace(live.job, figures=figures)

    async def _sweep(self, run: Run, live: LiveJob) -> None:
        await run.sweep()
        await self._parts.launcher.housing.give_back(live.job.id)
        await asyncio.to_thread(live.folder.remove_temp)

    def _limits_of(self, live: LiveJob) -> RunLimits:
        asked, facts = live.asked, live.cli.facts
        total_s = self._jobs.timeout_ms / 1000 if asked.timeout_s is None else asked.timeout_s
        ran_s = self._parts.clock.now_s() - (live.job.started_at_s or live.job.asked_at_s)
        idle_s = facts.idle_timeout_s if asked.idle_timeout_s is None else asked.idle_timeout_s
        return RunLimits(
            total_s=total_s - max(ran_s, 0.0),
            idle_s=idle_s if facts.streams else None,
            output_bytes=self._limits.max_job_output_bytes,
        )

    async def end(self, live: LiveJob, verdict: Verdict) -> None:
        """Its last word. Once more does no harm: the first stays."""
        if live.is_ending:
            return
        live.is_ending = True
        _put_off(live)
        now_s = self._parts.clock.now_s()
        job = with_end(live.job, verdict, now_s, self._jobs.retention_days)
        try:
            await self._write(job)
            self.live.pop(job.id, None)
        except StoreError as error:
            _log.warning("the end of %s cannot be written yet: %s", job.id, error)
            self._tasks.start(self._write_again(live), name=f"write the end of {job.id}")
        live.job = job
        live.ended.set()
        self.tell(live)
        self._queue.leave(job.id)

    async def _write(self, job: Job) -> None:
        """Beside the loop: a disk may take its time."""
        await asyncio.to_thread(self._parts.store.move, job, since=[JobState.RUNNING])

    async def _write_again(self, live: LiveJob) -> None:
        """A full disk has room again some day. Until then its files say how it ended."""
        while True:
            await asyncio.sleep(WRITE_AGAIN_S)
            try:
                await self._write(live.job)
            except StoreError:
                continue
            self.live.pop(live.job.id, None)
            return

    async def adopt(self, job: Job) -> None:
        found = self.files(job)
        cli = self._clis.get(job.cli)
        if found is None or cli is None:
            lost = with_end(
                job, outcome.lost(), self._parts.clock.now_s(), self._jobs.retention_days
            )
            state = JobState.ORPHANED if job.state is JobState.RUNNING else JobState.FAILED
            lost = replace(lost, state=state)
            self._parts.store.move(lost)
            if found is not None:
                self._parts.ledger.changed(lost, found[1])
            await self._parts.launcher.housing.give_back(job.id)
            return
        live = LiveJob(job=job, asked=found[1], cli=cli, folder=found[0])
        self.live[job.id] = live
        seen = await asyncio.to_thread(adoption.look, job, live.folder)
        if seen.fate is Fate.NEVER_BEGAN:
            live.job = replace(job, state=JobState.QUEUED, started_at_s=None)
            await self._parts.launcher.housing.give_back(job.id)
            await asyncio.to_thread(live.folder.remove_temp)
            if await self._prepare(live):
                self.wait_for_turn(live)
            return
        self._queue.occupy(job.id, job.cli)
        began_s = job.asked_at_s if job.started_at_s is None else job.started_at_s
        job = replace(job, state=JobState.RUNNING, started_at_s=began_s)
        live.job = replace(job, process=seen.process)
        await self._write(live.job)
        self.tell(live)
        if (why := stop_on_record(live.folder)) is not None:
            live.stop(why)
        self._tasks.start(self._guarded(live, self._follow), name=f"follow {job.id}")

    async def _prepare(self, live: LiveJob) -> bool:
        """Make ready again what was asked of an earlier program."""
        try:
            launch = self._parts.launcher.check(live.cli, live.asked.request, live.asked.project)
            live.launch = with_neutral_dir(launch, live.asked)
        except InvalidRun as error:
            await self.end(live, outcome.not_started(str(error)))
            return False
        return True

    def files(self, job: Job) -> tuple[JobFolder, Submission] | None:
        live = self.live.get(job.id)
        if live is not None:
            return live.folder, live.asked
        try:
            folder = self._parts.folders.find(job.id)
            return folder, self._parts.folders.asked(folder)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def reader(self, asked: Submission) -> OutputReader:
        return self._clis[asked.request.cli].reader(asked.request)

    def tell(self, live: LiveJob) -> None:
        live.tell()
        self._parts.bus.publish(JobChanged(job=live.job))
        self._parts.ledger.changed(live.job, live.asked)


def with_neutral_dir(launch: Launch, asked: Submission) -> Launch:
    """A run that names no folder works in its session's."""
    return replace(launch, neutral_dir=asked.session.neutral_dir) if asked.session else launch


def _put_off(live: LiveJob) -> None:
    """It waits for its turn no more."""
    if live.queue_timer is not None:
        live.queue_timer.cancel()
        live.queue_timer = None
