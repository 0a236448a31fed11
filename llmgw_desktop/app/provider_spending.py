"""How much a provider has under way, and what was spent with it today and this month, in words."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from llmgw_desktop.app.figures import counted
from llmgw_desktop.app.provenance_words import sum_money
from llmgw_desktop.domain.budget_period import span_of
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flight import FlightSummary, FlightTotals
from llmgw_desktop.domain.policy import Period

ReadTotals = Callable[[float, float], Mapping[str, FlightTotals]]
"""(since, until) → by provider."""
_SPANS = {Period.DAY: "today", Period.MONTH: "this month"}


class ProviderSpending:
    """What was read last is told at once; reading it anew blocks. `running`: flights under way."""

    def __init__(
        self, totals: ReadTotals, running: Callable[[], Sequence[FlightSummary]], clock: Clock
    ) -> None:
        self._totals = totals
        self._running = running
        self._clock = clock
        self._read: Mapping[Period, Mapping[str, FlightTotals]] = {}

    def under_way(self) -> Mapping[str, int]:
        """By provider, as far as it is known who answers."""
        return Counter(each.provider or "" for each in self._running())

    def words(self, provider: str, under_way: int) -> str:
        """«2 under way · today 34 requests, $3.20 · this month 402 requests, $41.10». Nothing of
        what is not known; empty where there is nothing to tell."""
        parts = [f"{under_way:,} under way"] if under_way else []
        for period, name in _SPANS.items():
            totals = self._read.get(period, {}).get(provider)
            if totals is not None and totals.flights:
                parts.append(f"{name} {_spent_words(totals)}")
        return " · ".join(parts)

    def read(self) -> None:
        """Looks into the recorder's file: for another thread than the windows'. Raises
        StoreError."""
        # only where somebody looks: without windows nobody needs to know where this computer is
        from tzlocal import get_localzone

        now_s, zone = self._clock.now_s(), get_localzone()
        begins = {period: span_of(period, now_s, zone).begins_at_s or 0.0 for period in _SPANS}
        self._read = {
            period: self._totals(begins_at_s, now_s + 1) for period, begins_at_s in begins.items()
        }


def _spent_words(totals: FlightTotals) -> str:
    cost = "" if totals.cost_usd is None else f", {sum_money(totals)}"
    return f"{counted(totals.flights, 'request')}{cost}"
