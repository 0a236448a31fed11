"""MCP servers for one run: whether its CLI can be given any, and what the ways to do it share."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import orjson

from llmgw_desktop.clis.cli import Cli, ServersGiven, ServerUse
from llmgw_desktop.domain.cli import LaunchPlan, PlannedFile
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.mcp_server import GivenServer, Servers

SERVER_FILE = "mcp.json"
_NONE = ServerUse(takes=False)


def with_servers(
    cli: Cli,
    plan: LaunchPlan,
    servers: Servers,
    *,
    is_managed: bool,
    asks: bool = False,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> LaunchPlan:
    """Raises InvalidRun where this CLI can be given none. `asks`: of a run that does.
    `environment`: what the run has besides."""
    use = cli.servers or _NONE
    if servers and asks and use.not_asking:
        raise InvalidRun(use.not_asking, field="mcpServers")
    if servers and not (use.takes or (asks and use.is_told)):
        way = ' have it ask (approvals: "ask"),' if use.is_told else ""
        raise InvalidRun(
            f"{plan.command} takes MCP servers from its own settings alone; leave it out,{way} or"
            " write them there",
            field="mcpServers",
        )
    if use.write is None:
        return plan
    given = ServersGiven(servers=servers, is_managed=is_managed, environment=environment)
    return use.write(plan, given)


def takes_servers(cli: Cli) -> bool:
    """In some run, be it one that asks."""
    return cli.servers is not None and (cli.servers.takes or cli.servers.is_told)


def server_entry(server: GivenServer, *, stdio: str, http: str) -> dict[str, Any]:
    """As most CLIs write one in JSON. `stdio`, `http`: what they call these kinds."""
    if server.command:
        return {
            "type": stdio,
            "command": server.command,
            "args": list(server.args),
            "env": dict(server.env),
        }
    return {"type": http, "url": server.url, "headers": dict(server.headers)}


def server_file(content: Mapping[str, Any]) -> PlannedFile:
    return PlannedFile(name=SERVER_FILE, content=orjson.dumps(content))


def with_added(
    plan: LaunchPlan,
    arguments: Sequence[str] = (),
    file: PlannedFile | None = None,
    environment: Mapping[str, str] | None = None,
) -> LaunchPlan:
    """A plan with more; the arguments come first."""
    return replace(
        plan,
        arguments=(*arguments, *plan.arguments),
        files=(*plan.files, *([file] if file else [])),
        environment={**plan.environment, **(environment or {})},
    )
