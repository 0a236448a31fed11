"""Events become the vendor's stream for a caller of this protocol.

Callers insist on its order: one block after the other with indices without gaps, the prompt's
tokens at the very beginning, the reason and the usage once at the end.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.model.answer import (
    AnswerBegun,
    AnswerEvent,
    AnswerFailed,
    ItemGrew,
    Stop,
    UsageTold,
)
from llmgw_desktop.domain.model.content import (
    CallKind,
    Citation,
    Item,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.anthropic import error_body, stream_error
from llmgw_desktop.wire.translate.answer_events import InTurn, take
from llmgw_desktop.wire.translate.anthropic.answer_out import (
    HeldSeals,
    call_id,
    call_name,
    message_id,
    reported_citation,
    seal,
    wants_thinking,
    whole_blocks,
    written_usage,
)
from llmgw_desktop.wire.translate.anthropic.vocabulary import STATUS_OF_ERROR, written_reason
from llmgw_desktop.wire.translate.carriers import SealOf, packed
from llmgw_desktop.wire.translate.codec import RequestContext
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.tools import Wrapper
from llmgw_desktop.wire.translate.usage import estimated_comment

_MESSAGE_STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
_ERRORS_OF_STATUS = {status: word for word, status in STATUS_OF_ERROR.items() if status != 500}
_ERRORS_OF_STATUS[503] = "overloaded_error"
_ERRORS = frozenset(_ERRORS_OF_STATUS.values())


def event_frame(name: bytes, data: bytes) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name, data)


def message_start(event: AnswerBegun, usage: Usage, asked: RequestContext) -> bytes:
    message: dict[str, object] = {
        "id": message_id(event.id, asked),
        "type": "message",
        "role": "assistant",
        "model": asked.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        # nothing has been written yet: that is known
        "usage": {"output_tokens": 0, **written_usage(usage)},
    }
    body = orjson.dumps({"type": "message_start", "message": message})
    return estimated_comment(usage) + event_frame(b"message_start", body)


def message_end(reason: str, stop: Stop, usage: Usage) -> bytes:
    body = {
        "type": "message_delta",
        "delta": {"stop_reason": reason, "stop_sequence": stop.sequence},
        "usage": written_usage(usage),
    }
    told = event_frame(b"message_delta", orjson.dumps(body))
    return estimated_comment(usage) + told + _MESSAGE_STOP


def error_frame(message: str, kind: str) -> bytes:
    """`kind` is the vendor's word for it, or one of ours."""
    if kind in _ERRORS:
        return event_frame(b"error", error_body(kind, message))
    return stream_error(message, kind)


def failure_frame(event: AnswerFailed) -> bytes:
    kind = event.kind if event.kind in _ERRORS else _ERRORS_OF_STATUS.get(event.status or 0)
    return error_frame(event.message, kind or event.kind)


_DELTA = (
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,'
    b'"delta":{"type":"%b","%b":'
)
DELTA_END = b"}}\n\n"
_STOP = b'event: content_block_stop\ndata: {"type":"content_block_stop","index":%d}\n\n'


class BlockFrames:
    """Gives each block its index."""

    __slots__ = ("index",)

    def __init__(self) -> None:
        self.index = 0
        """Of the block that is open, or comes next."""

    def start(self, block: Mapping[str, Any]) -> bytes:
        told = {"type": "content_block_start", "index": self.index, "content_block": block}
        return event_frame(b"content_block_start", orjson.dumps(told))

    def growing(self, delta: bytes, name: bytes) -> bytes:
        """How each delta of the open block begins; its piece and DELTA_END come behind."""
        return _DELTA % (self.index, delta, name)

    def delta(self, delta: bytes, name: bytes, piece: object) -> bytes:
        return self.growing(delta, name) + orjson.dumps(piece) + DELTA_END

    def stop(self) -> bytes:
        stop = _STOP % self.index
        self.index += 1
        return stop

    def whole(self, block: dict[str, Any]) -> bytes:
        """A block that is told at once. Text, signatures and a tool's input come in a delta all the
        same, for callers that build blocks from deltas alone."""
        told = b""
        if block["type"] == "text":
            told = self.delta(b"text_delta", b"text", block["text"])
            block = {"type": "text", "text": ""}
        elif block["type"] == "thinking":
            told = self.delta(b"signature_delta", b"signature", block["signature"])
            block = {**block, "signature": ""}
        elif block["type"] == "server_tool_use":
            asked = orjson.dumps(block["input"]).decode()
            told = self.delta(b"input_json_delta", b"partial_json", asked)
            block = {**block, "input": {}}
        return self.start(block) + told + self.stop()


