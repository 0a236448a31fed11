"""Notices that an upstream has fallen silent, with one timer for a whole answer.

A timeout around every read would cost more than the read; here a read only notes its time.
"""

import asyncio
from collections.abc import Callable


class SilenceWatch:
    """Calls `on_silence` once when nothing was heard for `limit_s` after `listen`."""

    def __init__(self, limit_s: float, on_silence: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_silence = on_silence
        self._limit_s = limit_s
        self._heard = 0.0
        self._handle: asyncio.TimerHandle | None = None
        self._is_resting = False
        self.fell_silent = False

    def listen(self) -> None:
        """From this moment on."""
        self._heard = self._loop.time()
        self._is_resting = False
        if self._handle is None:
            self._handle = self._loop.call_later(self._limit_s, self._look)

    def rest(self) -> None:
        """Nobody listens for a while: whoever reads is slow, and silence means nothing."""
        self._is_resting = True

    def expect(self, limit_s: float) -> None:
        """From now on another patience."""
        self._limit_s = limit_s
        self._heard = self._loop.time()
        self.end()
        self._handle = self._loop.call_later(limit_s, self._look)

    def end(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _look(self) -> None:
        if self._is_resting:
            self._heard = self._loop.time()
        remaining_s = self._heard + self._limit_s - self._loop.time()
        if remaining_s > 0.001:
            self._handle = self._loop.call_later(remaining_s, self._look)
            return
        self._handle = None
        self.fell_silent = True
        self._on_silence()
