"""A message to the engine, and what comes of it back; whatever becomes of the engine meanwhile."""

import asyncio
import logging
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote

from llmgw_desktop.app.mcp import Options
from llmgw_desktop.app.mcp.engine import Engine, Engines, NoEngine
from llmgw_desktop.app.mcp.http import BrokenOff, EngineAnswer, EngineExchange, Events, NotReached
from llmgw_desktop.app.mcp.messages import CLIENT_KEY, GATEWAY_ERROR, Greeting, StdioMessage, error
from llmgw_desktop.app.mcp.session import (
    EditorSession,
    EditorSessions,
    Gone,
    KeyRefused,
    NoSession,
    answer_of,
    decoded,
    is_answer,
    is_broken_off,
    line_of,
    post,
)
from llmgw_desktop.domain.access.principal import as_label

_TRIES = 6
_LISTEN = "subscriptions/listen"
_READS = frozenset(
    {
        "tools/list",
        "prompts/list",
        "prompts/get",
        "resources/list",
        "resources/templates/list",
        "resources/read",
        "resources/subscribe",
        "resources/unsubscribe",
        "completion/complete",
        _LISTEN,
    }
)
"""What may be asked twice."""
_NAMED_BY = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
_BROKEN_OFF = (
    "The gateway ended while this call ran, and the call is not made again: it may have been done."
    " A job that it started goes on; llm_job_status and session_list show it."
)
_log = logging.getLogger(__name__)

Tell = Callable[[bytes], None]


class _SessionGone(Exception):
    pass


class Sent:
    """How far a call has come."""

    __slots__ = ("begun", "is_on_its_way")

    def __init__(self) -> None:
        self.is_on_its_way = False
        self.begun = asyncio.Event()
        """The engine has it."""


