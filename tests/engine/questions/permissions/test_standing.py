"""Lasting rules answer before a person is asked, for every CLI alike."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.jobs.approval import (
    ApprovalSettings,
    Ask,
    Decision,
    DecisionWay,
    FileChange,
    PermissionKind,
)
from llmgw_desktop.domain.jobs.rules.rule import RuleVerdict, StandingRule
from llmgw_desktop.engine.questions.permissions import desk
from tests.engine.questions.permissions.scene import Scene, command, scene, until

ALLOW = StandingRule(name="look", verdict=RuleVerdict.ALLOW, commands=("git status", "cat *"))
SRC = StandingRule(name="src", verdict=RuleVerdict.ALLOW, paths=("src/**",))
DENY = StandingRule(
    name="no removing", verdict=RuleVerdict.DENY, commands=("rm *",), note="Ask a person."
)


def hold(made: Scene, *rules: StandingRule) -> Scene:
    made.desk.apply(ApprovalSettings(), rules)
    return made


@pytest.mark.parametrize("cli", list(CliName))
async def test_a_rule_answers_the_same_for_every_cli(tmp_path: Path, cli: CliName) -> None:
    async with scene(tmp_path) as made:
        hold(made, ALLOW, DENY)
        job = replace(made.job(), cli=cli)
        allowed = await made.unasked(command("timeout 5 git status", "a"), job)
        assert (allowed.decision, allowed.way) == (Decision.ONCE, DecisionWay.STANDING)
        denied = await made.unasked(command("bash -c 'sudo rm -rf x'", "b"), job)
        assert (denied.decision, denied.way) == (Decision.DENY, DecisionWay.STANDING)
        assert "no removing" in denied.note
        assert denied.note.endswith("Ask a person.")
        await made.put(command("git push", "c"), job)
        assert {each.answer.way for each in made.desk.recent()} == {DecisionWay.STANDING}


async def test_what_waits_already_is_answered_by_a_new_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An agent's next question comes before the rule that is made of the one before it."""
    monkeypatch.setattr(desk, "RULE_AFTER_S", 0.01)
    async with scene(tmp_path) as made:
        asked = [command("git status", "a"), command("rm x", "b"), command("make", "c")]
        for each in asked:
            await made.put(each)
        hold(made, ALLOW, DENY)
        await until(lambda: len(made.desk.waiting) == 1)
        assert made.desk.waiting[0].ask == asked[2]
        ways = [(made.answers[each][0].decision, made.answers[each][0].way) for each in "ab"]
        assert ways == [
            (Decision.ONCE, DecisionWay.STANDING),
            (Decision.DENY, DecisionWay.STANDING),
        ]
        odd = command(f"cat {tmp_path}/private/key", "d")
        await made.put(odd)
        hold(made, replace(ALLOW, name="more"))
        await asyncio.sleep(0.2)
        assert len(made.desk.waiting) == 2, "what no rule allows waits on"


