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
from llmgw_desktop.wire.translate.anthropic.answer_out import (
    call_id,
    call_name,
    citation,
    seal,
    whole_blocks,
)
from llmgw_desktop.wire.translate.anthropic.block_frames import DELTA_END, BlockFrames
from llmgw_desktop.wire.translate.anthropic.message_frames import (
    error_frame,
    failure_frame,
    message_end,
    message_start,
)
from llmgw_desktop.wire.translate.anthropic.stops import written_reason
from llmgw_desktop.wire.translate.anthropic.unasked import HeldSeals, wants_thinking
from llmgw_desktop.wire.translate.carrier import SealOf, packed
from llmgw_desktop.wire.translate.codec import Asked
from llmgw_desktop.wire.translate.custom_text import Wrapper
from llmgw_desktop.wire.translate.in_turn import InTurn
from llmgw_desktop.wire.translate.losses import Feature, LossReport


class EventWriter:
    """Writes one stream."""

    __slots__ = (
        "_asked",
        "_frames",
        "_grows",
        "_has_calls",
        "_has_refused",
        "_held",
        "_hidden",
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
            return self._grows + orjson.dumps(more) + DELTA_END
        return self.write(ItemGrew(index=index, more=more))

    def fail(self, message: str, kind: str) -> bytes:
        return error_frame(message, kind)

    def _begin(self, event: AnswerBegun) -> bytes:
        return message_start(event, self._usage, self._asked)

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
        return b"".join(map(self._frames.whole, whole_blocks(item, event.index, self._report)))

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

    def _item_grew(self, event: ItemGrew) -> bytes:
        more = event.more
        if self._hidden is not None:
            return b""
        if self._wrapper is not None:
            more = self._wrapper.feed(more)
        return b"%b%b%b" % (self._grows, orjson.dumps(more), DELTA_END)

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
        return self._frames.delta(b"citations_delta", b"citation", written)

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

    def _usage_told(self, event: UsageTold) -> bytes:
        self._usage = event.usage
        return b""

    def _end(self, event: AnswerEnded) -> bytes:
        empty = self._frames.whole({"type": "text", "text": ""}) if self._frames.index == 0 else b""
        stop = event.stop
        reason = written_reason(stop, has_calls=self._has_calls, has_refused=self._has_refused)
        return empty + message_end(reason, stop, self._usage)

    def _fail(self, event: AnswerFailed) -> bytes:
        return failure_frame(event)


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
