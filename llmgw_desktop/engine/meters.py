"""Counts since the start, as plain numbers; they become Prometheus text only when asked for."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from llmgw_desktop.domain.flight import FlightSummary
from llmgw_desktop.domain.policy import ClientStanding
from llmgw_desktop.domain.principal import known_as

MOST_CLIENTS = 300
"""By their names; the rest is counted together."""
OTHERS = "other"
DURATION_BOUNDS_MS = (50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 120000, 300000)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadNow:
    """What is under way when somebody scrapes, and how clients stand."""

    open_flights: int
    by_provider: Mapping[str, int] = field(default_factory=dict)
    standings: Sequence[ClientStanding] = ()


class Histogram:
    """Cumulative buckets over DURATION_BOUNDS_MS, the last one unbounded."""

    __slots__ = ("counts", "total_ms")

    def __init__(self) -> None:
        self.counts = [0] * (len(DURATION_BOUNDS_MS) + 1)
        self.total_ms = 0.0

    def note(self, value_ms: float) -> None:
        self.total_ms += value_ms
        self.counts[bisect_left(DURATION_BOUNDS_MS, value_ms)] += 1


class ClientMeter:
    """Of one client. Tokens and costs as far as they are known."""

    __slots__ = ("cost_usd", "input_tokens", "output_tokens", "requests")

    def __init__(self) -> None:
        self.requests = 0
        self.input_tokens: int | None = None
        self.output_tokens: int | None = None
        self.cost_usd: float | None = None

    def note(self, flight: FlightSummary) -> None:
        usage = flight.usage
        self.requests += 1
        if not flight.is_counted:
            return
        if usage.input_tokens is not None:
            self.input_tokens = (self.input_tokens or 0) + usage.input_tokens
        if usage.output_tokens is not None:
            self.output_tokens = (self.output_tokens or 0) + usage.output_tokens
        if flight.cost_usd is not None:
            self.cost_usd = (self.cost_usd or 0.0) + flight.cost_usd


class Meters:
    """Labels are protocol, provider, state and token kind: all from short closed lists; and
    clients, of whom there are MOST_CLIENTS."""

    def __init__(self) -> None:
        self.flights: dict[tuple[str, str, str], int] = defaultdict(int)
        """(protocol, provider, state) → flights."""
        self.tokens: dict[tuple[str, str], int] = defaultdict(int)
        """(provider, token kind) → tokens, told by vendors only."""
        self.ttft: dict[str, Histogram] = defaultdict(Histogram)
        self.took: dict[str, Histogram] = defaultdict(Histogram)
        self.refused: dict[str, int] = defaultdict(int)
        """Error kind → requests refused before they became flights."""
        self.cost_usd: dict[str, float] = defaultdict(float)
        """Provider → what its answers cost, as far as that is known."""
        self.clients: dict[str, ClientMeter] = {}
        """By what a person's rules find them: what a remote client calls itself is no name."""
        self._meters: dict[tuple[str, str], ClientMeter] = {}
        """The same, by owner and client, as flights name them; those who came first."""
        self.guard_hits: dict[tuple[str, str], int] = defaultdict(int)
        """(rule, action) → what guards found."""

    def note(self, flight: FlightSummary) -> None:
        provider = flight.provider or "none"
        self.flights[flight.protocol, provider, flight.state] += 1
        if flight.took_ms is not None:
            self.took[provider].note(flight.took_ms)
        if flight.ttft_ms is not None:
            self.ttft[provider].note(flight.ttft_ms)
        if flight.owner is not None:
            self._meter(flight.owner, flight.client).note(flight)
        for hit in flight.guard_hits:
            self.guard_hits[hit.rule, hit.action] += hit.count
        if flight.is_counted:
            self._note_used(provider, flight)

    def _note_used(self, provider: str, flight: FlightSummary) -> None:
        """Once: not of a run whose requests have flights of their own."""
        if flight.cost_usd is not None:
            self.cost_usd[provider] += flight.cost_usd
        usage = flight.usage
        if usage.input_tokens is not None:
            self.tokens[provider, "input"] += usage.input_tokens
        if usage.output_tokens is not None:
            self.tokens[provider, "output"] += usage.output_tokens
        if usage.cache_read_tokens is not None:
            self.tokens[provider, "cache_read"] += usage.cache_read_tokens
        if usage.cache_write_tokens is not None:
            self.tokens[provider, "cache_write"] += usage.cache_write_tokens

    def label(self, client: str) -> str:
        """Under which a client is told of: its name, while there is room."""
        return client if client in self.clients or len(self.clients) < MOST_CLIENTS else OTHERS

    def _meter(self, owner: str, client: str) -> ClientMeter:
        meter = self._meters.get((owner, client))
        if meter is None:
            label = self.label(known_as(owner, client))
            meter = self.clients.get(label)
            if meter is None:
                meter = self.clients[label] = ClientMeter()
            if len(self._meters) < MOST_CLIENTS:
                self._meters[owner, client] = meter
        return meter
