"""What becomes of answers that are under way when a client's key, time or table goes."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.access import key_command
from llmgw_desktop.domain.events import ClientsChanged
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.policy import ClientPolicy
from tests.engine.conftest import House, house_in
from tests.engine.policy.keys import id_of, key_of
from tests.support.answers import Answer, Delivery, Refusal, Spent

LONG = Answer(text="word " * 400, pieces=400, delivery=Delivery(pace_s=0.05))
SHORT = Answer(text="word " * 8, pieces=8, delivery=Delivery(pace_s=0.02))
MESSAGES = {
    "model": "claude-stub",
    "max_tokens": 64,
    "stream": True,
    "messages": [{"role": "user", "content": "Hello"}],
}
CHAT = {"model": "gpt-stub", "stream": True, "messages": [{"role": "user", "content": "Hello"}]}
LIMITS = """
[[prices]]
provider = "*"
model = "*"
input = 1000
output = 1000
cache_read = 0
cache_write_5m = 0
cache_write_1h = 0
[clients.nightly]
budgets = [
  { usd = 100, per = "never" }, { tokens = 100000, per = "never" },
  { requests = 100, per = "never" },
]
"""


async def _begun(house: House, path: str, body: dict[str, Any], key: str) -> Any:
    answer = await house.post(path, body, Authorization=f"Bearer {key}").__aenter__()
    assert answer.status == 200
    await answer.content.readany()
    return answer


async def _rest(answer: Any) -> str:
    async with asyncio.timeout(15):
        return (await answer.content.read()).decode()


async def _closed(house: House, count: int) -> None:
    async with asyncio.timeout(15):
        while len(house.closed) < count:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("way", ["command", "window"])
async def test_a_key_that_is_revoked_cuts_what_runs_by_it_and_nothing_else(
    tmp_path: Path, way: str
) -> None:
    async with house_in(tmp_path / "home") as house:
        house.lane.always = LONG
        nightly, other = key_of(house, "nightly"), key_of(house, "other")
        messages = await _begun(house, "/v1/messages", MESSAGES, nightly)
        chat = await _begun(house, "/v1/chat/completions", CHAT, nightly)
        others = await _begun(house, "/v1/messages", MESSAGES, other)
        container = house.container
        if way == "command":
            said = argparse.Namespace(verb="revoke", name="nightly")
            assert await asyncio.to_thread(key_command.run, said, container.places, {}) == 0
        else:
            clients = container.access.clients
            assert clients is not None
            clients.revoke("nightly")
            container.bus.publish(ClientsChanged())
        for answer, envelope in ((messages, "event: error"), (chat, '"error"')):
            rest = await _rest(answer)
            assert envelope in rest
            assert "access of this client was taken back" in rest
            assert "message_stop" not in rest
            assert "[DONE]" not in rest
        await _closed(house, 2)
        cut = [(each.state, each.error_kind, each.client) for each in house.closed]
        assert cut == [(FlightState.CUT, "access_revoked", "nightly")] * 2
        assert [each.client for each in container.flights.running()] == ["other"]
        async with house.post("/v1/messages", MESSAGES, Authorization=f"Bearer {nightly}") as again:
            assert again.status == 401
        others.close()


async def test_what_began_in_its_time_ends_whole_and_what_comes_later_is_refused(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path / "home", LIMITS) as house:
        house.lane.always = SHORT
        key = key_of(house, "nightly")
        policies = house.container.engine.pipeline.policies
        answer = await _begun(house, "/v1/messages", MESSAGES, key)
        over = house.container.clock.now_s() - 1
        policies.apply([ClientPolicy(client="nightly", expires_at_s=over)])
        assert "message_stop" in await _rest(answer)
        async with house.post("/v1/messages", MESSAGES, Authorization=f"Bearer {key}") as late:
            assert late.status == 403
            assert "The time of 'nightly' is over: it ended on 20" in await late.text()


async def test_a_table_that_is_taken_away_midstream_breaks_nothing_and_comes_back_as_it_was(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path / "home", LIMITS) as house:
        key = key_of(house, "nightly")
        client_id = id_of(house, key)
        policies = house.container.engine.pipeline.policies
        said = house.container.loaded().settings.clients
        async with house.post("/v1/messages", MESSAGES, Authorization=f"Bearer {key}") as first:
            await first.read()
        before = [each.used for each in policies.standing(client_id)]
        assert before[2] == 1
        house.lane.always = SHORT
        answer = await _begun(house, "/v1/messages", MESSAGES, key)
        policies.apply([])
        assert "message_stop" in await _rest(answer)
        await _closed(house, 2)
        assert [each.state for each in house.closed] == [FlightState.OK] * 2
        assert [each.running for each in policies.standings() if each.name == "nightly"] == [0]
        policies.apply(said)
        assert [each.used for each in policies.standing(client_id)] == before


async def test_a_vendor_that_refuses_has_generated_nothing_and_one_that_breaks_off_has(
    tmp_path: Path,
) -> None:
    gone = """
