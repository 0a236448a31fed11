"""The official SDK's HTTP side and its news, run by one task of ours. Imported at a first call."""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any
from uuid import uuid4

import anyio
from mcp.server import Server
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser, AuthorizationContext
from mcp.server.auth.provider import AccessToken
from mcp.server.streamable_http import StreamableHTTPServerTransport
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.subscriptions import (
    ListenHandler,
    PromptsListChanged,
    ResourcesListChanged,
    ResourceUpdated,
    ServerEvent,
    ToolsListChanged,
)
from mcp_types import (
    EmptyResult,
    NotificationParams,
    SetLevelRequestParams,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)
from typing_extensions import override

from llmgw_desktop.domain.events import Event, ServerSaid
from llmgw_desktop.domain.mcp_presentation import MAX_MESSAGE_BYTES
from llmgw_desktop.engine.loop.tasks import Tasks
from llmgw_desktop.engine.mcp.behind.callers import LEVELS
from llmgw_desktop.engine.mcp.changes import PROMPTS, TOOLS, Change, OfferChanges
from llmgw_desktop.engine.mcp.offer import McpOffer, Visitor
from llmgw_desktop.engine.mcp.sdk_server import Context, WhoAsks, make_server
from llmgw_desktop.engine.mcp.sdk_session import LeanTransport
from llmgw_desktop.engine.mcp.sessions import McpSession, McpSessions, Receive, Scope, Send
from llmgw_desktop.engine.mcp.way_back import is_heard

Touch = Callable[[str], None]

_SESSION_ID = "mcp-session-id"
MOST_UNTOLD = 1_000
"""Messages of servers on their way to clients; more are left out."""


class SdkNews:
    """Enters sessions when they are open, and lets each client hear what concerns it."""

    def __init__(
        self, changes: OfferChanges, sessions: McpSessions, who: WhoAsks, touch: Touch
    ) -> None:
        """`touch` notes that a session is in use."""
        self._changes = changes
        self._sessions = sessions
        self._who = who
        self._touch = touch
        self._tasks = Tasks()
        self._deaf = changes.bus.subscribe(self._said, ServerSaid)

    async def close(self) -> None:
        self._deaf()
        await self._tasks.stop()

    async def session_opened(self, ctx: Context, params: NotificationParams | None) -> None:
        visitor, session_id = self._who(ctx), _session_id(ctx)
        if self._sessions.find(session_id, visitor.principal.client_id) is not None:
            return
        connection = ctx.session._connection  # the SDK shows it to nobody who holds a session
        session = McpSession(
            session_id,
            visitor.principal.client_id,
            ctx.protocol_version,
            notify=connection.notify,
            touch=lambda: self._touch(session_id),
            capabilities=_asked_of(ctx),
        )
        session.listener = self._changes.listen(
            visitor, lambda news: self._tell(session, news), session=session_id
        )
        self._sessions.enter(session)
        connection.exit_stack.callback(self._left, session)
        connection.client_params = None  # it is read for what stands in `session` alone

    def _left(self, session: McpSession) -> None:
        self._sessions.take_out(session.id)
        if (behind := self._changes.behind) is not None:
            behind.session_ended(session.client_id, session.id)
            behind.hear(self._least_level())

    async def set_level(self, ctx: Context, params: SetLevelRequestParams) -> EmptyResult:
        """Of messages of servers behind us; the gateway itself tells none."""
        session = self._session(ctx)
        if session is not None:
            session.log_level = params.level
            if (behind := self._changes.behind) is not None:
                behind.hear(self._least_level())
        return EmptyResult()

    def _least_level(self) -> str:
        return min((each.log_level for each in self._sessions), key=LEVELS.index, default="info")

    def _said(self, event: Event) -> None:
        """A server told something outside of any call: this computer's clients hear it."""
        if not isinstance(event, ServerSaid) or (behind := self._changes.behind) is None:
            return
        for session in self._sessions:
            if session.listener is None or not is_heard(event.params, session.log_level):
                continue
            whose = session.listener.visitor
            is_his = behind.has(event.server, whose.principal, whose.profile)
            if is_his and not whose.principal.is_remote and len(self._tasks) < MOST_UNTOLD:
                told = session.notify(event.method, event.params)
                self._tasks.start(told, name="tell an MCP session what a server says")

    async def subscribe(self, ctx: Context, params: SubscribeRequestParams) -> EmptyResult:
        """What is not there never changes: nobody learns whether it is another's."""
        session = self._session(ctx)
        if session is not None and session.listener is not None:
            self._changes.follow(session.listener, params.uri)
        return EmptyResult()

    async def unsubscribe(self, ctx: Context, params: UnsubscribeRequestParams) -> EmptyResult:
        session = self._session(ctx)
        if session is not None and session.listener is not None:
            self._changes.leave(session.listener, params.uri)
        return EmptyResult()

    async def listen(
        self, ctx: Context, params: SubscriptionsListenRequestParams
    ) -> SubscriptionsListenResult:
        bus = _BusOfOne(self._changes, self._who(ctx), params)
        return await ListenHandler(bus)(ctx, params)

    def _session(self, ctx: Context) -> McpSession | None:
        return self._sessions.find(_session_id(ctx), self._who(ctx).principal.client_id)

    def _tell(self, session: McpSession, changes: tuple[Change, ...]) -> None:
        self._tasks.start(_notify(session, changes), name="tell an MCP session of changes")


