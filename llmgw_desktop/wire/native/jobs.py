"""Jobs, sessions, worktrees and the events of runs as the gateway's own doors write them.

Where a worktree lies on this computer is nobody's business.
"""

from dataclasses import asdict
from typing import Any

import orjson

from llmgw_desktop.domain import cli
from llmgw_desktop.domain.flights.cache_state import LinkedFlights
from llmgw_desktop.domain.jobs.approval import Ask, PermissionKind, PermissionQuestion
from llmgw_desktop.domain.jobs.cli_settings import Contained, LimitWait
from llmgw_desktop.domain.jobs.job import Job, JobState, Session, UpstreamWait
from llmgw_desktop.domain.jobs.submission import EarlierRun, HandOver, RunReply
from llmgw_desktop.domain.jobs.workspace import (
    Worktree,
    WorktreeDiff,
    WorktreeLook,
    WorktreeRemoved,
)
from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.domain.usage import Saving
from llmgw_desktop.wire.native.approvals import approval_object
from llmgw_desktop.wire.native.flights import provenance_member, usage_object


def worktree_object(worktree: Worktree) -> dict[str, Any]:
    return {
        "id": worktree.id,
        "name": worktree.name,
        "branch": worktree.branch,
        "workspace": worktree.workspace or None,
        "repository": worktree.repository.rstrip("/").rpartition("/")[2],
        "base": worktree.base,
        "ref": worktree.ref or None,
        "jobId": worktree.job_id or None,
        "state": worktree.state,
        "createdAt": worktree.made_at_s,
    }


def look_object(look: WorktreeLook) -> dict[str, Any]:
    return worktree_object(look.worktree) | {
        "changedFiles": look.changed_files,
        "commits": look.commits,
        "problem": look.problem or None,
    }


def diff_object(diff: WorktreeDiff) -> dict[str, Any]:
    return {
        "worktree": worktree_object(diff.worktree),
        "files": list(diff.files),
        "patch": diff.patch,
        "isWhole": diff.is_whole,
    }


def removed_object(removed: WorktreeRemoved) -> dict[str, Any]:
    return {
        "ok": True,
        "id": removed.worktree.id,
        "keptBranch": removed.kept_branch or None,
    }


_LONGEST_WISH = 200
_KINDS: dict[type[cli.CliEvent], str] = {
    cli.SessionTold: "session",
    cli.TextGrew: "text",
    cli.ThinkingGrew: "thinking",
    cli.ToolBegan: "tool_began",
    cli.ToolEnded: "tool_ended",
    cli.RunUsageTold: "usage",
    cli.ModelTold: "model",
    cli.Retrying: "retrying",
    cli.Warned: "warning",
    cli.Noted: "note",
    cli.RunEnded: "ended",
}


def job_object(job: Job) -> dict[str, Any]:
    """A row; unknown figures are null."""
    figures = job.figures
    return {
        "id": job.id,
        "cli": job.cli,
        "state": job.state,
        "title": job.title,
        "model": figures.model or job.model or None,
        "correlationId": job.correlation_id or None,
        "flightId": job.flight_id or None,
        "sessionId": job.session_id or None,
        "providerSessionId": figures.provider_session_id,
        "workingDir": job.working_dir or None,
        "askedAt": job.asked_at_s,
        "startedAt": job.started_at_s,
        "endedAt": job.ended_at_s,
        "durationMs": _took_ms(job),
        "exitCode": job.exit_code,
        "usage": usage_object(figures.usage),
        "costUsd": figures.cost_usd,
        **provenance_member(figures.usage, cost_usd=figures.cost_usd),
        "retryCount": job.retries,
        "stdoutBytes": job.stdout_bytes,
        "stderrBytes": job.stderr_bytes,
        "outputTruncated": job.output_truncated,
        "changesFiles": job.changes_files,
        "waitingForPermission": _waiting(job),
        "waitingOn": None if job.waiting_on is None else upstream_object(job.waiting_on),
        "limitWait": None if job.limit_wait is None else limit_object(job.limit_wait),
        "stablePrefixHash": job.prompt_facts.stable_prefix_hash or None,
        "error": _error(job),
        "note": (plain_text(job.error) or None) if job.state is JobState.COMPLETED else None,
        "goOn": _go_on(job),
        "handedFrom": job.handed_from or None,
        "handedTo": job.handed_to or None,
    }


