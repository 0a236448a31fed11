"""Tools that tell of CLIs' subcommands: which are known, and what has become of them."""

import asyncio
from collections.abc import Sequence
from typing import Any

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.subcommand import Exposure, Risk, Subcommand, Tier
from llmgw_desktop.clis.values import ON, TEXTS, one_of
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.engine.mcp.cli_desk import CliDesk
from llmgw_desktop.engine.mcp.several import each_of
from llmgw_desktop.engine.mcp.subcommand_view import SCHEMA, contract, drift, listed
from llmgw_desktop.engine.mcp.tool import FULL_ALONE, Tool, ToolAnswer, ToolCall
from llmgw_desktop.engine.mcp.tool_errors import NotFound

PATIENCE_S = 40.0
"""Of one call: clients give up after a minute."""
_LIST = {"type": "array"}
_PROVIDER = option("provider", one_of(*CliName), "This CLI only.")
_FILTERS = ("tier", "risk", "exposure")


def subcommand_named(desk: CliDesk, name: CliName, path: Sequence[str]) -> Subcommand:
    """Raises NotFound."""
    for each in desk.subcommands(name):
        if each.path == tuple(path):
            return each
    raise NotFound(f"{name} has no known subcommand '{' '.join(path)[:80]}'.")


def subcommand_tools(desk: CliDesk, patience_s: float = PATIENCE_S) -> tuple[Tool, ...]:
    async def list_them(call: ToolCall) -> ToolAnswer:
        found = [
            listed(name, each)
            for name in _asked(call)
            for each in desk.subcommands(name)
            if _fits(call, each)
        ]
        told = {"success": True, "schemaVersion": SCHEMA, "total": len(found)}
        return ToolAnswer(structured={**told, "subcommands": found})

    async def tell_one(call: ToolCall) -> ToolAnswer:
        name = CliName(call.arguments["provider"])
        found = subcommand_named(desk, name, call.arguments["commandPath"])
        told = contract(name, desk.cli(name).contract_version, found)
        return ToolAnswer(structured={"success": True, "contract": told})

    async def tell_drift(call: ToolCall) -> ToolAnswer:
        with_clean = call.arguments.get("includeClean") is True
        names = _asked(call)
        here = [name for name in names if await _can_be_asked(desk, name)]
        found = await each_of(here, lambda name: _drift_of(desk, name, patience_s))
        results = [each for rows in found for each in rows]
        left = sum(len(desk.subcommands(name)) for name in here) - len(results)
        told = {
            "success": True,
            "checked": len(results),
            "notYetChecked": left,
            "drifted": sum(each["state"] in ("drifted", "gone") for each in results),
            "results": [each for each in results if with_clean or each["state"] != "clean"],
        }
        return ToolAnswer(structured=told)

    return (
        Tool(
            name="provider_subcommands_list",
            title="Subcommands",
            description="Known subcommands of the CLIs, with tier, risk and exposure.",
            takes=(
                _PROVIDER,
                option("tier", one_of(*Tier), "Of this tier."),
                option("risk", one_of(*Risk), "Of this risk."),
                option("exposure", one_of(*Exposure), "Of this exposure."),
                option("commandPathPrefix", TEXTS, "Whose path begins so."),
            ),
            tells={"total": {"type": "integer"}, "subcommands": _LIST},
            call=list_them,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
        ),
        Tool(
            name="provider_subcommand_contract",
            title="Subcommand",
            description="One subcommand's contract.",
            takes=(_PROVIDER, option("commandPath", TEXTS, 'Such as ["exec", "fork"].')),
            needs=frozenset({"provider", "commandPath"}),
            tells={"contract": {"type": "object"}},
            call=tell_one,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
        ),
        Tool(
            name="provider_subcommand_drift",
            title="Subcommand drift",
            description="Compares installed subcommands' --help with their contracts.",
            takes=(_PROVIDER, option("includeClean", ON, "Those that fit, too.")),
            tells={
                "checked": {"type": "integer"},
                "notYetChecked": {"type": "integer"},
                "drifted": {"type": "integer"},
                "results": _LIST,
            },
            call=tell_drift,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
        ),
    )


def _asked(call: ToolCall) -> tuple[CliName, ...]:
    name = call.arguments.get("provider")
    return tuple(CliName) if name is None else (CliName(name),)


def _fits(call: ToolCall, command: Subcommand) -> bool:
    prefix = tuple(call.arguments.get("commandPathPrefix", ()))
    return command.path[: len(prefix)] == prefix and all(
        getattr(command, name) == call.arguments.get(name, getattr(command, name))
        for name in _FILTERS
    )


async def _can_be_asked(desk: CliDesk, name: CliName) -> bool:
    return desk.said(name).enabled and (await desk.find(name)).is_installed


async def _drift_of(desk: CliDesk, name: CliName, patience_s: float) -> list[dict[str, Any]]:
    """What there was no time for is left out: what was told is kept, so that the next call comes
    further."""
    time = asyncio.get_running_loop().time
    ends_s = time() + patience_s
    found = []
    for command in desk.subcommands(name):
        if time() > ends_s:
            break
        found.append(drift(name, command, await desk.help_of(name, command.path)))
    return found
