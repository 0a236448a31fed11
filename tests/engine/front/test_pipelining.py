"""Several requests on one connection: in order, and nobody waits for a crowd of them."""

from __future__ import annotations

import asyncio

from tests.engine.conftest import House

CROWD = 100


def health(house: House) -> bytes:
    return f"GET /health HTTP/1.1\r\nHost: {house.url.partition('//')[2]}\r\n\r\n".encode()


async def test_a_crowd_over_one_connection_is_answered_and_others_come_between(
    house: House,
) -> None:
    host, _, port = house.url.partition("//")[2].partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(health(house) * CROWD)
    said = b""
    async with asyncio.timeout(20):
        while said.count(b"HTTP/1.1 200 ") < CROWD:
            said += await reader.read(65536)
    writer.close()
    assert said.count(b"HTTP/1.1 ") == CROWD


async def test_stopping_does_not_wait_for_a_connection_that_is_kept(house: House) -> None:
    body = {"model": "practice/echo", "messages": [{"role": "user", "content": "Hello"}]}
    async with house.post("/v1/chat/completions", body) as answer:
        assert answer.status == 200
        await answer.read()
    pipeline = house.container.gateway._engine.pipeline
    async with asyncio.timeout(5):
        await pipeline.runs.drained()
    assert len(pipeline.runs) == 0


async def test_stopping_waits_for_the_last_of_several_answers(house: House) -> None:
    body = {"model": "practice/slow", "messages": [{"role": "user", "content": "Hello"}]}
    pipeline = house.container.gateway._engine.pipeline

    async def ask() -> int:
        async with house.post("/v1/chat/completions", {**body, "stream": True}) as answer:
            await answer.read()
            return int(answer.status)

    asking = [asyncio.create_task(ask()) for _ in range(3)]
    async with asyncio.timeout(20):
        while len(pipeline.runs) < len(asking):
            await asyncio.sleep(0.005)
        await asyncio.gather(pipeline.runs.drained(), pipeline.runs.drained())
    assert len(pipeline.runs) == 0
    assert await asyncio.gather(*asking) == [200] * 3
