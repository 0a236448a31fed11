"""News of changes by both eras' ways: a session's standing stream, and `subscriptions/listen`."""

from collections.abc import Callable, Mapping
from typing import Any

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
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    SubscriptionsListenResult,
    UnsubscribeRequestParams,
)

from llmgw_desktop.engine.mcp.changes import PROMPTS, TOOLS, Change, Changes
from llmgw_desktop.engine.mcp.sdk_server import Context, WhoAsks
from llmgw_desktop.engine.mcp.sessions import McpSession, McpSessions
from llmgw_desktop.engine.tasks import Tasks

Touch = Callable[[str], None]

_SESSION_ID = "mcp-session-id"


class SdkNews:
    """Enters sessions when they are open, and lets each client hear what concerns it."""

    def __init__(self, changes: Changes, sessions: McpSessions, who: WhoAsks, touch: Touch) -> None:
        """`touch` notes that a session is in use."""
        self._changes = changes
        self._sessions = sessions
        self._who = who
        self._touch = touch
        self._tasks = Tasks()

    async def close(self) -> None:
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
        )
        session.listener = self._changes.listen(visitor, lambda news: self._tell(session, news))
        self._sessions.enter(session)
        connection.exit_stack.callback(self._sessions.take_out, session_id)

    async def subscribe(self, ctx: Context, params: SubscribeRequestParams) -> EmptyResult:
        """What is not there never changes: nobody learns whether it is another's."""
        session = self._session(ctx)
        if session is not None and session.listener is not None:
            self._changes.follow(session.listener, params.uri)
        return EmptyResult()

    async def unsubscribe(self, ctx: Context, params: UnsubscribeRequestParams) -> EmptyResult:
        session = self._session(ctx)
        if session is not None and session.listener is not None:
            session.listener.addresses.pop(params.uri, None)
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
        self, changes: Changes, visitor: Any, params: SubscriptionsListenRequestParams
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


def _session_id(ctx: Context) -> str:
    assert ctx.request is not None, "requests come over HTTP"
    return str(ctx.request.headers.get(_SESSION_ID, ""))
