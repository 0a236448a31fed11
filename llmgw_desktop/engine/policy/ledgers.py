"""The ledgers of all clients, by their ids: made when one comes, remembered over restarts."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.policy import BudgetKey, ClientPolicy, KeptSpent, Spent
from llmgw_desktop.engine.policy.ledger import Ledger
from llmgw_desktop.engine.policy.purse import Purse
from llmgw_desktop.engine.policy.ready import Ready, made_ready

Remembered = Mapping[BudgetKey, KeptSpent]
Keep = Callable[[BudgetKey, KeptSpent], None]
Reached = Callable[[str, str, Spent, int], None]
"""A client's id, as what its policy is found, the budget, and the mark that it has reached."""


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

    def __getitem__(self, client_id: str) -> Ledger:
        return self._ledgers[client_id]

    def get(self, client_id: str) -> Ledger | None:
        return self._ledgers.get(client_id)

    def apply(self, ready_of: Callable[[str], Ready | None]) -> None:
        """What was spent stays spent; what runs is settled by the new ones."""
        for client_id, old in tuple(self._ledgers.items()):
            name = old.policy.client
            ready = ready_of(name) or made_ready(ClientPolicy(client=name))
            new = Ledger(replace(ready.policy, client=name), ready.zone, self._clock)
            self._remember(client_id, new)
            new.take_over(old)
            self._ledgers[client_id] = new
            self._tell_marks(client_id, new)

    def of(self, client_id: str, known: str, ready: Ready) -> Ledger:
        """`known`: as what its table is found again when there are new settings."""
        ledger = self._ledgers.get(client_id)
        if ledger is None:
            policy = replace(ready.policy, client=known)
            ledger = Ledger(policy, ready.zone, self._clock)
            self._remember(client_id, ledger)
            self._ledgers[client_id] = ledger
            self._tell_marks(client_id, ledger)
        return ledger

    def changed(self, client_id: str) -> None:
        """Its figures have: they are kept, and a mark that they reach is told."""
        ledger = self._ledgers[client_id]
        self._tell_marks(client_id, ledger)
        for purse in ledger.purses:
            self._keep_figures(client_id, purse)

    def _tell_marks(self, client_id: str, ledger: Ledger) -> None:
        now_s = self._clock.now_s()
        for purse in ledger.purses:
            if mark := purse.new_mark(now_s):
                self._keep_figures(client_id, purse)
                self._reached(client_id, ledger.policy.client, purse.standing(now_s), mark)

    def _keep_figures(self, client_id: str, purse: Purse) -> None:
        key = (client_id, purse.budget.measure, purse.budget.period)
        if self._remembered is not None:  # for a table that goes and comes back
            self._remembered[key] = purse.kept
        self._keep(key, purse.kept)

    def _remember(self, client_id: str, ledger: Ledger) -> None:
        if not ledger.purses:
            return
        if self._remembered is None:
            self._remembered = dict(self._remembered_of())
        for purse in ledger.purses:
            key = (client_id, purse.budget.measure, purse.budget.period)
            if (known := self._remembered.get(key)) is not None:
                purse.remember(known, self._clock.now_s())
