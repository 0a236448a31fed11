"""Tools that tell which CLIs are installed, and whether they are still what the gateway expects,
and one that brings a CLI to another version: it shows how, and does it for the person alone.
"""

import re
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from llmgw_desktop.clis.fields import ON, one_of, option, whole_number
from llmgw_desktop.clis.registry import cli_of, program_of
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.engine.mcp.cli_desk import (
    ONE_CLI,
    CliInspection,
    CliSeen,
    Newest,
    Upgraded,
    UpgradePlan,
    Upgrader,
    asked_clis,
    each_of,
    is_local,
)
from llmgw_desktop.engine.mcp.tool import (
    FULL_ALONE,
    PERMISSION,
    Guide,
    InvalidArgument,
    McpTool,
    McpToolCall,
    ToolAnswer,
    told,
)

_LIST = {"type": "array"}
_NAMES = {"type": "array", "items": {"type": "string"}}
_USUAL_PATIENCE_MS = 10_000


def version_tools(desk: CliInspection) -> tuple[McpTool, ...]:
    async def cli_versions(call: McpToolCall) -> ToolAnswer:
        with_paths = is_local(call.principal)
        seen = await _with_versions(desk, asked_clis(call))
        versions = [_version(desk, each, with_paths=with_paths) for each in seen]
        return ToolAnswer(structured={"success": True, "versions": versions})

    async def upstream_contracts(call: McpToolCall) -> ToolAnswer:
        probe = call.arguments.get("probeInstalled") is True

        async def one(name: CliName) -> dict[str, Any]:
            is_on = desk.said(name).enabled
            seen = await desk.look(name, with_flags=True) if probe and is_on else None
            return _contract(desk, name, seen)

        contracts = await each_of(asked_clis(call), one)
        return ToolAnswer(structured={"success": True, "contracts": contracts})

    async def provider_version_guard(call: McpToolCall) -> ToolAnswer:
        names = asked_clis(call)
        providers = [_guarded(each) for each in await _with_versions(desk, names)]
        upgrades: list[dict[str, Any]] = []
        is_checked = call.arguments.get("checkUpgrades") is True
        if is_checked:
            patience_s = call.arguments.get("timeoutMs", _USUAL_PATIENCE_MS) / 1000
            upgrades = await each_of(names, lambda name: _upgrade(desk, name, patience_s))
        return ToolAnswer(structured=_guard(providers, upgrades, is_checked=is_checked))

    return (
        McpTool(
            name="cli_versions",
            title="CLI versions",
            description="Each CLI: installed, its version, signed in or how to.",
            guide=Guide(
                when="a CLI that fails or is missing",
                returns="version and sign-in of each",
                costs="a second at most a CLI",
                example={"cli": "claude"},
            ),
            takes=(ONE_CLI,),
            tells={"versions": _LIST},
            call=cli_versions,
            scope=Scope.JOBS_RUN,
            reads_only=True,
        ),
        McpTool(
            name="upstream_contracts",
            title="CLI contracts",
            description="The flags that the gateway counts on, by CLI and version.",
            guide=Guide(
                when="which flags a CLI is given",
                returns="flags by CLI",
                costs="time with probeInstalled",
                example={"cli": "claude"},
            ),
            takes=(ONE_CLI, option("probeInstalled", ON, "Compare with the installed --help.")),
            tells={"contracts": _LIST},
            call=upstream_contracts,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
        ),
        McpTool(
            name="provider_version_guard",
            title="Version guard",
            description="Installed versions against those the gateway was made for.",
            guide=Guide(
                when="a CLI that acts oddly since an update",
                returns="drifts, upgrades, commands",
                costs="time; the net with checkUpgrades",
                example={"cli": "claude"},
            ),
            takes=(
                ONE_CLI,
                option("checkUpgrades", ON, "Ask package registries for newer versions."),
                option("timeoutMs", whole_number(1000, 120_000), "For each registry; 10000."),
            ),
            tells={
                "ok": {"type": "boolean"},
                "drifted": _NAMES,
                "notInstalled": _NAMES,
                "unknown": _NAMES,
                "providers": _LIST,
                "upgradesChecked": {"type": "boolean"},
                "upgradeAvailable": _NAMES,
                "upgrades": _LIST,
                "upgradeCommands": {"type": "object"},
            },
            call=provider_version_guard,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
            reaches_out=True,
        ),
    )


