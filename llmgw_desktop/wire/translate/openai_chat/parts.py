"""Content of messages, a string or a list of parts: as callers write it, and as far as a target
takes it.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import (
    Audio,
    CacheMark,
    Document,
    Hosted,
    Image,
    Item,
    Media,
    Refusal,
    Text,
    Thinking,
    Vendor,
    Video,
)
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.media import (
    SOUND_WORDS,
    data_url,
    decoded_text,
    media_of_data,
    media_of_sound,
    media_of_url,
)
from llmgw_desktop.wire.translate.members import (
    Fields,
    lose_others,
    maybe_object,
    maybe_text,
    name_in,
    needed_object,
    not_known,
    objects_in,
)
from llmgw_desktop.wire.translate.openai_chat.models import Abilities

_LONG_TTLS = frozenset({"1h", "12h"})
_FILE_TYPES = {"pdf": "application/pdf", "txt": "text/plain", "md": "text/markdown"}


def read_content(parent: Fields, path: str, losses: LossReport) -> list[Item]:
    """Of a message that must have content."""
    content = parent.get("content")
    if type(content) is str:
        return [Text(text=content)]
    if type(content) is not list:
        raise MalformedRequest("must be a string or a list of parts", path=f"{path}.content")
    return [_read_part(part, spot, losses) for part, spot in objects_in(parent, "content", path)]


def cache_mark(parent: Fields, path: str) -> CacheMark | None:
    """OpenRouter's `cache_control`, or OpenAI's `prompt_cache_breakpoint`."""
    control = maybe_object(parent, "cache_control", path)
    if control is not None:
        return CacheMark(ttl=maybe_text(control, "ttl", f"{path}.cache_control"))
    point = maybe_object(parent, "prompt_cache_breakpoint", path)
    if point is None:
        return None
    return CacheMark(ttl="1h" if point.get("ttl") in _LONG_TTLS else None)


def _read_part(part: Fields, path: str, losses: LossReport) -> Item:
    kind = name_in(part, "type", path)
    read = _READERS.get(kind)
    if read is None:
        raise not_known(kind, f"{path}.type")
    lose_others(part, _KNOWN[kind], losses, "messages.content")
    if type(inner := part.get(kind)) is dict:
        lose_others(inner, _KNOWN_INSIDE, losses, f"messages.content.{kind}")
    return read(part, path, cache_mark(part, path))


def _text(part: Fields, path: str, cache: CacheMark | None) -> Item:
    return Text(text=maybe_text(part, "text", path) or "", cache=cache)


def _refusal(part: Fields, path: str, _: CacheMark | None) -> Item:
    return Refusal(text=maybe_text(part, "refusal", path) or "")


def _thinking(part: Fields, path: str, _: CacheMark | None) -> Item:
    """Mistral's: a string or a list of text parts."""
    if type(part.get("thinking")) is not list:
        return Thinking(text=maybe_text(part, "thinking", path) or "")
    pieces = objects_in(part, "thinking", path)
    texts = [maybe_text(piece, "text", spot) or "" for piece, spot in pieces]
    return Thinking(text="".join(texts))


def _image(part: Fields, path: str, cache: CacheMark | None) -> Item:
    if type(part.get("image_url")) is str:
        return Image(media=media_of_url(part["image_url"]), cache=cache)
    given = needed_object(part, "image_url", path)
    inner = f"{path}.image_url"
    media = media_of_url(name_in(given, "url", inner))
    return Image(media=media, detail=maybe_text(given, "detail", inner), cache=cache)


def _video(part: Fields, path: str, cache: CacheMark | None) -> Item:
    given = needed_object(part, "video_url", path)
    return Video(media=media_of_url(name_in(given, "url", f"{path}.video_url")), cache=cache)


def _audio(part: Fields, path: str, cache: CacheMark | None) -> Item:
    given = needed_object(part, "input_audio", path)
    inner = f"{path}.input_audio"
    data = name_in(given, "data", inner)
    word = name_in(given, "format", inner)
    if data.startswith("data:"):
        return Audio(media=media_of_url(data), cache=cache)
    return Audio(media=media_of_sound(data, word), cache=cache)


def _file(part: Fields, path: str, cache: CacheMark | None) -> Item:
    given = needed_object(part, "file", path)
    inner = f"{path}.file"
    name = maybe_text(given, "filename", inner)
    return Document(media=_file_media(given, inner, name), name=name, cache=cache)


def _file_media(given: Fields, path: str, name: str | None) -> Media:
    file_id = maybe_text(given, "file_id", path)
    if file_id:
        return Media(file_id=file_id, file_vendor=Vendor.OPENAI)
    data = name_in(given, "file_data", path)
    if data.startswith(("data:", "http://", "https://")):
        return media_of_url(data)
    ending = (name or "").rpartition(".")[2].lower()
    return media_of_data(data, _FILE_TYPES.get(ending, ""))


_Read = Callable[[Fields, str, CacheMark | None], Item]
_READERS: Mapping[str, _Read] = {
    "text": _text,
    "refusal": _refusal,
    "thinking": _thinking,
    "image_url": _image,
    "video_url": _video,
    "input_audio": _audio,
    "file": _file,
}
_MEMBERS = {"type", "cache_control", "prompt_cache_breakpoint", "closed"}
_KNOWN = {kind: _MEMBERS | {kind} for kind in _READERS}
_KNOWN_INSIDE = frozenset({"url", "detail", "data", "format", "filename", "file_id", "file_data"})


BETWEEN = "\n\n"
"""Between texts that were apart and have to become one string."""
_PDF = "application/pdf"


class ContentWriter:
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
        text = item.text if item.text is not None else decoded_text(item.media)
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
        word = SOUND_WORDS.get(media.media_type)
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
