"""The usage of Gemini's generateContent: cumulative, told with every object of a stream."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.domain.values import maker
from llmgw_desktop.wire.usages import UsageReading, tier_in

_PATH = "usageMetadata"
_PROMPT, _TOOLS, _ANSWER = (
    "promptTokensDetails",
    "toolUsePromptTokensDetails",
    "candidatesTokensDetails",
)
_KNOWN = frozenset(
    {
        "promptTokenCount",
        "candidatesTokenCount",
        "totalTokenCount",
        "cachedContentTokenCount",
        "thoughtsTokenCount",
        "toolUsePromptTokenCount",
        "cacheTokensDetails",
        "trafficType",
        "serviceTier",
        _PROMPT,
        _TOOLS,
        _ANSWER,
    }
)
_PRICED_AS_TEXT = frozenset({"TEXT", "VIDEO", "DOCUMENT", "MODALITY_UNSPECIFIED"})
_LONGEST_NAME = 40
_PAID_BY_REQUEST = ("gemini-1", "gemini-2")
"""Models whose searches are paid once for an answer; those of later ones are paid one by one."""

_usage = maker(Usage)


def usage_of(
    figures: Mapping[str, Any], *, has_ended: bool, searches: int = 0, model: str | None = None
) -> Usage:
    """Of a usageMetadata: thoughts count as output, the results of Google's own tools as input.

    This protocol leaves out counts that are 0, so an answer that has ended without a count of its
    candidates has none. `searches`: how often Google was asked for it.
    """
    if not figures:
        return UNKNOWN_USAGE
    reading = UsageReading()
    count = reading.count
    reading.look_over(figures, _KNOWN, _PATH)
    prompt = count(figures, "promptTokenCount", _PATH)
    tools = count(figures, "toolUsePromptTokenCount", _PATH)
    thoughts = count(figures, "thoughtsTokenCount", _PATH)
    answered = count(figures, "candidatesTokenCount", _PATH)
    is_silent = figures.get("candidatesTokenCount") is None
    if is_silent and has_ended and prompt is not None:
        answered = 0
    output = answered if thoughts is None else thoughts + (answered or 0)
    if not is_silent and answered is None:
        output = None  # what was told of it cannot be true
    audio, image = _modalities(figures, reading)
    return _usage(
        input_tokens=None if prompt is None else prompt + (tools or 0),
        output_tokens=output,
        cache_read_tokens=count(figures, "cachedContentTokenCount", _PATH),
        reasoning_tokens=thoughts,
        billing=reading.billing(
            service_tier=_tier(figures),
            fees=_fees(searches, model),
            audio=audio,
            image=image,
        ),
    )


def searches_in(candidate: Mapping[str, Any]) -> int:
    """How often Google was asked for what a candidate says."""
    grounding = candidate.get("groundingMetadata")
    asked = grounding.get("webSearchQueries") if type(grounding) is dict else None
    return len(asked) if type(asked) is list else 0


def _fees(searches: int, model: str | None) -> tuple[tuple[str, int], ...]:
    if not searches:
        return ()
    is_one = model is not None and model.rpartition("/")[2].startswith(_PAID_BY_REQUEST)
    return (("google_search", 1 if is_one else searches),)


def _tier(figures: Mapping[str, Any]) -> str:
    word = tier_in(figures, "serviceTier") or tier_in(figures, "trafficType")
    return "" if word == "traffic_type_unspecified" else word


_Pair = tuple[int | None, int | None]


def _modalities(figures: Mapping[str, Any], reading: UsageReading) -> tuple[_Pair, _Pair]:
    """Tokens of (sound, pictures), each of (prompt, answer)."""
    heard = {"AUDIO": 0, "IMAGE": 0}
    said = {"AUDIO": 0, "IMAGE": 0}
    for name, sums in ((_PROMPT, heard), (_TOOLS, heard), (_ANSWER, said)):
        told = figures.get(name)
        if told:
            _add(told, sums, f"{_PATH}.{name}", reading)
    return (heard["AUDIO"], said["AUDIO"]), (heard["IMAGE"], said["IMAGE"])


def _add(told: object, sums: dict[str, int], path: str, reading: UsageReading) -> None:
    for each in told if type(told) is list else ():
        if type(each) is not dict:
            continue
        modality = str(each.get("modality"))[:_LONGEST_NAME]
        if modality in _PRICED_AS_TEXT:
            continue
        tokens = reading.count(each, "tokenCount", path)
        if modality in sums:
            sums[modality] += tokens or 0
        elif tokens:
            reading.wonder_at(f"{path}.{modality}")
