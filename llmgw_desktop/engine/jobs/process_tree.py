"""A run's processes: found by their mark, taken over after a restart of ours, missed where the
keeper is gone, and ended.
"""

import asyncio
import functools
import os
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum

from llmgw_desktop.domain.jobs.job import Job, JobProcess
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.containment.containment import PROGRAM
from llmgw_desktop.engine.jobs import keeper
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.news import News
from llmgw_desktop.platform import processes
from llmgw_desktop.platform.keepers import is_helper
from llmgw_desktop.platform.processes import (
    ProcessMark,
    Seen,
    all_processes,
    ask_to_end,
    command_line,
    is_marked,
    kill,
    started_ticks,
)


@functools.cache
def boot_id() -> str:
    """Another after each restart of the computer; empty where the system tells none."""
    return processes.boot_id()


def was_restarted_since(folder: JobFolder) -> bool:
    """The computer, since the run of this folder was started. Unknown is no."""
    began_in, now = folder.boot(), boot_id()
    return bool(began_in and now) and began_in != now


TERM_GRACE_S = 5.0
_MOST_ROUNDS = 400


class _Census:
    """All processes of the computer, counted once for all who ask at the same time: when many runs
    end together, each would else look at all of them for itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at_s = -1.0
        self._seen: dict[int, Seen] = {}

    def since(self, asked_at_s: float) -> dict[int, Seen]:
        """As they were then or later, by their numbers."""
        with self._lock:
            if self._at_s < asked_at_s:
                self._at_s = time.monotonic()
                self._seen = {each.mark.pid: each for each in all_processes()}
            return self._seen


_CENSUS = _Census()
_WALKER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="processes")
"""One, so that the loop never waits behind several for the interpreter."""


class ProcessTree:
    """The processes of one job, but for its keeper."""

    def __init__(self, job_id: str, keeper: JobProcess | None) -> None:
        self._job_id = job_id
        self._keeper = None if keeper is None else keeper.pid
        self._since = 0 if keeper is None else keeper.started_ticks
        self._known: set[ProcessMark] = set()
        self._walls: set[ProcessMark] = set()
        """What contains the run: it ends by itself, right after the run, whose end it tells. Ended
        first it would take all within along at once."""

    def find(self, asked_at_s: float | None = None) -> set[ProcessMark]:
        """Those that are alive, now or since it was asked. Looks at all of the computer's: some
        milliseconds, for a thread."""
        seen = _CENSUS.since(time.monotonic() if asked_at_s is None else asked_at_s)
        ours = {
            pid
            for pid, each in seen.items()
            if each.mark in self._known or each.session == self._keeper or self._is_marked(each)
        }
        grows = True
        while grows:
            more = {p for p, each in seen.items() if each.parent in ours} - ours
            ours |= more
            grows = bool(more)
        ours -= {self._keeper, os.getpid()}
        self._known = {seen[pid].mark for pid in ours if pid in seen}
        self._walls = {seen[pid].mark for pid in ours if pid in seen and self._is_wall(pid, seen)}
        return set(self._known)

    def _is_marked(self, seen: Seen) -> bool:
        """What was there before the run is none of it."""
        return seen.mark.started_ticks >= self._since and is_marked(seen.mark.pid, self._job_id)

    def _is_wall(self, pid: int, seen: Mapping[int, Seen]) -> bool:
        """The keeper's own child, and the first one in its namespace."""
        each = seen[pid]
        above = seen.get(each.parent)
        is_next = each.parent == self._keeper or (
            above is not None and above.name == PROGRAM and above.parent == self._keeper
        )
        return is_next and each.name == PROGRAM

    async def end(self, grace_s: float = TERM_GRACE_S, is_over: Callable[[], bool] = bool) -> int:
        """All are asked to end; those that are left are ended, and so is what they made meanwhile.
        How many withstood even that. `is_over`: their time, before it has passed."""
        loop = asyncio.get_running_loop()
        deadline = time.monotonic() + grace_s
        asked: set[ProcessMark] = set()
        left: set[ProcessMark] = set()
        pause_s = 0.01
        for _ in range(_MOST_ROUNDS):
            left = await loop.run_in_executor(_WALKER, self.find, time.monotonic())
            if not left:
                return 0
            if time.monotonic() >= deadline or is_over():
                for mark in left:
                    kill(mark)
                pause_s = 0.02
            else:
                for mark in left - asked - self._walls:
                    ask_to_end(mark)
                asked |= left
            await asyncio.sleep(min(pause_s, max(deadline - time.monotonic(), 0.02)))
            pause_s = min(pause_s * 2, 0.25)
        return len(left)


_LOOKS = 50
_PAUSE_S = 0.02


class Fate(StrEnum):
    """How it is found."""

    RUNS = "runs"
    ENDED = "ended"
    """Its exit status is there, or nobody will ever write it."""
    NEVER_BEGAN = "never began"


@value
class Found:
    """`process` of one that runs."""

    fate: Fate
    process: JobProcess | None = None


def look(job: Job, folder: JobFolder) -> Found:
    """Looks at the computer's processes and may wait a little: for a thread."""
    if was_restarted_since(folder):
        return Found(fate=Fate.ENDED)  # whoever has its numbers now is somebody else
    for _ in range(_LOOKS):
        process = _keeper_of(job, folder)
        if process is not None:
            return Found(fate=Fate.RUNS, process=process)
        if job.process is not None or keeper.read_keeper(folder) is not None:
            return Found(fate=Fate.ENDED)
        if not ProcessTree(job.id, None).find():
            return Found(fate=Fate.NEVER_BEGAN)
        # Its keeper has been started and has not yet said so.
        time.sleep(_PAUSE_S)
    return Found(fate=Fate.ENDED)


def _keeper_of(job: Job, folder: JobFolder) -> JobProcess | None:
    """By its number and its start; where we fell between its start and our writing it down, by
    its number and the job's mark, which no other process has."""
    known = job.process
    if known is not None:
        return known if started_ticks(known.pid) == known.started_ticks else None
    pid = keeper.read_keeper(folder)
    if pid is None or not is_marked(pid, job.id):
        return None
    ticks = started_ticks(pid)
    return None if ticks is None else JobProcess(pid=pid, started_ticks=ticks, group=pid)


class UnkeptRun:
    """`call` is called when its CLI has ended."""

    def __init__(self, tree: ProcessTree, news: News, call: Callable[[], None]) -> None:
        self._tree = tree
        self._news = news
        self._call = call
        self._cli: ProcessMark | None = None
        self._was_looked_for = False
        self._forget: Callable[[], None] = lambda: None

    @property
    def was_found(self) -> bool:
        """It went on without its keeper, whether or not it still does."""
        return self._cli is not None

    async def goes_on(self) -> bool:
        """It is looked for once; what it leaves behind is not it."""
        if not self._was_looked_for:
            self._was_looked_for = True
            self._cli = await asyncio.to_thread(self._found)
            if self._cli is not None:
                self._forget = self._news.of_end(self._cli.pid, self._call)
        cli = self._cli
        return cli is not None and started_ticks(cli.pid) == cli.started_ticks

    def close(self) -> None:
        self._forget()

    def _found(self) -> ProcessMark | None:
        """The first that the keeper started, but for its own helpers; all else came of it."""
        there = [mark for mark in self._tree.find() if not _is_helper(mark.pid)]
        return min(there, key=lambda mark: (mark.started_ticks, mark.pid), default=None)


def _is_helper(pid: int) -> bool:
    """One of the keeper's own, or gone, or not told."""
    words = command_line(pid)
    return not words or is_helper(words)
