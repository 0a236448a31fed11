"""`cache-state://…`: what vendors' prompt caches have done for whoever reads."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.events import JobChanged
from llmgw_desktop.domain.principal import Principal, Scope
from llmgw_desktop.domain.run_errors import NoSuchSession
from llmgw_desktop.engine.mcp.resource import Resource
from llmgw_desktop.engine.mcp.resources.cache_words import (
    global_object,
    prefix_object,
    session_object,
)
from llmgw_desktop.engine.mcp.tool_errors import NotFound
from llmgw_desktop.engine.runs.cache_states import CacheStates
from llmgw_desktop.engine.runs.sessions import Sessions

_Read = Callable[[Principal, Mapping[str, str]], Awaitable[dict[str, Any]]]
_CHANGES = frozenset({JobChanged})


def session_cache(
    caches: CacheStates, sessions: Sessions
) -> Callable[[str, Principal], Awaitable[dict[str, Any]]]:
    """For tools that tell of a session, by either of its ids. Raises NoSuchSession."""

    async def read(session_id: str, principal: Principal) -> dict[str, Any]:
        session = await sessions.get(session_id, principal.client_id)
        return session_object(await caches.of_session(session))

    return read


def cache_state_resources(caches: CacheStates, sessions: Sessions) -> tuple[Resource, ...]:
    of_session = session_cache(caches, sessions)

    async def everything(principal: Principal, places: Mapping[str, str]) -> dict[str, Any]:
        del places
        return global_object(await caches.of_everything(principal.client_id))

    async def session(principal: Principal, places: Mapping[str, str]) -> dict[str, Any]:
        try:
            return await of_session(places["sessionId"], principal)
        except NoSuchSession as error:
            raise NotFound(str(error)) from error

    async def prefix(principal: Principal, places: Mapping[str, str]) -> dict[str, Any]:
        state = await caches.of_prefix(places["hash"].lower(), principal.client_id)
        if state is None:
            raise NotFound(f"You have asked nothing with the prefix '{places['hash'][:80]}'.")
        return prefix_object(state)

    return (
        _resource("global", "cache-state", "Caches in the last 24 hours, by CLI.", everything),
        _resource("session/{sessionId}", "cache-state-of-session", "Of one session.", session),
        _resource("prefix/{hash}", "cache-state-of-prefix", "Of one stable beginning.", prefix),
    )


def _resource(rest: str, name: str, description: str, read: _Read) -> Resource:
    async def text(principal: Principal, places: Mapping[str, str]) -> str:
        return orjson.dumps(await read(principal, places)).decode()

    return Resource(
        uri=f"cache-state://{rest}",
        name=name,
        description=description,
        read=text,
        scope=Scope.JOBS_RUN,
        changes_with=_CHANGES,
    )
