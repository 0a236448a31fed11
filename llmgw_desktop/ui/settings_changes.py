"""Changes of the settings made in a window, and those made by hand to the file; which notices a
person wants, which the window keeps by itself."""

from collections import deque
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QSettings, QTimer, Signal
from shiboken6 import delete

from llmgw_desktop.app.settings.settings_file import SettingsWish, SettingsWriter
from llmgw_desktop.domain.errors import LlmgwError, SettingsConflict
from llmgw_desktop.domain.values import value
from llmgw_desktop.store.settings.editor import Written
from llmgw_desktop.ui.bridge import Bridge


@value
class _Asked:
    """A change that was asked for, and who is told what came of it."""

    wish: Callable[[], SettingsWish]
    done: Callable[[], None] | None
    refused: Callable[[Exception], None] | None
    conflicted: Callable[[], None] | None
    overrule: bool


class SettingsChanger(QObject):
    """One for the program. One change at a time: each sees what the one before it has made."""

    done = Signal(str, object)
    """What is true now, and the Written that takes it back, or None."""
    refused = Signal(str)
    """Why nothing was written, where the one who asked does not say it himself."""
    conflict = Signal(SettingsConflict, SettingsWish)
    settled = Signal()
    """A wish was answered, one way or another: show what is true."""

    def __init__(
        self,
        writer: SettingsWriter,
        check_settings: Callable[[], object],
        bridge: Bridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._writer = writer
        self._check_settings = check_settings
        self._bridge = bridge
        self._waiting: deque[_Asked] = deque()
        self._is_busy = False

    @property
    def is_busy(self) -> bool:
        """What is on screen may be about to change."""
        return self._is_busy

    def make(
        self,
        wish: Callable[[], SettingsWish],
        *,
        done: Callable[[], None] | None = None,
        refused: Callable[[Exception], None] | None = None,
        conflicted: Callable[[], None] | None = None,
        overrule: bool = False,
    ) -> None:
        """`wish` is called when its turn has come. `refused` is told everything but a conflict, in
        place of the signal; `conflicted` before it."""
        self._waiting.append(
            _Asked(wish=wish, done=done, refused=refused, conflicted=conflicted, overrule=overrule)
        )
        self._go_on()

    def undo(self, written: Written) -> None:
        def undone(_: None) -> None:
            self._take_over()
            self.done.emit("Undone.", None)

        def failed(error: Exception) -> None:
            self._take_over()
            self.refused.emit(_sentence(error))

        self._bridge.fetch(self, lambda: self._writer.undo(written), undone, failed)

    def _go_on(self) -> None:
        if self._is_busy or not self._waiting:
            return
        asked = self._waiting.popleft()
        wish = asked.wish()
        self._is_busy = True

        def written(result: Written) -> None:
            self._settle()
            if asked.done is not None:
                asked.done()
            can_undo = wish.can_undo and result.before != result.after
            self.done.emit(wish.said, result if can_undo else None)

        def failed(error: Exception) -> None:
            self._settle()
            self._tell(error, asked, wish)

        self._bridge.fetch(
            self,
            lambda: self._writer.apply(wish.edit(), overrule=asked.overrule),
            written,
            failed,
        )

    def _tell(self, error: Exception, asked: _Asked, wish: SettingsWish) -> None:
        if isinstance(error, SettingsConflict):
            if asked.conflicted is not None:
                asked.conflicted()
            self.conflict.emit(error, wish)
        elif asked.refused is not None:
            asked.refused(error)
        else:
            self.refused.emit(_sentence(error))

    def _settle(self) -> None:
        self._is_busy = False
        self._take_over()
        self._go_on()

    def _take_over(self) -> None:
        self._check_settings()
        self.settled.emit()


def _sentence(error: Exception) -> str:
    return str(error) if isinstance(error, LlmgwError) else f"{type(error).__name__}: {error}"


_SETTLE_MS = 200
"""Editors save in several steps."""


class SettingsFileWatch(QObject):
    """Calls `check` some time after the file or its folder has changed. Between `start` and `stop`
    it holds one of the few handles that the system gives a person's programs for this."""

    def __init__(self, file: Path, check: Callable[[], object], parent: QObject) -> None:
        super().__init__(parent)
        self._file = file
        self._check = check
        self._watcher: QFileSystemWatcher | None = None
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._look)

    def start(self) -> None:
        """Once more does no harm."""
        if self._watcher is None:
            self._watcher = QFileSystemWatcher(self)
            self._watcher.fileChanged.connect(self._note)
            self._watcher.directoryChanged.connect(self._note)
        if self._file.parent.is_dir():
            self._watcher.addPath(str(self._file.parent))
        self._hold_file(self._watcher)

    def stop(self) -> None:
        self._settle.stop()
        if self._watcher is not None:
            delete(self._watcher)
            self._watcher = None

    def _note(self) -> None:
        if not self._settle.isActive():
            self._settle.start()

    def _look(self) -> None:
        if self._watcher is not None:
            self._hold_file(self._watcher)
            self._check()

    def _hold_file(self, watcher: QFileSystemWatcher) -> None:
        """Anew each time: the name may stand for another file than before."""
        if watched := watcher.files():
            watcher.removePaths(watched)
        if self._file.exists():
            watcher.addPath(str(self._file))


Say = Callable[[str, str, Callable[[], None]], bool]


class NoticeKind(StrEnum):
    """What the tray tells of, each by itself switched on and off. The values are kept."""

    QUESTIONS = "questions"
    JOBS = "long-jobs"
    BUDGETS = "budgets"
    ALARMS = "alarms"
    FLOODS = "floods"


def is_told(settings: QSettings, kind: NoticeKind) -> bool:
    return bool(settings.value(f"notices/{kind}", True, bool))


def tell_of(settings: QSettings, kind: NoticeKind, *, on: bool) -> None:
    settings.setValue(f"notices/{kind}", on)


def told_by(say: Say, settings: QSettings, kind: NoticeKind) -> Say:
    """Says nothing while this kind is switched off."""
    return lambda title, text, do: is_told(settings, kind) and say(title, text, do)
