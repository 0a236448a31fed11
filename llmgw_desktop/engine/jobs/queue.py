"""Whether a job needs a run now: its turn, the end of a limit that it waits for, one of a session
at a time, or a run of the same request that is there.
"""

import asyncio
import hashlib
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import asdict, fields, is_dataclass, replace
from pathlib import PurePath
from typing import Any

from llmgw_desktop.domain.brakes import LowWindow
from llmgw_desktop.domain.cli import CliName, CliRequest, SessionWish
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.events import AccountChanged
from llmgw_desktop.domain.jobs.cli_settings import DEFAULT_MODELS
from llmgw_desktop.domain.jobs.job import Job, JobState, SessionUse
from llmgw_desktop.domain.jobs.run_errors import JobNotParked, Saturated, SessionBusy
from llmgw_desktop.domain.jobs.submission import EarlierRun, Submission
from llmgw_desktop.domain.settings.tables import LimitSettings
from llmgw_desktop.engine.jobs.launch import Launch
from llmgw_desktop.engine.jobs.limit_waits import below_line, note_wait
from llmgw_desktop.engine.jobs.live_job import LiveJob
from llmgw_desktop.engine.jobs.outcome import RunVerdict, not_started
from llmgw_desktop.engine.jobs.parts import JobParts
from llmgw_desktop.platform.wall_timer import WallTimer


class JobQueue:
    """`start` is called, at once or later, when a job's turn has come."""

    def __init__(self, limits: LimitSettings, start: Callable[[str], None]) -> None:
        self._limits = limits
        self._start = start
        self._waiting: dict[str, CliName] = {}
        self._running: dict[str, CliName] = {}
        self._of_cli: Counter[CliName] = Counter()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def running(self) -> int:
        return len(self._running)

    def apply(self, limits: LimitSettings) -> None:
        """Lower ones end nothing that runs."""
        self._limits = limits
        self._go_on()

    def admit(self, cli: CliName) -> None:
        """Raises Saturated if one more would neither run nor find a place to wait."""
        if not self._has_room(cli) and self.waiting >= self._limits.max_queued_jobs:
            raise Saturated(self.waiting)

    def enter(self, job_id: str, cli: CliName) -> None:
        self._waiting[job_id] = cli
        self._go_on()

    def occupy(self, job_id: str, cli: CliName) -> None:
        """It runs already, whatever the limits say."""
        self._running[job_id] = cli
        self._of_cli[cli] += 1

    def leave(self, job_id: str) -> None:
        """Its turn is over, or it waits no more. Once more does no harm."""
        self._waiting.pop(job_id, None)
        cli = self._running.pop(job_id, None)
        if cli is not None:
            self._of_cli[cli] -= 1
        self._go_on()

    def close(self) -> None:
        """Nobody's turn comes any more."""
        self._waiting.clear()

    def _go_on(self) -> None:
        while (job_id := self._next()) is not None:
            self.occupy(job_id, self._waiting.pop(job_id))
            self._start(job_id)

    def _next(self) -> str | None:
        return next((job for job, cli in self._waiting.items() if self._has_room(cli)), None)

    def _has_room(self, cli: CliName) -> bool:
        limits = self._limits
        most = limits.of_cli.get(cli, limits.max_running_per_provider)
        return self.running < limits.max_running_jobs and self._of_cli[cli] < most


class LimitWaits:
    """Who waits, and until when. One timer for the one that is due first; it is set anew when the
    clock was, so that nobody is woken early, and nobody late."""

    def __init__(self, clock: Clock, due: Callable[[str], None]) -> None:
        """`due` is called once for each, on the loop, when its time has come."""
        self._clock = clock
        self._due = due
        self._waiting: dict[str, float] = {}
        self._timer = WallTimer(self.look)

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, job_id: str, due_at_s: float) -> None:
        """Once more gives it another time."""
        self._waiting[job_id] = due_at_s
        self._arm()

    def drop(self, job_id: str) -> None:
        """It waits no more. Once more does no harm."""
        if self._waiting.pop(job_id, None) is not None:
            self._arm()

    def look(self) -> None:
        """Whose time has come."""
        now_s = self._clock.now_s()
        for job_id in [name for name, due_at_s in self._waiting.items() if due_at_s <= now_s]:
            del self._waiting[job_id]
            self._due(job_id)
        self._arm()

    def close(self) -> None:
        """Nobody is woken any more."""
        self._waiting.clear()
        self._arm()

    def _arm(self) -> None:
        first_s = min(self._waiting.values(), default=None)
        self._timer.set(None if first_s is None else first_s - self._clock.now_s())


