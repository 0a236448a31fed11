"""Blocks of an answer become items: whole ones, and those of a stream while they grow.

In a stream they come one after the other and each is told in deltas; only blocks of the vendor's
own tools, which others take whole, are held until they are complete. Which frame means what is
known to `events_in.py`.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    Answer,
    AnswerEnded,
    AnswerEvent,
    ItemBegun,
    ItemCited,
    ItemEnded,
    ItemGrew,
)
from llmgw_desktop.domain.model.content import (
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
from llmgw_desktop.wire.answer_facts import error_in, object_in, parse_answer, word_in
from llmgw_desktop.wire.anthropic import usage_of
from llmgw_desktop.wire.translate.anthropic.vocabulary import (
    hosted_in_answer,
    read_citation,
    read_stop,
    refusal_in,
)
from llmgw_desktop.wire.translate.codec import MOST_OPEN_ITEMS
from llmgw_desktop.wire.translate.repeated_frame import Growing
from llmgw_desktop.wire.translate.tools import ToolNames, Unwrapper, unwrapped


def read_answer(body: bytes, names: ToolNames) -> Answer:
    message = parse_answer(body)
    content = message.get("content")
    if type(content) is not list:
        error = error_in(message)
        told = f"an error: {error}" if error else "no message: it has no list 'content'"
        raise UpstreamGarbage(f"The provider's answer is {told}.")
    items: list[Item] = []
    for at, block in enumerate(content):
        if type(block) is not dict:
            raise UpstreamGarbage(f"The provider's answer has no block at content[{at}].")
        item = read_block(block, names, at)
        if item is not None:
            items.append(item)
    refusal = refusal_in(message)
    if refusal is not None and not items:
        items.append(Refusal(text=refusal))
    return Answer(
        id=word_in(message, "id") or "",
        model=word_in(message, "model") or "",
        items=tuple(items),
        stop=read_stop(message, has_calls=any(isinstance(item, ToolCall) for item in items)),
        usage=usage_of(object_in(message, "usage")),
    )


def read_block(block: dict[str, Any], names: ToolNames, at: int) -> Item | None:
    """Of a whole block; None for one that says nothing."""
    kind = block.get("type")
    if kind == "text":
        cited = block.get("citations")
        citations = cited if type(cited) is list else []
        return Text(
            text=string_in(block, "text"),
            citations=tuple(read_citation(each) for each in citations if type(each) is dict),
        )
    if kind == "thinking":
        return Thinking(text=string_in(block, "thinking"), signature=signature_in(block))
    if kind == "redacted_thinking":
        return redacted(block)
    if kind != "tool_use":
        return None if kind is None else hosted_in_answer(block)
    call = begun_call(block, names, at)
    arguments = arguments_in(block) or "{}"
    if call.kind is CallKind.CUSTOM:
        arguments = unwrapped(arguments)
    return ToolCall(
        id=call.id,
        name=call.name,
        arguments=arguments,
        kind=call.kind,
        namespace=call.namespace,
    )


def begun_call(block: dict[str, Any], names: ToolNames, at: int) -> ToolCall:
    """Without its arguments. A call without a name cannot be answered by anybody."""
    name = string_in(block, "name")
    if not name:
        raise UpstreamGarbage("The provider's answer calls a tool without a name.")
    known = names.read(name)
    return ToolCall(
        id=string_in(block, "id") or f"toolu_{at}",
        name=known.name,
        arguments="",
        kind=known.kind,
        namespace=known.namespace,
    )


def arguments_in(block: dict[str, Any]) -> str:
    """What a block tells of its arguments in one piece; empty where that is nothing."""
    told = block.get("input")
    if type(told) is dict:
        return orjson.dumps(told).decode() if told else ""
    return told if isinstance(told, str) else ""


def redacted(block: dict[str, Any]) -> RedactedThinking | None:
    data = string_in(block, "data")
    if not data:
        return None
    return RedactedThinking(signature=Signature(vendor=Vendor.ANTHROPIC, data=data))


def signature_in(block: dict[str, Any]) -> Signature | None:
    data = string_in(block, "signature")
    return Signature(vendor=Vendor.ANTHROPIC, data=data) if data else None


def string_in(block: dict[str, Any], name: str) -> str:
    """Empty where it is missing or null; UpstreamGarbage where it is anything else."""
    value = block.get(name)
    if value is None:
        return ""
    if type(value) is not str:
        raise UpstreamGarbage(f"The provider's answer has a '{name}' that is no string.")
    return value


MOST_HELD = 64 * 1024 * 1024
_COST_OF_PIECE = 256
"""What it takes to hold a piece, beside its letters."""
_DELTAS = {"text": "text_delta", "thinking": "thinking_delta", "tool_use": "input_json_delta"}
_GROWING = {"text_delta": "text", "thinking_delta": "thinking", "input_json_delta": "partial_json"}


class GrowingBlock:
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
        self._blocks: dict[int, GrowingBlock] = {}
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
        block = self._blocks[at] = GrowingBlock(raw)
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

    def finish(self, told: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        """`told`: why the answer ended, and how a refusal is explained."""
        for at in list(self._blocks):
            self._end(at, events)
        refusal = refusal_in(told)
        if refusal is not None and not self.items:
            events += (
                ItemBegun(index=0, item=Refusal(text="")),
                ItemGrew(index=0, more=refusal),
                ItemEnded(index=0),
            )
        events.append(AnswerEnded(stop=read_stop(told, has_calls=self.has_calls)))

    def growing(self, event: dict[str, Any]) -> Growing[GrowingBlock] | None:
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

    def grow(self, block: GrowingBlock, more: str, events: list[AnswerEvent]) -> None:
        if not more:
            return
        block.has_grown = True
        if block.unwrapper is not None:
            more = block.unwrapper.feed(more)
            if not more:
                return
        events.append(ItemGrew(index=block.index, more=more))

    def _open(self, block: GrowingBlock, item: Item, events: list[AnswerEvent]) -> None:
        block.index = self.items
        self.items += 1
        events.append(ItemBegun(index=block.index, item=item))

    def _cite(self, block: GrowingBlock, citation: object, events: list[AnswerEvent]) -> None:
        if type(citation) is dict and block.grows_by == "text_delta":
            events.append(ItemCited(index=block.index, citation=read_citation(citation)))

    def _hold_all(self, block: GrowingBlock, delta: dict[str, Any]) -> None:
        for name, piece in delta.items():
            if name != "type" and isinstance(piece, str):
                self._hold(block, name, piece)

    def _hold(self, block: GrowingBlock, name: str, piece: str) -> None:
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

    def _end_call(self, block: GrowingBlock, events: list[AnswerEvent]) -> None:
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


def _completed(block: GrowingBlock) -> dict[str, Any]:
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
