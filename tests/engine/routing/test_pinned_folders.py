"""What comes by a pinned folder's base URL leaves through its account, or is refused in words."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.access.principal import Principal, PrincipalKind, Scope, pinned_as
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.errors import MalformedRequest
from tests.engine.conftest import House, house_in
from tests.support.answers import Answer, Behaviour, Hangup, Refusal

PIN, FIXED = "/as/pinned.shop", "/as/pinned.fixed"
DAILY, MANY, AT_ONCE = 400, 10_000, 20
MORE = """
[providers.pair]
kind = "openai-compatible"
base_url = "{base_url}"
models = ["gpt-stub", "two"]
local = true
[[providers.pair.accounts]]
name = "work"
api_key_env = "WORK_KEY"
[[providers.pair.accounts]]
name = "own"
api_key_env = "OWN_KEY"
[failover]
max_wait_s = 0
retries = 0
rest_s = 1
longest_rest_s = 1
[[routes]]
name = "all"
match = {{ model = "gpt*" }}
to = ["chat:gpt-stub", "pair/own:gpt-stub"]
cache_s = 600
[[routes]]
name = "claude"
match = {{ model = "claude*" }}
to = ["claude:claude-stub", "chat:gpt-stub"]
[aliases]
other = ["chat/gpt-stub"]
[pins.shop]
folder = "/work/shop"
account = "pair/work"
[pins.fixed]
folder = "/work/fixed"
account = "pair/own"
model = "two"
budgets = [{{ requests = 3, per = "never" }}]
"""
WORK, OWN = "sk-work-0123456789", "sk-own-0123456789"
DOORS = ("/v1/chat/completions", "/v1/messages", "/v1/responses")
MODELS = ("gpt-stub", "two", "claude-stub", "chat/gpt-stub", "other", "pair/own:two", "nobody", "")


class Pinned:
    """A house with two accounts of one provider, and pins."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def ask(
        self, path: str, model: str = "gpt-stub", words: str = "Hello", **headers: str
    ) -> tuple[int, str]:
        said = [{"role": "user", "content": words}]
        body = {"model": model, "messages": said, "input": said, "max_tokens": 9}
        if path.endswith("/responses"):
            del body["messages"], body["max_tokens"]
        async with self.house.post(path, body, **headers) as answer:
            return answer.status, await answer.text()

    def keys(self, words: str) -> set[str | None]:
        """With whose key what held these words went to the upstream."""
        seen = [each for each in self.house.lane.requests if words.encode() in each.body]
        return {(each.header("authorization") or "none").removeprefix("Bearer ") for each in seen}


@asynccontextmanager
async def pinned_in(home: Path) -> AsyncIterator[Pinned]:
    async with house_in(home, env={"WORK_KEY": WORK, "OWN_KEY": OWN}) as house:
        file = house.container.places.config_file
        file.write_text(file.read_text() + MORE.format(base_url=house.lane.base_url))
        house.container.check_settings()
        assert len(house.container.settings().pins) == 2
        yield Pinned(house)


async def test_it_leaves_through_its_account_whatever_routes_say(tmp_path: Path) -> None:
    async with pinned_in(tmp_path / "home") as pinned:
        for door in DOORS:
            assert (await pinned.ask(f"{PIN}{door}", words="pinned words"))[0] == 200
        assert pinned.keys("pinned words") == {WORK}
        flight = pinned.house.closed[-1]
        assert (flight.account, flight.label) == ("pair/work", "pinned.shop")
        assert (await pinned.ask("/v1/chat/completions", words="plain words"))[0] == 200
        assert WORK not in pinned.keys("plain words")
        header = {"X-LLMGW-Caller": "pinned.shop"}
        status, _ = await pinned.ask("/v1/chat/completions", words="by header", **header)
        assert (status, pinned.keys("by header")) == (200, {WORK})