[providers.gone]
kind = "openai-compatible"
base_url = "http://127.0.0.1:9/v1"
api_key_env = "STUB_KEY"
models = ["gone-stub"]
local = true
"""
    async with house_in(tmp_path / "home", LIMITS + gone) as house:
        key = key_of(house, "nightly")
        policies, client_id = house.container.engine.pipeline.policies, id_of(house, key)

        async def used(body: dict[str, Any], path: str = "/v1/messages") -> tuple[float, ...]:
            count = len(house.closed)
            before = [each.used for each in policies.standing(client_id)] or [0, 0, 0]
            async with house.post(path, body, Authorization=f"Bearer {key}") as answer:
                await answer.content.read()
            await _closed(house, count + 1)
            after = policies.standing(client_id)
            assert [each.reserved for each in after] == [0, 0, 0]
            return tuple(a.used - b for a, b in zip(after, before, strict=True))

        for status in (400, 404, 413, 429, 500, 503, 529):
            house.lane.then(Refusal(status=status))
            assert (status, *await used(MESSAGES)) == (status, 0, 0, 1)
        chat = "/v1/chat/completions"
        assert await used({**CHAT, "model": "gone-stub"}, chat) == (0, 0, 1)
        house.lane.then(replace(SHORT, delivery=Delivery(cut_after=2)))
        usd, tokens, requests = await used(MESSAGES)
        assert usd > 0
        assert tokens > 64
        assert requests == 1


async def test_64_that_race_over_the_door_overspend_one_reservation_at_most(
    tmp_path: Path,
) -> None:
    async with house_in(tmp_path / "home", LIMITS) as house:
        spent = Spent(
            input_tokens=1, cache_read=0, cache_write_5m=0, cache_write_1h=0, output_tokens=64
        )
        house.lane.always = Answer(spent=spent, delivery=Delivery(begin_s=0.3))
        key = key_of(house, "nightly")
        policies, client_id = house.container.engine.pipeline.policies, id_of(house, key)
        nightly = house.container.loaded().settings.clients[0]
        tokens = nightly.budgets[1]
        body = {**MESSAGES, "stream": False}

        async def ask() -> int:
            async with house.post("/v1/messages", body, Authorization=f"Bearer {key}") as answer:
                await answer.read()
                return int(answer.status)

        first = asyncio.ensure_future(ask())
        async with asyncio.timeout(15):
            while not policies.standing(client_id) or not policies.standing(client_id)[1].reserved:
                await asyncio.sleep(0.01)
        one = policies.standing(client_id)[1].reserved
        assert await first == 200
        amount = policies.standing(client_id)[1].used + one * 3.5
        policies.apply([replace(nightly, budgets=(replace(tokens, amount=amount),))])
        house.lane.requests.clear()
        statuses = await asyncio.gather(*(ask() for _ in range(64)))
        assert set(statuses) == {200, 429}
        assert len(house.lane.requests) == statuses.count(200) >= 3
        (standing,) = policies.standing(client_id)
        assert standing.used <= amount + one
        assert standing.reserved == 0
