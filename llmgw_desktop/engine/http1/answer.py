"""An answer as it goes onto the socket: its head is one string, and travels with the first bytes of
its body."""

import asyncio
import time
from collections.abc import Sequence
from email.utils import formatdate
from http import HTTPStatus

from llmgw_desktop.engine.http1 import SENT_AT_ONCE_BYTES
from llmgw_desktop.engine.http1.request import HttpRequest

READ_PATIENCE_S = 300.0
"""A client that takes nothing for so long is gone, whatever its connection says."""

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_LAST_CHUNK = b"0\r\n\r\n"


class DateLine:
    """The Date header, made anew once a second."""

    def __init__(self) -> None:
        self._second = 0
        self._line = ""

    def now(self) -> str:
        second = int(time.monotonic())
        if second != self._second or not self._line:
            self._second = second
            self._line = f"date: {formatdate(usegmt=True)}\r\n"
        return self._line


class OutgoingAnswer:
    """Of one request, whose `answer` it is from now on. All raise ConnectionError where the client
    has left."""

    __slots__ = (
        "_connection",
        "_date",
        "_has_body",
        "_is_over",
        "_may_chunk",
        "_request",
        "_rest",
        "_stays",
        "_unsent",
        "is_streamed",
    )

    def __init__(self, request: HttpRequest, date: DateLine) -> None:
        request.answer = self
        self._request = request
        self._connection = request.connection
        self._date = date
        self._unsent = b""
        self._rest = memoryview(b"")
        self._is_over = False
        self._may_chunk = request.head.is_modern
        self._has_body = request.method != "HEAD"
        self.is_streamed = False
        # a body that was not read stands in the way of the next head: the connection ends with it
        self._stays = request.keep_alive and request.body.is_whole

    @property
    def stays(self) -> bool:
        """Whether the connection goes on after it."""
        return self._stays and not self._request.is_last

    def whole(self, status: int, lines: Sequence[tuple[str, str]], body: bytes) -> None:
        """The answer, at once; it goes out with `go_out`."""
        if status == 413:  # what is declared will never be read to its end
            self._stays = False
        self._unsent = self._head(status, lines, f"content-length: {len(body)}\r\n")
        if self._has_body:
            self._unsent += body[:SENT_AT_ONCE_BYTES]
            self._rest = memoryview(body)[SENT_AT_ONCE_BYTES:]
        self._is_over = True

    async def go_out(self) -> None:
        """What is ready; waits while the client reads slowly."""
        if self._put(b""):
            await self.drained()
        while self._rest:
            await asyncio.sleep(0)  # a client who reads fast leaves nobody else a turn
            part, self._rest = self._rest[:SENT_AT_ONCE_BYTES], self._rest[SENT_AT_ONCE_BYTES:]
            if self._put(part):
                await self.drained()

    def begin(self, status: int, lines: Sequence[tuple[str, str]]) -> None:
        """The head; it goes out with the first chunk."""
        self.is_streamed = True
        if self._may_chunk:
            framing = "transfer-encoding: chunked\r\n"
        else:  # an HTTP/1.0 body ends with its connection
            framing, self._stays = "", False
        self._unsent = self._head(status, lines, framing)

    async def send(self, chunk: bytes) -> None:
        """One chunk as one HTTP chunk; waits while the client reads slowly. Behind the end nothing
        is said: the client would take it for the next answer."""
        if not self.put(chunk):
            await self.drained()

    def put(self, chunk: bytes) -> bool:
        """As `send`, without waiting; False where the client is slow to take what it was sent."""
        if self._is_over:
            return True
        if self._may_chunk:
            chunk = b"%x\r\n%b\r\n" % (len(chunk), chunk)
        return not self._put(chunk)

    async def finish(self) -> None:
        if not self._is_over:
            self._is_over = True
            if self._put(_LAST_CHUNK if self._may_chunk else b""):
                await self.drained()

    async def settle(self) -> None:
        """Whoever made it is done: what was begun and not ended is broken off."""
        if self._unsent:
            await self.go_out()
        if not self._is_over:
            self.break_off()

    def break_off(self) -> None:
        """Nobody may take what is out for the whole."""
        self._stays = False
        if (transport := self._request.transport) is not None:
            transport.abort()

    def _head(self, status: int, lines: Sequence[tuple[str, str]], framing: str) -> bytes:
        text = "".join([f"{name}: {value}\r\n" for name, value in lines])
        if text.count("\n") != len(lines) or text.count("\r") != len(lines) or "\0" in text:
            raise ValueError("a header line of the answer breaks the head")
        end = "\r\n" if self.stays else "connection: close\r\n\r\n"
        start = f"HTTP/1.1 {status} {_REASONS.get(status, '')}\r\n"
        head = f"{start}{text}{framing}server: llmgw\r\n{self._date.now()}{end}"
        return head.encode("utf-8", "surrogateescape")

    def _put(self, data: bytes | memoryview) -> bool:
        """Into the socket; whether the client is slow to take what it was sent."""
        transport = self._connection.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has left")
        if self._unsent:
            data, self._unsent = self._unsent + data, b""
        if data:
            transport.write(data)
        return self._connection.is_congested

    async def drained(self) -> None:
        """The client has read most of what it was sent; waits no longer than for one that is
        there."""
        try:
            async with asyncio.timeout(READ_PATIENCE_S):
                await self._connection.drained()
        except TimeoutError:
            if (transport := self._request.transport) is not None:
                transport.abort()
            raise ConnectionResetError("the client has stopped reading") from None
