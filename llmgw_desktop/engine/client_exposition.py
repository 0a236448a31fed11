"""What clients use and may use, as Prometheus families.

A client's label is the name that a person's rules find it by; there are MOST_CLIENTS, and the rest
is `other`, whose budgets are nobody's and stay out.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from llmgw_desktop.domain.policy import ClientStanding, Spent
from llmgw_desktop.domain.principal import known_as
from llmgw_desktop.engine.meters import MOST_CLIENTS, OTHERS, Meters

_BUDGET = ("client", "measure", "period")


def client_families(meters: Meters, standings: Sequence[ClientStanding]) -> Iterator[Metric]:
    labelled = _labelled(meters, standings)
    yield from _used(meters)
    yield _running(labelled)
    yield from _budgets(labelled)
    yield _refusals(labelled)


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
    requests = CounterMetricFamily("llmgw_client_requests", "Ended requests", labels=("client",))
    tokens = CounterMetricFamily(
        "llmgw_client_tokens",
        "Tokens, by where they are known from",
        labels=("client", "kind", "provenance"),
    )
    cost = CounterMetricFamily(
        "llmgw_client_cost_usd", "Cost as far as it is known", labels=("client", "provenance")
    )
    for client, meter in meters.clients.items():
        requests.add_metric((client,), meter.requests)
        for labels, count in meter.tokens.items():
            tokens.add_metric((client, *labels), count)
        for provenance, cost_usd in meter.cost_usd.items():
            cost.add_metric((client, provenance), cost_usd)
    yield from (requests, tokens, cost)


def _running(labelled: Sequence[tuple[str, ClientStanding]]) -> Metric:
    family = GaugeMetricFamily(
        "llmgw_client_running", "Requests and runs under way", labels=("client",)
    )
    running: dict[str, int] = defaultdict(int)
    for label, standing in labelled:
        running[label] += standing.running
    for label, count in running.items():
        family.add_metric((label,), count)
    return family


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
    for name, (help_text, figure) in figures.items():
        family = GaugeMetricFamily(f"llmgw_client_budget_{name}", help_text, labels=_BUDGET)
        for labels, each in spent.items():
            family.add_metric(labels, figure(each))
        yield family


def _refusals(labelled: Sequence[tuple[str, ClientStanding]]) -> Metric:
    family = CounterMetricFamily(
        "llmgw_client_limit_refusals", "Refused by a client's limits", labels=("client", "kind")
    )
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for label, standing in labelled:
        for refusal in standing.refusals:
            counts[label, refusal.kind] += refusal.count
    for labels, count in counts.items():
        family.add_metric(labels, count)
    return family
