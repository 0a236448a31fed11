"""The practice provider in time: it takes its time, it breaks off, it falls silent."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import aclosing
from typing import Any

import orjson
import pytest

from llmgw_desktop.domain.errors import NotServed, UpstreamCut
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.upstream.practice import PracticeAnswer, PracticeClient
from tests.engine.upstream.practice_server import call_for

ANTHROPIC, OPENAI = ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_CHAT
HELLO: list[Any] = [{"role": "user", "content": "Hello"}]


def body(model: str, *, stream: bool = False, **more: Any) -> bytes:
    return orjson.dumps(
        {"model": model, "max_tokens": 99, "messages": HELLO, "stream": stream, **more}
    )


async def read(answer: PracticeAnswer) -> bytes:
    async with aclosing(answer.chunks()) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def collect(answer: PracticeAnswer, got: list[bytes]) -> None:
    async for chunk in answer.chunks():
        got.append(chunk)  # noqa: PERF401 - what has come before an error is wanted


@pytest.mark.parametrize("protocol", [ANTHROPIC, OPENAI])
@pytest.mark.parametrize("stream", [True, False])
async def test_a_cut_begins_well_and_breaks_off(protocol: ModelProtocol, stream: bool) -> None:
    answer = await PracticeClient().send(call_for(protocol, body("practice/cut", stream=stream)))
    assert answer.status == 200
    pieces: list[bytes] = []
    with pytest.raises(UpstreamCut):
        await collect(answer, pieces)
    await answer.close()
    got = b"".join(pieces)
    assert got
    assert b"message_stop" not in got
    assert b"[DONE]" not in got
    if stream:
        assert got.endswith(b"\n\n")
    else:
        with pytest.raises(orjson.JSONDecodeError):
            orjson.loads(got)


@pytest.mark.parametrize("protocol", [ANTHROPIC, OPENAI])
@pytest.mark.parametrize("stream", [True, False])
async def test_a_stall_is_silent_until_it_is_closed(protocol: ModelProtocol, stream: bool) -> None:
    answer = await PracticeClient().send(call_for(protocol, body("practice/stall", stream=stream)))
    got: list[bytes] = []
    task = asyncio.create_task(collect(answer, got))
    done, _ = await asyncio.wait([task], timeout=0.1)
    assert not done
    assert b"".join(got)
    await answer.close()
    await asyncio.wait_for(task, 5)
    assert b"message_stop" not in b"".join(got)
    assert b"[DONE]" not in b"".join(got)


async def test_a_stall_can_be_cancelled() -> None:
    answer = await PracticeClient().send(call_for(OPENAI, body("practice/stall", stream=True)))
    task = asyncio.create_task(read(answer))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(task, 5)


@pytest.mark.parametrize("stream", [True, False])
async def test_slow_takes_its_time(stream: bool) -> None:
    loop = asyncio.get_running_loop()
    begin = loop.time()
    client = PracticeClient(pace_s=0.01)
    words: Any = [{"role": "user", "content": "20"}]
    call = call_for(OPENAI, body("practice/slow", stream=stream, messages=words))
    answer = await client.send(call)
    arrivals = [loop.time() async for _ in answer.chunks()]
    assert len(arrivals) >= 20
    assert loop.time() - begin >= 19 * 0.01 * 0.9
    gaps = [after - before for before, after in itertools.pairwise(arrivals)]
    assert min(gaps) >= 0.005, "words come one by one"


@pytest.mark.parametrize("protocol", [ANTHROPIC, OPENAI])
async def test_long_is_a_megabyte_in_many_chunks(protocol: ModelProtocol) -> None:
    client = PracticeClient()
    answer = await client.send(call_for(protocol, body("practice/long", stream=True)))
    chunks = [chunk async for chunk in answer.chunks()]
    assert len(chunks) > 50
    assert max(map(len, chunks)) < 64 * 1024
    assert sum(map(len, chunks)) > 1 << 20
    whole = orjson.loads(await read(await client.send(call_for(protocol, body("practice/long")))))
    text = (
        whole["content"][0]["text"]
        if protocol is ANTHROPIC
        else whole["choices"][0]["message"]["content"]
    )
    assert len(text) == 1 << 20


async def test_the_call_is_told_that_it_was_sent() -> None:
    told: list[bool] = []
    call = call_for(OPENAI, body("practice/echo"))
    object.__setattr__(call, "connected", lambda: told.append(True))
    await PracticeClient().send(call)
    assert told == [True]


async def test_a_protocol_that_it_does_not_speak() -> None:
    with pytest.raises(NotServed):
        await PracticeClient().send(call_for(ModelProtocol.GEMINI, body("practice/echo")))


async def test_count_tokens_of_an_unknown_model_is_refused_too() -> None:
    call = call_for(ANTHROPIC, body("practice/nope"), operation=Operation.COUNT_TOKENS)
    assert (await PracticeClient().send(call)).status == 404


async def test_no_two_answers_have_the_same_id() -> None:
    client = PracticeClient()
    bodies = [
        await read(await client.send(call_for(OPENAI, body("practice/echo")))) for _ in range(50)
    ]
    assert len({orjson.loads(one)["id"] for one in bodies}) == 50


async def test_a_malformed_body_is_refused() -> None:
    for protocol in (ANTHROPIC, OPENAI):
        answer = await PracticeClient().send(
            call_for(protocol, b"{", model="practice/echo", streaming=True)
        )
        assert answer.status == 400
        assert b"not valid JSON" in await read(answer)
