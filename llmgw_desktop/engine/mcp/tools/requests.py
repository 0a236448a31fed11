"""`<cli>_request` and `<cli>_request_async`: runs of vendors' CLIs, made from the CLIs' own tables;
`codex_fork_session`: a new conversation that begins as another one.

A run is a job from its first moment: who waits and leaves finds it again, by its id or by asking
the same once more. Every client carries the lists of all tools: schemas are shown in short, and
what they leave out the run's own tables check all the same before anything starts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from llmgw_desktop.clis.cli import Cli, Option
from llmgw_desktop.clis.fields import ON, option
from llmgw_desktop.clis.mcp_servers import takes_servers
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.domain.jobs.job import Job
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.jobs.submission import RunReply
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
from llmgw_desktop.engine.mcp.tools.job_words import (
    ANSWER,
    JOB,
    Teller,
    answer_told,
    begun_told,
    deferred_told,
    failure_told,
)
from llmgw_desktop.engine.runs.fields import COMMON
from llmgw_desktop.engine.runs.run_service import RunService

_EVERYDAY = frozenset({"prompt", "model", "sessionId", "workingDir"})
_OF_DOORS = frozenset({"snapshot"})
"""Whether an agent's work can be taken back is not for another agent to say."""
_RIGHTS = frozenset({"permissionMode", "sandboxMode", "approvalMode", "mode"})
"""What a run may do is an option of the CLI's own: this one, where it has it."""


def options_of(cli: Cli, explained: Iterable[Option] = ()) -> tuple[Option, ...]:
    """Where both tables have a name, the gateway's field is meant. `explained`: those that
    another tool has told of in full; one that is the same is only named here."""
    common = [each for each in COMMON if _is_for(cli, each.name)]
    known = {each.name for each in common}
    own = (each for each in cli.options if not (each.name in known or each.refused))
    told = {each.name: each for each in explained if each.name not in _EVERYDAY}
    return tuple(_beside(told.get(each.name), _in_short(each)) for each in (*common, *own))


def everyday(options: Iterable[Option]) -> frozenset[str]:
    """What most requests say."""
    return frozenset(each.name for each in options) & (_EVERYDAY | _RIGHTS)


def unexplained(options: Iterable[Option]) -> tuple[Option, ...]:
    """Names and kinds alone, where another tool tells the rest."""
    return tuple(_named(each) for each in options)


def _beside(told: Option | None, option: Option) -> Option:
    if told is None or told.meaning != option.meaning:
        return option
    return _named(option) if told.schema == option.schema else replace(option, meaning="")


def _named(option: Option) -> Option:
    return replace(option, schema=_kind(option.schema), meaning="")


def _in_short(option: Option) -> Option:
    return replace(option, schema=_short(option.schema))


def refused_by(cli: Cli) -> Mapping[str, str]:
    """What clients know and this CLI cannot have, with what to do."""
    refused = {each.name: each.refused for each in cli.options if each.refused}
    if not takes_servers(cli):
        refused["mcpServers"] = "it takes servers from its own settings alone; leave it out"
    return refused


def _is_for(cli: Cli, name: str) -> bool:
    """Not offered: what no run of this CLI could have, and second names that are not its own."""
    if name == "forkSession":
        return cli.facts.forks
    if name in refused_by(cli) or name in _OF_DOORS:
        return False
    return name != "continueSession" or any(each.name == name for each in cli.options)


def _short(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """That a text may not be empty goes without saying."""
    short = {name: value for name, value in schema.items() if name != "minLength"}
    if "items" in short:
        short["items"] = _short(short["items"])
    if "anyOf" in short:
        short["anyOf"] = [_short(each) for each in short["anyOf"]]
    return short


def _kind(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """With nothing of what it may hold."""
    if "anyOf" in schema:
        return {"anyOf": [_kind(each) for each in schema["anyOf"]]}
    kind = {"type": schema["type"]}
    # Some clients take no list of which it is not said what is in it.
    return kind | {"items": _kind(schema["items"])} if "items" in schema else kind


def request_tools(runs: RunService, clis: Iterable[Cli]) -> tuple[McpTool, ...]:
    """Two a CLI."""
    tools: list[McpTool] = []
    for cli in clis:
        first = tools[0] if tools else None
        tools += _of_cli(Requests(runs, cli.name), cli, first)
    return tuple(tools)


def _of_cli(requests: "Requests", cli: Cli, first: McpTool | None) -> tuple[McpTool, McpTool]:
    """`first`: the tool that says what fields of all of them mean."""
    title = cli.title
    takes = options_of(cli, first.takes if first else ())
    rest = f" Unexplained fields: see {first.name}." if first else ""
    waited = McpTool(
        name=f"{cli.name}_request",
        title=f"Ask {title}",
        description=f"Run {title} once and get its answer; a long run is handed over as a job"
        f" (status deferred).{rest}",
        guide=Guide(
            when="work in files",
            returns="response",
            costs="tokens",
            example={"prompt": "Fix it"},
        ),
        takes=takes,
        refuses=refused_by(cli),
        tells=ANSWER,
        call=requests.answered,
        scope=Scope.JOBS_RUN,
        destroys=True,
        reaches_out=True,
        core_takes=everyday(takes),
    )
    begun = McpTool(
        name=f"{cli.name}_request_async",
        title=f"Start {title}",
        description=f"As {waited.name}, but answers at once with the job.",
        guide=Guide(
            when="work beside yours",
            returns="jobId",
            costs="the same",
            example={"prompt": "Fix it"},
        ),
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

    async def answered(self, call: McpToolCall) -> ToolAnswer:
        return await self.asked(call, call.arguments)

    async def asked(self, call: McpToolCall, fields: Mapping[str, Any]) -> ToolAnswer:
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

    async def begun(self, call: McpToolCall) -> ToolAnswer:
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


_TAKES = (
    "prompt",
    "sessionId",
    "model",
    "sandboxMode",
    "askForApproval",
    "approvalStrategy",
    "approvalPolicy",
    "correlationId",
    "idleTimeoutMs",
    "workingDir",
    "workspace",
)
_LAST = option("forkLast", ON, "Fork the last session, of workingDir if named.")


def codex_fork_tools(runs: RunService, codex: Cli) -> tuple[McpTool, ...]:
    requests = Requests(runs, codex.name)
    table = {each.name: each for each in options_of(codex)}
    plain = [table[name] for name in _TAKES if name in table]

    async def fork(call: McpToolCall) -> ToolAnswer:
        return await requests.asked(call, _as_request(dict(call.arguments)))

    return (
        McpTool(
            name="codex_fork_session",
            title="Fork a Codex session",
            description="As codex_request, in a new session that begins as sessionId; the old one"
            " stays as it is.",
            guide=Guide(
                when="trying another way from a known point",
                returns="response and sessionId",
                costs="tokens; may change files",
                example={"prompt": "Try it without a cache", "forkLast": True},
            ),
            takes=(*unexplained(plain), _LAST),
            needs=frozenset({"prompt"}),
            tells=ANSWER,
            call=fork,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            destroys=True,
            reaches_out=True,
        ),
    )


def _as_request(fields: dict[str, Any]) -> dict[str, Any]:
    last = fields.pop("forkLast", False)
    if last and "sessionId" in fields:
        raise InvalidArgument("either the last session or a named one", field="forkLast")
    if not (last or "sessionId" in fields):
        raise InvalidRun("name the session to fork, or say forkLast", field="sessionId")
    return fields | {"forkSession": True} | ({"resumeLatest": True} if last else {})
