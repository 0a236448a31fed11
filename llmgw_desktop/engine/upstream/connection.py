"""One HTTP/1.1 connection to an upstream: bytes out, an answer's head and pieces back.

The grammar is httptools' business. This file keeps the pieces as the upstream framed them, holds
back a sender that is faster than our reader, and knows a whole body from one that broke off.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from multidict import CIMultiDict
from typing_extensions import override

from llmgw_desktop.wire.json_edits import Body

HEAD_LIMIT_BYTES = 64 * 1024
HIGH_WATER_BYTES = 512 * 1024
LOW_WATER_BYTES = 64 * 1024
PIECE_COST_BYTES = 64
"""What a piece costs in memory beside its bytes."""
SENT_AT_ONCE_BYTES = 256 * 1024
"""A larger body goes out in parts of this size, each when the one before is on its way: no copy of
it waits in the transport."""
_PARTS_A_TURN = 8
FLOOD_PIECES = 64
"""More than so many pieces waiting at once did not come as events of their own."""
TOGETHER_BYTES = 32 * 1024
"""As much as is handed on in one piece of what came together, and no less of any one piece."""
Take = Callable[[bytes], bool]
"""Whoever gets a body's pieces; says whether another one may follow at once."""


class BrokenAnswer(Exception):
    """What came is not HTTP."""


class ConnectionClosed(Exception):
    """The other side closed, or we did; `heard` tells whether any byte of an answer had come."""

    def __init__(self, *, heard: bool) -> None:
        super().__init__()
        self.heard = heard


