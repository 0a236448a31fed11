"""`llm_job_status`, `…_watch`, `…_result`, `…_cancel`, …: jobs by their ids, from call to call."""

import asyncio
from typing import Any

from llmgw_desktop.clis.fields import ON, TEXT, one_of, option, whole_number
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.canonical import LARGEST
from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.run_errors import JobNotParked, NoSuchJob
from llmgw_desktop.domain.jobs.submission import HandOverTo, RunReply
from llmgw_desktop.engine.jobs.reading import TextPage
from llmgw_desktop.engine.mcp.tool import (
    FULL_ALONE,
    Guide,
    InvalidArgument,
    McpTool,
    McpToolCall,
    ToolAnswer,
    refusal,
    told,
)
from llmgw_desktop.engine.mcp.tools.job_log import JobLogs
from llmgw_desktop.engine.mcp.tools.job_words import JOB, Teller, begun_told, job_told, shortened
from llmgw_desktop.engine.runs.hand_over import HandOvers, check_may_read
from llmgw_desktop.engine.runs.run_service import RunService
from llmgw_desktop.wire.native.jobs import flights_object, hand_over_object

LONGEST_WAIT_MS = 30_000
GATHER_S = 1.0
"""A step that comes is followed by others: so long they are waited for."""
_MOST_CHARS = 200_000
_MOST_STEPS = 32
_JOB = option("jobId", TEXT, "")
_PAGE = (
    option("afterProgressSeq", whole_number(0, LARGEST), "nextAfterSeq of the last answer."),
    option("progressLimit", whole_number(1, 64), "Default 32."),
)
_FROM = whole_number(0, LARGEST)


def job_tools(runs: RunService, logs: JobLogs, hand_overs: HandOvers) -> tuple[McpTool, ...]:
    tools = JobTools(runs, logs, hand_overs)
    reads: dict[str, Any] = {"reads_only": True, "is_idempotent": True, "scope": Scope.JOBS_RUN}
    named: dict[str, Any] = {"needs": frozenset({"jobId"})}
    return (
        McpTool(
            name="llm_job_status",
            title="Job status",
            description="Where a job stands, and its steps so far.",
            guide=Guide(
                when="a glance at a run that goes on",
                returns="its state and steps",
                costs="nothing",
                example={"jobId": "job_1"},
            ),
            takes=(_JOB, *_PAGE),
            tells=JOB,
            call=tools.status,
            **reads,
            **named,
        ),
        McpTool(
            name="llm_job_watch",
            title="Watch a job",
            description="Waits for a job's next step or its end. Call again with nextAfterSeq"
            " until job.exited.",
            guide=Guide(
                when="following a run",
                returns="its new steps and state",
                costs="time, at most waitMs",
                example={"jobId": "job_1", "waitMs": 20000},
            ),
            takes=(
                _JOB,
                *_PAGE,
                option("waitMs", whole_number(0, LONGEST_WAIT_MS), "At most; default 30000."),
            ),
            tells=JOB,
            call=tools.watch,
            **reads,
            **named,
        ),
        McpTool(
            name="llm_job_result",
            title="Job result",
            description="A job's answer, or what it has said so far.",
            guide=Guide(
                when="a job that has ended or was deferred",
                returns="its answer and usage",
                costs="nothing",
                example={"jobId": "job_1"},
            ),
            takes=(
                _JOB,
                option("maxChars", whole_number(1000, 2_000_000), "Default 200000."),
                option("rawOutput", ON, "What the CLI wrote, as it is, in pages."),
                option("stdoutOffsetChars", _FROM, "Of rawOutput."),
                option("stderrOffsetChars", _FROM, "Of rawOutput."),
            ),
            tells={"result": {"type": "object"}},
            call=tools.result,
            **reads,
            **named,
        ),
        McpTool(
            name="llm_job_cancel",
            title="Cancel a job",
            description="Ends a job and all that it started.",
            guide=Guide(
                when="a run that is of no use any more",
                returns="its last state",
                costs="what it has used stays spent",
                example={"jobId": "job_1"},
            ),
            takes=(_JOB,),
            tells=JOB,
            call=tools.cancel,
            scope=Scope.JOBS_RUN,
            destroys=True,
            **named,
        ),
        McpTool(
            name="llm_job_go_on",
            title="Go on after a limit",
            description="A parked job (limitWait) may go on at its limit's end, or does so now.",
            guide=Guide(
                when="a job in state limited",
                returns="the job",
                costs="tokens of its CLI once it runs",
                example={"jobId": "job_1", "now": True},
            ),
            takes=(_JOB, option("now", ON, "")),
            profiles=FULL_ALONE,
            tells=JOB,
            call=tools.go_on,
            scope=Scope.JOBS_RUN,
            **named,
        ),
        McpTool(
            name="llm_job_move",
            title="Hand a job over",
            description="Has another CLI go on with a job, or (a flight's id as jobId) with the"
            " conversation that a flight is of: without prompt tells what that one would"
            " be told, with that as prompt asks it, in a job of its own in the same folder.",
            guide=Guide(
                when="a CLI that is at its limit or stuck",
                returns="the new job, or what it would be told",
                costs="tokens of the other CLI; may change files",
                example={"jobId": "job_1", "cli": "codex"},
            ),
            takes=(
                _JOB,
                option("cli", one_of(*CliName), "Who goes on."),
                option("model", TEXT, "Left out, the CLI chooses."),
                option("project", TEXT, "Whose sign-in of the vault is used; left out, as now."),
                option("prompt", TEXT, "What it is told, as it was shown or changed."),
                option("stop", ON, "One that runs is ended first."),
            ),
            profiles=FULL_ALONE,
            tells={**JOB, "handOver": {"type": "object"}},
            call=tools.move,
            scope=Scope.JOBS_RUN,
            needs=frozenset({"jobId", "cli"}),
        ),
    )


