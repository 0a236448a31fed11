"""Items of a conversation as parts of a request to Gemini."""

import base64
from typing import Any

import orjson

from llmgw_desktop.domain.content import (
    Audio,
    CallKind,
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
    ToolResult,
    Vendor,
    Video,
)
from llmgw_desktop.wire.translate.custom_text import wrapped
from llmgw_desktop.wire.translate.gemini.abilities import Abilities
from llmgw_desktop.wire.translate.gemini.arguments import is_object
from llmgw_desktop.wire.translate.gemini.media_parts import type_by_suffix
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.names import ToolNames

Part = dict[str, Any]
MediaItem = Image | Audio | Video | Document

_IN_RESULTS = ("image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain")
"""What Gemini 3 takes within a function's response."""
_BY_URL = {
    Image: Feature.IMAGE_URL,
    Document: Feature.DOCUMENT_URL,
    Audio: Feature.AUDIO,
    Video: Feature.VIDEO,
}


class PartWriter:
    """For one target."""

    def __init__(
        self, names: ToolNames, model: Abilities, vendor: Vendor, losses: LossReport
    ) -> None:
        self._names = names
        self._model = model
        self._vendor = vendor
        self._losses = losses

    def part(self, item: Item) -> Part | None:
        """Of everything but a result; None for what cannot be said."""
        self._report(item)
        if isinstance(item, ToolCall):
            return self._call(item)
        if isinstance(item, Image | Audio | Video | Document):
            return self._media(item)
        if isinstance(item, Thinking | RedactedThinking):
            return self._thinking(item)
        return self._spoken(item)

    def result(self, result: ToolResult, name: str) -> tuple[Part, list[Part]]:
        """The function's response, and the parts that have to stand beside it."""
        said: list[str] = []
        within: list[Part] = []
        beside: list[Part] = []
        if result.cache is not None:
            self._losses.lost(Feature.CACHE_MARK)
        for item in result.items:
            part = self.part(item)
            if part is None:
                continue
            if "text" in part:
                said.append(part["text"])
            elif self._fits_within(part):
                within.append(part)
            else:
                self._losses.lost(Feature.RESULT_MEDIA)
                beside.append(part)
        key = "error" if result.is_error else "output"
        written: Part = {
            "id": result.call_id,
            "name": name,
            "response": {key: "\n".join(said)},
        }
        if within:
            written["parts"] = within
        return {"functionResponse": written}, beside

    def _fits_within(self, part: Part) -> bool:
        media_type = part.get("inlineData", {}).get("mimeType")
        return self._model.is_third and media_type in _IN_RESULTS

    def _report(self, item: Item) -> None:
        if getattr(item, "cache", None) is not None:
            self._losses.lost(Feature.CACHE_MARK)
        if isinstance(item, Text) and item.citations:
            self._losses.lost(Feature.CITATIONS)
        if isinstance(item, Image) and item.detail not in (None, "auto"):
            self._losses.lost(Feature.IMAGE_DETAIL)
        if isinstance(item, Document) and (item.name or item.context or item.wants_citations):
            self._losses.lost(Feature.DOCUMENT_FACTS)

    def _spoken(self, item: Item) -> Part | None:
        if isinstance(item, Text):
            seal = self._seal(item.signature)
            if not item.text and not seal:
                self._losses.lost(Feature.EMPTY_TEXT)
                return None
            return {"text": item.text} | seal
        if isinstance(item, Refusal):
            self._losses.lost(Feature.REFUSAL)
            return {"text": item.text} if item.text else None
        if not isinstance(item, Hosted):
            return None
        if item.vendor is Vendor.GOOGLE and self._vendor is Vendor.GOOGLE:
            return dict(item.raw)
        self._losses.lost(Feature.HOSTED_ITEM, item.what)
        return {"text": item.text} if item.text else None

    def _thinking(self, item: Thinking | RedactedThinking) -> Part | None:
        signature = item.signature
        text = item.text if isinstance(item, Thinking) else ""
        if signature is None or signature.vendor is not self._vendor:
            is_hidden = isinstance(item, RedactedThinking)
            self._losses.lost(Feature.REDACTED_THINKING if is_hidden else Feature.THINKING)
            return None
        return {"text": text, "thought": True, "thoughtSignature": signature.data}

    def _call(self, call: ToolCall) -> Part:
        arguments = call.arguments
        if call.kind is CallKind.CUSTOM:
            arguments = wrapped(arguments)
        if not is_object(arguments):
            self._losses.lost(Feature.CALL_ARGUMENTS)
            arguments = ""
        written = {
            "id": call.id,
            "name": self._names.written(call.name, call.namespace),
            "args": orjson.Fragment(arguments.strip() or "{}"),
        }
        return {"functionCall": written} | self._seal(call.signature)

    def _seal(self, signature: Signature | None) -> Part:
        if signature is None:
            return {}
        if signature.vendor is not self._vendor:
            self._losses.lost(Feature.SIGNATURE)
            return {}
        return {"thoughtSignature": signature.data}

    def _media(self, item: MediaItem) -> Part | None:
        if isinstance(item, Document) and item.text is not None:
            data = base64.b64encode(item.text.encode(errors="replace")).decode()
            return _inline("text/plain", data) if item.text else None
        media = item.media
        if media.data is not None:
            return _inline(media.media_type or _otherwise(item), media.data)
        if media.url is not None:
            return self._addressed(item, media.url)
        if media.file_id is not None and media.file_vendor is self._vendor:
            return _file(media.file_id, media)
        self._losses.lost(Feature.FILE_ID)
        return {"text": f"[A file of another service was attached here: {_noun(item)}.]"}

    def _addressed(self, item: MediaItem, url: str) -> Part:
        if self._model.reads_addresses or url.startswith("gs://"):
            return _file(url, item.media)
        self._losses.lost(_BY_URL[type(item)])
        return {"text": f"[Attached {_noun(item)}: {url}]"}


def _inline(media_type: str, data: str) -> Part:
    return {"inlineData": {"mimeType": media_type, "data": data}}


def _file(uri: str, media: Media) -> Part:
    media_type = media.media_type or type_by_suffix(uri)
    told = {"fileUri": uri}
    return {"fileData": {"mimeType": media_type} | told if media_type else told}


def _noun(item: MediaItem) -> str:
    return type(item).__name__.lower()


def _otherwise(item: MediaItem) -> str:
    """A type is demanded; these are the likeliest."""
    if isinstance(item, Image):
        return "image/jpeg"
    if isinstance(item, Audio):
        return "audio/wav"
    return "video/mp4" if isinstance(item, Video) else "application/pdf"
