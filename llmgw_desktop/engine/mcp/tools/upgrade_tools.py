"""The tool that brings a CLI to another version: it shows how, and does it for the person alone."""

import re
from pathlib import PurePath
from typing import Any

from llmgw_desktop.clis.asked import option
from llmgw_desktop.clis.values import ON, one_of, whole_number
from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.engine.mcp.cli_desk import CliUpgrader, Upgraded, UpgradePlan
from llmgw_desktop.engine.mcp.tool import FULL_ALONE, Tool, ToolAnswer, ToolCall
from llmgw_desktop.engine.mcp.tool_errors import PERMISSION, InvalidArgument, told
from llmgw_desktop.engine.mcp.tools.version_tools import is_local

USUAL_PATIENCE_MS = 600_000
_NOT_FOR_CLIENTS = (
    "Only the local client upgrades CLIs; ask with dryRun for the command, and have the person"
    " at the computer run it."
)
_TARGET = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+_-]{0,63}")
_TEXT = {"type": "string"}


def upgrade_tools(upgrader: CliUpgrader) -> tuple[Tool, ...]:
    async def upgrade(call: ToolCall) -> ToolAnswer:
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
        Tool(
            name="cli_upgrade",
            title="Upgrade a CLI",
            description="How a CLI gets another version; with dryRun false it is done.",
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
