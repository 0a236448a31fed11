"""Requests that repeat themselves are held, over HTTP; others are not."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.brakes import BrakeSettings, HeldAnswer, HeldWay
from llmgw_desktop.engine.policy.brakes.holds import HoldDesk
from llmgw_desktop.engine.policy.brakes.loop_brake import TIMES_A_MINUTE
from tests.engine.conftest import House, house_in
from tests.engine.policy.brakes.test_holds import CHAT, asked, desk_of, first, until
from tests.support.answers import Refusal
from tests.wire.test_loops import LOOP, chat

LOOPING = chat(["Go.", *[LOOP] * 4]) | {"model": "gpt-stub"}


@pytest.fixture
async def house(tmp_path: Path) -> Any:
    async with house_in(tmp_path / "home", "[brakes]\nloops = true\n") as house:
        yield house


def answer(desk: HoldDesk, question_id: str, choice: str) -> None:
    assert desk.answer(question_id, HeldAnswer(choice=choice, way=HeldWay.DIALOG, at_s=1.0))


async def test_a_history_that_repeats_itself_is_held_with_what_is_repeated(house: House) -> None:
    status, told = await asked(house, LOOPING)
    assert (status, told["error"]["code"]) == (400, "held_back")
    desk = desk_of(house)
    desk.attend()
    asking = asyncio.create_task(asked(house, LOOPING))
    question = await first(house)
    assert question.title == "local repeats itself"
    assert "pytest -q" in dict(question.facts)["Repeated"]
    answer(desk, question.id, "go_on")
    assert (await asking)[0] == 200
    asking = asyncio.create_task(asked(house, LOOPING))
    answer(desk, (await first(house)).id, "not_again")
    assert (await asking)[0] == 200
    longer = chat(["Go.", *[LOOP] * 5]) | {"model": "gpt-stub"}
    assert (await asked(house, longer))[0] == 200, "nobody is asked again of the same"


async def test_the_same_request_for_the_fifth_time_within_a_minute(house: House) -> None:
    for _ in range(TIMES_A_MINUTE - 1):
        assert (await asked(house))[0] == 200
    other = {**CHAT, "temperature": 0}
    assert (await asked(house, other))[0] == 200
    status, told = await asked(house)
    assert status == 400
    assert told["error"]["message"].startswith("The same request came 5 times within a minute.")
    assert (await asked(house, other))[0] == 200


async def test_those_that_failed_do_not_count(house: House) -> None:
    house.lane.then(*[Refusal(status=400)] * 9)
    for _ in range(TIMES_A_MINUTE + 1):
        status, told = await asked(house)
        assert status != 200
        assert told["error"].get("code") != "held_back"


async def test_it_is_switched_by_the_settings_alone(house: House) -> None:
    house.container.brakes.apply(BrakeSettings())
    assert not house.container.brakes.are_on
    assert (await asked(house, LOOPING))[0] == 200
    house.container.brakes.apply(BrakeSettings(loops=True))
    assert (await asked(house, LOOPING))[0] == 400
    await until(lambda: not desk_of(house).waiting)
