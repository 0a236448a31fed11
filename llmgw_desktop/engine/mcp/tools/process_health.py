"""`llm_process_health`: what goes on, how much may, and what the gateway itself takes."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmgw_desktop.domain.job import Job, JobState
from llmgw_desktop.domain.principal import LOCAL, Principal, Scope
from llmgw_desktop.domain.settings import Settings
from llmgw_desktop.engine.mcp.tool import FULL_ALONE, Tool, ToolAnswer, ToolCall
from llmgw_desktop.engine.mcp.tools.job_words import job_told
from llmgw_desktop.engine.runs.run_service import RunService

_STATUS = Path("/proc/self/status")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessFacts:
    """What is asked when somebody wants to know. `mcp_sessions`: None where nobody counts them."""

    runs: RunService
    settings: Callable[[], Settings]
    database: Path
    mcp_sessions: Callable[[], int] | None = None


def health_tools(facts: ProcessFacts) -> tuple[Tool, ...]:
    async def health(call: ToolCall) -> ToolAnswer:
        return ToolAnswer(
            structured={"success": True, **await process_health(facts, call.principal)}
        )

    return (
        Tool(
            name="llm_process_health",
            title="Gateway health",
            description="Your live jobs, the gateway's load and limits.",
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
