"""Windows' processes: a snapshot tells which there are, a handle means exactly one.

A run's processes are those of its job object, whose name is made of the job's id: whatever they
start is in it as well, and nobody leaves it. The keeper makes it (`keeper_windows.py`).
"""

import ctypes
import os
import sys
import threading
import time
import winreg
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ctypes import wintypes

from llmgw_desktop.platform.marks import EndHandle, ProcessMark, Seen

assert sys.platform == "win32"

BOOTS = r"SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management\PrefetchParameters"
"""Where the registry has that count."""
_TERMINATE, _QUERY, _INSPECT, _SYNCHRONIZE = 0x0001, 0x1000, 0x0400, 0x00100000
_JOB_QUERY, _EVENT_MODIFY = 0x0004, 0x0002
_SNAP_PROCESSES = 0x2
_STILL_RUNS = 0x102
_FOR_EVER = 0xFFFFFFFF
_ENDED_BY_US = 137
"""The exit code of what we end: what a shell says of a killed program."""
_CTRL_BREAK, _CONSOLE_ENDS = 1, (2, 5, 6)
"""What a console says: these are that it is closed, that its person goes, and that Windows ends."""
_LONGEST_END_S = 60.0
"""Longer than Windows waits."""
_Heard = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)
_heard: list[object] = []
"""Kept for as long as the system may call them."""
_kernel = ctypes.WinDLL("kernel32", use_last_error=True)
_MAKERS = ("OpenProcess", "OpenJobObjectW", "OpenEventW", "CreateEventW")
for _name in (*_MAKERS, "CreateToolhelp32Snapshot"):
    getattr(_kernel, _name).restype = wintypes.HANDLE
_kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
_NO_HANDLE = wintypes.HANDLE(-1).value


class _Entry(ctypes.Structure):
    """PROCESSENTRY32W."""

    _fields_ = (
        ("size", wintypes.DWORD),
        ("usage", wintypes.DWORD),
        ("pid", wintypes.DWORD),
        ("heap", ctypes.c_size_t),
        ("module", wintypes.DWORD),
        ("threads", wintypes.DWORD),
        ("parent", wintypes.DWORD),
        ("priority", wintypes.LONG),
        ("flags", wintypes.DWORD),
        ("name", wintypes.WCHAR * 260),
    )


def all_processes() -> Iterator[Seen]:
    """Those that may be asked when they started: this person's own, and most others."""
    found = {}
    for entry in _entries():
        pid = int(entry.pid)
        if (ticks := started_ticks(pid)) is not None:
            found[pid] = (ticks, int(entry.parent), str(entry.name))
    for pid, (ticks, parent, name) in found.items():
        # A parent that has gone leaves its number to others.
        is_parent = parent in found and found[parent][0] <= ticks
        mark = ProcessMark(pid=pid, started_ticks=ticks)
        yield Seen(mark=mark, parent=parent if is_parent else 0, session=0, name=name)


def _entries() -> Iterator[_Entry]:
    snapshot = _kernel.CreateToolhelp32Snapshot(_SNAP_PROCESSES, 0)
    if snapshot in (None, _NO_HANDLE):
        return
    try:
        entry = _Entry(size=ctypes.sizeof(_Entry))
        goes_on = _kernel.Process32FirstW(wintypes.HANDLE(snapshot), ctypes.byref(entry))
        while goes_on:
            yield entry
            goes_on = _kernel.Process32NextW(wintypes.HANDLE(snapshot), ctypes.byref(entry))
    finally:
        _kernel.CloseHandle(snapshot)


def started_ticks(pid: int) -> int | None:
    """When it was made, in 100 nanoseconds since 1601; None if it is not there any more."""
    with _opened(pid, _QUERY | _SYNCHRONIZE) as handle:
        return None if handle is None else _ticks_of(handle)


def _ticks_of(handle: wintypes.HANDLE) -> int | None:
    if _kernel.WaitForSingleObject(handle, 0) != _STILL_RUNS:
        return None
    times = [wintypes.FILETIME() for _ in range(4)]
    if not _kernel.GetProcessTimes(handle, *map(ctypes.byref, times)):
        return None
    return int(times[0].dwHighDateTime) << 32 | int(times[0].dwLowDateTime)


def is_marked(pid: int, job_id: str) -> bool:
    """Whether this process is in the run's job object."""
    job = _kernel.OpenJobObjectW(_JOB_QUERY, False, job_name(job_id))
    if not job:
        return False
    try:
        is_in = wintypes.BOOL()
        with _opened(pid, _INSPECT) as handle:
            return handle is not None and bool(
                _kernel.IsProcessInJob(handle, wintypes.HANDLE(job), ctypes.byref(is_in))
                and is_in.value
            )
    finally:
        _kernel.CloseHandle(job)


