"""The computer's processes: which there are, when each started, and a signal to exactly one.

From /proc where there is one, else from `ps`.
"""

import os
import signal
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

from llmgw_desktop.domain.values import value

MARKER = "LLMGW_JOB_ID"
"""Set for every run: by it all its descendants are found, whatever became of their parents."""
_PROC = Path("/proc")
_PS = ("ps", "-ww", "-o", "pid=,ppid=,pgid=,state=,lstart=")
_GRAVES = ("Z", "X")


@value
class ProcessMark:
    """One process, not confused with a later one of the same number."""

    pid: int
    started_ticks: int


@value
class Seen:
    """A process that is alive."""

    mark: ProcessMark
    parent: int
    session: int
    """Its process group, where the system tells no session."""
    name: str = ""
    """As it calls itself; empty where that is not told."""


def has_proc() -> bool:
    return (_PROC / "self" / "stat").exists()


def all_processes() -> Iterator[Seen]:
    if not has_proc():
        yield from _asked_of_ps("-A")
        return
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (seen := _look(int(entry.name))) is not None:
            yield seen


def started_ticks(pid: int) -> int | None:
    """When it started, in the system's own ticks; None if it is not there, or only its grave."""
    seen = _look(pid) if has_proc() else next(_asked_of_ps("-p", str(pid)), None)
    return None if seen is None else seen.mark.started_ticks


def is_marked(pid: int, job_id: str) -> bool:
    """Whether this process belongs to the job by its environment, as far as that can be seen."""
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False
    return f"\0{MARKER}={job_id}\0".encode() in b"\0" + environment


def send(mark: ProcessMark, number: signal.Signals) -> None:
    """A signal to exactly this process; none if it has gone."""
    try:
        handle = os.pidfd_open(mark.pid)
    except AttributeError:
        _send_by_number(mark, number)
        return
    except OSError:
        return
    try:
        if started_ticks(mark.pid) == mark.started_ticks:
            signal.pidfd_send_signal(handle, number)
    except OSError:
        return
    finally:
        os.close(handle)


def _send_by_number(mark: ProcessMark, number: signal.Signals) -> None:
    try:
        if started_ticks(mark.pid) == mark.started_ticks:
            os.kill(mark.pid, number)
    except OSError:
        return


def _look(pid: int) -> Seen | None:
    try:
        with open(f"{_PROC}/{pid}/stat", "rb", buffering=0) as file:  # noqa: PTH123 - quicker
            text = file.read()
    except OSError:
        return None
    # The name in brackets may hold anything, brackets and spaces too.
    fields = text[text.rfind(b")") + 2 :].decode("ascii", "replace").split()
    if len(fields) < 20 or fields[0] in _GRAVES:
        return None
    mark = ProcessMark(pid=pid, started_ticks=int(fields[19]))
    name = text[text.find(b"(") + 1 : text.rfind(b")")].decode("utf-8", "replace")
    return Seen(mark=mark, parent=int(fields[1]), session=int(fields[3]), name=name)


def _asked_of_ps(*which: str) -> Iterator[Seen]:
    env = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
    try:
        told = subprocess.run(  # noqa: S603 - no shell, a fixed command
            (*_PS, *which), capture_output=True, text=True, env=env, check=False
        )
    except OSError:
        return
    for line in told.stdout.splitlines():
        pid, parent, group, state, started = line.split(None, 4)
        if not state.startswith(_GRAVES):
            # Of a date only whether it is the same one is ever asked.
            mark = ProcessMark(pid=int(pid), started_ticks=zlib.crc32(started.encode()))
            yield Seen(mark=mark, parent=int(parent), session=int(group))
