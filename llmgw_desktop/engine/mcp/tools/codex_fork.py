"""`codex_fork_session`: a new conversation that begins as another one, said in it what is next."""

from typing import Any

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.clis.values import ON
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.run_errors import InvalidRun
from llmgw_desktop.engine.mcp.tool import FULL_ALONE, Tool, ToolAnswer, ToolCall
from llmgw_desktop.engine.mcp.tool_errors import InvalidArgument
from llmgw_desktop.engine.mcp.tools.job_words import ANSWER
from llmgw_desktop.engine.mcp.tools.requests import Requests
from llmgw_desktop.engine.mcp.tools.run_options import options_of, unexplained
from llmgw_desktop.engine.runs.run_service import RunService

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


def codex_fork_tools(runs: RunService, codex: Cli) -> tuple[Tool, ...]:
    requests = Requests(runs, codex.name)
    table = {each.name: each for each in options_of(codex)}
    plain = [table[name] for name in _TAKES if name in table]

    async def fork(call: ToolCall) -> ToolAnswer:
        return await requests.asked(call, _as_request(dict(call.arguments)))

    return (
        Tool(
            name="codex_fork_session",
            title="Fork a Codex session",
            description="As codex_request, in a new session that begins as sessionId; the old one"
            " stays as it is.",
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
