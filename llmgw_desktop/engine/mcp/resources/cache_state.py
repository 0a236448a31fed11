"""`cache-state://…`: what vendors' prompt caches have done for whoever reads. Unknown figures are
null, never 0.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.events import JobChanged
from llmgw_desktop.domain.flights.cache_state import (
    CacheUse,
    GlobalCache,
    PrefixCache,
    SessionCache,
)
from llmgw_desktop.domain.jobs.run_errors import NoSuchSession
from llmgw_desktop.engine.mcp.offer import Resource
from llmgw_desktop.engine.mcp.tool import NotFound
from llmgw_desktop.engine.mcp.tools.job_words import iso
from llmgw_desktop.engine.runs.cache_states import CacheStates
from llmgw_desktop.engine.runs.sessions import Sessions
from llmgw_desktop.wire.native.flights import provenance_member

_OF_SUMS = {
    "cacheReadTokens": "totalCacheReadTokens",
    "cacheCreationTokens": "totalCacheCreationTokens",
}


def global_object(state: GlobalCache) -> dict[str, Any]:
    marked = state.marks.marked
    return {
        "windowHours": state.hours,
        "totalRequests": state.use.requests,
        "totalHits": state.use.hits,
        **_figures(state.use),
        "perCli": [{"cli": each.cli, **_counted(each.use)} for each in state.clis],
        "explicitCacheControlRows": marked.requests,
        "explicitCacheControlHits": marked.hits,
        "explicitCacheControlHitRate": marked.hit_rate,
        "stablePrefixReuseCount": state.marks.reused,
        "avgCacheCreationAfterFirstCall": state.marks.written_after_first,
    }


def session_object(state: SessionCache) -> dict[str, Any]:
    last, left_s = state.last, state.ttl_left_s
    return {
        "sessionId": state.session_id,
        "cli": state.cli,
        **_counted(state.use),
        "distinctPrefixCount": state.prefixes,
        "lastRequestAt": iso(last.at_s if last is not None else None),
        "ttlRemainingMs": None if left_s is None else round(left_s * 1000),
        "latestCacheControlBlocks": None if last is None else last.blocks,
        "latestCacheControlTtlSeconds": (last.ttl_s or None) if last is not None else None,
    }


def prefix_object(state: PrefixCache) -> dict[str, Any]:
    return {
        "stablePrefixHash": state.prefix_hash,
        **_counted(state.use),
        "cliBreakdown": [
            {"cli": each.cli, "model": each.model or None, "count": each.use.requests}
            for each in state.models
        ],
        "firstSeenAt": iso(state.first_at_s),
        "lastSeenAt": iso(state.last_at_s),
    }


def _counted(use: CacheUse) -> dict[str, Any]:
    return {"requestCount": use.requests, "hitCount": use.hits, **_figures(use)}


def _figures(use: CacheUse) -> dict[str, Any]:
    return {
        "hitRate": use.hit_rate,
        "totalCacheReadTokens": use.usage.cache_read_tokens,
        "totalCacheCreationTokens": use.usage.cache_write_tokens,
        "estimatedSavingsUsd": use.saving_usd,
        **_provenance(use),
    }


def _provenance(use: CacheUse) -> dict[str, Any]:
    """Of sums whose parts were not all told, by their names here."""
    told = provenance_member(use.usage)
    return {
        member: {_OF_SUMS[name]: each for name, each in figures.items() if name in _OF_SUMS}
        for member, figures in told.items()
    }


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
