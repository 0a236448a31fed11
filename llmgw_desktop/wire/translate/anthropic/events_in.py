"""The vendor's stream becomes events, however its bytes are split.

Blocks come one after the other and each is told in deltas; only blocks of the vendor's own tools,
which others take whole, are held until they are complete.
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
    Refusal,
    Signature,
    Text,
    Thinking,
    Vendor,
)
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.answer_facts import object_in, word_in
from llmgw_desktop.wire.anthropic import usage_counts, usage_of_counts
from llmgw_desktop.wire.json_scan import parse_object
from llmgw_desktop.wire.sse import SseSplitter
from llmgw_desktop.wire.translate.anthropic.answer_in import (
    arguments_in,
    begun_call,
    redacted,
    string_in,
)
from llmgw_desktop.wire.translate.anthropic.citations import read_citation
from llmgw_desktop.wire.translate.anthropic.hosted import hosted_in_answer
from llmgw_desktop.wire.translate.anthropic.stops import read_stop, refusal_in
from llmgw_desktop.wire.translate.custom_text import Unwrapper
from llmgw_desktop.wire.translate.frame_data import MOST_UNSEEN_BYTES, quick_data_of
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.translate.repeated_frame import Growing, RepeatedFrame

MOST_HELD = 64 * 1024 * 1024
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

_DELTAS = {"text": "text_delta", "thinking": "thinking_delta", "tool_use": "input_json_delta"}
_GROWING = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}


class _Block:
    """What is known of a block that has begun."""

    __slots__ = ("grows_by", "has_grown", "index", "pieces", "raw", "unwrapper")

    def __init__(self, raw: dict[str, Any]) -> None:
        self.raw = raw
        self.grows_by = _DELTAS.get(str(raw.get("type")))
        self.index = -1
        """Of the item; -1 while it is held."""
        self.has_grown = False
        self.pieces: dict[str, list[str]] = {}
        """Of what is told in deltas and passed on at the end."""
        self.unwrapper: Unwrapper | None = None


class EventReader:
    """Reads one stream."""

    __slots__ = (
        "_begun",
        "_blocks",
        "_counts",
        "_has_calls",
        "_held",
        "_is_over",
        "_items",
        "_names",
        "_repeated",
        "_splitter",
        "_told_stop",
        "grown",
    )

    def __init__(self, names: ToolNames) -> None:
        self._names = names
        self._splitter = SseSplitter(MOST_HELD)
        self._repeated: RepeatedFrame[_Block] = RepeatedFrame()
        self._blocks: dict[int, _Block] = {}
        self._counts: dict[str, int] = {}
        self._told_stop: dict[str, Any] = {}
        self._items = 0
        self._held = 0
        self._begun = False
        self._has_calls = False
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
        self._frame(self._splitter.tail, events)
        return events

    def _frame(self, frame: bytes, events: list[AnswerEvent]) -> None:
        if self._is_over:
            return
        if words := self._repeated.words_in(frame):
            self._grow(self._repeated.grows, words, events)
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
            self._repeated.learn(frame, event, self._growing, quick_data_of)
        elif event.get("error"):
            self._error(event, events)

    def _growing(self, event: dict[str, Any]) -> Growing[_Block] | None:
        """The member of a delta that was just read, where the block passes it on as it comes."""
        delta = event.get("delta")
        if event.get("type") != "content_block_delta" or type(delta) is not dict:
            return None
        block = self._blocks.get(_index(event))
        kind = delta.get("type")
        if block is None or kind is None or kind != block.grows_by:
            return None
        name = _GROWING[kind]
        return (delta, name, block) if delta.get(name) else None

    def _message_start(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        message = object_in(event, "message")
        self._begin(events, message)
        counts = usage_counts(object_in(message, "usage"))
        counts.pop("output", None)  # a placeholder: nothing has been said yet
        self._usage(counts, events)

    def _begin(self, events: list[AnswerEvent], message: Mapping[str, Any]) -> None:
        if not self._begun:
            self._begun = True
            answer_id, model = word_in(message, "id"), word_in(message, "model")
            events.append(AnswerBegun(id=answer_id or "", model=model or ""))

    def _block_start(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        self._begin(events, {})
        at = _index(event)
        if at in self._blocks:
            self._end(at, events)
        raw = object_in(event, "content_block")
        block = self._blocks[at] = _Block(raw)
        kind = raw.get("type")
        if kind == "text":
            self._open(block, Text(text=""), events)
            self._grow(block, string_in(raw, "text"), events)
            cited = raw.get("citations")
            for each in cited if type(cited) is list else ():
                self._cite(block, each, events)
        elif kind == "thinking":
            self._open(block, Thinking(text=""), events)
            self._grow(block, string_in(raw, "thinking"), events)
            self._hold(block, "signature", string_in(raw, "signature"))
        elif kind == "tool_use":
            call = begun_call(raw, self._names, self._items)
            block.unwrapper = Unwrapper() if call.kind is CallKind.CUSTOM else None
            self._has_calls = True
            self._open(block, call, events)
        elif kind == "redacted_thinking":
            item = redacted(raw)
            if item is not None:
                self._open(block, item, events)

    def _block_delta(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        block = self._blocks.get(_index(event))
        if block is None:
            raise UpstreamGarbage("The provider's stream goes on with a block that never began.")
        delta = event.get("delta")
        if type(delta) is not dict:
            raise UpstreamGarbage("The provider's stream has a delta that is no object.")
        if block.index < 0:
            self._hold_all(block, delta)
            return
        kind = delta.get("type")
        if kind is not None and kind == block.grows_by:
            self._grow(block, string_in(delta, _GROWING[kind]), events)
        elif kind == "signature_delta":
            self._hold(block, "signature", string_in(delta, "signature"))
        elif kind == "citations_delta":
            self._cite(block, delta.get("citation"), events)

    def _block_stop(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        self._end(_index(event), events)

    def _message_delta(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        self._begin(events, {})
        told = object_in(event, "delta")
        self._told_stop |= {name: told[name] for name in told if told[name] is not None}
        self._usage(usage_counts(object_in(event, "usage")), events)

    def _message_stop(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        self._begin(events, {})
        for at in list(self._blocks):
            self._end(at, events)
        refusal = refusal_in(self._told_stop)
        if refusal is not None and not self._items:
            events += (
                ItemBegun(index=0, item=Refusal(text="")),
                ItemGrew(index=0, more=refusal),
                ItemEnded(index=0),
            )
        self._is_over = True
        events.append(AnswerEnded(stop=read_stop(self._told_stop, has_calls=self._has_calls)))

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

    def _usage(self, counts: dict[str, int], events: list[AnswerEvent]) -> None:
        if counts:
            self._counts |= counts
            events.append(UsageTold(usage=usage_of_counts(self._counts)))

    def _open(self, block: _Block, item: Item, events: list[AnswerEvent]) -> None:
        block.index = self._items
        self._items += 1
        events.append(ItemBegun(index=block.index, item=item))

    def _grow(self, block: _Block, more: str, events: list[AnswerEvent]) -> None:
        if not more:
            return
        block.has_grown = True
        if block.unwrapper is not None:
            more = block.unwrapper.feed(more)
            if not more:
                return
        events.append(ItemGrew(index=block.index, more=more))

    def _cite(self, block: _Block, citation: object, events: list[AnswerEvent]) -> None:
        if type(citation) is dict and block.grows_by == "text_delta":
            events.append(ItemCited(index=block.index, citation=read_citation(citation)))

    def _hold_all(self, block: _Block, delta: dict[str, Any]) -> None:
        for name, piece in delta.items():
            if name != "type" and isinstance(piece, str):
                self._hold(block, name, piece)

    def _hold(self, block: _Block, name: str, piece: str) -> None:
        self._held += len(piece)
        if self._held > MOST_HELD:
            raise UpstreamGarbage("The provider's stream holds back more than any answer has.")
        if piece:
            block.pieces.setdefault(name, []).append(piece)

    def _end(self, at: int, events: list[AnswerEvent]) -> None:
        block = self._blocks.pop(at, None)
        if block is None:
            return
        if block.index < 0:
            if block.raw.get("type") not in (None, "redacted_thinking"):
                self._open(block, hosted_in_answer(_completed(block)), events)
                events.append(ItemEnded(index=block.index))
            return
        if block.raw.get("type") == "tool_use":
            self._end_call(block, events)
        data = "".join(block.pieces.get("signature", ()))
        signature = Signature(vendor=Vendor.ANTHROPIC, data=data) if data else None
        events.append(ItemEnded(index=block.index, signature=signature))

    def _end_call(self, block: _Block, events: list[AnswerEvent]) -> None:
        """Some servers tell the arguments at the beginning, in one piece."""
        if not block.has_grown:
            self._grow(block, arguments_in(block.raw), events)
        if block.unwrapper is not None:
            rest = block.unwrapper.finish()
            if rest:
                events.append(ItemGrew(index=block.index, more=rest))


def _parsed(data: bytes) -> dict[str, Any]:
    """Lone surrogates are read as other JSON is; anything else that fails is garbage."""
    try:
        return parse_object(data)
    except ValueError as error:
        raise UpstreamGarbage(f"An event of the provider's stream is {error}.") from None


def _index(event: Mapping[str, Any]) -> int:
    index = event.get("index")
    if type(index) is not int:
        raise UpstreamGarbage("The provider's stream has a block without an index.")
    return index


def _completed(block: _Block) -> dict[str, Any]:
    """A held block with what its deltas told."""
    raw = dict(block.raw)
    for name, pieces in block.pieces.items():
        whole = "".join(pieces)
        if name != "partial_json":
            earlier = raw.get(name)
            raw[name] = earlier + whole if isinstance(earlier, str) else whole
            continue
        try:
            raw["input"] = orjson.loads(whole)
        except ValueError:
            raise UpstreamGarbage("The provider's stream has a tool's input in half.") from None
    return raw


_READS: Mapping[str, Callable[[EventReader, dict[str, Any], list[AnswerEvent]], None]] = {
    "content_block_delta": EventReader._block_delta,
    "content_block_start": EventReader._block_start,
    "content_block_stop": EventReader._block_stop,
    "message_start": EventReader._message_start,
    "message_delta": EventReader._message_delta,
    "message_stop": EventReader._message_stop,
    "error": EventReader._error,
}
