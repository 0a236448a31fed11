"""Tools that tell of CLIs: their models, what each can be asked for, their subcommands."""

import asyncio
from collections.abc import Sequence
from typing import Any

from llmgw_desktop.clis.fields import ON, TEXTS, one_of, option
from llmgw_desktop.clis.subcommand import Exposure, Risk, Subcommand, SubcommandTier
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.mcp.cli_desk import (
    ONE_CLI,
    CliInspection,
    asked_clis,
    each_of,
    is_local,
)
from llmgw_desktop.engine.mcp.cli_views import (
    CAPABILITY_SCHEMA,
    SUBCOMMAND_SCHEMA,
    Catalogue,
    WantedCapabilities,
    capabilities,
    contract,
    drift,
    listed,
    models_of_clis,
    models_of_providers,
    plain_list,
)
from llmgw_desktop.engine.mcp.tool import (
    FULL_ALONE,
    REVIEW_AND_FULL,
    Guide,
    McpTool,
    McpToolCall,
    NotFound,
    ToolAnswer,
)


def cli_model_tools(desk: CliInspection, catalogue: Catalogue) -> tuple[McpTool, ...]:
    async def list_models(call: McpToolCall) -> ToolAnswer:
        # programs are started for those alone who may have them run
        may_ask = Scope.JOBS_RUN in call.principal.scopes
        clis = await models_of_clis(desk, asked_clis(call), ask=may_ask)
        told: dict[str, Any] = {"success": True, **clis}
        if "cli" not in call.arguments:
            told["apiProviders"] = models_of_providers(await catalogue())
        return ToolAnswer(structured=told)

    async def list_available_models(call: McpToolCall) -> ToolAnswer:
        models = plain_list(await catalogue())
        told = {"success": True, "count": len(models), "models": models}
        return ToolAnswer(structured=told)

    return (
        McpTool(
            name="list_models",
            title="List models",
            description="Models of each CLI and provider, defaults, and unverified hints.",
            guide=Guide(
                when="choosing a CLI's model",
                returns="models by CLI and provider",
                costs="nothing",
                example={"cli": "claude"},
            ),
            takes=(ONE_CLI,),
            tells={"apiProviders": {"type": "object"}},
            call=list_models,
            scope=Scope.MODELS_LIST,
            reads_only=True,
        ),
        McpTool(
            name="list_available_models",
            title="List model names",
            description="Every model name that can be asked for, in one plain list.",
            guide=Guide(
                when="whether a name is known",
                returns="count and names",
                costs="nothing",
                example={},
            ),
            tells={"count": {"type": "integer"}, "models": {"type": "array"}},
            call=list_available_models,
            scope=Scope.MODELS_LIST,
            profiles=FULL_ALONE,
            reads_only=True,
        ),
    )


PATIENCE_S = 40.0
"""Of one call: clients give up after a minute."""
_LIST = {"type": "array"}
_PROVIDER = option("provider", one_of(*CliName), "This CLI only.")
_FILTERS = ("tier", "risk", "exposure")


def subcommand_named(desk: CliInspection, name: CliName, path: Sequence[str]) -> Subcommand:
    """Raises NotFound."""
    for each in desk.subcommands(name):
        if each.path == tuple(path):
            return each
    raise NotFound(f"{name} has no known subcommand '{' '.join(path)[:80]}'.")


