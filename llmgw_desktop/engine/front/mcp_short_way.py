"""The shorter way for lists, calls and pings at the MCP door: the toolbox is asked without the SDK.

The same tools, the same answers; what it costs is a tenth (decision 25). A call's tool runs in a
task of its own. In the era of sessions it goes on when its client vanishes, and ends when the
client cancels it; in the later one a client that leaves cancels it.
"""

import asyncio
from collections.abc import Callable, Mapping
from secrets import token_urlsafe
from typing import Any

import orjson

from llmgw_desktop.domain.access.consent import GRANTABLE_SCOPES
from llmgw_desktop.domain.access.principal import Principal, PrincipalKind, Scope
from llmgw_desktop.domain.errors import ClientGone
from llmgw_desktop.domain.mcp_presentation import NAME, TITLE, VERSION
from llmgw_desktop.engine.exchange.caller import JSON, HeaderLines
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.mcp_message import (
    CALL,
    CANCELED,
    LIST,
    Id,
    PlainRequest,
    plain_request,
    read_message,
    session_of,
)
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp import listing
from llmgw_desktop.engine.mcp.behind.callers import QUESTION_S
from llmgw_desktop.engine.mcp.offer import McpOffer, Visitor
from llmgw_desktop.engine.mcp.sessions import McpSession, McpSessions
from llmgw_desktop.engine.mcp.tool import CameBy, ToolAnswer, WayBack
from llmgw_desktop.engine.mcp.way_back import RetryingCaller, StreamCaller

PING_S = 15.0
"""After so long of silence a call's answer becomes a stream with signs of life."""
_STREAM = (("content-type", "text/event-stream"), ("cache-control", "no-cache, no-transform"))
_CANCELED = {"code": -32800, "message": "Request cancelled"}
_SERVER_INFO = {
    "io.modelcontextprotocol/serverInfo": {"name": NAME, "title": TITLE, "version": VERSION}
}
_LISTS_STAY_MS = 60_000
_ASKABLE = ("elicitation", "sampling", "roots")
_IN_USE = "This id is in use by a call that still runs."
_NO_SUCH_CALL = "No call waits for this answer any more: make it anew, without requestState."
_MOST_HELD = 200
_MOST_LISTS = 32
"""That are kept as they were written; for another the others go."""


