"""The usage of Anthropic's Messages.

A stream tells it in pieces: the prompt at its beginning, the rest with its last word. What the
beginning says of the answer is a placeholder and no figure.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.domain.values import maker
from llmgw_desktop.wire.usages.reading import COST_MEMBERS, Reading, tier_in

_PATH = "usage"
_CACHE_WRITES = "usage.cache_creation"
_ANSWER = "usage.output_tokens_details"
_TOOLS = "usage.server_tool_use"
_KNOWN = COST_MEMBERS | {
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "cache_creation",
    "output_tokens_details",
    "server_tool_use",
    "service_tier",
    "inference_geo",
    "speed",
    "iterations",
}
_KNOWN_CACHE_WRITES = frozenset({"ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"})
_KNOWN_ANSWER = frozenset({"thinking_tokens"})
_FEES = {"web_search_requests": "web_search", "code_execution_requests": "code_execution"}
_KNOWN_TOOLS = frozenset(_FEES) | {"web_fetch_requests", "tool_search_requests"}
"""The last two cost nothing beside their tokens."""
_EVERYWHERE = (None, "", "global", "not_available")
"""Where a model runs costs nothing, unless somebody asked for a place."""
_PLACEHOLDERS = ("output_tokens", "output_tokens_details")
_MOST_MEMBERS = 256

_usage = maker(Usage)


class StreamedUsage:
    """What one stream has told so far; later members take the place of earlier ones."""

    __slots__ = ("_members",)

    def __init__(self) -> None:
        self._members: dict[str, Any] = {}

    def start(self, told: Mapping[str, Any]) -> None:
        """The usage of message_start."""
        self.add({name: each for name, each in told.items() if name not in _PLACEHOLDERS})

    def add(self, told: Mapping[str, Any]) -> None:
        """That of message_delta. What is null changes nothing."""
        if len(self._members) < _MOST_MEMBERS:
            self._members |= {name: each for name, each in told.items() if each is not None}

    @property
    def usage(self) -> Usage:
        return usage_of(self._members)


def usage_of(members: Mapping[str, Any]) -> Usage:
    """Of a usage object. Cached tokens stand beside its `input_tokens`, which are the others."""
    if not members:
        return UNKNOWN_USAGE
    reading = Reading()
    count = reading.count
    reading.look_over(members, _KNOWN, _PATH)
    written, long = _written(members, reading)
    read = count(members, "cache_read_input_tokens", _PATH)
    fresh = count(members, "input_tokens", _PATH)
    answer = reading.part(members, "output_tokens_details", _KNOWN_ANSWER, _PATH)
    thinking = count(answer, "thinking_tokens", _ANSWER) if answer else None
    return _usage(
        input_tokens=None if fresh is None else fresh + (read or 0) + (written or 0),
        output_tokens=count(members, "output_tokens", _PATH),
        cache_read_tokens=read,
        cache_write_tokens=written,
        cache_write_1h_tokens=long,
        reasoning_tokens=thinking,
        billing=reading.billing(
            service_tier=_tier(members, reading),
            fees=_fees(members, reading),
            cost_usd=reading.cost_usd(members, _PATH),
        ),
    )


def _written(members: Mapping[str, Any], reading: Reading) -> tuple[int | None, int | None]:
    """(all that was written to the cache, what of it is kept for an hour)."""
    whole = reading.count(members, "cache_creation_input_tokens", _PATH)
    parts = reading.part(members, "cache_creation", _KNOWN_CACHE_WRITES, _PATH)
    if not parts:
        return whole, None
    short = reading.count(parts, "ephemeral_5m_input_tokens", _CACHE_WRITES)
    long = reading.count(parts, "ephemeral_1h_input_tokens", _CACHE_WRITES)
    if whole is None and not (short is None and long is None):
        whole = (short or 0) + (long or 0)
    return whole, long


def _tier(members: Mapping[str, Any], reading: Reading) -> str:
    if members.get("inference_geo") not in _EVERYWHERE:
        reading.wonder_at(f"{_PATH}.inference_geo")
    if (iterations := members.get("iterations")) and not _are_plain(iterations):
        reading.wonder_at(f"{_PATH}.iterations")
    return tier_in(members, "service_tier") or tier_in(members, "speed")


def _are_plain(iterations: object) -> bool:
    """Rounds of the model itself are in the sums; what compacts its context is not."""
    return type(iterations) is list and all(
        type(each) is dict and each.get("type") == "message" and not each.get("model")
        for each in iterations
    )


def _fees(members: Mapping[str, Any], reading: Reading) -> tuple[tuple[str, int], ...]:
    tools = reading.part(members, "server_tool_use", _KNOWN_TOOLS, _PATH)
    if not tools:
        return ()
    told = [(fee, reading.count(tools, name, _TOOLS)) for name, fee in _FEES.items()]
    return tuple((fee, calls) for fee, calls in told if calls)
