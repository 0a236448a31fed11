"""What is left of a window is kept for the person: jobs that nobody waits for do not begin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from llmgw_desktop.app.jobs.starting import NewJob
from llmgw_desktop.domain.brakes import HeldWay
from llmgw_desktop.domain.provider import QuotaWindow
from llmgw_desktop.engine.questions.waiting.item import AnswerPlace, GivenAnswer, OpenQuestion
from tests.engine.runs.conftest import MakeHouse, RunHouse

RESERVE = "\n[brakes]\nreserve = 0.2\n"
RAN = 'echo x >> "$HOME/ran"; answer done'


@pytest.fixture
async def house(make_house: MakeHouse) -> RunHouse:
    made: RunHouse = await make_house(RESERVE)
    return made


def tell(
    house: RunHouse, left: float, *, name: str = "5h", resets_in_s: float | None = 7200.0
) -> None:
    now_s = house.container.clock.now_s()
    resets_at_s = None if resets_in_s is None else now_s + resets_in_s
    window = QuotaWindow(name=name, used_share=1 - left, resets_at_s=resets_at_s)
    house.container.health.told_quota("claude-cli", (window,))


def ran(house: RunHouse) -> int:
    file = house.home / "ran"
    return len(file.read_text().splitlines()) if file.exists() else 0


async def until(there: Callable[[], Any]) -> Any:
    async with asyncio.timeout(60):
        while not (found := there()):
            await asyncio.sleep(0.02)
        return found


async def asked(house: RunHouse, prompt: str = RAN, **fields: Any) -> Any:
    """A job, as soon as it waits or has ended."""
    body = {"cli": "claude", "prompt": prompt, "forceRefresh": True, **fields}
    status, told = await house.call("POST", "/v1/jobs", body)
    assert status in (200, 202), told
    supervisor = house.container.runs.supervisor
    states = ("queued", "running")
    await until(lambda: (job := supervisor.get(told["id"])) and job.state not in states)
    return await now(house, told["id"])


async def now(house: RunHouse, job_id: str) -> Any:
    _, told = await house.call("GET", f"/v1/jobs/{job_id}")
    return told


async def ended(house: RunHouse, job_id: str) -> Any:
    async with asyncio.timeout(60):
        await house.container.runs.supervisor.wait(job_id)
    return await now(house, job_id)


def question(house: RunHouse) -> OpenQuestion:
    (found,) = house.container.question_list.waiting
    return found


async def choose(house: RunHouse, choice: str) -> None:
    given = GivenAnswer(choice=choice, place=AnswerPlace.COMMAND, at_s=1.0, person="ada")
    report = await house.container.question_list.answer([question(house).id], given)
    assert report.answered


async def test_below_the_line_it_waits_with_the_reason_and_does_not_begin(house: RunHouse) -> None:
    tell(house, 0.19)
    told = await asked(house)
    wait = told["limitWait"]
    assert (told["state"], told["startedAt"], ran(house)) == ("parked", None, 0)
    assert (wait["keptForPerson"], wait["asksPerson"], wait["isKnown"]) == (True, True, True)
    assert wait["until"] == pytest.approx(house.container.clock.now_s() + 7202, abs=60)
    assert wait["reason"].startswith("19% of the window '5h' of claude-cli is left, and 20% is")
    assert "is kept for the person until" in wait["message"]


async def test_above_the_line_and_without_windows_it_begins(house: RunHouse) -> None:
    assert (await asked(house))["state"] == "completed"
    tell(house, 0.21)
    assert (await asked(house))["state"] == "completed"
    tell(house, 0.01, name="requests")
    assert (await asked(house))["state"] == "completed"
    assert ran(house) == 3


async def test_what_a_person_asks_in_the_window_begins(house: RunHouse) -> None:
    tell(house, 0.05)
    job = await house.container.job_starter.start(NewJob(cli="claude", prompt=RAN))
    assert (await ended(house, job.id))["state"] == "completed"


async def test_one_question_for_a_window_whose_answer_is_for_all(house: RunHouse) -> None:
    tell(house, 0.19)
    jobs = [(await asked(house, f"{RAN} # {number}"))["id"] for number in range(3)]
    item = question(house)
    assert item.title == "3 jobs wait below the line of the window '5h' of claude-cli"
    assert [each.id for each in item.choices] == ["now", "move", "go_on", "stop"]
    assert len(item.details[0][1].splitlines()) == 3
    await choose(house, "now")
    for each in jobs:
        assert (await ended(house, each))["state"] == "completed"
    assert ran(house) == 3
    assert house.container.question_list.waiting == ()
    outcome = house.container.question_list.outcome(item.id)
    assert outcome is not None
    assert (outcome.choice, outcome.person, outcome.way) == ("now", "ada", str(HeldWay.COMMAND))
    told = await asked(house)
    assert told["state"] == "parked", "it was once"


async def test_a_moved_line_lets_them_begin_and_later_ones_too(house: RunHouse) -> None:
    tell(house, 0.19)
    job = (await asked(house))["id"]
    await choose(house, "move")
    assert (await ended(house, job))["state"] == "completed"
    assert (await asked(house))["state"] == "completed"
    tell(house, 0.09)
    assert (await asked(house))["state"] == "parked", "below half of the line"


async def test_told_to_wait_it_begins_with_the_window(house: RunHouse) -> None:
    tell(house, 0.19, resets_in_s=1.5)
    job = (await asked(house))["id"]
    await choose(house, "go_on")
    assert house.container.question_list.waiting == ()
    assert (await now(house, job))["limitWait"]["asksPerson"] is False
    told = await ended(house, job)
    assert (told["state"], ran(house)) == ("completed", 1)


async def test_a_person_ends_them(house: RunHouse) -> None:
    tell(house, 0.19)
    job = (await asked(house))["id"]
    await choose(house, "stop")
    assert ((await ended(house, job))["state"], ran(house)) == ("canceled", 0)


async def test_who_said_that_it_may_go_on_unattended_is_not_asked(house: RunHouse) -> None:
    tell(house, 0.19, resets_in_s=1.5)
    told = await asked(house, limitWait="on")
    assert told["limitWait"]["asksPerson"] is False
    assert house.container.question_list.waiting == ()
    assert (await ended(house, told["id"]))["state"] == "completed"


async def test_more_than_was_told_lets_it_begin(house: RunHouse) -> None:
    tell(house, 0.19)
    job = (await asked(house))["id"]
    tell(house, 0.5)
    assert (await ended(house, job))["state"] == "completed"
    assert house.container.question_list.waiting == ()


async def test_without_a_line_it_begins(house: RunHouse) -> None:
    tell(house, 0.19)
    job = (await asked(house))["id"]
    house.container.brakes.apply(type(house.container.settings().brakes)())
    assert (await ended(house, job))["state"] == "completed"


async def test_a_request_below_the_same_line_is_told_and_asks_nothing_more(
    house: RunHouse,
) -> None:
    tell(house, 0.19)
    await asked(house)
    body = {"model": "claude-cli/sonnet", "messages": [{"role": "user", "content": "answer hi"}]}
    leave = house.container.question_list.attend()
    status, told = await house.call(
        "POST", "/v1/chat/completions", body, **{"x-llmgw-caller": "nightly"}
    )
    leave()
    assert (status, told["error"]["code"]) == (429, "rate_limit_exceeded")
    assert question(house).kind == "limit"


async def test_a_jobs_question_stands_for_that_of_a_request_of_the_same_line(
    house: RunHouse,
) -> None:
    tell(house, 0.19)
    body = {"model": "claude-cli/sonnet", "messages": [{"role": "user", "content": "answer hi"}]}
    leave = house.container.question_list.attend()
    nightly = {"x-llmgw-caller": "nightly"}
    request = asyncio.create_task(house.call("POST", "/v1/chat/completions", body, **nightly))
    await until(lambda: house.container.question_list.waiting)
    assert question(house).kind == "held"
    job = (await asked(house))["id"]
    status, told = await request
    assert (status, question(house).kind) == (429, "limit")
    assert "its question stands for all of them" in told["error"]["message"]
    await choose(house, "move")
    leave()
    assert (await ended(house, job))["state"] == "completed"
    assert (await house.call("POST", "/v1/chat/completions", body, **nightly))[0] == 200


async def test_it_waits_on_after_a_restart(make_house: MakeHouse) -> None:
    first: RunHouse = await make_house(RESERVE)
    tell(first, 0.19)
    job = (await asked(first))["id"]
    before = (await now(first, job))["limitWait"]
    await first.container.stop()
    second: RunHouse = await make_house(RESERVE)
    assert (await now(second, job))["limitWait"] == before
    assert question(second).title.startswith("Claude Code waits below the line")
    assert ran(second) == 0
    await choose(second, "now")
    assert (await ended(second, job))["state"] == "completed"
    assert ran(second) == 1


async def test_a_window_that_nobody_tells_the_end_of_is_looked_at_again(house: RunHouse) -> None:
    tell(house, 0.19, resets_in_s=None)
    wait = (await asked(house))["limitWait"]
    assert wait["isKnown"] is False
    assert wait["until"] - wait["since"] == pytest.approx(900, abs=5)
    assert "say whether it may go on" in wait["message"]


async def test_one_that_a_limit_parked_waits_below_the_line_of_another_window(
    house: RunHouse,
) -> None:
    """The five hours are over, and of the week nearly nothing is left."""
    (house.home / "goes-on").write_text(RAN)
    tell(house, 0.9, name="7d")
    told = await asked(house, "begin; say working; refuse 429 'try again in 1s'", limitWait="on")
    tell(house, 0.1, name="7d")
    job = told["id"]
    supervisor = house.container.runs.supervisor

    def kept() -> bool:
        found = supervisor.get(job)
        return bool(found and found.limit_wait and found.limit_wait.window)

    await until(kept)
    assert ran(house) == 0
    again = await now(house, job)
    assert again["limitWait"]["since"] == told["limitWait"]["since"]
    await house.call("POST", f"/v1/jobs/{job}/go-on", {"now": True})
    last = await ended(house, job)
    assert (last["state"], last["retryCount"], ran(house)) == ("completed", 1, 1)
    assert last["providerSessionId"] == told["providerSessionId"]
