"""One gateway per home: a lock that the system lets go when the process ends, however it ends."""

import os
import time
from pathlib import Path

from llmgw_desktop.platform.files import lock, share, try_lock
from llmgw_desktop.store.private_files import open_own

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
