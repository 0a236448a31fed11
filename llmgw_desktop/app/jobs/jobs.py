"""What a job was asked and what it wrote, as plain copies where a person wants them."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from enum import StrEnum
from functools import partial
from pathlib import Path

from llmgw_desktop.domain.cli import CliEvent, CliName, SessionWish
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.flights.spending import AgentSpending
from llmgw_desktop.domain.jobs.cli_settings import Contained
from llmgw_desktop.domain.jobs.job import Job, JobState, Session
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.usage import NO_FACTS
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.enclosure import contained_of
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.engine.jobs.spool import Spool
from llmgw_desktop.engine.jobs.supervisor import Supervisor
from llmgw_desktop.engine.runs.sessions import Sessions


def save_copies(folder: JobFolder, target: Path) -> Path:
    """In a folder of their own, for the person alone; what lies there already is not written over.
    Waits for disk and vault. Raises StoreUnavailable, VaultError, StoreError."""
    made = target / folder.path.name
    try:
        made.mkdir(mode=0o700)
        for path in folder.texts():
            handle = os.open(made / path.name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as copy, folder.open(path) as file:
                shutil.copyfileobj(file, copy)
    except FileExistsError as error:
        raise StoreUnavailable(f"{made} is there already; name another folder.") from error
    except OSError as error:
        raise StoreUnavailable(f"Its files cannot be saved in {made}: {error.strerror}.") from error
    return made


MOST_LISTED = 1000
GO_ON = "You were interrupted. Go on where you stopped."
"""To a CLI whose run was cut off."""
_STDERR_PIECE = 64 * 1024


class StateChoice(StrEnum):
    """Which jobs are listed, by how they stand."""

    ALL = "all"
    LIVE = "live"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"


STATES_OF: dict[StateChoice, frozenset[JobState]] = {
    StateChoice.ALL: frozenset(),
    StateChoice.LIVE: frozenset({JobState.QUEUED, JobState.RUNNING, JobState.PARKED}),
    StateChoice.DONE: frozenset({JobState.COMPLETED}),
    StateChoice.FAILED: frozenset({JobState.FAILED, JobState.ORPHANED}),
    StateChoice.CANCELED: frozenset({JobState.CANCELED}),
}


@value
class JobQuery:
    """A filter; empty for all."""

    state: StateChoice = StateChoice.ALL
    cli: str = ""
    text: str = ""

    def shows(self, job: Job) -> bool:
        states = STATES_OF[self.state]
        return (
            (not states or job.state in states)
            and (not self.cli or job.cli == self.cli)
            and (not self.text or _mentions(job, self.text.casefold()))
        )


class JobList:
    """All that are known: what was read, and what was told since."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def get(self, job_id: str) -> Job | None:
        return self._jobs.get(job_id)

    def take(self, read: Iterable[Job]) -> None:
        """In place of all: but what was told of one is newer where it got further."""
        before, self._jobs = self._jobs, {job.id: job for job in read}
        for job in before.values():
            if job.is_live or job.id in self._jobs:
                self.note(job)

    def note(self, job: Job) -> None:
        known = self._jobs.get(job.id)
        if known is None or _progress(job) >= _progress(known):
            self._jobs[job.id] = job
        if len(self._jobs) > 2 * MOST_LISTED:
            self._forget_old()

    def shown(self, query: JobQuery) -> list[Job]:
        """Those that run, those that wait, then those that ended; each newest first."""
        found = [job for job in self._jobs.values() if query.shows(job)]
        return sorted(found, key=_rank, reverse=True)

    def _forget_old(self) -> None:
        """The page may be out of sight for weeks."""
        kept = self.shown(JobQuery())[:MOST_LISTED]
        self._jobs = {job.id: job for job in kept}

    def of_session(self, session_id: str) -> list[Job]:
        """Newest first."""
        found = [job for job in self._jobs.values() if job.session_id == session_id]
        return sorted(found, key=_age, reverse=True)

    @property
    def live(self) -> list[Job]:
        """Oldest first."""
        return sorted((job for job in self._jobs.values() if job.is_live), key=_age)

    def place(self, job: Job) -> int | None:
        """Which one it is in the queue of its CLI, from 1 on; None if it does not wait."""
        waiting = [each.id for each in self.live if (each.state, each.cli) == (_WAITS, job.cli)]
        return waiting.index(job.id) + 1 if job.id in waiting else None


