"""A job's run: started, followed to its end, started again where it failed for a reason that
passes; and what it used.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace

from llmgw_desktop.clis.cli import Cli, OutputReader
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.jobs.job import Job, JobProcess, JobState, UpstreamWait
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.settings.tables import JobSettings, LimitSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.engine.jobs import live_job, outcome
from llmgw_desktop.engine.jobs.enclosure import own_log_of
from llmgw_desktop.engine.jobs.launch import Launch, Launcher
from llmgw_desktop.engine.jobs.limit_waits import Parking, with_before
from llmgw_desktop.engine.jobs.live_job import (
    LiveJob,
    RetryLimits,
    made_ready,
    servers_told,
    talk_with,
    with_output,
)
from llmgw_desktop.engine.jobs.news import News
from llmgw_desktop.engine.jobs.outcome import RunAccount, RunStop, RunVerdict
from llmgw_desktop.engine.jobs.parts import JobParts
from llmgw_desktop.engine.jobs.refusals import EarPlace, RefusalWatch, UpstreamEar
from llmgw_desktop.engine.jobs.runner import Run, RunLimits

_log = logging.getLogger(__name__)


@value
class Ended:
    """`run` of one that was started: what it left behind is still to go."""

    verdict: RunVerdict
    run: Run | None = None
    account: RunAccount | None = None


class Attempts:
    """`write` writes a live job's row, `tell` says that there is news of it."""

    def __init__(
        self,
        parts: JobParts,
        clis: Mapping[CliName, Cli],
        *,
        write: Callable[[Job], Awaitable[None]],
        tell: Callable[[LiveJob], None],
    ) -> None:
        self._parts = parts
        self._clis = clis
        self._write = write
        self._tell = tell
        self._parking = Parking(parts, write=write, settle=self._settle)
        self._news = News()
        self._starting = asyncio.Lock()
        self._is_closing = False
        self._jobs, self._limits = JobSettings(), LimitSettings()

    def apply(self, jobs: JobSettings, limits: LimitSettings) -> None:
        self._jobs, self._limits = jobs, limits

    async def start_no_more(self) -> None:
        """Who is being started this moment shall be found by who comes after us."""
        self._is_closing = True
        async with self._starting:
            pass

    def close(self) -> None:
        self._news.close()

    async def begin(self, live: LiveJob) -> Ended | None:
        """From its start to its end; None where we close before it."""
        launch = live.launch
        if launch is None or not launch.program:
            return Ended(verdict=outcome.missing(self._parts.launcher.named(live.cli)))
        live.was_parked = False
        began_s = live.job.started_at_s or self._parts.clock.now_s()
        # In memory first, so that a cancel from now on is of a run. The row is written with its
        # process: a job that is called queued and has a keeper is taken over as running.
        live.job = replace(live.job, state=JobState.RUNNING, started_at_s=began_s)
        told = await self._parts.snapshots.before(live.job, live.asked, live.folder)
        with suppress(OSError):
            await asyncio.to_thread(live.folder.note_beginning, told)
        started = await self._started(live, launch)
        if started is None:
            return None
        if isinstance(started, Ended):
            return await self._judged(live, started)
        live.job = replace(live.job, process=started)
        # At once: what it asks first shall be known as its own.
        await self._parts.own_requests.follow(live.job, live.asked, live.folder)
        try:
            await self._write(live.job)
        except StoreError:
            # It is found by its folder as well.
            _log.warning("the process of %s could not be written down", live.job.id, exc_info=True)
        self._tell(live)
        return await self.follow(live)

    async def _started(self, live: LiveJob, launch: Launch) -> JobProcess | Ended | None:
        """None where we close."""
        launcher, job_id = self._parts.launcher, live.job.id
        try:
            variables = await launcher.housing.lend(launch.sign_in, job_id)
            given = {**launch.environment, **variables}
            given |= await self._parts.own_requests.lend(
                live.job, live.asked, cli=live.cli, folder=live.folder, given=given
            )
            launch = replace(launch, environment=given)
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
            reason = error.strerror or "the system refused"
            verdict = outcome.not_started(reason, passes=live_job.passes(error) or None)
        await launcher.housing.give_back(job_id)
        return Ended(verdict=verdict)

    async def follow(self, live: LiveJob) -> Ended | None:
        """One that runs, or has ended and was not yet read, to its end."""
        await self._parts.own_requests.follow(live.job, live.asked, live.folder)
        ear = self._ear_of(live)
        live.refusals = ear.watch
        if (told := live.told_early) is not None:
            live.told_early = None
            ear.watch.hear(told)
        run = Run(
            live.job.id,
            live.folder,
            live.job.process,
            await self._reader(live),
            limits=self._limits_of(live),
            news=self._news,
        )
        live.run = run
        if live.stop_asked is not None:
            run.stop(live.stop_asked)
        followed = await run.follow(live.tell, ear)
        await self._parts.snapshots.after(live.job, live.folder)
        live.job = with_output(live.job, followed)
        ended = Ended(verdict=followed.verdict, run=run, account=followed.account)
        return await self._judged(live, ended)

    def _ear_of(self, live: LiveJob) -> UpstreamEar:
        def changed(wait: UpstreamWait | None) -> None:
            reason = "" if wait is None else self._parts.clean(wait.reason)
            live.job = replace(live.job, waiting_on=wait and replace(wait, reason=reason))
            self._tell(live)

        watch = RefusalWatch(
            self._parts.clock,
            self._jobs.upstream_refused_s,
            changed=changed,
            give_up=lambda: live.stop(RunStop.REFUSED),
        )
        process, cli = live.job.process, self._clis[live.cli.name]
        place = EarPlace(
            stderr=live.folder.stderr,
            home=self._parts.launcher.home(cli, live.job.id),
            session_id=live.asked.request.session_id,
            keeper=None if process is None else process.pid,
            own_log=own_log if (own_log := own_log_of(live.folder)).exists() else None,
        )
        return UpstreamEar(watch, cli.retry_words, place, self._news)

    async def _reader(self, live: LiveJob) -> OutputReader:
        """Raises OSError."""
        cli = self._clis[live.cli.name]
        if not live.asked.request.asks:
            return cli.reader(live.asked.request)
        await made_ready(cli)
        servers = await servers_told(live, cli, self._parts.launcher)
        return talk_with(live, cli, self._parts, servers)

    async def again(self, live: LiveJob) -> Ended | None:
        """The next run of one that waits for it, to its end."""
        due_at_s = live.folder.retry_due_at_s(live.job.retries)
        longest_s = live_job.longest_pause_s(live.job.retries)
        await live.pause(min(max(due_at_s - self._parts.clock.now_s(), 0.0), longest_s))
        if live.stop_asked is not None:
            return Ended(verdict=outcome.stopped(live.stop_asked, None))
        try:
            live.told_early = None  # of the run before
            live.asked = live_job.begun_anew(live.asked)
            live.launch = checked_again(self._parts.launcher, live)
            await asyncio.to_thread(self._parts.folders.keep, live.folder, live.asked)
        except (InvalidRun, OSError) as error:
            return Ended(verdict=outcome.not_started(str(error)))
        return await self.begin(live)

    async def resume(self, live: LiveJob) -> Ended | None:
        """The run that goes on with a parked job, to its end."""
        try:
            live.told_early = None  # of the run before
            await self._parking.leave(live)
            live.launch = await asyncio.to_thread(checked_again, self._parts.launcher, live)
        except (InvalidRun, OSError) as error:
            return Ended(verdict=outcome.not_started(str(error)))
        return await self.begin(live)

    async def _judged(self, live: LiveJob, ended: Ended) -> Ended | None:
        """Its end, or that of a later run; of one that waits for a limit the state PARKED."""
        if await self._is_put_back(live, ended):
            return await self.again(live)
        if await self._parking.take(live, ended.verdict, ended.account, ended.run):
            return Ended(verdict=RunVerdict(state=JobState.PARKED))
        if ended.account is not None:
            await self._settle(live, ended.account)
        if ended.run is not None and ended.verdict.state is JobState.ORPHANED:
            await ended.run.sweep()
        return ended

    async def _is_put_back(self, live: LiveJob, ended: Ended) -> bool:
        """Whether it is to run again; then nothing of the last run is left."""
        verdict = ended.verdict
        limits = RetryLimits(most=self._jobs.retries, left_s=self._limits_of(live).total_s)
        told_s = self._parts.breaker.told_pause_s(verdict.error)
        pause_s = live_job.pause_s(
            live, verdict, account=ended.account, limits=limits, told_s=told_s
        )
        if pause_s is None:
            return False
        live.run = live.refusals = None
        if ended.run is not None:
            await ended.run.sweep()
        # The next run is lent what this one renewed.
        await self._parts.launcher.housing.give_back(live.job.id)
        job = replace(live.job, retries=live.job.retries + 1, process=None)
        due_at_s = self._parts.clock.now_s() + pause_s
        try:
            await asyncio.to_thread(live.folder.note_retry, job.retries, verdict.error, due_at_s)
            # The row first: a fall from here on leaves a job that waits for its next run.
            await self._write(job)
            await asyncio.to_thread(live.folder.set_aside, job.retries)
        except (OSError, StoreError):
            _log.warning("%s cannot be run again", job.id, exc_info=True)
            return False
        _log.info("%s is run again in %.1f s: %s", job.id, pause_s, verdict.error)
        live.job = job
        self._tell(live)
        return True

    async def _settle(self, live: LiveJob, account: RunAccount) -> None:
        """What it used. That cannot be found out is no failure of the run."""
        ledger = self._parts.ledger
        try:
            figures = await ledger.settle(live.job, live.asked, account, live.folder.temp)
        except Exception:  # noqa: BLE001 - whatever it is, it is logged
            _log.warning("what %s used could not be settled", live.job.id, exc_info=True)
        else:
            live.job = replace(live.job, figures=with_before(figures, live.before))

    def _limits_of(self, live: LiveJob) -> RunLimits:
        asked, facts = live.asked, live.cli.facts
        total_s = self._jobs.timeout_ms / 1000 if asked.timeout_s is None else asked.timeout_s
        ran_s = self._parts.clock.now_s() - (live.job.started_at_s or live.job.asked_at_s)
        ran_s -= live.waited_s
        idle_s = facts.idle_timeout_s if asked.idle_timeout_s is None else asked.idle_timeout_s
        return RunLimits(
            total_s=total_s - max(ran_s, 0.0),
            idle_s=idle_s if facts.streams else None,
            output_bytes=self._limits.max_job_output_bytes,
        )


def in_its_folder(launch: Launch, asked: Submission) -> Launch:
    """A run that names no folder works in its session's; one in a workspace is held to the folder
    that was looked at."""
    neutral_dir = asked.session.neutral_dir if asked.session else ""
    return replace(
        launch,
        neutral_dir=neutral_dir,
        is_placed=bool(asked.workspace),
        top=asked.workspace_top,
    )


def checked_again(launcher: Launcher, live: LiveJob) -> Launch:
    """Of one that was asked for earlier. Raises InvalidRun."""
    asked = live.asked
    launch = launcher.check(live.cli, asked.request, asked.project, asked.containment)
    return in_its_folder(launch, asked)
