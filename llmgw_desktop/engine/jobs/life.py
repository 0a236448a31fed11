"""The life of a job: its turn, its run, its end; how one that an earlier program left goes on."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from llmgw_desktop.clis.cli import Cli, OutputReader
from llmgw_desktop.domain.brakes import LowWindow
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.events import Event, JobChanged, PermissionChanged, UpstreamTold
from llmgw_desktop.domain.jobs.cli_settings import LimitWait, LimitWish
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.run_errors import CliResting, InvalidRun
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.settings.tables import JobSettings, LimitSettings
from llmgw_desktop.domain.vault import VaultError
from llmgw_desktop.engine.jobs import outcome, process_tree
from llmgw_desktop.engine.jobs.attempts import Attempts, Ended, checked_again
from llmgw_desktop.engine.jobs.ended_files import EndedFiles
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.limit_waits import at_rest, note_wait, taken_over
from llmgw_desktop.engine.jobs.live_job import LiveJob, dialogue_of, made_ready, with_end
from llmgw_desktop.engine.jobs.outcome import RunVerdict
from llmgw_desktop.engine.jobs.parts import JobParts
from llmgw_desktop.engine.jobs.process_tree import TERM_GRACE_S, Fate, ProcessTree
from llmgw_desktop.engine.jobs.queue import JobQueue, ParkedJobs
from llmgw_desktop.engine.jobs.runner import Run, stop_on_record
from llmgw_desktop.engine.jobs.talk import DialogueReader
from llmgw_desktop.engine.loop.tasks import Tasks

WRITE_AGAIN_S = 5.0
SWEEP_GRACE_S = TERM_GRACE_S + 1.0
"""Nobody looks after what an ended run left behind once we are gone."""

_log = logging.getLogger(__name__)


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
        self._sweeping: set[str] = set()
        """Ended ones of which something may still write."""
        self.ended_files = EndedFiles(
            parts.folders, ended=parts.store.ended_ids, is_busy=self._is_busy, clean=parts.clean
        )
        self._parts = parts
        self._clis = clis
        self._queue = JobQueue(limits, self._begin)
        self.parked = ParkedJobs(parts, self.live, self._queue, write=self._write, tell=self.tell)
        self._attempts = Attempts(parts, clis, write=self._write, tell=self.tell)
        self._tasks = Tasks()
        self._sweeps = Tasks()
        self._hears_no_more = (
            parts.bus.subscribe(self._questions_changed, PermissionChanged),
            parts.bus.subscribe(self._upstream_told, UpstreamTold),
        )
        self.apply(jobs, limits)

    def apply(self, jobs: JobSettings, limits: LimitSettings) -> None:
        self._jobs, self._limits = jobs, limits
        self._attempts.apply(jobs, limits)
        self._queue.apply(limits)

    def admit(self, asked: Submission) -> LimitWait | None:
        """What it is to wait for before it begins. Raises Saturated, CliResting."""
        self._queue.admit(asked.request.cli)
        try:
            self._parts.breaker.check(asked)
        except CliResting as error:
            cli = self._clis[asked.request.cli]
            wish = asked.limit_wait or self._parts.launcher.limit_wish(cli)
            if wish is LimitWish.OFF or asked.is_attempt or not error.is_limit:
                raise
            return at_rest(error, wish, self._parts.clock.now_s())
        return None

    async def enter(self, live: LiveJob, wait: LimitWait | None) -> None:
        """A new one. Raises StoreError."""
        if wait is None:
            self.wait_for_turn(live)
            return
        job = replace(live.job, state=JobState.PARKED, limit_wait=wait)
        try:
            await asyncio.to_thread(note_wait, live, wait)
        except OSError as error:
            await self.end(live, outcome.not_started(str(error)))
            return
        await self._write(job)
        live.job = job
        await self._park(live)

    def beside(self, work: Coroutine[Any, Any, object], *, name: str) -> None:
        """Something that nobody waits for."""
        self._tasks.start(work, name=name)

    async def close(self) -> None:
        """Follow nothing any more; what runs goes on."""
        self._queue.close()
        self.parked.close()
        for end in self._hears_no_more:
            end()
        await self._attempts.start_no_more()
        for live in self.live.values():
            _put_off(live)
        await self._tasks.stop()
        await self._sweeps.finish(SWEEP_GRACE_S)
        self._attempts.close()
        await asyncio.to_thread(self.ended_files.close)
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
        await self.end(live, outcome.no_turn(patience_s))

    def _begin(self, job_id: str) -> None:
        live = self.live[job_id]
        _put_off(live)
        step = self._attempts.resume if live.was_parked else self._attempts.begin
        low = self.parked.in_the_way(live)
        self._go_on(live, step if low is None else partial(self._keep_back, low))

    async def _keep_back(self, low: LowWindow, live: LiveJob) -> Ended:
        return Ended(verdict=await self.parked.keep_back(live, low))

    async def _park(self, live: LiveJob) -> None:
        """It holds no turn while it waits."""
        if live.is_ending:
            return
        if live.stop_asked is not None:
            await self.end(live, outcome.stopped(live.stop_asked, None))
        else:
            self._queue.leave(live.job.id)
            self.parked.put(live)

    def _go_on(
        self, live: LiveJob, step: Callable[[LiveJob], Coroutine[Any, Any, Ended | None]]
    ) -> None:
        self._tasks.start(self._to_end(live, step), name=f"run {live.job.id}")

    async def _to_end(
        self, live: LiveJob, step: Callable[[LiveJob], Coroutine[Any, Any, Ended | None]]
    ) -> None:
        """A fault of ours ends the job and nothing else."""
        if live.is_ending:
            return
        try:
            ended = await step(live)
            if ended is not None and ended.verdict.state is JobState.PARKED:
                await self._park(live)
            elif ended is not None:
                await self._ended(live, ended)
        except Exception:  # noqa: BLE001 - whatever it is, it is logged
            _log.exception("job %s could not be followed", live.job.id)
            process = live.job.process
            await ProcessTree(live.job.id, process).end()
            await self._parts.launcher.housing.give_back(live.job.id)
            await asyncio.to_thread(live.folder.remove_temp)
            await self.end(live, outcome.not_followed())

    async def _ended(self, live: LiveJob, ended: Ended) -> None:
        if ended.run is not None:
            self._sweeping.add(live.job.id)
        await self.end(live, ended.verdict)
        # Who waits for the answer does not wait for this.
        if ended.run is not None:
            self._sweeps.start(self._sweep(ended.run, live), name=f"sweep {live.job.id}")

    async def _sweep(self, run: Run, live: LiveJob) -> None:
        try:
            await run.sweep()
            await self._parts.launcher.housing.give_back(live.job.id)
            await asyncio.to_thread(live.folder.remove_temp)
        finally:
            self._sweeping.discard(live.job.id)
            self._put_away(live.job.id)

    def _put_away(self, job_id: str) -> None:
        """Its files may be encrypted once its end is written and nothing of it runs any more."""
        if not self._is_busy(job_id):
            self.ended_files.ended(job_id)

    def _is_busy(self, job_id: str) -> bool:
        """From any thread."""
        return job_id in self.live or job_id in self._sweeping

    async def end(self, live: LiveJob, verdict: RunVerdict) -> None:
        """Its last word. Once more does no harm: the first stays."""
        if live.is_ending:
            return
        live.is_ending = True
        _put_off(live)
        self.parked.drop(live.job.id)
        if live.asked.request.asks:
            self._parts.permissions.job_ended(live.job.id)
        # A CLI's own words may quote a key; the row is kept, shown and logged.
        verdict = replace(verdict, error=self._parts.clean(verdict.error))
        now_s = self._parts.clock.now_s()
        job = with_end(live.job, verdict, now_s, self._jobs.retention_days)
        try:
            await self._write_end(live, job)
        except StoreError as error:
            _log.warning("the end of %s cannot be written yet: %s", job.id, error)
            self._tasks.start(self._write_again(live), name=f"write the end of {job.id}")
        live.job = job
        self._parts.own_requests.ended(job)
        self._parts.breaker.ended(job)
        live.ended.set()
        self.tell(live)
        self._queue.leave(job.id)

    async def _write_end(self, live: LiveJob, job: Job) -> None:
        await asyncio.to_thread(self._written_end, live, job)
        live.job = job  # first: who listens reads a live one as it stands there
        self.live.pop(job.id, None)
        self._put_away(job.id)

    def _written_end(self, live: LiveJob, job: Job) -> None:
        """From then on nobody needs to start it again."""
        self._parts.store.move(job, since=[JobState.RUNNING])
        live.folder.forget(self._parts.clean)

    async def _write(self, job: Job) -> None:
        """Beside the loop: a disk may take its time."""
        await asyncio.to_thread(self._parts.store.move, job, since=[JobState.RUNNING])

    async def _write_again(self, live: LiveJob) -> None:
        """A full disk has room again some day. Until then its files say how it ended."""
        while True:
            await asyncio.sleep(WRITE_AGAIN_S)
            try:
                await self._write_end(live, live.job)
            except StoreError:
                continue
            return

    async def adopt(self, job: Job) -> None:
        try:
            found = self.files(job)
        except (VaultError, StoreError):  # gateway.db was put back: it had ended, and was encrypted
            found = None
        cli = self._clis.get(job.cli)
        if found is None or cli is None:
            await self._give_up_lost(job, None if found is None else found[1])
            return
        live = LiveJob(job=job, asked=found[1], cli=cli, folder=found[0])
        self.live[job.id] = live
        wait = await asyncio.to_thread(taken_over, live)
        seen = await asyncio.to_thread(process_tree.look, job, live.folder)
        if seen.fate is Fate.NEVER_BEGAN:
            await self._adopt_waiting(live, wait)
            return
        self._parts.breaker.began(job, live.asked)
        self._queue.occupy(job.id, job.cli)
        began_s = job.asked_at_s if job.started_at_s is None else job.started_at_s
        job = replace(job, state=JobState.RUNNING, started_at_s=began_s)
        live.job = replace(job, process=seen.process)
        await self._write(live.job)
        self.tell(live)
        if (why := stop_on_record(live.folder)) is not None:
            live.stop(why)
        self._go_on(live, self._attempts.follow)

    async def _adopt_waiting(self, live: LiveJob, wait: LimitWait | None) -> None:
        """One of which nothing runs: it waits for its turn, its next run, or a limit."""
        job = live.job
        await self._parts.launcher.housing.give_back(job.id)
        # A run that was made ready and never began left it.
        await asyncio.to_thread(live.folder.remove_temp)
        if wait is not None:
            live.job = replace(job, state=JobState.PARKED, limit_wait=wait)
            await self._park(live)
            return
        self._parts.breaker.began(job, live.asked)
        if job.retries > 0 and job.process is None:
            self._queue.occupy(job.id, job.cli)
            self._go_on(live, self._attempts.again)
            return
        live.job = replace(job, state=JobState.QUEUED, started_at_s=None)
        if await self._prepare(live):
            self.wait_for_turn(live)

    async def _give_up_lost(self, job: Job, asked: Submission | None) -> None:
        """Its files are gone."""
        now_s = self._parts.clock.now_s()
        lost = with_end(job, outcome.lost(), now_s, self._jobs.retention_days)
        if job.state is not JobState.RUNNING:
            lost = replace(lost, state=JobState.FAILED)
        self._parts.store.move(lost)
        if asked is not None:
            self._parts.ledger.changed(lost, asked)
        self._put_away(job.id)
        await self._parts.launcher.housing.give_back(job.id)

    async def _prepare(self, live: LiveJob) -> bool:
        """Make ready again what was asked of an earlier program."""
        try:
            live.launch = checked_again(self._parts.launcher, live)
        except InvalidRun as error:
            await self.end(live, outcome.not_started(str(error)))
            return False
        return True

    def files(self, job: Job) -> tuple[JobFolder, Submission] | None:
        """Of one that has ended this may wait for the vault, and raises VaultError, StoreError."""
        live = self.live.get(job.id)
        if live is not None:
            return live.folder, live.asked
        try:
            folders = self._parts.folders
            folder = folders.find(job.id)
            if job.is_live:
                return folder, folders.asked_now(folder, job.retries)
            return folder, folders.to_read(folder)
        except (OSError, ValueError, TypeError, KeyError):
            return None

    async def files_at_hand(self, job: Job) -> tuple[JobFolder, Submission] | None:
        """The same, to be read on the loop: no opening of them waits any more."""

        def loaded() -> tuple[JobFolder, Submission] | None:
            found = self.files(job)
            if found is not None:
                found[0].load_keys()
            return found

        return self.files(job) if job.id in self.live else await asyncio.to_thread(loaded)

    async def reader_soon(self, asked: Submission, folder: JobFolder, retry: int) -> OutputReader:
        """The same, on the loop."""
        if asked.request.asks:
            await made_ready(self._clis[asked.request.cli])
        return self.reader(asked, folder, retry)

    def reader(self, asked: Submission, folder: JobFolder, retry: int = 0) -> OutputReader:
        """Of what its first, second, … run said. For a thread: see `made_ready`."""
        cli = self._clis[asked.request.cli]
        if not asked.request.asks:
            return cli.reader(asked.request)
        return DialogueReader(
            dialogue_of(cli, asked, folder=folder, launcher=self._parts.launcher),
            partial(folder.open, folder.said_before(retry)),
        )

    def _upstream_told(self, event: Event) -> None:
        """Of a request of a job's run, as whoever passes it on saw. Nothing for a job that does not
        run."""
        live = self.live.get(event.job_id) if isinstance(event, UpstreamTold) else None
        if live is None or not isinstance(event, UpstreamTold):
            return
        if live.refusals is None:
            live.told_early = event
        else:
            live.refusals.hear(event)

    def _questions_changed(self, event: Event) -> None:
        """A job says what it waits for."""
        live = (
            self.live.get(event.question.job_id) if isinstance(event, PermissionChanged) else None
        )
        if live is None or live.is_ending:
            return
        questions = self._parts.permissions.of_job(live.job.id)
        if questions != live.job.questions:
            live.job = replace(live.job, questions=questions)
            live.tell()
            self._parts.bus.publish(JobChanged(job=live.job))

    def tell(self, live: LiveJob) -> None:
        live.tell()
        self._parts.bus.publish(JobChanged(job=live.job))
        self._parts.ledger.changed(live.job, live.asked)


def _put_off(live: LiveJob) -> None:
    """It waits for its turn no more."""
    if live.queue_timer is not None:
        live.queue_timer.cancel()
        live.queue_timer = None
