"""Cache states in the words that MCP clients know. Unknown figures are null, never 0."""

from typing import Any

from llmgw_desktop.domain.cache_state import CacheUse, GlobalCache, PrefixCache, SessionCache
from llmgw_desktop.engine.mcp.tools.job_words import iso
from llmgw_desktop.wire.flights import provenance_member

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
