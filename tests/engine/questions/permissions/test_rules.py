"""For this job: the same again, and nothing but the same."""

from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    Decision,
    DecisionWay,
    FileChange,
    PermissionKind,
)
from llmgw_desktop.store.jobs.approval_store import PermissionStore
from tests.engine.questions.permissions.scene import Scene, command, scene, until


def edit(name: str, *changes: FileChange) -> Ask:
    return Ask(native_id=name, kind=PermissionKind.EDIT, changes=changes)


def tool(name: str, **arguments: object) -> Ask:
    return Ask(
        native_id=name, kind=PermissionKind.MCP, server="gate", tool="add", arguments=arguments
    )


async def test_the_same_command_is_not_asked_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        answer = await made.decide(command("touch a"), Decision.JOB)
        assert answer.allows
        made.clock.pass_s(1)
        again = await made.unasked(command("touch a", "a2"))
        assert (again.decision, again.way, again.person) == (
            Decision.ONCE,
            DecisionWay.RULE,
            "anna",
        )
        assert [each.answer.way for each in made.desk.recent()] == [
            DecisionWay.RULE,
            DecisionWay.DIALOG,
        ]
        (rule,) = made.desk.rules("job_1")
        assert rule.words == f"Exactly this command, in {made.folder}"


@pytest.mark.parametrize(
    "other",
    [
        command("touch a b", "a2"),
        command("touch a ", "a2"),
        command("TOUCH a", "a2"),
        command("touch a", "a2", cwd="/tmp"),
        replace(command("touch a", "a2"), arguments={"outside_sandbox": True}),
        replace(command("touch a", "a2"), kind=PermissionKind.OTHER),
        replace(command("touch a", "a2"), changes=(FileChange(path="b"),)),
    ],
    ids=["more", "a blank", "letters", "elsewhere", "with more rights", "unknown", "and a file"],
)
async def test_anything_else_is_asked(tmp_path: Path, other: Ask) -> None:
    async with scene(tmp_path) as made:
        await made.decide(command("touch a"), Decision.JOB)
        await made.put(other)
        assert made.answers["a2"] == []


async def test_another_job_is_asked(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        await made.decide(command("touch a"), Decision.JOB)
        question = await made.put(command("touch a", "b1"), made.job("job_2"))
        assert question.job_id == "job_2"


async def test_once_is_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        await made.decide(command("touch a"), Decision.ONCE)
        question = await made.put(command("touch a", "a2"))
        assert question.ask.native_id == "a2"


async def test_a_file_may_be_changed_again_but_not_removed(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        await made.decide(edit("a1", FileChange(path="a.txt", new="1")), Decision.JOB)
        again = edit("a2", FileChange(path=str(made.folder / "a.txt"), new="2"))
        assert (await made.unasked(again)).allows
        await made.put(edit("a3", FileChange(path="a.txt", is_gone=True)))
        both = edit("a4", FileChange(path="a.txt", new="3"), FileChange(path="b.txt", new="3"))
        question = await made.put(both)
        assert question.rule == (f"Any change of {made.folder / 'a.txt'}, {made.folder / 'b.txt'}")


async def test_a_file_that_became_a_link_is_asked_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        await made.decide(edit("a1", FileChange(path="a.txt", new="1")), Decision.JOB)
        (made.folder / "a.txt").symlink_to(tmp_path / "private" / "key")
        question = await made.put(edit("a2", FileChange(path="a.txt", new="2")))
        assert question.warnings[0].startswith("It leads where credentials are kept: a.txt")


async def test_a_tool_is_allowed_with_its_very_arguments(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        await made.decide(tool("a1", a=1, b=2), Decision.JOB)
        assert (await made.unasked(tool("a2", b=2, a=1))).allows
        await made.put(tool("a3", a=1, b=3))
        await made.put(replace(tool("a4", a=1, b=2), server="other"))


async def test_an_address_is_allowed_as_it_is(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        page = Ask(native_id="a1", kind=PermissionKind.FETCH, url="https://example.com/a")
        await made.decide(page, Decision.JOB)
        assert (await made.unasked(replace(page, native_id="a2"))).allows
        await made.put(replace(page, native_id="a3", url="https://example.com/a?b"))


async def test_what_is_not_understood_can_be_allowed_once_only(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        odd = Ask(native_id="a1", arguments={"what": "is this"})
        question = await made.put(odd)
        assert question.rule == ""
        with pytest.raises(ValueError, match="not for the job"):
            made.desk.answer(question.id, made.said(Decision.JOB))
        assert made.desk.waiting == (question,)
        assert made.answers["a1"] == []


async def test_what_waits_already_is_answered_by_a_new_rule(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        await made.put(command("touch a", "a1"))
        await made.put(command("touch b", "a2"))
        first = await made.put(command("touch a", "a3"))
        made.desk.answer(first.id, made.said(Decision.JOB))
        await until(lambda: bool(made.answers["a1"]))
        assert made.answers["a1"][0].way is DecisionWay.RULE
        assert [each.ask.native_id for each in made.desk.waiting] == ["a2"]


async def test_a_rule_outlives_the_program_and_not_the_job(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        await made.decide(command("touch a"), Decision.JOB)
    async with scene(tmp_path) as made:
        assert (await made.unasked(command("touch a", "a2"))).way is DecisionWay.RULE
        made.desk.job_ended("job_1")
    async with scene(tmp_path) as made:
        await made.put(command("touch a", "a3"))


async def test_a_rule_is_written_before_the_agent_hears_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path) as made:
        written: list[bool] = []
        add = PermissionStore.add_rule

        def adding(store: PermissionStore, rule: object) -> None:
            written.append(made.answers["a1"] == [])
            add(store, rule)  # type: ignore[arg-type]

        monkeypatch.setattr(PermissionStore, "add_rule", adding)
        await made.decide(command("touch a"), Decision.JOB)
        assert written == [True]


async def test_a_disk_that_takes_no_rule_allows_what_was_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreUnavailable("the disk is full")

    monkeypatch.setattr(PermissionStore, "add_rule", full)
    async with scene(tmp_path) as made:
        assert (await made.decide(command("touch a"), Decision.JOB)).allows
        assert (await made.unasked(command("touch a", "a2"))).allows
    async with scene(tmp_path) as made:
        await made.put(command("touch a", "a3"))


async def test_what_changes_while_its_rule_is_written_is_not_allowed(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        question = await made.put(command("touch a"))
        made.desk.answer(question.id, made.said(Decision.JOB))
        made.ask(command("rm -rf ."))
        await until(lambda: bool(made.desk.waiting))
        await _settled(made)
        assert made.answers["a1"] == []
        assert made.desk.waiting[0].ask.command == "rm -rf ."


async def _settled(made: Scene) -> None:
    """The rule is written: the same as it is answered by it."""
    assert (await made.unasked(command("touch a", "a9"))).way is DecisionWay.RULE