async def test_what_asks_for_another_is_refused_in_words(tmp_path: Path) -> None:
    async with pinned_in(tmp_path / "home") as pinned:
        status, words = await pinned.ask(f"{PIN}/v1/chat/completions", "chat/gpt-stub")
        assert status >= 400
        assert "folder /work/shop is pinned to 'pair/work'" in words
        assert "asks for provider 'chat'" in words
        status, words = await pinned.ask("/as/pinned.gone/v1/chat/completions")
        assert status >= 400
        assert "no folder is pinned so now" in words
        for path in ("/v1/jobs", "/mcp"):
            status, words = await pinned.ask(f"{PIN}{path}")
            assert status == 400
            assert "models alone" in words
        async with pinned.house.get(f"{PIN}/v1/responses/resp_1") as answer:
            assert answer.status >= 400
            assert "may lie with another account" in await answer.text()
        assert pinned.house.lane.requests == []


async def test_another_account_does_not_step_in(tmp_path: Path) -> None:
    async with pinned_in(tmp_path / "home") as pinned:
        pinned.house.lane.then(Refusal(status=401))
        status, words = await pinned.ask(f"{PIN}/v1/chat/completions", words="pinned words")
        assert status >= 400
        assert "pair" in words
        assert pinned.keys("pinned words") == {WORK}


async def test_a_pin_with_a_model_answers_with_it_within_its_budget(tmp_path: Path) -> None:
    async with pinned_in(tmp_path / "home") as pinned:
        store = pinned.house.container.access.clients
        clock = SystemClock()
        made = await asyncio.to_thread(ClientKeys(store, clock, TimedIds(clock)).add, "other")
        for model in ("gpt-stub", "chat/gpt-stub"):
            assert (await pinned.ask(f"{FIXED}/v1/chat/completions", model))[0] == 200
        headers = {"Authorization": f"Bearer {made}"}
        status, _ = await pinned.ask(f"{FIXED}/v1/chat/completions", **headers)
        assert status == 200
        status, words = await pinned.ask(f"{FIXED}/v1/chat/completions")
        assert status == 429
        assert "pinned.fixed" in words
        assert {each.account for each in pinned.house.closed[:3]} == {"pair/own"}
        assert all(b'"two"' in each.body for each in pinned.house.lane.requests)
        assert (await pinned.ask("/v1/chat/completions"))[0] == 200  # all else is not bounded


async def test_a_run_of_ours_is_pinned_as_well() -> None:
    run = Principal(
        client_id="c",
        name="c",
        scopes=frozenset({Scope.MODELS_USE}),
        kind=PrincipalKind.KEY,
        job="j",
    )
    assert pinned_as(run, "pinned.shop").label == "pinned.shop"
    assert pinned_as(run, "aider") is run
    labelled = Principal(client_id="c", name="c", scopes=frozenset(), label="aider", job="j")
    with pytest.raises(MalformedRequest):
        pinned_as(labelled, "pinned.shop")


@pytest.mark.timeout(1200)
async def test_none_of_many_leaves_by_another_account(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    many = MANY if request.config.getoption("--all", default=False) else DAILY
    chance = random.Random(25)
    bad: list[Behaviour] = [
        Refusal(status=401),
        Refusal(status=429, retry_after="1"),
        Refusal(status=500),
        Refusal(status=529),
        Refusal(status=400),
        Hangup(),
    ]
    async with pinned_in(tmp_path / "home") as pinned:
        lane = pinned.house.lane
        statuses: list[int] = []

        async def one(number: int) -> None:
            is_pinned = chance.random() < 0.7
            words = f"pinned words {number}" if is_pinned else f"plain words {number}"
            path = (PIN if is_pinned else "") + chance.choice(DOORS)
            status, said = await pinned.ask(path, chance.choice(MODELS), words)
            statuses.append(status)
            assert status == 200 or said, path

        for start in range(0, many, AT_ONCE):
            behaves = (
                chance.choice(bad) if chance.random() < 0.5 else Answer() for _ in range(AT_ONCE)
            )
            lane.then(*behaves)
            await asyncio.gather(*(one(start + at) for at in range(min(AT_ONCE, many - start))))
            for account in ("pair/work", "pair/own"):  # else they would only rest
                pinned.house.container.health.reset(account)
        assert pinned.keys("pinned words") == {WORK}
        left = sum(b"pinned words" in each.body for each in lane.requests)
        assert left > many // 10
        assert len(statuses) == many
        assert 200 in statuses
        assert max(statuses) >= 500
