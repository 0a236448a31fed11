"""Why a flight's cache missed, and two compared flights, as the gateway's doors, MCP and commands
write them.

What is equal is counted and not repeated; of a text that changed what stays the same is shortened
to what stands next to a change. However much differs, what is told of it has an end. Figures are
each flight's own, as `flights.py` writes them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from llmgw_desktop.domain.flights.alignment import TextChange, TextRun
from llmgw_desktop.domain.flights.blocks import FlightBlock
from llmgw_desktop.domain.flights.cache_verdict import CacheVerdict, Warmth
from llmgw_desktop.domain.flights.cache_words import PromptBlock, happened, kept_warm
from llmgw_desktop.domain.flights.comparison import (
    BlockChange,
    BlockDifference,
    ComparedFlight,
    FlightComparison,
    ValueDifference,
    differs,
)
from llmgw_desktop.domain.flights.flight import FlightSummary, Phase
from llmgw_desktop.domain.flights.prompt_changes import TextDifference
from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.wire.native.flights import listed_object

MOST_TEXT = 4_000
"""Characters of one piece; `omitted` says how many more there are."""
MOST_CHARS = 1_000_000
"""Of all differences together; of those behind only their number is told."""
_NEAR = 120
_KEPT = ("id", "state", "startedAt", "durationMs", "client", "protocol", "modelAsked", "model")


def diff_object(comparison: FlightComparison, most_chars: int = MOST_CHARS) -> dict[str, Any]:
    """`same` is null where a side cannot be read; `missing` says why. `most_chars`: of all that is
    told of differences, as a share for each part."""
    before, after = comparison.before, comparison.after
    share = most_chars // 3
    return {
        "flights": [_flight(before), _flight(after)],
        "request": {
            "same": comparison.is_request_same,
            "parameters": [_value(each) for each in comparison.parameters if differs(each)],
            "toolsMoved": comparison.tools_moved,
            "tools": list(_blocks(comparison.tools, share)),
            "messages": list(_blocks(comparison.messages, share)),
        },
        "answer": {
            "same": comparison.is_answer_same,
            "blocks": list(_blocks(comparison.answer, share)),
        },
        "figures": _figures(before, after),
        "timeline": _timeline(before.phases, after.phases),
    }


def _flight(side: ComparedFlight) -> dict[str, Any]:
    told = listed_object(side.summary)
    return {name: told[name] for name in _KEPT} | {"missing": side.missing}


def _figures(before: ComparedFlight, after: ComparedFlight) -> dict[str, list[Any]]:
    """Of both, in their order, what `GET /v1/flights` tells of each."""
    one, other = listed_object(before.summary), listed_object(after.summary)
    return {name: [one[name], other[name]] for name in one if name not in ("id", "startedAt")}


def _timeline(before: Iterable[Phase], after: Iterable[Phase]) -> list[dict[str, Any]]:
    """How long each phase took; a phase may come again, and counts in sum."""
    one, other = _durations(before), _durations(after)
    names = dict.fromkeys((*one, *other))
    return [{"phase": each, "ms": [one.get(each), other.get(each)]} for each in names]


def _durations(phases: Iterable[Phase]) -> Mapping[str, float]:
    sums: dict[str, float] = {}
    for phase in phases:
        sums[phase.name] = sums.get(phase.name, 0.0) + phase.end_ms - phase.start_ms
    return sums


def _value(each: ValueDifference) -> dict[str, Any]:
    values = [None if it is None else it[:MOST_TEXT] for it in (each.before, each.after)]
    return {"change": each.change, "name": each.name, "values": values}


def _blocks(differences: Sequence[BlockDifference], room: int) -> Iterator[dict[str, Any]]:
    """`more` stands for those that there is no room for."""
    counts = {BlockChange.SAME.value: 0, _MORE: 0}
    for each in differences:
        if each.change is BlockChange.SAME:
            counts[BlockChange.SAME] += 1
            continue
        if room <= 0:
            counts[_MORE] += 1
            continue
        yield from _counted(counts)
        told = _difference(each)
        room -= _size(told)
        yield told
    yield from _counted(counts)


_MORE = "more"


def _counted(counts: dict[str, int]) -> Iterator[dict[str, Any]]:
    for name, count in counts.items():
        if count:
            yield {"change": name, "count": count}
            counts[name] = 0


def _size(told: Mapping[str, Any]) -> int:
    """About as many characters as it takes."""
    return 100 + sum(
        len(each["text"]) + 40 for each in (told, *told.get("words", ())) if "text" in each
    )


def _difference(each: BlockDifference) -> dict[str, Any]:
    block = each.block
    told: dict[str, Any] = {"change": each.change, "kind": block.kind}
    if block.role:
        told["role"] = block.role
    if block.name:
        told["name"] = block.name
    numbers = [_number(each.before), _number(each.after)]
    if any(numbers):
        told["message"] = numbers
    if each.change is BlockChange.CHANGED:
        return told | {"words": [_run(run) for run in each.runs]}
    return told | _text(block.text, MOST_TEXT)


def _number(block: FlightBlock | None) -> int | None:
    return None if block is None else block.message or None


def _run(run: TextRun) -> dict[str, Any]:
    if run.change is not TextChange.SAME or len(run.text) <= 3 * _NEAR:
        return {"change": run.change, **_text(run.text, MOST_TEXT)}
    omitted = len(run.text) - 2 * _NEAR
    text = f"{run.text[:_NEAR]} … {run.text[-_NEAR:]}"
    return {"change": run.change, "text": text, "omitted": omitted}


def _text(text: str, most: int) -> dict[str, Any]:
    """Whole characters: half ones cannot be written."""
    kept = text[:most].encode("utf-8", "replace").decode()
    return {"text": kept, "omitted": len(text) - most} if len(text) > most else {"text": kept}


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
