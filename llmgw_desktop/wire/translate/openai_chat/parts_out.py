"""Items of a turn as content: strings and parts, as far as the target takes them."""

import base64
import binascii
from collections.abc import Iterable
from typing import Any

from llmgw_desktop.domain.content import (
    Audio,
    CacheMark,
    Document,
    Hosted,
    Image,
    Item,
    Refusal,
    Text,
    Vendor,
    Video,
)
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.media import data_url
from llmgw_desktop.wire.translate.openai_chat.target_facts import Abilities

BETWEEN = "\n\n"
"""Between texts that were apart and have to become one string."""
_AUDIO_FORMATS = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
}
_TEXTUAL = ("text/", "application/json", "application/xml", "application/yaml")
_PDF = "application/pdf"


class PartWriter:
    """For one request to one target."""

    def __init__(self, abilities: Abilities, losses: LossReport) -> None:
        self._abilities = abilities
        self._losses = losses

    def content(self, items: Iterable[Item]) -> str | list[dict[str, Any]] | None:
        """None where nothing can be said; a string where that says everything."""
        return self.in_one(self.parts(items))

    def in_one(self, parts: list[dict[str, Any]]) -> str | list[dict[str, Any]] | None:
        """As `content`, of parts that are written already."""
        if not parts:
            return None
        if len(parts) > 1:
            parts = [part for part in parts if part.get("text") != ""] or parts[:1]
        if any(part["type"] != "text" or len(part) > 2 for part in parts):
            return parts
        if len(parts) == 1:
            text: str = parts[0]["text"]
            return text
        takes_lists = self._abilities.is_openai or self._abilities.is_openrouter
        return parts if takes_lists else BETWEEN.join(part["text"] for part in parts)

    def parts(self, items: Iterable[Item]) -> list[dict[str, Any]]:
        written = (self.part(item) for item in items)
        return [part for part in written if part is not None]

    def part(self, item: Item) -> dict[str, Any] | None:
        """None, and a loss, for what the target does not take."""
        match item:
            case Text():
                part: dict[str, Any] | None = self._text(item)
            case Image():
                part = self._image(item)
            case Document():
                part = self._document(item)
            case Audio():
                part = self._audio(item)
            case Video():
                part = self._video(item)
            case Refusal():
                part = {"type": "text", "text": item.text}
                self._losses.lost(Feature.REFUSAL)
            case Hosted():
                part = {"type": "text", "text": item.text} if item.text else None
                self._losses.lost(Feature.HOSTED_ITEM, item.what)
            case _:
                part = None
        return self._marked(part, getattr(item, "cache", None))

    def _marked(self, part: dict[str, Any] | None, mark: CacheMark | None) -> dict[str, Any] | None:
        if mark is None:
            return part
        if part is None or not self._abilities.marks_cache:
            self._losses.lost(Feature.CACHE_MARK)
            return part
        part["cache_control"] = cache_control(mark)
        return part

    def _text(self, item: Text) -> dict[str, Any]:
        if item.citations:
            self._losses.lost(Feature.CITATIONS)
        if item.signature is not None:
            self._losses.lost(Feature.SIGNATURE, "text")
        return {"type": "text", "text": item.text}

    def _image(self, item: Image) -> dict[str, Any] | None:
        media = item.media
        if media.data is None and media.url is None:
            self._losses.lost(Feature.FILE_ID, "image")
            return None
        url = media.url if media.data is None else data_url(media, "image/png")
        given: dict[str, Any] = {"url": url}
        detail = item.detail
        if detail == "original" and not self._abilities.is_openai:
            self._losses.lost(Feature.IMAGE_DETAIL)
            detail = "high"
        if detail is not None:
            given["detail"] = detail
        return {"type": "image_url", "image_url": given}

    def _document(self, item: Document) -> dict[str, Any] | None:
        if item.context or item.wants_citations:
            self._losses.lost(Feature.DOCUMENT_FACTS)
        text = item.text if item.text is not None else _decoded(item)
        if text is not None:
            return {"type": "text", "text": f"{item.name}:\n{text}" if item.name else text}
        file = self._file(item)
        return None if file is None else {"type": "file", "file": file}

    def _file(self, item: Document) -> dict[str, Any] | None:
        media, abilities = item.media, self._abilities
        if media.file_id is not None:
            if abilities.is_openai and media.file_vendor is Vendor.OPENAI:
                return {"file_id": media.file_id}
            self._losses.lost(Feature.FILE_ID, "document")
            return None
        takes_any = abilities.is_openrouter
        if media.url is not None and not takes_any:
            self._losses.lost(Feature.DOCUMENT_URL)
            return None
        takes_it = takes_any or (abilities.is_openai and media.media_type == _PDF)
        if not takes_it or (media.url is None and media.data is None):
            self._losses.lost(Feature.DOCUMENT, media.media_type)
            return None
        name = item.name or ("document.pdf" if media.media_type == _PDF else "document")
        return {"filename": name, "file_data": media.url or data_url(media)}

    def _audio(self, item: Audio) -> dict[str, Any] | None:
        media = item.media
        word = _AUDIO_FORMATS.get(media.media_type)
        if word is None and self._abilities.is_openrouter:
            word = media.media_type.removeprefix("audio/").removeprefix("x-") or None
        if media.data is None or word is None:
            self._losses.lost(Feature.AUDIO, media.media_type)
            return None
        return {"type": "input_audio", "input_audio": {"data": media.data, "format": word}}

    def _video(self, item: Video) -> dict[str, Any] | None:
        media = item.media
        url = media.url if media.data is None else data_url(media, "video/mp4")
        if url is None or not self._abilities.is_openrouter:
            self._losses.lost(Feature.VIDEO)
            return None
        return {"type": "video_url", "video_url": {"url": url}}


def cache_control(mark: CacheMark) -> dict[str, str]:
    control = {"type": "ephemeral"}
    if mark.ttl is not None:
        control["ttl"] = mark.ttl
    return control


def _decoded(item: Document) -> str | None:
    """A document that is text, though it was given as bytes."""
    media = item.media
    if media.data is None or not media.media_type.startswith(_TEXTUAL):
        return None
    try:
        return base64.b64decode(media.data).decode()
    except (binascii.Error, ValueError):
        return None