class ShortWay:
    """Answers what is plain, and says of the rest that it did nothing."""

    def __init__(
        self,
        offer: McpOffer,
        sessions: McpSessions,
        may: Callable[[Principal, Scope], None] = lambda *_: None,
    ) -> None:
        """`may` raises MissingScope for one who may not, and knows the way to more."""
        self._offer = offer
        self._may = may
        self._sessions = sessions
        self._tasks = Tasks()
        self._calls: dict[tuple[str, Id], asyncio.Task[ToolAnswer]] = {}
        """Those of sessions that go on, by session and id."""
        self._held = _HeldCalls()
        self._lists: dict[tuple[Any, ...], bytes] = {}

    async def answer(self, caller: HttpCaller, visitor: Visitor, body: bytes) -> bool:
        """Whether it was answered; else it is the SDK's. Raises RequestTooLarge, MissingScope."""
        message = read_message(body)
        if message is None:
            return False
        self._check_scope(visitor.principal, message)
        client_id = visitor.principal.client_id
        if message.get("method", CANCELED) == CANCELED:
            session = session_of(caller, self._sessions, client_id)
            return await self._concerns(caller, session, message)
        request = plain_request(message, caller, self._sessions, client_id)
        if request is None or (
            request.method == CALL and not self._is_there(visitor, request.name)
        ):
            return False
        if request.session is not None:
            request.session.touch()
        if request.method == CALL:
            return await self._call(caller, visitor, request)
        is_list = request.method == LIST
        if is_list and (behind := self._offer.toolbox.behind) is not None:
            await behind.known()
        result = self._list(visitor, is_modern=request.session is None) if is_list else b"{}"
        await caller.reply(200, _head(request.session), _whole(request.id, result))
        return True

    async def close(self, within_s: float) -> None:
        """A call that ends within it is answered: who waited for a run was just let go."""
        self._held.close()
        await self._tasks.finish(within_s)

    def _is_there(self, visitor: Visitor, name: str) -> bool:
        toolbox = self._offer.toolbox
        if name in toolbox or toolbox.behind is None:
            return name in toolbox
        return toolbox.behind.find(name, visitor.principal, visitor.profile) is not None

    def _check_scope(self, principal: Principal, message: dict[str, Any]) -> None:
        """Who was let in by a person can ask that person for more, and is told so before the call;
        to others a tool that they may not use does not exist."""
        if principal.kind is not PrincipalKind.OAUTH or message.get("method") != CALL:
            return
        params = message.get("params")
        name = params.get("name") if isinstance(params, dict) else None
        scope = self._offer.toolbox.scope_of(name) if isinstance(name, str) else None
        if scope is not None and scope not in principal.scopes and scope in GRANTABLE_SCOPES:
            self._may(principal, scope)

    async def _concerns(
        self, caller: HttpCaller, session: McpSession | None, message: dict[str, Any]
    ) -> bool:
        """A call that goes on: it is cancelled, or its server's question has its answer."""
        if session is not None and session.take(message):
            await caller.reply(202, _head(session), b"")
            return True
        return "method" in message and await self._cancel(caller, session, message)

    async def _cancel(
        self, caller: HttpCaller, session: McpSession | None, message: dict[str, Any]
    ) -> bool:
        params = message.get("params")
        if session is None or not isinstance(params, dict):
            return False
        asked = params.get("requestId")
        if not isinstance(asked, str | int) or isinstance(asked, bool):
            return False
        task = self._calls.get((session.id, asked))
        if task is None:
            return False
        task.cancel()
        await caller.reply(202, _head(session), b"")
        return True

    async def _call(self, caller: HttpCaller, visitor: Visitor, request: PlainRequest) -> bool:
        key = (request.session.id, request.id) if request.session is not None else None
        if key in self._calls:  # whose answer would be whose, and which would a cancel mean?
            await caller.reply(400, _head(request.session), _refused(request.id))
            return True
        stream = _Stream(caller, request)
        call = self._held.take(request, visitor) if request.state else None
        if call is not None and call.back is not None:
            call.stream = stream
            call.back.take(request.answers)
        elif request.state:
            await caller.reply(400, _head(None), _refused(request.id, _NO_SUCH_CALL))
            return True
        else:
            call = self._begun(visitor, request, stream)
        if key is not None:
            self._calls[key] = call.task
            call.task.add_done_callback(lambda _: self._calls.pop(key, None))
        try:
            wanted = await self._settled(call)
        except (asyncio.CancelledError, ClientGone):
            if key is None:
                call.task.cancel()
            raise
        if wanted:
            state = self._held.put(call, request, visitor)
            await stream.end(_wanted(wanted, state))
            return True
        await stream.end(_outcome(call.task, is_modern=request.session is None))
        if request.session is not None:
            request.session.touch()
        return True

    def _begun(self, visitor: Visitor, request: PlainRequest, stream: "_Stream") -> "_Call":
        session = request.session.id if request.session is not None else ""
        call = _Call(stream)
        back: WayBack | None = None
        if self._offer.toolbox.behind is None:
            back = None  # no tool of ours asks
        elif request.session is not None:
            back = StreamCaller(request.session, stream.say)
        elif any(each in request.capabilities for each in _ASKABLE):
            back = call.back = RetryingCaller(request.capabilities)
        work = self._offer.toolbox.call(
            request.name,
            request.arguments,
            visitor.principal,
            project=visitor.project,
            progress=call.tell if request.progress_token is not None else None,
            came=CameBy(profile=visitor.profile, session=session, caller=back),
        )
        call.task = self._tasks.start(work, name=f"tool {request.name[:40]}")
        if call.back is not None:
            over = call.back.close
            call.task.add_done_callback(lambda _: over())
        return call

    async def _settled(self, call: "_Call") -> dict[str, Any]:
        """Once it is done: nothing; else what its client is asked first. Raises ClientGone."""
        waits: set[asyncio.Task[Any]] = {call.task}
        asked: asyncio.Task[bool] | None = None
        if call.back is not None:
            asked = self._tasks.start(call.back.has_asked.wait(), name="wait for a question")
            waits.add(asked)
        first = asyncio.FIRST_COMPLETED
        try:
            while not (await asyncio.wait(waits, timeout=PING_S, return_when=first))[0]:
                await call.stream.live()
        finally:
            if asked is not None:
                asked.cancel()
        return {} if call.back is None or call.task.done() else call.back.wanted()

    def _list(self, visitor: Visitor, *, is_modern: bool) -> bytes:
        tools = self._offer.toolbox.shown(visitor.principal, visitor.profile)
        own = (tool.name for tool in tools)
        key: tuple[Any, ...] = (is_modern, visitor.profile, visitor.server, *own)
        if (behind := self._offer.toolbox.behind) is not None:
            names = (each.name for each in behind.shown(visitor.principal, visitor.profile))
            key = (*key, behind.version, *names)
        made = self._lists.get(key)
        if made is None:
            if len(self._lists) >= _MOST_LISTS:
                self._lists.clear()
            shown: dict[str, Any] = {"tools": listing.tools_shown(self._offer, visitor)}
            if is_modern:
                stays = {"ttlMs": _LISTS_STAY_MS, "cacheScope": "private"}
                shown = {"resultType": "complete", **shown, **stays, "_meta": _SERVER_INFO}
            made = self._lists[key] = orjson.dumps(shown, default=dict)
        return made


