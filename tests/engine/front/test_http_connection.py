"""Who asks slowly, stalls or comes in crowds keeps nobody else from being served."""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.domain.clock import SystemClock, TimedIds
from llmgw_desktop.domain.policy import ClientPolicy, Flood
from llmgw_desktop.domain.settings.door import HttpSettings
from llmgw_desktop.domain.settings.tables import LimitSettings
from llmgw_desktop.engine.front.crowd import (
    MOST_CONNECTIONS,
    ONE_IN,
    TURNED_AWAY_AT_ONCE,
    Crowd,
    connections_allowed,
)
from llmgw_desktop.engine.front.http_server import HttpServer
from llmgw_desktop.engine.http1.server_connection import Patience
from tests.engine.conftest import House

Pipe = tuple[asyncio.StreamReader, asyncio.StreamWriter]
SOON_S = 0.3
"""The patience under test."""


def new_key(house: House, name: str) -> str:
    clients, clock = house.container.access.clients, house.container.clock
    assert clients is not None
    return ClientKeys(clients, clock, TimedIds(clock)).add(name)


def patient(most: int, **limits: int) -> Crowd:
    """Nobody has to give way within a test."""
    crowd = Crowd(SystemClock(), most=most, quiet_s=LONG_S)
    crowd.apply(LimitSettings(**{"max_connections_per_address": MOST_CONNECTIONS, **limits}))
    return crowd


LONG_S = 30.0
"""A patience that no test lives to see the end of."""
BODY = json.dumps(
    {"model": "practice/echo", "max_tokens": 9, "messages": [{"role": "user", "content": "ping"}]}
).encode()


@asynccontextmanager
async def door(
    house: House, patience: Patience, *, crowd: Crowd | None = None
) -> AsyncIterator[int]:
    """A second door of the same house, with less patience; its port."""
    engine = house.container.gateway._engine
    server = HttpServer(
        pipeline=engine.pipeline,
        gate=engine.gate,
        doors=engine.server._doors,
        patience=patience,
        crowd=crowd or Crowd(SystemClock()),
    )
    port = await server.open(HttpSettings(port=0))
    try:
        yield port
    finally:
        await server.stop_listening()
        await server.close()


async def knock(port: int) -> Pipe:
    return await asyncio.open_connection("127.0.0.1", port)


def health(port: int) -> bytes:
    return f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()


async def answer(pipe: Pipe) -> bytes:
    """One whole answer, with its head."""
    async with asyncio.timeout(10):
        head = await pipe[0].readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].split()[0])
        return head + await pipe[0].readexactly(length)


async def go_on(pipe: Pipe) -> None:
    """For as long as anybody takes it."""
    while True:
        pipe[1].write(b"and on")
        await pipe[1].drain()
        await asyncio.sleep(0.01)


async def end_of(pipe: Pipe) -> tuple[bytes, float]:
    """(what comes until the other side closes, after how many seconds)."""
    began = time.monotonic()
    said = b""
    async with asyncio.timeout(10):
        try:
            said = await pipe[0].read()
        except ConnectionResetError:
            said = b"reset"
    return said, time.monotonic() - began


