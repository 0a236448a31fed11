"""Runs of CLIs are held to what their client may spend, and settled when they end."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import orjson
import pytest

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.policy import ClientStanding, Spent
from tests.engine.runs.conftest import MakeHouse, RunHouse

OK = "answer hello 0.02 10 5"
BODY = {"cli": "claude", "prompt": OK, "model": "sonnet"}
_LIMITS = """
[[prices]]
provider = "claude-cli"
input = 0
output = 0
[clients.nightly]
budgets = [{ usd = 0.03, per = "never" }]
parallel = 1
[clients.modest]
models = ["claude-cli/sonnet", "codex-cli/gpt-5-mini"]
[clients.priceless]
providers = ["codex-cli"]
"""


async def _run(house: RunHouse, key: str, **more: object) -> tuple[int, str]:
    url = f"{house.container.gateway.status.url}/v1/jobs"
    sent = {"Authorization": f"Bearer {key}"}
    async with house.session.post(url, json={**BODY, **more}, headers=sent) as answer:
        return answer.status, await answer.text()


async def test_what_a_run_cost_is_taken_from_its_clients_budget(make_house: MakeHouse) -> None:
    house = await make_house(_LIMITS)
    key = house.client("nightly", Scope.JOBS_RUN)
    wanted = {"wait": True, "forceRefresh": True}
    assert (await _run(house, key, **wanted))[0] == 200
    while len(house.closed) < 1:
        await asyncio.sleep(0.01)
    assert (await _run(house, key, **wanted))[0] == 200
    while len(house.closed) < 2:
        await asyncio.sleep(0.01)
    status, text = await _run(house, key, **wanted)
    assert status == 429
    assert "has used up its budget of 0.03 US dollars" in text
    assert len(house.asked) == 2
    clients = house.container.access.clients
    assert clients is not None
    (client_id,) = (each.id for each in clients.active())
    (standing,) = house.container.engine.pipeline.policies.standing(client_id)
    assert standing.used == pytest.approx(0.04)
    assert standing.reserved == 0.0


async def test_of_two_at_the_same_time_one_is_refused(make_house: MakeHouse) -> None:
    house = await make_house(_LIMITS)
    key = house.client("nightly", Scope.JOBS_RUN)
    waits = 'begin; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; answer late'
    assert (await _run(house, key, prompt=waits))[0] == 202
    status, text = await _run(house, key, prompt=OK)
    assert (status, "may have 1 at the same time" in text) == (429, True)
    (house.home / "go").touch()
    while not house.closed:
        await asyncio.sleep(0.01)
    assert (await _run(house, key, prompt=OK))[0] in (200, 202)


async def test_a_cli_that_is_not_for_a_client_is_not_started(make_house: MakeHouse) -> None:
    house = await make_house(_LIMITS)
    key = house.client("priceless", Scope.JOBS_RUN)
    status, text = await _run(house, key)
    assert (status, "may not use 'claude-cli/sonnet'" in text) == (403, True)
    assert house.asked == []


@pytest.mark.parametrize(
    "more",
    [
        {"fallbackModel": "opus"},
        {"fallbackModel": "sonnet,opus"},
        {"cli": "codex", "model": "gpt-5-mini", "configOverrides": {"model": "gpt-5-pro"}},
        {"cli": "codex", "model": "gpt-5-mini", "configOverrides": {"review_model": "gpt-5-pro"}},
    ],
)
async def test_no_field_of_a_cli_names_a_model_that_is_not_for_its_client(
    make_house: MakeHouse, more: dict[str, object]
) -> None:
    house = await make_house(_LIMITS)
    key = house.client("modest", Scope.JOBS_RUN)
    status, text = await _run(house, key, **more)
    assert (status, "may not use" in text) == (403, True), text
    assert house.asked == []


async def test_what_was_canceled_while_it_waited_has_spent_nothing(make_house: MakeHouse) -> None:
    more = "[limits]\nmax_running_jobs = 1\n[clients.patient]\n"
    more += 'budgets = [{ tokens = 9000, per = "never" }]\n'
    house = await make_house(_LIMITS + more)
    first, key = house.client("first", Scope.JOBS_RUN), house.client("patient", Scope.JOBS_RUN)
    waits = 'begin; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; answer late'
    assert (await _run(house, first, prompt=waits))[0] == 202
    _, text = await _run(house, key)
    url = f"{house.container.gateway.status.url}/v1/jobs/{orjson.loads(text)['id']}/cancel"
    sent = {"Authorization": f"Bearer {key}"}
    async with house.session.post(url, json={}, headers=sent) as answer:
        assert answer.status == 200, await answer.text()
    while not house.closed:
        await asyncio.sleep(0.01)
    clients = house.container.access.clients
    assert clients is not None
    client_id = next(each.id for each in clients.active() if each.name == "patient")
    policies = house.container.engine.pipeline.policies
    (standing,) = policies.standing(client_id)
    assert (standing.used, standing.reserved, policies.running(client_id)) == (0, 0, 0)
    (house.home / "go").touch()


async def test_a_run_that_goes_on_over_a_restart_reserves_and_spends_the_same(
    make_house: MakeHouse,
) -> None:
    more = _LIMITS + '[clients.patient]\nbudgets = [{ tokens = 9000, per = "never" }]\n'
    house = await make_house(more)
    key = house.client("patient", Scope.JOBS_RUN)
    waits = 'begin; touch "$HOME/on"; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; exit 1'
    assert (await _run(house, key, prompt=waits))[0] == 202
    while not (house.home / "on").exists():
        await asyncio.sleep(0.01)
    first = _patient(house)
    assert first.budgets[0].reserved > 4096
    await house.container.stop()
    house = await make_house(more)
    later = _patient(house)
    assert (later.running, _reckoned(later)) == (1, _reckoned(first))
    (house.home / "go").touch()
    while not house.closed:
        await asyncio.sleep(0.01)
    ended = _patient(house)
    assert (ended.running, ended.budgets[0].reserved) == (0, 0)
    assert ended.budgets[0].used == first.budgets[0].reserved


def _reckoned(standing: ClientStanding) -> list[Spent]:
    """Without the moment since when it counts: nothing was spent of it before the restart."""
    return [replace(each, since_s=None) for each in standing.budgets]


def _patient(house: RunHouse) -> ClientStanding:
    standings = house.container.engine.pipeline.policies.standings()
    return next(each for each in standings if each.name == "patient")