def job_name(job_id: str) -> str:
    """Of the job object; of this person's own session."""
    return f"Local\\llmgw-job-{job_id}"


def asked_event(pid: int) -> str:
    """The name of what says that a process be asked to end: its keeper waits for it, and a gateway
    for its own."""
    return f"Local\\llmgw-end-{pid}"


def _anew_event(pid: int) -> str:
    return f"Local\\llmgw-anew-{pid}"


def command_line(pid: int) -> list[bytes] | None:
    """None: not told."""
    return None


def boot_id() -> str:
    """How often this Windows was started; empty where it keeps no count. The hour of its start
    would be another each time that the clock is set."""
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, BOOTS) as kept:
            return str(winreg.QueryValueEx(kept, "BootId")[0])
    except OSError:
        return ""


def ask_to_end(mark: ProcessMark) -> None:
    """A run's own program is asked as by Ctrl+Break, through its keeper; a gateway hears it
    itself; nobody else can be asked."""
    if started_ticks(mark.pid) == mark.started_ticks:
        _tell(asked_event(mark.pid))


def ask_anew(pid: int) -> None:
    """A gateway, which hears it, to end and start again. Raises OSError where it does not."""
    if not _tell(_anew_event(pid)):
        raise ctypes.WinError(ctypes.get_last_error())


def _tell(name: str) -> bool:
    """Whether somebody waits for it."""
    event = _kernel.OpenEventW(_EVENT_MODIFY, False, name)
    if not event:
        return False
    _kernel.SetEvent(wintypes.HANDLE(event))
    _kernel.CloseHandle(event)
    return True


def hear_end(asked: Callable[[], None]) -> None:
    """From now on `asked` is called, in a thread, when this process is asked to end, also by what
    its console says: Ctrl+Break, that it is closed, that the session ends."""
    _hear(asked_event(os.getpid()), asked)
    heard = _Heard(lambda what: console_said(what, asked))
    _heard.append(heard)
    _kernel.SetConsoleCtrlHandler(heard, True)


def console_said(what: int, asked: Callable[[], None]) -> bool:
    """Whether it was ours to hear. In a thread that the system makes for it: when that returns from
    the end of a console, the process is ended at once, so it stays until we have ended, or until
    the system has waited long enough."""
    if what not in (_CTRL_BREAK, *_CONSOLE_ENDS):
        return False  # Ctrl+C, which Python hears
    with suppress(RuntimeError):  # the loop has ended already
        asked()
    if what in _CONSOLE_ENDS:
        time.sleep(_LONGEST_END_S)
    return True


def hear_anew(asked: Callable[[], None]) -> None:
    """As `hear_end`, when it is asked to start again. Call it from the main thread."""
    _hear(_anew_event(os.getpid()), asked)


def hear_no_more() -> None:
    """Who asks while this process becomes its next start is late, and ends nothing: the names go
    with the process."""


def _hear(name: str, asked: Callable[[], None]) -> None:
    event = wintypes.HANDLE(_kernel.CreateEventW(None, False, False, name))

    def wait() -> None:
        while _kernel.WaitForSingleObject(event, _FOR_EVER) == 0:
            with suppress(RuntimeError):  # the loop has ended already
                asked()

    threading.Thread(target=wait, name=name, daemon=True).start()


def kill(mark: ProcessMark) -> None:
    """It cannot withstand."""
    with _opened(mark.pid, _TERMINATE | _QUERY | _SYNCHRONIZE) as handle:
        if handle is not None and _ticks_of(handle) == mark.started_ticks:
            _kernel.TerminateProcess(handle, _ENDED_BY_US)


def kill_child(pid: int) -> None:
    """One of our own. Raises OSError."""
    with _opened(pid, _TERMINATE) as handle:
        if handle is None or not _kernel.TerminateProcess(handle, _ENDED_BY_US):
            raise ctypes.WinError(ctypes.get_last_error())


def reap(pid: int) -> None:
    """Nothing is left of a process that has ended."""


def is_there(pid: int) -> bool:
    return started_ticks(pid) is not None


def session_of(pid: int) -> int | None:
    """None: there are none."""
    return None


def user_name(uid: int) -> str:
    """Users have no numbers here."""
    return str(uid)


def watch_end(pid: int) -> EndHandle | None:
    """None: no loop that waits for sockets can wait for a process."""
    return None


@contextmanager
def _opened(pid: int, rights: int) -> Iterator[wintypes.HANDLE | None]:
    """None where it has gone, or is not ours to ask."""
    handle = _kernel.OpenProcess(rights, False, pid)
    if not handle:
        yield None
        return
    try:
        yield wintypes.HANDLE(handle)
    finally:
        _kernel.CloseHandle(handle)
