"""What each account may use up by the person's own word, whoever asks.

An account whose budget is used up rests until the budget begins anew, as one rests whose vendor
says so: requests go to the next. What is under way when that happens is not cut off, so a little
more than the budget may be used.
"""

from collections.abc import Callable, Mapping, Sequence

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import Event, FlightClosed
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.policy import (
    BudgetKey,
    ClientPolicy,
    KeptSpent,
    Measure,
    Spent,
    budget_words,
)
from llmgw_desktop.domain.provider import Provider, QuotaWindow, account_id
from llmgw_desktop.engine.policy.buckets import Purse
from llmgw_desktop.engine.policy.reservations import zone_of

_MARK = "account:"
"""Before an account's name, where clients' ids stand otherwise."""


Tell = Callable[[str, Spent | None, Sequence[QuotaWindow]], None]
"""Of an account, the budget that is used up, if one is, and how all of them stand."""


class AccountBudgets:
    """On the loop. `remembered` is asked once, when there is a first budget; `keep` is told of each
    budget's figures when they have changed, `tell` how the account stands by them."""

    def __init__(
        self,
        clock: Clock,
        *,
        remembered: Callable[[], Mapping[BudgetKey, KeptSpent]] = dict,
        keep: Callable[[BudgetKey, KeptSpent], None] = lambda *_: None,
        tell: Tell,
    ) -> None:
        self._clock = clock
        self._remembered_of = remembered
        self._remembered: dict[BudgetKey, KeptSpent] | None = None
        self._keep = keep
        self._tell = tell
        self._purses: dict[str, tuple[Purse, ...]] = {}

    def apply(self, providers: Sequence[Provider]) -> None:
        """New settings: what was used stays used."""
        before, self._purses = self._purses, {}
        for provider in providers:
            for account in provider.accounts:
                if account.budgets:
                    name = account_id(provider.name, account.name)
                    zone = zone_of(ClientPolicy(client=name))
                    purses = tuple([Purse(each, zone) for each in account.budgets])
                    self._fill(name, purses, before.get(name, ()))
                    self._purses[name] = purses
        for name in {**before, **self._purses}:
            self._tell_of(name)

    def hear(self, event: Event) -> None:
        """A flight has ended: what it used counts for the account that answered."""
        assert isinstance(event, FlightClosed)
        flight = event.summary
        account = flight.account
        if account is None or not flight.attempts or not (purses := self._purses.get(account)):
            return
        now_s, used = self._clock.now_s(), _used(flight)
        for purse in purses:
            purse.settle(0.0, used.get(purse.budget.measure, 0.0), now_s)
            key = _key(account, purse)
            if self._remembered is not None:
                self._remembered[key] = purse.kept
            self._keep(key, purse.kept)
        self._tell_of(account)

    def _tell_of(self, account: str) -> None:
        """Of several that are used up the one that begins anew last."""
        now_s = self._clock.now_s()
        found = [each.standing(now_s) for each in self._purses.get(account, ())]
        over = [each for each in found if each.left <= 0]
        last = max(over, key=lambda each: each.ends_at_s or float("inf"), default=None)
        self._tell(account, last, [_window(each, now_s) for each in found])

    def _fill(self, name: str, purses: Sequence[Purse], before: Sequence[Purse]) -> None:
        known = {(each.budget.measure, each.budget.period): each for each in before}
        if self._remembered is None:
            self._remembered = dict(self._remembered_of())
        for purse in purses:
            if old := known.get((purse.budget.measure, purse.budget.period)):
                purse.take_over(old)
            elif (kept := self._remembered.get(_key(name, purse))) is not None:
                purse.remember(kept, self._clock.now_s())


def _used(flight: FlightSummary) -> dict[Measure, float]:
    """What is not known is left out: such an answer counts as a request alone."""
    used, usage = {Measure.REQUESTS: 1.0}, flight.usage
    if usage.input_tokens is not None or usage.output_tokens is not None:
        used[Measure.TOKENS] = float((usage.input_tokens or 0) + (usage.output_tokens or 0))
    if flight.cost_usd is not None:
        used[Measure.USD] = flight.cost_usd
    return used


def _window(spent: Spent, now_s: float) -> QuotaWindow:
    return QuotaWindow(
        name=budget_words(spent.budget),
        used_share=min(spent.used / spent.budget.amount, 1.0),
        resets_at_s=spent.ends_at_s,
        told_at_s=now_s,
    )


def _key(account: str, purse: Purse) -> BudgetKey:
    return f"{_MARK}{account}", purse.budget.measure, purse.budget.period
