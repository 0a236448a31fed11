"""The meters as Prometheus text, made by its own library when somebody scrapes, and what clients
use and may use.

A client's label is the name that a person's rules find it by; there are MOST_CLIENTS, and the rest
is `other`, whose budgets are nobody's and stay out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector, CollectorRegistry
from typing_extensions import override

from llmgw_desktop.domain.access.principal import known_as
from llmgw_desktop.domain.events import RecorderStatus
from llmgw_desktop.domain.policy import ClientStanding, Spent
from llmgw_desktop.engine.metrics.meters import (
    DURATION_BOUNDS_MS,
    MOST_CLIENTS,
    OTHERS,
    Histogram,
    LoadNow,
    Meters,
)

_Rows = Mapping[Any, float]
"""By the values of a family's labels: a tuple, or the one value."""
_BY_PROVIDER = ("provider",)


def expose(meters: Meters, recorder: RecorderStatus, load: LoadNow) -> bytes:
    """Text format 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(meters, recorder, load))
    return generate_latest(registry)


class _Snapshot(Collector):
    def __init__(self, meters: Meters, recorder: RecorderStatus, load: LoadNow) -> None:
        self._meters = meters
        self._recorder = recorder
        self._load = load

    @override
    def collect(self) -> Iterator[Metric]:
        meters, recorder, load = self._meters, self._recorder, self._load
        by_flight = ("protocol", "provider", "state")
        yield _counter("llmgw_flights", "Ended flights", by_flight, meters.flights)
        yield _counter(
            "llmgw_tokens",
            "Tokens: told by providers, estimated here, or partial: at least so many",
            ("provider", "kind", "provenance"),
            meters.tokens,
        )
        yield _counter(
            "llmgw_unknown_figures",
            "Answered flights of which nobody knows the figure",
            ("provider", "figure"),
            meters.unknown,
        )
        turned_away = "Requests turned away at the door"
        yield _counter("llmgw_refused_requests", turned_away, ("kind",), meters.refused)
        found = "What guards found in prompts"
        yield _counter("llmgw_guard_hits", found, ("rule", "action"), meters.guard_hits)
        yield _histogram("llmgw_flight_duration_seconds", "Whole flights", meters.took)
        yield _histogram("llmgw_time_to_first_byte_seconds", "Until an answer began", meters.ttft)
        yield GaugeMetricFamily("llmgw_open_flights", "Requests in the air", load.open_flights)
        yield GaugeMetricFamily(
            "llmgw_recording", "1 while flights are written down", int(recorder.recording)
        )
        yield CounterMetricFamily(
            "llmgw_flights_not_recorded", "Flights that could not be kept", recorder.dropped
        )
        yield CounterMetricFamily(
            "llmgw_flights_without_bodies",
            "Flights whose bodies were left out: too much came at once",
            recorder.left_out,
        )
        running = "Requests in the air"
        yield _gauge("llmgw_provider_running", running, _BY_PROVIDER, load.by_provider)
        by_cost, known = ("provider", "provenance"), "Cost as far as it is known"
        yield _counter("llmgw_provider_cost_usd", known, by_cost, meters.cost_usd)
        yield from client_families(meters, load.standings)


def client_families(meters: Meters, standings: Sequence[ClientStanding]) -> Iterator[Metric]:
    labelled = _labelled(meters, standings)
    yield from _used(meters)
    running: dict[str, int] = defaultdict(int)
    refusals: dict[tuple[str, str], int] = defaultdict(int)
    for label, standing in labelled:
        running[label] += standing.running
        for refusal in standing.refusals:
            refusals[label, refusal.kind] += refusal.count
    yield _gauge("llmgw_client_running", "Requests and runs under way", ("client",), running)
    yield from _budgets(labelled)
    by_kind, refused = ("client", "kind"), "Refused by a client's limits"
    yield _counter("llmgw_client_limit_refusals", refused, by_kind, refusals)


def _labelled(
    meters: Meters, standings: Sequence[ClientStanding]
) -> list[tuple[str, ClientStanding]]:
    """Those that were counted keep their names, and the others get them while there is room."""
    names = set(meters.clients) - {OTHERS}
    labelled = []
    for standing in sorted(standings, key=lambda each: each.client_id):
        name = known_as(standing.client_id, standing.name)
        if name not in names and len(names) < MOST_CLIENTS:
            names.add(name)
        labelled.append((name if name in names else OTHERS, standing))
    return labelled


def _used(meters: Meters) -> Iterator[Metric]:
    of = meters.clients
    requests = {client: meter.requests for client, meter in of.items()}
    yield _counter("llmgw_client_requests", "Ended requests", ("client",), requests)
    yield _counter(
        "llmgw_client_tokens",
        "Tokens, by where they are known from",
        ("client", "kind", "provenance"),
        {(client, *by): sum_ for client, meter in of.items() for by, sum_ in meter.tokens.items()},
    )
    cost = {(client, by): usd for client, meter in of.items() for by, usd in meter.cost_usd.items()}
    by_cost, known = ("client", "provenance"), "Cost as far as it is known"
    yield _counter("llmgw_client_cost_usd", known, by_cost, cost)


def _budgets(labelled: Sequence[tuple[str, ClientStanding]]) -> Iterator[Metric]:
    """Of two that had one name the later key counts."""
    spent: dict[tuple[str, str, str], Spent] = {
        (label, each.budget.measure.value, each.budget.period.value): each
        for label, standing in labelled
        if label != OTHERS
        for each in standing.budgets
    }
    figures: dict[str, tuple[str, Callable[[Spent], float]]] = {
        "amount": ("What a period has", lambda each: each.budget.amount),
        "used": ("Used of it", lambda each: each.used),
        "reserved": ("What requests under way may yet use", lambda each: each.reserved),
        "remaining": ("Left of it", lambda each: each.left),
    }
    labels = ("client", "measure", "period")
    for name, (words, figure) in figures.items():
        rows = {by: figure(each) for by, each in spent.items()}
        yield _gauge(f"llmgw_client_budget_{name}", words, labels, rows)


def _counter(name: str, words: str, labels: Sequence[str], rows: _Rows) -> Metric:
    return _filled(CounterMetricFamily(name, words, labels=labels), rows)


def _gauge(name: str, words: str, labels: Sequence[str], rows: _Rows) -> Metric:
    return _filled(GaugeMetricFamily(name, words, labels=labels), rows)


def _filled(family: CounterMetricFamily | GaugeMetricFamily, rows: _Rows) -> Metric:
    for by, value in rows.items():
        family.add_metric(by if isinstance(by, tuple) else (by,), value)
    return family


def _histogram(name: str, words: str, rows: Mapping[str, Histogram]) -> Metric:
    family = HistogramMetricFamily(name, words, labels=_BY_PROVIDER)
    bounds = [*(str(bound / 1000) for bound in DURATION_BOUNDS_MS), "+Inf"]
    for provider, histogram in rows.items():
        buckets = list(zip(bounds, accumulate(histogram.counts), strict=True))
        family.add_metric((provider,), buckets, sum_value=histogram.total_ms / 1000)
    return family
