"""Counts since the start, as plain numbers; they become Prometheus text only when asked for."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import field
from operator import attrgetter

from llmgw_desktop.domain.access.principal import known_as
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.guard import GuardHit
from llmgw_desktop.domain.policy import ClientStanding
from llmgw_desktop.domain.usage import Figure, Provenance, Usage
from llmgw_desktop.domain.values import value

_KINDS = (
    ("input", Figure.INPUT.value),
    ("output", Figure.OUTPUT.value),
    ("cache_read", Figure.CACHE_READ.value),
    ("cache_write", Figure.CACHE_WRITE.value),
)
"""Kinds of tokens, each with its bit in a usage."""
_OF_CLIENTS = ("input", "output")
_COUNTS = {kind: attrgetter(f"{kind}_tokens") for kind, _ in _KINDS}
_ToldKeys = tuple[tuple[str, str, str], tuple[str, str] | None, tuple[str, str], int]
_COST = Figure.COST.value
_TOLD, _ESTIMATED = Provenance.TOLD.value, Provenance.ESTIMATED.value
_PARTIAL = Provenance.PARTIAL.value
MOST_CLIENTS = 300
"""By their names; the rest is counted together."""
OTHERS = "other"
DURATION_BOUNDS_MS = (50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 120000, 300000)


@value
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

    __slots__ = ("cost_usd", "requests", "tokens")

    def __init__(self) -> None:
        self.requests = 0
        self.tokens: dict[tuple[str, str], int] = defaultdict(int)
        """(token kind, provenance) → tokens; of input and output alone, which hold the others."""
        self.cost_usd: dict[str, float] = defaultdict(float)
        """Provenance → cost."""


class Meters:
    """Labels are protocol, provider, state, token kind and provenance: all from short closed
    lists; and clients, of whom there are MOST_CLIENTS."""

    def __init__(self) -> None:
        self.flights: dict[tuple[str, str, str], int] = defaultdict(int)
        """(protocol, provider, state) → flights."""
        self.tokens: dict[tuple[str, str, str], int] = defaultdict(int)
        """(provider, token kind, provenance) → tokens."""
        self.unknown: dict[tuple[str, str], int] = defaultdict(int)
        """(provider, token kind or `cost`) → answered flights of which nobody knows it."""
        self.ttft: dict[str, Histogram] = defaultdict(Histogram)
        self.took: dict[str, Histogram] = defaultdict(Histogram)
        self.refused: dict[str, int] = defaultdict(int)
        """Error kind → requests refused before they became flights."""
        self.cost_usd: dict[tuple[str, str], float] = defaultdict(float)
        """(provider, provenance) → what its answers cost, as far as that is known."""
        self.clients: dict[str, ClientMeter] = {}
        """By what a person's rules find them: what a remote client calls itself is no name."""
        self._meters: dict[tuple[str, str], ClientMeter] = {}
        """The same, by owner and client, as flights name them; those who came first."""
        self.guard_hits: dict[tuple[str, str], int] = defaultdict(int)
        """(rule, action) → what guards found."""
        self._told: dict[str, tuple[_ToldKeys, ...]] = {}
        """Where tokens of a provider count that are neither counted by us nor a part, by kind."""

    def note(self, flight: FlightSummary) -> None:
        provider = flight.provider or "none"
        self.flights[flight.protocol, provider, flight.state] += 1
        if flight.took_ms is not None:
            self.took[provider].note(flight.took_ms)
        if flight.ttft_ms is not None:
            self.ttft[provider].note(flight.ttft_ms)
        client = None
        if flight.owner is not None:
            client = self._meter(flight.owner, flight.client)
            client.requests += 1
        if flight.is_counted:  # else the flights of its requests have all of it
            self._note_tokens(provider, flight, client)
            self._note_cost(provider, flight, client)
        if flight.guard_hits:
            self.note_hits(flight.guard_hits)

    def note_hits(self, hits: tuple[GuardHit, ...]) -> None:
        """What was found in one request."""
        for hit in hits:
            self.guard_hits[hit.rule, hit.action] += hit.count

    def _note_tokens(
        self, provider: str, flight: FlightSummary, client: ClientMeter | None
    ) -> None:
        usage = flight.usage
        marked = usage.estimated | usage.partial
        counts = (
            usage.input_tokens,
            usage.output_tokens,
            usage.cache_read_tokens,
            usage.cache_write_tokens,
        )
        is_unknown = None in counts and flight.was_generated
        keys = self._told.get(provider)
        if keys is None:
            keys = self._told[provider] = tuple(_told_keys(provider, kind) for kind, _ in _KINDS)
        for (of_all, of_client, of_unknown, bit), count in zip(keys, counts, strict=True):
            if count is None:
                if is_unknown:
                    self.unknown[of_unknown] += 1
            elif marked & bit:
                self._note_marked(of_all, bit, usage, client)
            else:
                self.tokens[of_all] += count
                if of_client is not None and client is not None:
                    client.tokens[of_client] += count

    def _note_marked(
        self, of_all: tuple[str, str, str], bit: int, usage: Usage, client: ClientMeter | None
    ) -> None:
        """Where the gateway counted, or not all of it is known: the one kind of `bit`."""
        provider, kind, _ = of_all
        provenance, count = _provenance(bit, usage), _COUNTS[kind](usage)
        self.tokens[provider, kind, provenance] += count
        if client is not None and kind in _OF_CLIENTS:
            client.tokens[kind, provenance] += count

    def _note_cost(self, provider: str, flight: FlightSummary, client: ClientMeter | None) -> None:
        if flight.cost_usd is None:
            if flight.was_generated:
                self.unknown[provider, "cost"] += 1
            return
        provenance = _provenance(_COST, flight.usage)
        self.cost_usd[provider, provenance] += flight.cost_usd
        if client is not None:
            client.cost_usd[provenance] += flight.cost_usd

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


def _told_keys(provider: str, kind: str) -> _ToldKeys:
    of_client = (kind, _TOLD) if kind in _OF_CLIENTS else None
    return (provider, kind, _TOLD), of_client, (provider, kind), dict(_KINDS)[kind]


def _provenance(bit: int, usage: Usage) -> str:
    if usage.partial & bit:
        return _PARTIAL
    return _ESTIMATED if usage.estimated & bit else _TOLD
