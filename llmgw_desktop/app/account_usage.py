"""What was used of each account of late, in words for its provider's card."""

from collections.abc import Callable, Mapping
from typing import Protocol

from llmgw_desktop.app.figures import counted
from llmgw_desktop.app.provenance_words import sum_money, sum_tokens
from llmgw_desktop.app.provider_spending import ProviderSpending
from llmgw_desktop.domain.account import AccountStatus
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flight import FlightTotals
from llmgw_desktop.domain.usage import Figure

SPAN_S = 24 * 3600.0

ReadTotals = Callable[[float, float], Mapping[str, FlightTotals]]
"""(since, until) → by account."""


class AccountUsage:
    """What was read last is told at once; reading it anew blocks."""

    def __init__(self, totals: ReadTotals, clock: Clock) -> None:
        self._totals = totals
        self._clock = clock
        self._words: Mapping[str, str] = {}

    def of(self, account: str) -> str:
        """Empty: it was not used, or nothing was read yet."""
        return self._words.get(account, "")

    def read(self) -> None:
        """Looks into the recorder's file: for another thread than the windows'. Raises
        StoreError."""
        now_s = self._clock.now_s()
        by_account = self._totals(now_s - SPAN_S, now_s + 1)
        self._words = {name: used_words(totals) for name, totals in by_account.items() if name}


class Health(Protocol):
    """What is asked of who knows how accounts stand."""

    def statuses(self) -> tuple[AccountStatus, ...]: ...

    def reset(self, account: str) -> None: ...


class Accounts:
    """How each stands, and what was used of it: all that the cards tell of accounts, and of what
    their provider costs."""

    def __init__(self, health: Health, usage: AccountUsage, spending: ProviderSpending) -> None:
        self.statuses = health.statuses
        self.reset = health.reset
        self.used = usage.of
        self._usage = usage
        self.spending = spending

    def read_usage(self) -> None:
        """Blocks. Raises StoreError."""
        self._usage.read()
        self.spending.read()


def used_words(totals: FlightTotals) -> str:
    """«24 h: 34 requests, 1.2M tokens in, 45k out, $3.20». Nothing that nobody told."""
    parts = [counted(totals.flights, "request")]
    if totals.input_tokens is not None:
        parts.append(f"{sum_tokens(totals, Figure.INPUT)} tokens in")
    if totals.output_tokens is not None:
        parts.append(f"{sum_tokens(totals, Figure.OUTPUT)} out")
    if totals.cost_usd is not None:
        parts.append(sum_money(totals))
    if totals.errors:
        parts.append(counted(totals.errors, "error"))
    return f"24 h: {', '.join(parts)}"
