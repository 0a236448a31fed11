"""A request as aiohttp's parser gave it, but for its target; an answer as it goes onto the socket.

aiohttp asks a target that names a host for that name in punycode, and a name that has none ends
the connection's task without a word to the caller. So the target is read here, and no name is
looked at: it is compared by the guard as it was written. aiohttp's own responses prepare headers
for cookies, compression, ranges and more, none of which a gateway's answer has; here a head is one
string, and it travels with the first bytes of its body.
"""

import asyncio
import time
from email.utils import formatdate
from http import HTTPStatus
from typing import cast

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import HttpVersion11, RawRequestMessage
from typing_extensions import override
from yarl import URL

from llmgw_desktop.domain.errors import LlmgwError, MalformedRequest
from llmgw_desktop.engine.exchange.caller import HeaderLines


class DoorRequest(web.BaseRequest):
    """What the guard and the doors are asked about."""

    authority: str | None = None
    """The host and port in the target itself, as they were written, where it names any."""
    surplus: LlmgwError | None = None
    """Why it goes nowhere, unless it is the person's own question to the gateway."""
    is_last = False
    """Its connection ends with the answer."""
    has_answer = False
    """It may be on its way."""
    is_streamed = False
    """Its answer is, in chunks."""
    fault: LlmgwError | None = None
    """Why this request goes nowhere, whoever sent it; its connection ends with the answer."""

    @property
    def hides_slash(self) -> bool:
        """Its path has one written in percent."""
        return "%" in self.raw_path and "%2f" in self.rel_url.raw_path.lower()

    @property
    @override
    def keep_alive(self) -> bool:
        """Not where the door is about to be somebody else's: the next request finds that one."""
        is_leaving = self.is_last or getattr(self.protocol, "is_leaving", False)
        return super().keep_alive and not is_leaving


def is_plain(message: RawRequestMessage) -> bool:
    """The usual target: a path."""
    return message.path[:1] in ("/", "*") and message.method != hdrs.METH_CONNECT


def plain(message: RawRequestMessage) -> tuple[RawRequestMessage, str]:
    """The same request with its path alone as the target, and the name that stood before it.

    Raises MalformedRequest where the target is no path of ours, however it is written.
    """
    scheme, _, rest = message.path.partition("://")
    if scheme.lower() != "http" or message.method == hdrs.METH_CONNECT:
        raise MalformedRequest("The request takes this gateway for a proxy, which it is not.")
    end = min((at for mark in "/?#" if (at := rest.find(mark)) >= 0), default=len(rest))
    target, _, fragment = rest[end:].partition("#")
    path, _, query = target.partition("?")
    path = path or "/"
    url = URL.build(path=path, query_string=query, fragment=fragment, encoded=True)
    return message._replace(path=path, url=url), rest[:end]


def leading_nowhere(message: RawRequestMessage) -> RawRequestMessage:
    return message._replace(path="/", url=URL("/"))


READ_PATIENCE_S = 300.0
"""A client that takes nothing for so long is gone, whatever its connection says."""

SENT_AT_ONCE_BYTES = 256 * 1024
"""A larger body goes out in parts of this size, without a copy of the whole."""

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
    """Given to aiohttp's server, which calls `prepare` and `write_eof` when the handler is done,
    and asks for `keep_alive`."""

    def __init__(self, request: web.BaseRequest, date: DateLine) -> None:
        self._request = request
        cast("DoorRequest", request).has_answer = True
        self._date = date
        self._unsent = b""
        self._rest = memoryview(b"")
        self._is_over = False
        self._may_chunk = request.version >= HttpVersion11
        # a body that was not read stands in the way of the next head: the connection ends with it
        self._stays = bool(request.keep_alive) and request.content.is_eof()

    @property
    def keep_alive(self) -> bool:
        return self._stays

    def for_aiohttp(self) -> web.StreamResponse:
        """What of a response its server uses, we have."""
        return cast("web.StreamResponse", self)

    def whole(self, status: int, lines: HeaderLines, body: bytes) -> None:
        """The answer, at once; it goes out with `go_out`, or when the handler returns."""
        if status == 413:  # what is declared will never be read to its end
            self._stays = False
        self._unsent = self._head(status, lines, f"content-length: {len(body)}\r\n")
        if self._request.method != "HEAD":
            self._unsent += body[:SENT_AT_ONCE_BYTES]
            self._rest = memoryview(body)[SENT_AT_ONCE_BYTES:]
        self._is_over = True

    async def go_out(self) -> None:
        """What is ready; waits while the client reads slowly."""
        if slow := self._put(b""):
            await self._drained(slow)
        while self._rest:
            await asyncio.sleep(0)  # a client who reads fast leaves nobody else a turn
            part, self._rest = self._rest[:SENT_AT_ONCE_BYTES], self._rest[SENT_AT_ONCE_BYTES:]
            if slow := self._put(part):
                await self._drained(slow)

    def begin(self, status: int, lines: HeaderLines) -> None:
        """The head; it goes out with the first chunk."""
        cast("DoorRequest", self._request).is_streamed = True
        if self._may_chunk:
            framing = "transfer-encoding: chunked\r\n"
        else:  # an HTTP/1.0 body ends with its connection
            framing, self._stays = "", False
        self._unsent = self._head(status, lines, framing)

    async def send(self, chunk: bytes) -> None:
        """One chunk as one HTTP chunk; waits while the client reads slowly. Behind the end nothing
        is said: the client would take it for the next answer."""
        if self._is_over:
            return
        if self._may_chunk:
            chunk = b"%x\r\n%b\r\n" % (len(chunk), chunk)
        if slow := self._put(chunk):
            await self._drained(slow)

    async def finish(self) -> None:
        if not self._is_over:
            self._is_over = True
            if slow := self._put(_LAST_CHUNK if self._may_chunk else b""):
                await self._drained(slow)

    def break_off(self) -> None:
        """Nobody may take what is out for the whole."""
        self._stays = False
        if (transport := self._request.transport) is not None:
            transport.abort()

    # aiohttp's side

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        if self._unsent:
            await self.go_out()
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        if not self._is_over:  # the pipeline did not end its answer
            self.break_off()

    def _head(self, status: int, lines: HeaderLines, framing: str) -> bytes:
        text = "".join([f"{name}: {value}\r\n" for name, value in lines])
        if text.count("\n") != len(lines) or text.count("\r") != len(lines) or "\0" in text:
            raise ValueError("a header line of the answer breaks the head")
        end = "\r\n" if self._stays else "connection: close\r\n\r\n"
        start = f"HTTP/1.1 {status} {_REASONS.get(status, '')}\r\n"
        head = f"{start}{text}{framing}server: llmgw\r\n{self._date.now()}{end}"
        return head.encode("utf-8", "surrogateescape")

    def _put(self, data: bytes | memoryview) -> asyncio.Transport | None:
        """Into the socket; the transport, where the client has not taken all of it."""
        transport = self._request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has left")
        data, self._unsent = self._unsent + data, b""
        if data:
            transport.write(data)
            if transport.get_write_buffer_size():
                return transport
        return None

    async def _drained(self, transport: asyncio.Transport) -> None:
        try:
            async with asyncio.timeout(READ_PATIENCE_S):
                await self._request.writer.drain()
        except TimeoutError:
            transport.abort()
            raise ConnectionResetError("the client has stopped reading") from None
