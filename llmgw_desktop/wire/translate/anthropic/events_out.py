"""Events become the vendor's stream for a caller of this protocol.

Callers insist on its order: one block after the other with indices without gaps, the prompt's
tokens at the very beginning, the reason and the usage once at the end.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemCited,
    ItemEnded,
    ItemGrew,
    UsageTold,
)
from llmgw_desktop.domain.content import (
    CallKind,
    Item,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.anthropic import error_body, stream_error
from llmgw_desktop.wire.translate.anthropic.answer_out import (
    call_id,
    call_name,
    citation,
    message_id,
    seal,
    whole_blocks,
)
from llmgw_desktop.wire.translate.anthropic.stops import written_reason
from llmgw_desktop.wire.translate.anthropic.unasked import HeldSeals, wants_thinking
from llmgw_desktop.wire.translate.anthropic.usage import written_usage
from llmgw_desktop.wire.translate.carrier import SealOf, packed
from llmgw_desktop.wire.translate.codec import Asked
from llmgw_desktop.wire.translate.custom_text import Wrapper
from llmgw_desktop.wire.translate.in_turn import InTurn
from llmgw_desktop.wire.translate.losses import Feature, LossReport

_DELTA = (
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,'
    b'"delta":{"type":"%b","%b":'
)
_DELTA_END = b"}}\n\n"
_STOP = b'event: content_block_stop\ndata: {"type":"content_block_stop","index":%d}\n\n'
_MESSAGE_STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
_ERRORS_OF_STATUS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_ERRORS = frozenset(_ERRORS_OF_STATUS.values())


class EventWriter:
    """Writes one stream."""

    __slots__ = (
        "_asked",
        "_grows",
        "_has_calls",
        "_has_refused",
        "_held",
        "_hidden",
        "_index",
        "_open",
        "_report",
        "_shows_thinking",
        "_signature",
        "_turns",
        "_usage",
        "_wrapper",
    )

    def __init__(self, asked: Asked, report: LossReport) -> None:
        self._asked = asked
        self._report = report
        self._turns = InTurn()
        self._usage = UNKNOWN_USAGE
        self._index = 0
        """Of the block that is open, or comes next."""
        self._open: Item | None = None
        self._grows = b""
        """The beginning of the open block's deltas."""
        self._signature: Signature | None = None
        self._wrapper: Wrapper | None = None
        self._has_calls = False
        self._has_refused = False
        self._shows_thinking = wants_thinking(asked.prompt.reasoning)
        self._hidden: Thinking | None = None
        """The open item, where it is not shown."""
        self._held = HeldSeals()

    @property
    def content_type(self) -> str:
        return "text/event-stream; charset=utf-8"

    def write(self, event: AnswerEvent) -> bytes:
        events = self._turns.feed(event)
        if len(events) == 1:
            return _WRITES[type(events[0])](self, events[0])
        return b"".join([_WRITES[type(each)](self, each) for each in events])

    def grow(self, index: int, more: str) -> bytes:
        if index == self._turns.shown and self._hidden is None and self._wrapper is None:
            return self._grows + orjson.dumps(more) + _DELTA_END
        return self.write(ItemGrew(index=index, more=more))

    def fail(self, message: str, kind: str) -> bytes:
        if kind in _ERRORS:
            return _event(b"error", error_body(kind, message))
        return stream_error(message, kind)

    def _begin(self, event: AnswerBegun) -> bytes:
        message: dict[str, object] = {
            "id": message_id(event.id, self._asked),
            "type": "message",
            "role": "assistant",
            "model": self._asked.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": written_usage(self._usage, self._asked.input_tokens),
        }
        body = orjson.dumps({"type": "message_start", "message": message})
        return _event(b"message_start", body)

    def _item_begun(self, event: ItemBegun) -> bytes:
        item = event.item
        self._open = None
        if not self._shows_thinking and isinstance(item, Thinking | RedactedThinking):
            return self._hide(item)
        match item:
            case Text():
                self._without_seal(item.signature)
                begun = self._start({"type": "text", "text": ""}, item, b"text_delta", b"text")
                return begun + self._grown(item.text) + self._cited_all(item)
            case Refusal():
                self._has_refused = True
                block = {"type": "text", "text": ""}
                return self._start(block, item, b"text_delta", b"text") + self._grown(item.text)
            case Thinking():
                self._signature = item.signature
                block = {"type": "thinking", "thinking": "", "signature": ""}
                begun = self._start(block, item, b"thinking_delta", b"thinking")
                return begun + self._grown(item.text)
            case ToolCall():
                return self._call(item, event.index)
        return b"".join(map(self._whole, whole_blocks(item, event.index, self._report)))

    def _call(self, item: ToolCall, at: int) -> bytes:
        self._has_calls = True
        self._wrapper = Wrapper() if item.kind is CallKind.CUSTOM else None
        begun = b"".join(map(self._held_seal, self._held.taken()))
        if item.signature is not None:
            begun += self._whole(seal(item.signature, SealOf.CALL))
        block = {
            "type": "tool_use",
            "id": call_id(item, at, self._asked),
            "name": call_name(item),
            "input": {},
        }
        begun += self._start(block, item, b"input_json_delta", b"partial_json")
        return begun + self._grown(item.arguments)

    def _hide(self, item: Thinking | RedactedThinking) -> bytes:
        if isinstance(item, Thinking):
            self._hidden = item
        else:
            self._held.hold(item, None)
        return b""

    def _held_seal(self, item: Thinking | RedactedThinking) -> bytes:
        if isinstance(item, RedactedThinking):
            return b"".join(map(self._whole, whole_blocks(item, 0, self._report)))
        assert item.signature is not None, "that is why it was held"
        return self._whole(seal(item.signature, SealOf.THINKING))

    def _without_seal(self, signature: Signature | None) -> None:
        """An answer must end with its text: Claude Code takes its last block for the result."""
        if signature is not None:
            self._report.lost(Feature.SIGNATURE, SealOf.TEXT)

    def _start(self, block: Mapping[str, Any], item: Item, delta: bytes, name: bytes) -> bytes:
        self._open = item
        self._grows = _DELTA % (self._index, delta, name)
        return self._block_start(block)

    def _block_start(self, block: Mapping[str, Any]) -> bytes:
        told = {"type": "content_block_start", "index": self._index, "content_block": block}
        return _event(b"content_block_start", orjson.dumps(told))

    def _whole(self, block: dict[str, Any]) -> bytes:
        """A block that is told at once. Text, signatures and a tool's input come in a delta all the
        same, for callers that build blocks from deltas alone."""
        told = b""
        if block["type"] == "text":
            told = self._delta(b"text_delta", b"text", block["text"])
            block = {"type": "text", "text": ""}
        elif block["type"] == "thinking":
            told = self._delta(b"signature_delta", b"signature", block["signature"])
            block = {**block, "signature": ""}
        elif block["type"] == "server_tool_use":
            asked = orjson.dumps(block["input"]).decode()
            told = self._delta(b"input_json_delta", b"partial_json", asked)
            block = {**block, "input": {}}
        return self._block_start(block) + told + self._block_stop()

    def _delta(self, delta: bytes, name: bytes, piece: object) -> bytes:
        return _DELTA % (self._index, delta, name) + orjson.dumps(piece) + _DELTA_END

    def _block_stop(self) -> bytes:
        stop = _STOP % self._index
        self._index += 1
        return stop

    def _item_grew(self, event: ItemGrew) -> bytes:
        more = event.more
        if self._hidden is not None:
            return b""
        if self._wrapper is not None:
            more = self._wrapper.feed(more)
        return b"%b%b%b" % (self._grows, orjson.dumps(more), _DELTA_END)

    def _grown(self, text: str) -> bytes:
        return self._item_grew(ItemGrew(index=0, more=text)) if text else b""

    def _cited_all(self, item: Text) -> bytes:
        return b"".join(
            self._item_cited(ItemCited(index=0, citation=each)) for each in item.citations
        )

    def _item_cited(self, event: ItemCited) -> bytes:
        written = citation(event.citation, self._report)
        if written is None:
            return b""
        return self._delta(b"citations_delta", b"citation", written)

    def _item_ended(self, event: ItemEnded) -> bytes:
        if self._hidden is not None:
            self._held.hold(self._hidden, event.signature)
            self._hidden = None
            return b""
        item = self._open
        self._open = None
        if item is None:
            return b""
        rest = b""
        signature = event.signature
        if isinstance(item, Thinking):
            signature = signature or self._signature
            if signature is not None:
                carried = packed(signature, Vendor.ANTHROPIC)
                rest = self._delta(b"signature_delta", b"signature", carried)
            return rest + self._block_stop()
        if self._wrapper is not None:
            left = orjson.dumps(self._wrapper.finish())
            rest = b"%b%b%b" % (self._grows, left, _DELTA_END)
            self._wrapper = None
        rest += self._block_stop()
        if isinstance(item, Text):
            self._without_seal(signature)
        if signature is None or not isinstance(item, ToolCall):
            return rest
        # it came too late to stand before what it seals
        return rest + self._whole(seal(signature, SealOf.CALL))

    def _usage_told(self, event: UsageTold) -> bytes:
        self._usage = self._usage.with_news(event.usage)
        return b""

    def _end(self, event: AnswerEnded) -> bytes:
        empty = self._whole({"type": "text", "text": ""}) if self._index == 0 else b""
        stop = event.stop
        reason = written_reason(stop, has_calls=self._has_calls, has_refused=self._has_refused)
        body = {
            "type": "message_delta",
            "delta": {"stop_reason": reason, "stop_sequence": stop.sequence},
            "usage": written_usage(self._usage, self._asked.input_tokens),
        }
        return empty + _event(b"message_delta", orjson.dumps(body)) + _MESSAGE_STOP

    def _fail(self, event: AnswerFailed) -> bytes:
        kind = event.kind if event.kind in _ERRORS else _ERRORS_OF_STATUS.get(event.status or 0)
        return self.fail(event.message, kind or event.kind)


def _event(name: bytes, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name, data)


_WRITES: Mapping[type, Callable[[EventWriter, Any], bytes]] = {
    ItemGrew: EventWriter._item_grew,
    ItemBegun: EventWriter._item_begun,
    ItemEnded: EventWriter._item_ended,
    ItemCited: EventWriter._item_cited,
    UsageTold: EventWriter._usage_told,
    AnswerBegun: EventWriter._begin,
    AnswerEnded: EventWriter._end,
    AnswerFailed: EventWriter._fail,
}
