"""Who has said all still hears his answer; who has left costs nothing more."""

from __future__ import annotations

import asyncio
import json
import socket

import pytest

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.engine.front.doors import OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from tests.engine.conftest import House
from tests.support.answers import Answer, Delivery, Silence

PATIENCE_S = 20.0


def ask(house: House, first: str, body: bytes = b"", *lines: str) -> bytes:
    host = house.url.removeprefix("http://")
    own = [first, f"Host: {host}", f"Authorization: {house.headers()['Authorization']}", *lines]
    own += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if body else []
    return "\r\n".join([*own, "", ""]).encode() + body


def chat(**more: object) -> bytes:
    message = {"role": "user", "content": "ping"}
    return json.dumps({"model": "gpt-stub", "messages": [message]} | more).encode()


async def heard(house: House, sent: bytes, *, between_s: float = 0.0) -> bytes:
    """All that comes to one who says nothing more."""
    reader, writer = await asyncio.open_connection(*house.url.removeprefix("http://").split(":"))
    writer.write(sent)
    if between_s:
        await asyncio.sleep(between_s)
    writer.write_eof()
    async with asyncio.timeout(PATIENCE_S):
        said = await reader.read()
    writer.close()
    return said


@pytest.mark.parametrize("version", ["1.0", "1.1"])
@pytest.mark.parametrize("between_s", [0.0, 0.05])
async def test_a_question_is_answered(house: House, version: str, between_s: float) -> None:
    said = await heard(house, ask(house, f"GET /v1/models HTTP/{version}"), between_s=between_s)
    *said_before, answer = said.split(b"HTTP/1.1 200 OK\r\n")
    assert len(said_before) == 1
    assert said_before[0].replace(b"HTTP/1.1 100 Continue\r\n\r\n", b"") == b""
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["data"]


async def test_a_large_answer_comes_whole_however_slowly_it_is_read(house: House) -> None:
    """And the connection ends with it, not when it has rested long enough."""
    size = 8_000_000

    async def reply(caller: HttpCaller) -> None:
        await caller.reply(200, (), b"x" * size)

    door = OwnDoor(dialect=None, answer=reply, scope=Scope.MODELS_USE)
    house.container.engine.server._doors.add("GET", "/v1/large", door)
    host, port = house.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port), limit=1024)
    writer.write(ask(house, "GET /v1/large HTTP/1.1"))
    await asyncio.sleep(0.2)  # the answer is under way, and nobody reads
    writer.write_eof()
    await asyncio.sleep(0.2)
    said = 0
    async with asyncio.timeout(PATIENCE_S):
        while piece := await reader.read(1 << 20):
            said += len(piece)
    writer.close()
    assert said > size


async def test_so_is_each_of_several(house: House) -> None:
    said = await heard(house, ask(house, "GET /health HTTP/1.1") * 3)
    assert said.count(b"HTTP/1.1 200 OK\r\n") == 3
    assert said.count(b"connection: close") == 1


async def test_a_model_is_waited_for(house: House) -> None:
    house.lane.then(Answer(delivery=Delivery(begin_s=0.6)))
    said = await heard(house, ask(house, "POST /v1/chat/completions HTTP/1.1", chat()))
    assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
    assert said.count(b"HTTP/1.1 200 OK\r\n") == 1
    assert house.closed[-1].status == 200


@pytest.mark.parametrize("stream", [True, False])
async def test_who_has_left_is_not_waited_for(house: House, stream: bool) -> None:
    house.lane.then(Silence())
    sent = ask(house, "POST /v1/chat/completions HTTP/1.1", chat(stream=stream))
    host, port = house.url.removeprefix("http://").split(":")
    plug = socket.create_connection((host, int(port)))
    plug.sendall(sent)
    while not house.lane.requests:
        await asyncio.sleep(0.01)
    plug.close()
    async with asyncio.timeout(PATIENCE_S / 2):
        while not house.closed:
            await asyncio.sleep(0.01)
    assert house.closed[-1].error_kind == "client_gone"


async def test_half_a_body_is_no_request(house: House) -> None:
    sent = ask(house, "POST /v1/chat/completions HTTP/1.1", chat())
    assert b" 200 " not in await heard(house, sent[:-5], between_s=0.05)
    assert house.lane.requests == []
