"""Looks after the settings file of a gateway without windows: what is saved counts at once.

The system tells (inotify), so nothing is done while nothing happens. Where it has no such thing the
file is looked at when somebody asks the gateway. With windows, Qt watches: `ui/settings_watch.py`.
"""

import asyncio
import ctypes
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

SETTLE_S = 0.2
"""Editors save in several steps."""
_WRITTEN, _MOVED_FROM, _MOVED_TO, _MADE, _DELETED, _GONE = 0x8, 0x40, 0x80, 0x100, 0x200, 0x400
_CHANGES = _WRITTEN | _MOVED_FROM | _MOVED_TO | _MADE | _DELETED | _GONE
_NEWS_BYTES = 64 * 1024
_log = logging.getLogger(__name__)


class SettingsWatch:
    """Calls `check` in the loop some time after the file or its folder has changed."""

    def __init__(self, file: Path, check: Callable[[], object]) -> None:
        self._file = file
        self._check = check
        self._news: int | None = None
        self._settle: asyncio.TimerHandle | None = None

    def start(self) -> bool:
        """False if the system does not tell of changes."""
        try:
            self._news = _open_news()
        except OSError as error:
            _log.info("the settings file is looked at with each request only: %s", error)
            return False
        self._hold()
        asyncio.get_running_loop().add_reader(self._news, self._note)
        return True

    def stop(self) -> None:
        """Once more does no harm."""
        if self._settle is not None:
            self._settle.cancel()
        if self._news is not None:
            asyncio.get_running_loop().remove_reader(self._news)
            os.close(self._news)
            self._news = None

    def _note(self) -> None:
        """What changed does not matter: the file itself is looked at."""
        if self._news is not None:
            os.read(self._news, _NEWS_BYTES)
        if self._settle is None:
            self._settle = asyncio.get_running_loop().call_later(SETTLE_S, self._look)

    def _look(self) -> None:
        self._settle = None
        self._hold()
        self._check()

    def _hold(self) -> None:
        """Anew each time: the name may stand for another file than before, a link for one
        elsewhere. Who is held already is not held twice."""
        for path in (self._file.parent, self._file):
            _libc().inotify_add_watch(self._news, os.fsencode(path), _CHANGES)


def _open_news() -> int:
    """A handle to read of changes. Raises OSError."""
    if sys.platform != "linux":
        raise OSError(f"{sys.platform} has no inotify")
    handle: int = _libc().inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if handle < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return handle


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
