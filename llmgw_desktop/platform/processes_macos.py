"""macOS' processes: the kernel tells of each what it is (libproc) and what it was started with.

`proc_pidinfo` answers for this person's own processes, and what a run starts is that. Nobody has
seen it run: what reads the kernel's bytes is tried on such as its sources lay them out
(docs/macos.md).
"""

import ctypes
import select
import signal
import struct
import sys
from collections.abc import Iterator
from functools import cache

from llmgw_desktop.platform.marks import MARKER, EndHandle, ProcessMark, Seen

_BSD_INFO = struct.Struct("=12I16s32s5Ii2Q")
"""`struct proc_bsdinfo`: flags, status, exit, number, parent, six ids, one unused, two names,
files, group, jobs, terminal and its group, niceness, seconds and microseconds of its start."""
_STATUS, _PID, _PARENT, _SHORT, _NAME, _GROUP = 1, 3, 4, 12, 13, 15
_STARTED_S, _STARTED_US = 20, 21
_GRAVE = 5
"""SZOMB: it has ended, and its parent has not asked yet."""
_MICROSECONDS = 1_000_000


def seen_of_macos(told: bytes) -> Seen | None:
    """What `proc_pidinfo` tells of a process (`PROC_PIDTBSDINFO`); None where it is cut short, or
    of one that has ended."""
    if len(told) != _BSD_INFO.size:
        return None
    fields = _BSD_INFO.unpack(told)
    if fields[_PID] <= 0 or fields[_STATUS] == _GRAVE:
        return None
    name = fields[_NAME].partition(b"\0")[0] or fields[_SHORT].partition(b"\0")[0]
    started = fields[_STARTED_S] * _MICROSECONDS + fields[_STARTED_US]
    return Seen(
        mark=ProcessMark(pid=fields[_PID], started_ticks=started),
        parent=fields[_PARENT],
        session=fields[_GROUP],
        name=name.decode(errors="replace"),
    )


def words_of_macos(told: bytes) -> tuple[list[bytes], int]:
    """What `KERN_PROCARGS2` tells of a process: arguments, then its environment and what the
    system adds, and how many are arguments.

    As XNU lays it out: that number, the program's path, NULs up to a whole word of the machine,
    and the words, each with its end mark. A first argument that is empty cannot be told from them.
    """
    count = int.from_bytes(told[:4], sys.byteorder, signed=True)
    _, end, rest = told[4:].partition(b"\0")
    words = rest.lstrip(b"\0").split(b"\0")
    return (words, count) if end and 0 <= count <= len(words) else ([], 0)


if sys.platform == "darwin":  # pragma: no cover - see docs/architecture.md
    from llmgw_desktop.platform.processes_posix import send_by_number

    _ALL_PIDS, _OF_BSD = 1, 3
    _MORE = 64
    """Places for what starts meanwhile."""
    _KERN, _PROCARGS2 = 1, 49
    _MOST_BYTES = 1024 * 1024
    """What arguments and environment may have together."""

    def all_processes() -> Iterator[Seen]:
        """This person's own."""
        for pid in _pids():
            if (seen := _look(pid)) is not None:
                yield seen

    def started_ticks(pid: int) -> int | None:
        """When it started, in microseconds; None if it is not there, or only its grave."""
        seen = _look(pid)
        return None if seen is None else seen.mark.started_ticks

    def ask_to_end(mark: ProcessMark) -> None:
        """It may still put things in order."""
        _send(mark, signal.SIGTERM)

    def kill(mark: ProcessMark) -> None:
        """It cannot withstand."""
        _send(mark, signal.SIGKILL)

    def _send(mark: ProcessMark, number: signal.Signals) -> None:
        """Signals go by number, so it is looked at just before."""
        if started_ticks(mark.pid) == mark.started_ticks:
            send_by_number(mark.pid, number)

    def _pids() -> list[int]:
        ask = _libproc().proc_listpids
        places = ask(_ALL_PIDS, 0, None, 0) // ctypes.sizeof(ctypes.c_int) + _MORE
        found = (ctypes.c_int * places)()
        filled = ask(_ALL_PIDS, 0, found, ctypes.sizeof(found)) // ctypes.sizeof(ctypes.c_int)
        return [pid for pid in found[: max(filled, 0)] if pid > 0]

    def _look(pid: int) -> Seen | None:
        told = ctypes.create_string_buffer(_BSD_INFO.size)
        size = _libproc().proc_pidinfo(pid, _OF_BSD, 0, told, _BSD_INFO.size)
        return seen_of_macos(told.raw[: max(size, 0)])

    @cache
    def _libproc() -> ctypes.CDLL:
        library = ctypes.CDLL("/usr/lib/libproc.dylib")
        number, place = ctypes.c_int, ctypes.c_void_p
        library.proc_listpids.argtypes = (ctypes.c_uint32, ctypes.c_uint32, place, number)
        library.proc_pidinfo.argtypes = (number, number, ctypes.c_uint64, place, number)
        return library

    def boot_id() -> str:
        """Another after each restart of the computer; empty where the system tells none."""
        told = ctypes.create_string_buffer(64)
        size = ctypes.c_size_t(len(told))
        name = b"kern.bootsessionuuid"
        if ctypes.CDLL(None).sysctlbyname(name, told, ctypes.byref(size), None, 0):
            return ""
        return told.value.decode("ascii", "replace")

    def is_marked(pid: int, job_id: str) -> bool:
        """Whether this process belongs to the job by its environment, as far as that can be
        seen."""
        words, count = _words_of(pid)
        return f"{MARKER}={job_id}".encode() in words[count:]

    def command_line(pid: int) -> list[bytes] | None:
        """Its words; empty if it has gone."""
        words, count = _words_of(pid)
        return words[:count]

    def _words_of(pid: int) -> tuple[list[bytes], int]:
        """Arguments, then the environment, and how many are arguments."""
        names = (ctypes.c_int * 3)(_KERN, _PROCARGS2, pid)
        told = ctypes.create_string_buffer(_MOST_BYTES)
        size = ctypes.c_size_t(_MOST_BYTES)
        if ctypes.CDLL(None).sysctl(names, 3, told, ctypes.byref(size), None, 0):
            return [], 0
        return words_of_macos(told.raw[: size.value])

    def watch_end(pid: int) -> EndHandle | None:
        """To be waited for until it can be read: then the process has ended. To be closed. None
        where the system does not tell. Raises ProcessLookupError where it has gone."""
        queue = select.kqueue()
        wish = select.kevent(pid, select.KQ_FILTER_PROC, select.KQ_EV_ADD, select.KQ_NOTE_EXIT)
        try:
            queue.control([wish], 0)
        except ProcessLookupError:
            queue.close()
            raise
        except OSError:
            queue.close()
            return None
        return queue
