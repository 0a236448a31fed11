"""Meters become Prometheus text that its own parser reads."""

from prometheus_client.parser import text_string_to_metric_families

from llmgw_desktop.domain.events import RecorderStatus
from llmgw_desktop.domain.flight import FlightState, FlightSummary
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.exposition import expose
from llmgw_desktop.engine.meters import Meters


def _flight(provider: str | None, took_ms: float, usage: Usage) -> FlightSummary:
    return FlightSummary(
        id="flt_1",
        started_at_s=0,
        state=FlightState.OK,
        client="c",
        protocol=ModelProtocol.ANTHROPIC,
        operation=Operation.GENERATE,
        model_asked="m",
        provider=provider,
        took_ms=took_ms,
        ttft_ms=took_ms / 2,
        usage=usage,
    )


def _samples(meters: Meters) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = expose(meters, RecorderStatus(recording=False, dropped=3), 2).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_flights_tokens_and_durations() -> None:
    meters = Meters()
    meters.note(_flight("stub", 75, Usage(input_tokens=10, cache_read_tokens=0)))
    meters.note(_flight("stub", 9_999_999, Usage(input_tokens=5)))
    meters.refused["unauthenticated"] += 7

    samples = _samples(meters)

    labels = (("protocol", "anthropic"), ("provider", "stub"), ("state", "ok"))
    assert samples["llmgw_flights_total", labels] == 2
    assert samples["llmgw_tokens_total", (("kind", "input"), ("provider", "stub"))] == 15
    assert samples["llmgw_tokens_total", (("kind", "cache_read"), ("provider", "stub"))] == 0
    assert ("llmgw_tokens_total", (("kind", "output"), ("provider", "stub"))) not in samples
    bucket = "llmgw_flight_duration_seconds_bucket"
    assert samples[bucket, (("le", "0.05"), ("provider", "stub"))] == 0
    assert samples[bucket, (("le", "0.1"), ("provider", "stub"))] == 1
    assert samples[bucket, (("le", "+Inf"), ("provider", "stub"))] == 2
    assert samples["llmgw_refused_requests_total", (("kind", "unauthenticated"),)] == 7
    assert samples["llmgw_recording", ()] == 0
    assert samples["llmgw_flights_not_recorded_total", ()] == 3
    assert samples["llmgw_open_flights", ()] == 2
