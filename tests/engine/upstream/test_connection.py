"""Large bodies go out in parts, as fast as they are taken and no faster."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator

import pytest

from llmgw_desktop.domain.settings.tables import UpstreamSettings
from llmgw_desktop.engine.http1 import SENT_AT_ONCE_BYTES
from llmgw_desktop.engine.upstream import pool
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.wire.json_edits import Body, Spliced
from tests.engine.upstream.http_stub import call, chunks_of, read, server, whole

PLAIN = bytes(range(256)) * 80_000
"""20 MB: far more than what the kernel keeps of a loopback connection."""


@pytest.fixture
async def patient() -> AsyncIterator[HttpClient]:
    http = HttpClient(UpstreamSettings())
    yield http
    await http.close()


@pytest.mark.parametrize(
    "body",
    [
        PLAIN,
        PLAIN[:SENT_AT_ONCE_BYTES],
        PLAIN[: SENT_AT_ONCE_BYTES + 1],
        Spliced(PLAIN).with_edit((1000, 1010), b"new").with_edit((5, 5), b"x" * 700_000),
        Spliced(b"small").with_edit((0, 1), b"S"),
    ],
    ids=["large", "at the limit", "over it", "spliced", "small and spliced"],
)
async def test_every_byte_arrives_in_its_place(patient: HttpClient, body: Body) -> None:
    seen: list[bytes] = []
    callers: set[asyncio.StreamWriter] = set()

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, ask: bytes) -> None:
        seen.append(hashlib.sha256(ask.partition(b"\r\n\r\n")[2]).digest())
        callers.add(writer)
        writer.write(whole(b"{}"))

    async with server(script) as url:
        for _ in range(2):
            assert await read(patient, url, body) == [b"{}"]
    assert seen == [hashlib.sha256(bytes(body)).digest()] * 2
    assert len(callers) == 1, "the connection served twice"


async def test_an_answer_may_come_before_all_is_sent(patient: HttpClient) -> None:
    gone = asyncio.Event()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(whole(b"too much").replace(b"200 OK", b"413 Too Large"))
        try:
            while await reader.read(65536):
                await asyncio.sleep(0.05)  # takes hardly anything more
        except ConnectionError:
            pass
        gone.set()
        writer.close()

    listening = await asyncio.start_server(refuse, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1"
    async with asyncio.timeout(10):
        answer = await patient.send(call(url, PLAIN))
        connection = answer._answer._connection  # an error is passed on without our key
        assert answer.status == 413
        assert b"".join([chunk async for chunk in chunks_of(answer)]) == b"too much"
        assert connection._unsent
        assert connection.transport is not None
        assert connection.transport.get_write_buffer_size() <= 2 * SENT_AT_ONCE_BYTES
        await answer.close()
        await gone.wait()
    assert not connection.is_open, "what was asked next would stand behind the rest of this body"
    listening.close()


async def test_connections_that_nobody_takes_any_more_are_closed(
    patient: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest is taken first: those behind it grow old unseen, or are closed by their server."""
    all_are_here = asyncio.Barrier(4)

    async def script(_: asyncio.StreamReader, writer: asyncio.StreamWriter, ask: bytes) -> None:
        if b"wait" in ask:
            await all_are_here.wait()
        writer.write(whole(b"{}"))

    async with server(script) as url:
        await asyncio.gather(*(read(patient, url, b'"wait"') for _ in range(4)))
        [idle] = patient._pool._idle.values()
        kept = list(idle)
        assert len(kept) == 4
        assert kept[0].transport is not None
        kept[0].transport.abort()
        assert await read(patient, url) == [b"{}"]
        assert idle == kept[1:]
        monkeypatch.setattr(pool, "IDLE_LIMIT_S", 0.0)
        kept[3].idle_since += 1000
        assert await read(patient, url) == [b"{}"]
        assert idle == kept[3:]
        assert [each.is_open for each in kept] == [False, False, False, True]
