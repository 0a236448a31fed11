"""Flights, and how clients stand, as the gateway's own doors and MCP write them: figures, way and
end; what was said only by `bodies_object`.

A moment is seconds since 1970. What is not known is null, and its provenance says `unknown`.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from llmgw_desktop.domain.brakes import CapStanding
from llmgw_desktop.domain.flights.flight import (
    Attempt,
    FlightRecord,
    FlightSummary,
    Headers,
    Phase,
)
from llmgw_desktop.domain.flights.spending import (
    NOTHING_SPENT,
    FlightSpending,
    Latency,
    LatencyKey,
    SumBy,
    Timing,
)
from llmgw_desktop.domain.guard import GuardHit
from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.domain.policy import (
    ClientPolicy,
    ClientStanding,
    LabelStanding,
    LimitRefusal,
    RateStanding,
    Spent,
)
from llmgw_desktop.domain.usage import Figure, Provenance, Usage

FIGURE_NAMES: dict[Figure, str] = {
    Figure.INPUT: "inputTokens",
    Figure.OUTPUT: "outputTokens",
    Figure.CACHE_READ: "cacheReadTokens",
    Figure.CACHE_WRITE: "cacheCreationTokens",
    Figure.REASONING: "reasoningTokens",
    Figure.COST: "costUsd",
    Figure.TTFT: "timeToFirstTokenMs",
}
"""As `usage_object` calls them."""


def flight_object(record: FlightRecord) -> dict[str, Any]:
    """Of one that runs the attempts are counted and not yet listed."""
    flight = record.summary
    return {
        "id": flight.id,
        "state": flight.state,
        "startedAt": flight.started_at_s,
        "durationMs": flight.took_ms,
        "client": flight.client,
        "label": flight.label or None,
        "operation": flight.operation,
        "protocol": flight.protocol,
        "upstreamProtocol": flight.upstream_protocol,
        "modelAsked": flight.model_asked or None,
        "model": flight.model_served,
        "provider": flight.provider,
        "account": flight.account,
        "streaming": flight.streaming,
        "status": flight.status,
        "stopReason": flight.stop_reason,
        "error": _error(flight),
        **figure_objects(flight),
        "tokensPerSecond": flight.tokens_per_s,
        **_billing(flight),
        "job": flight.job or None,
        "conversation": flight.conversation or None,
        "agent": flight.agent or None,
        "replayOf": flight.replay_of or None,
        "marked": flight.note is not None,
        "note": flight.note or None,
        "counted": flight.is_counted,
        "routeReason": record.route_reason or None,
        "attemptCount": flight.attempts,
        "attempts": [_attempt(each) for each in record.attempt_log],
        "phases": [_phase(each) for each in record.phases],
        "losses": flight.losses,
        "guards": [_hit(each) for each in flight.guard_hits],
        "requestBytes": flight.request_bytes,
        "answerBytes": flight.answer_bytes,
    }


def listed_object(flight: FlightSummary) -> dict[str, Any]:
    """One of a list: without its way."""
    told = flight_object(FlightRecord(summary=flight))
    return {name: value for name, value in told.items() if name not in _OF_ITS_WAY}


def _hit(hit: GuardHit) -> dict[str, Any]:
    """Never the words that were found."""
    return {
        "rule": hit.rule,
        "action": hit.action,
        "found": hit.what,
        "in": hit.role,
        "count": hit.count,
    }


_OF_ITS_WAY = ("routeReason", "attempts", "phases")


def bodies_object(record: FlightRecord) -> dict[str, Any]:
    """What was asked and answered, as it was recorded: secrets removed. Each side has `text`, or
    `base64` where it is no UTF-8; both are null where nothing was kept."""
    flight = record.summary
    request = _side(record.request_headers, record.request_body)
    answer = _side(record.answer_headers, record.answer_body)
    return {
        "id": flight.id,
        "state": flight.state,
        "path": plain_text(record.path),
        "request": {
            **request,
            "whole": record.request_body is not None and record.request_body_whole,
            "sentBytes": flight.request_bytes,
        },
        "response": {
            **answer,
            "whole": record.answer_body is not None and record.answer_body_whole,
            "sentBytes": flight.answer_bytes,
            "status": flight.status,
        },
        "unreadable": record.unreadable or None,
    }


def _side(headers: Headers, body: bytes | None) -> dict[str, Any]:
    text = coded = None
    if body is not None:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            coded = b64encode(body).decode()
    return {
        "headers": [[plain_text(name), plain_text(told)] for name, told in headers],
        "bytes": None if body is None else len(body),
        "text": text,
        "base64": coded,
    }


def figure_objects(flight: FlightSummary) -> dict[str, dict[str, Any]]:
    times = {"costUsd": flight.cost_usd, "timeToFirstTokenMs": flight.ttft_ms}
    values: dict[str, Any] = {**usage_object(flight.usage), **times}
    return {
        name: {"value": values[name], "provenance": flight.provenance(figure)}
        for figure, name in FIGURE_NAMES.items()
    }


def usage_object(usage: Usage) -> dict[str, int | None]:
    return {
        "inputTokens": usage.input_tokens,
        "outputTokens": usage.output_tokens,
        "cacheReadTokens": usage.cache_read_tokens,
        "cacheCreationTokens": usage.cache_write_tokens,
        "reasoningTokens": usage.reasoning_tokens,
    }


def provenance_member(
    usage: Usage, *, cost_usd: float | None = None
) -> dict[str, dict[str, Provenance]]:
    """`provenance`, of the figures that are there and were not told; nothing where all were, so
    that what is plain is not said."""
    known = usage.known | (0 if cost_usd is None else Figure.COST._value_)
    doubted = known & (usage.estimated | usage.partial)
    told = {
        name: Provenance.PARTIAL if usage.partial & figure else Provenance.ESTIMATED
        for figure, name in FIGURE_NAMES.items()
        if doubted & figure
    }
    return {"provenance": told} if told else {}


def _billing(flight: FlightSummary) -> dict[str, Any]:
    facts = flight.usage.billing
    return {
        "listCostUsd": flight.list_cost_usd,
        "billedByVendor": flight.is_billed_by_vendor,
        "serviceTier": facts.service_tier or None,
        "fees": dict(facts.fees),
        "notUnderstood": facts.not_understood,
        "unpriced": facts.unpriced,
        "unsound": facts.unsound,
    }


def _error(flight: FlightSummary) -> dict[str, str | None] | None:
    if flight.error_kind is None and flight.error_text is None:
        return None
    message = flight.error_text
    return {"kind": flight.error_kind, "message": message and plain_text(message)}


def _attempt(each: Attempt) -> dict[str, Any]:
    return {
        "account": each.account,
        "model": each.model,
        "protocol": each.protocol,
        "startMs": each.start_ms,
        "endMs": each.end_ms,
        "status": each.status,
        "outcome": plain_text(each.outcome) or None,
    }


def _phase(each: Phase) -> dict[str, Any]:
    return {"name": each.name, "startMs": each.start_ms, "endMs": each.end_ms, "note": each.note}


def standing_object(standing: ClientStanding, caps: Sequence[CapStanding] = ()) -> dict[str, Any]:
    """`caps`: how its conversations, agents, runs and labels stand that are counted."""
    return {
        "client": standing.name,
        "id": standing.client_id,
        "paused": standing.is_paused,
        **_limits(standing, standing.policy),
        "refusals": [_refusal(each) for each in standing.refusals],
        "labels": [{"label": each.label, **_limits(each, each.policy)} for each in standing.labels],
        "caps": [_cap(each) for each in caps],
    }


def _cap(cap: CapStanding) -> dict[str, Any]:
    return {
        "of": str(cap.kind),
        "id": cap.id,
        "conversation": cap.conversation or None,
        "model": cap.model,
        "tokens": cap.tokens,
        "usd": cap.usd,
        "requests": cap.requests,
        "unpriced": cap.unpriced,
        "maxTokens": cap.most_tokens,
        "maxUsd": cap.most_usd,
        "running": cap.running,
        "reservedTokens": None if cap.most_tokens is None else cap.reserved_tokens,
        "reservedUsd": None if cap.most_usd is None else cap.reserved_usd,
        "stopped": cap.is_stopped,
        "beginsAt": cap.begins_at_s,
        "lastAt": cap.last_at_s,
    }


def _limits(
    standing: ClientStanding | LabelStanding, policy: ClientPolicy | None
) -> dict[str, Any]:
    return {
        "running": standing.running,
        "parallel": None if policy is None else policy.parallel,
        "expiresAt": None if policy is None else policy.expires_at_s,
        "models": [] if policy is None else policy.models,
        "providers": [] if policy is None else policy.providers,
        "budgets": [_budget(each) for each in standing.budgets],
        "rateLimits": [_rate(each) for each in standing.rates],
    }


def _budget(spent: Spent) -> dict[str, Any]:
    budget = spent.budget
    return {
        "measure": budget.measure,
        "period": budget.period,
        "amount": budget.amount,
        "used": spent.used,
        "reserved": spent.reserved,
        "left": spent.left,
        "beginsAt": spent.begins_at_s,
        "endsAt": spent.ends_at_s,
        "since": spent.since_s,
    }


def _rate(standing: RateStanding) -> dict[str, Any]:
    limit = standing.limit
    return {
        "measure": limit.measure,
        "amount": limit.amount,
        "windowSeconds": limit.window_s,
        "used": standing.used,
    }


def _refusal(refusal: LimitRefusal) -> dict[str, Any]:
    return {
        "kind": refusal.kind,
        "message": refusal.words,
        "count": refusal.count,
        "lastAt": refusal.last_at_s,
        "opensAt": refusal.opens_at_s,
    }


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