def hand_over_object(draft: HandOver) -> dict[str, Any]:
    """What another one would be told that goes on with a job, and what does not go along."""
    to = draft.to
    told = {"id": draft.of, "cli": to.cli, "model": to.model or None, "project": to.project}
    return {**told, "prompt": draft.prompt, "lost": list(draft.lost)}


def limit_object(wait: LimitWait) -> dict[str, Any]:
    """Of a job that is parked at its vendor's limit; `until` is when it goes on, or may."""
    return {
        "since": wait.since_s,
        "until": wait.due_at_s,
        "isKnown": wait.is_known,
        "asksPerson": wait.asks,
        "keptForPerson": bool(wait.window),
        "reason": plain_text(wait.reason) or None,
        "message": wait.in_words,
    }


def _go_on(job: Job) -> dict[str, Any] | None:
    """How a run that was cut off is gone on with; None where it was not, or cannot be."""
    if not job.can_go_on:
        return None
    message = (
        f'Its session is known: ask {job.cli} again with "sessionId": "{job.session_id}" to go on'
        " where it was cut off."
    )
    return {"sessionId": job.session_id, "message": message}


def flights_object(linked: LinkedFlights) -> dict[str, Any] | None:
    """The model requests of a job that passed this gateway: the latest by their ids, and the sums
    of all. None where none did."""
    if not linked.count:
        return None
    return {
        "count": linked.count,
        "ids": list(linked.ids),
        "usage": usage_object(linked.usage),
        "costUsd": linked.cost_usd,
        **provenance_member(linked.usage, cost_usd=linked.cost_usd),
    }


def reply_object(reply: RunReply) -> dict[str, Any]:
    """A job with what its CLI answered, and how this request got it."""
    job = reply.job
    return job_object(job) | {
        "deferred": job.is_live,
        "deduped": reply.deduped,
        "earlierJob": None if reply.earlier is None else earlier_object(reply.earlier),
        "correlationId": reply.correlation_id or None,
        "providerSessionId": reply.provider_session_id,
        "resumable": bool(job.session_id and reply.provider_session_id),
        "text": reply.text,
        "structured": reply.structured,
        "stopReason": reply.stop_reason,
        "stderr": reply.stderr,
        "compression": compression_object(reply.prompt_saving, reply.answer_saving),
        "warnings": [{"code": each.code, "message": each.message} for each in reply.warnings],
        **admission_object(reply),
    }


def admission_object(reply: RunReply) -> dict[str, Any]:
    """What was decided and made for this request, where anything was."""
    told: dict[str, Any] = {}
    if reply.approval is not None:
        told["approval"] = approval_object(reply.approval)
    if (servers := reply.mcp_servers) is not None:
        told["mcpServers"] = {
            "requested": list(servers.requested),
            "enabled": list(servers.enabled),
            "missing": list(servers.missing),
        }
    if reply.contained is not None:
        told["containment"] = containment_object(reply.contained)
    if reply.worktree is not None:
        told["worktree"] = worktree_object(reply.worktree)
    return told


def containment_object(contained: Contained) -> dict[str, Any]:
    """`by` and `network` of a run that is contained, `why` of one that is not."""
    return {
        "contained": bool(contained.by),
        "by": contained.by or None,
        "network": contained.network,
        "why": contained.why or None,
    }


def earlier_object(earlier: EarlierRun) -> dict[str, Any]:
    """The same request's job that has ended, and how its answer is had without another run."""
    job, ago_s = earlier.job, earlier.ago_s
    why = "may have changed files" if job.changes_files else "is of a session that may have gone on"
    return {
        "id": job.id,
        "endedAt": job.ended_at_s,
        "endedAgoS": round(ago_s, 1),
        "message": f"The same was asked before and ended {_ago(ago_s)} ago as job {job.id}. That"
        f" run {why}, so this one was started anew. `replay: true` gives its answer without a run.",
    }


def _ago(seconds: float) -> str:
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{round(seconds)} s"
    return f"{minutes} min" if minutes < 90 else f"{round(seconds / 3600)} h"


