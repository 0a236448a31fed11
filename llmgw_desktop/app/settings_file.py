"""The settings file while the program runs: read again when it has changed, never when it is wrong.

Whoever is about to use the settings asks `refresh`, which looks at the file's date at most once a
second; so does whoever watches the file, so that a mistake is told before anybody asks.
"""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.domain.events import SettingsChanged
from llmgw_desktop.store.settings import load_settings

if TYPE_CHECKING:
    from llmgw_desktop.domain.settings import LoadedSettings

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