async def _with_versions(desk: CliInspection, names: Sequence[CliName]) -> list[CliSeen]:
    """Those that have not told theirs are asked, but for what is switched off."""
    seen = await desk.find_all(names)
    unsure = [each.name for each in seen.values() if each.is_installed and not each.version]
    asked = [name for name in unsure if desk.said(name).enabled]
    seen |= zip(asked, await each_of(asked, desk.look), strict=True)
    return [seen[name] for name in names]


def _version(desk: CliInspection, seen: CliSeen, *, with_paths: bool) -> dict[str, Any]:
    cli = desk.cli(seen.name)
    return {
        "cli": seen.name,
        "command": seen.command if with_paths else program_of(seen.command),
        "args": list(cli.version),
        "installed": seen.is_installed,
        "enabled": desk.said(seen.name).enabled,
        "version": seen.version or None,
        "loginStatus": seen.signed_in,
        "loginGuidance": {
            "summary": cli.sign_in.guidance,
            "commands": [" ".join(cli.sign_in.command)],
            "credentialHandling": "The CLI keeps its sign-in itself; the gateway tells none.",
        },
        **({"signedInBy": seen.signed_in_by} if with_paths and seen.signed_in_by else {}),
        **({"problem": seen.problem} if seen.problem else {}),
        **({"program": seen.program} if with_paths and seen.is_installed else {}),
        **({} if seen.is_installed else {"install": _install(desk, seen.name)}),
    }


def _contract(desk: CliInspection, name: CliName, seen: CliSeen | None) -> dict[str, Any]:
    cli = desk.cli(name)
    contract = {
        "cli": name,
        "command": cli.commands[0],
        "contractVersion": cli.contract_version,
        "flags": sorted(cli.flags - cli.unlisted_flags),
        "unlistedFlags": sorted(cli.unlisted_flags),
        "helps": [" ".join((cli.commands[0], *each)) for each in cli.helps],
    }
    return contract if seen is None else {**contract, "probe": _probe(seen)}


def _probe(seen: CliSeen) -> dict[str, Any]:
    if not seen.is_installed:
        return {"state": "not_installed"}
    if seen.gone is None:
        return {
            "state": "unknown",
            "installed": seen.version or None,
            "detail": seen.problem or "Its help cannot be read.",
        }
    return {
        "state": "drifted" if seen.gone else "clean",
        "installed": seen.version,
        "missingFlags": sorted(seen.gone),
        "affectedFields": {flag: list(fields) for flag, fields in seen.gone.items() if fields},
        "extraFlags": list(seen.extra),
    }


def _guarded(seen: CliSeen) -> dict[str, Any]:
    state, detail = _compared(seen)
    return {
        "cli": seen.name,
        "state": state,
        "installed": seen.version or None,
        "target": seen.contract_version,
        "installedNormalized": _normalized(seen.version),
        "targetNormalized": _normalized(seen.contract_version),
        "detail": detail,
    }


def _compared(seen: CliSeen) -> tuple[str, str]:
    if not seen.is_installed:
        return "not_installed", "There is no such program."
    here, made_for = _numbers(seen.version), _numbers(seen.contract_version)
    if not here or not made_for:
        return "unknown", seen.problem or "Its version is not known."
    if here == made_for:
        return "match", "The version that the gateway was made for."
    word = "newer" if here > made_for else "older"
    return word, f"It is {word} than what the gateway was made for; upstream_contracts compares."


async def _upgrade(desk: CliInspection, name: CliName, patience_s: float) -> dict[str, Any]:
    seen = await desk.find(name)
    if not seen.is_installed:
        newest, state = Newest(problem="It is not installed."), "not_installed"
    else:
        newest = await desk.newest(name, patience_s)
        state = _upgrade_state(seen.version, newest.version)
    return {
        "cli": name,
        "state": state,
        "source": newest.source or None,
        "installed": seen.version or None,
        "latest": newest.version or None,
        "detail": newest.problem,
    }


def _upgrade_state(installed: str, latest: str) -> str:
    here, newest = _numbers(installed), _numbers(latest)
    if not here or not newest:
        return "unknown"
    return "available" if newest > here else "current"


def _guard(
    providers: list[dict[str, Any]], upgrades: list[dict[str, Any]], *, is_checked: bool
) -> dict[str, Any]:
    drifted = [each["cli"] for each in providers if each["state"] in ("newer", "older")]
    available = [each["cli"] for each in upgrades if each["state"] == "available"]
    return {
        "success": True,
        "ok": not drifted,
        "drifted": drifted,
        "notInstalled": [each["cli"] for each in providers if each["state"] == "not_installed"],
        "unknown": [each["cli"] for each in providers if each["state"] == "unknown"],
        "providers": providers,
        "upgradesChecked": is_checked,
        "upgradeAvailable": available,
        "upgrades": upgrades,
        "upgradeCommands": {
            str(name): {"tool": "cli_upgrade", "arguments": {"cli": name}} for name in available
        },
    }


