"""CLIs as clients are told of them: what each can be asked for, its models, its subcommands.

All of it comes out of a CLI's facts and its table of fields: no second truth. Hints say that they
are no more, and nothing is told as known that nobody said.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from typing import Any

from llmgw_desktop.clis.cli import Cli, Option
from llmgw_desktop.clis.registry import cli_of
from llmgw_desktop.clis.subcommand import ListedModel, Subcommand
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.cli_settings import CLI_OF_PROVIDER, CliSettings, provider_of
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.mcp.cli_desk import (
    CliInspection,
    CliSeen,
    HelpState,
    ModelsTold,
    SkillSeen,
    SubcommandHelp,
    each_of,
)
from llmgw_desktop.wire.models import ModelEntry

CAPABILITY_SCHEMA = "provider-tool-capabilities.v2"
_PERMISSION_WORDS = """
    permissionMode approvalMode sandboxMode askForApproval fullAuto yolo alwaysApprove sandbox mode
    allowAll allowAllTools allowAllPaths allowAllUrls dangerouslySkipPermissions trust trustFolder
    dangerouslyBypassApprovalsAndSandbox dangerouslyBypassHookTrust skipTrust
"""
_TOOL_WORDS = """
    allowedTools disallowedTools tools availableTools excludedTools allow deny search noTools
    disableWebSearch strictMcpConfig mcpConfig disableBuiltinMcps disableMcpServers allowedUrls
    disallowedUrls noSubagents
"""
_PERMISSIONS, _TOOLS = frozenset(_PERMISSION_WORDS.split()), frozenset(_TOOL_WORDS.split())
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
_WANT_OF = {name: want for want, names in _WANTS.items() for name in names}


@value
class WantedCapabilities:
    """Which parts of the catalogue."""

    skills: bool = True
    tools: bool = True
    unsupported: bool = True
    paths: bool = False
    anew: bool = False


async def capabilities(
    desk: CliInspection, names: Sequence[CliName], wanted: WantedCapabilities
) -> dict[str, Any]:
    """Of each by its plain name: JSON's keys are nothing else."""
    seen = await desk.find_all(names)
    if wanted.anew:
        asked = [name for name in names if desk.said(name).enabled]
        looked = await each_of(asked, lambda name: desk.look(name, with_flags=True, anew=True))
        seen |= zip(asked, looked, strict=True)
    skills = await desk.skills(names) if wanted.skills else {}
    return {name.value: _capable(desk, seen[name], skills.get(name), wanted) for name in names}


def _capable(
    desk: CliInspection,
    seen: CliSeen,
    skills: Sequence[SkillSeen] | None,
    wanted: WantedCapabilities,
) -> dict[str, Any]:
    cli = desk.cli(seen.name)
    told = {
        **_standing(desk, seen),
        "features": _features(cli),
        "permissions": _fields(cli.options, _PERMISSIONS),
        "wants": _wants(cli.options),
        "fields": {each.name: each.flag or None for each in cli.options},
    }
    if wanted.tools:
        told["providerTools"] = _fields(cli.options, _TOOLS)
    if wanted.unsupported:
        told["unsupported"] = _unsupported(told)
    if skills is not None:
        shown = [{"name": s.name, "path": s.path} if wanted.paths else s.name for s in skills]
        told["skills"] = shown
    if wanted.paths:
        told["paths"] = {"program": seen.program or None, "signIn": list(cli.sign_in.files)}
    return told


def _standing(desk: CliInspection, seen: CliSeen) -> dict[str, Any]:
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


def _wants(options: Sequence[Option]) -> dict[str, list[str]]:
    """By what one may want, the fields that are it."""
    found: dict[str, list[str]] = {want: [] for want in _WANTS}
    for each in options:
        if want := _WANT_OF.get(each.name):
            found[want].append(each.name)
    return found


def _unsupported(told: dict[str, Any]) -> list[str]:
    lacks = [name for name, can in told["features"].items() if can is False]
    return [*lacks, *(want for want, fields in told["wants"].items() if not fields)]


Catalogue = Callable[[], Awaitable[Sequence[ModelEntry]]]
_PRACTICE = "practice"


async def models_of_clis(
    desk: CliInspection, names: Sequence[CliName], *, ask: bool
) -> dict[str, dict[str, Any]]:
    """Of each by its plain name. `ask`: a program is started that can list its models and has not
    done so yet."""
    told = await desk.models_told(names)
    asked = [name for name in names if ask and _can_tell_more(desk, name, told[name])]
    more = dict(zip(asked, await each_of(asked, desk.models), strict=True))
    return {
        name.value: _models_shown(
            desk, name, replace(told[name], models=more.get(name, told[name].models))
        )
        for name in names
    }


