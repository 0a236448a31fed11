"""Routing in a running gateway: who stands in, conversations that stay, flights that tell."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.routing.route import PassedRule
from tests.engine.conftest import House
from tests.support.answers import Refusal
from tests.support.routes import asking

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"


def _ask(model: str, **more: object) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": "hi"}], **more}


def _closed_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def _configure(house: House, text: str, dead_first: str = "") -> None:
    file = house.container.places.config_file
    head, providers = file.read_text().split("[providers.claude]", 1)
    file.write_text(f"{head}{dead_first}[providers.claude]{providers}{text}")
    house.container.check_settings()


def _dead() -> str:
    """A server that does not run, before the one that does."""
    return (
        f'[providers.dead]\nkind = "openai-compatible"\nlocal = true\nmodels = ["gpt-stub"]\n'
        'protocols = ["openai-responses", "openai-chat"]\n'
        f'base_url = "http://127.0.0.1:{_closed_port()}/v1"\n'
    )


async def _record(house: House, flight_id: str) -> FlightRecord:
    await asyncio.to_thread(house.container.recording.store.flush, 5)
    record = await asyncio.to_thread(house.container.flights.record, flight_id)
    assert record is not None
    return record


async def test_another_provider_of_the_model_stands_in_and_keeps_the_conversation(
    house: House,
) -> None:
    _configure(house, "", _dead())
    for attempts in (2, 1):
        async with house.post(CHAT, _ask("gpt-stub"), **{"session-id": "s1"}) as answer:
            await answer.read()
        assert answer.status == 200
        assert answer.headers["x-llmgw-provider"] == "chat"
        assert house.closed[-1].attempts == attempts
    first = await _record(house, house.closed[0].id)
    assert [(each.account, each.rank) for each in first.considered] == [("dead", 1), ("chat", 2)]
    second = await _record(house, house.closed[1].id)
    assert [each.account for each in second.considered] == ["chat", "dead"]
    assert "It answered this conversation before." in second.considered[0].reason
    assert "2 accounts can answer; strategy account-pool-first." in second.route_reason


async def test_a_strict_request_is_answered_by_the_first_or_by_nobody(house: House) -> None:
    _configure(house, "", _dead())
    async with house.post(CHAT, _ask("gpt-stub"), **{"x-llmgw-no-fallback": "true"}) as answer:
        await answer.read()
    assert answer.status == 502
    assert house.closed[0].attempts == 1
    assert house.lane.requests == []


async def test_an_answer_that_failed_keeps_nothing(house: House) -> None:
    _configure(house, "", _dead())
    house.lane.then(Refusal(status=400, message="no such thing"))
    async with house.post(CHAT, _ask("gpt-stub"), **{"session-id": "s1"}) as answer:
        assert answer.status == 400
        await answer.read()
    assert len(house.container.gateway.router._affinity) == 0


async def test_rules_and_aliases_hold_at_once_and_for_the_next_request(house: House) -> None:
    _configure(
        house,
        """
        [[routes]]
        name = "theirs"
        match = { project = "acme" }
        to = ["claude:claude-stub"]
        [aliases]
        fast = "chat/gpt-stub"
        """,
    )
    async with house.post(CHAT, _ask("fast")) as answer:
        assert (answer.status, answer.headers["x-llmgw-model"]) == (200, "gpt-stub")
    async with house.post(CHAT, _ask("fast"), **{"X-Project": "acme"}) as answer:
        assert (answer.status, answer.headers["x-llmgw-provider"]) == (200, "claude")
    record = await _record(house, house.closed[1].id)
    assert record.route_reason == "Route 'theirs' matches, number 1 of the list."
    assert record.considered[0].reason == "Route 'theirs' names it. There is no other."
    assert house.closed[1].model_asked == "fast"
    assert record.passed_rules == ()
    passed = (await _record(house, house.closed[0].id)).passed_rules
    assert passed == (PassedRule(name="theirs", why="It is for project 'acme'; this has none."),)


@pytest.mark.parametrize("protocols", ['["openai-responses"]', '["openai-chat"]'])
async def test_a_turn_that_goes_on_by_an_id_stays_where_the_first_was(
    house: House, protocols: str
) -> None:
    _configure(house, f"protocols = {protocols}\n", _dead())
    body = {"model": "gpt-stub", "input": "hi"}
    async with house.post(RESPONSES, body) as answer:
        assert answer.status == 200
        first = await answer.json()
    body = {"model": "gpt-stub", "input": "more", "previous_response_id": first["id"]}
    async with house.post(RESPONSES, body) as answer:
        await answer.read()
        assert answer.status == 200
    assert [flight.attempts for flight in house.closed] == [2, 1]


async def test_the_explainer_knows_the_settings_in_force(house: House) -> None:
    _configure(house, '[[routes]]\nname = "all"\nto = ["chat:x"]\n')
    explained = house.container.routes_explained
    assert explained.explain(asking("m")).rule == "all"
    assert [step.matched for step in explained.steps(asking("m"))] == [True]


async def test_what_is_switched_off_stands_in_no_list(house: House) -> None:
    _configure(house, '[providers.practice]\nkind = "practice"\nenabled = false\n')
    async with house.get("/v1/models") as answer:
        listed = [model["id"] for model in (await answer.json())["data"]]
    assert listed == ["claude-stub", "gpt-stub"]