@value
class CliWays:
    """What is known of CLIs themselves."""

    ready: Callable[[], Sequence[str]] = tuple
    """The names of those that can be asked."""
    sign_in: Callable[[CliName], str] = lambda _: ""
    """How one signs in."""


class Jobs:
    """`recent`, `ready`, `asked` and `stderr` wait for the disk; all else is quick or awaited."""

    def __init__(
        self,
        runs: Supervisor,
        folders: JobFolders,
        clock: Clock,
        *,
        clis: CliWays | None = None,
        sessions: Sessions | None = None,
        agents: Callable[[str], Sequence[AgentSpending]] = lambda _: (),
    ) -> None:
        """`agents`: who asked in a job, by its id; waits for the disk."""
        clis = clis or CliWays()
        self.agents = agents
        self._runs = runs
        self._folders = folders
        self._clock = clock
        self.ready, self.sign_in = clis.ready, clis.sign_in
        self._sessions = sessions
        self.went_on: tuple[Job, ...] = ()
        """Those that an earlier start left running or waiting, as they were found."""

    def take_over(self) -> None:
        """Right after the supervisor has found them again."""
        self.went_on = self._runs.live

    def now_s(self) -> float:
        return self._clock.now_s()

    @property
    def live(self) -> tuple[Job, ...]:
        """Oldest first."""
        return self._runs.live

    def recent(self) -> list[Job]:
        """Newest first. Raises StoreError."""
        return list(self._runs.list(limit=MOST_LISTED))

    def sessions(self) -> list[Session]:
        """With CLIs, the last used first. Raises StoreError."""
        if self._sessions is None:
            return []
        return list(self._sessions.everybodys(limit=MOST_LISTED))

    async def forget(self, session: Session) -> None:
        """The gateway's knowledge of it; the CLI keeps what was said. Raises StoreError,
        NoSuchSession."""
        if self._sessions is not None:
            await self._sessions.delete(session.id, session.owner)

    def watch(self, job_id: str) -> AsyncGenerator[CliEvent, None]:
        """All that it said, and says until it ends."""
        return _closable(self._runs.watch(job_id))

    async def answer(self, job_id: str) -> str:
        """What it answered, as far as it came."""
        result = await self._runs.result(job_id)
        return "" if result is None else result.text

    async def cancel(self, job_id: str) -> None:
        """Returns when nothing of it runs any more."""
        await self._runs.cancel(job_id)

    async def go_on_parked(self, job_id: str, *, now: bool) -> None:
        """It may when its limit is over, or does so `now`. Raises JobNotParked, StoreError."""
        await self._runs.go_on(job_id, now=now)

    async def again(self, job_id: str) -> Job:
        """The same once more, as a job of its own. Raises StoreUnavailable, InvalidRun, Saturated,
        StoreError."""
        asked = await asyncio.to_thread(self._asked, job_id)
        request = asked.request
        if request.session is SessionWish.NEW:
            # A CLI takes an id of ours once.
            request = replace(request, session_id="")
        return await self._submitted(replace(asked, request=request))

    async def go_on(self, job: Job) -> Job:
        """A job of its own that goes on with the session of one that was cut off. Raises as
        `again`, and SessionBusy."""
        asked = await asyncio.to_thread(self._asked, job.id)
        if asked.session is None or not job.can_go_on:
            raise StoreUnavailable("Its session is not known.")
        request = replace(
            asked.request,
            prompt=GO_ON,
            session=SessionWish.RESUME,
            session_id=job.figures.provider_session_id or "",
        )
        return await self._submitted(
            replace(
                asked,
                request=request,
                session=replace(asked.session, is_new=False, new_provider_id=""),
                prompt_facts=NO_FACTS,
            )
        )

    async def _submitted(self, asked: Submission) -> Job:
        """A run of its own."""
        anew = replace(asked, force_refresh=True, flight_id="", correlation_id="")
        return (await self._runs.submit(anew)).job

    async def ended(self, job_ids: Sequence[str]) -> None:
        """Until none of these is live."""
        for job_id in job_ids:
            await self._runs.wait(job_id)

    async def stop_all(self) -> None:
        """Cancel all that is live; returns when nothing of it runs any more."""
        await self._runs.stop_all()

    def folder(self, job_id: str) -> Path:
        """Where what it wrote is kept."""
        return self._folders.kept(job_id).path

    def contained(self, job_id: str) -> Contained | None:
        """How it was started; None where that is not known, or it has not begun."""
        return contained_of(self._folders.named(job_id))

    def are_encrypted(self, job: Job) -> bool:
        """Whether another program could make nothing of its files."""
        return not job.is_live and self._folders.at_rest.is_on

    async def save_files(self, job_id: str, target: Path) -> Path:
        """Plain copies, in a folder below this one, which is returned. Raises StoreUnavailable,
        VaultError, StoreError."""
        return await asyncio.to_thread(save_copies, self._folders.kept(job_id), target)

    def heard_at_s(self, job_id: str) -> float | None:
        """When it last wrote something; None where it has not begun."""
        folder = self._folders.kept(job_id)
        with suppress(OSError):
            return max(path.stat().st_mtime for path in (folder.stdout, folder.stderr))
        return None

    def stderr(self, job_id: str) -> "StderrTail":
        """Of one that has ended after `watch` has begun to tell: it waits for no vault then."""
        folder = self._folders.kept(job_id)
        return StderrTail(partial(folder.spool, folder.stderr))

    def _asked(self, job_id: str) -> Submission:
        try:
            return self._folders.asked(self._folders.find(job_id))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise StoreUnavailable("What this job was asked is not kept any more.") from error


