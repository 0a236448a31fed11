"""`llm_process_health`: what goes on and how much may; `flight_sums`, `flight_latency`: what one's
own requests cost and took; `approval_list`: what the gate decided of
one's own runs (who sits at this computer sees all).
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from llmgw_desktop.clis.fields import TEXT, one_of, option, whole_number
from llmgw_desktop.domain.access.principal import LOCAL, Principal, Scope
from llmgw_desktop.domain.brakes import HeldQuestion
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.flights.spending import SumBy
from llmgw_desktop.domain.jobs.approval import PermissionQuestion
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.flights.pricing import FlightSums
from llmgw_desktop.engine.mcp.tool import (
    FULL_ALONE,
    Guide,
    InvalidArgument,
    McpTool,
    McpToolCall,
    ToolAnswer,
)
from llmgw_desktop.engine.mcp.tools.job_words import job_told
from llmgw_desktop.engine.runs.run_service import RunService
from llmgw_desktop.store.jobs.approval_store import ApprovalStore
from llmgw_desktop.wire.native.approvals import approval_object, held_object
from llmgw_desktop.wire.native.jobs import wish_object

_STATUS = Path("/proc/self/status")


@value
class ProcessFacts:
    """What is asked when somebody wants to know. `mcp_sessions`: None where nobody counts them."""

    runs: RunService
    settings: Callable[[], Settings]
    database: Path
    mcp_sessions: Callable[[], int] | None = None


def health_tools(facts: ProcessFacts) -> tuple[McpTool, ...]:
    async def health(call: McpToolCall) -> ToolAnswer:
        return ToolAnswer(
            structured={"success": True, **await process_health(facts, call.principal)}
        )

    return (
        McpTool(
            name="llm_process_health",
            title="Gateway health",
            description="Your live jobs, the gateway's load and limits.",
            guide=Guide(
                when="why runs wait",
                returns="jobs, load, limits",
                costs="nothing",
                example={},
            ),
            tells={"runningJobs": {"type": "integer"}},
            call=health,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
        ),
    )


async def process_health(facts: ProcessFacts, principal: Principal) -> dict[str, Any]:
    """Jobs are the caller's own; of those of others only how many there are."""
    live, settings = facts.runs.live(), facts.settings()
    own = [job for job in live if job.owner == principal.client_id]
    limits, kept = settings.limits, settings.jobs
    sessions = facts.mcp_sessions
    told: dict[str, Any] = {
        "runningJobs": _count(own, JobState.RUNNING),
        "queuedJobs": _count(own, JobState.QUEUED),
        "parkedJobs": _count(own, JobState.PARKED),
        "jobs": [job_told(job) for job in own],
        "backpressure": {
            "jobs": {
                "running": _count(live, JobState.RUNNING),
                "queued": _count(live, JobState.QUEUED),
                "runningByProvider": _by_cli(live, JobState.RUNNING),
                "queuedByProvider": _by_cli(live, JobState.QUEUED),
                "maxRunning": limits.max_running_jobs,
                "maxRunningPerProvider": limits.max_running_per_provider,
                "maxQueued": limits.max_queued_jobs,
                "saturated": _count(live, JobState.QUEUED) >= limits.max_queued_jobs,
                "maxJobOutputBytes": limits.max_job_output_bytes,
            },
            "httpSessions": None if sessions is None else {"active": sessions()},
            "memory": {"rss": await asyncio.to_thread(_resident_bytes)},
        },
        "persistence": {
            "backend": "sqlite",
            "retentionDays": kept.retention_days,
            "dedupWindowMs": kept.dedup_window_ms,
            "asyncJobsEnabled": True,
        },
    }
    if principal.client_id == LOCAL.client_id:
        told["persistence"]["dbPath"] = str(facts.database)
    return told


def _count(jobs: Any, state: JobState) -> int:
    return sum(job.state is state for job in jobs)


def _by_cli(jobs: tuple[Job, ...], state: JobState) -> Mapping[str, int]:
    return dict(Counter(job.cli.value for job in jobs if job.state is state))


