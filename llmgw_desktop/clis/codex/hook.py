"""Codex' hooks, as they were seen to be at version 0.169.0.

It runs them only after its person has looked at them once (`/hooks`), and after each change.
"""

from collections.abc import Mapping

import orjson

from llmgw_desktop.clis.dialogue import HookMoment
from llmgw_desktop.clis.hooks import NOT_ALLOWED, HookNames, hook_use, joined_mcp, moments
from llmgw_desktop.domain.jobs.approval import PermissionAnswer
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict

_NAMES = HookNames(
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


HOOK = hook_use(_NAMES, _say, _answered)
