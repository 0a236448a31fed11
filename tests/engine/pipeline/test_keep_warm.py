"""Prompts that are kept in the vendor's cache by repeats for one token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.brakes import Brake
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.pipeline.keep_warm import KeepWarm
from llmgw_desktop.engine.policy.brakes.holds import HoldReason
from tests.engine.conftest import House, house_in
from tests.support.answers import Answer, Refusal, Spent

SETTINGS = """
[cache_awareness]
keep_warm_usd_per_hour = 0.04
[[prices]]
provider = "claude"
model = "claude-stub"
input = 5.0
output = 25.0
cache_read = 0.5
cache_write_5m = 6.25
"""
WARM = Spent(input_tokens=50, cache_read=0, cache_write_5m=30_000, cache_write_1h=0)
READ = Spent(input_tokens=0, cache_read=30_000, cache_write_5m=0, cache_write_1h=0, output_tokens=1)
MARK = {"cache_control": {"type": "ephemeral"}}


def _ask(words: str = "How does it begin?", **more: Any) -> dict[str, Any]:
    return {
        "model": "claude-stub",
        "max_tokens": 2000,
        "stream": True,
        "system": [{"type": "text", "text": "All that was ever said. " * 200, **MARK}],
        "messages": [{"role": "user", "content": words}],
        **more,
    }


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_in(tmp_path / "home", SETTINGS) as house:
        _warm(house).early_s = 299.7
        yield house


def _warm(house: House) -> KeepWarm:
    warm = house.container.gateway._warm
    assert warm is not None
    return warm


async def _asked(house: House, body: dict[str, Any]) -> None:
    house.lane.then(Answer(spent=WARM))
    house.lane.always = Answer(spent=READ)
    async with house.post("/v1/messages", body) as answer:
        assert answer.status == 200, await answer.text()
        await answer.read()


async def _until(there: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not there():
            await asyncio.sleep(0.01)


async def test_a_prompt_is_kept_warm_until_the_cap_of_the_hour(house: House) -> None:
    await _asked(house, _ask())
    await _until(lambda: len(house.closed) == 3)
    await asyncio.sleep(1.0)
    assert len(house.lane.requests) == 3, "two at a cent and a half; a third would be too dear"
    first, again, _ = (each.json() for each in house.lane.requests)
    assert (again["max_tokens"], again["stream"]) == (1, False)
    assert {**again, "max_tokens": 2000, "stream": True} == first
    mine, repeat = house.closed[:2]
    assert (repeat.owner, repeat.account) == (mine.owner, mine.account)
    assert repeat.cost_usd == pytest.approx((30_000 * 0.5 + 25) / 1e6)
    await asyncio.to_thread(house.container.recording.store.flush, 5)
    record = await asyncio.to_thread(house.container.flights.record, repeat.id)
    assert record is not None
    assert record.route_reason == f"Keeps warm what {mine.id} put into its vendor's cache."


async def test_the_conversation_goes_on_in_place_of_a_repeat(house: House) -> None:
    _warm(house).early_s = 200.0
    await _asked(house, _ask())
    assert len(_warm(house)._resting) == 1
    await _asked(house, _ask())
    assert len(_warm(house)._resting) == 1
    assert len(house.lane.requests) == 2


async def test_a_cold_repeat_is_the_last(house: House) -> None:
    house.lane.then(Answer(spent=WARM))
    house.lane.always = Answer(spent=WARM)
    async with house.post("/v1/messages", _ask()) as answer:
        await answer.read()
    await _until(lambda: len(house.closed) == 2)
    await asyncio.sleep(0.6)
    assert len(house.lane.requests) == 2


async def test_a_refused_repeat_is_the_last_and_asks_nobody_else(house: House) -> None:
    house.lane.then(Answer(spent=WARM), Refusal(status=529))
    async with house.post("/v1/messages", _ask()) as answer:
        await answer.read()
    await _until(lambda: len(house.closed) == 2)
    await asyncio.sleep(0.6)
    assert len(house.lane.requests) == 2


async def test_a_brake_asks_nobody_about_a_repeat(house: House) -> None:
    desk = house.container.brakes.holds
    await _asked(house, _ask())

    async def check(exchange: Exchange) -> None:
        hold = HoldReason(brake=Brake.CAP, title="It is enough", words="It has used enough.")
        await desk.decide(exchange, hold)

    house.container.brakes.put(Brake.CAP, check)
    leave = desk.attend()
    await _until(lambda: len(house.closed) == 2)
    assert not desk.waiting
    leave()
    assert house.closed[1].error_kind == "held_back"
    assert len(house.lane.requests) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"thinking": {"type": "enabled", "budget_tokens": 1024}},
        {"system": "Nothing is marked here."},
    ],
    ids=["thinks", "not marked"],
)
async def test_what_cannot_be_repeated_cheaply_is_not(house: House, more: dict[str, Any]) -> None:
    await _asked(house, _ask(**more))
    assert not _warm(house)._resting


async def test_off_by_itself(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home") as house:
        assert house.container.gateway._warm is None
        assert not house.container.brakes.are_on


async def test_switched_off_it_forgets_the_prompts(house: House) -> None:
    _warm(house).early_s = 200.0
    await _asked(house, _ask())
    assert _warm(house)._resting
    config = house.container.places.config_file
    config.write_text(config.read_text().replace("_hour = 0.04", "_hour = 0"))
    house.container.check_settings()
    assert not _warm(house)._resting
    assert not house.container.brakes.are_on
