"""The blocks of a streamed answer while they grow.

They come one after the other and each is told in deltas; only blocks of the vendor's own tools,
which others take whole, are held until they are complete.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.answer import (
    AnswerEvent,
    ItemBegun,
    ItemCited,
    ItemEnded,
    ItemGrew,
)
from llmgw_desktop.domain.content import (
    CallKind,
    Item,
    Signature,
    Text,
    Thinking,
    Vendor,
)
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.answer_facts import object_in
from llmgw_desktop.wire.translate.anthropic.answer_in import (
    arguments_in,
    begun_call,
    redacted,
    string_in,
)
from llmgw_desktop.wire.translate.anthropic.citations import read_citation
from llmgw_desktop.wire.translate.anthropic.hosted import hosted_in_answer
from llmgw_desktop.wire.translate.codec import MOST_OPEN_ITEMS
from llmgw_desktop.wire.translate.custom_text import Unwrapper
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.translate.repeated_frame import Growing

MOST_HELD = 64 * 1024 * 1024
_COST_OF_PIECE = 256
"""What it takes to hold a piece, beside its letters."""
_DELTAS = {"text": "text_delta", "thinking": "thinking_delta", "tool_use": "input_json_delta"}
_GROWING = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}


class Block:
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


class GrowingBlocks:
    """All of one answer."""

    __slots__ = ("_blocks", "_held", "_names", "has_calls", "items")

    def __init__(self, names: ToolNames) -> None:
        self._names = names
        self._blocks: dict[int, Block] = {}
        self._held = 0
        self.items = 0
        """So many have begun."""
        self.has_calls = False

    def start(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        at = _index(event)
        if at in self._blocks:
            self._end(at, events)
        if len(self._blocks) >= MOST_OPEN_ITEMS:
            raise UpstreamGarbage("The provider's stream has more blocks open than any answer has.")
        raw = object_in(event, "content_block")
        block = self._blocks[at] = Block(raw)
        kind = raw.get("type")
        if kind == "text":
            self._open(block, Text(text=""), events)
            self.grow(block, string_in(raw, "text"), events)
            cited = raw.get("citations")
            for each in cited if type(cited) is list else ():
                self._cite(block, each, events)
        elif kind == "thinking":
            self._open(block, Thinking(text=""), events)
            self.grow(block, string_in(raw, "thinking"), events)
            self._hold(block, "signature", string_in(raw, "signature"))
        elif kind == "tool_use":
            call = begun_call(raw, self._names, self.items)
            block.unwrapper = Unwrapper() if call.kind is CallKind.CUSTOM else None
            self.has_calls = True
            self._open(block, call, events)
        elif kind == "redacted_thinking":
            item = redacted(raw)
            if item is not None:
                self._open(block, item, events)

    def delta(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
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
            self.grow(block, string_in(delta, _GROWING[kind]), events)
        elif kind == "signature_delta":
            self._hold(block, "signature", string_in(delta, "signature"))
        elif kind == "citations_delta":
            self._cite(block, delta.get("citation"), events)

    def stop(self, event: dict[str, Any], events: list[AnswerEvent]) -> None:
        self._end(_index(event), events)

    def end_all(self, events: list[AnswerEvent]) -> None:
        for at in list(self._blocks):
            self._end(at, events)

    def growing(self, event: dict[str, Any]) -> Growing[Block] | None:
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

    def grow(self, block: Block, more: str, events: list[AnswerEvent]) -> None:
        if not more:
            return
        block.has_grown = True
        if block.unwrapper is not None:
            more = block.unwrapper.feed(more)
            if not more:
                return
        events.append(ItemGrew(index=block.index, more=more))

    def _open(self, block: Block, item: Item, events: list[AnswerEvent]) -> None:
        block.index = self.items
        self.items += 1
        events.append(ItemBegun(index=block.index, item=item))

    def _cite(self, block: Block, citation: object, events: list[AnswerEvent]) -> None:
        if type(citation) is dict and block.grows_by == "text_delta":
            events.append(ItemCited(index=block.index, citation=read_citation(citation)))

    def _hold_all(self, block: Block, delta: dict[str, Any]) -> None:
        for name, piece in delta.items():
            if name != "type" and isinstance(piece, str):
                self._hold(block, name, piece)

    def _hold(self, block: Block, name: str, piece: str) -> None:
        if not piece:
            return
        self._held += len(name) + len(piece) + _COST_OF_PIECE
        if self._held > MOST_HELD:
            raise UpstreamGarbage("The provider's stream holds back more than any answer has.")
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

    def _end_call(self, block: Block, events: list[AnswerEvent]) -> None:
        """Some servers tell the arguments at the beginning, in one piece."""
        if not block.has_grown:
            self.grow(block, arguments_in(block.raw), events)
        if block.unwrapper is not None:
            rest = block.unwrapper.finish()
            if rest:
                events.append(ItemGrew(index=block.index, more=rest))


def _index(event: Mapping[str, Any]) -> int:
    index = event.get("index")
    if type(index) is not int:
        raise UpstreamGarbage("The provider's stream has a block without an index.")
    return index


def _completed(block: Block) -> dict[str, Any]:
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
