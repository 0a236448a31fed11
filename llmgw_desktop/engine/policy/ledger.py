"""All that one client may spend and ask for at the same time, and the ledgers of all clients and
labels: made when one comes, remembered over restarts.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.policy import (
    BudgetKey,
    BudgetSpent,
    ClientPolicy,
    KeptSpent,
    LimitReached,
    Measure,
    RateStanding,
    Spent,
    amount_words,
    budget_words,
)
from llmgw_desktop.engine.policy.buckets import Purse, TokenBucket
from llmgw_desktop.engine.policy.reservations import Bound, Ready, made_ready

Amounts = Mapping[Measure, float]


@dataclass(slots=True)
class Reservation:
    """What a request has taken on until it is settled."""

    amounts: Amounts
    is_open: bool = True
    is_in_rates: bool = True
    """Not of a run that an earlier program began: rates were taken there, and are forgotten."""
    is_within: bool = False
    """Of a request that a run of the same client makes: at the same time they are one."""


class ClientLedger:
    """Of one client. On the loop: between the look and the taking nobody else comes."""

    def __init__(self, policy: ClientPolicy, zone: tzinfo, clock: Clock) -> None:
        self.policy = policy
        self._clock = clock
        self._running = 0
        self.purses = tuple(Purse(budget, zone) for budget in policy.budgets)
        self._buckets = tuple(TokenBucket(limit) for limit in policy.rate_limits)

    def take_over(self, other: "ClientLedger") -> None:
        """By new settings: what runs and what was spent is the same as before."""
        self._running = other._running
        spent = {(each.budget.measure, each.budget.period): each for each in other.purses}
        for purse in self.purses:
            if old := spent.get((purse.budget.measure, purse.budget.period)):
                purse.take_over(old)
        levels = {(each.limit.measure, each.limit.window_s): each for each in other._buckets}
        for bucket in self._buckets:
            if full := levels.get((bucket.limit.measure, bucket.limit.window_s)):
                bucket.take_over(full)

    def reserve(self, amounts: Amounts, *, is_within: bool = False) -> Reservation:
        """Raises BudgetSpent where a budget is used up, LimitReached where it is only reserved by
        others or a rate is reached: then nothing was taken."""
        now_s, monotonic_s = self._clock.now_s(), self._clock.monotonic_s()
        if not is_within:
            self._check_parallel()
        for purse in self.purses:
            if not purse.fits(amounts.get(purse.budget.measure, 0.0), now_s):
                raise self._spent(purse.standing(now_s), now_s)
        for bucket in self._buckets:
            waits_s = bucket.waits_s(amounts.get(bucket.limit.measure, 0.0), monotonic_s)
            if waits_s > 0:
                raise self._too_fast(bucket, waits_s)
        for purse in self.purses:
            purse.reserve(amounts.get(purse.budget.measure, 0.0))
        for bucket in self._buckets:
            bucket.take(amounts.get(bucket.limit.measure, 0.0), monotonic_s)
        self._running += not is_within
        return Reservation(amounts, is_within=is_within)

    def hold(self, amounts: Amounts) -> Reservation:
        """For what was let in by an earlier program and goes on: whether it fits is not asked."""
        for purse in self.purses:
            purse.reserve(amounts.get(purse.budget.measure, 0.0))
        self._running += 1
        return Reservation(amounts, is_in_rates=False)

    def hand_over(self, reservation: Reservation) -> None:
        """The requests of a run take on themselves what it took on for them; it stays one that is
        under way."""
        if not reservation.is_open:
            return
        now_s, monotonic_s = self._clock.now_s(), self._clock.monotonic_s()
        kept = {Measure.REQUESTS: reservation.amounts.get(Measure.REQUESTS, 0.0)}
        for purse in self.purses:
            measure = purse.budget.measure
            over = reservation.amounts.get(measure, 0.0) - kept.get(measure, 0.0)
            purse.settle(over, 0.0, now_s)
        for bucket in self._buckets if reservation.is_in_rates else ():
            measure = bucket.limit.measure
            over = reservation.amounts.get(measure, 0.0) - kept.get(measure, 0.0)
            bucket.correct(over, 0.0, monotonic_s)
        reservation.amounts = kept

    def settle(self, reservation: Reservation, used: Amounts) -> None:
        """What is not in `used` is not known: then what was reserved counts as used. Once."""
        if not reservation.is_open:
            return
        reservation.is_open = False
        self._running -= not reservation.is_within
        now_s, monotonic_s = self._clock.now_s(), self._clock.monotonic_s()
        for purse in self.purses:
            measure = purse.budget.measure
            reserved = reservation.amounts.get(measure, 0.0)
            purse.settle(reserved, used.get(measure, reserved), now_s)
            if not self._running:
                purse.rest()
        for bucket in self._buckets if reservation.is_in_rates else ():
            measure = bucket.limit.measure
            reserved = reservation.amounts.get(measure, 0.0)
            bucket.correct(reserved, used.get(measure, reserved), monotonic_s)

    def standing(self) -> tuple[Spent, ...]:
        now_s = self._clock.now_s()
        return tuple(purse.standing(now_s) for purse in self.purses)

    def rates(self) -> tuple[RateStanding, ...]:
        monotonic_s = self._clock.monotonic_s()
        return tuple(
            RateStanding(limit=each.limit, used=each.level_at(monotonic_s))
            for each in self._buckets
        )

    @property
    def running(self) -> int:
        return self._running

    def _check_parallel(self) -> None:
        most = self.policy.parallel
        if most is not None and self._running >= most:
            running = amount_words(Measure.REQUESTS, self._running)
            raise LimitReached(
                f"'{self.policy.client}' has {running} under way, and may have {most} at the same "
                "time. One has to end first"
            )

    def _spent(self, spent: Spent, now_s: float) -> LimitReached:
        budget = spent.budget
        if spent.used < budget.amount:  # soon there may be room again
            return LimitReached(
                f"What '{self.policy.client}' has under way may use the rest of its budget of "
                f"{budget_words(budget)}. One has to end first"
            )
        return BudgetSpent(
            f"'{self.policy.client}' has used up its budget of {budget_words(budget)}",
            retry_after_s=None if spent.ends_at_s is None else spent.ends_at_s - now_s,
        )

    def _too_fast(self, bucket: TokenBucket, waits_s: float) -> LimitReached:
        limit = bucket.limit
        amount = amount_words(limit.measure, limit.amount)
        return LimitReached(
            f"'{self.policy.client}' may use {amount} in {limit.window_s:g} s. This one has room "
            f"in {math.ceil(waits_s)} s",
            retry_after_s=waits_s,
        )


Remembered = Mapping[BudgetKey, KeptSpent]
Keep = Callable[[BudgetKey, KeptSpent], None]
Reached = Callable[[Bound, Spent, int], None]
"""Whose it is, the budget, and the mark that it has reached."""
ReadyOf = Callable[[str, str], Ready | None]
"""As what a client is known, and a label or none → what holds."""


def nobody_keeps(key: BudgetKey, kept: KeptSpent) -> None:
    del key, kept


class ClientLedgers:
    """On the loop. `remembered` is asked once, when a first client with a budget comes; `keep` is
    told of each budget's figures when they have changed."""

    def __init__(
        self, clock: Clock, remembered: Callable[[], Remembered], keep: Keep, reached: Reached
    ) -> None:
        self._clock = clock
        self._remembered_of = remembered
        self._remembered: dict[BudgetKey, KeptSpent] | None = None
        self._keep = keep
        self._reached = reached
        self._ledgers: dict[str, ClientLedger] = {}
        self._bounds: dict[str, Bound] = {}

    def __getitem__(self, of: str) -> ClientLedger:
        return self._ledgers[of]

    def bound(self, of: str) -> Bound:
        """Of a ledger that is there."""
        return self._bounds[of]

    def get(self, of: str) -> ClientLedger | None:
        return self._ledgers.get(of)

    def apply(self, ready_of: ReadyOf) -> None:
        """What was spent stays spent; what runs is settled by the new ones."""
        for of, old in tuple(self._ledgers.items()):
            bound = self._bounds[of]
            ready = ready_of(bound.known, bound.label) or made_ready(
                ClientPolicy(client=bound.name)
            )
            new = ClientLedger(replace(ready.policy, client=bound.name), ready.zone, self._clock)
            self._remember(of, new)
            new.take_over(old)
            self._ledgers[of] = new
            self._tell_marks(of, new)

    def of(self, bound: Bound) -> ClientLedger:
        ledger = self._ledgers.get(bound.id)
        if ledger is None:
            policy = replace(bound.ready.policy, client=bound.name)
            ledger = ClientLedger(policy, bound.ready.zone, self._clock)
            self._remember(bound.id, ledger)
            self._ledgers[bound.id], self._bounds[bound.id] = ledger, bound
            self._tell_marks(bound.id, ledger)
        return ledger

    def changed(self, of: str) -> None:
        """Its figures have: they are kept, and a mark that they reach is told."""
        ledger = self._ledgers[of]
        self._tell_marks(of, ledger)
        for purse in ledger.purses:
            self._keep_figures(of, purse)

    def _tell_marks(self, of: str, ledger: ClientLedger) -> None:
        now_s = self._clock.now_s()
        for purse in ledger.purses:
            if mark := purse.new_mark(now_s):
                self._keep_figures(of, purse)
                self._reached(self._bounds[of], purse.standing(now_s), mark)

    def _keep_figures(self, of: str, purse: Purse) -> None:
        key = (of, purse.budget.measure, purse.budget.period)
        if self._remembered is not None:  # for a table that goes and comes back
            self._remembered[key] = purse.kept
        self._keep(key, purse.kept)

    def _remember(self, of: str, ledger: ClientLedger) -> None:
        if not ledger.purses:
            return
        if self._remembered is None:
            self._remembered = dict(self._remembered_of())
        for purse in ledger.purses:
            key = (of, purse.budget.measure, purse.budget.period)
            if (known := self._remembered.get(key)) is not None:
                purse.remember(known, self._clock.now_s())
