"""Stands before a caller whose answer is held back: until its first word, or until it is whole.

What is held can be forgotten, as if it had never come, so that somebody else can be asked. Once it
was let go there is no way back: everything goes on in order, and what follows follows at once.
"""

import asyncio

from typing_extensions import override

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.caller import Caller, CallerBehind, HeaderLines
from llmgw_desktop.engine.exchange.dialect import Dialect
from llmgw_desktop.wire.answer_facts import told_error
from llmgw_desktop.wire.sse import SseSplitter
from llmgw_desktop.wire.stream_openings import says_something

ANSWERS = "x-llmgw-answers"
_EVENTS: HeaderLines = (("content-type", "text/event-stream"), ("cache-control", "no-cache"))
_COMMENT = b": the gateway holds this answer back\n\n"
_SIGNS_OF_LIFE = {
    ModelProtocol.ANTHROPIC: b'event: ping\ndata: {"type": "ping"}\n\n',
    ModelProtocol.OPENAI_CHAT: _COMMENT,
    ModelProtocol.OPENAI_RESPONSES: _COMMENT,
    ModelProtocol.CODEX: _COMMENT,
    ModelProtocol.GEMINI: b"\r\n\r\n",  # its SDKs know no comments
}
_WRITTEN_AT_ONCE = 256 * 1024


MOST_IN_ALL = 256 * 1024 * 1024


class HeldRoom:
    """What is held for all callers together, in bytes."""

    def __init__(self) -> None:
        self.held = 0


@value
class HoldTerms:
    """How an answer is held. `wish` is told in its header."""

    wish: str
    most_bytes: int
    until_words: bool
    room: HeldRoom


class HeldCaller(CallerBehind):
    """Of one request; `close` comes at its end, whatever happened."""

    def __init__(self, caller: Caller, dialect: Dialect, terms: HoldTerms) -> None:
        super().__init__(caller)
        self._dialect = dialect
        self._wish = (ANSWERS, terms.wish)
        self._terms = terms
        self._turn = asyncio.Lock()
        """Of those who write: who answers, and who keeps the time."""
        self._head: tuple[int, HeaderLines] | None = None
        self._body: bytes | None = None
        """Of an answer that came in one piece."""
        self._pieces: list[bytes] = []
        self._size = 0
        self._splitter = SseSplitter()
        self._has_ended = False
        self.is_open = False
        """Nothing is held any more."""
        self.why_open = ""
        """In words, where it was let go before its time."""

    @property
    @override
    def has_begun(self) -> bool:
        """Whoever is asked now has."""
        return self._head is not None

    @property
    def has_signs(self) -> bool:
        """The caller has seen a head, and nothing of an answer yet."""
        return self._caller.has_begun and not self.is_open

    @override
    async def begin(self, status: int, headers: HeaderLines) -> None:
        self._head = (status, [*headers, self._wish])
        if self.is_open:
            await self._begin()

    @override
    async def write(self, chunk: bytes) -> None:
        if self.is_open:
            async with self._turn:
                await self._caller.write(chunk)
            return
        self._pieces.append(bytes(chunk))
        terms, size = self._terms, len(chunk)
        self._size += size
        terms.room.held += size
        if self._size > terms.most_bytes:
            await self.let_go(f"it is larger than {terms.most_bytes:,} bytes")
        elif terms.room.held > MOST_IN_ALL:
            await self.let_go(f"{MOST_IN_ALL:,} bytes are held in all")
        elif terms.until_words and self._says_something(chunk):
            await self.let_go("")

    @override
    async def end(self) -> None:
        if not self.is_open:
            self._has_ended = True
            return
        async with self._turn:
            await self._caller.end()

    @override
    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        if self.is_open and not self._caller.has_begun:
            await self._caller.reply(status, headers, body)
            return
        self._head, self._body = (status, [*headers, self._wish]), body
        if self.is_open:
            await self._give_body()

    def forget(self) -> None:
        """What is held, whoever it came from."""
        self._head = self._body = None
        self._has_ended = False
        self._splitter = SseSplitter()
        self._taken()

    def close(self) -> None:
        """Nothing of it is held any more."""
        self._taken()

    def _taken(self) -> list[bytes]:
        """All pieces, which are not held from now on."""
        pieces, self._pieces = self._pieces, []
        self._terms.room.held -= self._size
        self._size = 0
        return pieces

    async def let_go(self, why: str) -> None:
        """All that is held, in order, and from now on everything at once. Raises ClientGone."""
        async with self._turn:
            if self.is_open:
                return
            self.is_open, self.why_open = True, why
            if self._body is not None:
                await self._give_body()
                return
            if self._head is None:
                return
            await self._begin()
            for chunk in _joined(self._taken()):
                await self._caller.write(chunk)
            if self._has_ended:
                await self._caller.end()

    async def show_life(self) -> None:
        """To a caller who waits for a stream. Raises ClientGone."""
        sign = _SIGNS_OF_LIFE.get(self._dialect.protocol)
        if sign is None or not self._is_event_stream:
            return
        async with self._turn:
            if self.is_open:
                return
            if not self._caller.has_begun:
                await self._caller.begin(200, [*_EVENTS, self._wish])
            await self._caller.write(sign)

    @property
    def _is_event_stream(self) -> bool:
        """Gemini has another kind of stream, in which nothing can be said before its first word."""
        return self._dialect.protocol is not ModelProtocol.GEMINI or "alt=sse" in self.query

    async def _begin(self) -> None:
        assert self._head is not None, "begin() comes first"
        if not self._caller.has_begun:
            await self._caller.begin(*self._head)

    async def _give_body(self) -> None:
        """Where signs of life were given, there is no status any more: an error in the stream."""
        assert self._head is not None, "reply() comes first"
        body, (status, headers) = self._body or b"", self._head
        if not self._caller.has_begun:
            await self._caller.reply(status, headers, body)
            return
        words = told_error(body) or f"The provider answered with status {status}."
        await self._caller.write(self._dialect.stream_error(words, f"upstream_{status}"))
        await self._caller.end()

    def _says_something(self, chunk: bytes) -> bool:
        if not self._is_event_stream:
            return True
        protocol = self._dialect.protocol
        frames = self._splitter.feed(bytes(chunk))
        return any([says_something(frame, protocol) for frame in frames])


def _joined(pieces: list[bytes]) -> list[bytes]:
    """Few writes, none of them large."""
    joined: list[bytes] = []
    part: list[bytes] = []
    size = 0
    for piece in pieces:
        part.append(piece)
        size += len(piece)
        if size >= _WRITTEN_AT_ONCE:
            joined.append(b"".join(part))
            part, size = [], 0
    return [*joined, b"".join(part)] if part else joined
