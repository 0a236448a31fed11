"""A cooldown: the time in which an account, a model of it or a provider is left alone, and its end.

It ends by the monotonic clock or by the wall clock, whichever comes first: a computer that slept
does not prolong it, and a wall clock that is set back does not either. After it one request may try
(half-open): if that goes well all is well, if it fails the next cooldown is twice as long.
"""

import math
from dataclasses import dataclass
from typing import TypeGuard

from llmgw_desktop.domain.provider import AccountState
from llmgw_desktop.domain.settings.tables import FailoverSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.routing.failures import Failure, cooldown_s

TRIAL_S = 600.0
"""A trial that nobody ended is over after so long; no account stays shut for a request's loss."""
MOST_TRIPS = 32


@value
class Moment:
    """Both clocks at once, in seconds."""

    mono: float
    wall: float


@dataclass(slots=True, kw_only=True)
class Cooldown:
    """`length_s` is None where only a person can end it."""

    state: AccountState
    since: Moment
    length_s: float | None
    reason: str
    is_told: bool = False
    """The vendor named the time; else it is our guess."""
    trial_until: float = 0.0
    """Monotonic; until then another request tries."""

    def left_s(self, now: Moment) -> float | None:
        """0 when it is over; None where only a person can end it. Never negative."""
        if self.length_s is None:
            return None
        gone = max(now.mono - self.since.mono, now.wall - self.since.wall)
        return max(self.length_s - gone, 0.0)

    def is_over(self, now: Moment) -> bool:
        return self.left_s(now) == 0

    def is_being_tried(self, now: Moment) -> bool:
        return now.mono < self.trial_until


class CooldownState:
    """How one account, model or provider fares: failures in a row, and a rest if it has one."""

    __slots__ = ("failures", "rest", "trips")

    def __init__(self) -> None:
        self.failures = 0
        self.trips = 0
        """Rests in a row, without a success between."""
        self.rest: Cooldown | None = None

    def failed(
        self,
        failure: Failure,
        reason: str,
        settings: FailoverSettings,
        *,
        began: float,
        now: Moment,
    ) -> bool:
        """Whether a rest began or was prolonged."""
        self.failures += 1
        row, rest = failure.row, self.rest
        is_fresh = rest is None or (rest.is_over(now) and began >= rest.since.mono)
        is_told = failure.told_s is not None
        is_seldom = self.failures < settings.failures_before_rest
        if row.passes and rest is None and is_seldom and not is_told:
            return False
        trips = self.trips if is_fresh else max(self.trips - 1, 0)
        length = cooldown_s(failure, trips, settings)
        if not is_fresh and not self._is_longer(length, now):
            if rest is not None:
                rest.trial_until = 0.0
                if rest.length_s is None:
                    rest.since = now  # it was asked all the same, and still needs a person
            return False  # others who were under way when it began: one event, one rest
        if is_fresh:
            self.trips = min(self.trips + 1, MOST_TRIPS)
        self.rest = Cooldown(
            state=row.state,
            since=now,
            length_s=length,
            reason=reason,
            is_told=is_told,
        )
        return True

    def went_well(self, began: float) -> bool:
        """Whether a rest ended. A request that began before the rest proves nothing."""
        if self.rest is not None and began < self.rest.since.mono:
            return False
        ended, self.rest = self.rest is not None, None
        self.failures = self.trips = 0
        return ended

    def _is_longer(self, length_s: float | None, now: Moment) -> bool:
        assert self.rest is not None
        left = self.rest.left_s(now)
        if left is None:
            return False
        return length_s is None or length_s > left + 1.0


def kept_cooldown(rest: Cooldown, now: Moment) -> list[object]:
    """For the disk: state, its end by the wall clock, length, reason, whether it was told."""
    left = rest.left_s(now)
    if left is None or rest.state is AccountState.AUTH_REQUIRED:
        return [str(rest.state), None, None, rest.reason, rest.is_told]
    return [str(rest.state), now.wall + left, rest.length_s, rest.reason, rest.is_told]


def restored_cooldown(kept: object, now: Moment) -> Cooldown | None:
    """None for what cannot be understood, and for what is over.

    A rest that only a person ends may be tried at once: starting anew is what a person does who has
    done something. No clock, however it was set meanwhile, makes a rest longer than it was.
    """
    if not isinstance(kept, list) or len(kept) != 5:
        return None
    word, until, length, reason, is_told = kept
    if word not in frozenset(AccountState) or not isinstance(reason, str):
        return None
    if length is None:
        left = 0.0
    elif _is_time(until) and _is_time(length):
        left = min(until - now.wall, length)
        if left <= 0:
            return None
    else:
        return None
    return Cooldown(
        state=AccountState(word), since=now, length_s=left, reason=reason, is_told=bool(is_told)
    )


def _is_time(number: object) -> TypeGuard[float]:
    return isinstance(number, int | float) and math.isfinite(number)
