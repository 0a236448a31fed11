"""GitHub Copilot's CLI, as it was seen to be at version 1.0.102."""

from collections.abc import Mapping

from llmgw_desktop.clis.cli import Cli, ModelUpstream, ModelUse, Packaging, ReviewUse, SideUsage
from llmgw_desktop.clis.copilot.plan import (
    ASKING,
    FACTS,
    FLAGS,
    OPTIONS,
    RIGHTS,
    SERVERS,
    SUBCOMMANDS,
    VERSION,
    plan,
)
from llmgw_desktop.clis.copilot.reader import PATH, SIGN_IN, CopilotReader, read_usage
from llmgw_desktop.clis.dialogue import HookMoment
from llmgw_desktop.clis.hooks import HookNames, hook_use, is_question, unsplit_mcp
from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict


def _moment(told: Mapping[str, object]) -> HookMoment | None:
    """Its events have no names."""
    if "notification_type" in told:
        return HookMoment.TELLS if is_question(told) else None
    if "toolResult" in told or "hookName" in told:
        return None
    if "toolName" in told:
        return HookMoment.BEFORE
    if "stopReason" in told:
        return HookMoment.RESTS
    return HookMoment.ENDED if "reason" in told else None


def _say(verdict: RuleVerdict, why: str) -> Mapping[str, object] | None:
    if verdict is RuleVerdict.ALLOW:
        return None
    return {"permissionDecision": str(verdict), "permissionDecisionReason": why}


_HOOK = HookNames(
    moment=_moment,
    commands=frozenset({"bash", "powershell"}),
    edits=frozenset({"create", "edit", "str_replace_editor", "apply_patch"}),
    fetches=frozenset({"web_fetch"}),
    mcp=unsplit_mcp("-"),
)
HOOK = hook_use(_HOOK, _say)
"""Its `permissionRequest` comes also where all is allowed, and its own question waits for that; its
`notification` comes with the question."""

CLI = Cli(
    name=CliName.COPILOT,
    title="GitHub Copilot",
    hook=HOOK,
    vendor="github",
    packaging=Packaging(npm="@github/copilot", update=("update",)),
    variables=("COPILOT_", "GH_", "GITHUB_"),
    places=(".copilot/", ".cache/copilot/"),
    rights=RIGHTS,
    commands=("copilot",),
    facts=FACTS,
    options=OPTIONS,
    plan=plan,
    reader=CopilotReader,
    sign_in=SIGN_IN,
    contract_version=VERSION,
    flags=FLAGS,
    asking=ASKING,
    upstream=ModelUpstream(url="COPILOT_PROVIDER_BASE_URL", key="COPILOT_PROVIDER_API_KEY"),
    side_usage=SideUsage(path=PATH, read=read_usage),
    # Its loader leaves it behind where it is ended.
    native=("../copilot-*/copilot", "node_modules/@github/copilot-*/copilot"),
    model_use=ModelUse(
        leaves=".copilot/session-state/{session_id}",
        # It knows no empty list; a name that no tool has does as well.
        options={
            "availableTools": ["none"],
            "disableBuiltinMcps": True,
            "noCustomInstructions": True,
        },
        effort="effort",
        efforts=frozenset({"none", "minimal", "low", "medium", "high", "xhigh", "max"}),
    ),
    skills=(".copilot/skills", ".agents/skills"),
    model_hints=("auto",),
    servers=SERVERS,
    review=ReviewUse(options={"mode": "plan", "disableBuiltinMcps": True}),
    uses_keyring=True,
    subcommands=SUBCOMMANDS,
)
