"""All processes of a run, and their end.

A run's tools leave its group, its session and their own parents. They are found by what they cannot
all shed at once: their ancestors, the keeper's session, and the job's mark in their environment.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from llmgw_desktop.domain.job import JobProcess
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.environment import MARKER

TERM_GRACE_S = 5.0
_PROC = Path("/proc")
_MOST_ROUNDS = 400


@value
class ProcessMark:
    """One process, not confused with a later one of the same number."""

    pid: int
    started_ticks: int


@value
class _Seen:
    mark: ProcessMark
    parent: int
    session: int


class _Census:
    """All processes of the computer, counted once for all who ask at the same time: when many runs
    end together, each would else read all of /proc for itself."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at_s = -1.0
        self._seen: dict[int, _Seen] = {}

    def since(self, asked_at_s: float) -> dict[int, _Seen]:
        """As they were then or later, by their numbers."""
        with self._lock:
            if self._at_s < asked_at_s:
                self._at_s = time.monotonic()
                self._seen = {each.mark.pid: each for each in _all()}
            return self._seen


_CENSUS = _Census()
_WALKER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="processes")
"""One, so that the loop never waits behind several for the interpreter."""


class ProcessTree:
    """The processes of one job, but for its keeper."""

    def __init__(self, job_id: str, keeper: JobProcess | None) -> None:
        self._sign = f"\0{MARKER}={job_id}\0".encode()
        self._keeper = None if keeper is None else keeper.pid
        self._since = 0 if keeper is None else keeper.started_ticks
        self._known: set[ProcessMark] = set()

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
        return set(self._known)

    def _is_marked(self, seen: _Seen) -> bool:
        """What was there before the run is none of it."""
        return seen.mark.started_ticks >= self._since and _has(seen.mark.pid, self._sign)

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
                for mark in left - asked:
                    send(mark, signal.SIGTERM)
                asked |= left
            await asyncio.sleep(min(pause_s, max(deadline - time.monotonic(), 0.02)))
            pause_s = min(pause_s * 2, 0.25)
        return len(left)


def send(mark: ProcessMark, number: signal.Signals) -> None:
    """A signal to exactly this process; none if it has gone."""
    try:
        handle = os.pidfd_open(mark.pid)
    except (OSError, AttributeError):
        return
    try:
        if started_ticks(mark.pid) == mark.started_ticks:
            signal.pidfd_send_signal(handle, number)
    except OSError:
        return
    finally:
        os.close(handle)


def started_ticks(pid: int) -> int | None:
    """When it started, in the system's own ticks; None if it is not there, or only its grave."""
    seen = _look(pid)
    return None if seen is None else seen.mark.started_ticks


def is_marked(pid: int, job_id: str) -> bool:
    """Whether this process belongs to the job by its environment."""
    return _has(pid, f"\0{MARKER}={job_id}\0".encode())


def _has(pid: int, sign: bytes) -> bool:
    try:
        return sign in b"\0" + Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return False


def _all() -> Iterator[_Seen]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (seen := _look(int(entry.name))) is not None:
            yield seen


def _look(pid: int) -> _Seen | None:
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:  # noqa: PTH123 - quicker
            text = file.read()
    except OSError:
        return None
    # The name in brackets may hold anything, brackets and spaces too.
    fields = text[text.rfind(b")") + 2 :].split()
    if len(fields) < 20 or fields[0] in (b"Z", b"X"):
        return None
    mark = ProcessMark(pid=pid, started_ticks=int(fields[19]))
    return _Seen(mark=mark, parent=int(fields[1]), session=int(fields[3]))