class StderrTail:
    """What a run says beside its output, from near its end on, as it grows."""

    def __init__(self, opened: Callable[[], Spool]) -> None:
        self._opened = opened
        self._spool: Spool | None = None
        self.heard_size = 0

    def read(self) -> tuple[bytes, bool]:
        """At most one piece, and whether something was passed over to keep up."""
        if self._spool is None:
            with suppress(OSError):
                self._spool = self._opened()
        if self._spool is None:
            return b"", False
        self.heard_size = self._spool.size
        latest = self.heard_size - _STDERR_PIECE
        is_behind = latest > self._spool.offset
        if is_behind:
            self._spool.offset = latest
        return self._spool.read(_STDERR_PIECE), is_behind

    def close(self) -> None:
        if self._spool is not None:
            self._spool.close()


_WAITS = JobState.QUEUED
_STEPS = {JobState.PARKED: 0, JobState.QUEUED: 1, JobState.RUNNING: 2}
"""Within one of its runs, in their order."""
_ENDED = 1 << 30


async def _closable(events: AsyncIterator[CliEvent]) -> AsyncGenerator[CliEvent, None]:
    """So that who stops in the middle can say so."""
    try:
        async for event in events:
            yield event
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()


def _mentions(job: Job, text: str) -> bool:
    figures = job.figures
    texts = (job.title, job.client, job.cli, job.model, figures.model, job.id, job.error)
    places = (job.working_dir, job.session_id, figures.provider_session_id)
    return any(text in words.casefold() for words in (*texts, *places) if words)


def _progress(job: Job) -> int:
    if job.is_live:
        return 3 * job.retries + _STEPS[job.state]
    return _ENDED


def _rank(job: Job) -> tuple[int, float, str]:
    group = {JobState.RUNNING: 3, JobState.QUEUED: 2, JobState.PARKED: 1}.get(job.state, 0)
    return group, *_age(job)


def _age(job: Job) -> tuple[float, str]:
    return job.asked_at_s, job.id
