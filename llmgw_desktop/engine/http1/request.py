"""A request on its connection: its head, its body as it comes, and the way to its answer."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from multidict import CIMultiDict

from llmgw_desktop.domain.errors import LlmgwError, MalformedRequest
from llmgw_desktop.engine.http1 import holds_too_little
from llmgw_desktop.engine.http1.head import RequestHead


class RequestBody:
    """Pieces as they come. Whoever feeds it looks at `held`, and is told when it was taken."""

    __slots__ = ("_came", "_error", "_pieces", "_size", "_waiter", "held", "is_whole", "taken")

    def __init__(self, taken: Callable[[], None]) -> None:
        self.taken = taken
        self.held = 0
        """Bytes that wait to be read."""
        self.is_whole = False
        self._pieces: list[bytes] = []
        self._size = 0
        self._came = 0
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    def take(self) -> bytes:
        """All that is here. Raises MalformedRequest, ConnectionError."""
        if self._error is not None:
            raise self._error
        if not self._pieces:
            return b""
        pieces, self._pieces = self._pieces, []
        self.held = 0
        self.taken()
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def piece(self) -> bytes:
        """What has come since the last one; empty at the end. Raises as `take`."""
        while not (piece := self.take()) and not self.is_whole:
            self._waiter = asyncio.get_running_loop().create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return piece

    # the connection's side

    def add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.held += len(piece)
        self._size += len(piece)

    def tell(self) -> None:
        """There is more, or the end."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def fail(self, error: Exception) -> None:
        if not self.is_whole and self._error is None:
            self._error = error
            self.tell()

    def came_in_chunks(self, size: int) -> bool:
        """False once so much has come that is no body; whoever reads it is told."""
        self._came += size
        if not holds_too_little(self._came, self._size):
            return True
        words = "The request's body cannot be read: its chunks hold too little."
        self._error = MalformedRequest(words)
        return False


class RequestConnection(Protocol):
    """What a request, its reader and its answer need of their connection."""

    transport: asyncio.Transport | None
    """None once the connection is lost."""
    address: str
    """Of the other end; empty where it is not known."""
    is_congested: bool
    """The client is slow to read."""

    @property
    def is_idle(self) -> bool:
        """No request is under way on it."""

    def give_way(self) -> None:
        """Be closed."""

    @property
    def is_leaving(self) -> bool:
        """It ends with its next answer."""

    async def drained(self) -> None:
        """The client has read most of what it was sent. Raises ConnectionError."""


class RequestAnswer(Protocol):
    """On its way, perhaps all of it."""

    is_streamed: bool

    @property
    def stays(self) -> bool:
        """Whether the connection goes on after it."""

    async def settle(self) -> None:
        """Whoever made it is done: what was begun and not ended is broken off."""


class HttpRequest:
    """One of a connection, which is answered before the next one begins."""

    __slots__ = ("answer", "body", "connection", "head", "is_last", "surplus")

    def __init__(self, connection: RequestConnection, head: RequestHead, body: RequestBody) -> None:
        self.connection = connection
        self.head = head
        self.body = body
        self.answer: RequestAnswer | None = None
        self.is_last = False
        """Its connection ends with the answer."""
        self.surplus: LlmgwError | None = None
        """Why it goes nowhere, unless it is the person's own question to the gateway."""

    @property
    def method(self) -> str:
        return self.head.method

    @property
    def headers(self) -> CIMultiDict[str]:
        return self.head.headers

    @property
    def transport(self) -> asyncio.Transport | None:
        """None once the connection is lost."""
        return self.connection.transport

    @property
    def remote(self) -> str:
        """The address of the other end."""
        return self.connection.address

    @property
    def keep_alive(self) -> bool:
        """Not where the door is about to be somebody else's: the next request finds that one."""
        return self.head.keep_alive and not self.is_last and not self.connection.is_leaving

    @property
    def may_listen(self) -> bool:
        """Nothing of the request is missing, and no stream has begun: who leaves one costs money
        until it ends. Of those whom nothing can be said to before their answer, only what costs
        nothing is taken for a question."""
        if not self.body.is_whole or (self.answer is not None and self.answer.is_streamed):
            return False
        return self.head.is_modern or self.method in ("GET", "HEAD")
