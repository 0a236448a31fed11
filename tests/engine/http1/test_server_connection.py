"""Seeded faults on one connection: each ends in the one way that is declared for it."""

from __future__ import annotations

import asyncio
import logging
import random
import socket
from dataclasses import dataclass, field

import pytest

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.engine.http1.answer import DateLine, OutgoingAnswer
from llmgw_desktop.engine.http1.head import UnreadHead
from llmgw_desktop.engine.http1.request import HttpRequest
from llmgw_desktop.engine.http1.server_connection import Patience, ServerConnection
from llmgw_desktop.wire.errors import ErrorReply

SEEDS = 3000
TURNS = 60


class Wire(asyncio.Transport):
    """What the server says, and whether it goes on; no socket."""

    def __init__(self) -> None:
        super().__init__()
        self.said = b""
        self.connection: ServerConnection | None = None
        self.is_closed = self.is_lost = self.is_reading_paused = self.is_half_closed = False

    def get_extra_info(self, name: str, default: object = None) -> object:
        return ("127.0.0.1", 1) if name in ("peername", "sockname") else default

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert not self.is_half_closed
        self.said += bytes(data)

    def write_eof(self) -> None:
        self.is_half_closed = True

    def can_write_eof(self) -> bool:
        return True

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        assert not self.is_reading_paused
        self.is_reading_paused = True

    def resume_reading(self) -> None:
        assert self.is_reading_paused
        self.is_reading_paused = False

    def close(self) -> None:
        if not self.is_closed:
            self.is_closed = True
            asyncio.get_running_loop().call_soon(self.lose)

    abort = close

    def lose(self) -> None:
        if not self.is_lost and self.connection is not None:
            self.is_lost = self.is_closed = True
            self.connection.connection_lost(None)


@dataclass
class Handler:
    """Answers with the body it was sent, in one of several ways."""

    ways: random.Random
    is_leaving: bool = False
    held: set[ServerConnection] = field(default_factory=set)
    came: list[tuple[str, str]] = field(default_factory=list)
    """Path, and how its body ended."""

    def comes(self, connection: ServerConnection) -> bool:
        self.held.add(connection)
        return True

    def goes(self, connection: ServerConnection) -> None:
        self.held.discard(connection)

    async def handle(self, request: HttpRequest) -> None:
        way = self.ways.randrange(4)
        for _ in range(self.ways.randrange(3)):
            await asyncio.sleep(0)
        said = b""
        if way != 3:
            try:
                while piece := await request.body.piece():
                    said += piece
            except (MalformedRequest, ConnectionError) as error:
                self.came.append((request.head.path, type(error).__name__))
                if isinstance(error, ConnectionError):
                    return
                answer = OutgoingAnswer(request, DateLine())
                answer.whole(400, (), b"")
                await answer.go_out()
                return
        self.came.append((request.head.path, "unread" if way == 3 else "whole"))
        answer = OutgoingAnswer(request, DateLine())
        if way in (0, 3):
            answer.whole(200, (("x-path", request.head.path),), said)
            await answer.go_out()
            return
        answer.begin(200, (("x-path", request.head.path),))
        for at in range(0, len(said), 7):
            await answer.send(said[at : at + 7])
            await asyncio.sleep(0)
        await answer.finish()

    def words_for(self, head: UnreadHead) -> ErrorReply:
        self.came.append((head.path, "unread head"))
        return ErrorReply(status=400, body=b"", headers=())

    def failed(self, request: HttpRequest) -> ErrorReply:
        return ErrorReply(status=500, body=b"", headers=())


def made(draw: random.Random, number: int) -> tuple[bytes, bool]:
    """One well-formed request, and whether the connection may go on after it."""
    body = draw.randbytes(draw.choice([0, 1, 40, 3000])).replace(b"\0", b"x")
    lines = [b"Host: ours", b"X-Number: %d" % number]
    version, goes_on = b"1.1", True
    kind = draw.randrange(6)
    if kind == 0:
        version, goes_on = b"1.0", False
    elif kind == 1:
        lines.append(b"Connection: close")
        goes_on = False
    elif kind == 2:
        lines += [b"Connection: upgrade", b"Upgrade: h2c"]
    if draw.random() < 0.2:
        lines.append(b"Expect: 100-continue")
    if version == b"1.1" and draw.random() < 0.4:
        lines.append(b"Transfer-Encoding: chunked")
        sent, at = b"", 0
        while at < len(body):
            size = draw.randrange(1, 900)
            piece = body[at : at + size]
            extension = draw.choice([b"", b";a=b", b';a="b c"'])
            sent += b"%x%b\r\n%b\r\n" % (len(piece), extension, piece)
            at += size
        trailer = draw.choice([b"", b"X-T: y\r\n"])
        body = sent + b"0\r\n" + trailer + b"\r\n"
    else:
        lines.append(b"Content-Length: %d" % len(body))
    head = b"POST /%d HTTP/%b\r\n" % (number, version)
    return head + b"\r\n".join(lines) + b"\r\n\r\n" + body, goes_on


