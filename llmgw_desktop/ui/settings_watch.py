"""Looks after the settings file while nobody sends requests: what is saved counts at once.

Who reads the file and what comes of it is told in `app/settings_file.py`.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer

_SETTLE_MS = 200
"""Editors save in several steps."""


class SettingsWatch(QObject):
    """Calls `check` some time after the file or its folder has changed."""

    def __init__(self, file: Path, check: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._file = file
        self._check = check
        self._watcher = QFileSystemWatcher(self)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._look)
        self._watcher.fileChanged.connect(self._note)
        self._watcher.directoryChanged.connect(self._note)

    def start(self) -> None:
        """Once more does no harm."""
        if self._file.parent.is_dir():
            self._watcher.addPath(str(self._file.parent))
        self._hold_file()

    def stop(self) -> None:
        self._settle.stop()
        if watched := [*self._watcher.files(), *self._watcher.directories()]:
            self._watcher.removePaths(watched)

    def _note(self) -> None:
        if not self._settle.isActive():
            self._settle.start()

    def _look(self) -> None:
        self._hold_file()
        self._check()

    def _hold_file(self) -> None:
        """Anew each time: the name may stand for another file than before."""
        if watched := self._watcher.files():
            self._watcher.removePaths(watched)
        if self._file.exists():
            self._watcher.addPath(str(self._file))
