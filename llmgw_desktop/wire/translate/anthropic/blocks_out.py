"""Items of a prompt as content blocks for the vendor's models.

What a block cannot hold leaves a few words in its place, so that the model knows that something
was there. In which message a block stands is decided in `turns_out.py`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.model.content import (
    Audio,
    CacheMark,
    CallKind,
    Document,
    Hosted,
    Image,
    Item,
    Media,
    RedactedThinking,
    Refusal,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Vendor,
    Video,
)
from llmgw_desktop.wire.translate.anthropic.tools_out import cache_control
from llmgw_desktop.wire.translate.codec import PromptTarget
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.media import decoded_text
from llmgw_desktop.wire.translate.tools import ToolNames, wrapped

Block = dict[str, Any]
_IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def object_arguments(arguments: str, kind: CallKind) -> orjson.Fragment | None:
    """A call's arguments as the JSON object that they are; None when they are none."""
    if kind is CallKind.CUSTOM:
        return orjson.Fragment(wrapped(arguments))
    try:
        is_object = type(orjson.loads(arguments)) is dict
    except ValueError:
        return None
    return orjson.Fragment(arguments) if is_object else None


class BlockWriter:
    """Writes items of one request."""

    __slots__ = ("_names", "_report", "_target")

    def __init__(self, target: PromptTarget, names: ToolNames, report: LossReport) -> None:
        self._target = target
        self._names = names
        self._report = report

    def block(self, item: Item) -> Block | None:
        """Of anything but a result, which needs the id that its call was given."""
        return _WRITES[type(item)](self, item)

    def plain(self, item: Item) -> Block | None:
        """Where only text may stand (the system prompt) or no media (an assistant's turn)."""
        if isinstance(item, Image):
            return self._left_out(Feature.IMAGE, "image")
        if isinstance(item, Document) and item.text is None:
            return self._left_out(Feature.DOCUMENT, "document")
        if isinstance(item, Document):
            return _cached({"type": "text", "text": item.text or ""}, item.cache)
        return self.block(item)

    def call(self, item: ToolCall, call_id: str) -> Block:
        arguments = object_arguments(item.arguments, item.kind)
        if arguments is None and item.arguments.strip():
            self._report.lost(Feature.CALL_ARGUMENTS)
        if item.signature is not None:
            self._report.lost(Feature.SIGNATURE)
        block: Block = {
            "type": "tool_use",
            "id": call_id,
            "name": self._names.written(item.name, item.namespace),
            "input": {} if arguments is None else arguments,
        }
        return _cached(block, item.cache)

    def result(self, item: ToolResult, call_id: str) -> Block:
        block: Block = {"type": "tool_result", "tool_use_id": call_id}
        content = self.result_content(item)
        if content:
            block["content"] = content
        if item.is_error:
            block["is_error"] = True
        marks = [getattr(each, "cache", None) for each in item.items]
        return _cached(block, item.cache or next((mark for mark in marks if mark), None))

    def result_content(self, item: ToolResult) -> list[Block]:
        blocks: list[Block] = []
        for each in item.items:
            if isinstance(each, Audio | Video):
                blocks.append(self._left_out(Feature.RESULT_MEDIA, "recording"))
            elif (block := self.block(each)) is not None:
                block.pop("cache_control", None)
                blocks.append(block)
        return blocks

    def _text(self, item: Text) -> Block | None:
        if item.signature is not None:
            self._report.lost(Feature.SIGNATURE)
        if not item.text.strip():
            if item.text:
                self._report.lost(Feature.EMPTY_TEXT)
            return None
        block: Block = {"type": "text", "text": item.text}
        citations = self._citations(item)
        if citations:
            block["citations"] = citations
        return _cached(block, item.cache)

    def _citations(self, item: Text) -> list[Mapping[str, object]]:
        if not item.citations:
            return []
        is_own = self._target.vendor is Vendor.ANTHROPIC
        own = [
            each.raw
            for each in item.citations
            if is_own and each.vendor is Vendor.ANTHROPIC and each.raw is not None
        ]
        if len(own) < len(item.citations):
            self._report.lost(Feature.CITATIONS)
        return own

    def _image(self, item: Image) -> Block | None:
        if item.detail not in (None, "auto"):
            self._report.lost(Feature.IMAGE_DETAIL)
        media = item.media
        if media.data is not None and media.media_type not in _IMAGE_TYPES:
            return self._left_out(Feature.IMAGE, media.media_type or "image")
        source = self._source(media)
        if source is None:
            return self._left_out(Feature.FILE_ID, "image")
        return _cached({"type": "image", "source": source}, item.cache)

    def _document(self, item: Document) -> Block | None:
        source = self._document_source(item)
        if source is None:
            return self._left_out(Feature.DOCUMENT, item.media.media_type or "document")
        if not source:
            return self._left_out(Feature.FILE_ID, "document")
        block: Block = {"type": "document", "source": source}
        if item.name:
            block["title"] = item.name
        if item.context:
            block["context"] = item.context
        if item.wants_citations:
            block["citations"] = {"enabled": True}
        return _cached(block, item.cache)

    def _document_source(self, item: Document) -> Block | None:
        """None where the sort of document is not taken, empty where the file cannot be read."""
        media = item.media
        text = item.text
        if text is None and media.data is not None and media.media_type != "application/pdf":
            text = decoded_text(media)
            if text is None:
                return None
        if text is None:
            return self._source(media) or {}
        return {"type": "text", "media_type": "text/plain", "data": text} if text.strip() else None

    def _source(self, media: Media) -> Block | None:
        """None for a file that is kept elsewhere."""
        if media.data is not None:
            return {"type": "base64", "media_type": media.media_type, "data": media.data}
        if media.url is not None:
            return {"type": "url", "url": media.url}
        if media.file_id is None or media.file_vendor is not self._target.vendor:
            return None
        return {"type": "file", "file_id": media.file_id}

    def _thinking(self, item: Thinking) -> Block | None:
        signature = item.signature
        if signature is None or signature.vendor is not self._target.vendor:
            if item.text or signature is not None:
                self._report.lost(Feature.THINKING)
            return None
        return {"type": "thinking", "thinking": item.text, "signature": signature.data}

    def _redacted(self, item: RedactedThinking) -> Block | None:
        if item.signature.vendor is not self._target.vendor:
            self._report.lost(Feature.REDACTED_THINKING)
            return None
        return {"type": "redacted_thinking", "data": item.signature.data}

    def _refusal(self, item: Refusal) -> Block | None:
        self._report.lost(Feature.REFUSAL)
        return {"type": "text", "text": item.text} if item.text.strip() else None

    def _hosted(self, item: Hosted) -> Block | None:
        if item.vendor is self._target.vendor:
            return dict(item.raw)
        self._report.lost(Feature.HOSTED_ITEM, item.what)
        return {"type": "text", "text": item.text} if item.text and item.text.strip() else None

    def _left_out(self, feature: Feature, what: str) -> Block:
        self._report.lost(feature)
        return {"type": "text", "text": f"[{what} left out: it cannot be passed on here]"}

    def _stray(self, item: Item) -> Block | None:
        raise AssertionError(f"{type(item).__name__} is written with its id")


def _cached(block: Block, mark: CacheMark | None) -> Block:
    if mark is not None:
        block["cache_control"] = cache_control(mark)
    return block


_WRITES: Mapping[type, Callable[[BlockWriter, Any], Block | None]] = {
    Text: BlockWriter._text,
    Image: BlockWriter._image,
    Document: BlockWriter._document,
    Audio: lambda writer, _: writer._left_out(Feature.AUDIO, "recording"),
    Video: lambda writer, _: writer._left_out(Feature.VIDEO, "video"),
    Thinking: BlockWriter._thinking,
    RedactedThinking: BlockWriter._redacted,
    Refusal: BlockWriter._refusal,
    Hosted: BlockWriter._hosted,
    ToolCall: BlockWriter._stray,
    ToolResult: BlockWriter._stray,
}
