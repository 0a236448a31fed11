"""A server that listens at an address: MCP's streamable HTTP, on the gateway's own connections.

Each message is a POST; its answer is one JSON message or a stream of events. What the server says
unasked comes on one GET, where it offers that. Nothing is followed to another address.

A server that refuses a greeting may speak the older transport: one GET, whose first event tells
where messages are posted to, and on which all answers come.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import urljoin, urlsplit

import orjson

from llmgw_desktop.domain.mcp_presentation import VERSION
from llmgw_desktop.domain.mcp_server import GivenServer
from llmgw_desktop.engine.http1.client_connection import ConnectionClosed, UpstreamConnection
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.behind.authorization import SignInWanted
from llmgw_desktop.engine.mcp.behind.peer import (
    LONGEST_MESSAGE,
    PARSED_AT_ONCE,
    ServerFailed,
    ServerTalk,
)
from llmgw_desktop.engine.mcp.behind.web import BROKEN, CONNECT_S, failure_words
from llmgw_desktop.engine.upstream.pool import ConnectTarget, Pool
from llmgw_desktop.wire.sse import SseSplitter, data_of, event_of

_SESSION = "mcp-session-id"
_LISTENS_AGAIN_S = 30.0
_NOT_SPOKEN = (400, 404, 405)
"""What a server of the older transport answers to a greeting."""
_LONGEST_PLACE = 2_000
_EVENT_ID = re.compile(rb"^id:([\x20-\x7e]{1,1000})\r?$", re.MULTILINE)
_RETRY = re.compile(rb"^retry: ?([0-9]{1,7})\r?$", re.MULTILINE)
_RETRY_S, _LEAST_RETRY_S = 1.0, 0.1


class TokenSource(Protocol):
    """What is shown besides the headers of the settings."""

    async def token(self) -> str:
        """Empty where there is none. Raises ServerFailed."""

    async def refused(self, token: str, status: int, challenge: str) -> bool:
        """Whether another request is worth a try. Raises ServerFailed."""


class AddressLink:
    """One session with one server."""

    def __init__(
        self,
        server: GivenServer,
        pool: Pool,
        peer: ServerTalk,
        credentials: TokenSource | None = None,
    ) -> None:
        parts = urlsplit(server.url)
        self._url = server.url
        self._target = ConnectTarget.of(server.url, local=True)
        query = f"?{parts.query}" if parts.query else ""
        self._place = f"{parts.path or '/'}{query}"
        self._host = f" HTTP/1.1\r\nHost: {parts.netloc}"
        self._posts_to = ""
        """Of the older transport: a path with its query."""
        self._own = "".join(f"\r\n{name}: {text}" for name, text in server.headers.items())
        self._pool = pool
        self._peer = peer
        self._credentials = credentials
        self._session = ""
        self._version = ""
        self._tasks = Tasks()
        self._asking: dict[int, asyncio.Task[Any]] = {}
        if not self._own.replace("\r\n", "").isprintable():
            raise ServerFailed(f"{server.name}: a header holds what no header may.")

    @property
    def pid(self) -> int:
        return 0

    @property
    def log(self) -> tuple[str, ...]:
        return ()

    async def send(self, message: Mapping[str, Any]) -> None:
        """Raises ServerFailed. The answer to a request comes by itself."""
        number = message.get("id") if "method" in message else None
        if isinstance(number, int):
            work = self._ask(message, number)
            task = self._asking[number] = self._tasks.start(work, name=f"ask {self._peer.name}")
            task.add_done_callback(lambda _: self._asking.pop(number, None))
            return
        connection = await self._post(message)
        await self._leave(connection)
        if message.get("method") == "notifications/initialized" and not self._posts_to:
            self._tasks.start(self._listen(), name=f"listen to {self._peer.name}")

    def forget(self, number: int) -> None:
        """Nobody waits for this answer any more."""
        if (task := self._asking.get(number)) is not None:
            task.cancel()

    def agreed(self, version: str) -> None:
        """On the revision of the protocol."""
        self._version = version

    async def close(self) -> None:
        await self._tasks.stop()
        if self._session:
            try:
                async with asyncio.timeout(2.0):
                    connection = await self._admitted("DELETE", b"")
                    connection.close()
            except (ServerFailed, TimeoutError):
                return  # it forgets the session by itself

    async def _ask(self, message: Mapping[str, Any], number: int) -> None:
        try:
            connection = await self._post(message)
            if self._posts_to:
                await self._leave(connection)
                return  # the answer comes on the stream
            mark = StreamMark()
            try:
                await self._hear(connection, number, mark)
            except BROKEN as error:
                if not mark.id:
                    raise ServerFailed(failure_words(self._peer.name, error)) from error
            finally:  # one that is not read to its end is closed by this
                self._pool.give_back(self._pool.idle(self._target), connection)
            await self._hear_on(number, mark)
        except ServerFailed as error:
            self._peer.failed(number, error)
        else:
            told = f"{self._peer.name} ended its answer without a result."
            self._peer.failed(number, ServerFailed(told))

    async def _hear_on(self, number: int, mark: "StreamMark") -> None:
        """A stream that ended before the answer came is gone on with, where its events have ids. It
        ends with the call, which has its own patience."""
        while mark.id and self._peer.is_waiting(number):
            before, mark.id = mark.id, ""
            await asyncio.sleep(mark.retry_s)
            connection = await self._admitted("GET", b"", before)
            try:
                if connection.status != 200:
                    return
                await self._hear_events(connection, number, mark)
            except BROKEN:
                pass  # what it said until then counts
            finally:
                connection.close()

    async def _post(self, message: Mapping[str, Any]) -> UpstreamConnection:
        """With the head of a good answer."""
        connection = await self._admitted("POST", orjson.dumps(message))
        status = connection.status
        if 200 <= status < 300:
            self._session = connection.headers.get(_SESSION, self._session)
            return connection
        connection.close()
        is_greeting = message.get("method") == "initialize" and not self._posts_to
        if is_greeting and status in _NOT_SPOKEN and await self._opens_stream():
            return await self._post(message)
        if status == 404 and self._session:
            self._session = ""
            self._peer.lost(f"{self._peer.name} has forgotten the session.")
        raise ServerFailed(f"{self._peer.name} {_status_words(status)}")

    async def _admitted(self, method: str, body: bytes, after: str = "") -> UpstreamConnection:
        """As whoever is signed in; once more where the token was renewed. `after`: the event after
        which a stream is gone on with. Raises ServerFailed."""
        own = self._credentials
        if own is None:
            return await self._sent(method, body, after=after)
        token = await own.token()
        connection = await self._sent(method, body, token, after=after)
        if connection.status not in (401, 403):
            return connection
        status, told = connection.status, connection.headers.get("www-authenticate", "")
        connection.close()
        if not await own.refused(token, status, told):
            raise ServerFailed(f"{self._peer.name} {_status_words(status)}")
        return await self._sent(method, body, await own.token(), after=after)

    async def _sent(
        self, method: str, body: bytes, token: str = "", *, after: str = ""
    ) -> UpstreamConnection:
        """Raises ServerFailed."""
        head = self._head(method, len(body), token, after)
        idle = self._pool.idle(self._target)
        while True:
            kept = self._pool.kept(idle)
            connection = kept
            try:
                if connection is None:
                    connection = await self._pool.connect(self._target, CONNECT_S)
                connection.ask(head, body)
                await connection.answered()
            except BROKEN as error:
                if connection is not None:
                    connection.close()
                is_stale = isinstance(error, ConnectionClosed) and not error.heard
                if kept is not None and is_stale:
                    continue  # it was closed while nobody looked: nothing of this was read
                raise ServerFailed(failure_words(self._peer.name, error)) from error
            except BaseException:
                if connection is not None:
                    connection.close()
                raise
            return connection

    def _head(self, method: str, size: int, token: str, after: str) -> bytes:
        place = self._posts_to if method == "POST" and self._posts_to else self._place
        lines = [
            f"{method} {place}{self._host}",
            f"User-Agent: llmgw/{VERSION}",
            "Accept: application/json, text/event-stream",
            "Accept-Encoding: identity",
        ]
        if method == "GET":
            lines[2] = "Accept: text/event-stream"
        if method == "POST":
            lines += ["Content-Type: application/json", f"Content-Length: {size}"]
        if self._session:
            lines.append(f"Mcp-Session-Id: {self._session}")
        if after:
            lines.append(f"Last-Event-ID: {after}")
        if token:
            lines.append(f"Authorization: Bearer {token}")
        if self._version:
            lines.append(f"MCP-Protocol-Version: {self._version}")
        return ("\r\n".join(lines) + self._own + "\r\n\r\n").encode("utf-8")

    async def _hear(self, connection: UpstreamConnection, number: int, mark: "StreamMark") -> None:
        if connection.headers.get("content-type", "").startswith("text/event-stream"):
            await self._hear_events(connection, number, mark)
            return
        body = bytearray()
        while piece := await connection.piece():
            body += piece
            if len(body) > LONGEST_MESSAGE:
                connection.close()
                raise ServerFailed(
                    f"{self._peer.name} answered with more than {LONGEST_MESSAGE >> 20} MB, which"
                    " are dropped."
                )
        await self._take(bytes(body))

    async def _hear_events(
        self, connection: UpstreamConnection, number: int | None, mark: "StreamMark"
    ) -> None:
        splitter = SseSplitter(LONGEST_MESSAGE)
        while not self._peer.is_over and (piece := await connection.piece()):
            for frame in splitter.feed(piece):
                mark.note(frame)
                if data := data_of(frame):
                    await self._take(data, number)
            if splitter.has_overflowed:
                connection.close()
                raise ServerFailed(
                    f"{self._peer.name} answered with more than {LONGEST_MESSAGE >> 20} MB, which"
                    " are dropped."
                )

    async def _take(self, data: bytes, number: int | None = None) -> None:
        try:
            is_long = len(data) > PARSED_AT_ONCE
            message = await asyncio.to_thread(orjson.loads, data) if is_long else orjson.loads(data)
        except ValueError:
            self._peer.junk()
            return
        self._peer.heard(message, number)

    async def _listen(self) -> None:
        """For what it says unasked, as long as it offers that."""
        mark = StreamMark()
        while not self._peer.is_over:
            before, mark.id = mark.id, ""
            try:
                connection = await self._admitted("GET", b"", before)
            except ServerFailed:
                return
            try:
                if connection.status != 200:
                    return
                await self._hear_events(connection, None, mark)
            except (*BROKEN, ServerFailed):
                pass
            finally:
                connection.close()
            await asyncio.sleep(mark.retry_s if mark.id else _LISTENS_AGAIN_S)

    async def _opens_stream(self) -> bool:
        """Whether it speaks the older transport; then it is read from now on. Raises
        ServerFailed."""
        try:
            connection = await self._admitted("GET", b"")
        except SignInWanted:
            raise
        except ServerFailed:
            return False
        kind = connection.headers.get("content-type", "")
        if connection.status != 200 or not kind.startswith("text/event-stream"):
            connection.close()
            return False
        told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._tasks.start(self._follow(connection, told), name=f"hear {self._peer.name}")
        try:
            async with asyncio.timeout(CONNECT_S):
                said = await told
        except TimeoutError:
            connection.close()
            return False
        self._posts_to = self._own_place(said)
        return True

    async def _follow(self, connection: UpstreamConnection, told: asyncio.Future[str]) -> None:
        """All that it says, until it ends. `told`: where messages go, once."""
        splitter = SseSplitter(LONGEST_MESSAGE)
        try:
            while not splitter.has_overflowed and (piece := await connection.piece()):
                for frame in splitter.feed(piece):
                    data = data_of(frame)
                    if event_of(frame) == b"endpoint" and not told.done():
                        told.set_result(data[:_LONGEST_PLACE].decode("utf-8", "replace"))
                    elif data and told.done():
                        await self._take(data)
        except BROKEN:
            pass
        finally:
            connection.close()
        why = f"{self._peer.name} ended its stream of events."
        if not told.done():
            told.set_exception(ServerFailed(why))
        self._peer.lost(why)

    def _own_place(self, said: str) -> str:
        """Raises ServerFailed."""
        try:
            parts, own = urlsplit(urljoin(self._url, said)), urlsplit(self._url)
        except ValueError:
            parts = own = urlsplit("")
        place = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
        is_own = (parts.scheme, parts.netloc) == (own.scheme, own.netloc) != ("", "")
        if not is_own or not place.isascii() or not place.isprintable() or " " in place:
            raise ServerFailed(
                f"{self._peer.name} wants messages at another address, which is not followed."
            )
        return place

    async def _leave(self, connection: UpstreamConnection) -> None:
        """Of an answer nobody reads."""
        try:
            while await connection.piece():
                pass
        except BROKEN:
            connection.close()
        else:
            self._pool.give_back(self._pool.idle(self._target), connection)


class StreamMark:
    """How far a stream of events has come, as its server counts."""

    __slots__ = ("id", "retry_s")

    def __init__(self) -> None:
        self.id = ""
        """Of the last event; empty where it has none, or none that a header could hold."""
        self.retry_s = _RETRY_S

    def note(self, frame: bytes) -> None:
        for found in _EVENT_ID.findall(frame):
            self.id = found.decode("ascii").strip()
        for found in _RETRY.findall(frame):
            self.retry_s = min(max(int(found) / 1000, _LEAST_RETRY_S), _LISTENS_AGAIN_S)


def _status_words(status: int) -> str:
    if status in (401, 403):
        return f"refused the credentials that it was shown (status {status})."
    if 300 <= status < 400:
        return f"leads to another address (status {status}), which is not followed."
    return f"answered with status {status}."
