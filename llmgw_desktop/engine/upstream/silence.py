"""Notices that an upstream has fallen silent, with one timer for all answers.

A timeout around every read would cost more than the read, and a timer for every answer a good part
of a short one; here a read only notes its time, and the timer asks whose is long past.
"""

import asyncio
from collections.abc import Callable

_NEARLY_S = 0.001


class SilenceTimer:
    """One for a client; it runs while anybody is listened to, and once more."""

    def __init__(self) -> None:
        self._watches: set[SilenceWatch] = set()
        self._handle: asyncio.TimerHandle | None = None
        self._due = 0.0

    def watch(self, limit_s: float, on_silence: Callable[[], None]) -> "SilenceWatch":
        """For one exchange, whose `end` must be called."""
        return SilenceWatch(self, limit_s, on_silence)

    def close(self) -> None:
        """Nothing is noticed any more."""
        self._watches.clear()
        self._stop()

    def add(self, watch: "SilenceWatch") -> None:
        self._watches.add(watch)
        self.look_by(watch.due)

    def discard(self, watch: "SilenceWatch") -> None:
        self._watches.discard(watch)

    def look_by(self, due: float) -> None:
        """At this moment or before: an earlier look arranges the next one."""
        if self._handle is not None:
            if self._due <= due:
                return
            self._stop()
        self._due = due
        self._handle = asyncio.get_running_loop().call_at(due, self._look)

    def _stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _look(self) -> None:
        self._handle = None
        now = asyncio.get_running_loop().time()
        silent = [watch for watch in self._watches if watch.is_silent_at(now)]
        self._watches.difference_update(silent)
        if self._watches:
            self.look_by(min(watch.due for watch in self._watches))
        for watch in silent:
            watch.tell()


class SilenceWatch:
    """Calls `on_silence` once when nothing was heard for `limit_s` after `listen`."""

    __slots__ = (
        "_is_on",
        "_is_resting",
        "_limit_s",
        "_loop",
        "_on_silence",
        "_timer",
        "due",
        "fell_silent",
    )

    def __init__(self, timer: SilenceTimer, limit_s: float, on_silence: Callable[[], None]) -> None:
        self._timer = timer
        self._loop = asyncio.get_running_loop()
        self._on_silence = on_silence
        self._limit_s = limit_s
        self._is_on = False
        self._is_resting = False
        self.due = 0.0
        self.fell_silent = False

    def listen(self) -> None:
        """From this moment on."""
        self.due = self._loop.time() + self._limit_s
        self._is_resting = False
        if not self._is_on:
            self._is_on = True
            self._timer.add(self)

    def rest(self) -> None:
        """Nobody listens for a while: whoever reads is slow, and silence means nothing."""
        self._is_resting = True

    def expect(self, limit_s: float) -> None:
        """From now on another patience."""
        is_shorter = limit_s < self._limit_s
        self._limit_s = limit_s
        if self._is_on:
            self.due = self._loop.time() + limit_s
            if is_shorter:
                self._timer.look_by(self.due)

    def end(self) -> None:
        if self._is_on:
            self._is_on = False
            self._timer.discard(self)

    # the timer's side

    def is_silent_at(self, now: float) -> bool:
        if self._is_resting:
            self.due = now + self._limit_s
        return self.due - now <= _NEARLY_S

    def tell(self) -> None:
        self._is_on = False
        self.fell_silent = True
        self._on_silence()
