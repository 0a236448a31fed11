"""Requests that are held until an account is free again, where caller and settings say so."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from llmgw_desktop.engine.pipeline.whole_answers import Answering
from tests.engine.routing.conftest import Inn
from tests.support.answers import Answer, Refusal

SAID = [{"role": "user", "content": "ping"}]
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "one": ("/v1/messages", {"model": "stub", "max_tokens": 64, "messages": SAID}),
    "chat": ("/v1/chat/completions", {"model": "stub", "messages": SAID}),
    "responses": ("/v1/responses", {"model": "stub", "input": "ping"}),
}
ALLOWED = "retries = 0\nmax_wait_s = 0.5\n[clients.local]\nmax_wait_s = 20\n"
BUSY = Refusal(status=429, retry_after="2")


async def _ask(inn: Inn, lane: str, *, stream: bool = False, **headers: str) -> tuple[int, Any]:
    path, body = ASKED[lane]
    async with inn.post(path, body | {"stream": stream}, **headers) as answer:
        return answer.status, (dict(answer.headers), await answer.read())


@pytest.mark.parametrize("lane", list(ASKED))
@pytest.mark.parametrize("stream", [False, True])
async def test_it_is_held_until_the_account_is_free(inn: Inn, lane: str, stream: bool) -> None:
    inn.settings(ALLOWED)
    inn.route.lay(lane)
    inn.lane(lane).then(BUSY)
    inn.lane(lane).always = Answer(call_tools=False, text="pong at last")
    status, (_, body) = await _ask(inn, lane, stream=stream, **{"x-llmgw-wait": "15"})
    assert status == 200, body
    assert b"last" in body
    assert inn.asked() == {lane: 2}
    assert "Waited 2 s for a limit" in (await inn.record()).route_reason


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-llmgw-wait": "0.5"}, {"x-llmgw-wait": "soon"}, {"x-llmgw-wait": "-9"}],
)
async def test_not_longer_than_it_asks_for(inn: Inn, headers: dict[str, str]) -> None:
    inn.settings(ALLOWED)
    inn.route.lay("chat")
    inn.lane("chat").always = Refusal(status=429, retry_after="60")
    status, (told, _) = await _ask(inn, "chat", **headers)
    assert (status, told["Retry-After"]) == (429, "60")


async def test_not_where_the_settings_do_not_allow_it(inn: Inn) -> None:
    inn.route.lay("chat")
    inn.lane("chat").always = Refusal(status=429, retry_after="60")
    status, (told, _) = await _ask(inn, "chat", **{"x-llmgw-wait": "15"})
    assert (status, told["Retry-After"]) == (429, "60")
    assert inn.asked() == {"chat": 1}


async def test_the_settings_bound_it(inn: Inn) -> None:
    inn.settings(ALLOWED)
    inn.route.lay("chat")
    inn.lane("chat").always = Refusal(status=429, retry_after="60")
    began_s = asyncio.get_running_loop().time()
    status, (told, _) = await _ask(inn, "chat", **{"x-llmgw-wait": "3600"})
    assert asyncio.get_running_loop().time() - began_s < 20
    assert status == 429
    assert int(told["Retry-After"]) in range(55, 62)


async def test_a_stream_gets_signs_of_life_meanwhile(inn: Inn) -> None:
    inn.settings(ALLOWED)
    inn.route.lay("one")
    inn.lane("one").then(BUSY)
    inn.lane("one").always = Answer(call_tools=False)
    answering: Answering = inn.container.gateway._engine.pipeline._ways.answering
    answering.sign_of_life_s = 0.2
    status, (_, body) = await _ask(inn, "one", stream=True, **{"x-llmgw-wait": "15"})
    assert status == 200
    assert body.startswith(b"event: ping")
    assert b"message_stop" in body


async def test_the_one_that_is_free_first_answers(inn: Inn) -> None:
    inn.settings(ALLOWED)
    inn.route.lay("one", "two")
    inn.lane("one").always = Refusal(status=429, retry_after="60")
    inn.lane("two").then(BUSY)
    inn.lane("two").always = Answer(call_tools=False)
    status, (told, _) = await _ask(inn, "one", **{"x-llmgw-wait": "15"})
    assert (status, told["x-llmgw-provider"]) == (200, "two")
    assert inn.asked() == {"one": 1, "two": 2}