class Relay:
    """`ask` for requests, `notify` for the rest."""

    def __init__(self, engines: Engines, greeting: Greeting, options: Options, tell: Tell) -> None:
        self._engines = engines
        self._greeting = greeting
        asked = (("profile", options.profile), ("server", options.server))
        self._query = "&".join(f"{name}={quote(text)}" for name, text in asked if text)
        self.sessions = EditorSessions(greeting, tell)
        self._reading_tools: set[str] = set()
        """Those that the engine says only read."""

    async def ask(self, message: StdioMessage, tell: Tell, sent: Sent) -> bytes:
        """The line that answers it; what comes before goes to `tell`. Never raises."""
        for attempt in range(_TRIES):
            engine: Engine | None = None
            try:
                is_followed = attempt and message.method == _LISTEN
                engine = await (self._engines.next() if is_followed else self._engines.engine())
                return await self._asked(engine, message, tell, sent)
            except NoEngine as failure:
                return error(message.id, GATEWAY_ERROR, str(failure))
            except NoSession as refused:
                return answer_of(refused.answer, 200, message.id)
            except KeyRefused as refused:
                assert engine is not None
                if not self._engines.look_again(engine):
                    return answer_of(refused.body, 401, message.id)
            except NotReached:
                assert engine is not None
                self._engines.lost(engine)
            except BrokenOff:
                assert engine is not None
                self._engines.lost(engine)
                if sent.is_on_its_way and not self._may_be_repeated(message):
                    return error(message.id, GATEWAY_ERROR, _BROKEN_OFF)
            except _SessionGone:
                _log.info("the gateway has forgotten the session; a new one is opened")
            sent.is_on_its_way = False
        return error(message.id, GATEWAY_ERROR, "The gateway cannot be reached; try again.")

    async def notify(self, message: StdioMessage) -> None:
        """In the era of sessions; without one there is nobody whom it concerns."""
        session = self.sessions.session
        if session is not None:
            with suppress(NotReached, BrokenOff):
                await post(session, message.raw)

    async def follow(self, session: EditorSession) -> None:
        """What the server says unasked; and when it has gone, a session with the next one."""
        gone = await self.sessions.listen(session)
        if gone is Gone.NOTHING or self.sessions.session is not session:
            return
        if gone is Gone.ENGINE:
            self._engines.lost(session.engine)
        else:
            self.sessions.forget(session)
        engine = await self._engines.next()
        with suppress(NotReached, BrokenOff, KeyRefused, NoSession):
            await self.sessions.of(engine, self._url(engine), self._headers(engine, None))

    async def goodbye(self) -> None:
        session = self.sessions.session
        if session is not None and session.id:
            with suppress(NotReached, BrokenOff):
                async with EngineExchange(
                    "DELETE", session.url, session.headers, certificate=session.engine.certificate
                ):
                    pass

    async def _asked(self, engine: Engine, message: StdioMessage, tell: Tell, sent: Sent) -> bytes:
        url, headers = self._url(engine), self._headers(engine, message)
        session = None
        if message.version is None:
            session = await self.sessions.of(engine, url, headers)
            headers = session.headers
        else:
            headers |= _routing(message)
        sent.is_on_its_way = True
        async with EngineExchange(
            "POST", url, headers, message.raw, certificate=engine.certificate
        ) as reply:
            sent.begun.set()
            if reply.status == 401:
                raise KeyRefused(await reply.whole())
            if reply.status == 404 and session is not None:
                self.sessions.forget(session)
                raise _SessionGone
            answer = await self._read(reply, message, tell)
        if is_broken_off(answer):
            raise BrokenOff
        self._learn(message, answer)
        return answer

    @staticmethod
    async def _read(reply: EngineAnswer, message: StdioMessage, tell: Tell) -> bytes:
        if not reply.is_stream:
            return answer_of(await reply.whole(), reply.status, message.id)
        events = Events()
        async for piece in reply.pieces():
            for data in events.feed(piece):
                if is_answer(data):
                    reply.is_settled = True
                    return line_of(data)
                tell(line_of(data))
        raise BrokenOff

    def _may_be_repeated(self, message: StdioMessage) -> bool:
        if message.method == "tools/call":
            return message.params.get("name") in self._reading_tools
        return message.method in _READS

    def _learn(self, message: StdioMessage, answer: bytes) -> None:
        """What later has to be known of this."""
        if message.method == "tools/list":
            result = (decoded(answer) or {}).get("result") or {}
            for tool in result.get("tools") or ():
                if (tool.get("annotations") or {}).get("readOnlyHint") is True:
                    self._reading_tools.add(tool.get("name"))
        uri = message.params.get("uri")
        if message.version is not None or not isinstance(uri, str):
            return
        if message.method == "resources/unsubscribe":
            self.sessions.watched.pop(uri, None)
        elif message.method == "resources/subscribe" and "result" in (decoded(answer) or {}):
            self.sessions.watched[uri] = message.raw

    def _url(self, engine: Engine) -> str:
        return f"{engine.url}?{self._query}" if self._query else engine.url

    def _headers(self, engine: Engine, message: StdioMessage | None) -> dict[str, str]:
        headers = {
            "Authorization": f"Bearer {engine.key}",
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
        }
        client = message.meta.get(CLIENT_KEY) if message and message.version is not None else None
        params = self._greeting.params or {}
        if name := _name(client if isinstance(client, dict) else params.get("clientInfo")):
            headers["X-LLMGW-Caller"] = name
        return headers


def _routing(message: StdioMessage) -> dict[str, str]:
    """What the newer era wants said twice."""
    headers = {
        "MCP-Protocol-Version": _header(str(message.version)),
        "Mcp-Method": _header(message.method),
    }
    name = message.params.get(_NAMED_BY.get(message.method, ""))
    if isinstance(name, str):
        headers["Mcp-Name"] = _header(name)
    return headers


def _header(told: str) -> str:
    """As it is, or in Base64 as the protocol wraps what a header cannot carry."""
    is_plain = told.isascii() and told.isprintable() and told == told.strip()
    if is_plain and not told.startswith("=?base64?"):
        return told
    return f"=?base64?{b64encode(told.encode('utf-8', 'replace')).decode()}?="


def _name(client: object) -> str:
    """Of the client, as a label."""
    name = client.get("name") if isinstance(client, dict) else None
    return as_label(name) if isinstance(name, str) else ""
