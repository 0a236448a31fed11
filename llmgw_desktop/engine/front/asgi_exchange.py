"""One request of our own HTTP server, as an ASGI application sees it.

A client that leaves has the task cancelled in which its request is answered. The application runs
in another and is told so: what it does then is its own business (a session whose first answer was
read is kept, though its client broke off the stream that this came in).
"""

import asyncio

from llmgw_desktop.domain.errors import ClientGone
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.mcp.asgi import Message, Scope

_OF_THE_CONNECTION = frozenset(
    {b"connection", b"keep-alive", b"transfer-encoding", b"content-length", b"date", b"server"}
)
_OF_THE_BODY = frozenset({"content-length", "content-encoding", "transfer-encoding"})
"""It is handed over as it was meant."""


class AsgiExchange:
    """`scope`, `receive` and `send` of one request. A whole answer keeps the connection."""

    def __init__(self, caller: HttpCaller, body: bytes) -> None:
        self._caller = caller
        self._body: bytes | None = body
        self._is_gone = False
        self._left = asyncio.Event()
        self._status = 500
        self._headers: list[tuple[str, str]] = []

    def scope(self) -> Scope:
        caller = self._caller
        headers = [
            (name.lower().encode("latin-1"), value.encode("utf-8", "surrogateescape"))
            for name, value in caller.headers.items()
            if name.lower() not in _OF_THE_BODY
        ]
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": caller.method,
            "scheme": "http",
            "path": caller.path,
            "raw_path": caller.path.encode(),
            "query_string": caller.query.encode(),
            "root_path": "",
            "headers": headers,
            "client": None,
            "server": None,
        }

    async def receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    def client_left(self) -> None:
        self._is_gone = True
        self._left.set()

    async def send(self, message: Message) -> None:
        """What comes after the client has left goes nowhere, as ASGI has it."""
        if not self._is_gone:
            try:
                await self._send(message)
            except ClientGone:
                self._is_gone = True

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in message.get("headers", ())
                if name.lower() not in _OF_THE_CONNECTION
            ]
            if any(value.startswith("text/event-stream") for _, value in self._headers):
                await self._caller.begin(self._status, self._headers)
                await self._caller.send_head()
        elif message["type"] == "http.response.body":
            await self._send_body(message.get("body", b""), bool(message.get("more_body")))

    async def _send_body(self, body: bytes, has_more: bool) -> None:
        caller = self._caller
        if not has_more and not caller.has_begun:
            await caller.reply(self._status, self._headers, body)
            return
        if not caller.has_begun:
            await caller.begin(self._status, self._headers)
        if body:
            await caller.write(body)
        if not has_more:
            await caller.end()
