"""The ledgers of all clients and of labels with tables, by `bound_id`: made when one comes,
remembered over restarts."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.policy import BudgetKey, ClientPolicy, KeptSpent, Spent
from llmgw_desktop.engine.policy.bounds import Bound
from llmgw_desktop.engine.policy.ledger import Ledger
from llmgw_desktop.engine.policy.purse import Purse
from llmgw_desktop.engine.policy.ready import Ready, made_ready

Remembered = Mapping[BudgetKey, KeptSpent]
Keep = Callable[[BudgetKey, KeptSpent], None]
Reached = Callable[[Bound, Spent, int], None]
"""Whose it is, the budget, and the mark that it has reached."""
ReadyOf = Callable[[str, str], Ready | None]
"""As what a client is known, and a label or none → what holds."""


def nobody_keeps(key: BudgetKey, kept: KeptSpent) -> None:
    del key, kept


class Ledgers:
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
        self._ledgers: dict[str, Ledger] = {}
        self._bounds: dict[str, Bound] = {}

    def __getitem__(self, of: str) -> Ledger:
        return self._ledgers[of]

    def bound(self, of: str) -> Bound:
        """Of a ledger that is there."""
        return self._bounds[of]

    def get(self, of: str) -> Ledger | None:
        return self._ledgers.get(of)

    def apply(self, ready_of: ReadyOf) -> None:
        """What was spent stays spent; what runs is settled by the new ones."""
        for of, old in tuple(self._ledgers.items()):
            bound = self._bounds[of]
            ready = ready_of(bound.known, bound.label) or made_ready(
                ClientPolicy(client=bound.name)
            )
            new = Ledger(replace(ready.policy, client=bound.name), ready.zone, self._clock)
            self._remember(of, new)
            new.take_over(old)
            self._ledgers[of] = new
            self._tell_marks(of, new)

    def of(self, bound: Bound) -> Ledger:
        ledger = self._ledgers.get(bound.id)
        if ledger is None:
            policy = replace(bound.ready.policy, client=bound.name)
            ledger = Ledger(policy, bound.ready.zone, self._clock)
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

    def _tell_marks(self, of: str, ledger: Ledger) -> None:
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

    def _remember(self, of: str, ledger: Ledger) -> None:
        if not ledger.purses:
            return
        if self._remembered is None:
            self._remembered = dict(self._remembered_of())
        for purse in ledger.purses:
            key = (of, purse.budget.measure, purse.budget.period)
            if (known := self._remembered.get(key)) is not None:
                purse.remember(known, self._clock.now_s())
