"""A session with the engine, as the era of `initialize` wants one: opened when it is first needed,
and opened again, unseen by the client, with each engine that comes after."""

import asyncio
import json
import logging
from collections.abc import Callable
from enum import Enum, auto

from llmgw_desktop.app.mcp_stdio.engine import Engine
from llmgw_desktop.app.mcp_stdio.events import Events
from llmgw_desktop.app.mcp_stdio.greeting import Greeting
from llmgw_desktop.app.mcp_stdio.http import Answer, BrokenOff, Exchange, NotReached
from llmgw_desktop.app.mcp_stdio.messages import encoded
from llmgw_desktop.app.mcp_stdio.replies import answer_of, decoded, is_answer, line_of

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


class Session:
    """One session of one engine."""

    __slots__ = ("engine", "headers", "id", "url")

    def __init__(self, engine: Engine, url: str, session_id: str, headers: dict[str, str]) -> None:
        self.engine = engine
        self.url = url
        self.id = session_id
        self.headers = headers


class Sessions:
    """The session that is open, if one is."""

    def __init__(self, greeting: Greeting, tell: Callable[[bytes], None]) -> None:
        self._greeting = greeting
        self._tell = tell
        self._opening = asyncio.Lock()
        self.session: Session | None = None
        self.watched: dict[str, bytes] = {}
        """What the client asked to be told of, with its words: asked of each new session again."""
        self._was_open = False
        self.opened: Callable[[Session], None] = lambda _: None
        """Told of each new one."""

    async def of(self, engine: Engine, url: str, headers: dict[str, str]) -> Session:
        """Raises NotReached, BrokenOff, KeyRefused, NoSession."""
        async with self._opening:
            if self.session is None or self.session.engine is not engine:
                self.session = await self._open(engine, url, headers)
                self.opened(self.session)
            return self.session

    def forget(self, session: Session | None = None) -> None:
        """Because the engine does not know it any more, or (None) the client begins anew."""
        if session is None:
            self.watched.clear()
            self._was_open = False
        if session is None or self.session is session:
            self.session = None

    async def _open(self, engine: Engine, url: str, headers: dict[str, str]) -> Session:
        asked = {"jsonrpc": "2.0", "id": _OWN_ID, "method": "initialize"}
        body = encoded({**asked, "params": self._greeting.params})
        async with Exchange("POST", url, headers, body, certificate=engine.certificate) as reply:
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
        session = Session(engine, url, session_id, own)
        await post(session, encoded({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        for number, words in enumerate(self.watched.values()):
            await post(session, encoded({**json.loads(words), "id": f"{_OWN_ID}-{number}"}))
        if self._was_open:
            for kind in _MISSED:
                told = {"jsonrpc": "2.0", "method": f"notifications/{kind}/list_changed"}
                self._tell(encoded(told))
        self._was_open = True
        return session

    async def listen(self, session: Session) -> Gone:
        """What the server says unasked, for as long as it says it."""
        headers = {**session.headers, "Accept": "text/event-stream"}
        while self.session is session:
            try:
                async with Exchange(
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


async def post(session: Session, body: bytes) -> None:
    """A message that is not answered, or whose answer nobody waits for. Raises NotReached,
    BrokenOff."""
    async with Exchange(
        "POST", session.url, session.headers, body, certificate=session.engine.certificate
    ) as reply:
        await reply.whole()


async def _whole(reply: Answer) -> bytes:
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
