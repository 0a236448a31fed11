"""One gateway per home: a lock that the system lets go when the process ends, however it ends; the
file by which other programs find the gateway that runs; and its mark, by which it knows a request
that comes back to it.

Whether the process of that file still lives is left to whoever reads it.
"""

import json
import logging
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.domain.values import value
from llmgw_desktop.platform.files import lock, share, take_away, try_lock
from llmgw_desktop.store.private_files import open_own, write_first, write_whole

if TYPE_CHECKING:
    import ssl


HANDED = "LLMGW_HELD_LOCK"
"""The variable by which a program hands the lock that it holds to its next start: its own process
id, which stays the same, and the lock's number."""
_LOOK_S = 0.02
"""Shorter than any other program needs to start: who waits is the first."""


class InstanceLock:
    """Held from `take` until `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self, note: str = "") -> bool:
        """False if another process holds it; it finds the `note` of who does. Raises OSError if
        the folder cannot be written."""
        if (handed := self._handed()) is not None:
            return self._hold(handed, note)
        handle = open_own(self._path, os.O_RDWR | os.O_CREAT)
        if not try_lock(handle):
            os.close(handle)
            return False
        return self._hold(handle, note)

    @property
    def handle(self) -> int | None:
        """While it is held."""
        return self._handle

    def _hold(self, handle: int, note: str) -> bool:
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, f"{os.getpid()} {note}".strip().encode())
        self._handle = handle
        return True

    def _handed(self) -> int | None:
        """Of this very lock, from this process's start before this one; once."""
        pid, _, number = os.environ.pop(HANDED, "").partition(" ")
        if pid != str(os.getpid()) or not number.isdecimal():
            return None
        try:
            if not os.path.samestat(os.fstat(int(number)), self._path.stat()):
                return None
            os.set_inheritable(int(number), False)
        except OSError:
            return None
        return int(number)

    def take_within(self, patience_s: float) -> bool:
        """As soon as the holder lets it go. Waits."""
        deadline = time.monotonic() + patience_s
        while not self.take():
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_S)
        return True

    def holder_pid(self) -> int | None:
        """The pid that the holder wrote down, for a sentence; None where it cannot be read."""
        return self.holder()[0]

    def holder(self) -> tuple[int | None, str]:
        """That and its note."""
        try:
            pid, _, note = self._path.read_text().partition(" ")
            return int(pid), note
        except (OSError, ValueError):
            return None, ""

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


class UseLock:
    """For those who use the engine `hold`; for the engine the rest. All wait but `end_unused`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def hold(self) -> None:
        """Until the process ends or `release`. Raises OSError."""
        if self._handle is None:
            handle = open_own(self._path, os.O_RDWR | os.O_CREAT)
            share(handle)
            self._handle = handle

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def wait_unused(self) -> None:
        """Until nobody holds it. Raises OSError."""
        handle = open_own(self._path, os.O_RDWR | os.O_CREAT)
        try:
            lock(handle)
        finally:
            os.close(handle)

    def end_unused(self) -> bool:
        """Keep everybody away if nobody holds it: who comes now waits until this process has
        ended. Raises OSError."""
        handle = open_own(self._path, os.O_RDWR | os.O_CREAT)
        if not try_lock(handle):
            os.close(handle)
            return False
        self._handle = handle
        return True


@value
class RunFile:
    """What a running gateway says of itself."""

    url: str
    pid: int
    started_at_s: float
    started_ticks: int | None = None
    """When the process began, in the system's own ticks: a later one of its pid has others."""
    mcp: str = ""
    """The address of the MCP door."""
    certificate: str = ""
    """The file of the door's certificate, where its connections are TLS."""
    can_restart: bool = False
    """It starts anew when it is asked by the signal."""


def write_run_file(path: Path, told: RunFile) -> None:
    """Raises OSError."""
    write_whole(path, json.dumps(asdict(told)).encode() + b"\n")


def read_run_file(path: Path) -> RunFile | None:
    """None if there is none, or none that can be understood."""
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    url, pid, started_at_s = (told.get(name) for name in ("url", "pid", "started_at_s"))
    if not isinstance(url, str) or type(pid) is not int or pid <= 0:
        return None
    if not isinstance(started_at_s, int | float) or isinstance(started_at_s, bool):
        return None
    ticks, mcp, certificate = (told.get(name) for name in ("started_ticks", "mcp", "certificate"))
    return RunFile(
        url=url,
        pid=pid,
        started_at_s=float(started_at_s),
        started_ticks=ticks if type(ticks) is int else None,
        mcp=mcp if isinstance(mcp, str) else "",
        certificate=certificate if isinstance(certificate, str) else "",
        can_restart=told.get("can_restart") is True,
    )


def remove_run_file(path: Path) -> None:
    """Raises OSError, but not for a file that is gone already."""
    take_away(path)


def own_context(certificate: str) -> "ssl.SSLContext":
    """For connections of this person's programs to the gateway that wrote the file: they trust
    its certificate and no other, whatever name it is for. Raises OSError."""
    import ssl  # most gateways need none

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(Path(certificate).expanduser())
    return context


MARK_FILE = "gateway.mark"
_log = logging.getLogger(__name__)


def load_or_make_mark(data_folder: Path) -> str:
    """Random, and no secret. The same from start to start, or where it cannot be kept, for this
    one."""
    import secrets

    from llmgw_desktop.domain.routing.hops import is_mark  # programs that only ask need none

    path = data_folder / MARK_FILE
    made = secrets.token_hex(6)
    try:
        if write_first(path, f"{made}\n".encode()):
            return made
        kept = path.read_text("ascii", "replace").strip()
    except OSError as error:
        _log.warning("the gateway's mark %s cannot be kept: %s", path, error)
        return made
    return kept if is_mark(kept) else made