def _resident_bytes() -> int | None:
    """Of this program; None where the system does not say it so."""
    try:
        lines = _STATUS.read_text("ascii", "replace").splitlines()
    except OSError:
        return None
    told = next((line.split() for line in lines if line.startswith("VmRSS:")), None)
    return int(told[1]) * 1024 if told and len(told) == 3 else None


_USUAL, _MOST = 50, 500


def tools(
    store: ApprovalStore,
    waiting: Callable[[], Sequence[PermissionQuestion]] = tuple,
    held: Callable[[], Sequence[HeldQuestion]] = tuple,
) -> tuple[McpTool, ...]:
    """`waiting`: what agents ask now; `held`: requests that wait for a person. Both are told here
    and answered elsewhere."""

    async def list_all(call: McpToolCall) -> ToolAnswer:
        owner = call.principal.client_id
        cli = call.arguments.get("cli")
        found = await asyncio.to_thread(
            store.recent,
            None if owner == LOCAL.client_id else owner,
            CliName(cli) if cli else None,
            limit=call.arguments.get("limit", _USUAL),
        )
        listed = [approval_object(each) for each in found]
        asked = [
            {"jobId": each.job_id, "cli": each.cli, **wish_object(each)}
            for each in waiting()
            if owner in (LOCAL.client_id, each.owner) and cli in (None, each.cli)
        ]
        told = {
            "count": len(listed),
            "approvals": listed,
            "waiting": asked,
            "held": [
                held_object(each) for each in held() if owner in (LOCAL.client_id, each.owner)
            ],
        }
        return ToolAnswer(structured={"success": True, **told})

    return (
        McpTool(
            name="approval_list",
            title="List approvals",
            description="The gate's decisions on your runs, newest first, and what their agents"
            " and held requests ask a person now.",
            guide=Guide(
                when="a run that seems to wait",
                returns="decisions and open questions",
                costs="nothing",
                example={"limit": 10},
            ),
            takes=(
                option("limit", whole_number(1, _MOST), f"Default: {_USUAL}."),
                option("cli", one_of(*CliName), "Of one CLI."),
            ),
            tells={
                "count": {"type": "integer"},
                "approvals": {"type": "array"},
                "waiting": {"type": "array"},
                "held": {"type": "array"},
            },
            call=list_all,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
    )


def sums_tools(sums: FlightSums, clock: Clock) -> tuple[McpTool, ...]:
    """What one's own requests cost, and how long they took."""

    def query(call: McpToolCall) -> FlightQuery:
        from llmgw_desktop.domain.flights.flight_filter import FilterMistake, parse_filter

        try:
            asked = parse_filter(call.arguments.get("filter", ""), clock.now_s())
        except FilterMistake as mistake:
            raise InvalidArgument(str(mistake), field="filter") from None
        if Scope.ADMIN in call.principal.scopes:
            return asked
        return replace(asked, owner=call.principal.client_id)

    async def spent(call: McpToolCall) -> ToolAnswer:
        by = SumBy(call.arguments.get("by", SumBy.MODEL))
        return ToolAnswer(structured={"success": True, **await sums.spent(by, query(call))})

    async def timed(call: McpToolCall) -> ToolAnswer:
        return ToolAnswer(structured={"success": True, **await sums.timed(query(call))})

    which = option("filter", TEXT, "As in 'model:claude* since:7d'. Default: all.")
    return (
        McpTool(
            name="flight_sums",
            title="Cost of requests",
            description="What your requests cost, in dollars and tokens, summed.",
            guide=Guide(
                when="who or what spends",
                returns="total and sums",
                costs="nothing",
                example={"by": "model", "filter": "since:7d"},
            ),
            takes=(option("by", one_of(*SumBy), f"Default: {SumBy.MODEL}."), which),
            tells={"total": {"type": "object"}, "sums": {"type": "array"}},
            call=spent,
            scope=Scope.FLIGHTS_READ,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
        McpTool(
            name="flight_latency",
            title="Latency of requests",
            description="First token, total and the gateway's own time of your requests, by"
            " provider and model: p50, p95, p99.",
            guide=Guide(
                when="which model is slow",
                returns="p50, p95, p99",
                costs="nothing",
                example={"filter": "since:2h"},
            ),
            takes=(which,),
            tells={"latency": {"type": "array"}},
            call=timed,
            scope=Scope.FLIGHTS_READ,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
    )