def _can_tell_more(desk: CliInspection, name: CliName, told: ModelsTold) -> bool:
    is_silent = told.models is None and not told.rests
    is_here = told.is_installed and desk.said(name).enabled
    return is_silent and is_here and desk.cli(name).models is not None


def _models_shown(desk: CliInspection, name: CliName, known: ModelsTold) -> dict[str, Any]:
    said = desk.said(name)
    listed = known.models if known.is_installed and said.enabled else None
    told = {each.name: _described(each) for each in listed or ()}
    named = {each: {"source": "settings"} for each in said.models if each not in told}
    return {
        "description": cli_of(name).title,
        "provider": provider_of(name),
        "models": {**told, **named},
        "unverifiedModelHints": _hints(name, {*told, *named}),
        "modelOrder": [*told, *named],
        "aliases": {"default": "what the settings or the CLI choose", "latest": "as default"},
        **_default(said, listed or ()),
        "warnings": _warnings(said, listed, is_installed=known.is_installed),
    }


def models_of_providers(entries: Sequence[ModelEntry]) -> dict[str, list[str]]:
    """By provider; vendors' programs, aliases and practice are none of these."""
    found: dict[str, list[str]] = {}
    for entry in entries:
        is_api = entry.provider not in CLI_OF_PROVIDER and not entry.is_practice
        if is_api and not entry.stands_for:
            found.setdefault(entry.provider, []).append(entry.id)
    return found


def plain_list(entries: Sequence[ModelEntry]) -> list[dict[str, Any]]:
    return [
        {
            "model": entry.id,
            "provider": entry.provider,
            "kind": _kind(entry),
            **({"standsFor": list(entry.stands_for)} if entry.stands_for else {}),
        }
        for entry in entries
    ]


def _kind(entry: ModelEntry) -> str:
    if entry.stands_for:
        return "alias"
    if entry.is_practice:
        return _PRACTICE
    return "cli" if entry.provider in CLI_OF_PROVIDER else "api"


def _described(model: ListedModel) -> dict[str, Any]:
    more = {"title": model.title} if model.title else {}
    efforts = {"efforts": list(model.efforts)} if model.efforts else {}
    return {"source": "cli", **more, **efforts}


def _hints(name: CliName, known: set[str]) -> dict[str, dict[str, str]]:
    source = "the CLI's own help; whether your account has it nobody has asked"
    return {each: {"source": source} for each in cli_of(name).model_hints if each not in known}


def _default(said: CliSettings, listed: Sequence[ListedModel]) -> dict[str, str]:
    if said.default_model:
        return {"defaultModel": said.default_model, "defaultModelSource": "settings"}
    for model in listed:
        if model.is_default:
            return {"defaultModel": model.name, "defaultModelSource": "cli"}
    return {}


def _warnings(
    said: CliSettings, listed: tuple[ListedModel, ...] | None, *, is_installed: bool
) -> list[str]:
    if not said.enabled:
        return ["It is switched off."]
    if not is_installed:
        return ["It is not installed."]
    if listed is None and cli_of(said.name).models is not None:
        return ["It has not listed its models yet: ask again in a while."]
    if listed is None:
        return ["It does not tell its models: any name may be asked for, and the CLI decides."]
    return []


SUBCOMMAND_SCHEMA = "provider-subcommands.v1"


def listed(provider: CliName, command: Subcommand) -> dict[str, Any]:
    return {
        "provider": provider,
        "commandPath": list(command.path),
        "summary": command.summary,
        "tier": command.tier,
        "risk": command.risk,
        "exposure": command.exposure,
    }


def contract(provider: CliName, version: str, command: Subcommand) -> dict[str, Any]:
    return {
        **listed(provider, command),
        "contractVersion": version,
        "flags": sorted(command.flags),
        "flagsEverywhere": sorted(command.everywhere),
    }


def drift(provider: CliName, command: Subcommand, told: SubcommandHelp) -> dict[str, Any]:
    """`state`: clean, drifted, gone or unknown."""
    shown = {"provider": provider, "commandPath": list(command.path)}
    match told.state:
        case HelpState.SILENT:
            return {**shown, "state": "unknown", "detail": "Its help did not come in time."}
        case HelpState.REFUSED:
            detail = f"Asked for its help it ended with exit code {told.exit_code}."
            return {**shown, "state": "gone", "helpExitedNonzero": True, "detail": detail}
        case HelpState.NOT_ITS_OWN:
            return {**shown, "state": "gone", "detail": "The program does not know it any more."}
        case HelpState.TOLD:
            pass
    missing = command.flags - told.flags
    extra = told.flags - command.flags - command.everywhere - {"--help", "--version"}
    return {
        **shown,
        "state": "drifted" if missing else "clean",
        "helpExitedNonzero": False,
        "missingFlags": sorted(missing),
        "extraFlags": sorted(extra),
    }
