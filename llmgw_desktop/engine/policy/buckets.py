"""A token bucket for each rate limit, and a purse for each budget over calendar periods.

A bucket is one number and its moment: what was used flows off evenly, and a limit of a million a
minute costs no more than one of ten. A purse keeps what was spent and what running requests may yet
spend: each reserves what it may cost at most. One that does not fit is let in all the same when it
is alone and something is left: so the last of a budget can be used, and what is spent above it is
one reservation at most.
"""

from datetime import tzinfo

from llmgw_desktop.domain.policy import Budget, KeptSpent, RateLimit, Span, Spent, span_of


class TokenBucket:
    """Of one limit of one client. `now_s` is monotonic: a clock that jumps opens nothing."""

    __slots__ = ("_at_s", "_level", "limit")

    def __init__(self, limit: RateLimit) -> None:
        self.limit = limit
        self._level = 0.0
        self._at_s = 0.0

    def take_over(self, other: "TokenBucket") -> None:
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


MARKS = (100, 80)
"""In percent of what was really used; what is only reserved reaches none."""
HOLDS_S = 86_400.0
"""A clock that was set back by less waits for the period that had begun. One that was wrong by more
takes what was used with it, and the budget begins anew when the period of now is over: nobody
waits a year for a clock that was wrong for a minute."""


class Purse:
    """Of one budget of one client. A clock that goes back does not fill it again."""

    __slots__ = ("_reserved", "_since_s", "_span", "_told", "_used", "_zone", "budget")

    def __init__(self, budget: Budget, zone: tzinfo) -> None:
        self.budget = budget
        self._zone = zone
        self._span: Span | None = None
        self._since_s: float | None = None
        self._used = 0.0
        self._reserved = 0.0
        self._told = 0

    def remember(self, kept: KeptSpent, now_s: float) -> None:
        """What was spent before this program started, of the period that began then; of one that
        is over nothing counts, and one that is still to come holds: the clock went back."""
        span, begins_at_s = self._now(now_s), kept.begins_at_s
        if begins_at_s is not None and span.begins_at_s is not None:
            if begins_at_s < span.begins_at_s:
                self._since_s = None
                return
            if begins_at_s > span.begins_at_s:
                self._span = span_of(self.budget.period, begins_at_s, self._zone)
        self._used += kept.used
        self._told, self._since_s = kept.told, kept.since_s
        self._now(now_s)

    def take_over(self, other: "Purse") -> None:
        """The budget was changed, of the same measure and period: what was spent stays spent."""
        self._span, self._used, self._reserved = other._span, other._used, other._reserved
        self._told, self._since_s = other._told, other._since_s

    def fits(self, amount: float, now_s: float) -> bool:
        self._now(now_s)
        if self._used >= self.budget.amount:
            return False
        return self._reserved == 0 or self._used + self._reserved + amount <= self.budget.amount

    def reserve(self, amount: float) -> None:
        self._reserved += amount

    def settle(self, reserved: float, used: float, now_s: float) -> None:
        """A request has ended: it counts for the period of now."""
        self._now(now_s)
        self._reserved = max(0.0, self._reserved - reserved)
        self._used += used

    def rest(self) -> None:
        """Nothing is under way, so nothing is reserved, whatever was rounded."""
        self._reserved = 0.0

    def new_mark(self, now_s: float) -> int:
        """The mark that is reached and was not told of in this period; 0: none. Once: it counts as
        told. What a larger budget puts out of reach may be told of again."""
        self._now(now_s)
        percent = self._used / self.budget.amount * 100
        reached = next((mark for mark in MARKS if percent >= mark), 0)
        is_new, self._told = reached > self._told, reached
        return reached if is_new else 0

    @property
    def kept(self) -> KeptSpent:
        """As of the last look."""
        begins_at_s = None if self._span is None else self._span.begins_at_s
        return KeptSpent(begins_at_s, self._used, self._told, self._since_s)

    def standing(self, now_s: float) -> Spent:
        span = self._now(now_s)
        return Spent(
            budget=self.budget,
            used=self._used,
            reserved=self._reserved,
            begins_at_s=span.begins_at_s,
            ends_at_s=span.ends_at_s,
            since_s=self._since_s,
        )

    def _now(self, now_s: float) -> Span:
        span = self._span
        if span is None or (span.ends_at_s is not None and now_s >= span.ends_at_s):
            self._since_s = now_s if span is None else None
            self._span = span = span_of(self.budget.period, now_s, self._zone)
            self._used, self._told = 0.0, 0
        elif span.begins_at_s is not None and now_s < span.begins_at_s - HOLDS_S:
            self._span = span = span_of(self.budget.period, now_s, self._zone)
        return span
