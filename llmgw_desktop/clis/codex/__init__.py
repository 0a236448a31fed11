"""Codex, as it was seen to be at version 0.169.0."""

from collections.abc import Mapping

import orjson

from llmgw_desktop.clis.cli import Cli, ModelUse, Packaging, ReviewUse, SideUsage
from llmgw_desktop.clis.codex import contract
from llmgw_desktop.clis.codex.asking_plan import dialogue, plan_asking
from llmgw_desktop.clis.codex.plan import FACTS, SERVERS, plan, without_servers
from llmgw_desktop.clis.codex.reader import PATH, SIGN_IN, CodexReader, read_usage
from llmgw_desktop.clis.dialogue import AskingMode, HookMoment
from llmgw_desktop.clis.hooks import NOT_ALLOWED, HookNames, hook_use, joined_mcp, moments
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import PermissionAnswer
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict

_TOOLS = """
    apps goals image_generation multi_agent plugins shell_tool skill_search sleep_tool tool_suggest
    unified_exec view_image
"""
"""Features that bring tools. As settings: a version that has one no more does not mind."""
_NO_TOOLS: dict[str, object] = {f"features.{name}": False for name in _TOOLS.split()}


_HOOK = HookNames(
    moment=moments(
        PreToolUse=HookMoment.BEFORE,
        PermissionRequest=HookMoment.ASKS,
        PostToolUse=HookMoment.SETTLED,
    ),
    commands=frozenset({"Bash"}),
    edits=frozenset({"apply_patch", "Edit", "Write"}),
    mcp=joined_mcp,
    holds=lambda told: told.get("permission_mode") == "bypassPermissions",
)


def _say(verdict: RuleVerdict, why: str) -> Mapping[str, object] | None:
    """It knows neither an allowance nor a question here."""
    if verdict is not RuleVerdict.DENY:
        return None
    told = {"permissionDecision": "deny", "permissionDecisionReason": why}
    return {"hookSpecificOutput": {"hookEventName": "PreToolUse", **told}}


def _answered(answer: PermissionAnswer) -> bytes:
    """No word of it ends the turn."""
    decision = {"behavior": "allow"}
    if not answer.allows:
        decision = {"behavior": "deny", "message": answer.note or NOT_ALLOWED}
    told = {"hookEventName": "PermissionRequest", "decision": decision}
    return orjson.dumps({"hookSpecificOutput": told}) + b"\n"


HOOK = hook_use(_HOOK, _say, _answered)
"""It runs hooks only after its person has looked at them once (`/hooks`), and after each change."""

CLI = Cli(
    name=CliName.CODEX,
    title="Codex",
    hook=HOOK,
    vendor="openai",
    packaging=Packaging(npm="@openai/codex", update=("update",)),
    variables=("OPENAI_", "CODEX_"),
    places=(".codex/",),
    rights=contract.RIGHTS,
    commands=("codex",),
    facts=FACTS,
    options=contract.OPTIONS,
    plan=plan,
    reader=CodexReader,
    read_by=frozenset({"outputSchema", "sandboxMode"}),
    sign_in=SIGN_IN,
    contract_version=contract.VERSION,
    flags=contract.FLAGS,
    helps=contract.HELPS,
    side_usage=SideUsage(path=PATH, read=read_usage),
    model_use=ModelUse(
        options={
            "sandboxMode": "read-only",
            "ephemeral": True,
            "configOverrides": {
                **_NO_TOOLS,
                "web_search": "disabled",
                "skills.include_instructions": False,
                "include_environment_context": False,
            },
        },
        system="developerInstructions",
        longest_system=100_000,
        effort="reasoningEffort",
        efforts=frozenset(contract.EFFORTS),
        schema="outputSchema",
        settings_file=".codex/config.toml",
        without=without_servers,
    ),
    asking=AskingMode(
        plan=plan_asking,
        dialogue=dialogue,
        proof="It has no rules on the disk, each MCP server's tools are set to `prompt`, and the"
        " thread's reply names the policy `untrusted`, a person as who is asked, and the sandbox"
        " that was wished for; the prompt is sent only then.",
    ),
    skills=(".codex/skills", ".agents/skills"),
    models=contract.MODELS,
    servers=SERVERS,
    instructions="developerInstructions",
    review=ReviewUse(options={"sandboxMode": "read-only", "ephemeral": True}, takes_schema=True),
    subcommands=contract.SUBCOMMANDS,
)
