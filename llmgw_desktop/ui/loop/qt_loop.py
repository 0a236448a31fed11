"""One loop for asyncio and Qt: which one, how a program runs on it, how a coroutine calls into Qt.

How Qt hosts asyncio is told in qt_hosted_loop and qt_pump.
"""

from __future__ import annotations

import asyncio
import selectors
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar, TypeVarTuple

from PySide6.QtCore import QCoreApplication, QTimer

from llmgw_desktop.ui.loop.qt_hosted_loop import QtHostedLoop
from llmgw_desktop.ui.loop.qt_pump import qt_watches_selectors

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import FrameType

_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")


def new_event_loop(app: QCoreApplication | None = None) -> asyncio.AbstractEventLoop:
    """A loop whose run_forever() runs the application; the one that exists when none is given."""
    app = app or QCoreApplication.instance()
    if app is None:
        raise RuntimeError("Qt hosts the loop, so the application must be made first")
    if _can_host():
        return QtHostedLoop(app)
    import qasync  # costs start-up time, and most systems never need it

    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
    return loop


def run(main: Coroutine[Any, Any, _T], app: QCoreApplication | None = None) -> _T | None:
    """Run the program to the end of its clean-up and return what it returned.

    A quit of the application, SIGINT or SIGTERM cancels it, once; None when it ended by that. A
    second SIGINT raises KeyboardInterrupt.
    """
    loop = new_event_loop(app)
    try:
        return _Program(loop, main).run()
    finally:
        loop.close()


async def qt_call(fn: Callable[[*_Ts], _T], *args: *_Ts) -> _T:
    """Call from Qt, outside of any asyncio callback: the one way for a coroutine to a modal dialog.

    Nothing is called when the coroutine was cancelled before its turn came.
    """
    called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    results: list[_T] = []
    errors: list[BaseException] = []

    def call() -> None:
        if called.done():
            return
        try:
            results.append(fn(*args))
        except BaseException as error:  # noqa: BLE001 - it is the coroutine's, Qt would print it
            errors.append(error)
        if not called.done():
            called.set_result(None)

    QTimer.singleShot(0, call)
    await called
    if errors:
        raise errors[0]
    return results[0]


def _can_host() -> bool:
    if not hasattr(selectors.DefaultSelector, "fileno"):
        return False  # Windows
    return sys.platform != "darwin" or qt_watches_selectors()


class _Program(Generic[_T]):
    """A main task, the wishes to end it, and what has to end after it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, main: Coroutine[Any, Any, _T]) -> None:
        self._loop = loop
        self._main = loop.create_task(main, name="main")
        self._is_asked_to_end = False
        self._interrupts = 0

    def run(self) -> _T | None:
        with self._signals():
            try:
                self._run_until_done(self._main)
            finally:
                self._run_until_done(self._loop.create_task(_wind_up(), name="wind up"))
        if self._main.cancelled() and self._is_asked_to_end:
            return None
        return self._main.result()

    def _run_until_done(self, task: asyncio.Task[Any]) -> None:
        def stop(_: object) -> None:
            self._loop.stop()

        task.add_done_callback(stop)
        try:
            while not task.done():
                self._loop.run_forever()
                if not task.done():
                    self._ask_to_end()  # the application was told to quit
        finally:
            task.remove_done_callback(stop)

    def _ask_to_end(self) -> None:
        """Once only: who asks again must not break into the clean-up."""
        if not self._is_asked_to_end:
            self._is_asked_to_end = True
            self._main.cancel()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        numbers = (signal.SIGINT, signal.SIGTERM)
        previous = [signal.signal(number, self._on_signal) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, previous, strict=True):
                signal.signal(number, handler)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._interrupts += number == signal.SIGINT
        insists = self._interrupts > 1
        self._loop.call_soon_threadsafe(_interrupt if insists else self._ask_to_end)


def _interrupt() -> None:
    raise KeyboardInterrupt


async def _wind_up() -> None:
    """End what the main task left behind, as asyncio.run() does."""
    loop = asyncio.get_running_loop()
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        task.cancel()
    for task, outcome in zip(
        left, await asyncio.gather(*left, return_exceptions=True), strict=True
    ):
        if isinstance(outcome, Exception):
            loop.call_exception_handler(
                {
                    "message": "a task failed while the loop wound up",
                    "exception": outcome,
                    "task": task,
                }
            )
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