def _install(desk: CliInspection, name: CliName) -> str:
    return cli_of(name, desk.said(name).command).packaging.install


def _normalized(version: str) -> str | None:
    """What is compared."""
    return ".".join(map(str, _numbers(version))) or None


def _numbers(version: str) -> tuple[int, ...]:
    """What comes before a `-` or `+`."""
    plain = re.split(r"[-+]", version, maxsplit=1)[0]
    return tuple(int(each) for each in re.findall(r"\d+", plain))


USUAL_PATIENCE_MS = 600_000
_NOT_FOR_CLIENTS = (
    "Only the local client upgrades CLIs; ask with dryRun for the command, and have the person"
    " at the computer run it."
)
_TARGET = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}")
_TEXT = {"type": "string"}


def upgrade_tools(upgrader: Upgrader) -> tuple[McpTool, ...]:
    async def upgrade(call: McpToolCall) -> ToolAnswer:
        name, target = CliName(call.arguments["cli"]), call.arguments.get("target", "latest")
        if not _TARGET.fullmatch(target):
            raise InvalidArgument(
                "it must be a version or a tag: letters, digits, dots, dashes; at most 64",
                field="target",
            )
        is_dry = call.arguments.get("dryRun", True)
        if not is_dry and not is_local(call.principal):
            return told(_NOT_FOR_CLIENTS, PERMISSION)
        plan = await upgrader.plan(name, target)
        shown = _plan(plan, with_paths=is_local(call.principal))
        answer = {"success": True, "dryRun": is_dry, "plan": shown}
        if is_dry:
            return ToolAnswer(structured=answer)
        patience_s = call.arguments.get("timeoutMs", USUAL_PATIENCE_MS) / 1000
        done = await upgrader.run(plan, patience_s, call.principal.name)
        return _answer(answer, done)

    return (
        McpTool(
            name="cli_upgrade",
            title="Upgrade a CLI",
            description="How a CLI gets another version; with dryRun false it is done.",
            guide=Guide(
                when="a CLI that is too old",
                returns="the plan, or what the installer said",
                costs="nothing as dryRun; else changes the program",
                example={"cli": "codex", "dryRun": True},
            ),
            takes=(
                option("cli", one_of(*CliName), "Which."),
                option("target", _TEXT, "A version or tag; latest."),
                option("dryRun", ON, "Only tell how; true."),
                option("timeoutMs", whole_number(30_000, 3_600_000), "600000."),
            ),
            needs=frozenset({"cli"}),
            tells={
                "dryRun": {"type": "boolean"},
                "plan": {"type": "object"},
                "stdout": _TEXT,
                "stderr": _TEXT,
                "exitCode": {"type": ["integer", "null"]},
            },
            call=upgrade,
            scope=Scope.CLI_ADMIN,
            profiles=FULL_ALONE,
            destroys=True,
            reaches_out=True,
        ),
    )


def _plan(plan: UpgradePlan, *, with_paths: bool) -> dict[str, Any]:
    command, *arguments = plan.argv if with_paths else [_nameless(each) for each in plan.argv]
    return {
        "cli": plan.cli,
        "target": plan.target,
        "command": command,
        "args": arguments,
        "strategy": plan.strategy,
        "requiresNetwork": True,
        **({"note": plan.note} if plan.note and with_paths else {}),
    }


def _nameless(argument: str) -> str:
    """Without the folders of this computer."""
    return f"…/{PurePath(argument).name}" if PurePath(argument).is_absolute() else argument


def _answer(answer: dict[str, Any], done: Upgraded) -> ToolAnswer:
    result = {
        **answer,
        "success": done.exit_code == 0,
        "stdout": done.out,
        "stderr": done.err,
        "exitCode": done.exit_code,
        "versionBefore": done.version_before or None,
        "versionAfter": done.version_after or None,
    }
    if done.exit_code == 0:
        return ToolAnswer(structured=result)
    is_late = done.exit_code is None
    why = "was not done in time" if is_late else f"ended with exit code {done.exit_code}"
    failed = {
        "error": f"The upgrade {why}. What it said stands in stderr.",
        "errorCategory": ErrorCategory.TIMEOUT if is_late else ErrorCategory.CLI,
        "field": None,
        "retryable": is_late,
    }
    return ToolAnswer(structured={**result, **failed}, is_error=True)