async def turns(count: int = TURNS) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def talk(seed: int) -> None:
    draw = random.Random(seed)
    requests = [made(draw, number) for number in range(draw.randrange(1, 5))]
    sent = b"".join(each for each, _ in requests)
    fault = draw.choice(["none", "none", "lost", "half", "garbage"])
    cut = draw.randrange(len(sent)) if fault in ("lost", "half") else len(sent)
    if fault == "garbage":
        sent += b"\x00\x01 no HTTP\r\n\r\n"
        cut = len(sent)
    handler, wire = Handler(random.Random(seed + 1)), Wire()
    connection = wire.connection = ServerConnection(handler, Patience(lingering_s=0.0))
    connection.connection_made(wire)
    at = 0
    while at < cut:
        size = draw.choice([1, 7, 100, 5000, 100_000])
        for _ in range(3 * TURNS):
            if not wire.is_reading_paused:
                break
            await asyncio.sleep(0)
        if wire.is_closed:
            break
        connection.data_received(sent[at : min(at + size, cut)])
        at += size
        await turns(draw.randrange(3))
    if fault == "lost":
        wire.lose()
    elif fault == "half" and not wire.is_closed and not connection.eof_received():
        wire.close()
    for _ in range(100 * TURNS):
        if connection.task is None:
            break
        await asyncio.sleep(0)
    await turns(3)
    check(seed, requests, handler, wire, fault, cut)
    wire.lose()
    await turns(3)
    assert connection.task is None
    assert not handler.held
    assert connection._timer is None


def check(
    seed: int,
    requests: list[tuple[bytes, bool]],
    handler: Handler,
    wire: Wire,
    fault: str,
    cut: int,
) -> None:
    """Who came in whole is answered once, in order, up to the first that ends the connection."""
    whole, end, is_open = 0, 0, True
    for each, goes_on in requests:
        end += len(each)
        if end > cut:
            break
        whole += 1
        if not goes_on:
            is_open = False
            break
    paths = [path for path, how in handler.came if how != "unread head"]
    assert paths == [f"/{number}" for number in range(len(paths))], seed
    answered = wire.said.count(b"HTTP/1.1 200 ")
    if "unread" in {how for _, how in handler.came}:  # a body that nobody read ends it perhaps
        assert answered <= whole + 1, seed
        return
    if fault in ("lost", "half"):  # nobody hears the rest, or a stream had begun
        assert answered <= whole, seed
        return
    assert answered == whole, (seed, handler.came, wire.said)
    if not is_open or fault == "garbage":
        assert wire.is_closed, seed
    if fault == "garbage" and is_open:
        assert wire.said.count(b"HTTP/1.1 400 ") == 1, seed
    if fault == "none" and is_open:
        assert not wire.is_closed, seed


@pytest.mark.parametrize("part", range(6))
async def test_each_talk_ends_as_it_is_declared(
    part: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for seed in range(part, SEEDS, 6):
            await talk(seed)
    assert not caplog.records


def test_who_left_before_he_was_let_in_is_not_served() -> None:
    """uvloop tells no address of him, and without one he would be taken for a stranger."""

    async def ask_and_leave() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: ServerConnection(handler, Patience()), "127.0.0.1", 0
        )
        address = server.sockets[0].getsockname()
        for leave_at_once in (True, False):
            client = socket.create_connection(address)  # the kernel's word: nobody let it in yet
            client.sendall(b"GET /%b HTTP/1.1\r\nHost: ours\r\n\r\n" % repr(leave_at_once).encode())
            if leave_at_once:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                client.close()
        async with asyncio.timeout(60):
            while not handler.came:
                await asyncio.sleep(0)
        client.close()
        while handler.held:
            await asyncio.sleep(0)
        server.close()

    handler = Handler(random.Random(0))
    loop = pytest.importorskip("uvloop").new_event_loop()
    try:
        loop.run_until_complete(ask_and_leave())
    finally:
        loop.close()
    assert [path for path, _ in handler.came] == ["/False"]


async def test_a_crowd_of_requests_is_not_parsed_at_a_stretch() -> None:
    """What came behind is looked at when its turn comes, and the client is held back."""
    handler, wire = Handler(random.Random(0)), Wire()
    connection = wire.connection = ServerConnection(handler, Patience())
    connection.connection_made(wire)
    one = b"GET /1 HTTP/1.1\r\nHost: ours\r\n\r\n"
    connection.data_received(one * 1500)
    assert len(connection._waiting) <= 16 * 1024 // len(one) + 1
    assert wire.is_reading_paused
    async with asyncio.timeout(30):
        while wire.said.count(b"HTTP/1.1 200 ") < 1500:
            await asyncio.sleep(0)
    assert not wire.is_reading_paused
    wire.lose()


async def test_a_large_body_waits_at_the_client_until_it_is_read() -> None:
    class Slow(Handler):
        async def handle(self, request: HttpRequest) -> None:
            await read_now.wait()
            while piece := await request.body.piece():
                got.append(len(piece))
            answer = OutgoingAnswer(request, DateLine())
            answer.whole(200, (), b"")
            await answer.go_out()

    read_now, got = asyncio.Event(), list[int]()
    wire = Wire()
    connection = wire.connection = ServerConnection(Slow(random.Random(0)), Patience())
    connection.connection_made(wire)
    connection.data_received(b"POST / HTTP/1.1\r\nHost: o\r\nContent-Length: 1000000\r\n\r\n")
    sent = 0
    while not wire.is_reading_paused:
        connection.data_received(b"x" * 50_000)
        sent += 50_000
        await asyncio.sleep(0)
    assert sent < 400_000
    read_now.set()
    while sent < 1_000_000:
        await turns(3)
        assert not wire.is_reading_paused
        connection.data_received(b"x" * 50_000)
        sent += 50_000
    await turns()
    assert sum(got) == 1_000_000
    assert b" 200 " in wire.said
    wire.lose()
