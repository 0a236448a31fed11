"""Anthropic Messages: reads answers and their usage, writes model lists and errors.

Bodies and streams are relayed untouched by others; here a copy is read. A stream tells its usage in
pieces: the prompt at its beginning, the rest with its last word. What the beginning says of the
answer is a placeholder and no figure. Which error gets which status and words stands in
`wire/errors.py`.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from typing_extensions import override

from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.domain.values import maker
from llmgw_desktop.wire.answer_facts import (
    AnswerFacts,
    EventStreamReader,
    TellingNames,
    error_in,
    event_or_nothing,
    object_in,
    parse_answer,
    word_in,
)
from llmgw_desktop.wire.json_edits import Body, insert_member
from llmgw_desktop.wire.models import ModelEntry
from llmgw_desktop.wire.sse import data_of, event_of
from llmgw_desktop.wire.usages import COST_MEMBERS, UsageReading, tier_in

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
    reading = UsageReading()
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


def _written(members: Mapping[str, Any], reading: UsageReading) -> tuple[int | None, int | None]:
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


def _tier(members: Mapping[str, Any], reading: UsageReading) -> str:
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


def _fees(members: Mapping[str, Any], reading: UsageReading) -> tuple[tuple[str, int], ...]:
    tools = reading.part(members, "server_tool_use", _KNOWN_TOOLS, _PATH)
    if not tools:
        return ()
    told = [(fee, reading.count(tools, name, _TOOLS)) for name, fee in _FEES.items()]
    return tuple((fee, calls) for fee, calls in told if calls)


API_VERSION = "2023-06-01"

_END_OF_DATES_S = 253_402_300_799
"""The last second of the year 9999; what comes after has no date in this notation."""

_TELLING = TellingNames(("error",), (b'"message_', b"event: error", b"event:error"))
_STREAM_ERROR_TYPES = {
    "upstream_timeout": "timeout_error",
    "malformed_request": "invalid_request_error",
}


def asking_why(body: Body, fields: Mapping[str, Any], earlier: str) -> Body:
    """The body, with the question what differs from the prompt of this earlier answer; empty: of
    the first one. Who asks already is not spoken for."""
    if "diagnostics" in fields or not fields:
        return body
    asked = orjson.dumps({"previous_message_id": earlier or None})
    return insert_member(body, "diagnostics", asked, fields=fields)


class AnthropicStreamReader(EventStreamReader):
    """Parses message_start, message_delta, message_stop and error frames."""

    __slots__ = ("_told",)
    _telling = _TELLING

    def __init__(self) -> None:
        super().__init__()
        self._told = StreamedUsage()

    @property
    def usage(self) -> Usage:
        return self._told.usage

    @override
    def _read(self, frame: bytes) -> None:
        data = data_of(frame)
        event = event_or_nothing(data)
        kind = event.get("type")
        if kind == "message_start":
            message = object_in(event, "message")
            self.model = word_in(message, "model") or self.model
            self.answer_id = word_in(message, "id") or self.answer_id
            self._told.start(object_in(message, "usage"))
        elif kind == "message_delta":
            reason = word_in(object_in(event, "delta"), "stop_reason")
            self.stop_reason = reason or self.stop_reason
            self._told.add(object_in(event, "usage"))
        elif kind == "message_stop":
            self.is_complete = True
        elif kind == "error" or event_of(frame) == b"error" or "error" in event:
            self._note_error(event, data)

    def _note_error(self, event: dict[str, Any], data: bytes) -> None:
        text = error_in(event)
        if text is None and (event.get("type") == "error" or not event):
            text = data[:2000].decode(errors="replace") or "an error without a message"
        self.error_text = self.error_text or text


def read_answer(body: bytes) -> AnswerFacts:
    """The facts of an answer that is not streamed; UpstreamGarbage if it is not a JSON object."""
    answer = parse_answer(body)
    return AnswerFacts(
        usage=usage_of(object_in(answer, "usage")),
        stop_reason=word_in(answer, "stop_reason"),
        model=word_in(answer, "model"),
        error_text=error_in(answer),
        answer_id=word_in(answer, "id"),
    )


def error_body(kind: str, message: str, request_id: str = "") -> bytes:
    """The vendor's error envelope; `kind` is one of the vendor's words."""
    envelope: dict[str, object] = {"type": "error", "error": {"type": kind, "message": message}}
    if request_id:
        envelope["request_id"] = request_id
    return orjson.dumps(envelope)


def stream_error(message: str, kind: str, *, tail: bytes = b"", number: int = 0) -> bytes:
    """What ends a broken stream honestly: an error event and no message_stop.

    `kind` is that of our error. `tail` is what the client has got of an unfinished frame
    (the reader's `tail`): the event takes that frame over, because event names that come later in a
    frame win. Closed with a blank line instead, the torn frame would be read as an event, and
    clients would die of its half JSON before they see the error.
    """
    del number  # events of this protocol have none
    joint = b"" if not tail or tail.endswith((b"\n", b"\r")) else b"\n"
    body = error_body(_STREAM_ERROR_TYPES.get(kind, "api_error"), message)
    return b"%bevent: error\ndata: %b\n\n" % (joint, body)


def model_list(models: Sequence[ModelEntry]) -> bytes:
    page = {
        "data": [_model_object(model) for model in models],
        "has_more": False,
        "first_id": models[0].id if models else None,
        "last_id": models[-1].id if models else None,
    }
    return orjson.dumps(page)


def model_entry(model: ModelEntry) -> bytes:
    return orjson.dumps(_model_object(model))


def _model_object(model: ModelEntry) -> dict[str, object]:
    # the vendor's own word for an unknown release date is the epoch
    released = time.gmtime(min(max(model.created_s or 0, 0), _END_OF_DATES_S))
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.shown_name,
        "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", released),
        "lifecycle": "active",
        "x_gateway": model.gateway_facts,
    }
