"""The meters as Prometheus text, made by its own library when somebody scrapes."""

from collections.abc import Iterator, Mapping

from prometheus_client import generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector, CollectorRegistry
from typing_extensions import override

from llmgw_desktop.domain.events import RecorderStatus
from llmgw_desktop.engine.client_exposition import client_families
from llmgw_desktop.engine.meters import DURATION_BOUNDS_MS, Histogram, LoadNow, Meters


class _Snapshot(Collector):
    def __init__(self, meters: Meters, recorder: RecorderStatus, load: LoadNow) -> None:
        self._meters = meters
        self._recorder = recorder
        self._load = load

    @override
    def collect(self) -> Iterator[Metric]:
        yield self._flights()
        yield self._tokens()
        yield self._unknown()
        yield self._refused()
        yield self._guard_hits()
        yield _histogram("llmgw_flight_duration_seconds", "Whole flights", self._meters.took)
        yield _histogram(
            "llmgw_time_to_first_byte_seconds", "Until an answer began", self._meters.ttft
        )
        yield GaugeMetricFamily(
            "llmgw_open_flights", "Requests in the air", self._load.open_flights
        )
        yield GaugeMetricFamily(
            "llmgw_recording", "1 while flights are written down", int(self._recorder.recording)
        )
        yield CounterMetricFamily(
            "llmgw_flights_not_recorded", "Flights that could not be kept", self._recorder.dropped
        )
        yield CounterMetricFamily(
            "llmgw_flights_without_bodies",
            "Flights whose bodies were left out: too much came at once",
            self._recorder.left_out,
        )
        yield _gauge("llmgw_provider_running", "Requests in the air", self._load.by_provider)
        yield self._provider_cost()
        yield from client_families(self._meters, self._load.standings)

    def _flights(self) -> Metric:
        family = CounterMetricFamily(
            "llmgw_flights", "Ended flights", labels=("protocol", "provider", "state")
        )
        for labels, count in self._meters.flights.items():
            family.add_metric(labels, count)
        return family

    def _tokens(self) -> Metric:
        family = CounterMetricFamily(
            "llmgw_tokens",
            "Tokens: told by providers, estimated here, or partial: at least so many",
            labels=("provider", "kind", "provenance"),
        )
        for labels, count in self._meters.tokens.items():
            family.add_metric(labels, count)
        return family

    def _unknown(self) -> Metric:
        family = CounterMetricFamily(
            "llmgw_unknown_figures",
            "Answered flights of which nobody knows the figure",
            labels=("provider", "figure"),
        )
        for labels, count in self._meters.unknown.items():
            family.add_metric(labels, count)
        return family

    def _provider_cost(self) -> Metric:
        family = CounterMetricFamily(
            "llmgw_provider_cost_usd",
            "Cost as far as it is known",
            labels=("provider", "provenance"),
        )
        for labels, cost_usd in self._meters.cost_usd.items():
            family.add_metric(labels, cost_usd)
        return family

    def _guard_hits(self) -> Metric:
        family = CounterMetricFamily(
            "llmgw_guard_hits", "What guards found in prompts", labels=("rule", "action")
        )
        for labels, count in self._meters.guard_hits.items():
            family.add_metric(labels, count)
        return family

    def _refused(self) -> Metric:
        family = CounterMetricFamily(
            "llmgw_refused_requests", "Requests turned away at the door", labels=("kind",)
        )
        for kind, count in self._meters.refused.items():
            family.add_metric((kind,), count)
        return family


def _gauge(name: str, help_text: str, rows: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, help_text, labels=("provider",))
    for provider, value in rows.items():
        family.add_metric((provider,), value)
    return family


def _histogram(name: str, help_text: str, rows: dict[str, Histogram]) -> Metric:
    family = HistogramMetricFamily(name, help_text, labels=("provider",))
    bounds = [*(str(bound / 1000) for bound in DURATION_BOUNDS_MS), "+Inf"]
    for provider, histogram in rows.items():
        total = 0
        buckets = []
        for bound, count in zip(bounds, histogram.counts, strict=True):
            total += count
            buckets.append((bound, total))
        family.add_metric((provider,), buckets, sum_value=histogram.total_ms / 1000)
    return family


def expose(meters: Meters, recorder: RecorderStatus, load: LoadNow) -> bytes:
    """Text format 0.0.4."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(meters, recorder, load))
    return generate_latest(registry)
