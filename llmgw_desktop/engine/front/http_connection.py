"""Connections to the door: how many there may be, and how long each may take to ask.

One timer a connection at most, and none while a request is under way: a head that came whole, as
nearly all do, never had one. Bodies have their own patience in `http_caller`, readers of answers
in `http_answer`.
"""

import asyncio
import ipaddress
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import HttpRequestParser, RawRequestMessage
from aiohttp.streams import StreamReader
from typing_extensions import override

from llmgw_desktop.domain.errors import LlmgwError, MalformedRequest
from llmgw_desktop.engine.front.aiohttp_gaps import ChunkedBody, StillThere, in_one_task, may_listen
from llmgw_desktop.engine.front.crowd import MOST_CONNECTIONS, Crowd
from llmgw_desktop.engine.front.guard import is_loopback
from llmgw_desktop.engine.front.http_head import LenientParser, UnreadHead, fault_in, unread
from llmgw_desktop.engine.front.http_message import (
    DateLine,
    DoorRequest,
    OutgoingAnswer,
    is_plain,
    leading_nowhere,
    plain,
)
from llmgw_desktop.wire.errors import ErrorReply, error_reply

_log = logging.getLogger(__name__)

TURNED_AWAY_AT_ONCE = 64
"""So many beyond those are told why they are not served; the rest is closed without a word."""
_OWN_FILES = 64
"""Descriptors for databases, logs, the loop and listening sockets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long callers are waited for, in seconds."""

    head_s: float = 10.0
    """For a whole head: from the connection's beginning, later from the next head's first byte."""
    idle_s: float = 75.0
    """Between two requests. Longer than clients keep connections, so that they go first."""
    body_s: float = 30.0
    """For the next piece of a body."""
    lingering_s: float = 2.0
    """For the rest of a body that nobody reads: who is cut off while he sends loses the answer."""


