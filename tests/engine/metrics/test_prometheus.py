"""Meters become Prometheus text that its own parser reads."""

from dataclasses import replace

from prometheus_client.parser import text_string_to_metric_families

from llmgw_desktop.domain.events import RecorderStatus
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.policy import (
    Budget,
    ClientStanding,
    LimitRefusal,
    Measure,
    Period,
    Spent,
)
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Figure, Usage
from llmgw_desktop.engine.metrics.meters import MOST_CLIENTS, LoadNow, Meters
from llmgw_desktop.engine.metrics.prometheus import expose


def _flight(
    provider: str | None, took_ms: float, usage: Usage, client: str = "c", owner: str | None = None
) -> FlightSummary:
    return FlightSummary(
        id="flt_1",
        started_at_s=0,
        state=FlightState.OK,
        client=client,
        owner=owner,
        cost_usd=0.25 if owner else None,
        protocol=ModelProtocol.ANTHROPIC,
        operation=Operation.GENERATE,
        model_asked="m",
        provider=provider,
        took_ms=took_ms,
        ttft_ms=took_ms / 2,
        usage=usage,
    )


TWO_OPEN = LoadNow(open_flights=2)


def _samples(
    meters: Meters, load: LoadNow = TWO_OPEN
) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    text = expose(meters, RecorderStatus(recording=False, dropped=3), load).decode()
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
    assert samples["llmgw_tokens_total", _tokens("input")] == 15
    assert samples["llmgw_tokens_total", _tokens("cache_read")] == 0
    assert ("llmgw_tokens_total", _tokens("output")) not in samples
    bucket = "llmgw_flight_duration_seconds_bucket"
    assert samples[bucket, (("le", "0.05"), ("provider", "stub"))] == 0
    assert samples[bucket, (("le", "0.1"), ("provider", "stub"))] == 1
    assert samples[bucket, (("le", "+Inf"), ("provider", "stub"))] == 2
    assert samples["llmgw_refused_requests_total", (("kind", "unauthenticated"),)] == 7
    assert samples["llmgw_recording", ()] == 0
    assert samples["llmgw_flights_not_recorded_total", ()] == 3
    assert samples["llmgw_open_flights", ()] == 2


def _tokens(kind: str, provenance: str = "told") -> tuple[tuple[str, str], ...]:
    return (("kind", kind), ("provenance", provenance), ("provider", "stub"))


def test_figures_by_where_they_come_from_and_those_nobody_knows() -> None:
    meters = Meters()
    half = Usage(
        input_tokens=10,
        output_tokens=4,
        estimated=int(Figure.INPUT | Figure.COST),
        partial=int(Figure.OUTPUT | Figure.COST),
    )
    asked = {"attempts": 1}
    meters.note(replace(_flight("stub", 75, half, owner="cli_1"), **asked))
    silent = replace(_flight("stub", 75, Usage()), **asked)
    meters.note(silent)
    meters.note(replace(silent, state=FlightState.FAILED))  # nobody bills a refusal
    meters.note(replace(silent, operation=Operation.COUNT_TOKENS))
    whole = Usage(input_tokens=1000, output_tokens=1000)
    job = replace(_flight("stub", 75, whole, owner="cli_1"), is_counted=False, **asked)
    meters.note(job)  # its requests have its tokens

    samples = _samples(meters)

    tokens = {labels: value for (name, labels), value in samples.items() if "llmgw_tokens" in name}
    assert tokens == {_tokens("input", "estimated"): 10, _tokens("output", "partial"): 4}
    partial, client = ("provenance", "partial"), ("client", "c")
    assert samples["llmgw_provider_cost_usd_total", (partial, ("provider", "stub"))] == 0.25
    assert samples["llmgw_client_cost_usd_total", (client, partial)] == 0.25
    assert samples["llmgw_client_tokens_total", (client, ("kind", "output"), partial)] == 4
    assert samples["llmgw_client_requests_total", (client,)] == 2
    unknown = {
        dict(labels)["figure"]: value
        for (name, labels), value in samples.items()
        if name == "llmgw_unknown_figures_total"
    }
    assert unknown == {"input": 1, "output": 1, "cache_read": 2, "cache_write": 2, "cost": 1}


HOSTILE = 'a"b\\c\n# HELP x'
DAY = Budget(measure=Measure.USD, amount=5.0, period=Period.DAY)
SPENT = Spent(budget=DAY, used=2.0, reserved=1.0, begins_at_s=0, ends_at_s=1)


def _standing(client_id: str, name: str, running: int = 1) -> ClientStanding:
    refusal = LimitRefusal(kind="limit_reached", words="", count=3, last_at_s=0, opens_at_s=None)
    return ClientStanding(
        client_id=client_id,
        name=name,
        running=running,
        policy=None,
        budgets=(SPENT,),
        refusals=(refusal,),
    )


def test_clients_and_providers_by_name_with_what_is_left() -> None:
    meters = Meters()
    meters.note(_flight("stub", 75, Usage(input_tokens=10), HOSTILE, "cli_1"))
    meters.note(_flight("stub", 75, Usage(output_tokens=4), "local", "oauth_9"))
    load = LoadNow(
        open_flights=2, by_provider={"stub": 2}, standings=(_standing("cli_1", HOSTILE, 2),)
    )

    samples = _samples(meters, load)

    own = ("client", HOSTILE)
    assert samples["llmgw_client_requests_total", (own,)] == 1
    told = ("provenance", "told")
    assert samples["llmgw_client_tokens_total", (own, ("kind", "input"), told)] == 10
    assert ("llmgw_client_tokens_total", (own, ("kind", "output"), told)) not in samples
    assert samples["llmgw_client_cost_usd_total", (own, told)] == 0.25
    assert samples["llmgw_client_running", (own,)] == 2
    budget = (own, ("measure", "usd"), ("period", "day"))
    figures = [
        samples[f"llmgw_client_budget_{each}", budget]
        for each in ("amount", "used", "reserved", "remaining")
    ]
    assert figures == [5, 2, 1, 2]
    assert samples["llmgw_client_limit_refusals_total", (own, ("kind", "limit_reached"))] == 3
    # what a remote client calls itself is not the name of this computer's person
    assert samples["llmgw_client_requests_total", (("client", "oauth_9"),)] == 1
    assert ("llmgw_client_requests_total", (("client", "local"),)) not in samples
    assert samples["llmgw_provider_running", (("provider", "stub"),)] == 2
    assert samples["llmgw_provider_cost_usd_total", (told, ("provider", "stub"))] == 0.5


def test_however_many_clients_there_are_the_names_are_bounded_and_nothing_is_lost() -> None:
    meters, many = Meters(), MOST_CLIENTS + 50
    for number in range(many):
        meters.note(_flight("stub", 1, Usage(), f"c{number}", f"cli_{number:04}"))
    standings = tuple(_standing(f"cli_{number:04}", f"c{number}") for number in range(many))

    samples = _samples(meters, LoadNow(open_flights=0, standings=standings))

    for name in ("llmgw_client_requests_total", "llmgw_client_running"):
        found = {labels[0][1]: value for (it, labels), value in samples.items() if it == name}
        assert len(found) == MOST_CLIENTS + 1
        assert sum(found.values()) == many
        assert found["other"] == 50
    budgets = [labels for it, labels in samples if it == "llmgw_client_budget_used"]
    assert len(budgets) == MOST_CLIENTS
