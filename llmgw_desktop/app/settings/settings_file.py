"""The settings file while the program runs: read again when it has changed, never when it is wrong.

Whoever is about to use the settings asks `refresh`, which looks at the file's date at most once a
second; so does whoever watches the file, so that a mistake is told before anybody asks.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.events import SettingsChanged
from llmgw_desktop.domain.values import value
from llmgw_desktop.platform import files
from llmgw_desktop.store.settings.editor import Edit, Written
from llmgw_desktop.store.settings.reader import load_settings

if TYPE_CHECKING:
    from llmgw_desktop.domain.settings.whole import LoadedSettings


LOOK_EVERY_S = 1.0
_log = logging.getLogger(__name__)
_Mark = tuple[int, int, int] | None


class SettingsFile:
    """Remembers the last good settings."""

    def __init__(self, path: Path, env: Mapping[str, str], clock: Clock) -> None:
        self._path = path
        self._env = env
        self._clock = clock
        self._looked_at_s = clock.monotonic_s()
        self._mark = self._look()
        self.loaded: LoadedSettings = load_settings(path, env)
        self._first = self.loaded.settings

    def refresh(self, *, now: bool = False) -> SettingsChanged | None:
        """What changed since the last look, or None. A broken file is news without new settings."""
        at_s = self._clock.monotonic_s()
        if not now and at_s - self._looked_at_s < LOOK_EVERY_S:
            return None
        self._looked_at_s = at_s
        mark = self._look()
        if mark == self._mark:
            return None
        self._mark = mark
        try:
            self.loaded = load_settings(self._path, self._env)
        except ConfigError as error:
            _log.warning("the settings stay as they were: %s", error)
            return SettingsChanged(settings=self.loaded.settings, problem=str(error))
        _log.info("settings read again from %s", self._path)
        warnings = (*self.loaded.warnings, *self._waiting_for_a_start())
        for warning in warnings:
            _log.warning(warning)
        return SettingsChanged(settings=self.loaded.settings, warnings=warnings)

    def _waiting_for_a_start(self) -> list[str]:
        """The door stays where it was opened."""
        now, then = self.loaded.settings.http, self._first.http
        if now == then:
            return []
        return [f"{self._path}: changes in [http] take effect at the next start."]

    def _look(self) -> _Mark:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino)


@value
class SettingsWish:
    """`edit` may wait for the disk, so a worker calls it."""

    edit: Callable[[], Edit]
    said: str
    """What is true once it is done, as a sentence."""
    can_undo: bool = True


class SettingsWriter(Protocol):
    """What is asked of `store/settings/editor.py`."""

    def apply(self, edit: Edit, *, overrule: bool = False) -> Written: ...

    def undo(self, written: Written) -> None: ...


SETTLE_S = 0.2
"""Editors save in several steps."""
_WRITTEN, _MOVED_FROM, _MOVED_TO, _MADE, _DELETED, _GONE = 0x8, 0x40, 0x80, 0x100, 0x200, 0x400
_CHANGES = _WRITTEN | _MOVED_FROM | _MOVED_TO | _MADE | _DELETED | _GONE
_NEWS_BYTES = 64 * 1024


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
            self._news = files.open_news()
        except OSError as error:
            _log.info("the settings file is looked at with each request only: %s", error)
            return False
        self._hold(self._news)
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
        if self._news is not None:
            self._hold(self._news)
        self._check()

    def _hold(self, news: int) -> None:
        """Anew each time: the name may stand for another file than before, a link for one
        elsewhere. Who is held already is not held twice."""
        for path in (self._file.parent, self._file):
            files.watch(news, path, _CHANGES)
