"""The vendor's stream becomes events, however its bytes are split.

What comes of each block is known to `answer_in.py`; here is which frame means what, and what is
said of the whole message.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from typing_extensions import override

from llmgw_desktop.domain.model.answer import (
    AnswerBegun,
    AnswerEvent,
    AnswerFailed,
    UsageTold,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.answer_facts import object_in, word_in
from llmgw_desktop.wire.anthropic import StreamedUsage
from llmgw_desktop.wire.json_edits import parse_object
from llmgw_desktop.wire.sse import event_in, quick_data_of
from llmgw_desktop.wire.translate.anthropic.answer_in import MOST_HELD, GrowingBlock, GrowingBlocks
from llmgw_desktop.wire.translate.anthropic.vocabulary import STATUS_OF_ERROR
from llmgw_desktop.wire.translate.repeated_frame import FrameReader
from llmgw_desktop.wire.translate.tools import ToolNames

_LONGEST_ERROR = 2000


class AnthropicEventReader(FrameReader[GrowingBlock]):
    """Reads one stream."""

    __slots__ = ("_begun", "_blocks", "_is_over", "_told", "_told_stop")

    def __init__(self, names: ToolNames) -> None:
        super().__init__(MOST_HELD)
        self._blocks = GrowingBlocks(names)
        self._told = StreamedUsage()
        self._told_stop: dict[str, Any] = {}
        self._begun = False
        self._is_over = False

    @override
    def _goes_on(self, events: list[AnswerEvent]) -> bool:
        repeated = self._repeated
        return bool(events) and repeated.is_learnt and repeated.grows.unwrapper is None

    @override
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
        event = event_in(data)
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

    def _message_delta(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        self._begin(events, {})
        told = object_in(event, "delta")
        self._told_stop |= {name: told[name] for name in told if told[name] is not None}
        self._told.add(object_in(event, "usage"))
        self._tell_usage(events)

    def _message_stop(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        self._begin(events, {})
        self._blocks.finish(self._told_stop, events)
        self._is_over = True

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
                status=STATUS_OF_ERROR.get(kind),
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


_READS: Mapping[str, Callable[[AnthropicEventReader, dict[str, Any], list[AnswerEvent]], None]] = {
    "content_block_delta": lambda reader, event, events: reader._blocks.delta(event, events),
    "content_block_start": AnthropicEventReader._block_start,
    "content_block_stop": lambda reader, event, events: reader._blocks.stop(event, events),
    "message_start": AnthropicEventReader._message_start,
    "message_delta": AnthropicEventReader._message_delta,
    "message_stop": AnthropicEventReader._message_stop,
    "error": AnthropicEventReader._error,
}