class ParkedJobs:
    """Those of `live` that wait for a limit. They come back to `queue` once, whoever wakes them."""

    def __init__(
        self,
        parts: JobParts,
        live: Mapping[str, LiveJob],
        queue: JobQueue,
        *,
        write: Callable[[Job], Awaitable[None]],
        tell: Callable[[LiveJob], None],
    ) -> None:
        self._parts, self._write = parts, write
        self._live = live
        self._queue = queue
        self._tell = tell
        self.waits = LimitWaits(parts.clock, self.wake)
        parts.shares.hear(self.look_again)
        self._hears_no_more = parts.bus.subscribe(lambda _: self.look_again(), AccountChanged)

    def put(self, live: LiveJob) -> None:
        wait = live.job.limit_wait
        if wait is not None and not wait.asks:
            self.waits.put(live.job.id, wait.due_at_s)
        live.was_parked = True
        self._tell(live)

    def wake(self, job_id: str) -> None:
        """It goes on as soon as it is its turn."""
        live = self._live.get(job_id)
        if live is None or live.is_ending or live.job.state is not JobState.PARKED:
            return
        self.waits.drop(job_id)
        live.job = replace(live.job, state=JobState.QUEUED, limit_wait=None)
        self._tell(live)
        self._queue.enter(job_id, live.cli.name)

    async def go_on(self, job: Job, *, now: bool) -> Job:
        """It may when its limit is over, or does so `now`. Raises JobNotParked, StoreError."""
        live = self._of(job)
        if now:
            live.may_go_on = live.goes_now = True
            self.wake(job.id)
        else:
            await self.allow(live)
        return live.job

    def _of(self, job: Job) -> LiveJob:
        live = self._live.get(job.id)
        if live is None or live.is_ending or live.job.limit_wait is None:
            raise JobNotParked(job.id, job.state)
        return live

    async def allow(self, live: LiveJob) -> None:
        """It may go on when its limit is over. Raises StoreError."""
        wait = live.job.limit_wait
        if wait is None or not wait.asks:
            return
        allowed = replace(wait, asks=False)
        try:
            await asyncio.to_thread(note_wait, live, allowed)
        except OSError as error:
            raise StoreUnavailable(f"That cannot be kept: {error.strerror}.") from error
        live.may_go_on = True
        if live.job.limit_wait == wait and not live.is_ending:
            live.job = replace(live.job, limit_wait=allowed)
            self.put(live)

    async def keep_back(self, live: LiveJob, low: LowWindow) -> RunVerdict:
        """What is left of a window is kept for the person: it gives its turn up, and waits."""
        wish = live.asked.limit_wait or self._parts.launcher.limit_wish(live.cli)
        now_s = self._parts.clock.now_s()
        try:
            wait = await asyncio.to_thread(below_line, live, low, wish, now_s)
            await asyncio.to_thread(note_wait, live, wait)
        except OSError as error:
            return not_started(str(error))
        job = replace(live.job, state=JobState.PARKED, limit_wait=wait)
        await self._write(job)
        live.job = job
        self._parts.breaker.ended(job)
        return RunVerdict(state=JobState.PARKED)

    def move_line(self, job: Job) -> bool:
        """A person has the line that it waits below at half, for all work. False where it waits
        below none any more."""
        live = self._live.get(job.id)
        low = None if live is None else self._parts.shares.below(live.job, live.asked)
        if low is None:
            return False
        self._parts.shares.move(low)
        return True

    def in_the_way(self, live: LiveJob) -> LowWindow | None:
        """Of one whose turn has come; once nothing is where a person said so."""
        if live.goes_now:
            live.goes_now = False
            return None
        return self._parts.shares.below(live.job, live.asked)

    def look_again(self) -> None:
        """Soon, when all that is told together is known: a line may be moved, or more be left."""
        if any(_kept_back(live) for live in self._live.values()):
            asyncio.get_running_loop().call_soon(self._look_again)

    def _look_again(self) -> None:
        for live in [each for each in self._live.values() if _kept_back(each)]:
            if self._parts.shares.below(live.job, live.asked) is None:
                self.wake(live.job.id)

    def drop(self, job_id: str) -> None:
        """It has ended."""
        self.waits.drop(job_id)

    def close(self) -> None:
        """Nobody is woken any more."""
        self._hears_no_more()
        self.waits.close()