class TestHeads:
    @pytest.mark.parametrize(
        "start", [b"", b"GET", b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ", b"\r\n"]
    )
    async def test_one_that_never_comes_whole_is_not_waited_for(
        self, house: House, start: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        patience = Patience(head_s=SOON_S, idle_s=LONG_S)
        with caplog.at_level(logging.WARNING):
            async with door(house, patience) as port:
                pipe = await knock(port)
                pipe[1].write(start)
                said, took_s = await end_of(pipe)
                pipe[1].close()
        assert said == b""
        assert took_s >= SOON_S * 0.9
        assert not caplog.records

    async def test_one_that_drips_is_not_waited_for(self, house: House) -> None:
        async with door(house, Patience(head_s=SOON_S, idle_s=LONG_S)) as port:
            pipe = await knock(port)

            async def drip() -> None:
                for byte in health(port)[:-2] + b"x: y\r\n" * 100_000:
                    pipe[1].write(bytes((byte,)))
                    await asyncio.sleep(0.01)

            dripping = asyncio.create_task(drip())
            said, took_s = await end_of(pipe)
            dripping.cancel()
            assert said in (b"", b"reset")
            assert took_s >= SOON_S * 0.9
            pipe[1].close()

    async def test_the_second_head_of_a_connection_has_the_same_time(self, house: House) -> None:
        async with door(house, Patience(head_s=SOON_S, idle_s=LONG_S)) as port:
            pipe = await knock(port)
            pipe[1].write(health(port))
            assert b" 200 " in await answer(pipe)
            await asyncio.sleep(SOON_S * 3)  # idle: that is another patience
            pipe[1].write(b"GET /hea")
            said, took_s = await end_of(pipe)
            assert said == b""
            assert took_s >= SOON_S * 0.9
            pipe[1].close()

    async def test_a_head_in_two_parts_is_served(self, house: House) -> None:
        async with door(house, Patience(head_s=1.0, idle_s=LONG_S)) as port:
            pipe = await knock(port)
            for _ in range(3):
                pipe[1].write(health(port)[:20])
                await asyncio.sleep(0.4)
                pipe[1].write(health(port)[20:])
                assert b" 200 " in await answer(pipe)
            pipe[1].close()

    async def test_an_answer_may_take_longer_than_a_head(self, house: House) -> None:
        async with door(house, Patience(head_s=SOON_S, idle_s=LONG_S)) as port:
            key = house.headers()["Authorization"].removeprefix("Bearer ")
            body = BODY.replace(b"practice/echo", b"practice/slow")
            pipe = await knock(port)
            pipe[1].write(asking(port, key, len(body)) + body)
            assert b" 200 " in await answer(pipe)
            pipe[1].write(health(port))
            assert b" 200 " in await answer(pipe), "and the connection lives on"
            pipe[1].close()

    async def test_who_goes_on_after_a_wrong_one_hears_why_before_he_is_cut_off(
        self, house: House
    ) -> None:
        async with door(house, Patience(lingering_s=SOON_S)) as port:
            pipe = await knock(port)
            pipe[1].write(b"GET / HTTP/odd\r\n\r\n")
            assert (await answer(pipe)).startswith(b"HTTP/1.1 400 ")
            async with asyncio.timeout(10):
                assert await pipe[0].read() == b""
                began = time.monotonic()
                with pytest.raises(ConnectionError):
                    await go_on(pipe)
            assert time.monotonic() - began > SOON_S / 2
            pipe[1].close()


class TestIdle:
    async def test_a_connection_that_rests_too_long_is_closed(self, house: House) -> None:
        async with door(house, Patience(head_s=LONG_S, idle_s=SOON_S)) as port:
            pipe = await knock(port)
            for _ in range(2):
                pipe[1].write(health(port))
                assert b" 200 " in await answer(pipe)
            said, took_s = await end_of(pipe)
            assert said == b""
            assert took_s >= SOON_S * 0.9
            pipe[1].close()


def asking(port: int, key: str, length: int, path: str = "/v1/messages") -> bytes:
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"x-api-key: {key}",
        "Content-Type: application/json",
        f"Content-Length: {length}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


class TestBodies:
    @pytest.mark.parametrize("sent", [0, 10])
    @pytest.mark.parametrize(
        ("path", "kind"),
        [("/v1/messages", "timeout_error"), ("/v1/chat/completions", "invalid_request_error")],
    )
    async def test_one_that_stalls_is_a_408_in_the_callers_dialect(
        self, house: House, path: str, kind: str, sent: int
    ) -> None:
        key = house.headers()["Authorization"].removeprefix("Bearer ")
        async with door(house, Patience(body_s=SOON_S, lingering_s=0.1)) as port:
            pipe = await knock(port)
            pipe[1].write(asking(port, key, len(BODY), path) + BODY[:sent])
            said, took_s = await end_of(pipe)
            pipe[1].close()
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in head
        assert json.loads(body)["error"]["type"] == kind
        assert took_s >= SOON_S * 0.9
        assert house.closed[-1].error_kind == "request_stalled"
        assert house.closed[-1].status == 408

    async def test_a_slow_one_that_goes_on_is_read(self, house: House) -> None:
        key = house.headers()["Authorization"].removeprefix("Bearer ")
        async with door(house, Patience(body_s=1.0)) as port:
            pipe = await knock(port)
            pipe[1].write(asking(port, key, len(BODY)))
            for at in range(0, len(BODY), 30):
                await asyncio.sleep(0.4)
                pipe[1].write(BODY[at : at + 30])
            assert b" 200 " in await answer(pipe)
            pipe[1].close()


class TestCrowds:
    async def test_who_comes_too_many_is_told_so_and_nobody_else_is_harmed(
        self, house: House
    ) -> None:
        async with door(house, Patience(), crowd=patient(3)) as port:
            served = [await knock(port) for _ in range(3)]
            surplus = await knock(port)
            surplus[1].write(health(port))
            said, _ = await end_of(surplus)
            assert said.startswith(b"HTTP/1.1 503 ")
            assert b"retry-after: " in said
            assert b"connection: close" in said
            for pipe in served:
                pipe[1].write(health(port))
                assert b" 200 " in await answer(pipe)
            served.pop()[1].close()
            async with asyncio.timeout(10):
                while not await self._is_served(port):
                    await asyncio.sleep(0.01)
            for _, writer in (*served, surplus):
                writer.close()

    async def test_it_is_told_in_the_callers_dialect(self, house: House) -> None:
        async with door(house, Patience(), crowd=patient(1)) as port:
            first, second = await knock(port), await knock(port)
            second[1].write(asking(port, "any", len(BODY)) + BODY)
            said, _ = await end_of(second)
            error = json.loads(said.partition(b"\r\n\r\n")[2])
            assert (error["type"], error["error"]["type"]) == ("error", "api_error")
            for _, writer in (first, second):
                writer.close()

    async def test_a_flood_is_closed_unheard(self, house: House) -> None:
        async with door(house, Patience(), crowd=patient(2)) as port:
            held = [await knock(port) for _ in range(2 + TURNED_AWAY_AT_ONCE)]
            held[0][1].write(health(port))
            assert b" 200 " in await answer(held[0])
            late = await knock(port)
            said, _ = await end_of(late)
            assert said in (b"", b"reset")
            held[1][1].write(health(port))
            assert b" 200 " in await answer(held[1])
            for _, writer in (*held, late):
                writer.close()

    @pytest.mark.parametrize(
        ("path", "kind"),
        [("/v1/messages", "rate_limit_error"), ("/v1/chat/completions", "rate_limit_error")],
    )
    async def test_one_client_has_its_share_and_others_are_served(
        self, house: House, path: str, kind: str
    ) -> None:
        greedy, other = new_key(house, "greedy"), new_key(house, "other")
        told: list[tuple[Flood, ...]] = []
        crowd = Crowd(SystemClock(), told.append)
        crowd.apply(LimitSettings(max_connections_per_client=4))
        async with door(house, Patience(), crowd=crowd) as port:
            held = [await knock(port) for _ in range(5)]
            for pipe in held[:4]:
                pipe[1].write(asking(port, greedy, len(BODY), path) + BODY)
                assert b" 200 " in await answer(pipe)
            held[4][1].write(asking(port, greedy, len(BODY), path) + BODY)
            said, _ = await end_of(held[4])
            head, _, body = said.partition(b"\r\n\r\n")
            error = json.loads(body)["error"]
            assert head.startswith(b"HTTP/1.1 429 ")
            assert b"retry-after: 2" in head
            assert b"connection: close" in head
            assert error["type"] == kind
            assert "'greedy' holds 4 connections" in error["message"]
            assert "limits.max_connections_per_client" in error["message"]
            assert house.closed[-1].error_kind == "too_many_connections"
            assert house.closed[-1].client == "greedy"
            (flood,) = crowd.floods
            assert (flood.name, flood.connections, flood.most, flood.refused) == ("greedy", 4, 4, 1)
            standings = house.container.gateway._engine.pipeline.policies.standings()
            refusals = [each for it in standings if it.name == "greedy" for each in it.refusals]
            assert [each.kind for each in refusals] == ["too_many_connections"]
            await self._ask(port, other)
            held[0][1].write(asking(port, greedy, len(BODY), path) + BODY)
            assert b" 200 " in await answer(held[0]), "what it holds goes on"
            for _, writer in held:
                writer.close()
            async with asyncio.timeout(10):
                while crowd.floods:
                    await asyncio.sleep(0.01)
        assert [len(floods) for floods in told] == [1, 0]

    async def test_a_paused_client_is_refused_at_every_door_and_goes_on(self, house: House) -> None:
        key, policies = new_key(house, "greedy"), house.container.gateway._engine.pipeline.policies
        async with door(house, Patience()) as port:
            policies.apply([ClientPolicy(client="greedy", paused=True)])
            for path in ("/v1/messages", "/v1/jobs"):
                pipe = await knock(port)
                pipe[1].write(asking(port, key, len(BODY), path) + BODY)
                said, _ = await end_of(pipe)
                assert said.startswith(b"HTTP/1.1 403 ")
                assert b"'greedy' is paused" in said
                pipe[1].close()
            assert house.closed[-1].error_kind == "client_paused"
            assert house.closed[-1].client == "greedy"
            policies.apply([ClientPolicy(client="*", paused=True)])
            await self._ask(port, house.headers()["Authorization"].removeprefix("Bearer "))
            policies.apply([])
            await self._ask(port, key)

    async def test_this_computers_own_key_is_paused_for_models_and_mcp_alone(
        self, house: House
    ) -> None:
        own = house.headers()["Authorization"].removeprefix("Bearer ")
        policies = house.container.gateway._engine.pipeline.policies
        async with door(house, Patience()) as port:
            policies.apply([ClientPolicy(client="local", paused=True)])
            for path in ("/v1/messages", "/mcp"):
                pipe = await knock(port)
                pipe[1].write(asking(port, own, len(BODY), path) + BODY)
                said, _ = await end_of(pipe)
                assert said.startswith(b"HTTP/1.1 403 ")
                assert b"This computer's own access key is paused" in said
                pipe[1].close()
            asked = await knock(port)
            for path in ("/health/detail", "/v1/limits", "/v1/models"):
                asked[1].write(
                    f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                    f"x-api-key: {own}\r\n\r\n".encode()
                )
                assert (await answer(asked)).startswith(b"HTTP/1.1 200 "), path
            asked[1].close()
            policies.apply([])
            await self._ask(port, own)

    async def test_whose_key_opens_nothing_is_a_stranger_at_every_door(self, house: House) -> None:
        crowd = patient(MOST_CONNECTIONS, max_connections_per_address=2)
        async with door(house, Patience(), crowd=crowd) as port:
            held = [await knock(port) for _ in range(4)]
            heads = [b" 401 ", b" 401 ", b" 429 ", b" 429 "]
            for pipe, key, head in zip(held, ("a", "", "b", ""), heads, strict=True):
                pipe[1].write(asking(port, key, len(BODY)) + BODY)
                assert head in (await answer(pipe))
            assert house.closed[-1].error_kind == "too_many_connections"
            (flood,) = crowd.floods
            assert (flood.connections, flood.refused) == (2, 2)
            for _, writer in held:
                writer.close()

    async def test_the_persons_own_question_comes_through_what_fills_the_door(
        self, house: House
    ) -> None:
        own = house.headers()["Authorization"].removeprefix("Bearer ")
        async with door(house, Patience(), crowd=patient(4)) as port:
            held = [await knock(port) for _ in range(4 + TURNED_AWAY_AT_ONCE - 1)]
            asked = await knock(port)
            asked[1].write(
                f"GET /health/detail HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"x-api-key: {own}\r\n\r\n".encode()
            )
            said = await answer(asked)
            assert said.startswith(b"HTTP/1.1 200 ")
            assert b"connection: close" in said
            asked[1].close()
            model = held.pop()
            model[1].write(asking(port, own, len(BODY)) + BODY)
            assert (await answer(model)).startswith(b"HTTP/1.1 503 "), "a model is no question"
            for _, writer in (*held, model):
                writer.close()

    async def test_quiet_strangers_give_way_to_whoever_asks(self, house: House) -> None:
        crowd = Crowd(SystemClock(), most=4, quiet_s=0.0)
        async with door(house, Patience(), crowd=crowd) as port:
            held = [await knock(port) for _ in range(4)]
            assert await self._is_served(port)
            said, _ = await end_of(held[0])
            assert said in (b"", b"reset")
            held[3][1].write(health(port))
            assert b" 200 " in await answer(held[3]), "the oldest went alone"
            for _, writer in held:
                writer.close()

    async def test_the_last_places_are_for_the_person(self, house: House) -> None:
        key = new_key(house, "many")
        crowd = patient(ONE_IN * 2, max_connections_per_client=MOST_CONNECTIONS)
        async with door(house, Patience(), crowd=crowd) as port:
            held = [await self._ask(port, key, keep=True) for _ in range(ONE_IN * 2 - 2)]
            last = await knock(port)
            last[1].write(asking(port, key, len(BODY)) + BODY)
            said, _ = await end_of(last)
            assert said.startswith(b"HTTP/1.1 503 ")
            assert b"connection: close" in said
            own = house.headers()["Authorization"].removeprefix("Bearer ")
            asked = await knock(port)
            asked[1].write(
                f"GET /health/detail HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                f"x-api-key: {own}\r\n\r\n".encode()
            )
            assert (await answer(asked)).startswith(b"HTTP/1.1 200 ")
            for _, writer in (*held, last, asked):
                writer.close()

    async def _ask(self, port: int, key: str, *, keep: bool = False) -> Pipe:
        pipe = await knock(port)
        pipe[1].write(asking(port, key, len(BODY)) + BODY)
        assert b" 200 " in await answer(pipe)
        if not keep:
            pipe[1].close()
        return pipe

    async def test_one_address_has_its_share_where_no_key_is_shown(self, house: House) -> None:
        crowd = patient(MOST_CONNECTIONS, max_connections_per_address=2)
        async with door(house, Patience(), crowd=crowd) as port:
            held = [await knock(port) for _ in range(3)]
            for pipe in held[:2]:
                pipe[1].write(health(port))
                assert b" 200 " in await answer(pipe)
            held[2][1].write(health(port))
            said, _ = await end_of(held[2])
            assert said.startswith(b"HTTP/1.1 429 ")
            assert b"connection: close" in said
            assert b"127.0.0.1 holds 2 connections" in said
            late = await self._ask(port, new_key(house, "known"))
            for _, writer in (*held, late):
                writer.close()

    @staticmethod
    async def _is_served(port: int) -> bool:
        pipe = await knock(port)
        pipe[1].write(health(port))
        said = await answer(pipe)
        pipe[1].close()
        return b" 200 " in said


@pytest.mark.parametrize(
    ("files", "allowed"),
    [(resource.RLIM_INFINITY, 512), (20_000, 512), (1024, 480), (256, 96), (64, 16)],
)
def test_room_is_left_for_connections_to_providers(
    files: int, allowed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert connections_allowed() == allowed