class JobTools:
    """Of jobs of others nobody learns that they are there."""

    def __init__(self, runs: RunService, logs: JobLogs, hand_overs: HandOvers) -> None:
        self._runs = runs
        self._logs = logs
        self._hand_overs = hand_overs

    async def status(self, call: McpToolCall) -> ToolAnswer:
        try:
            job = await self._job(call)
        except NoSuchJob as error:
            return _unknown(error, call)
        log = await self._logs.of(job)
        return await self._told(call, log.page(*_paged(call)))

    async def watch(self, call: McpToolCall) -> ToolAnswer:
        try:
            job = await self._job(call)
        except NoSuchJob as error:
            return _unknown(error, call)
        after, limit = _paged(call)
        wait_s = call.arguments.get("waitMs", LONGEST_WAIT_MS) / 1000
        log = await self._logs.of(job)
        teller = None
        if call.progress is not None and not log.is_over:
            teller = Teller(call.progress)
            events = self._runs.events(job.id, job.owner, after=after)
            teller.follow(events, self._runs.standing(job.id, job.owner), job.id)
        try:
            async with asyncio.timeout(wait_s):
                await log.news(after)
                async with asyncio.timeout(GATHER_S):
                    await log.over()
        except TimeoutError:
            pass
        finally:
            if teller is not None:
                await teller.stop(is_over=log.is_over)
        return await self._told(call, log.page(after, limit))

    async def result(self, call: McpToolCall) -> ToolAnswer:
        asked = call.arguments
        most = asked.get("maxChars", _MOST_CHARS)
        is_raw = asked.get("rawOutput", False)
        if is_raw and call.principal.is_remote:
            raise InvalidArgument(
                "what a CLI writes names sessions and folders of the gateway's computer, and is"
                " given to callers there alone; leave it out",
                field="rawOutput",
            )
        for name in ("stdoutOffsetChars", "stderrOffsetChars"):
            if asked.get(name) and not is_raw:
                raise InvalidArgument("only rawOutput comes in pages", field=name)
        try:
            reply = await self._runs.reply(asked["jobId"], call.principal.client_id)
            pages = await self._pages(call, most) if is_raw else _said(reply, most)
        except NoSuchJob as error:
            return _unknown(error, call)
        job, linked = await self._runs.with_flights(reply.job)
        result = job_told(job) | {
            "flights": flights_object(linked),
            "stopReason": reply.stop_reason,
            "structured": reply.structured,
            "rawOutput": is_raw,
            **_page_told("stdout", pages[0], is_raw=is_raw),
            **_page_told("stderr", pages[1], is_raw=is_raw),
            "warnings": [{"code": each.code, "message": each.message} for each in reply.warnings],
            **({} if is_raw else shortened(reply)),
        }
        is_answer = not is_raw and job.state is JobState.COMPLETED and bool(pages[0].text)
        text = pages[0].text if is_answer else None
        return ToolAnswer(structured={"success": True, "result": result}, text=text)

    async def cancel(self, call: McpToolCall) -> ToolAnswer:
        try:
            job = await self._job(call)
            if not job.is_live:
                return _over_already(job)
            job = await self._runs.cancel(job.id, job.owner)
        except NoSuchJob as error:
            return refusal(error, reason=str(error), jobId=call.arguments["jobId"])
        return ToolAnswer(structured={"success": True, "job": job_told(job)})

    async def go_on(self, call: McpToolCall) -> ToolAnswer:
        named, owner = call.arguments["jobId"], call.principal.client_id
        try:
            job = await self._runs.go_on(named, owner, now=call.arguments.get("now", False))
        except (NoSuchJob, JobNotParked) as error:
            return refusal(error, reason=str(error), jobId=named)
        return ToolAnswer(structured={"success": True, "job": job_told(job)})

    async def move(self, call: McpToolCall) -> ToolAnswer:
        asked, caller = call.arguments, call.principal
        to = HandOverTo(asked["cli"], asked.get("model", ""), asked.get("project"))
        job_id, stop = asked["jobId"], asked.get("stop", False)
        try:
            check_may_read(job_id, caller)
            if "prompt" not in asked:
                draft = await self._hand_overs.draft(job_id, caller.client_id, to)
                shown = hand_over_object(draft)
                return ToolAnswer(structured={"success": True, "handOver": shown})
            reply = await self._hand_overs.move(job_id, to, asked["prompt"], caller, stop=stop)
        except LlmgwError as error:
            return refusal(error, reason=str(error), jobId=job_id)
        return ToolAnswer(structured=begun_told(reply))

    async def _job(self, call: McpToolCall) -> Job:
        named, owner = call.arguments["jobId"], call.principal.client_id
        return await asyncio.to_thread(self._runs.job, named, owner)

    async def _told(self, call: McpToolCall, progress: dict[str, Any]) -> ToolAnswer:
        """The job as it is now: it may have been deleted meanwhile."""
        try:
            job = await self._job(call)
        except NoSuchJob as error:
            return _unknown(error, call)
        job, linked = await self._runs.with_flights(job)
        shown = job_told(job) | {"flights": flights_object(linked), "progress": progress}
        return ToolAnswer(structured={"success": True, "job": shown})

    async def _pages(self, call: McpToolCall, most: int) -> tuple[TextPage, TextPage]:
        asked = call.arguments
        raw = await self._runs.raw_output(asked["jobId"], call.principal.client_id)
        stdout = asyncio.to_thread(raw.stdout, asked.get("stdoutOffsetChars", 0), most)
        stderr = asyncio.to_thread(raw.stderr, asked.get("stderrOffsetChars", 0), most)
        return await stdout, await stderr


