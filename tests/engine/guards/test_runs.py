"""Runs of CLIs that are asked for as jobs: blocked, noted, refused where something is to hide."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest

from llmgw_desktop.domain.access.principal import LOCAL, PrincipalKind
from llmgw_desktop.domain.cli import CliName, CliRequest
from llmgw_desktop.domain.guard import Finding, GuardAction, GuardRule, PromptBlocked, PromptRole
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.engine.guards.guards import Guards, RunGuards
from llmgw_desktop.engine.guards.rules import Selection
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


async def test_clients_of_the_same_rules_share_what_was_made_ready_beside_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []
    monkeypatch.setattr(
        "llmgw_desktop.engine.guards.rules.Selection",
        lambda rules: made.append(threading.get_ident()) or Selection(rules),
    )
    guards = Guards(lambda _: b"k")
    own = replace(RULES[0], name="own", clients=("one",))
    guards.apply([*RULES, own])
    many = [replace(LOCAL, client_id=f"cli_{n}", name=f"n{n}") for n in range(600)]
    found = await asyncio.gather(*(guards.selection(each, ["p"]) for each in many))
    assert len({*map(id, found)}) == len(made) == 1
    assert made != [threading.get_ident()]
    one = replace(LOCAL, client_id="cli_one", name="one", kind=PrincipalKind.KEY)
    other = await guards.selection(one, ["p"])
    assert other is not None
    assert [each.name for each in other.rules] == ["no", "hide", "own"]
    guards.apply([])
    assert await guards.selection(one, ["p"]) is None