class UpstreamConnection(asyncio.Protocol):
    """Carries one exchange after another; `is_reusable` says whether another one may follow."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: CIMultiDict[str] = CIMultiDict()
        self.is_used = False
        """Has carried an exchange before."""
        self.idle_since = 0.0
        self._transport: asyncio.Transport | None = None
        self._parser = HttpResponseParser(self)
        self._pieces: deque[bytes] = deque()
        self._waiter: asyncio.Future[bool] | None = None
        self._take: Take | None = None
        self._lines: list[tuple[str, str]] = []
        self._error: Exception | None = None
        self._head_bytes = 0
        self._held_bytes = 0
        self._is_paused = False
        self._has_head = False
        self._is_whole = False
        self._keeps_alive = False
        self._is_idle = True
        self._has_surplus = False
        self._unsent: deque[memoryview] = deque()
        self._is_congested = False

    @property
    def is_reusable(self) -> bool:
        is_read = self._is_whole and not self._pieces
        is_clean = is_read and not self._has_surplus and not self._unsent
        return is_clean and self._keeps_alive and self._error is None

    @property
    def is_open(self) -> bool:
        return self._error is None

    def ask(self, head: bytes, body: Body) -> None:
        """Send a request; `answered` waits for the head of its answer, which may come before all
        of a large body is sent."""
        transport = self._transport
        assert transport is not None
        self._lines, self._head_bytes = [], 0
        self._has_head = self._is_whole = self._keeps_alive = self._is_idle = False
        if isinstance(body, bytes) and len(body) <= SENT_AT_ONCE_BYTES:
            transport.write(head + body)
            return
        transport.write(head)
        for part in (memoryview(body),) if isinstance(body, bytes) else body.parts():
            for at in range(0, len(part), SENT_AT_ONCE_BYTES):
                self._unsent.append(part[at : at + SENT_AT_ONCE_BYTES])
        self._send_on()

    async def answered(self) -> None:
        """`status` and `headers` are there. Raises BrokenAnswer, ConnectionClosed."""
        while not self._has_head:
            if self._error is not None:
                raise self._error
            await self._news()
        self.headers = CIMultiDict(self._lines)

    def ready_piece(self) -> bytes | None:
        """The next part of the body if it is here, empty at its end; None where `piece` has to be
        waited for."""
        if not self._pieces:
            return b"" if self._is_whole else None
        if len(self._pieces) > FLOOD_PIECES:
            return None
        piece = self._pieces.popleft()
        self._held_bytes -= len(piece) + PIECE_COST_BYTES
        self._want_more()
        return piece

    async def piece(self) -> bytes:
        """The next part of the body, empty at its end.

        Raises BrokenAnswer, ConnectionClosed where the body is not whole.
        """
        while (piece := self.ready_piece()) is None:
            if self._pieces:  # dust, not events: nobody wants it piece by piece
                await asyncio.sleep(0)  # before it is taken: the reader may give up meanwhile
                piece = b"".join(self._pieces)
                self._pieces.clear()
                self._held_bytes = 0
                self._want_more()
                return piece
            if self._error is not None:
                raise self._error
            await self._news()
        return piece

    async def relay(self, take: Take) -> bool:
        """What comes of the body goes to `take` in the moment in which it comes, together what came
        together, until the body is whole (True) or `take` wants no more for now (False).

        Raises BrokenAnswer, ConnectionClosed, and what `take` raises.
        """
        while True:
            while self._pieces:
                if not take(self._together()):
                    return False
            if self._is_whole:
                return True
            if self._error is not None:
                raise self._error
            self._take = take
            try:
                if await self._news():
                    return False
            finally:
                self._take = None

    def rest(self, now: float) -> None:
        """Its exchange is over; until the next one nothing may come."""
        self.is_used = True
        self.idle_since = now
        self._is_idle = True

    def close(self, error: Exception | None = None) -> None:
        """At once; whoever waits gets `error`."""
        if self._error is None:
            self._error = error or ConnectionClosed(heard=self._head_bytes > 0)
        self._unsent.clear()
        if self._transport is not None:
            self._transport.abort()
        self._wake()

    # asyncio.Protocol

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        if self._is_idle:  # an answer nobody asked for: never give it to the next request
            self.close(BrokenAnswer("the upstream spoke out of turn"))
            return
        if not self._has_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            if not self._is_whole:
                self.close(BrokenAnswer(str(error) or "a change of protocol"))
                return
            self._has_surplus = True  # more bytes than the answer had
        if self._head_bytes > HEAD_LIMIT_BYTES and not self._has_head:
            self.close(BrokenAnswer("the head of the answer is too long"))
            return
        if self._take is not None:
            self._hand_over(self._take)
        else:
            self._wake()
        if self._held_bytes > HIGH_WATER_BYTES and not self._is_paused:
            self._pause()

    @override
    def pause_writing(self) -> None:
        self._is_congested = True

    @override
    def resume_writing(self) -> None:
        self._is_congested = False
        self._send_on()

    @override
    def eof_received(self) -> bool:
        return False

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        is_ours = self._error is not None  # closed by ourselves: silence, or a caller who left
        ends_so = self._has_head and self._ends_with_the_connection()
        if exc is None and not is_ours and ends_so:
            self._is_whole = True
        if self._error is None:
            self._error = ConnectionClosed(heard=self._head_bytes > 0)
        self._wake()

    # httptools' callbacks

    def on_message_begin(self) -> None:
        if self._is_whole:  # a second answer right behind the first: nobody asked for it
            self._has_surplus = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._has_head:  # a trailer, or surplus
            return
        self._lines.append((name.decode("latin-1"), value.decode("utf-8", "surrogateescape")))

    def on_headers_complete(self) -> None:
        if self._has_surplus:
            return
        self.status = self._parser.get_status_code()
        if self.status >= 200:
            self._has_head = True
        else:  # 100 Continue, 103 Early Hints: the answer is still to come
            self._lines = []

    def on_body(self, piece: bytes) -> None:
        if self._has_surplus:
            return
        self._pieces.append(piece)
        self._held_bytes += len(piece) + PIECE_COST_BYTES

    def on_message_complete(self) -> None:
        if self._has_head and not self._has_surplus:
            self._is_whole = True
            self._keeps_alive = self._parser.should_keep_alive()

    def _send_on(self) -> None:
        """As much as the other side takes, but not all at a stretch: it may take fast."""
        assert self._transport is not None
        for _ in range(_PARTS_A_TURN):
            if not self._unsent or self._is_congested or self._transport.is_closing():
                return
            self._transport.write(self._unsent.popleft())
        asyncio.get_running_loop().call_soon(self._send_on)

    def _ends_with_the_connection(self) -> bool:
        """The body has no other end than the connection's own."""
        names = {name.lower() for name, _ in self._lines}
        return not names & {"content-length", "transfer-encoding"}

    def _hand_over(self, take: Take) -> None:
        """In the turn in which it came, and nobody is woken for it unless there is a reason."""
        waiter = self._waiter
        if waiter is None or waiter.done():  # who waited is about to go on, or is cancelled
            return
        try:
            while self._pieces:
                if not take(self._together()):
                    self._take = None
                    waiter.set_result(True)
                    return
        except Exception as error:  # noqa: BLE001 - it is raised where the body is waited for
            self._take = None
            waiter.set_exception(error)
            return
        if self._is_whole or self._error is not None:
            self._wake()

    def _together(self) -> bytes:
        """Of what is here, as much as is handed on at once."""
        pieces = self._pieces
        some = len(pieces)
        if some == 1:
            piece = pieces.popleft()
        elif self._held_bytes <= TOGETHER_BYTES:
            piece = b"".join(pieces)
            pieces.clear()
        else:
            parts, size = [pieces.popleft()], 0
            while pieces and size < TOGETHER_BYTES:
                size += len(pieces[0]) + PIECE_COST_BYTES
                parts.append(pieces.popleft())
            piece, some = b"".join(parts), len(parts)
        self._held_bytes -= len(piece) + some * PIECE_COST_BYTES
        self._want_more()
        return piece

    async def _news(self) -> bool:
        """Whether `take` has said that it wants no more."""
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            return await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(False)

    def _want_more(self) -> None:
        if self._is_paused and self._held_bytes < LOW_WATER_BYTES:
            self._resume()

    def _pause(self) -> None:
        assert self._transport is not None
        if not self._transport.is_closing():
            self._transport.pause_reading()
            self._is_paused = True

    def _resume(self) -> None:
        assert self._transport is not None
        if not self._transport.is_closing():
            self._transport.resume_reading()
        self._is_paused = False
