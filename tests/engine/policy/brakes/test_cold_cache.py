"""The gate before requests whose cache is cold: who is asked, what it costs, what comes of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.brakes import HeldQuestion
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.provider import ModelProtocol, Upstream
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.policy.brakes.cold_cache import ColdCacheGate
from llmgw_desktop.engine.routing.failures import Failure, FailureKind
from tests.engine.conftest import House, house_in
from tests.support.answers import Answer, Spent

SETTINGS = """
[[providers.claude.accounts]]
name = "second"
api_key_env = "OTHER_KEY"
priority = 5
[cache_awareness]
ask_above_usd = 0.05
[[prices]]
provider = "claude"
model = "claude-stub"
input = 5.0
output = 25.0
cache_read = 0.5
cache_write_5m = 6.25
cache_write_1h = 10.0
[[prices]]
provider = "claude"
model = "claude-small"
input = 1.0
output = 5.0
cache_read = 0.1
cache_write_5m = 1.25
"""
WARM = Spent(input_tokens=50, cache_read=0, cache_write_5m=30_000, cache_write_1h=0)
READ = Spent(input_tokens=60, cache_read=30_000, cache_write_5m=100, cache_write_1h=0)
EXTRA_USD = 30_000 * (6.25 - 0.5) / 1e6
LONG = "All that was ever said of it. " * 4000


class _Later(SystemClock):
    """The clock of the gate alone."""

    def __init__(self) -> None:
        self.later_s = 0.0

    def now_s(self) -> float:
        return super().now_s() + self.later_s


def _ask(turns: int = 1, *, system: str = LONG) -> dict[str, Any]:
    mark = {"cache_control": {"type": "ephemeral"}}
    messages: list[dict[str, Any]] = [{"role": "user", "content": "How does it begin?"}]
    for number in range(1, turns):
        messages.append({"role": "assistant", "content": f"Well {number}."})
        messages.append({"role": "user", "content": f"And then {number}?"})
    return {
        "model": "claude-stub",
        "max_tokens": 9,
        "system": [{"type": "text", "text": system, **mark}],
        "messages": messages,
    }


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with house_in(tmp_path / "home", SETTINGS, {"OTHER_KEY": "sk-other"}) as house:
        gate = _gate(house)
        gate._clock = _Later()
        provider = house.container.settings().providers[0]
        assert provider.name == "claude"
        yield house


def _gate(house: House) -> ColdCacheGate:
    gate = house.container.brakes._cold
    assert gate is not None
    return gate


def _later(house: House, seconds: float) -> None:
    clock = _gate(house)._clock
    assert isinstance(clock, _Later)
    clock.later_s = seconds


async def _asked(house: House, body: dict[str, Any], spent: Spent) -> tuple[int, Any]:
    house.lane.always = Answer(spent=spent)
    async with house.post("/v1/messages", body) as answer:
        return answer.status, await answer.json()


async def _until(there: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not there():
            await asyncio.sleep(0.005)


async def _question(house: House) -> HeldQuestion:
    await _until(lambda: house.container.brakes.holds.waiting)
    return house.container.brakes.holds.waiting[0]


async def _answered(house: House, question: HeldQuestion, choice: str) -> None:
    async with house.post(f"/v1/held/{question.id}", {"choice": choice}) as answer:
        assert answer.status == 200, await answer.text()


async def _reason(house: House) -> str:
    flight_id = house.closed[-1].id
    await asyncio.to_thread(house.container.recording.store.flush, 5)
    record = await asyncio.to_thread(house.container.flights.record, flight_id)
    assert record is not None
    return record.route_reason


async def test_a_warm_prompt_is_not_held_and_its_forecast_is_checked(house: House) -> None:
    leave = house.container.brakes.holds.attend()
    await _asked(house, _ask(1), WARM)
    await _asked(house, _ask(2), READ)
    leave()
    assert house.closed[-1].state is FlightState.OK
    told = await _reason(house)
    assert told.endswith("30,000 tokens from the cache were expected; the vendor told 30,000.")


async def test_an_expired_one_is_held_with_its_price_and_sent_when_a_person_says_so(
    house: House,
) -> None:
    leave = house.container.brakes.holds.attend()
    await _asked(house, _ask(1), WARM)
    _later(house, 400)
    going = asyncio.ensure_future(_asked(house, _ask(2), WARM))
    question = await _question(house)
    assert f"${EXTRA_USD:.2f}" in question.title
    assert "last in the cache 7 min ago; the vendor keeps it for 5 min" in question.words
    assert "About 30,000 tokens are sent again" in question.words
    assert [each.id for each in question.choices] == ["send"]
    assert dict(question.facts)["Compared with"] == house.closed[0].id
    await _answered(house, question, "send")
    assert (await going)[0] == 200
    leave()
    assert "0 tokens from the cache were expected" in await _reason(house)


async def test_refused_it_is_not_sent(house: House) -> None:
    leave = house.container.brakes.holds.attend()
    await _asked(house, _ask(1), WARM)
    _later(house, 400)
    going = asyncio.ensure_future(_asked(house, _ask(2), WARM))
    await _answered(house, await _question(house), "")
    status, told = await going
    leave()
    assert (status, told["error"]["type"]) == (400, "invalid_request_error")
    assert len(house.lane.requests) == 1


async def test_where_nobody_is_there_it_goes_on_and_says_so(house: House) -> None:
    await _asked(house, _ask(1), WARM)
    _later(house, 400)
    assert (await _asked(house, _ask(2), WARM))[0] == 200
    assert "Nobody was there to be asked." in await _reason(house)


async def test_another_account_is_told_and_the_warm_one_can_be_asked(house: House) -> None:
    leave = house.container.brakes.holds.attend()
    await _asked(house, _ask(1), WARM)
    warm = house.closed[0].account
    assert warm == "claude"
    provider = house.container.settings().providers[0]
    upstream = Upstream.of(provider, ModelProtocol.ANTHROPIC, provider.accounts[0])
    candidate, health = Candidate(upstream=upstream, model="claude-stub"), house.container.health
    limit = Failure(kind=FailureKind.RATE_LIMIT, status=429, told_s=2.0)
    health.failed(candidate, health.begin(candidate), limit)
    going = asyncio.ensure_future(_asked(house, _ask(2), WARM))
    question = await _question(house)
    assert "in the cache of claude, and claude/second is asked" in question.words
    assert question.choices[1].id == "warm_account"
    await _answered(house, question, "warm_account")
    assert (await going)[0] == 200
    leave()
    assert house.closed[-1].account == "claude"


async def test_a_changed_system_prompt_is_told_by_its_place(house: House) -> None:
    leave = house.container.brakes.holds.attend()
    await _asked(house, _ask(1), WARM)
    changed = _ask(2, system=f"It is 14:02. {LONG}")
    going = asyncio.ensure_future(_asked(house, changed, WARM))
    question = await _question(house)
    assert "from system" in question.words
    await _answered(house, question, "send")
    assert (await going)[0] == 200
    leave()


async def test_a_cheaper_model_of_the_account_can_be_chosen(tmp_path: Path) -> None:
    home = tmp_path / "home"
    async with house_in(home, SETTINGS, {"OTHER_KEY": "sk-other"}) as house:
        config = house.container.places.config_file
        models = 'models = ["claude-stub"]'
        config.write_text(
            config.read_text().replace(models, 'models = ["claude-stub", "claude-small"]')
        )
        house.container.check_settings()
        _gate(house)._clock = _Later()
        leave = house.container.brakes.holds.attend()
        await _asked(house, _ask(1), WARM)
        _later(house, 400)
        going = asyncio.ensure_future(_asked(house, _ask(2), WARM))
        question = await _question(house)
        assert question.choices[1].words == "Ask claude-small"
        await _answered(house, question, "model_1")
        assert (await going)[0] == 200
        leave()
        assert house.lane.requests[-1].json()["model"] == "claude-small"


async def test_what_costs_less_is_never_held(house: House) -> None:
    leave = house.container.brakes.holds.attend()
    few = Spent(input_tokens=50, cache_read=0, cache_write_5m=5_000, cache_write_1h=0)
    await _asked(house, _ask(1), few)
    _later(house, 400)
    assert (await _asked(house, _ask(2), few))[0] == 200
    leave()


async def test_another_clients_prompt_warms_nothing_for_this_one(house: House) -> None:
    await _asked(house, _ask(1), WARM)
    gate = _gate(house)
    (owner, kin) = next(iter(gate._known.values()))
    gate._known.clear()
    gate._known["flt"] = (f"{owner}-other", kin)
    _later(house, 400)
    leave = house.container.brakes.holds.attend()
    assert (await _asked(house, _ask(2), WARM))[0] == 200
    leave()


async def test_switched_off_it_keeps_nothing(house: House) -> None:
    await _asked(house, _ask(1), WARM)
    assert _gate(house)._known
    config = house.container.places.config_file
    config.write_text(config.read_text().replace("ask_above_usd = 0.05", "ask_above_usd = 0"))
    house.container.check_settings()
    assert not _gate(house)._known
    assert not house.container.brakes.are_on
