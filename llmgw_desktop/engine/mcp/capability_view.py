"""What each CLI can be asked for, out of its facts and its table of fields: no second truth."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from llmgw_desktop.clis.cli import Cli, Option
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.engine.mcp.cli_desk import CliDesk, CliSeen

SCHEMA = "provider-tool-capabilities.v2"
_PERMISSIONS = """
    permissionMode approvalMode sandboxMode askForApproval fullAuto yolo alwaysApprove sandbox mode
    allowAll allowAllTools allowAllPaths allowAllUrls dangerouslySkipPermissions trust trustFolder
    dangerouslyBypassApprovalsAndSandbox dangerouslyBypassHookTrust skipTrust
"""
_TOOLS = """
    allowedTools disallowedTools tools availableTools excludedTools allow deny search noTools
    disableWebSearch strictMcpConfig mcpConfig disableBuiltinMcps disableMcpServers allowedUrls
    disallowedUrls noSubagents
"""
_WANTS: dict[str, frozenset[str]] = {
    "structuredOutput": frozenset({"jsonSchema", "outputSchema"}),
    "systemPrompt": frozenset(
        {"systemPrompt", "appendSystemPrompt", "developerInstructions", "systemPromptOverride"}
    ),
    "effort": frozenset({"effort", "reasoningEffort", "variant"}),
    "moreFolders": frozenset({"addDir", "includeDirs"}),
    "files": frozenset({"images", "attachments", "files"}),
    "budget": frozenset({"maxBudgetUsd", "maxPrice", "maxTokens", "maxAiCredits", "maxTurns"}),
    "keepsNoSession": frozenset({"noSessionPersistence", "ephemeral"}),
    "ownAgents": frozenset({"agent", "agents"}),
}
"""What one may want of any CLI, and the fields that are it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which parts of the catalogue."""

    skills: bool = True
    tools: bool = True
    unsupported: bool = True
    paths: bool = False
    anew: bool = False


async def capabilities(desk: CliDesk, name: CliName, wanted: Wanted) -> dict[str, Any]:
    is_asked = wanted.anew and desk.said(name).enabled
    seen = await (desk.look(name, with_flags=True, anew=True) if is_asked else desk.find(name))
    cli = desk.cli(name)
    told = {
        **_standing(desk, seen),
        "features": _features(cli),
        "permissions": _fields(cli.options, _PERMISSIONS.split()),
        "wants": {want: _named(cli.options, names) for want, names in _WANTS.items()},
        "fields": {each.name: each.flag or None for each in cli.options},
    }
    if wanted.tools:
        told["providerTools"] = _fields(cli.options, _TOOLS.split())
    if wanted.unsupported:
        told["unsupported"] = _unsupported(told)
    if wanted.skills:
        skills = await desk.skills(name)
        shown = [{"name": s.name, "path": s.path} if wanted.paths else s.name for s in skills]
        told["skills"] = shown
    if wanted.paths:
        told["paths"] = {"program": seen.program or None, "signIn": list(cli.sign_in.files)}
    return told


def _standing(desk: CliDesk, seen: CliSeen) -> dict[str, Any]:
    return {
        "provider": seen.name,
        "displayName": seen.title,
        "requestTools": [f"{seen.name}_request", f"{seen.name}_request_async"],
        "installed": seen.is_installed,
        "enabled": desk.said(seen.name).enabled,
        "version": seen.version or None,
        "contractVersion": seen.contract_version,
        "loginStatus": seen.signed_in,
        "missingFlags": None if seen.gone is None else sorted(seen.gone),
    }


def _features(cli: Cli) -> dict[str, Any]:
    facts = cli.facts
    return {
        "streams": facts.streams,
        "resumes": facts.resumes,
        "continuesLatest": facts.continues,
        "forks": facts.forks,
        "takesNewSessionId": facts.takes_new_id,
        "promptByStdin": facts.reads_stdin,
        "tellsUsage": facts.tells_usage,
        "tellsCost": facts.tells_cost,
        "tellsCacheTokens": facts.tells_cache,
        "endsCleanlyOnTerm": facts.ends_cleanly_on_term,
        "idleTimeoutS": facts.idle_timeout_s,
    }


def _fields(options: Sequence[Option], names: Collection[str]) -> dict[str, Any]:
    """Each with what it may be."""
    return {each.name: _values(each) for each in options if each.name in names}


def _values(option: Option) -> object:
    schema = option.schema
    return schema.get("enum") or schema.get("type") or "any"


def _named(options: Sequence[Option], names: frozenset[str]) -> list[str]:
    return [each.name for each in options if each.name in names]


def _unsupported(told: dict[str, Any]) -> list[str]:
    lacks = [name for name, can in told["features"].items() if can is False]
    return [*lacks, *(want for want, fields in told["wants"].items() if not fields)]
