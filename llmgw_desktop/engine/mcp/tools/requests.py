"""`<cli>_request` and `<cli>_request_async`: runs of vendors' CLIs, made from the CLIs' own tables.

A run is a job from its first moment: who waits and leaves finds it again, by its id or by asking
the same once more.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.job import Job
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.run import RunReply
from llmgw_desktop.engine.mcp.tool import Tool, ToolAnswer, ToolCall
from llmgw_desktop.engine.mcp.tool_errors import refusal, told
from llmgw_desktop.engine.mcp.tools.job_words import (
    ANSWER,
    JOB,
    answer_told,
    begun_told,
    deferred_told,
    failure_told,
)
from llmgw_desktop.engine.mcp.tools.run_options import (
    everyday,
    options_of,
    refused_by,
    unexplained,
)
from llmgw_desktop.engine.mcp.tools.text_progress import Teller
from llmgw_desktop.engine.runs.run_service import RunService


def request_tools(
    runs: RunService, clis: Iterable[Cli], titles: Mapping[CliName, str]
) -> tuple[Tool, ...]:
    """Two a CLI. `titles`: what people call it."""
    tools: list[Tool] = []
    for cli in clis:
        first = tools[0] if tools else None
        tools += _of_cli(Requests(runs, cli.name), cli, titles[cli.name], first)
    return tuple(tools)


def _of_cli(requests: "Requests", cli: Cli, title: str, first: Tool | None) -> tuple[Tool, Tool]:
    """`first`: the tool that says what fields of all of them mean."""
    takes = options_of(cli, first.takes if first else ())
    rest = f" Unexplained fields: see {first.name}." if first else ""
    waited = Tool(
        name=f"{cli.name}_request",
        title=f"Ask {title}",
        description=f"Run {title} once and get its answer; a long run is handed over as a job"
        f" (status deferred).{rest}",
        takes=takes,
        refuses=refused_by(cli),
        tells=ANSWER,
        call=requests.answered,
        scope=Scope.JOBS_RUN,
        destroys=True,
        reaches_out=True,
        core_takes=everyday(takes),
    )
    begun = Tool(
        name=f"{cli.name}_request_async",
        title=f"Start {title}",
        description=f"As {waited.name}, but answers at once with the job.",
        takes=unexplained(takes),
        refuses=refused_by(cli),
        tells=JOB,
        call=requests.begun,
        scope=Scope.JOBS_RUN,
        destroys=True,
        reaches_out=True,
        core_takes=everyday(takes),
    )
    return waited, begun


class Requests:
    """To one CLI."""

    def __init__(self, runs: RunService, cli: CliName) -> None:
        self._runs = runs
        self._cli = cli

    async def answered(self, call: ToolCall) -> ToolAnswer:
        return await self.asked(call, call.arguments)

    async def asked(self, call: ToolCall, fields: Mapping[str, Any]) -> ToolAnswer:
        """To its end, or as long as a caller may wait."""
        teller = None if call.progress is None else Teller(call.progress)
        owner = call.principal.client_id
        is_over = False

        def began(job: Job) -> None:
            if teller is not None:
                standing = self._runs.standing(job.id, owner)
                teller.follow(self._runs.events(job.id, owner), standing, job.id)

        try:
            reply = await self._runs.ask(
                self._cli, fields, call.principal, wait=True, project=call.project, began=began
            )
            is_over = not reply.job.is_live
        except LlmgwError as error:
            return self._refused(error, fields)
        finally:
            if teller is not None:
                await teller.stop(is_over=is_over)
        return _answer(reply)

    async def begun(self, call: ToolCall) -> ToolAnswer:
        try:
            reply = await self._runs.ask(
                self._cli, call.arguments, call.principal, wait=False, project=call.project
            )
        except LlmgwError as error:
            return self._refused(error, call.arguments)
        return ToolAnswer(structured=begun_told(reply))

    def _refused(self, error: LlmgwError, fields: Mapping[str, Any]) -> ToolAnswer:
        """Nothing was started."""
        more = {
            "response": "",
            "cli": self._cli,
            "correlationId": fields.get("correlationId"),
            "exitCode": None,
        }
        return refusal(error, **more)


def _answer(reply: RunReply) -> ToolAnswer:
    job = reply.job
    if job.is_live:
        return ToolAnswer(structured=deferred_told(reply))
    if job.state == "completed":
        return ToolAnswer(structured=answer_told(reply), text=reply.text)
    return told(
        job.error or f"The run is {job.state}.",
        str(job.category or job.state),
        retryable=bool(job.retryable),
        more=failure_told(reply),
    )
