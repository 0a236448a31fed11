"""A stream on its way from one socket to the other: what comes goes on in the same turn, and
whoever gets it says when it is enough."""

from __future__ import annotations

import asyncio

import pytest

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamGarbage, UpstreamTimeout
from llmgw_desktop.domain.settings.tables import UpstreamSettings
from llmgw_desktop.engine.http1.client_connection import HIGH_WATER_BYTES, TOGETHER_BYTES
from llmgw_desktop.engine.upstream.answer import relayed
from llmgw_desktop.engine.upstream.http_body import UpstreamHttpAnswer
from llmgw_desktop.engine.upstream.http_client import HttpClient
from tests.engine.upstream.http_stub import Script, call, says, server

HEAD = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-type: text/event-stream\r\n\r\n"
END = b"0\r\n\r\n"
FRAME = b"data: x\n\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


class Taker:
    """Takes no more than so many pieces at a time."""

    def __init__(self, at_a_time: int = 1_000_000) -> None:
        self.pieces: list[bytes] = []
        self._at_a_time = at_a_time

    def __call__(self, piece: bytes) -> bool:
        self.pieces.append(piece)
        return len(self.pieces) % self._at_a_time != 0


async def relay_all(script: Script, taker: Taker, **settings: float) -> bytes:
    http = HttpClient(UpstreamSettings(**settings))  # type: ignore[arg-type]
    try:
        async with server(script) as url:
            answer = await http.send(call(url))
            assert isinstance(answer, UpstreamHttpAnswer)
            try:
                while not await relayed(answer, taker):
                    await asyncio.sleep(0)
            finally:
                await answer.close()
    finally:
        await http.close()
    return b"".join(taker.pieces)


@pytest.mark.parametrize("at_a_time", [1, 2, 1_000_000])
async def test_every_byte_comes_in_its_order(at_a_time: int) -> None:
    frames = [b"data: %d\n\n" % number for number in range(3000)]
    script = says(
        HEAD, *[b"".join(map(chunk, frames[at : at + 7])) for at in range(0, 3000, 7)], END
    )
    assert await relay_all(script, Taker(at_a_time)) == b"".join(frames)


async def test_what_came_together_goes_on_together() -> None:
    taker = Taker()
    await relay_all(says(HEAD + chunk(FRAME) * 43 + END), taker)
    assert taker.pieces == [FRAME * 43]


async def test_what_comes_paced_goes_on_at_once() -> None:
    taken: asyncio.Queue[bytes] = asyncio.Queue()

    async def paced(_: asyncio.StreamReader, writer: asyncio.StreamWriter, __: bytes) -> None:
        writer.write(HEAD)
        for _number in range(5):
            writer.write(chunk(FRAME))
            assert await taken.get() == FRAME  # before the next one is sent
        writer.write(END)

    def take(piece: bytes) -> bool:
        taken.put_nowait(piece)
        return True

    http = HttpClient(UpstreamSettings())
    async with server(paced) as url, asyncio.timeout(20):
        answer = await http.send(call(url))
        assert await relayed(answer, take)
        await answer.close()
    await http.close()


async def test_no_piece_is_larger_than_what_is_handed_on_at_once() -> None:
    taker = Taker(1)
    data = b"data: %b\n\n" % (b"y" * 990)
    assert await relay_all(says(HEAD, *[chunk(data)] * 500, END), taker) == data * 500
    assert max(map(len, taker.pieces)) <= TOGETHER_BYTES + len(data)


async def test_a_reader_who_wants_no_more_holds_the_upstream_back() -> None:
    http = HttpClient(UpstreamSettings())
    data = chunk(b"data: %b\n\n" % (b"y" * 60_000))
    async with server(says(HEAD, *[data] * 400, END)) as url, asyncio.timeout(20):
        answer = await http.send(call(url))
        assert isinstance(answer, UpstreamHttpAnswer)
        assert not await relayed(answer, lambda _: False)
        connection = answer._connection
        while not connection._is_paused:
            await asyncio.sleep(0.01)
        assert connection._held_bytes <= 2 * HIGH_WATER_BYTES
        assert await relayed(answer, lambda _: True)
        await answer.close()
    await http.close()


async def test_what_the_taker_raises_is_raised_where_the_body_is_waited_for() -> None:
    class Refused(Exception):
        pass

    def take(_: bytes) -> bool:
        if not told:
            told.append(1)
            return True
        raise Refused

    told: list[int] = []
    http = HttpClient(UpstreamSettings())
    async with server(says(HEAD + chunk(FRAME), chunk(FRAME), END, pause_s=0.05)) as url:
        answer = await http.send(call(url))
        with pytest.raises(Refused):
            await relayed(answer, take)
        await answer.close()
    await http.close()


@pytest.mark.parametrize(
    ("script", "error"),
    [
        (says(HEAD + chunk(FRAME), close=True, pause_s=0.02), UpstreamCut),
        (says(HEAD + chunk(FRAME), b"zz\r\n", pause_s=0.02), UpstreamGarbage),
        (says(HEAD + chunk(FRAME), pause_s=5), UpstreamTimeout),
    ],
    ids=["cut", "garbled", "silent"],
)
async def test_how_a_relayed_body_fails(script: Script, error: type[Exception]) -> None:
    taker = Taker()
    with pytest.raises(error):
        await relay_all(script, taker, idle_timeout_s=0.3)
    assert taker.pieces == [FRAME]


async def test_who_is_cancelled_gets_no_more() -> None:
    taker, first = Taker(), asyncio.Event()

    def take(piece: bytes) -> bool:
        first.set()
        return taker(piece)

    http = HttpClient(UpstreamSettings())
    async with server(says(HEAD + chunk(FRAME), *[chunk(FRAME)] * 20, pause_s=0.02)) as url:
        answer = await http.send(call(url))
        relaying = asyncio.create_task(relayed(answer, take))
        await first.wait()
        relaying.cancel()
        told = len(taker.pieces)
        with pytest.raises(asyncio.CancelledError):
            await relaying
        await asyncio.sleep(0.1)
        assert len(taker.pieces) == told
        await answer.close()
    await http.close()


async def test_a_stream_full_of_line_ends_is_relayed_in_portions() -> None:
    taker = Taker()
    plain = b"\n" * 30_000 + FRAME
    assert await relay_all(says(HEAD + chunk(plain) + END), taker) == plain
    assert max(map(len, taker.pieces)) <= 4096
