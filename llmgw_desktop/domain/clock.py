"""Where time and identifiers come from; who needs one takes it, so that a test can turn it."""

import os
import time
from typing import Protocol


class Clock(Protocol):
    """Wall time for records, monotonic time for durations; both in seconds."""

    def now_s(self) -> float: ...

    def monotonic_s(self) -> float: ...


class SystemClock:
    """The computer's own clocks."""

    now_s = staticmethod(time.time)
    monotonic_s = staticmethod(time.monotonic)


class IdSource(Protocol):
    """Makes a fresh identifier; a prefix says of what (`flt` a flight, `cli` a client)."""

    def new(self, prefix: str) -> str: ...


_AHEAD = 128
"""So many ids' randomness is fetched at once: each call lets go of the interpreter, and the loop
then waits for it behind whoever else runs."""
_DIGITS = 16


class TimedIds:
    """`prefix_` + 12 hex digits of milliseconds + 16 random ones (64 bits). From any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._random: list[str] = []

    def new(self, prefix: str) -> str:
        try:
            random = self._random.pop()  # one step of the interpreter: none is given twice
        except IndexError:
            digits = os.urandom(_AHEAD * _DIGITS // 2).hex()
            fresh = [digits[at : at + _DIGITS] for at in range(0, len(digits), _DIGITS)]
            random = fresh.pop()
            self._random.extend(fresh)
        return f"{prefix}_{int(self._clock.now_s() * 1000):012x}{random}"
