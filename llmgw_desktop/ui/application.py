"""Collects Python's garbage on Qt's thread alone.

Python collects in whichever thread has just made something, and what dies there may be a circle
with a widget in it. Qt's objects have to die in the thread that made them; elsewhere they now and
then corrupt the heap, or wait for each other for ever.
"""

import asyncio
import gc
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, TypeVar

from PySide6.QtCore import QEventLoop, QObject, QSettings, Qt, QTimer
from PySide6.QtGui import QSessionManager
from PySide6.QtWidgets import QApplication

from llmgw_desktop.app.gateway.instances import WITHIN_S, Restart
from llmgw_desktop.domain.errors import ConfigError
from llmgw_desktop.platform.environment import give_back_freed_memory
from llmgw_desktop.platform.processes import hear_end
from llmgw_desktop.store.paths import Places
from llmgw_desktop.ui.desktop_container import DesktopContainer
from llmgw_desktop.ui.loop.qt_loop import run
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.opening import tell_unusable
from llmgw_desktop.ui.shell.single_instance import SingleInstance, server_name
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.shell.welcome_desk import expect_welcome
from llmgw_desktop.ui.theme import Appearance, TextScale, Theme
from llmgw_desktop.ui.widgets.words import speak

_LOOK_MS, _LOOK_SELDOM_MS = 250, 4000
_IDLE = 250
"""Objects; a request with its flight makes more."""
_YOUNG = 10_000
_MIDDLE_EVERY = 20
_OLD_EVERY = 50


class GarbageCollector(QObject):
    """Made on Qt's thread; until its `close` nobody else collects."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=_LOOK_MS, timerType=Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.look)
        self._was_enabled = gc.isenabled()
        self._young = 0
        gc.disable()
        self._timer.start()

    def settle(self) -> None:
        """Spare the rounds what stays for good. Call when the window stands and the engine serves.

        Without this each full collection goes through all of Qt's classes and stops the window
        for some 50 ms. So would one now, for 500 objects of 150,000: they stay as well.
        """
        gc.freeze()

    def look(self) -> None:
        """Collect what is due, by the rules that Python itself has, with longer pauses. Where
        next to nothing was made since the last look the next one is later: an idle program sleeps.
        """
        young, middle, old = gc.get_count()
        is_idle = abs(young - self._young) < _IDLE
        self._young = young
        self._timer.setInterval(
            min(2 * self._timer.interval(), _LOOK_SELDOM_MS) if is_idle else _LOOK_MS
        )
        if young <= _YOUNG:
            return
        if old > _OLD_EVERY:
            gc.collect(2)
        else:
            gc.collect(1 if middle > _MIDDLE_EVERY else 0)

    def close(self) -> None:
        self._timer.stop()
        if self._was_enabled:
            gc.enable()


class Beside(Protocol):
    """What goes on as long as the window is there."""

    band: tuple[str, str]
    """What stands on top of the window meanwhile, and why."""

    def going_on(self) -> AbstractAsyncContextManager[None]:
        """From when the gateway has started until before it ends."""


SPARE_CLASSES = 550
"""With those of Qt more than 1,109, at which the table of classes grows to hold 2,357."""
_SHOW_TIMEOUT_MS = 2000
_ANSWER_FIRST_S = 0.015
"""To programs that wait for the gateway already; making the window takes longer."""
_SESSION_END_MS = 5000
_ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)
_log = logging.getLogger(__name__)


def show_running(places: Places) -> bool:
    """Ask the program that runs on this home to show its window; False if it has none."""
    return SingleInstance.ask_running_to_show(server_name(places.data_folder), _SHOW_TIMEOUT_MS)


def run_desktop(
    make_container: Callable[[], DesktopContainer],
    places: Places,
    restart: Restart,
    *,
    hidden: bool,
    tell: Callable[[str, Path], None] = tell_unusable,
    beside: Beside | None = None,
) -> int:
    """Until the person quits. Raises what making the container raises.

    Settings that cannot be used are told first: who clicks an icon sees no terminal.
    """
    app = make_application()
    with _exceptions_logged():
        try:
            container = make_container()
        except ConfigError as error:
            tell(str(error), places.config_file)
            raise
        main = _desktop(app, container, places, restart, hidden=hidden, beside=beside)
        return run(main, app) or 0


def make_application() -> QApplication:
    if sys.version_info < (3, 12):
        _make_room_for_classes()
    with _own_plugins():
        app = QApplication(["llmgw-desktop"])  # whatever it was started by: X11 tells windows by it
    app.setApplicationName("llmgw-desktop")
    app.setApplicationDisplayName("LLM Gateway")
    app.setDesktopFileName("llmgw-desktop")
    # Closing is decided by the shell: it knows whether a tray leads back.
    app.setQuitOnLastWindowClosed(False)
    if sys.platform != "darwin":
        app.setStyle("Fusion")
    return app


@contextmanager
def _own_plugins() -> Iterator[None]:
    """Of a program in one folder, which has a Qt of its own: plugins that a desktop names for all
    programs are of another one. Whatever we start gets that name as it was."""
    is_one_folder = getattr(sys, "frozen", False)
    others = os.environ.pop("QT_PLUGIN_PATH", None) if is_one_folder else None
    try:
        yield
    finally:
        if others is not None:
            os.environ["QT_PLUGIN_PATH"] = others


def _make_room_for_classes() -> None:
    """Make a table of PySide's grow now, and not while the loop looks into it.

    Before Python 3.12 PySide finds what belongs to a class in a hash table that nothing guards: Qt
    looks there while it paints or tells a screen reader, and the thread that reads pages in enters
    its classes. When the table grew meanwhile, the program ended with a segmentation fault. It
    never shrinks, so these classes are all there at once and may go.
    """
    _all = [type("Spare", (QObject,), {}) for _ in range(SPARE_CLASSES)]


async def _desktop(
    app: QApplication,
    container: DesktopContainer,
    places: Places,
    restart: Restart,
    *,
    hidden: bool,
    beside: Beside | None,
) -> int:
    give_back_freed_memory()
    garbage = GarbageCollector(app)
    settings = QSettings(str(places.config_folder / "window.ini"), QSettings.Format.IniFormat)
    if is_welcomed(app.platformName(), beside):
        expect_welcome(settings)
    speak(container.settings().ui.language)
    theme = Theme(app, *_look(settings))
    app.setWindowIcon(theme.icons.fixed_icon("app", _ICON_SIZES))
    shell = DesktopShell(container, theme, Tray(theme.icons), settings, parent=app)
    door = SingleInstance(server_name(places.data_folder), app)
    if not door.listen(shell.show_window):
        _log.warning("a second start will not find this one: its socket cannot be made")
    app.commitDataRequest.connect(lambda manager: end_session(shell, manager))
    loop = asyncio.get_running_loop()
    control = container.control
    control.can_restart = restart.listen(lambda: _quit_soon(loop, shell))
    hear_end(lambda: _quit_soon(loop, shell))
    try:
        await shell.start()
        await asyncio.sleep(_ANSWER_FIRST_S)
        shell.open(hidden=hidden)
        garbage.settle()
        async with AsyncExitStack() as stack:
            if beside is not None:
                await stack.enter_async_context(_beside(beside, shell))
            await shell.quit_asked.wait()
        if restart.is_asked:
            restart.sockets += await container.hand_over(WITHIN_S)
    finally:  # also when a signal or the system ends it
        door.close()
        await _to_its_end(shell.stop())
        garbage.close()
    return 0


def is_welcomed(platform: str, beside: Beside | None) -> bool:
    """Whoever starts the program itself; a window that plays something speaks for itself."""
    return platform != "offscreen" and beside is None


@asynccontextmanager
async def _beside(beside: Beside, shell: DesktopShell) -> AsyncIterator[None]:
    if shell.window is not None:
        shell.window.troubles.show_band(*beside.band)
    async with beside.going_on():
        yield


def _quit_soon(loop: asyncio.AbstractEventLoop, shell: DesktopShell) -> None:
    """Out of a signal's handler."""
    loop.call_soon_threadsafe(shell.quit)


