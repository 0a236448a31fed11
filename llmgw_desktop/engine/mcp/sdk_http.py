"""The official SDK's HTTP side, run by one task of ours. Imported at the door's first call."""

import asyncio
import logging
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from mcp.server import Server
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from llmgw_desktop.engine.mcp.asgi import Receive, Scope, Send
from llmgw_desktop.engine.mcp.offer import Offer, Visitor
from llmgw_desktop.engine.mcp.sdk_server import Context, make_server

IDLE_S = 30 * 60.0
"""A session that nobody used for so long is forgotten, and its client opens another: many programs
never say that they leave."""
MOST_SESSIONS = 1_000
"""Of all clients together. A person has a few dozen programs; at 50 KB each so many cost 50 MB."""
MOST_BODY_BYTES = 16 * 1024 * 1024
"""The SDK reads a body in one go, and the loop waits meanwhile."""

VISITOR = "llmgw.visitor"
"""Where in the ASGI scope it stands for whom a request is served."""


class SdkHttp:
    """`run` in a task of its own; from its start to its end requests are served."""

    def __init__(self, server: Server[Any]) -> None:
        self._manager = StreamableHTTPSessionManager(
            server,
            session_idle_timeout=IDLE_S,
            max_sessions=MOST_SESSIONS,
            max_request_body_size=MOST_BODY_BYTES,
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


def serving(offer: Offer) -> SdkHttp:
    logging.getLogger("mcp").setLevel(logging.WARNING)  # a session's coming and going is no news
    return SdkHttp(make_server(offer, who_asks))


def who_asks(ctx: Context) -> Visitor:
    """Each request of a session comes with its own key, and is served by what that may now."""
    assert ctx.request is not None, "requests come over HTTP"
    visitor: Visitor = ctx.request.scope[VISITOR]
    return visitor


@lru_cache(maxsize=64)
def _user(client_id: str) -> AuthenticatedUser:
    """To whom the SDK binds a session."""
    return AuthenticatedUser(AccessToken(token="", client_id=client_id, scopes=[]))
