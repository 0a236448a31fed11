"""Linux's processes: out of /proc where it is there, by handles where the kernel has them."""

import os
import signal
import sys
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from llmgw_desktop.platform import processes_posix
from llmgw_desktop.platform.marks import MARKER, EndHandle, ProcessMark, Seen

assert sys.platform == "linux"

_PROC = Path("/proc")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_GRAVES = ("Z", "X")


def has_proc() -> bool:
    return (_PROC / "self" / "stat").exists()


def all_processes() -> Iterator[Seen]:
    if not has_proc():
        yield from processes_posix.all_processes()
        return
    for entry in _PROC.iterdir():
        if entry.name.isdigit() and (seen := _look(int(entry.name))) is not None:
            yield seen


def started_ticks(pid: int) -> int | None:
    """When it started, in the system's own ticks; None if it is not there, or only its grave."""
    if not has_proc():
        return processes_posix.started_ticks(pid)
    seen = _look(pid)
    return None if seen is None else seen.mark.started_ticks


def is_marked(pid: int, job_id: str) -> bool:
    """Whether this process belongs to the job by its environment, as far as that can be seen."""
    try:
        environment = (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return False
    return f"\0{MARKER}={job_id}\0".encode() in b"\0" + environment


def command_line(pid: int) -> list[bytes] | None:
    """Its words; empty if it has gone. None where the system does not tell."""
    try:
        words = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return [] if has_proc() else None
    return words[:-1] if words[-1] == b"" else words


def boot_id() -> str:
    """Another after each restart of the computer; empty where the system tells none."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


def ask_to_end(mark: ProcessMark) -> None:
    """It may still put things in order."""
    send(mark, signal.SIGTERM)


def kill(mark: ProcessMark) -> None:
    """It cannot withstand."""
    send(mark, signal.SIGKILL)


def send(mark: ProcessMark, number: signal.Signals) -> None:
    """A signal to exactly this process; none if it has gone."""
    try:
        handle = os.pidfd_open(mark.pid)
    except AttributeError:  # a kernel, or a Python for one, that has none
        if started_ticks(mark.pid) == mark.started_ticks:
            processes_posix.send_by_number(mark.pid, number)
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


def watch_end(pid: int) -> EndHandle | None:
    """To be waited for until it can be read: then the process has ended. To be closed. None where
    the system does not tell. Raises ProcessLookupError where it has gone."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        raise
    except (OSError, AttributeError):
        return None
    return FileIO(handle)


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
