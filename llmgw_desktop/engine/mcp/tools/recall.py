"""`llm_request_result`: what was asked before and what was answered, out of the record."""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson

from llmgw_desktop.clis.fields import ON, TEXT, option, whole_number
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.engine.mcp.tool import (
    FULL_ALONE,
    Guide,
    McpTool,
    McpToolCall,
    NotFound,
    ToolAnswer,
)
from llmgw_desktop.engine.mcp.tools.job_words import iso, job_told
from llmgw_desktop.engine.runs.run_service import RunService
from llmgw_desktop.store.jobs.job_store import JobStore

Record = Callable[[str], FlightRecord | None]
"""By a flight's id; waits for the disk."""
_MOST_CHARS = 200_000
_FIGURES = (
    "cli",
    "model",
    "sessionId",
    "durationMs",
    "status",
    "exitCode",
    "retryCount",
    "costUsd",
    "inputTokens",
    "outputTokens",
    "cacheReadTokens",
    "cacheCreationTokens",
    "flightId",
    "provenance",
)


def recall_tools(runs: RunService, jobs: JobStore, record: Record) -> tuple[McpTool, ...]:
    async def recall(call: McpToolCall) -> ToolAnswer:
        named, owner = call.arguments["correlationId"], call.principal.client_id
        job = await asyncio.to_thread(jobs.of_correlation, named, owner)
        if job is None:
            raise NotFound(
                f"You asked for no run by the correlation id '{named[:80]}' that is still kept."
                " A run that was shared has the id of the first request."
            )
        flight = await asyncio.to_thread(record, job.flight_id) if job.flight_id else None
        response = _recorded(flight)
        if response is None:
            response = (await runs.reply(job.id, owner)).text
        most = call.arguments.get("maxChars", _MOST_CHARS)
        told = _told(job) | {
            "ownerPrincipal": call.principal.name,
            "responseChars": len(response),
            "responseTruncated": len(response) > most,
            "response": response[:most],
        }
        prompt = _prompt(flight)
        told["promptChars"] = None if prompt is None else len(prompt)
        if call.arguments.get("includePrompt"):
            told["prompt"] = prompt and prompt[:most]
        return ToolAnswer(structured=told)

    return (
        McpTool(
            name="llm_request_result",
            title="Recall a request",
            description="What was answered to the run of a correlationId; secrets are left out.",
            guide=Guide(
                when="an answer whose call was lost",
                returns="the response",
                costs="nothing",
                example={"correlationId": "fix-42"},
            ),
            takes=(
                option("correlationId", TEXT, ""),
                option("maxChars", whole_number(1000, 2_000_000), "Default 200000."),
                option("includePrompt", ON, ""),
            ),
            needs=frozenset({"correlationId"}),
            tells={"response": {"type": "string"}},
            call=recall,
            scope=Scope.FLIGHTS_READ,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
    )


def _told(job: Job) -> dict[str, Any]:
    row = job_told(job)
    return {
        "success": True,
        "correlationId": job.correlation_id,
        "asyncJobId": job.id,
        "datetimeUtc": iso(job.asked_at_s),
        "errorMessage": row["error"],
        **{name: row[name] for name in _FIGURES if name in row},
    }


def _recorded(flight: FlightRecord | None) -> str | None:
    """Where all of it is in the record."""
    if flight is None or flight.answer_body is None or not flight.answer_body_whole:
        return None
    return flight.answer_body.decode("utf-8", "replace")


def _prompt(flight: FlightRecord | None) -> str | None:
    """As recorded. None where it is not kept, or too long to be kept whole."""
    try:
        asked = orjson.loads(flight.request_body or b"") if flight else {}
    except ValueError:
        return None
    prompt = asked.get("prompt") if isinstance(asked, dict) else None
    return prompt if isinstance(prompt, str) else None