async def _to_its_end(work: Coroutine[Any, Any, None]) -> None:
    """A second wish to end, while the first is being answered, must not cut the answer short."""
    task = asyncio.get_running_loop().create_task(work, name="stop")
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.shield(task)
    task.result()


def end_session(shell: DesktopShell, manager: QSessionManager | None) -> None:
    """The session ends: when this returns, the process may be killed. So wait for the stop here.

    A nested loop is safe in a slot that no task has called: the engine goes on in it.
    """
    if manager is not None:
        manager.setRestartHint(QSessionManager.RestartHint.RestartNever)
    waiting = QEventLoop()
    shell.stopped.connect(waiting.quit)
    QTimer.singleShot(_SESSION_END_MS, waiting.quit)
    shell.quit()
    waiting.exec()


_Choice = TypeVar("_Choice", bound=StrEnum)


def _look(settings: QSettings) -> tuple[Appearance, TextScale]:
    """As the window keeps it."""

    def kept(key: str, usual: _Choice) -> _Choice:
        try:
            return type(usual)(str(settings.value(f"window/{key}", usual)))
        except ValueError:
            return usual

    return kept("appearance", Appearance.SYSTEM), kept("text", TextScale.USUAL)


@contextmanager
def _exceptions_logged() -> Iterator[None]:
    """What a slot raises goes to the log; the program goes on."""
    before = sys.excepthook

    def log(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        _log.critical("unexpected", exc_info=(kind, error, trace))

    sys.excepthook = log
    try:
        yield
    finally:
        sys.excepthook = before
