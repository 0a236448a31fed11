"""What holds for a caller, and what says so: settings with their origin, and all that a run in a
folder would be held to.

They only look. What holds an agent is changed by a person: `llmgw settings`, the page, the file.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmgw_desktop.clis.fields import ON, TEXT, one_of, option
from llmgw_desktop.clis.registry import NAMES
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.jobs.rules.rule import (
    RuleSituation,
    RuleVerdict,
    StandingRule,
    holds_for,
    rule_words,
)
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.policy import ClientStanding
from llmgw_desktop.domain.routing.route import FolderPin
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.mcp.tool import FULL_ALONE, Guide, McpTool, McpToolCall, ToolAnswer

Told = Mapping[str, Any]
"""A setting: name, value without secrets, saidBy (`default`, `file` or a variable), meaning."""

_OF_RUNS = ("approvals", "brakes", "compression", "failover", "jobs", "limits", "recorder", "undo")
_INSTRUCTIONS = (
    "AGENTS.md",
    "AGENTS.override.md",
    "CLAUDE.md",
    "CLAUDE.local.md",
    ".claude/CLAUDE.md",
    ".claude/rules",
    ".claude/settings.json",
    ".codex/config.toml",
    ".cursor/rules",
    ".gemini/settings.json",
    ".github/copilot-instructions.md",
    ".mcp.json",
    ".vibe/config.toml",
    "GEMINI.md",
    "opencode.json",
)
"""What agents read for themselves in a folder and in those above it."""
_MOST_ABOVE = 40


@value
class ConfigParts:
    """What is looked at."""

    listed: Callable[[], Iterable[Told]]
    """All settings as they stand in the file now. Blocks; raises ConfigError."""
    settings: Callable[[], Settings]
    folder_of: Callable[[str], str]
    """Of a workspace. Blocks; raises NoSuchWorkspace, InvalidRun."""
    standing_of: Callable[[Principal], ClientStanding]


class _Calls:
    def __init__(self, parts: ConfigParts) -> None:
        self._parts = parts

    async def list_all(self, call: McpToolCall) -> ToolAnswer:
        below = call.arguments.get("below", "")
        changed_only = call.arguments.get("changedOnly", not below)
        listed = await asyncio.to_thread(lambda: list(self._parts.listed()))
        shown = [
            each
            for each in listed
            if (not below or each["name"].startswith(below))
            and not (changed_only and each["saidBy"] == "default")
        ]
        told = {"success": True, "count": len(shown), "of": len(listed), "settings": shown}
        return ToolAnswer(structured=told)

    async def explain(self, call: McpToolCall) -> ToolAnswer:
        return ToolAnswer(structured=await asyncio.to_thread(self._explained, call))

    def _explained(self, call: McpToolCall) -> dict[str, Any]:
        from llmgw_desktop.wire.native.flights import standing_object  # nobody asks at a start

        workspace, cli = call.arguments.get("workspace", ""), call.arguments.get("cli", "")
        folder = self._folder(call, workspace)
        settings = self._parts.settings()
        who = call.principal
        now = RuleSituation(
            cli=cli, client=who.known_as, workspace=workspace, is_remote=who.is_remote
        )
        pin = _pin(settings.pins, folder)
        return {
            "success": True,
            "folder": folder or None,
            "workspace": workspace or None,
            "pin": None if pin is None else _pinned(pin),
            "rules": [_rule(each) for each in settings.rules if _may_hold(each, now)],
            "limits": standing_object(self._parts.standing_of(who)),
            "settings": [
                {name: each[name] for name in ("name", "value", "saidBy")}
                for each in self._parts.listed()
                if each["name"].partition(".")[0] in _OF_RUNS and each["saidBy"] != "default"
            ]
            if not who.is_remote
            else [],
            "instructionFiles": list(_instructions(folder, who)) if folder else [],
        }

    def _folder(self, call: McpToolCall, workspace: str) -> str:
        given = call.arguments.get("workingDir", "")
        if workspace:
            return self._parts.folder_of(workspace)
        if given and call.principal.is_remote:
            raise InvalidRun("name a workspace: folders are for this computer", field="workingDir")
        if given and not Path(given).is_absolute():
            raise InvalidRun("give the folder's whole path", field="workingDir")
        return str(Path(given)) if given else ""


def _pin(pins: Sequence[FolderPin], folder: str) -> FolderPin | None:
    """The one of the nearest folder."""
    above = [folder, *map(str, Path(folder).parents)] if folder else []
    by_folder = {str(Path(each.folder)): each for each in pins}
    return next((by_folder[each] for each in above if each in by_folder), None)


def _pinned(pin: FolderPin) -> dict[str, Any]:
    return {"name": pin.name, "folder": pin.folder, "to": pin.place, "model": pin.model or None}


def _may_hold(rule: StandingRule, now: RuleSituation) -> bool:
    """Also where nobody said in which workspace, or with which CLI; at whatever hour."""
    if now.is_remote and rule.verdict is RuleVerdict.ALLOW and not rule.clients:
        return False
    asked = RuleSituation(
        cli=now.cli or (rule.clis[0] if rule.clis else ""),
        client=now.client,
        workspace=now.workspace or (rule.workspaces[0] if rule.workspaces else ""),
        minute=rule.hours.begin if rule.hours else 0,
    )
    return holds_for(rule, asked)


def _rule(rule: StandingRule) -> dict[str, Any]:
    told = {"name": rule.name, "action": str(rule.verdict), "words": rule_words(rule)}
    return {**told, "mistake": rule.mistake} if rule.mistake else told


def _instructions(folder: str, who: Principal) -> Iterator[str]:
    """Whoever sits elsewhere is told of the workspace alone."""
    above = () if who.is_remote else Path(folder).parents[:_MOST_ABOVE]
    for each in (Path(folder), *above):
        for name in _INSTRUCTIONS:
            if (found := each / name).exists():
                yield str(found)


def tools(parts: ConfigParts) -> tuple[McpTool, ...]:
    calls = _Calls(parts)
    return (
        McpTool(
            name="config_list",
            title="Settings",
            description="Settings: value, what says so, meaning; no secrets.",
            guide=Guide(
                when="why it acts as it does",
                returns="changed ones; all with below",
                costs="nothing",
                example={"below": "jobs."},
            ),
            takes=(
                option("below", TEXT, "How names begin."),
                option("changedOnly", ON, "Without those that are as by default."),
            ),
            tells={"settings": {"type": "array"}},
            call=calls.list_all,
            scope=Scope.ADMIN,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
        McpTool(
            name="explain_effective_config",
            title="What holds",
            description="What holds for a run of yours: account, rules, limits, changed settings,"
            " files of instructions.",
            guide=Guide(
                when="before a run, or after a refusal",
                returns="each with what says so",
                costs="nothing",
                example={"workspace": "site", "cli": "claude"},
            ),
            takes=(
                option("workspace", TEXT, ""),
                option("workingDir", TEXT, "Another one, its whole path."),
                option("cli", one_of(*NAMES), "Whose rules; else of all."),
            ),
            tells={
                "pin": {"type": ["object", "null"]},
                "rules": {"type": "array"},
                "limits": {"type": "object"},
                "settings": {"type": "array"},
                "instructionFiles": {"type": "array"},
            },
            call=calls.explain,
            scope=Scope.JOBS_RUN,
            profiles=FULL_ALONE,
            reads_only=True,
            is_idempotent=True,
        ),
    )
