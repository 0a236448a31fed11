"""Settings that change under load fail no request, and each is routed by whole settings."""

from __future__ import annotations

import asyncio
from typing import Any

from llmgw_desktop.domain.flights.flight import FlightState
from tests.engine.conftest import House

RELOADS = 200
CALLERS = 8
ROUTES = (
    "",
    '\n[[routes]]\nname = "turned"\nmatch = { model = "gpt-*" }\nto = ["claude:claude-stub"]\n',
    '\n[aliases]\nquick = "gpt-stub"\n[failover]\nmax_attempts = 2\n',
    '\n[providers.more]\nkind = "openai-compatible"\nbase_url = "http://127.0.0.1:9/v1"\n'
    'models = ["other"]\nlocal = true\n',
    "\n[[routes]]\nbroken",
)
"""Ways in which the file goes on; the last is no TOML, and changes nothing."""


async def test_two_hundred_reloads_under_load_fail_no_request(house: House) -> None:
    config = house.container.places.config_file
    plain = config.read_text()
    going = True
    statuses: list[int] = []

    async def ask(streaming: bool) -> None:
        asked: dict[str, Any] = {"model": "gpt-stub", "stream": streaming}
        asked["messages"] = [{"role": "user", "content": "ping"}]
        while going:
            async with house.post("/v1/chat/completions", asked) as answer:
                body = await answer.read()
                statuses.append(answer.status)
                assert body.endswith(b"data: [DONE]\n\n") if streaming else b"upstream" in body

    callers = [asyncio.create_task(ask(bool(number % 2))) for number in range(CALLERS)]
    for number in range(RELOADS):
        config.write_text(plain + ROUTES[number % len(ROUTES)])
        house.container.check_settings()
        await asyncio.sleep(0.005)
    going = False
    await asyncio.gather(*callers)
    assert set(statuses) == {200}
    assert len(statuses) > CALLERS
    assert {flight.state for flight in house.closed} == {FlightState.OK}
    assert {flight.provider for flight in house.closed} == {"chat", "claude"}
