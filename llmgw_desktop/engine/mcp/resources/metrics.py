"""`metrics://performance` and `metrics://process-health`, of whoever reads them."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.events import JobChanged
from llmgw_desktop.domain.job import JobState, JobSum
from llmgw_desktop.domain.principal import Principal, Scope
from llmgw_desktop.engine.mcp.resource import Resource
from llmgw_desktop.engine.mcp.tools.process_health import ProcessFacts, process_health
from llmgw_desktop.store.job_store import JobStore

_FAILED = (JobState.FAILED, JobState.ORPHANED)


def metrics_resources(jobs: JobStore, facts: ProcessFacts) -> tuple[Resource, ...]:
    async def performance(principal: Principal, places: Mapping[str, str]) -> str:
        del places
        sums = await asyncio.to_thread(jobs.sums, principal.client_id)
        return orjson.dumps(performance_told(sums)).decode()

    async def health(principal: Principal, places: Mapping[str, str]) -> str:
        del places
        return orjson.dumps(await process_health(facts, principal)).decode()

    changes = frozenset({JobChanged})
    return (
        Resource(
            uri="metrics://performance",
            name="performance",
            description="How your jobs of each CLI went, all that are kept.",
            read=performance,
            scope=Scope.JOBS_RUN,
            changes_with=changes,
        ),
        Resource(
            uri="metrics://process-health",
            name="process-health",
            description="Your live jobs, the gateway's load and limits.",
            read=health,
            scope=Scope.JOBS_RUN,
            changes_with=changes,
        ),
    )


def performance_told(sums: Iterable[JobSum]) -> dict[str, Any]:
    """Of jobs that ended by themselves: who cancels one says nothing of the CLI."""
    by_cli: dict[str, list[JobSum]] = {}
    for each in sums:
        if each.state is JobState.COMPLETED or each.state in _FAILED:
            by_cli.setdefault(each.cli.value, []).append(each)
    counts = [_counts(each) for each in by_cli.values()]
    requests, good = sum(each[0] for each in counts), sum(each[1] for each in counts)
    return {
        "totalRequests": requests,
        "totalSuccesses": good,
        "totalFailures": requests - good,
        "overallSuccessRate": _rate(good, requests),
        "overallFailureRate": _rate(requests - good, requests),
        "byTool": {cli: _of_cli(each) for cli, each in sorted(by_cli.items())},
    }


def _of_cli(sums: list[JobSum]) -> dict[str, Any]:
    requests, good = _counts(sums)
    known = [each for each in sums if each.mean_ms is not None]
    timed = sum(each.count for each in known)
    whole_ms = sum((each.mean_ms or 0.0) * each.count for each in known)
    return {
        "requestCount": requests,
        "successCount": good,
        "failureCount": requests - good,
        "averageResponseTimeMs": round(whole_ms / timed) if timed else None,
        "successRate": _rate(good, requests),
        "failureRate": _rate(requests - good, requests),
    }


def _counts(sums: list[JobSum]) -> tuple[int, int]:
    requests = sum(each.count for each in sums)
    return requests, sum(each.count for each in sums if each.state is JobState.COMPLETED)


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None
