"""A job and the answer to a request, in the words that MCP clients know, also while it runs."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from llmgw_desktop.domain.cli import CliEvent, Retrying, TextGrew, ToolBegan
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.submission import RunReply
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.tool import ProgressTelling, Schema
from llmgw_desktop.wire.native.jobs import (
    admission_object,
    compression_object,
    earlier_object,
    job_object,
    wish_object,
)

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
    "limitWait",
)

_LEFT_OUT = frozenset({"note", "goOn", "handedFrom", "handedTo"})
"""Where they tell nothing."""
_MOMENTS = {
    "waitingForPermission": ("askedAt", "expiresAt"),
    "waitingOn": ("since", "until"),
    "limitWait": ("since", "until"),
}
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
    if job.limit_wait is not None:
        return f"is parked: {job.limit_wait.in_words}"
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


PAUSE_S = 0.1
"""Between two messages: what is said meanwhile goes out as one."""
_LAST_WORDS_S = 2.0
_LONGEST_STEP = 200
_log = logging.getLogger(__name__)


class Teller:
    """Of one call. `follow` once; `stop` in any case."""

    def __init__(self, progress: ProgressTelling) -> None:
        self._progress = progress
        self._tasks = Tasks()
        self._reading: asyncio.Task[None] | None = None
        self._said: list[str] = []
        self._heard = 0
        self._more = asyncio.Event()
        self._over = asyncio.Event()

    def follow(
        self, events: AsyncIterator[CliEvent], standing: AsyncIterator[Job], name: str
    ) -> None:
        """`standing`: the job whenever what it waits for has changed."""
        self._tasks.start(self._read(events), name=f"hear {name}")
        self._tasks.start(self._wait(standing), name=f"hear what {name} waits for")
        self._tasks.start(self._tell(), name=f"tell of {name}")

    async def stop(self, *, is_over: bool) -> None:
        """`is_over`: the run has ended, and its last words are still told."""
        if is_over:
            await self._tasks.finish(_LAST_WORDS_S)
        else:
            await self._tasks.stop()

    async def _read(self, events: AsyncIterator[CliEvent]) -> None:
        try:
            async for event in events:
                self._note(event)
        finally:
            self._over.set()
            self._more.set()

    async def _wait(self, standing: AsyncIterator[Job]) -> None:
        async for job in standing:
            if self._over.is_set():
                return
            self._heard += 1
            self._line(f"[{_waits(job)}]")
            self._more.set()

    def _note(self, event: CliEvent) -> None:
        self._heard += 1
        match event:
            case TextGrew(text=text):
                self._said.append(text)
            case ToolBegan(name=name, summary=summary):
                self._line(f"[{name} {summary}".rstrip() + "]")
            case Retrying(reason=reason):
                self._line(f"[once more: {reason}]")
            case _:
                return
        self._more.set()

    def _line(self, words: str) -> None:
        line = " ".join(words.split())
        cut = line if len(line) <= _LONGEST_STEP else f"{line[: _LONGEST_STEP - 2]}…]"
        self._said.append(f"\n{cut}\n")

    async def _tell(self) -> None:
        while not (self._over.is_set() and not self._said):
            await self._more.wait()
            self._more.clear()
            if not self._said:
                continue
            said, self._said = "".join(self._said), []
            try:
                await self._progress(float(self._heard), None, said)
            except Exception as error:  # noqa: BLE001 - whoever asked is gone; the run is not
                _log.debug("nobody hears what the run says: %s", error)
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._over.wait(), PAUSE_S)


def _waits(job: Job) -> str:
    if wishes := [str(wish_object(each)["summary"]) for each in job.questions]:
        return f"waits for a person: {'; '.join(wishes)}"
    return "goes on" if job.waiting_on is None else job.waiting_on.in_words
