"""Processes as every POSIX system has them: `ps` tells which there are, signals go by number."""

import calendar
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress

from llmgw_desktop.platform.marks import EndHandle, ProcessMark, Seen

assert sys.platform != "win32"

_PS = ("ps", "-ww", "-o", "pid=,ppid=,pgid=,state=,lstart=")
_GRAVES = ("Z", "X")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def all_processes() -> Iterator[Seen]:
    return _asked_of_ps("-A")


def started_ticks(pid: int) -> int | None:
    """When it started, in the system's own ticks; None if it is not there, or only its grave."""
    seen = next(_asked_of_ps("-p", str(pid)), None)
    return None if seen is None else seen.mark.started_ticks


def ask_to_end(mark: ProcessMark) -> None:
    """It may still put things in order."""
    if started_ticks(mark.pid) == mark.started_ticks:
        send_by_number(mark.pid, signal.SIGTERM)


def ask_anew(pid: int) -> None:
    """A gateway, which hears it, to end and start again. Raises OSError where it does not."""
    os.kill(pid, signal.SIGUSR2)


def hear_end(asked: Callable[[], None]) -> None:
    """From now on `asked` is called, in a thread, when this process is asked to end: by SIGTERM,
    for which loops have their own way."""


def hear_anew(asked: Callable[[], None]) -> None:
    """As `hear_end`, when it is asked to start again. Call it from the main thread."""
    signal.signal(signal.SIGUSR2, lambda *_: asked())


def hear_no_more() -> None:
    """Who asks while this process becomes its next start is late, and ends nothing."""
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)


def kill(mark: ProcessMark) -> None:
    """It cannot withstand."""
    if started_ticks(mark.pid) == mark.started_ticks:
        send_by_number(mark.pid, signal.SIGKILL)


def send_by_number(pid: int, number: signal.Signals) -> None:
    with suppress(OSError):
        os.kill(pid, number)


def kill_child(pid: int) -> None:
    """One of our own, whose number is its own until it is reaped. Raises OSError."""
    os.kill(pid, signal.SIGKILL)


def reap(pid: int) -> None:
    """Take leave of an ended process, if it is our own child."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def is_there(pid: int) -> bool:
    """An ended child of ours is reaped."""
    with suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def session_of(pid: int) -> int | None:
    """None if it has gone, or the system has none."""
    try:
        return os.getsid(pid)
    except OSError:
        return None


def user_name(uid: int) -> str:
    """The number where nobody has a name for it."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


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
            mark = ProcessMark(pid=int(pid), started_ticks=_ticks(started))
            yield Seen(mark=mark, parent=int(parent), session=int(group))


def _ticks(told: str) -> int:
    """Seconds, out of `Mon Nov 23 13:07:14 2026`; of the computer's own hour, which is enough to
    tell which of two is later."""
    _, month, day, clock, year = told.split()
    hour, minute, second = map(int, clock.split(":"))
    date = (int(year), _MONTHS.index(month) + 1, int(day), hour, minute, second)
    return calendar.timegm(date)


def boot_id() -> str:
    """Empty: not told."""
    return ""


def is_marked(pid: int, job_id: str) -> bool:
    """Not told."""
    return False


def command_line(pid: int) -> list[bytes] | None:
    """None: not told."""
    return None


def watch_end(pid: int) -> EndHandle | None:
    """None: not told."""
    return None
