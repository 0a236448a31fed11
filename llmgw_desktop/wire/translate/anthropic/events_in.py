"""The vendor's stream becomes events, however its bytes are split.

What comes of each block is known to `growing_blocks.py`; here is which frame means what, and what
is said of the whole message.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import orjson

from llmgw_desktop.domain.answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemEnded,
    ItemGrew,
    UsageTold,
)
from llmgw_desktop.domain.content import (
    Refusal,
)
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.answer_facts import object_in, word_in
from llmgw_desktop.wire.json_scan import parse_object
from llmgw_desktop.wire.sse import SseSplitter
from llmgw_desktop.wire.translate.anthropic.growing_blocks import MOST_HELD, Block, GrowingBlocks
from llmgw_desktop.wire.translate.anthropic.stops import read_stop, refusal_in
from llmgw_desktop.wire.translate.frame_data import MOST_UNSEEN_BYTES, quick_data_of
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.translate.repeated_frame import RepeatedFrame
from llmgw_desktop.wire.usages.anthropic import StreamedUsage

_LONGEST_ERROR = 2000
_STATUS_OF_ERROR = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


class EventReader:
    """Reads one stream."""

    __slots__ = (
        "_begun",
        "_blocks",
        "_is_over",
        "_repeated",
        "_splitter",
        "_told",
        "_told_stop",
        "grown",
    )

    def __init__(self, names: ToolNames) -> None:
        self._splitter = SseSplitter(MOST_HELD)
        self._repeated: RepeatedFrame[Block] = RepeatedFrame()
        self._blocks = GrowingBlocks(names)
        self._told = StreamedUsage()
        self._told_stop: dict[str, Any] = {}
        self._begun = False
        self._is_over = False
        self.grown = -1

    def feed(self, chunk: bytes) -> list[AnswerEvent]:
        events: list[AnswerEvent] = []
        for frame in self._splitter.feed(chunk):
            self._frame(frame, events)
        if self._splitter.has_overflowed:
            raise UpstreamGarbage("The provider's stream has a frame that is too long.")
        repeated = self._repeated
        is_plain = bool(events) and repeated.is_learnt and repeated.grows.unwrapper is None
        is_between = is_plain and self._splitter.is_between(chunk)
        self.grown = repeated.settle(events, is_between=is_between)
        return events

    def more(self, chunk: bytes) -> str:
        return self._repeated.more_in(chunk)

    def finish(self) -> list[AnswerEvent]:
        events: list[AnswerEvent] = []
        try:
            self._frame(self._splitter.tail, events)
        except UpstreamGarbage:
            return []  # half a frame: the stream was cut
        return events

    def _frame(self, frame: bytes, events: list[AnswerEvent]) -> None:
        if self._is_over:
            self._late(frame, events)
            return
        if words := self._repeated.words_in(frame):
            self._blocks.grow(self._repeated.grows, words, events)
            return
        data = quick_data_of(frame)
        if not data or data == b"[DONE]":
            return
        try:
            is_short = len(data) <= MOST_UNSEEN_BYTES
            event = orjson.loads(data) if is_short else _parsed(data)
        except orjson.JSONDecodeError:
            event = _parsed(data)
        if type(event) is not dict:
            event = _parsed(data)
        kind = event.get("type")
        read = _READS.get(kind) if isinstance(kind, str) else None
        if read is not None:
            read(self, event, events)
            self._repeated.learn(frame, event, self._blocks.growing, quick_data_of)
        elif event.get("error"):
            self._error(event, events)

    def _message_start(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        message = object_in(event, "message")
        self._begin(events, message)
        self._told.start(object_in(message, "usage"))
        self._tell_usage(events)

    def _begin(self, events: list[AnswerEvent], message: Mapping[str, Any]) -> None:
        if not self._begun:
            self._begun = True
            answer_id, model = word_in(message, "id"), word_in(message, "model")
            events.append(AnswerBegun(id=answer_id or "", model=model or ""))

    def _block_start(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        self._begin(events, {})
        self._blocks.start(event, events)

    def _block_delta(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        self._blocks.delta(event, events)

    def _block_stop(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        self._blocks.stop(event, events)

    def _message_delta(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        self._begin(events, {})
        told = object_in(event, "delta")
        self._told_stop |= {name: told[name] for name in told if told[name] is not None}
        self._told.add(object_in(event, "usage"))
        self._tell_usage(events)

    def _message_stop(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        self._begin(events, {})
        self._blocks.end_all(events)
        refusal = refusal_in(self._told_stop)
        if refusal is not None and not self._blocks.items:
            events += (
                ItemBegun(index=0, item=Refusal(text="")),
                ItemGrew(index=0, more=refusal),
                ItemEnded(index=0),
            )
        self._is_over = True
        events.append(
            AnswerEnded(stop=read_stop(self._told_stop, has_calls=self._blocks.has_calls))
        )

    def _error(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        error = event.get("error")
        told = error if type(error) is dict else {"message": error}
        message, kind = told.get("message"), told.get("type")
        kind = kind if isinstance(kind, str) else ""
        self._is_over = True
        events.append(
            AnswerFailed(
                message=str(message or "The provider failed without a word.")[:_LONGEST_ERROR],
                kind=kind[:200],
                status=_STATUS_OF_ERROR.get(kind),
            )
        )

    def _late(self, frame: bytes, events: list[AnswerEvent]) -> None:
        """What comes after the end is read for its usage alone."""
        if frame.count(b'"message_delta"'):
            with suppress(ValueError):
                self._told.add(object_in(parse_object(quick_data_of(frame)), "usage"))
                self._tell_usage(events)

    def _tell_usage(self, events: list[AnswerEvent]) -> None:
        usage = self._told.usage
        if usage != UNKNOWN_USAGE:
            events.append(UsageTold(usage=usage))


def _parsed(data: bytes) -> dict[str, Any]:
    """Lone surrogates are read as other JSON is; anything else that fails is garbage."""
    try:
        return parse_object(data)
    except ValueError as error:
        raise UpstreamGarbage(f"An event of the provider's stream is {error}.") from None


_READS: Mapping[str, Callable[[EventReader, dict[str, Any], list[AnswerEvent]], None]] = {
    "content_block_delta": EventReader._block_delta,
    "content_block_start": EventReader._block_start,
    "content_block_stop": EventReader._block_stop,
    "message_start": EventReader._message_start,
    "message_delta": EventReader._message_delta,
    "message_stop": EventReader._message_stop,
    "error": EventReader._error,
}
