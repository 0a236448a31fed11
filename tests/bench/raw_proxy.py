"""The bare pass-through: what any proxy in Python costs that handles bytes in protocols.

    python tests/bench/raw_proxy.py PORT UPSTREAM_URL

A head is parsed and written anew with another credential; a body goes on untouched, and so does all
of the answer, of which only the end is looked for. Nothing is checked, read, routed or recorded.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from typing import Any
from urllib.parse import urlsplit

import httptools
import uvloop

_DROPPED = frozenset({b"host", b"authorization", b"connection"})


class Upstreams:
    """Connections that are kept."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._idle: list[AnsweringSide] = []
        self._dials: set[asyncio.Task[None]] = set()

    def ask(self, request: bytes, caller: AskingSide) -> None:
        while self._idle:
            kept = self._idle.pop()
            if not kept.transport.is_closing():
                kept.begin(request, caller)
                return
        dial = asyncio.get_running_loop().create_task(self._dial(request, caller))
        self._dials.add(dial)
        dial.add_done_callback(self._dials.discard)

    def keep(self, side: AnsweringSide) -> None:
        self._idle.append(side)

    async def _dial(self, request: bytes, caller: AskingSide) -> None:
        loop = asyncio.get_running_loop()
        _, side = await loop.create_connection(lambda: AnsweringSide(self), self._host, self._port)
        side.begin(request, caller)


class AnsweringSide(asyncio.Protocol):
    """One connection to the upstream."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams
        self._caller: AskingSide | None = None
        self._is_kept = False
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def begin(self, request: bytes, caller: AskingSide) -> None:
        self._caller, caller.answering = caller, self
        self._parser = httptools.HttpResponseParser(self)
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._caller is not None:
            self._caller.transport.write(data)
            self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        caller, self._caller = self._caller, None
        if caller is not None:
            caller.answering = None
        if self._parser.should_keep_alive():  # later it says no
            self._upstreams.keep(self)
        else:
            self.transport.close()
        if caller is not None:
            caller.answered()

    def leave(self) -> None:
        """Nobody wants the rest."""
        self._caller = None
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._caller is not None:
            self._caller.transport.close()


class AskingSide(asyncio.Protocol):
    """One connection of a caller; its requests are answered one after the other."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams
        self._waiting: deque[bytes] = deque()
        self._is_busy = False
        self.answering: AnsweringSide | None = None
        self.transport: Any = None

    def connection_lost(self, exc: Exception | None) -> None:
        if self.answering is not None:
            self.answering.leave()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._parser = httptools.HttpRequestParser(self)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._url, self._lines, self._body = b"", [], []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() not in _DROPPED:
            self._lines.append(name + b": " + value)

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        first = self._parser.get_method() + b" " + self._url + b" HTTP/1.1"
        own = [first, b"Host: upstream", b"Authorization: Bearer sk-upstream"]
        head = b"\r\n".join([*own, *self._lines, b"", b""])
        self._waiting.append(head + b"".join(self._body))
        self._go_on()

    def answered(self) -> None:
        self._is_busy = False
        self._go_on()

    def _go_on(self) -> None:
        if self._waiting and not self._is_busy:
            self._is_busy = True
            self._upstreams.ask(self._waiting.popleft(), self)


async def serve(port: int, upstream: str) -> None:
    upstreams = Upstreams(upstream)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: AskingSide(upstreams), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), sys.argv[2]))
