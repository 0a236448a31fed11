"""What the engine says over HTTP, as lines for the client."""

import asyncio
import json
import logging
from collections.abc import Callable
from enum import Enum, auto
from typing import Any

from llmgw_desktop.app.mcp.engine import Engine
from llmgw_desktop.app.mcp.http import BrokenOff, EngineAnswer, EngineExchange, Events, NotReached
from llmgw_desktop.app.mcp.messages import (
    GATEWAY_ERROR,
    REQUEST_CANCELLED,
    Greeting,
    Id,
    encoded,
    error,
)

_SHORT = 1000


def line_of(data: bytes) -> bytes:
    """As it came; JSON may hold line ends between its tokens, a line of ours may not."""
    if b"\n" in data or b"\r" in data:
        return encoded(json.loads(data))
    return data


def is_answer(data: bytes) -> bool:
    """To a question of ours, and no notification or question of the server's."""
    told = decoded(data)
    return isinstance(told, dict) and "method" not in told and ("result" in told or "error" in told)


def is_broken_off(answer: bytes) -> bool:
    """An engine that ends answers so what it cancels; a client is not answered that cancels."""
    told = decoded(answer) if len(answer) < _SHORT else None
    wrong = told.get("error") if isinstance(told, dict) else None
    return isinstance(wrong, dict) and wrong.get("code") == REQUEST_CANCELLED


def answer_of(body: bytes, status: int, message_id: Id) -> bytes:
    """The whole body of an answer. Whatever it is, the client gets an answer to its call."""
    told = decoded(body)
    if isinstance(told, dict) and told.get("jsonrpc") == "2.0":
        if told.get("id") == message_id and type(told.get("id")) is type(message_id):
            return line_of(body)
        return encoded({**told, "id": message_id})  # it could not tell whose it was
    return error(message_id, GATEWAY_ERROR, _words(told, status), {"status": status})


def decoded(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _words(told: Any, status: int) -> str:
    """Of an error that the gateway told before MCP was reached."""
    said = told.get("error") if isinstance(told, dict) else None
    message = said.get("message") if isinstance(said, dict) else said
    if isinstance(message, str) and message:
        return message
    return f"The gateway answered with HTTP status {status} and nothing of MCP."


_OWN_ID = "llmgw-mcp"
_MISSED = ("tools", "resources", "prompts")
"""What may be another after a change of the engine."""
_PAUSE_S = 0.2
_log = logging.getLogger(__name__)


class KeyRefused(Exception):
    """With what the engine said."""

    def __init__(self, body: bytes) -> None:
        super().__init__("the access key is refused")
        self.body = body


class NoSession(Exception):
    """The engine opens none; with what it answered."""

    def __init__(self, answer: bytes) -> None:
        super().__init__("no session")
        self.answer = answer


class Gone(Enum):
    """Why nothing is listened to any more."""

    ENGINE = auto()
    SESSION = auto()
    NOTHING = auto()
    """The engine says nothing unasked, or this session is not the one that is used."""


class EditorSession:
    """One session of one engine."""

    __slots__ = ("engine", "headers", "id", "url")

    def __init__(self, engine: Engine, url: str, session_id: str, headers: dict[str, str]) -> None:
        self.engine = engine
        self.url = url
        self.id = session_id
        self.headers = headers


class EditorSessions:
    """The session that is open, if one is."""

    def __init__(self, greeting: Greeting, tell: Callable[[bytes], None]) -> None:
        self._greeting = greeting
        self._tell = tell
        self._opening = asyncio.Lock()
        self.session: EditorSession | None = None
        self.watched: dict[str, bytes] = {}
        """What the client asked to be told of, with its words: asked of each new session again."""
        self._was_open = False
        self.opened: Callable[[EditorSession], None] = lambda _: None
        """Told of each new one."""

    async def of(self, engine: Engine, url: str, headers: dict[str, str]) -> EditorSession:
        """Raises NotReached, BrokenOff, KeyRefused, NoSession."""
        async with self._opening:
            if self.session is None or self.session.engine is not engine:
                self.session = await self._open(engine, url, headers)
                self.opened(self.session)
            return self.session

    def forget(self, session: EditorSession | None = None) -> None:
        """Because the engine does not know it any more, or (None) the client begins anew."""
        if session is None:
            self.watched.clear()
            self._was_open = False
        if session is None or self.session is session:
            self.session = None

    async def _open(self, engine: Engine, url: str, headers: dict[str, str]) -> EditorSession:
        asked = {"jsonrpc": "2.0", "id": _OWN_ID, "method": "initialize"}
        body = encoded({**asked, "params": self._greeting.params})
        async with EngineExchange(
            "POST", url, headers, body, certificate=engine.certificate
        ) as reply:
            answer = await _whole(reply)
            told = decoded(answer)
            result = told.get("result") if isinstance(told, dict) else None
            if not isinstance(result, dict):
                raise NoSession(answer_of(answer, reply.status, _OWN_ID))
            version = str(result.get("protocolVersion", self._greeting.version))
            session_id = reply.headers.get("mcp-session-id", "")
        own = {**headers, "MCP-Protocol-Version": version}
        if session_id:
            own["Mcp-Session-Id"] = session_id
        session = EditorSession(engine, url, session_id, own)
        await post(session, encoded({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        for number, words in enumerate(self.watched.values()):
            await post(session, encoded({**json.loads(words), "id": f"{_OWN_ID}-{number}"}))
        if self._was_open:
            for kind in _MISSED:
                told = {"jsonrpc": "2.0", "method": f"notifications/{kind}/list_changed"}
                self._tell(encoded(told))
        self._was_open = True
        return session

    async def listen(self, session: EditorSession) -> Gone:
        """What the server says unasked, for as long as it says it."""
        headers = {**session.headers, "Accept": "text/event-stream"}
        while self.session is session:
            try:
                async with EngineExchange(
                    "GET", session.url, headers, certificate=session.engine.certificate
                ) as reply:
                    if not reply.is_stream:
                        return Gone.SESSION if reply.status == 404 else Gone.NOTHING
                    events = Events()
                    async for piece in reply.pieces():
                        for data in events.feed(piece):
                            self._tell(line_of(data))
            except NotReached:
                return Gone.ENGINE
            except BrokenOff:
                _log.debug("the stream of notifications broke off")
            await asyncio.sleep(_PAUSE_S)
        return Gone.NOTHING


async def post(session: EditorSession, body: bytes) -> None:
    """A message that is not answered, or whose answer nobody waits for. Raises NotReached,
    BrokenOff."""
    async with EngineExchange(
        "POST", session.url, session.headers, body, certificate=session.engine.certificate
    ) as reply:
        await reply.whole()


async def _whole(reply: EngineAnswer) -> bytes:
    """The answer itself, be it sent as an event. Raises BrokenOff, KeyRefused."""
    if reply.status == 401:
        raise KeyRefused(await reply.whole())
    if not reply.is_stream:
        return await reply.whole()
    events = Events()
    async for piece in reply.pieces():
        for data in events.feed(piece):
            if is_answer(data):
                reply.is_settled = True
                return data
    raise BrokenOff
