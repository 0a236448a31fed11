"""A verdict on a flight's cache, as the gateway's doors, MCP and commands write it."""

from collections.abc import Sequence
from typing import Any

from llmgw_desktop.domain.flights.cache_blocks import PromptBlock
from llmgw_desktop.domain.flights.cache_verdict import CacheVerdict, Warmth
from llmgw_desktop.domain.flights.cache_words import happened, kept_warm
from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.domain.flights.text_difference import TextDifference
from llmgw_desktop.domain.plain_text import plain_text


def verdict_object(
    flight: FlightSummary, verdict: CacheVerdict, difference: TextDifference | None = None
) -> dict[str, Any]:
    """What happened, from which parts it shows, and what it came to."""
    earlier = verdict.earlier
    return {
        "flight": flight.id,
        "cause": verdict.cause,
        "isMiss": verdict.is_miss,
        "place": verdict.place or None,
        "words": plain_text(happened(verdict, flight, difference)),
        "advice": kept_warm(verdict, flight, difference) or None,
        "isCertain": verdict.is_certain,
        "comparedWith": None if earlier is None else earlier.id,
        "kinship": verdict.kinship,
        "changes": [{"place": each.place, "what": each.what} for each in verdict.changes],
        "gapSeconds": verdict.gap_s,
        "keptSeconds": verdict.kept_s,
        "leastTokens": verdict.least_tokens,
        "lostTokens": {"value": verdict.lost_tokens, "provenance": verdict.lost_provenance},
        "rewrittenTokens": verdict.rewritten_tokens,
    }


def difference_object(difference: TextDifference | None, unread: str) -> dict[str, Any]:
    """The first words that differ, or why they are not known."""
    if difference is None:
        return {"difference": None, "differenceUnknown": plain_text(unread) or None}
    return {
        "difference": {
            "byte": difference.byte,
            "before": difference.before,
            "now": difference.now,
            "at": difference.at,
            "looksLike": difference.look,
        },
        "differenceUnknown": None,
    }


def warmth_object(warmth: Warmth) -> dict[str, Any]:
    return {
        "warmUntil": warmth.until_s,
        "warmUntilIsCertain": None if warmth.until_s is None else warmth.is_certain,
    }


def block_objects(blocks: Sequence[PromptBlock]) -> list[dict[str, Any]]:
    return [
        {
            "place": each.place,
            "tokens": each.tokens,
            "fate": each.fate,
            "marked": each.is_marked,
            "changed": each.is_changed,
        }
        for each in blocks
    ]
