"""A session of the SDK's that takes half of the memory: many programs leave theirs open for hours.

The SDK has a task and two pairs of streams for each, which hold the last messages with all of their
requests. Here messages are handed over by plain calls: one task is left, which waits.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context, copy_context
from typing import Any

import anyio
from mcp.server.streamable_http import (
    GET_STREAM_KEY,
    EventMessage,
    StreamableHTTPServerTransport,
)
from mcp.shared.message import ServerMessageMetadata, SessionMessage
from mcp_types import JSONRPCError, JSONRPCResponse
from typing_extensions import override

_NOTHING = Exception("nothing")
"""What the SDK's loop reads last: it holds on to that, in the place of a request."""
Read = SessionMessage | Exception


class LeanTransport(StreamableHTTPServerTransport):
    """Without a store of events and without answers in plain JSON."""

    @asynccontextmanager
    @override
    async def connect(self) -> AsyncIterator[tuple[Any, Any]]:
        inbox, outlet = _Inbox(), _Outlet(self)
        self.idle_scope = anyio.CancelScope()
        self._read_stream_writer = self._read_stream = inbox  # type: ignore[assignment]
        self._write_stream = outlet  # type: ignore[assignment]
        try:
            yield inbox, outlet
        finally:
            for stream in list(self._request_streams):
                await self._clean_up_memory_streams(stream)
            await inbox.aclose()

    async def route(self, said: SessionMessage) -> None:
        """To the request that it answers or belongs to, else to the stream of the session."""
        message, about = said.message, said.metadata
        stream = GET_STREAM_KEY
        if isinstance(message, JSONRPCResponse | JSONRPCError) and message.id is not None:
            stream = str(message.id)
        elif isinstance(about, ServerMessageMetadata) and about.related_request_id is not None:
            stream = str(about.related_request_id)
        found = self._request_streams.get(stream)
        if found is None:
            return  # whoever asked has left, or does not listen
        try:
            await found[0].send(EventMessage(message, None))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            self._request_streams.pop(stream, None)


class _Stream:
    """What the SDK does with both ends."""

    async def aclose(self) -> None: ...

    async def __aenter__(self) -> Any:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class _Outlet(_Stream):
    """What the session says."""

    __slots__ = ("_is_closed", "_transport")

    def __init__(self, transport: LeanTransport) -> None:
        self._transport = transport
        self._is_closed = False

    async def send(self, said: SessionMessage) -> None:
        if self._is_closed:
            raise anyio.ClosedResourceError
        await self._transport.route(said)

    @override
    async def aclose(self) -> None:
        self._is_closed = True


class _Inbox(_Stream):
    """What the session hears, each with the context in which it came."""

    __slots__ = ("_is_closed", "_waits", "_whole", "last_context")

    def __init__(self) -> None:
        self.last_context: Context | None = None
        self._whole: deque[tuple[Context, Read]] | None = None
        """None: nothing, which is as good as always."""
        self._waits: asyncio.Future[None] | None = None
        self._is_closed = False

    async def send(self, heard: Read) -> None:
        if self._is_closed:
            raise anyio.ClosedResourceError
        if self._whole is None:
            self._whole = deque()
        self._whole.append((copy_context(), heard))
        self._wake()

    def __aiter__(self) -> "_Inbox":
        return self

    async def __anext__(self) -> Read:
        if self._whole:
            self.last_context, heard = self._whole.popleft()
            return heard
        if self.last_context is not None:
            self.last_context = self._whole = None
            return _NOTHING
        while not self._whole:
            if self._is_closed:
                raise StopAsyncIteration
            self._waits = asyncio.get_running_loop().create_future()
            try:
                await self._waits
            finally:
                self._waits = None
        self.last_context, heard = self._whole.popleft()
        return heard

    async def receive(self) -> Read:
        try:
            return await anext(self)
        except StopAsyncIteration:
            raise anyio.EndOfStream from None

    @override
    async def aclose(self) -> None:
        self._is_closed = True
        self._wake()

    def _wake(self) -> None:
        if self._waits is not None and not self._waits.done():
            self._waits.set_result(None)
