"""An agent's question is put once, answered once, and never by accident with a yes."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.jobs.approval import (
    ApprovalSettings,
    Ask,
    AskingJob,
    Decision,
    DecisionWay,
    Unattended,
)
from llmgw_desktop.engine.questions.permissions import desk as desk_module
from llmgw_desktop.engine.questions.permissions import limits
from tests.engine.questions.permissions.scene import command, scene, until


async def test_a_question_waits_and_the_first_answer_counts(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        question = await made.put(command("touch a.txt"))
        assert question.id.startswith("prm_")
        assert (question.job_id, question.owner, question.job_title) == (
            "job_1",
            "anna",
            "Mend the tests",
        )
        assert question.rule == f"Exactly this command, in {made.folder}"
        assert question.expires_at_s == made.clock.now_s() + 30 * 60
        assert made.desk.of_job("job_1") == (question,)
        assert made.desk.of_job("job_2") == ()
        assert made.desk.answer(question.id, made.said(Decision.DENY, "not now")) is True
        assert made.desk.answer(question.id, made.said(Decision.ONCE)) is False
        assert [each.note for each in made.answers["a1"]] == ["not now"]
        assert [each.answer is None for each in made.changes] == [True, False]
        (logged,) = made.desk.recent()
        assert (logged.question.ask.command, logged.answer.decision, logged.answer.person) == (
            "touch a.txt",
            Decision.DENY,
            "anna",
        )


async def test_no_answer_comes_from_within_the_asking(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        made.ask(command("x" * 300_000))
        assert made.answers["a1"] == []
        await until(lambda: len(made.answers["a1"]) == 1)


async def test_questions_of_a_job_are_put_in_the_order_in_which_they_came(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look, seen = desk_module.looked_at, asyncio.Event()

    async def slow_at_first(job: AskingJob, ask: Ask, is_private: Any, *more: Any) -> Any:
        if ask.native_id == "a1":
            await seen.wait()
        return await look(job, ask, is_private, *more)

    monkeypatch.setattr(desk_module, "looked_at", slow_at_first)
    async with scene(tmp_path) as made:
        made.ask(command("one", "a1"))
        made.ask(command("two", "a2"))
        await made.put(command("other", "a3"), made.job("job_2"))
        seen.set()
        await until(lambda: len(made.desk.of_job("job_1")) == 2)
        assert [each.ask.command for each in made.desk.of_job("job_1")] == ["one", "two"]


async def test_the_same_again_is_one_question(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        question = await made.put(command())
        made.ask(command())
        await made.put(replace(command(), reason="it wants to run the tests"))
        assert [each.id for each in made.desk.waiting] == [question.id]
        made.desk.answer(question.id, made.said(Decision.ONCE))
        assert len(made.answers["a1"]) == 1


async def test_what_becomes_something_else_is_another_question(tmp_path: Path) -> None:
    """Nobody has allowed what he was not shown: a late click on the first allows nothing."""
    async with scene(tmp_path) as made:
        harmless = await made.put(command("ls"))
        made.ask(command("rm -rf ."))
        assert made.desk.answer(harmless.id, made.said(Decision.ONCE)) is False
        await until(lambda: len(made.desk.waiting) == 1)
        assert made.desk.waiting[0].id != harmless.id
        assert made.desk.waiting[0].ask.command == "rm -rf ."
        assert made.answers["a1"] == []


async def test_a_withdrawn_question_is_dropped_and_logged(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        question = await made.put(command())
        made.desk.withdraw("job_1", "a1")
        assert made.desk.waiting == ()
        assert made.desk.answer(question.id, made.said(Decision.ONCE)) is False
        assert made.answers["a1"] == []
        assert [each.answer.way for each in made.desk.recent()] == [DecisionWay.WITHDRAWN]
        made.desk.withdraw("job_1", "a1")
        assert len(made.desk.recent()) == 1


async def test_what_is_withdrawn_while_it_is_looked_at_is_never_put(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        made.ask(command())
        made.desk.withdraw("job_1", "a1")
        await made.put(command("another", "a2"))
        assert [each.ask.native_id for each in made.desk.waiting] == ["a2"]
        assert made.answers["a1"] == []


async def test_the_questions_of_a_job_that_ended_are_dropped(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        await made.put(command())
        await made.put(command(name="a2"))
        other = await made.put(command(name="b1"), made.job("job_2"))
        made.desk.job_ended("job_1")
        assert made.desk.waiting == (other,)
        assert made.answers["a1"] == made.answers["a2"] == []


async def test_nobody_answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "LEAST_S", 0.01)
    async with scene(tmp_path, ApprovalSettings(answer_within_minutes=7)) as made:
        asked_at_s = made.clock.now_s() - 7 * 60
        heard = made.answers.setdefault("a1", [])
        made.desk.ask(made.job(), command(), heard.append, asked_at_s=asked_at_s)
        await until(lambda: bool(heard))
        assert (heard[0].decision, heard[0].way) == (Decision.DENY, DecisionWay.TIMEOUT)
        assert heard[0].note == "Nobody answered within 7 minutes, so this was denied."
        assert made.desk.waiting == ()


async def test_what_an_earlier_program_put_long_ago_still_waits_a_little(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        made.desk.ask(made.job(), command(), lambda answer: None, asked_at_s=1.0)
        await until(lambda: bool(made.desk.waiting))
        assert made.desk.waiting[0].expires_at_s == made.clock.now_s() + desk_module.LEAST_S


async def test_what_an_earlier_program_put_keeps_its_id_and_its_end(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        before = await made.put(command())
        asked_at_s = before.asked_at_s
    async with scene(tmp_path) as later:
        later.clock.pass_s(29 * 60)
        later.desk.ask(later.job(), command(), lambda answer: None, asked_at_s=asked_at_s)
        later.desk.ask(later.job(), command("rm x", "a2"), lambda _: None, asked_at_s=asked_at_s)
        await until(lambda: len(later.desk.waiting) == 2)
        after, other = later.desk.waiting
        assert (after.id, after.expires_at_s) == (before.id, before.expires_at_s)
        assert other.id != before.id
        # more words change nothing, another command is another question
        later.desk.ask(
            later.job(), replace(command(), reason="why"), lambda _: None, asked_at_s=asked_at_s
        )
        await until(lambda: later.desk.waiting[0].ask.reason == "why")
        assert later.desk.waiting[0].id == before.id
        later.desk.ask(later.job(), command("rm y"), lambda _: None, asked_at_s=asked_at_s)
        await until(lambda: any(each.ask.command == "rm y" for each in later.desk.waiting))
        assert before.id not in {each.id for each in later.desk.waiting}


async def test_where_nobody_looks_the_settings_may_deny(tmp_path: Path) -> None:
    async with scene(tmp_path, ApprovalSettings(unattended=Unattended.DENY)) as made:
        answer = await made.unasked(command())
        assert (answer.decision, answer.way) == (Decision.DENY, DecisionWay.POLICY)
        assert "nobody is there" in answer.note
        leave = made.desk.attend()
        await made.put(command(name="a2"))
        leave()
        leave()
        assert (await made.unasked(command(name="a3"))).way is DecisionWay.POLICY


async def test_where_nobody_looks_a_question_waits_by_default(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        await made.put(command())
        assert made.answers["a1"] == []


async def test_so_many_of_one_job_wait_and_no_more(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        for number in range(limits.MOST_OF_JOB):
            await made.put(command(name=f"a{number}"))
        refused = await made.unasked(command(name="one more"))
        assert (refused.decision, refused.way) == (Decision.DENY, DecisionWay.REFUSED)
        assert "20 questions wait" in refused.note
        await made.put(command(name="b1"), made.job("job_2"))


async def test_who_has_many_jobs_that_ask_shuts_nobody_else_out(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        jobs = limits.MOST_OF_OWNER // limits.MOST_OF_JOB
        for number in range(limits.MOST_OF_OWNER):
            await made.put(command(name=f"a{number}"), made.job(f"job_{number % jobs}"))
        refused = await made.unasked(command(name="one more"), made.job("job_another"))
        assert refused.way is DecisionWay.REFUSED
        await made.put(command(name="b1"), replace(made.job("job_b"), owner="ben"))


async def test_what_comes_faster_than_anybody_could_read_is_refused(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        for number in range(limits.MOST_A_MINUTE):
            await made.decide(command(name=f"a{number}"), Decision.DENY)
        assert "within a minute" in (await made.unasked(command(name="again"))).note
        made.clock.pass_s(61)
        await made.put(command(name="later"))


async def test_a_deaf_asker_costs_nobody_else_anything(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:

        def fail(answer: object) -> None:
            raise RuntimeError("deaf")

        made.desk.ask(made.job(), command(), fail)
        await until(lambda: bool(made.desk.waiting))
        assert made.desk.answer(made.desk.waiting[0].id, made.said(Decision.ONCE)) is True
        await made.put(command(name="a2"))


async def test_a_look_that_fails_is_a_denial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("llmgw_desktop.engine.questions.permissions.review.reviewed", fail)
    async with scene(tmp_path) as made:
        answer = await made.unasked(command())
        assert (answer.decision, answer.way) == (Decision.DENY, DecisionWay.REFUSED)
        assert "could not look" in answer.note


async def test_after_the_end_nothing_is_answered(tmp_path: Path) -> None:
    async with scene(tmp_path) as made:
        question = await made.put(command())
        await made.desk.close()
        made.desk.answer(question.id, made.said(Decision.ONCE))
        await asyncio.sleep(0)
        assert made.answers["a1"] == []
        assert [each.answer for each in made.changes] == [None]
