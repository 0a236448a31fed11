"""A whole answer for a caller of this protocol: its blocks and its figures.

Streams are written in `events_out.py`; what both say is written by the same functions. This vendor
shows no thinking that nobody asked for, and its callers take the first block of an answer for its
text; so its words are left out, and its seals go out with the next tool call, where the vendor
wants them back in the next request.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.model.answer import Answer
from llmgw_desktop.domain.model.content import (
    Audio,
    Citation,
    Document,
    Hosted,
    Image,
    Item,
    Media,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
    Video,
)
from llmgw_desktop.domain.model.prompt import Effort, Reasoning
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.anthropic.blocks_out import Block, object_arguments
from llmgw_desktop.wire.translate.anthropic.vocabulary import (
    search_blocks,
    written_citation,
    written_reason,
)
from llmgw_desktop.wire.translate.carriers import SealOf, heard_id, packed
from llmgw_desktop.wire.translate.codec import RequestContext
from llmgw_desktop.wire.translate.losses import Feature, LossReport


def written_usage(usage: Usage) -> dict[str, object]:
    """What is not known is left out. Callers want the prompt and the answer: where nobody told
    them, whoever passes the answer on has counted (`translate/usage.py`)."""
    told, read, wrote = usage.input_tokens, usage.cache_read_tokens, usage.cache_write_tokens
    written: dict[str, object] = {}
    if told is not None:
        written["input_tokens"] = max(told - (read or 0) - (wrote or 0), 0)
    if wrote is not None:
        written["cache_creation_input_tokens"] = wrote
    if read is not None:
        written["cache_read_input_tokens"] = read
    if usage.output_tokens is not None:
        written["output_tokens"] = usage.output_tokens
    if usage.reasoning_tokens is not None:
        written["output_tokens_details"] = {"thinking_tokens": usage.reasoning_tokens}
    return written


def wants_thinking(wanted: Reasoning | None) -> bool:
    return wanted is not None and wanted.effort is not Effort.NONE


class HeldSeals:
    """Of one answer's thinking that is not shown."""

    __slots__ = ("_seals",)

    def __init__(self) -> None:
        self._seals: list[Thinking | RedactedThinking] = []

    def hold(self, item: Thinking | RedactedThinking, signature: Signature | None) -> None:
        """`signature` is what came at the item's end, if anything did."""
        if isinstance(item, RedactedThinking):
            self._seals.append(item)
        elif (seal := signature or item.signature) is not None:
            self._seals.append(Thinking(text="", signature=seal))

    def taken(self) -> list[Thinking | RedactedThinking]:
        """For the call that comes next."""
        held, self._seals = self._seals, []
        return held


def without_unasked(items: tuple[Item, ...]) -> list[Item]:
    """Of a whole answer."""
    held = HeldSeals()
    shown: list[Item] = []
    for item in items:
        if isinstance(item, Thinking | RedactedThinking):
            held.hold(item, None)
            continue
        if isinstance(item, ToolCall):
            shown += held.taken()
        shown.append(item)
    return shown


_EMPTY = {"type": "text", "text": ""}
_MEDIA = {Image: "image", Audio: "recording", Video: "video", Document: "document"}


def write_answer(answer: Answer, asked: RequestContext, report: LossReport) -> bytes:
    content: list[Block] = []
    items = answer.items
    if not wants_thinking(asked.prompt.reasoning):
        items = tuple(without_unasked(items))
    for at, item in enumerate(items):
        content += _blocks(item, at, asked, report)
    reason = written_reason(
        answer.stop,
        has_calls=any(isinstance(item, ToolCall) for item in answer.items),
        has_refused=any(isinstance(item, Refusal) for item in answer.items),
    )
    return orjson.dumps(
        {
            "id": message_id(answer.id, asked),
            "type": "message",
            "role": "assistant",
            "model": asked.model,
            "content": content or [_EMPTY],
            "stop_reason": reason,
            "stop_sequence": answer.stop.sequence,
            "usage": written_usage(answer.usage),
        }
    )


def message_id(given: str, asked: RequestContext) -> str:
    """The upstream's where it has one, in the form that callers of this protocol know."""
    if given.startswith("msg_"):
        return given
    return f"msg_{given or asked.answer_id}"


def call_id(item: ToolCall, at: int, asked: RequestContext) -> str:
    if not item.id:
        return f"toolu_{asked.answer_id}_{at}"
    return heard_id(item.id, asked.prompt.turns)


def call_name(item: ToolCall) -> str:
    return item.name if item.namespace is None else f"{item.namespace}__{item.name}"


def seal(signature: Signature, of: SealOf) -> Block:
    """An empty thinking block that carries the signature of the item after it."""
    carried = packed(signature, Vendor.ANTHROPIC, of)
    return {"type": "thinking", "thinking": "", "signature": carried}


def reported_citation(cited: Citation, report: LossReport) -> Mapping[str, object] | None:
    written = written_citation(cited)
    if written is None:
        report.lost(Feature.CITATIONS)
    return written


def media_in_words(item: Image | Audio | Video | Document, report: LossReport) -> str:
    """No block of an answer holds media; where it can be fetched is told."""
    report.lost(Feature.OUTPUT_MEDIA)
    if isinstance(item, Document) and item.text is not None:
        return item.text
    media: Media = item.media
    kind = media.media_type or _MEDIA[type(item)]
    where = f": {media.url}" if media.url else ", which cannot be passed on in this protocol"
    return f"[The model gave a file of type {kind}{where}]"


def whole_blocks(item: Item, at: int, report: LossReport) -> list[Block]:
    """Of an item that does not grow."""
    if isinstance(item, RedactedThinking):
        data = packed(item.signature, Vendor.ANTHROPIC, SealOf.REDACTED)
        return [{"type": "redacted_thinking", "data": data}]
    if isinstance(item, Image | Audio | Video | Document):
        return [{"type": "text", "text": media_in_words(item, report)}]
    if not isinstance(item, Hosted):
        return []
    if item.vendor is Vendor.ANTHROPIC:
        return [dict(item.raw)]
    search = search_blocks(item, at)
    if search:
        return search
    report.lost(Feature.HOSTED_ITEM, item.what)
    return [{"type": "text", "text": item.text}] if item.text else []


def _blocks(item: Item, at: int, asked: RequestContext, report: LossReport) -> list[Block]:
    match item:
        case Text():
            if item.signature is not None:  # as in streams, where it comes behind the text
                report.lost(Feature.SIGNATURE, SealOf.TEXT)
            return [_text(item, report)]
        case Refusal():
            return [{"type": "text", "text": item.text}]
        case Thinking():
            signature = "" if item.signature is None else packed(item.signature, Vendor.ANTHROPIC)
            return [{"type": "thinking", "thinking": item.text, "signature": signature}]
        case ToolCall():
            sealed = [] if item.signature is None else [seal(item.signature, SealOf.CALL)]
            return [*sealed, _call(item, at, asked, report)]
    return whole_blocks(item, at, report)


def _text(item: Text, report: LossReport) -> Block:
    block: dict[str, Any] = {"type": "text", "text": item.text}
    written = [reported_citation(each, report) for each in item.citations]
    citations = [each for each in written if each is not None]
    if citations:
        block["citations"] = citations
    return block


def _call(item: ToolCall, at: int, asked: RequestContext, report: LossReport) -> Block:
    arguments = object_arguments(item.arguments, item.kind)
    if arguments is None and item.arguments.strip():
        report.lost(Feature.CALL_ARGUMENTS)
    return {
        "type": "tool_use",
        "id": call_id(item, at, asked),
        "name": call_name(item),
        "input": {} if arguments is None else arguments,
    }
