"""All processes of a run, and their end.

A run's tools leave its group, its session and their own parents. They are found by what they cannot
all shed at once: their ancestors, the keeper's session, and the job's mark in their environment.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from llmgw_desktop.domain.job import JobProcess
from llmgw_desktop.engine.containment.bubblewrap import PROGRAM
from llmgw_desktop.engine.jobs.processes import (
    ProcessMark,
    Seen,
    all_processes,
    is_marked,
    send,
)

TERM_GRACE_S = 5.0
_MOST_ROUNDS = 400


class _Census:
    """All processes of the computer, counted once for all who ask at the same time: when many runs
    end together, each would else read all of /proc for itself."""

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
        """Those that are alive, now or since it was asked. Reads all of /proc: some milliseconds,
        for a thread."""
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

    async def end(self, grace_s: float = TERM_GRACE_S) -> int:
        """SIGTERM for all, SIGKILL for those that are left, and for what they made meanwhile.
        How many withstood even that."""
        loop = asyncio.get_running_loop()
        deadline = time.monotonic() + grace_s
        asked: set[ProcessMark] = set()
        left: set[ProcessMark] = set()
        pause_s = 0.01
        for _ in range(_MOST_ROUNDS):
            left = await loop.run_in_executor(_WALKER, self.find, time.monotonic())
            if not left:
                return 0
            if time.monotonic() >= deadline:
                for mark in left:
                    send(mark, signal.SIGKILL)
                pause_s = 0.02
            else:
                for mark in left - asked - self._walls:
                    send(mark, signal.SIGTERM)
                asked |= left
            await asyncio.sleep(min(pause_s, max(deadline - time.monotonic(), 0.02)))
            pause_s = min(pause_s * 2, 0.25)
        return len(left)
