"""Who needs an engine that ends when nobody does: a lock that many hold at once.

The system lets go of it when a process ends, however it ends: nothing is left behind to count.
"""

import os
import sys
from pathlib import Path

from llmgw_desktop.store.private_files import open_own


class UseLock:
    """For those who use the engine `hold`; for the engine the rest. All wait but `end_unused`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def hold(self) -> None:
        """Until the process ends or `release`. Raises OSError."""
        if self._handle is None:
            handle = open_own(self._path, os.O_RDWR | os.O_CREAT)
            _share(handle)
            self._handle = handle

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def wait_unused(self) -> None:
        """Until nobody holds it. Raises OSError."""
        handle = open_own(self._path, os.O_RDWR | os.O_CREAT)
        try:
            _take(handle)
        finally:
            os.close(handle)

    def end_unused(self) -> bool:
        """Keep everybody away if nobody holds it: who comes now waits until this process has
        ended. Raises OSError."""
        handle = open_own(self._path, os.O_RDWR | os.O_CREAT)
        if not _try(handle):
            os.close(handle)
            return False
        self._handle = handle
        return True


if sys.platform == "win32":  # pragma: no cover
    import msvcrt
    import random
    import time

    _PLACES = 10_000
    """Windows shares no lock this way: each holder locks one byte, and the engine all of them."""

    def _lock(handle: int, place: int, size: int) -> bool:
        os.lseek(handle, place, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, size)
        except OSError:
            return False
        return True

    def _share(handle: int) -> None:
        while not _lock(handle, random.randrange(_PLACES), 1):  # noqa: S311 - only a free one
            time.sleep(0.05)

    def _try(handle: int) -> bool:
        return _lock(handle, 0, _PLACES)

    def _take(handle: int) -> None:
        while not _try(handle):
            time.sleep(1)

else:
    import fcntl

    def _share(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_SH)

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX)

    def _try(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
