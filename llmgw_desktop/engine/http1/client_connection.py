"""One HTTP/1.1 connection to an upstream: bytes out, an answer's head and pieces back.

The grammar is httptools' business. This file keeps the pieces as the upstream framed them, holds
back a sender that is faster than our reader, and knows a whole body from one that broke off. What
becomes of answers that are no good HTTP stands in `tests/engine/http1/raw_answers.toml`.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from multidict import CIMultiDict
from typing_extensions import override

from llmgw_desktop.engine.http1 import (
    LONGEST_HEAD,
    LONGEST_LINE,
    MOST_BESIDE_BYTES,
    MOST_HEADERS,
    SENT_AT_ONCE_BYTES,
    HeadLines,
    Http1Connection,
    UnfitHead,
    size_of,
)
from llmgw_desktop.engine.http1.known_answers import PIECE_COST_BYTES, AnswersAgain
from llmgw_desktop.wire.json_edits import Body

HIGH_WATER_BYTES = 512 * 1024
LOW_WATER_BYTES = 64 * 1024
_PARTS_A_TURN = 8
FLOOD_PIECES = 64
"""More than so many pieces waiting at once did not come as events of their own."""
_MOST_WORDS_BEFORE = 64
_VERSIONS = ("1.1", "1.0")
_NO_HEADERS: CIMultiDict[str] = CIMultiDict()
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


class UpstreamConnection(AnswersAgain, HeadLines, Http1Connection):
    """Carries one exchange after another; `is_reusable` says whether another one may follow."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 0
        self.headers: CIMultiDict[str] = CIMultiDict()
        self.is_used = False
        """Has carried an exchange before."""
        self.idle_since = 0.0
        self._parser = HttpResponseParser(self)
        self._pieces: deque[bytes] = deque()
        self._waiter: asyncio.Future[bool] | None = None
        self._take: Take | None = None
        self._lines: list[tuple[str, str]] = []
        self._error: Exception | None = None
        self._head_bytes = self._held_bytes = 0
        self._got_body = False
        """What comes holds some."""
        self._beside_bytes = 0
        """So much came since then: sizes of chunks, extensions, trailers."""
        self._words_before = 0
        """Heads that are no answer yet."""
        self.is_in_head = False
        self._is_whole = self._is_chunked = self._is_old = False
        self._keeps_alive = False
        self._is_idle = True
        """Nothing was asked: nothing may come."""
        self._has_surplus = False
        self._unsent: deque[memoryview] | None = None
        """Of a large body that is on its way."""

    @property
    def is_reusable(self) -> bool:
        is_read = self._is_whole and not self._pieces
        is_clean = is_read and not self._has_surplus and not self._unsent
        is_clear = not (self._is_old and self._is_chunked)  # RFC 9112, 6.1
        return is_clean and is_clear and self._keeps_alive and self._error is None

    @property
    def is_open(self) -> bool:
        return self._error is None

    def ask(self, head: bytes, body: Body) -> None:
        """Send a request; `answered` waits for the head of its answer, which may come before all
        of a large body is sent."""
        transport = self.transport
        assert transport is not None
        self._lines, self._head_bytes, self.is_in_head = [], 0, True
        self._words_before, self._known_headers = 0, None
        self._is_whole = self._is_chunked = self._keeps_alive = self._is_idle = False
        if isinstance(body, bytes) and len(body) <= SENT_AT_ONCE_BYTES:
            transport.write(head + body)
            return
        transport.write(head)
        self._unsent = deque()
        for part in (memoryview(body),) if isinstance(body, bytes) else body.parts():
            for at in range(0, len(part), SENT_AT_ONCE_BYTES):
                self._unsent.append(part[at : at + SENT_AT_ONCE_BYTES])
        self._send_on()

    async def answered(self) -> None:
        """`status` and `headers` are there. Raises BrokenAnswer, ConnectionClosed."""
        while self.is_in_head:
            if self._error is not None:
                raise self._error
            await self._news()
        self.headers = headers = self._known_headers or CIMultiDict(self._lines)
        if "Transfer-Encoding" in headers:
            self._check_coding(", ".join(headers.getall("Transfer-Encoding")))

    def whole_body(self) -> bytes | None:
        """All of it, where it is here in one piece."""
        if not self._is_whole or len(self._pieces) != 1:
            return None
        self._held_bytes = 0
        self._want_more()
        return self._pieces.popleft()

    def ready_piece(self) -> bytes | None:
        """The next part of the body if it is here, empty at its end; None where `piece` has to be
        waited for."""
        if not self._pieces:
            return b"" if self._is_whole else None
        if len(self._pieces) > FLOOD_PIECES:
            return None
        piece = self._pieces.popleft()
        self._held_bytes -= len(piece) + PIECE_COST_BYTES
        if self._is_paused:
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
        self._lines, self.headers, self._unsent = [], _NO_HEADERS, None

    def close(self, error: Exception | None = None) -> None:
        """At once; whoever waits gets `error`."""
        if self._error is None:
            self._error = error or ConnectionClosed(heard=self._head_bytes > 0)
        self._is_idle, self._unsent = True, None
        if self.transport is not None:
            self.transport.abort()
        self._wake()

    # asyncio.Protocol

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        if self._is_idle:  # an answer nobody asked for: never give it to the next request
            self.close(BrokenAnswer("the upstream spoke out of turn"))
            return
        is_first = self.is_in_head and not self._head_bytes
        if is_first and self._came_again(data):
            self._head_bytes = len(data)
        elif (why := self._parsed(data)) or (why := self._too_much(len(data))):
            self.close(BrokenAnswer(why))
            return
        elif is_first and self._is_whole and not (self._has_surplus or self._words_before):
            self._learn(data)
        if self._take is not None:
            self._hand_over(self._take)
        else:
            self._wake()
        if self._held_bytes > HIGH_WATER_BYTES:
            self._hold_back(is_full=True)

    @override
    def resume_writing(self) -> None:
        self.is_congested = False
        self._send_on()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        is_ours = self._error is not None  # closed by ourselves: silence, or a caller who left
        ends_so = not self.is_in_head and self._ends_with_the_connection()
        if exc is None and not is_ours and ends_so:
            self._is_whole = True
        if self._error is None:
            self._error = ConnectionClosed(heard=self._head_bytes > 0)
        self._wake()

    # httptools' callbacks

    def on_message_begin(self) -> None:
        if self._is_whole:  # a second answer right behind the first: nobody asked for it
            self._has_surplus = True

    def on_headers_complete(self) -> None:
        """Raises UnfitHead."""
        if self._has_surplus:
            return
        parser = self._parser
        self.status = status = parser.get_status_code()
        version = parser.get_http_version()
        if status < 100 or version not in _VERSIONS:
            raise UnfitHead(f"HTTP/{version} with status {status}")
        lines = self._lines
        is_large = self._head_bytes > LONGEST_HEAD and size_of(lines) > LONGEST_HEAD
        if is_large or len(lines) > MOST_HEADERS:
            raise UnfitHead("its head is too long")
        if status >= 200:
            self.is_in_head, self._is_old = False, version == "1.0"
            self._got_body, self._beside_bytes = False, 0
        else:  # 100 Continue, 103 Early Hints: the answer is still to come
            self._lines = []
            self._words_before += 1
            if self._words_before > _MOST_WORDS_BEFORE:
                raise UnfitHead("it does not come to its answer")

    def on_body(self, piece: bytes) -> None:
        if self._has_surplus:
            return
        self._pieces.append(piece)
        self._got_body = True
        self._held_bytes += len(piece) + PIECE_COST_BYTES

    def on_message_complete(self) -> None:
        if not self.is_in_head and not self._has_surplus:
            self._is_whole = True
            self._keeps_alive = self._parser.should_keep_alive()

    def _parsed(self, data: bytes) -> str:
        """Why it is no HTTP, if it is none."""
        if self.is_in_head:
            self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            if not self._is_whole:
                return _why(error) or "it is no HTTP"
            self._has_surplus = True  # more bytes than the answer had
        return ""

    def _too_much(self, came: int) -> str:
        """Why no more of it is read, where so much came and nothing of a body."""
        if self._got_body:
            self._got_body, self._beside_bytes = False, 0
            return ""
        if self._is_whole:
            return ""
        if self.is_in_head:
            is_long = self._head_bytes > LONGEST_HEAD + LONGEST_LINE
            return "its head is too long" if is_long else ""
        self._beside_bytes += came
        return "its chunks hold too little" if self._beside_bytes > MOST_BESIDE_BYTES else ""

    def _check_coding(self, told: str) -> None:
        """Only chunks are read, and a body in anything else has no end that could be known; so has
        it at the server's side. Raises BrokenAnswer."""
        if told.lower() != "chunked":
            broken = BrokenAnswer(f"its Transfer-Encoding is '{told[:40]}'")
            self.close(broken)
            raise broken
        self._is_chunked = True

    def _send_on(self) -> None:
        """As much as the other side takes, but not all at a stretch: it may take fast."""
        transport, unsent = self.transport, self._unsent
        for _ in range(_PARTS_A_TURN):
            if not unsent or self.is_congested or transport is None or transport.is_closing():
                return
            transport.write(unsent.popleft())
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
            self._held_bytes = 0
            if self._is_paused:
                self._want_more()
            return pieces.popleft()
        if self._held_bytes <= TOGETHER_BYTES:
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
        if self._held_bytes < LOW_WATER_BYTES:
            self._hold_back(is_full=False)


def _why(error: Exception) -> str:
    """In the parser's words, or in those of whoever gave up in its stead."""
    if isinstance(error, HttpParserUpgrade):
        return "a change of protocol"
    return str(error.__context__ if isinstance(error.__context__, UnfitHead) else error)