class _Call:
    """A tool at work for a client; `back`: where that has to call again to be asked."""

    task: "asyncio.Task[ToolAnswer]"

    def __init__(self, stream: "_Stream") -> None:
        self.stream = stream
        """Of the request that waits for it now."""
        self.back: RetryingCaller | None = None

    async def tell(self, done: float, total: float | None, message: str) -> None:
        await self.stream.tell(done, total, message)


class _HeldCalls:
    """Those whose clients were asked something and will call again, by what these are told of them.
    One that nobody goes on with ends."""

    def __init__(self) -> None:
        self._held: dict[str, tuple[tuple[Any, ...], _Call, asyncio.TimerHandle]] = {}

    def put(self, call: _Call, request: PlainRequest, visitor: Visitor) -> str:
        state = token_urlsafe(24)
        if len(self._held) >= _MOST_HELD:
            self._end(next(iter(self._held)))
        timer = asyncio.get_running_loop().call_later(QUESTION_S, self._end, state)
        self._held[state] = _meant(request, visitor), call, timer
        return state

    def take(self, request: PlainRequest, visitor: Visitor) -> _Call | None:
        """None where it is not his, or another call."""
        meant, call, timer = self._held.get(request.state, ((), None, None))
        if meant != _meant(request, visitor):
            return None
        if timer is not None:
            timer.cancel()
        del self._held[request.state]
        return call

    def _end(self, state: str) -> None:
        _, call, timer = self._held.pop(state)
        timer.cancel()
        call.task.cancel()

    def close(self) -> None:
        for state in tuple(self._held):
            self._end(state)


def _meant(request: PlainRequest, visitor: Visitor) -> tuple[Any, ...]:
    return visitor.principal.client_id, request.name, request.arguments or {}


class _Stream:
    """The answer to one call: whole, or a stream from the first sign of life on."""

    def __init__(self, caller: HttpCaller, request: PlainRequest) -> None:
        self._caller = caller
        self._request = request
        self._is_over = False

    async def tell(self, done: float, total: float | None, message: str) -> None:
        """A client that has left, or has his answer, hears nothing."""
        if self._is_over:
            return
        params: dict[str, Any] = {"progressToken": self._request.progress_token, "progress": done}
        if total is not None:
            params["total"] = total
        if message:
            params["message"] = message
        news = {"jsonrpc": "2.0", "method": "notifications/progress", "params": params}
        try:
            await self.say(news)
        except ClientGone:
            return

    async def say(self, message: Mapping[str, Any]) -> None:
        """A message of ours that comes before the answer. Raises ClientGone."""
        if self._is_over:
            raise ClientGone("It has its answer.")
        await self._write(_event(orjson.dumps(message)))

    async def live(self) -> None:
        await self._write(b": ping\r\n\r\n")

    async def end(self, outcome: bytes) -> None:
        caller, self._is_over = self._caller, True
        whole = b'{"jsonrpc":"2.0","id":%b,%b}' % (orjson.dumps(self._request.id), outcome)
        if not caller.has_begun:
            await caller.reply(200, _head(self._request.session), whole)
            return
        await caller.write(_event(whole))
        await caller.end()

    async def _write(self, data: bytes) -> None:
        if not self._caller.has_begun:
            await self._caller.begin(200, _head(self._request.session, _STREAM))
        await self._caller.write(data)


def _outcome(task: "asyncio.Task[ToolAnswer]", *, is_modern: bool) -> bytes:
    if task.cancelled():
        return b'"error":' + orjson.dumps(_CANCELED)
    answer = task.result()
    if answer.error is not None:
        return b'"error":' + orjson.dumps(dict(answer.error), default=dict)
    shown = listing.answer_shown(answer)
    if is_modern:
        shown = {"resultType": "complete", **shown, "_meta": _SERVER_INFO}
    return b'"result":' + orjson.dumps(shown, default=dict)


def _whole(request_id: Id, result: bytes) -> bytes:
    return b'{"jsonrpc":"2.0","id":%b,"result":%b}' % (orjson.dumps(request_id), result)


def _wanted(questions: Mapping[str, Any], state: str) -> bytes:
    asked = {"inputRequests": questions, "requestState": state}
    told = {"resultType": "input_required", **asked, "_meta": _SERVER_INFO}
    return b'"result":' + orjson.dumps(told, default=dict)


def _refused(request_id: Id, why: str = _IN_USE) -> bytes:
    told = {"code": -32600, "message": why}
    return orjson.dumps({"jsonrpc": "2.0", "id": request_id, "error": told})


def _event(data: bytes) -> bytes:
    return b"event: message\r\ndata: %b\r\n\r\n" % data


def _head(session: McpSession | None, lines: HeaderLines = JSON) -> HeaderLines:
    return lines if session is None else (*lines, ("mcp-session-id", session.id))
