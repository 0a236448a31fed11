"""A limit over time: what was used flows off evenly, and a request waits until there is room.

One number and its moment; a limit of a million a minute costs no more than one of ten. What a
request will use is taken on at its beginning and set right at its end.
"""

from llmgw_desktop.domain.policy import RateLimit


class Bucket:
    """Of one limit of one client. `now_s` is monotonic: a clock that jumps opens nothing."""

    __slots__ = ("_at_s", "_level", "limit")

    def __init__(self, limit: RateLimit) -> None:
        self.limit = limit
        self._level = 0.0
        self._at_s = 0.0

    def take_over(self, other: "Bucket") -> None:
        """The limit was changed: what is in it stays."""
        self._level, self._at_s = other._level, other._at_s

    def waits_s(self, amount: float, now_s: float) -> float:
        """How long until so much fits; 0: now. What is larger than the limit itself fits when
        nothing else is in it, for it would never."""
        self._flow(now_s)
        room = self.limit.amount - min(amount, self.limit.amount)
        return max(0.0, (self._level - room) * self.limit.window_s / self.limit.amount)

    def take(self, amount: float, now_s: float) -> None:
        self._flow(now_s)
        self._level += amount

    def correct(self, reserved: float, used: float, now_s: float) -> None:
        """It was another amount than was taken on."""
        self._flow(now_s)
        self._level = max(0.0, self._level + used - reserved)

    def level_at(self, now_s: float) -> float:
        """What it holds."""
        self._flow(now_s)
        return self._level

    def _flow(self, now_s: float) -> None:
        passed_s = now_s - self._at_s
        if passed_s > 0:
            self._level = max(0.0, self._level - passed_s * self.limit.amount / self.limit.window_s)
            self._at_s = now_s
