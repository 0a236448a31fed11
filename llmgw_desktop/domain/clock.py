"""Where time comes from; everything that needs it takes a Clock, so that a test can turn it."""

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