async def test_whoever_made_a_rule_of_a_question_answers_it_himself(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        question = await made.put(command("git status", "a"))
        hold(made, ALLOW)
        await asyncio.sleep(0.1)
        assert made.desk.answer(question.id, made.said(Decision.ONCE))
        assert made.answers["a"][0].way is DecisionWay.DIALOG


async def test_how_grok_calls_its_shell_is_no_more_than_the_command(tmp_path: Path) -> None:
    said = {"variant": "Bash", "is_background": False}
    async with scene(tmp_path) as made:
        hold(made, ALLOW)
        asked = replace(command("git status", "a"), arguments=said)
        assert (await made.unasked(asked)).way is DecisionWay.STANDING
        await made.put(replace(asked, native_id="b", arguments={"variant": "Other"}))


async def test_a_denial_beats_what_was_allowed_for_the_job(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        await made.decide(command("rm x", "a"), Decision.JOB)
        hold(made, DENY)
        assert not (await made.unasked(command("rm x", "b"))).allows


@pytest.mark.parametrize(
    "more",
    [
        {"dangerouslyDisableSandbox": True},
        {"additionalPermissions": {"network": True}},
    ],
)
async def test_a_command_that_wants_more_is_asked(tmp_path: Path, more: dict[str, object]) -> None:
    async with scene(tmp_path) as made:
        hold(made, ALLOW)
        assert (await made.unasked(command("git status", "plain"))).allows
        question = await made.put(replace(command("git status"), arguments=more))
        assert made.desk.waiting == (question,)
        assert made.answers["a1"] == []


@pytest.mark.parametrize(
    "said",
    ["cat {private}/key", "cat a\u200b", "git status; llmgw approvals allow x", "cat $X; rm"],
)
async def test_what_a_person_has_to_look_at_is_asked(tmp_path: Path, said: str) -> None:
    async with scene(tmp_path) as made:
        hold(made, replace(ALLOW, commands=(*ALLOW.commands, "llmgw *")))
        assert (await made.unasked(command("cat a; llmgw status", "plain"))).allows
        question = await made.put(command(said.format(private=tmp_path / "private")))
        assert made.desk.waiting == (question,)
        assert made.answers["a1"] == []


async def test_links_are_followed(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        hold(made, SRC)
        (made.folder / "src").mkdir()
        (tmp_path / "elsewhere").mkdir()
        (made.folder / "src" / "out").symlink_to(tmp_path / "elsewhere")

        def edit(name: str, *paths: str) -> Ask:
            changes = tuple(FileChange(path=each, new="x") for each in paths)
            return Ask(native_id=name, kind=PermissionKind.EDIT, changes=changes)

        assert (await made.unasked(edit("a", "src/a.py", str(made.folder / "src/b.py")))).allows
        await made.put(edit("b", "src/out/a.py"))
        await made.put(edit("c", "src/../a.py"))
        await made.put(edit("d", "src/a.py", "b.py"))


async def test_callers_from_elsewhere_are_allowed_by_name_alone(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        hold(made, ALLOW)
        job = made.job(is_remote=True)
        await made.put(command("git status", "a"), job)
        hold(made, replace(ALLOW, clients=(job.client,)))
        assert (await made.unasked(command("git status", "b"), job)).allows


async def test_a_rule_with_a_mistake_asks(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        broken = StandingRule(name="x", verdict=RuleVerdict.ASK, mistake="it has a slip")
        hold(made, ALLOW, broken)
        question = await made.put(command("git status", "a"))
        assert made.desk.waiting == (question,)
        assert made.answers["a"] == []
        hold(made, ALLOW)
        assert (await made.unasked(command("git status", "b"))).allows


async def test_fetches_and_tools(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        hosts = StandingRule(name="docs", verdict=RuleVerdict.ALLOW, hosts=("*.example.org",))
        tools = StandingRule(name="add", verdict=RuleVerdict.DENY, tools=("gate/*",))
        hold(made, hosts, tools)
        fetch = Ask(native_id="a", kind=PermissionKind.FETCH, url="https://docs.example.org/x")
        assert (await made.unasked(fetch)).allows
        evil = "https://docs.example.org@evil.example/x"
        await made.put(replace(fetch, native_id="b", url=evil))
        tool = Ask(native_id="c", kind=PermissionKind.MCP, server="gate", tool="add")
        assert not (await made.unasked(tool)).allows


async def test_a_command_that_goes_home_reads_what_is_denied_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    keys = StandingRule(name="keys", verdict=RuleVerdict.DENY, paths=("~/.ssh/**",))
    async with scene(tmp_path) as made:
        hold(made, ALLOW, keys)
        for at, said in enumerate(
            (
                *("cd ~ && cat .ssh/id_rsa", "(cd ~; cat .ssh/id_rsa)", "cd ~/.ssh && cat id_rsa"),
                *("cd ~/a/..; cat .ssh/id_rsa", 'cat "$HOME/.ssh/id_rsa"', "cat <~/.ssh/x y"),
            )
        ):
            for asked in (command(said, str(at)), replace(command(said, f"{at}w"), cwd="src")):
                assert not (await made.unasked(asked)).allows, said
