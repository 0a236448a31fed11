"""A job and the answer to a request, in the words that MCP clients know."""

from datetime import UTC, datetime
from typing import Any

from llmgw_desktop.domain.job import Job
from llmgw_desktop.domain.run import RunReply
from llmgw_desktop.engine.mcp.tool import Schema
from llmgw_desktop.wire.jobs import admission_object, compression_object, earlier_object, job_object

_TEXT: Schema = {"type": "string"}
_OBJECT: Schema = {"type": "object"}
_RENAMED = (
    "state",
    "askedAt",
    "startedAt",
    "endedAt",
    "usage",
    "error",
    "waitingForPermission",
    "waitingOn",
)

_LEFT_OUT = frozenset({"note", "goOn"})
"""Where they tell nothing."""
_MOMENTS = {"waitingForPermission": ("askedAt", "expiresAt"), "waitingOn": ("since", "until")}
"""Of what a job waits for."""

ANSWER: Schema = {
    "response": _TEXT,
    "status": _TEXT,
    "jobId": _TEXT,
    "sessionId": {},
    "correlationId": {},
    "provenance": _OBJECT,
}
"""Of a request tool; what else it tells is not said beforehand, to keep lists of tools short."""
JOB: Schema = {"job": _OBJECT}


def iso(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    told = datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
    return told.replace("+00:00", "Z")


def job_told(job: Job) -> dict[str, Any]:
    """A job's row; unknown figures are null."""
    row = job_object(job)
    error = row["error"]
    told = _told_as_it_is(row)
    told |= {
        "status": job.state,
        "askedAt": iso(job.asked_at_s),
        "startedAt": iso(job.started_at_s),
        "finishedAt": iso(job.ended_at_s),
        "exited": not job.is_live,
        "error": error and error["message"],
    }
    told |= _waiting(row)
    if error:
        told |= {"errorCategory": error["category"], "retryable": error["retryable"]}
    return told | dict(row["usage"])


def _told_as_it_is(row: dict[str, Any]) -> dict[str, Any]:
    there = {name: value for name, value in row.items() if name not in _RENAMED}
    return {name: it for name, it in there.items() if it is not None or name not in _LEFT_OUT}


def _waiting(row: dict[str, Any]) -> dict[str, Any]:
    """Nothing where it waits for nobody."""
    told: dict[str, Any] = {}
    for name, moments in _MOMENTS.items():
        if waiting := row[name]:
            told[name] = waiting | {each: iso(waiting[each]) for each in moments}
    return told


def answer_told(reply: RunReply) -> dict[str, Any]:
    """Of a run that came to its end as asked."""
    job, row = reply.job, job_object(reply.job)
    figures = {name: value for name, value in row["usage"].items() if value is not None}
    if job.figures.cost_usd is not None:
        figures["costUsd"] = job.figures.cost_usd
    return {
        "success": True,
        "response": reply.text,
        "structured": reply.structured,
        "status": job.state,
        "model": row["model"] or "default",
        **_of_request(reply),
        "durationMs": row["durationMs"],
        **figures,
        **{name: row[name] for name in ("provenance",) if name in row},
        **({"note": row["note"]} if row["note"] else {}),
        "exitCode": job.exit_code,
        "retryCount": job.retries,
        "stopReason": reply.stop_reason,
        "flightId": row["flightId"],
        "warnings": _warnings(reply),
    }


def deferred_told(reply: RunReply) -> dict[str, Any]:
    """Of a run that goes on."""
    cli, job = reply.job.cli, reply.job
    return {
        "success": True,
        "status": "deferred",
        **_of_request(reply),
        **_waiting(job_object(job)),
        "message": f"{cli} {_still(job)}. It goes on as job {job.id}: follow it with"
        f" llm_job_watch, then take its answer with llm_job_result.",
        "pollWith": "llm_job_status",
        "watchWith": "llm_job_watch",
        "collectWith": "llm_job_result",
        "cancelWith": "llm_job_cancel",
        "warnings": _warnings(reply),
    }


def _still(job: Job) -> str:
    if job.questions:
        return "waits for a person to allow what it wants to do"
    if job.waiting_on is not None:
        return f"is refused by its upstream ({job.waiting_on.in_words})"
    return "is still at it"


def begun_told(reply: RunReply) -> dict[str, Any]:
    """Of a run that nobody waits for."""
    told = _of_request(reply)
    if reply.deduped:
        told["originalCorrelationId"] = reply.job.correlation_id or None
    return {"success": True, "job": job_told(reply.job), **told, "warnings": _warnings(reply)}


def failure_told(reply: RunReply) -> dict[str, Any]:
    """What an error tells besides what went wrong."""
    job, row = reply.job, job_object(reply.job)
    return {
        "response": reply.text,
        "status": job.state,
        **_of_request(reply),
        "durationMs": row["durationMs"],
        "exitCode": job.exit_code,
        "retryCount": job.retries,
        "stderr": reply.stderr,
        **({"goOn": row["goOn"]} if row["goOn"] else {}),
        "warnings": _warnings(reply),
    }


def _of_request(reply: RunReply) -> dict[str, Any]:
    job = reply.job
    native = reply.provider_session_id
    prefix = job.prompt_facts.stable_prefix_hash
    return {
        "cli": job.cli,
        "jobId": job.id,
        "correlationId": reply.correlation_id or None,
        "sessionId": job.session_id or None,
        "gatewaySessionId": job.session_id or None,
        "providerSessionId": native,
        **({"codexSessionId": native} if job.cli == "codex" else {}),
        "resumable": bool(job.session_id and native),
        "deduped": reply.deduped,
        **_earlier(reply),
        **({"stablePrefixHash": prefix} if prefix else {}),
        **shortened(reply),
        **admission_object(reply),
    }


def _earlier(reply: RunReply) -> dict[str, Any]:
    """Nothing where this request's run was the first of its kind, or is an earlier one's."""
    if reply.earlier is None:
        return {}
    told = earlier_object(reply.earlier)
    return {"earlierJob": told | {"endedAt": iso(told["endedAt"])}}


def shortened(reply: RunReply) -> dict[str, Any]:
    """By how much prompt and answer became shorter; nothing where neither was to."""
    told = compression_object(reply.prompt_saving, reply.answer_saving)
    return {"compression": told} if told else {}


def _warnings(reply: RunReply) -> list[dict[str, str]]:
    return [{"code": each.code, "message": each.message} for each in reply.warnings]
