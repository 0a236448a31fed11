"""The window's way of asking again, through a whole gateway."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from llmgw_desktop.app.flights.replaying import FilledReplay, plan_words, replay_words, wish_of
from llmgw_desktop.app.flights.work_command import _plan_lines
from llmgw_desktop.domain.errors import NotReplayable
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.engine.pipeline.flight_replays import ReplayPlan
from tests.engine.conftest import House, house_in
from tests.support.answers import Answer, Delivery
from tests.support.made_flights import failed, summary


@pytest.fixture
async def house(tmp_path: Any) -> Any:
    async with house_in(tmp_path / "home") as made:
        yield made


async def _flown(house: House) -> str:
    messages = [{"role": "user", "content": "Say ping."}]
    body = {"model": "claude-stub", "max_tokens": 64, "messages": messages}
    async with house.post("/v1/messages", body) as answer:
        flight_id = str(answer.headers["x-llmgw-flight"])
    assert await asyncio.to_thread(house.container.recording.store.flush, 5.0)
    return flight_id


async def test_the_form_the_plan_and_the_asking(house: House) -> None:
    first = await _flown(house)
    replaying = house.container.replaying
    form = await asyncio.to_thread(replaying.form, first)
    assert (form.model, form.last_message, form.removed) == ("claude-stub", "Say ping.", 0)
    [words] = await replaying.plan(form, FilledReplay())
    assert words.startswith("claude · claude-stub: sends ")
    assert words.endswith("no price is known.")
    assert len(house.lane.requests) == 1
    flown: list[FlightSummary] = []
    filled = FilledReplay(models="claude-stub, gpt-stub", times="2", last_message="Say pong.")
    await replaying.run(form, filled, flown.append)
    assert (
        sorted(each.model_served or "" for each in flown) == ["claude-stub"] * 2 + ["gpt-stub"] * 2
    )
    assert {(each.replay_of, each.client) for each in flown} == {(first, "local")}
    assert all(b"Say pong." in each.body for each in house.lane.requests[1:])


async def test_cancelling_ends_what_goes_on(house: House) -> None:
    first = await _flown(house)
    form = await asyncio.to_thread(house.container.replaying.form, first)
    house.lane.always = Answer(delivery=Delivery(begin_s=60))
    task = asyncio.create_task(
        house.container.replaying.run(form, FilledReplay(times="3"), lambda _: None)
    )
    while len(house.lane.requests) < 2:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [each.state.value for each in house.closed[1:]] == ["canceled"]
    assert house.closed[1].replay_of == first


async def test_one_that_is_gone_is_said(house: House) -> None:
    with pytest.raises(NotReplayable, match="not recorded"):
        await asyncio.to_thread(house.container.replaying.form, "flt_none")


def test_what_is_filled_in_wrong_is_named() -> None:
    for filled, field in (
        (FilledReplay(times="many"), "times"),
        (FilledReplay(times="0"), "times"),
        (FilledReplay(members="{"), "set"),
        (FilledReplay(members="[]"), "set"),
        (FilledReplay(models=",".join(map(str, range(11)))), "models"),
        (FilledReplay(secret="short"), "secrets"),
    ):
        with pytest.raises(InvalidRun) as error:
            wish_of(filled, asks=True)
        assert error.value.field == field


def test_plans_and_ends_in_words() -> None:
    plan = ReplayPlan(
        model="m\x1b[2J",
        times=3,
        decision=None,
        problem="",
        input_tokens=48_200,
        is_input_told=True,
        output_tokens=310,
        most_output_tokens=None,
        usd=0.16,
        most_usd=0.42,
    )
    told = plan_words(plan)
    assert "sends 48,200 tokens each of 3 times" in told
    assert "≈$0.1600 each if the answer is as long as before, at most $0.4200 each" in told
    assert "\x1b" not in plan_words(replace(plan, problem="No \x1b[2J."))
    assert replay_words(summary(1, cost_usd=0.04)) == "claude-sonnet: 4.0 s, 310 tokens, $0.040"
    assert "rate limit" in replay_words(failed(1))


@pytest.mark.parametrize(("most", "words"), [(None, "no bound of its own"), (400, "at most 400")])
def test_a_plan_says_how_long_the_answer_may_be(most: int | None, words: str) -> None:
    plan = {
        "model": "qwen3-coder",
        "times": 1,
        "route": [{"account": "lm-studio", "model": "qwen3-coder"}],
        "problem": "",
        "inputTokens": {"value": 12, "provenance": "told"},
        "mostOutputTokens": most,
        "estimatedCostUsd": None,
        "mostCostUsd": None,
    }
    lines = list(_plan_lines({"plan": [plan]}))
    assert lines[1] == f"  sends 12 tokens; the answer has {words}"
    assert lines[2] == "  no price is known"