class _BusOfOne:
    """As the SDK's handler of one listening request wants it."""

    def __init__(
        self, changes: OfferChanges, visitor: Any, params: SubscriptionsListenRequestParams
    ) -> None:
        self._changes = changes
        self._visitor = visitor
        self._addresses = params.notifications.resource_subscriptions or ()

    async def publish(self, event: ServerEvent) -> None:
        raise AssertionError("changes come from the engine's bus")

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        def hear(changes: tuple[Change, ...]) -> None:
            for change in changes:
                listener(_event(change))

        return self._changes.listen(self._visitor, hear, self._addresses).stop


async def _notify(session: McpSession, changes: tuple[Change, ...]) -> None:
    for change in changes:
        method, params = _notification(change)
        await session.notify(method, params)


def _notification(change: Change) -> tuple[str, Mapping[str, Any] | None]:
    if change.uri:
        return "notifications/resources/updated", {"uri": change.uri}
    return f"notifications/{change.what}/list_changed", None


def _event(change: Change) -> ServerEvent:
    if change.uri:
        return ResourceUpdated(uri=change.uri)
    if change.what == TOOLS:
        return ToolsListChanged()
    return PromptsListChanged() if change.what == PROMPTS else ResourcesListChanged()


def _asked_of(ctx: Context) -> dict[str, Any]:
    """What the client says that it can be asked."""
    told = ctx.session.client_capabilities
    if told is None:
        return {}
    return told.model_dump(
        include={"roots", "sampling", "elicitation"}, by_alias=True, mode="json", exclude_none=True
    )


def _session_id(ctx: Context) -> str:
    assert ctx.request is not None, "requests come over HTTP"
    return str(ctx.request.headers.get(_SESSION_ID, ""))


IDLE_S = 30 * 60.0
"""A session that nobody used for so long is forgotten, and its client opens another: many programs
never say that they leave."""
MOST_SESSIONS = 1_000
"""Of all clients together. A person has a few dozen programs; at 25 KB each so many cost 25 MB."""
MOST_OF_ONE = 200
"""Of one client: for the next one that it used longest ago ends, and nobody else's."""

VISITOR = "llmgw.visitor"
"""Where in the ASGI scope it stands for whom a request is served."""


class _Manager(StreamableHTTPSessionManager):
    """Whose clients cannot take each other's sessions away."""

    @override
    def _admit_session(
        self, requestor: AuthorizationContext | None
    ) -> StreamableHTTPServerTransport | None:
        owners = self._session_owners.items()
        own = [session_id for session_id, owner in owners if owner == requestor]
        if len(own) >= MOST_OF_ONE and not self._end_longest_unused(own):
            return None
        if len(self._server_instances) >= MOST_SESSIONS:
            return None
        transport = LeanTransport(uuid4().hex, idle_timeout=IDLE_S)
        assert transport.mcp_session_id is not None, "it was just given one"
        if requestor is not None:
            self._session_owners[transport.mcp_session_id] = requestor
        self._server_instances[transport.mcp_session_id] = transport
        return transport

    def _end_longest_unused(self, session_ids: Iterable[str]) -> bool:
        """As if it had been idle for too long; those in use stay."""
        idle = [
            (scope.deadline, session_id, scope)
            for session_id in session_ids
            if (scope := self._server_instances[session_id].idle_scope) is not None
            and scope.deadline != math.inf
        ]
        if not idle:
            return False
        _, session_id, scope = min(idle, key=lambda each: each[0])
        self._server_instances.pop(session_id)
        self._session_owners.pop(session_id)
        scope.cancel()
        return True


class SdkHttp:
    """`run` in a task of its own; from its start to its end requests are served."""

    def __init__(self, server: Server[Any]) -> None:
        self._manager = _Manager(
            server,
            session_idle_timeout=IDLE_S,
            max_sessions=MOST_SESSIONS,
            max_request_body_size=MAX_MESSAGE_BYTES,
        )

    async def run(self, is_ready: Callable[[], None], stop: asyncio.Event) -> None:
        """Entered and left by the same task, as the SDK's task group has to be."""
        async with self._manager.run():
            is_ready()
            await stop.wait()

    async def serve(self, scope: Scope, visitor: Visitor, receive: Receive, send: Send) -> None:
        scope[VISITOR] = visitor
        scope["user"] = _user(visitor.principal.client_id)
        await self._manager.handle_request(scope, receive, send)

    def touch(self, session_id: str) -> None:
        """As a request would that the SDK saw: its session is in use from now."""
        transport = self._manager._server_instances.get(session_id)  # there is no other way to it
        idle = transport.idle_scope if transport is not None else None
        if idle is not None and not idle.cancel_called and idle.deadline != math.inf:
            idle.deadline = anyio.current_time() + IDLE_S


class Serving(SdkHttp):
    """The gateway's own server."""

    def __init__(self, offer: McpOffer, sessions: McpSessions) -> None:
        logging.getLogger("mcp").setLevel(logging.WARNING)  # that a session comes is no news
        self._news = SdkNews(OfferChanges(offer, offer.bus), sessions, who_asks, self.touch)
        super().__init__(make_server(offer, who_asks, self._news))

    @override
    async def run(self, is_ready: Callable[[], None], stop: asyncio.Event) -> None:
        try:
            await super().run(is_ready, stop)
        finally:
            await self._news.close()


def who_asks(ctx: Context) -> Visitor:
    """Each request of a session comes with its own key, and is served by what that may now."""
    assert ctx.request is not None, "requests come over HTTP"
    visitor: Visitor = ctx.request.scope[VISITOR]
    return visitor


@lru_cache(maxsize=64)
def _user(client_id: str) -> AuthenticatedUser:
    """To whom the SDK binds a session."""
    return AuthenticatedUser(AccessToken(token="", client_id=client_id, scopes=[]))