def subcommand_tools(desk: CliInspection, patience_s: float = PATIENCE_S) -> tuple[McpTool, ...]:
    async def list_them(call: McpToolCall) -> ToolAnswer:
        found = [
            listed(name, each)
            for name in _asked(call)
            for each in desk.subcommands(name)
            if _fits(call, each)
        ]
        told = {"success": True, "schemaVersion": SUBCOMMAND_SCHEMA, "total": len(found)}
        return ToolAnswer(structured={**told, "subcommands": found})

    async def tell_one(call: McpToolCall) -> ToolAnswer:
        name = CliName(call.arguments["provider"])
        found = subcommand_named(desk, name, call.arguments["commandPath"])
        told = contract(name, desk.cli(name).contract_version, found)
        return ToolAnswer(structured={"success": True, "contract": told})

    async def tell_drift(call: McpToolCall) -> ToolAnswer:
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
        McpTool(
            name="provider_subcommands_list",
            title="Subcommands",
            description="Known subcommands of the CLIs, with tier, risk and exposure.",
            guide=Guide(
                when="what a CLI has beside requests",
                returns="subcommands and total",
                costs="nothing",
                example={"provider": "codex"},
            ),
            takes=(
                _PROVIDER,
                option("tier", one_of(*SubcommandTier), "Of this tier."),
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
        McpTool(
            name="provider_subcommand_contract",
            title="Subcommand",
            description="One subcommand's contract.",
            guide=Guide(
                when="before a person runs a subcommand",
                returns="its flags, risk, exposure",
                costs="nothing",
                example={"provider": "codex", "commandPath": ["mcp", "list"]},
            ),
            takes=(_PROVIDER, option("commandPath", TEXTS, 'Such as ["exec", "fork"].')),
            needs=frozenset({"provider", "commandPath"}),
            tells={"contract": {"type": "object"}},
            call=tell_one,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
        ),
        McpTool(
            name="provider_subcommand_drift",
            title="Subcommand drift",
            description="Compares installed subcommands' --help with their contracts.",
            guide=Guide(
                when="a CLI that was updated",
                returns="what differs",
                costs="runs --help of each",
                example={"provider": "codex"},
            ),
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


def _asked(call: McpToolCall) -> tuple[CliName, ...]:
    name = call.arguments.get("provider")
    return tuple(CliName) if name is None else (CliName(name),)


def _fits(call: McpToolCall, command: Subcommand) -> bool:
    prefix = tuple(call.arguments.get("commandPathPrefix", ()))
    return command.path[: len(prefix)] == prefix and all(
        getattr(command, name) == call.arguments.get(name, getattr(command, name))
        for name in _FILTERS
    )


async def _can_be_asked(desk: CliInspection, name: CliName) -> bool:
    return desk.said(name).enabled and (await desk.find(name)).is_installed


async def _drift_of(desk: CliInspection, name: CliName, patience_s: float) -> list[dict[str, Any]]:
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


def capability_tools(desk: CliInspection) -> tuple[McpTool, ...]:
    async def tell(call: McpToolCall) -> ToolAnswer:
        given = call.arguments
        wanted = WantedCapabilities(
            skills=given.get("includeSkills", True),
            tools=given.get("includeProviderTools", True),
            unsupported=given.get("includeUnsupported", True),
            paths=given.get("includePaths", False) and is_local(call.principal),
            anew=given.get("refresh", False),
        )

        told = await capabilities(desk, asked_clis(call), wanted)
        answer = {"success": True, "schemaVersion": CAPABILITY_SCHEMA, "providers": told}
        return ToolAnswer(structured=answer)

    return (
        McpTool(
            name="provider_tool_capabilities",
            title="CLI capabilities",
            description="What each CLI can be asked for: sessions, permissions, tools, fields.",
            guide=Guide(
                when="before an unusual field of a CLI's request",
                returns="what each can do",
                costs="nothing",
                example={"cli": "claude"},
            ),
            takes=(
                ONE_CLI,
                option("includeSkills", ON, "The person's skills it finds; true."),
                option("includeProviderTools", ON, "Fields that rule its tools; true."),
                option("includeUnsupported", ON, "What it cannot; true."),
                option("includePaths", ON, "Paths, to the local client only."),
                option("refresh", ON, "Ask the programs anew."),
            ),
            tells={"schemaVersion": {"type": "string"}, "providers": {"type": "object"}},
            call=tell,
            scope=Scope.JOBS_RUN,
            profiles=REVIEW_AND_FULL,
            reads_only=True,
        ),
    )
