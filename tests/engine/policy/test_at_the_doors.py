"""Nothing passes the choke point: whoever has spent his budget reaches no upstream by any door."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmgw_desktop.domain.policy import KeptSpent, Measure, Period
from llmgw_desktop.engine.front.doors import DoorTable, ModelDoor
from llmgw_desktop.store.policy import SpentStore
from tests.engine.conftest import House, house_in
from tests.engine.policy.keys import id_of, key_of

PRICES = """
[[prices]]
provider = "*"
model = "*"
input = 1000
output = 1000
cache_read = 1000
cache_write_5m = 1000
cache_write_1h = 1000
"""
BODY = {
    "model": "gpt-stub",
    "messages": [{"role": "user", "content": "Hello"}],
    "input": "Hello",
    "prompt": "Hello",
    "max_tokens": 8,
    "contents": [{"parts": [{"text": "Hello"}]}],
}
NATIVE = {"model": "gpt-stub", "prompt": "Hello"}
POOR = """
[clients.poor]
budgets = [{ usd = 0.5, per = "never" }]
"""


def _model_doors(house: House) -> list[str]:
    """Every address at which a model can be asked, whatever it is called."""
    table: DoorTable = house.container.engine.server._doors
    exact = [path for (_, path), door in table._exact.items() if isinstance(door, ModelDoor)]
    acting = [
        f"{start}gpt-stub{action}"
        for _, start, action, _ in table._acting
        if start.endswith("/models/")
    ]
    return sorted([*exact, *acting])


def _body(path: str) -> dict[str, object]:
    return NATIVE if path == "/v1/generate" else BODY


async def test_a_spent_budget_closes_every_door_before_any_upstream(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", PRICES + POOR) as house:
        key = key_of(house, "poor")
        client_id = id_of(house, key)
        book = SpentStore(house.container.places.gateway_db)
        book.keep((client_id, Measure.USD, Period.NEVER), KeptSpent(None, 0.5))
        book.close()
        rich = key_of(house, "rich")
        refused = []
        for path in (*_model_doors(house), "/v1/generate"):
            async with house.post(path, _body(path), Authorization=f"Bearer {key}") as answer:
                text = await answer.text()
            if "not_served" in text or "does not take requests" in text:
                continue  # no provider of this house could answer it, whoever asks
            assert (path, answer.status) == (path, 429), text
            assert "has used up its budget of 0.5 US dollars" in text
            assert answer.headers["x-should-retry"] == "false"
            refused.append(path)
        assert house.lane.requests == []
        for path in refused:
            async with house.post(path, _body(path), Authorization=f"Bearer {rich}") as answer:
                await answer.read()
        assert len(refused) > 20
        assert len(house.lane.requests) > 20


async def test_what_an_answer_cost_is_taken_from_the_budget_and_survives(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    home = tmp_path / "home"
    body = {
        "model": "claude-stub",
        "max_tokens": 8,
        "messages": [{"role": "user", "content": "Hello"}],
    }
    more = PRICES + POOR.replace("0.5", "0.000001")
    async with house_in(home, more) as house:
        key = key_of(house, "poor")
        async with house.post("/v1/messages", body, Authorization=f"Bearer {key}") as first:
            assert first.status == 200
            await first.read()
        async with house.post("/v1/messages", body, Authorization=f"Bearer {key}") as second:
            assert second.status == 429
        assert len(house.lane.requests) == 1
        (closed, _) = house.closed
        client_id = id_of(house, key)
        (standing,) = house.container.engine.pipeline.policies.standing(client_id)
        assert closed.cost_usd, house.closed
        assert standing.used == pytest.approx(closed.cost_usd)
    async with house_in(home, more) as house:
        async with house.post("/v1/messages", body, Authorization=f"Bearer {key}") as again:
            assert again.status == 429
        assert house.lane.requests == []
    assert caplog.text.count("poor has used up its 1e-06 US dollars") == 1, "told once"


async def test_models_and_providers_that_are_not_for_a_client_are_refused(tmp_path: Path) -> None:
    rules = """
[clients.narrow]
models = ["claude-*"]
providers = ["claude"]
"""
    async with house_in(tmp_path / "home", rules) as house:
        narrow, other = key_of(house, "narrow"), key_of(house, "other")
        body = {"model": "gpt-stub", "messages": [{"role": "user", "content": "Hello"}]}
        path = "/v1/chat/completions"
        async with house.post(path, body, Authorization=f"Bearer {narrow}") as refused:
            assert refused.status == 403
            assert "'narrow' may not use 'gpt-stub'" in await refused.text()
        assert house.lane.requests == []
        async with house.post(path, body, Authorization=f"Bearer {other}") as served:
            assert served.status == 200


async def test_without_a_price_a_budget_in_money_lets_nothing_pass(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", POOR) as house:
        key = key_of(house, "poor")
        body = {"model": "gpt-stub", "messages": [{"role": "user", "content": "Hello"}]}
        async with house.post(
            "/v1/chat/completions", body, Authorization=f"Bearer {key}"
        ) as refused:
            assert refused.status == 403
            assert "no price is known of 'gpt-stub'" in await refused.text()
        assert house.lane.requests == []


async def test_practice_needs_no_price_for_it_costs_nothing(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", POOR) as house:
        key = key_of(house, "poor")
        body = {"model": "practice/echo", "messages": [{"role": "user", "content": "Hello"}]}
        path = "/v1/chat/completions"
        async with house.post(path, body, Authorization=f"Bearer {key}") as served:
            assert served.status == 200
            await served.read()
        (standing,) = house.container.engine.pipeline.policies.standing(id_of(house, key))
        assert (standing.used, house.closed[0].cost_usd) == (0.0, 0.0)


@pytest.mark.parametrize("tier", ["flex", "made-up"])
async def test_a_service_tier_without_a_price_is_refused_too(tmp_path: Path, tier: str) -> None:
    async with house_in(tmp_path / "home", PRICES + POOR) as house:
        key = key_of(house, "poor")
        messages = [{"role": "user", "content": "Hello"}]
        body = {"model": "gpt-stub", "service_tier": tier, "messages": messages}
        path = "/v1/chat/completions"
        async with house.post(path, body, Authorization=f"Bearer {key}") as refused:
            assert refused.status == 403
            assert f"as the service tier '{tier}'" in await refused.text()
        assert house.lane.requests == []