def compression_object(prompt: Saving | None, answer: Saving | None) -> dict[str, Any] | None:
    """None where nothing was to become shorter."""
    told = {
        name: {"tokensBefore": saving.before_tokens, "tokensAfter": saving.after_tokens}
        for name, saving in (("prompt", prompt), ("response", answer))
        if saving is not None
    }
    return {**told, "estimated": True} if told else None


def session_object(session: Session) -> dict[str, Any]:
    totals = session.totals
    return {
        "id": session.id,
        "cli": session.cli,
        "providerSessionId": session.provider_session_id or None,
        "description": session.description,
        "workingDir": session.working_dir or None,
        "createdAt": session.made_at_s,
        "lastUsedAt": session.used_at_s,
        "isActive": session.is_active,
        "usage": usage_object(totals.usage),
        "costUsd": totals.cost_usd,
        **provenance_member(totals.usage, cost_usd=totals.cost_usd),
    }


def job_frame(job: Job) -> bytes:
    """A server-sent event without a number: where the job stands."""
    return b"event: job\ndata: %b\n\n" % orjson.dumps(job_object(job))


def event_frame(number: int, event: cli.CliEvent) -> bytes:
    """A server-sent event; from the one after it a later listener may go on."""
    kind = _KINDS[type(event)]
    data = orjson.dumps(_event_object(event))
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (number, kind.encode(), data)


def _event_object(event: cli.CliEvent) -> dict[str, Any]:
    if isinstance(event, cli.RunUsageTold):
        return {
            "usage": usage_object(event.usage),
            "costUsd": event.cost_usd,
            **provenance_member(event.usage, cost_usd=event.cost_usd),
            "ofWholeSession": event.is_cumulative,
            "costOfWholeSession": event.is_cumulative or event.is_cost_cumulative,
        }
    told = {_camel(name): value for name, value in asdict(event).items()}
    if isinstance(event, cli.ToolBegan) and not event.destroys:
        del told["destroys"]
    return told


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _waiting(job: Job) -> dict[str, Any] | None:
    """Its oldest question, and how many it has; None where it waits for nobody."""
    if not job.questions:
        return None
    return {"count": len(job.questions), **wish_object(job.questions[0])}


def upstream_object(wait: UpstreamWait) -> dict[str, Any]:
    """What a run's CLI asks again and again; unknown is null."""
    return {
        "status": wait.status,
        "since": wait.since_s,
        "until": wait.until_s,
        "reason": wait.reason or None,
        "message": wait.in_words,
    }


def wish_object(question: PermissionQuestion) -> dict[str, Any]:
    """For its job's owner, who may know of it and not answer."""
    return {
        "questionId": question.id,
        "kind": question.ask.kind,
        "summary": wants(question.ask),
        "askedAt": question.asked_at_s,
        "expiresAt": question.expires_at_s,
    }


def wants(ask: Ask) -> str:
    """In a line, after «wants to»: what it would do, in its own words where no more is told."""
    match ask.kind:
        case PermissionKind.COMMAND:
            text = f"run {ask.command}"
        case PermissionKind.EDIT:
            text = f"change {', '.join(change.path for change in ask.changes)}"
        case PermissionKind.FETCH:
            text = f"fetch {ask.url}" if ask.url else f"use {ask.tool}"
        case PermissionKind.MCP:
            text = f"use {ask.tool} of {ask.server}"
            if ask.is_question:
                text = f"have an answer of yours, for {ask.server}"
        case _:
            text = f"use {ask.tool}" if ask.tool else ask.command or "do something"
            if ask.is_question:
                text = f"have an answer of yours: {' '.join(ask.agent_words.split())}"
    line = "".join(
        each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text[:400]
    )
    return line if len(text) <= _LONGEST_WISH else f"{line[: _LONGEST_WISH - 1]}…"


def _error(job: Job) -> dict[str, Any] | None:
    if job.is_live or job.state is JobState.COMPLETED:
        return None
    return {
        "message": plain_text(job.error),  # perhaps a program's, with what it says to a terminal
        "category": job.category or job.state,
        "retryable": bool(job.retryable),
        "exitCode": job.exit_code,
    }


def _took_ms(job: Job) -> int | None:
    if job.ended_at_s is None:
        return None
    began_s = job.asked_at_s if job.started_at_s is None else job.started_at_s
    return round((job.ended_at_s - began_s) * 1000)
