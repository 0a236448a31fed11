"""The ledgers of all clients, by their ids: made when one comes, remembered over restarts."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.policy import ClientPolicy, Measure, Period
from llmgw_desktop.engine.policy.ledger import Ledger
from llmgw_desktop.engine.policy.ready import Ready, made_ready

Key = tuple[str, Measure, Period]
"""Of a client's id, what is counted, and how long."""
Remembered = Mapping[Key, tuple[float | None, float]]
"""When the period began, and what was spent in it."""
Keep = Callable[[Key, float | None, float], None]


def nobody_keeps(key: Key, begins_at_s: float | None, used: float) -> None:
    del key, begins_at_s, used


class Ledgers:
    """On the loop. `remembered` is asked once, when a first client with a budget comes; `keep` is
    told of each budget's figure when it has changed."""

    def __init__(self, clock: Clock, remembered: Callable[[], Remembered], keep: Keep) -> None:
        self._clock = clock
        self._remembered_of = remembered
        self._remembered: dict[Key, tuple[float | None, float]] | None = None
        self._keep = keep
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

    def of(self, client_id: str, known: str, ready: Ready) -> Ledger:
        """`known`: as what its table is found again when there are new settings."""
        ledger = self._ledgers.get(client_id)
        if ledger is None:
            policy = replace(ready.policy, client=known)
            ledger = Ledger(policy, ready.zone, self._clock)
            self._remember(client_id, ledger)
            self._ledgers[client_id] = ledger
        return ledger

    def keep(self, client_id: str) -> None:
        """Its figures have changed."""
        for spent in self._ledgers[client_id].standing():
            key = (client_id, spent.budget.measure, spent.budget.period)
            if self._remembered is not None:  # for a table that goes and comes back
                self._remembered[key] = spent.begins_at_s, spent.used
            self._keep(key, spent.begins_at_s, spent.used)

    def _remember(self, client_id: str, ledger: Ledger) -> None:
        if not ledger.purses:
            return
        if self._remembered is None:
            self._remembered = dict(self._remembered_of())
        for purse in ledger.purses:
            key = (client_id, purse.budget.measure, purse.budget.period)
            if (known := self._remembered.get(key)) is not None:
                begins_at_s, used = known
                purse.remember(used, begins_at_s, self._clock.now_s())
