"""Counts since the start, as plain numbers; they become Prometheus text only when asked for."""

from bisect import bisect_left
from collections import defaultdict

from llmgw_desktop.domain.flight import FlightSummary

DURATION_BOUNDS_MS = (50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 120000, 300000)


class Histogram:
    """Cumulative buckets over DURATION_BOUNDS_MS, the last one unbounded."""

    __slots__ = ("counts", "total_ms")

    def __init__(self) -> None:
        self.counts = [0] * (len(DURATION_BOUNDS_MS) + 1)
        self.total_ms = 0.0

    def note(self, value_ms: float) -> None:
        self.total_ms += value_ms
        self.counts[bisect_left(DURATION_BOUNDS_MS, value_ms)] += 1


class Meters:
    """Labels are protocol, provider, state and token kind: all from short closed lists."""

    def __init__(self) -> None:
        self.flights: dict[tuple[str, str, str], int] = defaultdict(int)
        """(protocol, provider, state) → flights."""
        self.tokens: dict[tuple[str, str], int] = defaultdict(int)
        """(provider, token kind) → tokens, told by vendors only."""
        self.ttft: dict[str, Histogram] = defaultdict(Histogram)
        self.took: dict[str, Histogram] = defaultdict(Histogram)
        self.refused: dict[str, int] = defaultdict(int)
        """Error kind → requests refused before they became flights."""
        self.guard_hits: dict[tuple[str, str], int] = defaultdict(int)
        """(rule, action) → what guards found."""

    def note(self, flight: FlightSummary) -> None:
        provider = flight.provider or "none"
        self.flights[flight.protocol, provider, flight.state] += 1
        if flight.took_ms is not None:
            self.took[provider].note(flight.took_ms)
        if flight.ttft_ms is not None:
            self.ttft[provider].note(flight.ttft_ms)
        for hit in flight.guard_hits:
            self.guard_hits[hit.rule, hit.action] += hit.count
        usage = flight.usage
        if usage.input_tokens is not None:
            self.tokens[provider, "input"] += usage.input_tokens
        if usage.output_tokens is not None:
            self.tokens[provider, "output"] += usage.output_tokens
        if usage.cache_read_tokens is not None:
            self.tokens[provider, "cache_read"] += usage.cache_read_tokens
        if usage.cache_write_tokens is not None:
            self.tokens[provider, "cache_write"] += usage.cache_write_tokens
