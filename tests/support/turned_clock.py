"""A clock that a test turns."""

from __future__ import annotations


class TurnedClock:
    """Both clocks go on with `pass_s`; `jump_s` sets the wall clock alone."""

    def __init__(self, wall_s: float = 1_763_740_000.0) -> None:
        self._wall_s = wall_s
        self._mono_s = 1000.0

    def now_s(self) -> float:
        return self._wall_s

    def monotonic_s(self) -> float:
        return self._mono_s

    def pass_s(self, seconds: float) -> None:
        self._wall_s += seconds
        self._mono_s += seconds

    def jump_s(self, seconds: float) -> None:
        self._wall_s += seconds

    def sleep_s(self, seconds: float) -> None:
        """The computer sleeps: its monotonic clock stands still."""
        self._wall_s += seconds