class AnthropicEventWriter:
    """Writes one stream."""

    content_type = "text/event-stream; charset=utf-8"

    def __init__(self, asked: RequestContext, report: LossReport) -> None:
        self._asked = asked
        self._report = report
        self._turns = InTurn()
        self._usage = UNKNOWN_USAGE
        self._frames = BlockFrames()
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

    def write(self, event: AnswerEvent) -> bytes:
        events = self._turns.feed(event)
        if len(events) == 1:
            return take(self, events[0])
        return b"".join([take(self, each) for each in events])

    def grow(self, index: int, more: str) -> bytes:
        if index == self._turns.shown and self._hidden is None and self._wrapper is None:
            return self._grows + orjson.dumps(more) + DELTA_END
        return self.write(ItemGrew(index=index, more=more))

    def fail(self, message: str, kind: str) -> bytes:
        return error_frame(message, kind)

    def begin(self, begun: AnswerBegun) -> bytes:
        return message_start(begun, self._usage, self._asked)

    def begin_item(self, index: int, item: Item) -> bytes:
        self._open = None
        if not self._shows_thinking and isinstance(item, Thinking | RedactedThinking):
            return self._hide(item)
        match item:
            case Text():
                self._without_seal(item.signature)
                begun = self._start({"type": "text", "text": ""}, item, b"text_delta", b"text")
                cited = [self.cite(index, each) for each in item.citations]
                return b"".join((begun, self._grown(item.text), *cited))
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
                return self._call(item, index)
        return b"".join(map(self._frames.whole, whole_blocks(item, index, self._report)))

    def _call(self, item: ToolCall, at: int) -> bytes:
        self._has_calls = True
        self._wrapper = Wrapper() if item.kind is CallKind.CUSTOM else None
        begun = b"".join(map(self._held_seal, self._held.taken()))
        if item.signature is not None:
            begun += self._frames.whole(seal(item.signature, SealOf.CALL))
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
            return b"".join(map(self._frames.whole, whole_blocks(item, 0, self._report)))
        assert item.signature is not None, "that is why it was held"
        return self._frames.whole(seal(item.signature, SealOf.THINKING))

    def _without_seal(self, signature: Signature | None) -> None:
        """An answer must end with its text: Claude Code takes its last block for the result."""
        if signature is not None:
            self._report.lost(Feature.SIGNATURE, SealOf.TEXT)

    def _start(self, block: Mapping[str, Any], item: Item, delta: bytes, name: bytes) -> bytes:
        self._open = item
        self._grows = self._frames.growing(delta, name)
        return self._frames.start(block)

    def grow_item(self, index: int, more: str) -> bytes:
        if self._hidden is not None:
            return b""
        if self._wrapper is not None:
            more = self._wrapper.feed(more)
        return b"%b%b%b" % (self._grows, orjson.dumps(more), DELTA_END)

    def _grown(self, text: str) -> bytes:
        return self.grow_item(0, text) if text else b""

    def cite(self, index: int, citation: Citation) -> bytes:
        written = reported_citation(citation, self._report)
        if written is None:
            return b""
        return self._frames.delta(b"citations_delta", b"citation", written)

    def end_item(self, index: int, signature: Signature | None) -> bytes:
        if self._hidden is not None:
            self._held.hold(self._hidden, signature)
            self._hidden = None
            return b""
        item = self._open
        self._open = None
        if item is None:
            return b""
        rest = b""
        if isinstance(item, Thinking):
            signature = signature or self._signature
            if signature is not None:
                carried = packed(signature, Vendor.ANTHROPIC)
                rest = self._frames.delta(b"signature_delta", b"signature", carried)
            return rest + self._frames.stop()
        if self._wrapper is not None:
            left = orjson.dumps(self._wrapper.finish())
            rest = b"%b%b%b" % (self._grows, left, DELTA_END)
            self._wrapper = None
        rest += self._frames.stop()
        if isinstance(item, Text):
            self._without_seal(signature)
        if signature is None or not isinstance(item, ToolCall):
            return rest
        # it came too late to stand before what it seals
        return rest + self._frames.whole(seal(signature, SealOf.CALL))

    def tell_usage(self, told: UsageTold) -> bytes:
        self._usage = told.usage
        return b""

    def end(self, stop: Stop) -> bytes:
        empty = self._frames.whole({"type": "text", "text": ""}) if self._frames.index == 0 else b""
        reason = written_reason(stop, has_calls=self._has_calls, has_refused=self._has_refused)
        return empty + message_end(reason, stop, self._usage)

    def break_off(self, failed: AnswerFailed) -> bytes:
        return failure_frame(failed)
