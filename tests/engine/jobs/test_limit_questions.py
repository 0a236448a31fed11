"""Jobs at their vendor's limit that wait for a person's word stand in the one list."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from llmgw_desktop.domain.access.consent import ConsentWay
from llmgw_desktop.domain.brakes import HeldWay
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.jobs.approval import DecisionWay
from llmgw_desktop.domain.jobs.cli_settings import LimitWish
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.engine.jobs import limit_waits
from llmgw_desktop.engine.questions.waiting.item import AnswerPlace, GivenAnswer
from llmgw_desktop.engine.questions.waiting.question_list import QuestionList
from llmgw_desktop.engine.runs.limit_questions import LimitSource
from tests.support.shell_cli import Yard, asking, with_submission

LIMITED = "echo session s1; echo text first; echo limited usage limit, retry in 1h"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    # The prompt of this CLI is its script.
    monkeypatch.setattr(limit_waits, "GO_ON", "echo session s1; echo text second; echo done")


async def until(there: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not there():
            await asyncio.sleep(0.01)


async def parked(yard: Yard, wish: LimitWish = LimitWish.ASK) -> Job:
    asked = with_submission(asking(LIMITED), limit_wait=wish)
    job_id = (await yard.supervisor.submit(asked)).job.id

    def now() -> Job | None:
        return yard.supervisor.get(job_id)

    await until(lambda: (job := now()) is not None and job.state is JobState.PARKED)
    job = now()
    assert job is not None
    return job


def list_over(yard: Yard) -> QuestionList:
    return QuestionList(yard.bus, (LimitSource(yard.supervisor, SystemClock()),))


def given(choice: str, place: AnswerPlace = AnswerPlace.COMMAND) -> GivenAnswer:
    return GivenAnswer(choice=choice, place=place, at_s=time.time(), person="ada")


async def test_one_that_asks_is_in_the_list_and_one_that_goes_on_by_itself_is_not(
    yard: Yard,
) -> None:
    early = list_over(yard)
    job = await parked(yard)
    late = list_over(yard)
    for questions in (early, late):
        (item,) = questions.waiting
        assert (item.job_id, item.kind, item.until_s, item.loses) == (job.id, "limit", None, False)
        assert item.blocks.startswith("job ")
        assert [each.id for each in item.choices] == ["go_on", "now", "stop"]
        assert item.details == (("In the vendor's words", "usage limit, retry in 1h"),)
    again = with_submission(asking(LIMITED), limit_wait=LimitWish.ON, force_refresh=True)
    other = (await yard.supervisor.submit(again)).job.id
    await until(lambda: (found := yard.supervisor.get(other)) and found.limit_wait)
    assert len(early) == 1


@pytest.mark.parametrize("choice", ["go_on", "now", "stop"])
async def test_two_answers_at_once_count_once(yard: Yard, choice: str) -> None:
    questions = list_over(yard)
    job = await parked(yard)
    (item,) = questions.waiting
    reports = await asyncio.gather(*(questions.answer([item.id], given(choice)) for _ in range(3)))
    assert sorted(len(each.answered) for each in reports) == [0, 0, 1]
    assert questions.waiting == ()
    outcome = questions.outcome(item.id)
    assert outcome is not None
    assert (outcome.choice, outcome.person, outcome.way) == (choice, "ada", "command")
    now = yard.supervisor.get(job.id)
    assert now is not None
    if choice == "go_on":
        assert now.limit_wait is not None
        assert not now.limit_wait.asks
    elif choice == "stop":
        assert now.state is JobState.CANCELED
    else:
        ended = await yard.supervisor.wait(job.id, 60)
        assert ended is not None
        assert ended.state is JobState.COMPLETED


@pytest.mark.parametrize("place", AnswerPlace)
async def test_where_it_was_said_is_told_in_the_words_of_every_kind(
    yard: Yard, place: AnswerPlace
) -> None:
    questions = list_over(yard)
    await parked(yard)
    (item,) = questions.waiting
    await questions.answer([item.id], given("go_on", place))
    outcome = questions.outcome(item.id)
    assert outcome is not None
    assert outcome.way == HeldWay(place) == ConsentWay(place) == DecisionWay(place)


async def test_what_is_said_elsewhere_closes_it(yard: Yard) -> None:
    questions = list_over(yard)
    job = await parked(yard)
    (item,) = questions.waiting
    await yard.supervisor.go_on(job.id, now=False)
    assert questions.waiting == ()
    outcome = questions.outcome(item.id)
    assert outcome is not None
    assert (outcome.choice, outcome.way, outcome.person) == ("go_on", "elsewhere", "")
