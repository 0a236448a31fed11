"""asyncio's own selector loop, with Qt in the place where it would wait.

Transports, subprocesses and TLS stay asyncio's. When to turn and for how long is qt_pump's; which
loop to take and how to run a program on it is qt_loop's.
"""

from __future__ import annotations

import heapq
import os
import signal
import threading
from contextlib import contextmanager
from contextvars import copy_context
from typing import TYPE_CHECKING, Any, Final, TypeVarTuple

from PySide6.QtCore import QCoreApplication, QThread

from llmgw_desktop.platform.channels import number_of
from llmgw_desktop.ui.loop.asyncio_insides import Handle, Timer, TurnedLoop
from llmgw_desktop.ui.loop.qt_pump import QtPump

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from contextvars import Context
    from types import FrameType

_Ts = TypeVarTuple("_Ts")

_new_handle = Handle.__new__

_PID_PROPERTY: Final = "llmgw_pid"
"""On the application: the process that it was started in."""


class QtHostedLoop(TurnedLoop):
    """An asyncio loop whose run_forever() is the application's exec().

    In another thread than that of the windows, and in a forked child, it is a plain selector loop.
    While it runs, slots may use asyncio.get_running_loop() and create tasks.
    """

    def __init__(self, app: QCoreApplication) -> None:
        super().__init__()
        self._app = app
        self._pump: QtPump | None = None
        if app.property(_PID_PROPERTY) is None:
            app.setProperty(_PID_PROPERTY, os.getpid())

    @property
    def wakeups(self) -> int:
        """How often Qt woke this run of the loop; 0 when it does not run."""
        return self._pump.wakeups if self._pump else 0

    def call_soon(
        self,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.Handle:
        # One frame where asyncio has five: that pays for the question about Qt.
        if self._debug or self._closed:
            handle = super().call_soon(callback, *args, context=context)
            _end_origin_at_caller(handle)
        else:
            made = _new_handle(Handle)
            made._callback, made._args, made._loop = callback, args, self
            made._context = copy_context() if context is None else context
            made._cancelled, made._repr, made._source_traceback = False, None, None
            self._ready.append(made)
            handle = made
        if self.qt_sleeps:
            self._wake_qt()
        return handle

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Ts], object],
        *args: *_Ts,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        if self._debug or self._closed or when is None:
            timer = super().call_at(when, callback, *args, context=context)
            _end_origin_at_caller(timer)
        else:
            timer = Timer(when, callback, args, self, context)
            heapq.heappush(self._scheduled, timer)
            timer._scheduled = True
        if self.qt_sleeps and self._pump and self._scheduled[0] is timer:
            self._pump.arm()
        return timer

    def stop(self) -> None:
        super().stop()
        if self.qt_sleeps:
            self._wake_qt()

    def remove_signal_handler(self, sig: int) -> bool:
        is_removed = super().remove_signal_handler(sig)
        if self._pump and threading.current_thread() is threading.main_thread():
            self._let_signals_wake_qt()  # asyncio stops them with its last handler
        return is_removed

    def _run_once(self) -> None:
        """To asyncio the whole run is one turn: it prepares, calls this, and cleans up."""
        if not self._is_for_qt():
            super()._run_once()
            return
        if QThread.currentThread().loopLevel():
            raise RuntimeError("Qt's event loop runs already; asyncio must be the one to start it")
        self._pump = pump = QtPump(self, number_of(self._selector))
        self._selector.may_wait = False
        try:
            with self._signals():
                pump.wake()
                self._app.exec()
        finally:
            pump.close()
            self._selector.may_wait = True
            self._pump = None
            self._stopping = True  # also when it was Qt that was told to quit
        if (error := pump.error) is not None:
            try:
                raise error
            finally:
                del error, pump  # else the traceback and its frame keep each other alive

    def _is_for_qt(self) -> bool:
        is_own_process = self._app.property(_PID_PROPERTY) == os.getpid()
        return is_own_process and QThread.currentThread() == self._app.thread()

    def _wake_qt(self) -> None:
        if self._pump:
            self._pump.wake()

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Qt goes on waiting when a signal comes; a byte to our socket wakes it, and Python."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = self._let_signals_wake_qt()
        # KeyboardInterrupt would be raised in whatever slot runs, and lost there.
        is_default = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if is_default:
            signal.signal(signal.SIGINT, self._on_interrupt)
        try:
            yield
        finally:
            if is_default and signal.getsignal(signal.SIGINT) == self._on_interrupt:
                signal.signal(signal.SIGINT, signal.default_int_handler)
            if not self._signal_handlers:
                own = self._csock.fileno()
                signal.set_wakeup_fd(-1 if previous == own else previous)

    def _let_signals_wake_qt(self) -> int:
        return signal.set_wakeup_fd(self._csock.fileno(), warn_on_full_buffer=False)

    def _on_interrupt(self, signum: int, frame: FrameType | None) -> None:
        if self._pump is None or self._pump.error is not None:
            raise KeyboardInterrupt  # asked twice: a callback that does not end
        self._pump.error = KeyboardInterrupt()
        self.stop()
        self._write_to_self()


def _end_origin_at_caller(handle: Any) -> None:
    """In debug mode a handle records who made it: that is not this file."""
    if handle._source_traceback:
        del handle._source_traceback[-1]
