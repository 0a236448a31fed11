"""A clock that a test sets."""

from llmgw_desktop.domain.clock import Clock


class SetClock:
    """Stands still until it is moved."""

    def __init__(self, now_s: float = 1_795_273_200.0) -> None:
        self._now_s = now_s
        self._leapt_s = 0.0

    def now_s(self) -> float:
        return self._now_s

    def monotonic_s(self) -> float:
        return self._now_s - self._leapt_s

    def leap(self, seconds: float) -> None:
        """Somebody sets the clock: no time passes."""
        self._now_s += seconds
        self._leapt_s += seconds

    def forward(self, seconds: float) -> None:
        self._now_s += seconds


def _fits(clock: SetClock) -> Clock:
    return clock
