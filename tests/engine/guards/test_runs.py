"""Runs of CLIs that are asked for as jobs: blocked, noted, refused where something is to hide."""

from __future__ import annotations

import pytest

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.guard import Finding, GuardAction, GuardRule, PromptBlocked, PromptRole
from llmgw_desktop.domain.principal import LOCAL
from llmgw_desktop.engine.guards.guards import Guards
from llmgw_desktop.engine.guards.run_guards import RunGuards

RULES = (
    GuardRule(name="no", action=GuardAction.BLOCK, deny=("falcon",), roles=(PromptRole.SYSTEM,)),
    GuardRule(name="hide", action=GuardAction.MASK, find=(Finding.EMAIL,)),
    GuardRule(name="watch", action=GuardAction.WARN, deny=("budget",), providers=("claude-cli",)),
)


async def test_a_run_is_held_to_the_rules_and_nothing_is_hidden_by_halves() -> None:
    guards = Guards(lambda _: b"k")
    guards.apply(RULES)
    runs = RunGuards(guards)
    user, system = PromptRole.USER, PromptRole.SYSTEM
    with pytest.raises(PromptBlocked, match="'no'"):
        await runs.check("f1", LOCAL, CliName.CODEX, [(user, "hi"), (system, "a falcon")])
    with pytest.raises(PromptBlocked, match=r"'hide'.*cannot do for runs"):
        await runs.check("f2", LOCAL, CliName.CODEX, [(user, "to ann@example.com")])
    await runs.check("f3", LOCAL, CliName.CODEX, [(user, "the falcon's budget")])
    assert runs.hits("f3") == ()
    await runs.check("f4", LOCAL, CliName.CLAUDE, [(user, "the budget")])
    (hit,) = runs.hits("f4")
    assert (hit.rule, hit.count) == ("watch", 1)
    assert runs.hits("f4") == ()
