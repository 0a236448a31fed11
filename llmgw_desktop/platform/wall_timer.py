"""A call at a moment of the wall clock, also after the computer slept or its clock was set.

On Linux the system itself keeps the time (`timerfd`), and says at once when the clock was set:
nothing is looked at meanwhile. Elsewhere it is looked at every 20 s while something is waited for.
"""

import asyncio
import ctypes
import errno
import functools
import logging
import os
import sys
from collections.abc import Callable

from llmgw_desktop.domain.clock import SystemClock

LOOK_EVERY_S = 20.0
_REALTIME, _ABSOLUTE, _CANCEL_ON_SET = 0, 1, 2
if sys.platform == "linux":
    _FLAGS = os.O_NONBLOCK | os.O_CLOEXEC
else:
    _FLAGS = 0
_log = logging.getLogger(__name__)


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


class WallTimer:
    """`call` is called on the loop when it is time, and when the clock was set: whoever hears it
    looks at the clock and sets the next moment. May be called too early, never too late."""

    def __init__(self, call: Callable[[], None]) -> None:
        self._call = call
        self._handle: int | None = None
        self._timer: asyncio.TimerHandle | None = None

    def set(self, in_s: float | None) -> None:
        """From now on; in place of the one before. None: nothing is waited for."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if in_s is None:
            self._close()
        elif not self._is_set(in_s):
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(min(max(in_s, 0.0), LOOK_EVERY_S), self._call)

    def _is_set(self, in_s: float) -> bool:
        """Whether the system keeps it."""
        return sys.platform == "linux" and self._is_kept(in_s)

    def _is_kept(self, in_s: float) -> bool:
        try:
            if self._handle is None:
                self._handle = _made()
                asyncio.get_running_loop().add_reader(self._handle, self._read)
            _arm(self._handle, SystemClock().now_s() + max(in_s, 0.0))
        except OSError as error:
            _log.info("what waits for the clock is looked at every 20 s: %s", error)
            self._close()
            return False
        return True

    def _read(self) -> None:
        if self._handle is None:
            return
        try:
            os.read(self._handle, 8)
        except OSError as error:
            if error.errno == errno.EAGAIN:
                return
            if error.errno != errno.ECANCELED:  # which says that the clock was set
                raise
        self._call()

    def _close(self) -> None:
        if self._handle is not None:
            asyncio.get_running_loop().remove_reader(self._handle)
            os.close(self._handle)
            self._handle = None


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _made() -> int:
    """Raises OSError."""
    handle: int = _libc().timerfd_create(_REALTIME, _FLAGS)
    if handle < 0:
        raise OSError(ctypes.get_errno(), "there is no timer of the wall clock")
    return handle


def _arm(handle: int, at_s: float) -> None:
    """Raises OSError."""
    seconds = int(at_s)
    at = _Timespec(seconds, int((at_s - seconds) * 1e9) + 1)
    wanted = _Itimerspec(_Timespec(0, 0), at)
    flags = _ABSOLUTE | _CANCEL_ON_SET
    if _libc().timerfd_settime(handle, flags, ctypes.byref(wanted), None) < 0:
        raise OSError(ctypes.get_errno(), "the timer of the wall clock cannot be set")
