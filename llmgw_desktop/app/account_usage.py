"""What was used of each account of late, in words for its provider's card."""

from collections.abc import Callable, Mapping

from llmgw_desktop.app.figures import counted, money_text, short_count_text
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flight import FlightTotals

SPAN_S = 24 * 3600.0

ReadTotals = Callable[[float, float], Mapping[str, FlightTotals]]
"""(since, until) → by account."""


class AccountUsage:
    """`read` blocks: it looks into the recorder's file."""

    def __init__(self, totals: ReadTotals, clock: Clock) -> None:
        self._totals = totals
        self._clock = clock

    def read(self) -> dict[str, str]:
        """By account; who was not used is not in it."""
        now_s = self._clock.now_s()
        by_account = self._totals(now_s - SPAN_S, now_s + 1)
        return {name: used_words(totals) for name, totals in by_account.items() if name}


def used_words(totals: FlightTotals) -> str:
    """«24 h: 34 requests, 1.2M tokens in, 45k out, $3.20». Nothing that nobody told."""
    parts = [counted(totals.flights, "request")]
    if totals.input_tokens is not None:
        parts.append(f"{short_count_text(totals.input_tokens)} tokens in")
    if totals.output_tokens is not None:
        parts.append(f"{short_count_text(totals.output_tokens)} out")
    if totals.cost_usd is not None:
        parts.append(money_text(totals.cost_usd))
    if totals.errors:
        parts.append(counted(totals.errors, "error"))
    return f"24 h: {', '.join(parts)}"