def _paged(call: McpToolCall) -> tuple[int, int]:
    asked = call.arguments
    return asked.get("afterProgressSeq", 0), asked.get("progressLimit", _MOST_STEPS)


def _said(reply: RunReply, most: int) -> tuple[TextPage, TextPage]:
    """What it answered, read out of its output, and the end of what it complained of."""
    text, errors = reply.text, reply.stderr
    return TextPage(text[:most], 0, len(text)), TextPage(errors[-most:], 0, len(errors))


def _page_told(name: str, page: TextPage, *, is_raw: bool) -> dict[str, Any]:
    return {
        name: page.text,
        f"{name}Truncated": len(page.text) < page.total - page.offset,
        f"{name}OffsetChars": page.offset,
        f"{name}TotalChars": page.total,
        f"{name}NextOffsetChars": page.next_offset if is_raw else None,
    }


def _unknown(error: NoSuchJob, call: McpToolCall) -> ToolAnswer:
    return refusal(error, jobId=call.arguments["jobId"])


def _over_already(job: Job) -> ToolAnswer:
    reason = f"Job {job.id} has ended already: it is {job.state}."
    more = {"reason": reason, "jobId": job.id, "job": job_told(job)}
    return told(reason, ErrorCategory.INVALID_INPUT, field="jobId", more=more)
