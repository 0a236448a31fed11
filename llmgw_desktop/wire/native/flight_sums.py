"""What was spent and how long it took, as doors and MCP tell it.

Money is told twice: as a number, and exactly, as text. What is not known is null, and beside each
sum stands of how many flights it is not known.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.flights.spending import (
    NOTHING_SPENT,
    FlightSpending,
    Latency,
    LatencyKey,
    SumBy,
    Timing,
)


def sums_object(by: SumBy, found: Mapping[str, FlightSpending]) -> dict[str, Any]:
    """Those that cost most come first; days in their order."""
    total = sum(found.values(), NOTHING_SPENT)
    return {
        "by": by,
        "total": spent_object(total),
        "sums": [{"key": key or None, **spent_object(each)} for key, each in found.items()],
    }


def spent_object(spent: FlightSpending) -> dict[str, Any]:
    cost, tokens = spent.cost_usd, spent.tokens_provenance
    return {
        "flights": spent.flights,
        "failed": spent.failed,
        "cut": spent.cut,
        "canceled": spent.canceled,
        "retried": spent.retried,
        "attemptsInVain": spent.more_attempts,
        "costUsd": {
            "value": None if cost is None else float(cost),
            "exact": None if cost is None else _exact(cost),
            "provenance": spent.cost_provenance,
            "unknownFlights": spent.unpriced,
        },
        "tokens": {
            "input": spent.input_tokens,
            "output": spent.output_tokens,
            "cacheRead": spent.cache_read_tokens,
            "cacheCreation": spent.cache_write_tokens,
            "provenance": tokens,
            "unknownFlights": spent.untold,
        },
        "cacheHitRate": spent.cache_hit_rate,
        "brokenOffCostUsd": _number(spent.cut_cost_usd),
        "retriedCostUsd": _number(spent.retried_cost_usd),
    }


def latency_object(found: Mapping[LatencyKey, Latency]) -> dict[str, Any]:
    """By provider and model, those with most flights first; milliseconds."""
    rows = [
        {
            "provider": key.provider or None,
            "model": key.model or None,
            "firstToken": _timing(each.first_token),
            "total": _timing(each.total),
            "gateway": _timing(each.own),
        }
        for key, each in found.items()
    ]
    return {"latency": rows}


def _timing(each: Timing) -> dict[str, Any]:
    return {
        "flights": each.flights,
        "p50Ms": each.p50_ms,
        "p95Ms": each.p95_ms,
        "p99Ms": each.p99_ms,
    }


def _exact(dollars: Any) -> str:
    text = f"{dollars:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(dollars: Any) -> float | None:
    return None if dollars is None else float(dollars)