def connections_allowed() -> int:
    """Each caller may need one more connection, to a provider; what the system gives is shared."""
    if sys.platform == "win32":
        return MOST_CONNECTIONS
    import resource

    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(min(MOST_CONNECTIONS, (files - _OWN_FILES) // 2), 16)


class DoorServer(web.Server):
    """Makes the connections and counts them."""

    def __init__(
        self,
        handler: Any,
        *,
        patience: Patience,
        crowd: Crowd,
        logger: logging.Logger,
        words_for: Callable[[UnreadHead], ErrorReply],
    ) -> None:
        """`words_for` tells what is wrong with a head as whoever sent it understands it."""
        super().__init__(
            handler,
            handler_cancellation=True,
            access_log=None,
            keepalive_timeout=patience.idle_s,
            lingering_time=patience.lingering_s,
            logger=logger,
            auto_decompress=False,  # by the caller, in steps and after the key was seen
        )
        self._head_s = patience.head_s
        self.crowd = crowd
        self.words_for = words_for
        self.is_leaving = False
        """Each connection ends with its next answer."""

    @override
    def __call__(self) -> web.RequestHandler:
        return DoorConnection(self, self._head_s, loop=self._loop, **self._kwargs)

    @override
    def _make_request(
        self,
        message: RawRequestMessage,
        payload: StreamReader,
        protocol: web.RequestHandler,
        writer: AbstractStreamWriter,
        task: "asyncio.Task[None]",
    ) -> DoorRequest:
        """For every request; what it raised would end the connection without an answer."""
        authority: str | None = None
        connection = cast("DoorConnection", protocol)
        fault = connection.refusal
        if not is_plain(message):
            try:
                message, authority = plain(message)
            except MalformedRequest as error:
                message, fault = leading_nowhere(message), error
        if fault is None:
            fault = fault_in(message)
        if fault is not None or connection.surplus is not None:
            message = message._replace(should_close=True)
        request = DoorRequest(message, payload, protocol, writer, task, self._loop)
        if fault is not None:
            request.fault = fault
        if authority is not None:
            request.authority = authority
        if connection.surplus is not None:
            request.surplus = connection.surplus
        connection.begins(request)
        return request

    @property
    def is_flooded(self) -> bool:
        return self.crowd.held >= self.crowd.most + TURNED_AWAY_AT_ONCE


class DoorConnection(web.RequestHandler):
    """Ends what does not ask in time, and answers bad grammar in our own words."""

    def __init__(self, server: DoorServer, head_s: float, **kwargs: Any) -> None:
        super().__init__(server, **kwargs)
        self._server = server
        self._head_s = head_s
        self._heads = 0
        """Whole heads that have come."""
        self._deadline: asyncio.TimerHandle | None = None
        self.refusal: LlmgwError | None = None
        """Why nothing that comes over this connection is served."""
        self.unread = b""
        self.surplus: LlmgwError | None = None
        """Why nothing is but the person's own commands."""
        self._chunked: ChunkedBody | None = None
        self._still_there: StillThere | None = None
        """Asked where he has said all that he wants to say."""
        self._parser = cast("Any", LenientParser(self, self._parser, self._make_parser))

    def _make_parser(self) -> HttpRequestParser:
        """As aiohttp makes its own."""
        return HttpRequestParser(
            self,
            self._loop,
            self._read_bufsize,
            max_line_size=self.max_line_size,
            max_field_size=self.max_field_size,
            max_headers=self.max_headers,
            payload_exception=web.RequestPayloadError,
            auto_decompress=False,
            max_msg_queue_size=self._max_msg_queue_size,
        )

    @property
    def is_leaving(self) -> bool:
        return self._server.is_leaving

    @property
    def is_idle(self) -> bool:
        """Waits for a head, or for the rest of one."""
        waiter = self._waiter
        return (waiter is not None and not waiter.done()) or self._request_count == 0

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._server.is_flooded and not self._server.crowd.make_room():
            self._force_close = True
            cast("asyncio.Transport", transport).abort()
            return
        address, is_near = _other_end(transport)
        self.surplus = self._server.crowd.comes(self, address, is_near=is_near)
        super().connection_made(transport)
        self._deadline = self._loop.call_later(self._head_s, self._head_is_late)

    @property
    def crowd(self) -> Crowd:
        return self._server.crowd

    def give_way(self) -> None:
        self.force_close()

    @override
    async def start(self) -> None:
        self._loop = in_one_task(self._loop, self._messages)
        await super().start()

    @override
    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._request_count != self._heads:
            self._heads = self._request_count
            self._chunked = self._chunked_body()
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None
        elif self._deadline is None and self._waiter is not None and not self._waiter.done():
            self._deadline = self._loop.call_later(self._head_s, self._head_is_late)
        if self._chunked is not None and not self._chunked.takes(len(data)):
            self._chunked = None
            self.close()

    def _chunked_body(self) -> ChunkedBody | None:
        """Of the latest request that has come."""
        if not self._messages:
            return None
        message, payload = self._messages[-1]
        is_chunked = isinstance(message, RawRequestMessage) and message.chunked
        return ChunkedBody(payload) if is_chunked else None

    @override
    def resume_reading(self, resume_parser: bool = True) -> None:
        """After each body; where nobody paused, aiohttp would parse nothing, at length."""
        if self._reading_paused:
            super().resume_reading(resume_parser)

    def begins(self, request: DoorRequest) -> None:
        """The last one, where no more can come."""
        if self._still_there is not None and not self._messages:
            request.is_last = True

    @override
    def eof_received(self) -> bool:  # type: ignore[override] # aiohttp never goes on
        """Whether an answer is owed to whoever said all that he wants to say."""
        request = cast("DoorRequest | None", self._current_request)
        transport = cast("asyncio.Transport", self.transport)
        has_more = bool(self._messages) and self._messages[-1][1].is_eof()
        is_owed = has_more or (request is not None and may_listen(request))
        if not is_owed or _is_encrypted(transport):
            return False
        if request is not None and not has_more:
            request.is_last = True
            self.close()  # after it
        self._still_there = StillThere(
            self._loop, transport, lambda: cast("DoorRequest | None", self._current_request)
        )
        return True

    @override
    def connection_lost(self, exc: BaseException | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._server.crowd.goes(self)
        if self._still_there is not None:
            self._still_there.stop()
        super().connection_lost(exc)

    @override
    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """aiohttp's own error pages name the library and its version to everybody."""
        if status < 500:
            reply = self._server.words_for(unread(self.unread))
        else:
            _log.error("a connection failed", exc_info=exc)
            reply = error_reply(LlmgwError("The gateway failed; its log says more."), None)
        answer = _LastAnswer(request, DateLine(), self._lingering_time)
        answer.whole(reply.status, reply.headers, reply.body)
        self.close()  # what he still sends is dropped
        return answer.for_aiohttp()

    def _head_is_late(self) -> None:
        """Nothing is told: what came may be no HTTP at all."""
        self._deadline = None
        if self._request_count == self._heads:
            self.force_close()


def _other_end(transport: asyncio.BaseTransport) -> tuple[str, bool]:
    """Its address, and whether it is on this computer."""
    peer = transport.get_extra_info("peername")
    if not peer:
        return "", True
    address = str(peer[0]).removeprefix("::ffff:")
    own = transport.get_extra_info("sockname")
    if is_loopback(address) or (own and peer[0] == own[0]):
        return address, True
    return _whose(address), False


def _whose(address: str) -> str:
    """Who has one address of IPv6 has its whole network of 64 bits."""
    if ":" not in address:
        return address
    network = int(ipaddress.IPv6Address(address.partition("%")[0])) >> 64 << 64
    return f"{ipaddress.IPv6Address(network)}/64"


def _is_encrypted(transport: asyncio.BaseTransport) -> bool:
    """TLS ends both ways at once."""
    return transport.get_extra_info("ssl_object") is not None


class _LastAnswer(OutgoingAnswer):
    """After it the connection ends, but not before a caller who is still sending has heard it."""

    def __init__(self, request: web.BaseRequest, date: DateLine, lingering_s: float) -> None:
        super().__init__(request, date)
        self._lingering_s = lingering_s

    @override
    async def write_eof(self, data: bytes = b"") -> None:
        await super().write_eof(data)
        transport = self._request.transport
        if transport is not None and transport.can_write_eof():
            transport.write_eof()
            await asyncio.sleep(self._lingering_s)  # cancelled when he leaves
