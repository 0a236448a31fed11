"""What is on record, by its address: limits, figures, receipts in the very bytes that verify,
sessions, and what waits for the person. Whoever reads sees its own.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.events import (
    ConsentChanged,
    HeldChanged,
    JobChanged,
    PermissionChanged,
    TerminalTold,
)
from llmgw_desktop.domain.jobs.job import JobState, JobSum
from llmgw_desktop.domain.policy import ClientStanding
from llmgw_desktop.domain.validation import NoSuchValidation
from llmgw_desktop.engine.mcp.offer import Resource
from llmgw_desktop.engine.mcp.results import ADDRESS, KeptResults
from llmgw_desktop.engine.mcp.tool import NotFound
from llmgw_desktop.engine.mcp.tools.gateway_tools import ProcessFacts, process_health
from llmgw_desktop.engine.mcp.tools.sessions import listed
from llmgw_desktop.engine.questions.waiting.item import OpenQuestion, item_object
from llmgw_desktop.engine.questions.waiting.question_list import QuestionList
from llmgw_desktop.engine.runs.sessions import Sessions
from llmgw_desktop.engine.validation.receipts import as_file
from llmgw_desktop.engine.validation.service import NotEnded, ValidationService
from llmgw_desktop.store.jobs.job_store import JobStore
from llmgw_desktop.wire.native.withheld import without_native_ids


def limits_resources(standing_of: Callable[[Principal], ClientStanding]) -> tuple[Resource, ...]:
    async def mine(principal: Principal, places: Mapping[str, str]) -> str:
        from llmgw_desktop.wire.native.flights import standing_object  # nobody asks at a start

        del places
        return orjson.dumps(standing_object(standing_of(principal))).decode()

    return (
        Resource(
            uri="limits://mine",
            name="limits",
            description="Your budgets and rate limits: used, reserved, left, and until when.",
            read=mine,
            scope=Scope.MCP,
        ),
    )


def question_resources(
    listed: Callable[[], QuestionList], clean: Callable[[str], str]
) -> tuple[Resource, ...]:
    """`clean` takes keys out of a text."""

    async def waiting(principal: Principal, places: Mapping[str, str]) -> str:
        del principal, places
        found = [_brief(each, clean) for each in listed().waiting]
        return orjson.dumps({"total": len(found), "questions": found}).decode()

    return (
        Resource(
            uri="questions://open",
            name="questions",
            description="What waits for the person, in short; it cannot be answered here.",
            read=waiting,
            scope=Scope.ADMIN,
            is_persons=True,
            changes_with=_NEWS,
        ),
    )


_NEWS = frozenset({PermissionChanged, TerminalTold, ConsentChanged, HeldChanged, JobChanged})
_BRIEF = (
    *("id", "kind", "title", "words", "client", "label", "cli", "model", "program", "jobId"),
    *("session", "conversation", "agent", "flightId", "workspace", "folder", "since", "until"),
    *("silence", "loses", "blocks"),
)


def _brief(item: OpenQuestion, clean: Callable[[str], str]) -> dict[str, Any]:
    """Without what is asked in full: who reads it is a program, and its model may be anybody's."""
    told = item_object(item)
    return {name: clean(said) if isinstance(said := told[name], str) else said for name in _BRIEF}


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


def resources(validations: ValidationService) -> tuple[Resource, ...]:
    async def read(principal: Principal, places: Mapping[str, str]) -> str:
        validation_id = places["validationId"]
        try:
            receipt = await validations.receipt(validation_id, principal.client_id)
        except NotEnded as error:
            told = {"validationId": validation_id, "status": "pending", "note": str(error)}
            return orjson.dumps(told).decode()
        except NoSuchValidation as error:
            raise NotFound(str(error)) from error
        return as_file(receipt).decode()

    return (
        Resource(
            uri="validation-receipt://{validationId}",
            name="Validation receipt",
            description="A panel's signed record; verify it with `llmgw receipt verify`.",
            read=read,
            scope=Scope.JOBS_RUN,
        ),
    )


def session_resources(sessions: Sessions) -> tuple[Resource, ...]:
    async def everything(principal: Principal, places: Mapping[str, str]) -> str:
        del places
        return _told({"cli": None} | await listed(sessions, principal), principal)

    async def of_cli(principal: Principal, places: Mapping[str, str]) -> str:
        try:
            cli = CliName(places["cli"])
        except ValueError as error:
            raise NotFound("There are sessions of " + ", ".join(CliName) + ".") from error
        told = await listed(sessions, principal, cli)
        active = told.pop("activeSessions")[cli.value]
        return _told({"cli": cli, **told, "activeSession": active}, principal)

    changes = frozenset({JobChanged})
    return (
        Resource(
            uri="sessions://all",
            name="sessions",
            description="Your sessions with all CLIs.",
            read=everything,
            scope=Scope.JOBS_RUN,
            changes_with=changes,
        ),
        Resource(
            uri="sessions://{cli}",
            name="sessions-of-cli",
            description="Your sessions with one CLI.",
            read=of_cli,
            scope=Scope.JOBS_RUN,
            changes_with=changes,
        ),
    )


def _told(told: Mapping[str, Any], principal: Principal) -> str:
    return orjson.dumps(without_native_ids(told) if principal.is_remote else told).decode()


def result_resources(results: KeptResults) -> tuple[Resource, ...]:
    async def read(principal: Principal, places: Mapping[str, str]) -> str:
        return results.text(places["resultId"], principal)

    return (
        Resource(
            uri=f"{ADDRESS}{{resultId}}",
            name="A long result",
            description="All that a tool gave of which you were told the beginning.",
            mime_type="text/plain",
            read=read,
            scope=Scope.MCP,
        ),
    )
