"""How a client stands, as doors and MCP write it. A moment is seconds since 1970; null: never, or
nobody knows."""

from typing import Any

from llmgw_desktop.domain.policy import (
    ClientPolicy,
    ClientStanding,
    LabelStanding,
    LimitRefusal,
    RateStanding,
    Spent,
)


def standing_object(standing: ClientStanding) -> dict[str, Any]:
    return {
        "client": standing.name,
        "id": standing.client_id,
        **_limits(standing, standing.policy),
        "refusals": [_refusal(each) for each in standing.refusals],
        "labels": [{"label": each.label, **_limits(each, each.policy)} for each in standing.labels],
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