def _kept_back(live: LiveJob) -> bool:
    return live.job.limit_wait is not None and bool(live.job.limit_wait.window)


def refuse_second(asked: Submission, lives: Iterable[LiveJob]) -> None:
    """A fork is a conversation of its own. Raises SessionBusy."""
    if asked.request.session is SessionWish.FORK:
        return
    for live in lives:
        if not live.is_ending and (_has_session(asked, live) or _has_name(asked, live)):
            raise SessionBusy(live.job.id)


def _has_session(asked: Submission, live: LiveJob) -> bool:
    return bool(asked.session_id) and asked.session_id == live.job.session_id


def _has_name(asked: Submission, live: LiveJob) -> bool:
    """By the CLI's own id, which the gateway may know by none of its own yet."""
    one, other = asked.request, live.asked.request
    return (
        bool(one.session_id)
        and (one.cli, one.session_id) == (other.cli, other.session_id)
        and other.session is not SessionWish.FORK
    )


NOT_COUNTED: Mapping[str, str] = {
    "client": "the owner's name for people",
    "label": "which of the owner's programs asks; nothing is told to the run",
    "correlation_id": "each reply has its own",
    "flight_id": "of the record",
    "has_own_flight": "of the record",
    "window_s": "says what may be shared, and is no part of what is asked",
    "force_refresh": "the same",
    "replay": "the same",
    "by_hand": "says who waits for it",
    "prompt_facts": "figures of the prompt; what is marked in it stands in the options",
}
"""Fields of a Submission, and why requests that differ in them may share a run."""
NOT_COUNTED_OF_SESSION: Mapping[str, str] = {
    "is_new": "`id` says it: one that is made for the run makes it no other",
    "new_provider_id": "made for the run",
    "working_dir": "the request's, or the session's, which its id stands for",
    "neutral_dir": "the same",
    "before": "figures, which change while it goes on",
}
_FORM = 2
"""Keys of jobs that were made before, of which some stood for any prompt, fit none of these."""


def request_key(asked: Submission, meant: CliRequest, launch: Launch) -> str:
    """SHA-256, in hex. `meant`: the request with what the settings say where it is silent; `launch`
    has what else they make of it."""
    request = _members(meant, ())
    request["prompt"] = _digest(meant.prompt.encode("utf-8", "surrogatepass"))
    if meant.working_dir:  # as it may be written with a stroke at its end; ".." may lead elsewhere
        request["working_dir"] = str(PurePath(meant.working_dir))
    request["model"] = "" if meant.model in DEFAULT_MODELS else meant.model
    sign_in = launch.sign_in
    parts = [
        _FORM,
        request,
        _members(asked, {"request", "session", *NOT_COUNTED}),
        None if asked.session is None else _of_session(asked.session),
        launch.plan.command,
        launch.servers,
        None if sign_in is None else [sign_in.account, sign_in.project],
        [launch.contained.by, launch.wish],
    ]
    return _digest(json.dumps(parts, sort_keys=True, default=_plain).encode())


def _of_session(session: SessionUse) -> dict[str, Any]:
    members = _members(session, NOT_COUNTED_OF_SESSION)
    return members | {"id": "" if session.is_new else session.id}


def _members(told: CliRequest | Submission | SessionUse, but: Collection[str]) -> dict[str, Any]:
    return {each.name: getattr(told, each.name) for each in fields(told) if each.name not in but}


def _plain(value: object) -> object:
    """What JSON has no form for. What is no value at all is like nothing else."""
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return dict(value) if isinstance(value, Mapping) else repr(value)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def may_be_shared(job: Job, request: CliRequest, *, replay: bool) -> bool:
    """Whether who asks this may be given that job, which has ended: only where running it again
    would change nothing. It could not write, and its conversation has not gone on meanwhile.
    `replay`: he wants it all the same.
    """
    return replay or (not job.changes_files and request.session is SessionWish.NEW)


def earlier_run(job: Job | None, now_s: float) -> EarlierRun | None:
    """One that has ended and may not be shared unasked. A clock that was set back tells 0 s."""
    if job is None or job.ended_at_s is None:
        return None
    return EarlierRun(job=job, ago_s=max(now_s - job.ended_at_s, 0.0))
