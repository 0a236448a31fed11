"""MCP servers for one run, by a private file or variable of each CLI: a person's own settings stay
as they are. What is secret of them never becomes an argument, which every program can read. Those
that have neither are told their servers where they ask, as their session begins (`clis/acp`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import orjson

from llmgw_desktop.clis.checks import FOLDER
from llmgw_desktop.clis.codex.settings import as_setting
from llmgw_desktop.domain.cli import CliName, LaunchPlan, PlannedFile
from llmgw_desktop.domain.mcp_server import GivenServer, Servers
from llmgw_desktop.domain.run_errors import InvalidRun

_FILE = "mcp.json"
_STRICT = "--strict-mcp-config"
_NOBODY = "llmgw-none"
_UNASKED = (
    "in a run that asks copilot takes none: it calls tools that say of themselves that they only"
    " read without asking; leave it out, or let another CLI ask"
)
_OPENCODE = "OPENCODE_CONFIG_CONTENT"


def with_servers(
    cli: CliName, plan: LaunchPlan, servers: Servers, *, is_managed: bool, asks: bool = False
) -> LaunchPlan:
    """Raises InvalidRun where this CLI can be given none. `asks`: of a run that does."""
    if asks and cli in TOLD_SERVERS:
        return _told(cli, plan, servers, is_managed=is_managed)
    if asks and servers and cli is CliName.COPILOT:
        raise InvalidRun(_UNASKED, field="mcpServers")
    write = _WAYS.get(cli)
    if write is not None:
        return write(plan, servers, is_managed=is_managed)
    if servers:
        raise _refused(plan, can_ask=cli in TOLD_SERVERS)
    return plan


def _refused(plan: LaunchPlan, *, can_ask: bool) -> InvalidRun:
    way = ' have it ask (approvals: "ask"),' if can_ask else ""
    return InvalidRun(
        f"{plan.command} takes MCP servers from its own settings alone; leave it out,{way} or write"
        " them there",
        field="mcpServers",
    )


def _told(cli: CliName, plan: LaunchPlan, servers: Servers, *, is_managed: bool) -> LaunchPlan:
    """Its plan keeps the person's away where it can: of those that it is told none is one."""
    if cli is not CliName.GEMINI or not is_managed:
        return plan
    names = ",".join(each.name for each in servers) or _NOBODY
    return _added(plan, [f"--allowed-mcp-server-names={names}"])


def _claude(plan: LaunchPlan, servers: Servers, *, is_managed: bool) -> LaunchPlan:
    if not servers and not is_managed:
        return plan
    known = {each.name: _entry(each, stdio="stdio", http="http") for each in servers}
    strict = [] if _STRICT in plan.arguments else [_STRICT]
    return _added(plan, [f"--mcp-config={FOLDER}/{_FILE}", *strict], _file({"mcpServers": known}))


def _codex(plan: LaunchPlan, servers: Servers, *, is_managed: bool) -> LaunchPlan:
    """Before its command, as settings; secrets as variables that these name."""
    del is_managed
    settings: list[str] = []
    variables: dict[str, str] = {}
    for number, each in enumerate(servers):
        told: dict[str, Any] = {"enabled": True}
        if each.command:
            told |= {"command": each.command, "args": list(each.args), "env_vars": list(each.env)}
            for name, value in each.env.items():
                if variables.setdefault(name, value) != value:
                    raise InvalidRun(
                        f"two servers want another {name}, and codex has one for all",
                        field="mcpServers",
                    )
        else:
            names = {header: f"LLMGW_MCP_{number}_{i}" for i, header in enumerate(each.headers)}
            variables |= {names[header]: value for header, value in each.headers.items()}
            told |= {"url": each.url, "env_http_headers": names}
        settings.append(f"--config=mcp_servers.{each.name}={as_setting(told)}")
    return _added(plan, settings, environment=variables)


def _copilot(plan: LaunchPlan, servers: Servers, *, is_managed: bool) -> LaunchPlan:
    strict = ["--disable-builtin-mcps"] if is_managed else []
    strict = [each for each in strict if each not in plan.arguments]
    if not servers:
        return _added(plan, strict)
    known = {
        each.name: {**_entry(each, stdio="local", http="http"), "tools": ["*"]} for each in servers
    }
    added = [f"--additional-mcp-config=@{FOLDER}/{_FILE}", *strict]
    return _added(plan, added, _file({"mcpServers": known}))


def _gemini(plan: LaunchPlan, servers: Servers, *, is_managed: bool) -> LaunchPlan:
    """It can be kept from the person's. It takes none by a private file: it reads only such as lie
    in folders that nobody else may write to, and those of runs lie below the temporary one."""
    if servers:
        raise _refused(plan, can_ask=plan.command != "agy")
    if not is_managed or plan.command == "agy":
        return plan
    return _added(plan, [f"--allowed-mcp-server-names={_NOBODY}"])


def _opencode(plan: LaunchPlan, servers: Servers, *, is_managed: bool) -> LaunchPlan:
    del is_managed
    if not servers:
        return plan
    known: dict[str, Any] = {}
    for each in servers:
        if each.command:
            way = {"type": "local", "command": [each.command, *each.args]}
            known[each.name] = {**way, "environment": dict(each.env), "enabled": True}
        else:
            there: dict[str, Any] = {"type": "remote", "url": each.url}
            known[each.name] = {**there, "headers": dict(each.headers), "enabled": True}
    told = orjson.loads(plan.environment.get(_OPENCODE, "{}"))
    return _added(plan, environment={_OPENCODE: orjson.dumps({**told, "mcp": known}).decode()})


_Way = Callable[..., LaunchPlan]
_WAYS: Mapping[CliName, _Way] = MappingProxyType(
    {
        CliName.CLAUDE: _claude,
        CliName.CODEX: _codex,
        CliName.COPILOT: _copilot,
        CliName.GEMINI: _gemini,
        CliName.OPENCODE: _opencode,
    }
)
"""The others read servers from files that are the person's own."""
TAKE_SERVERS = frozenset(_WAYS) - {CliName.GEMINI}
TOLD_SERVERS = frozenset({CliName.GEMINI, CliName.GROK})
"""In runs that ask. Vibe calls their tools from programs of its model, and not one by one."""


def _entry(server: GivenServer, *, stdio: str, http: str) -> dict[str, Any]:
    if server.command:
        kind = {"type": stdio} if stdio else {}
        return {
            **kind,
            "command": server.command,
            "args": list(server.args),
            "env": dict(server.env),
        }
    return {**({"type": http} if http else {}), "url": server.url, "headers": dict(server.headers)}


def _file(content: Mapping[str, Any]) -> PlannedFile:
    return PlannedFile(name=_FILE, content=orjson.dumps(content))


def _added(
    plan: LaunchPlan,
    arguments: Sequence[str] = (),
    file: PlannedFile | None = None,
    environment: Mapping[str, str] | None = None,
) -> LaunchPlan:
    return replace(
        plan,
        arguments=(*arguments, *plan.arguments),
        files=(*plan.files, *([file] if file else [])),
        environment={**plan.environment, **(environment or {})},
    )
