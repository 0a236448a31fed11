"""Runs of CLIs that are asked for as jobs: blocked, noted, refused where something is to hide."""

from __future__ import annotations

import pytest

from llmgw_desktop.domain.cli import CliName, CliRequest
from llmgw_desktop.domain.guard import Finding, GuardAction, GuardRule, PromptBlocked, PromptRole
from llmgw_desktop.domain.principal import LOCAL
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.guards.guards import Guards
from llmgw_desktop.engine.guards.run_guards import RunGuards
from llmgw_desktop.engine.runs.prompt import said_in

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


def test_all_that_a_run_is_told_is_looked_through_names_too() -> None:
    options = {"agents": {"falcon": {"prompt": "p1"}}, "tools": ("t1", "t2"), "most": 3}
    request = CliRequest(cli=CliName.CLAUDE, prompt="u1", options=options)
    user, system = PromptRole.USER, PromptRole.SYSTEM
    expected = {(user, "u1")} | {(system, w) for w in ("falcon", "prompt", "p1", "t1", "t2")}
    assert {*said_in(Submission(request=request, owner="me"))} == expected
