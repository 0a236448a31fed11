"""A connection that rests costs little, whatever came over it before, at either side."""

from __future__ import annotations

import asyncio
import gc
import socket
import ssl
import tracemalloc
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path

import pytest

from llmgw_desktop.domain.settings.tables import UpstreamSettings
from llmgw_desktop.engine.http1 import TLS_READ_BYTES
from llmgw_desktop.engine.http1.answer import DateLine, OutgoingAnswer
from llmgw_desktop.engine.http1.client_connection import UpstreamConnection
from llmgw_desktop.engine.http1.head import UnreadHead
from llmgw_desktop.engine.http1.request import HttpRequest
from llmgw_desktop.engine.http1.server_connection import Patience, ServerConnection
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.engine.upstream.pool import KEPT_PER_TARGET
from llmgw_desktop.wire.errors import ErrorReply
from tests.engine.upstream.http_stub import call
from tests.support.certificates import make_pair

MOST_BYTES = 12 * 1024
COUNT = 300
HEAD = b"".join(b"X-Number-%d: %b\r\n" % (number, b"v" * 700) for number in range(40))
BODY = b"b" * 100_000
REQUEST = b"POST / HTTP/1.1\r\nHost: o\r\n%bContent-Length: %d\r\n\r\n%b" % (HEAD, len(BODY), BODY)
ANSWER = b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n%b" % (HEAD, len(BODY), BODY)


class Handler:
    """Sends back what it was sent."""

    is_leaving = False

    def comes(self, _: ServerConnection) -> bool:
        return True

    def goes(self, _: ServerConnection) -> None: ...

    async def handle(self, request: HttpRequest) -> None:
        said = b""
        while piece := await request.body.piece():
            said += piece
        answer = OutgoingAnswer(request, DateLine())
        answer.whole(200, (), said)
        await answer.go_out()

    def words_for(self, _: UnreadHead) -> ErrorReply:
        raise AssertionError

    def failed(self, _: HttpRequest) -> ErrorReply:
        raise AssertionError


async def growth(make: Callable[[int], Coroutine[None, None, None]], count: int) -> float:
    """Bytes that stay of each of so many, once all is quiet."""
    await make(1)  # what is made once is nobody's
    gc.collect()
    tracemalloc.start(1)
    try:
        before = tracemalloc.get_traced_memory()[0]
        await make(count)
        await asyncio.sleep(0)
        gc.collect()
        return (tracemalloc.get_traced_memory()[0] - before) / count
    finally:
        tracemalloc.stop()


KNOWN = b"".join(b"X-Stainless-%d: some value\r\n" % number for number in range(20))
AGAIN = b"POST / HTTP/1.1\r\nHost: o\r\n%bContent-Length: %d\r\n\r\n%b" % (KNOWN, 900, BODY[:900])


@pytest.mark.parametrize("said", [REQUEST, AGAIN], ids=["a long head", "one that is known again"])
async def test_of_a_client(said: bytes) -> None:
    loop = asyncio.get_running_loop()
    make = partial(ServerConnection, Handler(), Patience())
    server = await loop.create_server(make, "127.0.0.1", 0)
    at, plugs = server.sockets[0].getsockname(), list[socket.socket]()

    async def ask(count: int) -> None:
        for _ in range(count):
            plug = socket.socket()
            plug.setblocking(False)
            plugs.append(plug)
            await loop.sock_connect(plug, at)
            await loop.sock_sendall(plug, said)
            left = len(said.partition(b"\r\n\r\n")[2])
            while left > 0:
                left -= len(await loop.sock_recv(plug, 65536))

    each = await growth(ask, COUNT)
    for plug in plugs:
        plug.close()
    server.close()
    assert 0 < each <= MOST_BYTES


async def test_of_an_upstream() -> None:
    loop = asyncio.get_running_loop()
    http, plugs = HttpClient(UpstreamSettings()), list[socket.socket]()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setblocking(False)
    asked = call(f"http://127.0.0.1:{listening.getsockname()[1]}/v1")

    async def ask(count: int) -> None:
        """No answer is read to its end before all have come: each has its own connection."""
        http._pool.close()
        answers = []
        for _ in range(count):
            sending = asyncio.create_task(http.send(asked))
            plug, _ = await loop.sock_accept(listening)
            plugs.append(plug)
            assert await loop.sock_recv(plug, 65536)
            await loop.sock_sendall(plug, ANSWER)
            answers.append(await sending)
        for answer in answers:
            while await answer.read():
                pass
            await answer.close()

    each = await growth(ask, KEPT_PER_TARGET)
    kept = sum(map(len, http._pool._idle.values()))
    for plug in plugs:
        plug.close()
    listening.close()
    await http.close()
    assert kept == KEPT_PER_TARGET
    assert 0 < each <= MOST_BYTES


async def test_in_tls_it_costs_little_more(tmp_path: Path) -> None:
    """Both ends of it are counted here. What OpenSSL keeps of its own nobody here can count."""
    pair, loop = make_pair(tmp_path), asyncio.get_running_loop()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(pair.certificate, pair.key)
    trusting = ssl.create_default_context(cafile=str(pair.certificate))
    make = partial(ServerConnection, Handler(), Patience())
    server = await loop.create_server(make, "127.0.0.1", 0, ssl=tls)
    host, port = server.sockets[0].getsockname()
    kept: list[UpstreamConnection] = []

    async def ask(count: int) -> None:
        for _ in range(count):
            _, connection = await loop.create_connection(
                UpstreamConnection, host, port, ssl=trusting
            )
            connection.ask(REQUEST, b"")
            await connection.answered()
            while await connection.piece():
                pass
            connection.rest(0.0)
            kept.append(connection)

    each = await growth(ask, 30)
    for connection in kept:
        connection.close()
    server.close()
    assert 0 < each <= 2 * (TLS_READ_BYTES + MOST_BYTES)
