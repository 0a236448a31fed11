"""Content of a caller's messages: a string, or a list of parts."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from llmgw_desktop.domain.content import (
    Audio,
    CacheMark,
    Document,
    Image,
    Item,
    Media,
    Refusal,
    Text,
    Thinking,
    Vendor,
    Video,
)
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.media import media_of_data, media_of_url
from llmgw_desktop.wire.translate.openai_chat.checked import (
    needed_object,
    needed_string,
    object_at,
    objects_at,
    string_at,
)

_AUDIO_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg"}
_LONG_TTLS = frozenset({"1h", "12h"})
_FILE_TYPES = {"pdf": "application/pdf", "txt": "text/plain", "md": "text/markdown"}


def read_content(parent: Mapping[str, Any], path: str, losses: LossReport) -> list[Item]:
    """Of a message that must have content."""
    content = parent.get("content")
    if type(content) is str:
        return [Text(text=content)]
    if type(content) is not list:
        raise MalformedRequest("must be a string or a list of parts", path=f"{path}.content")
    parts = objects_at(parent, "content", path)
    return [
        _read_part(part, f"{path}.content[{number}]", losses) for number, part in enumerate(parts)
    ]


def cache_mark(parent: Mapping[str, Any], path: str) -> CacheMark | None:
    """OpenRouter's `cache_control`, or OpenAI's `prompt_cache_breakpoint`."""
    control = object_at(parent, "cache_control", path)
    if control is not None:
        return CacheMark(ttl=string_at(control, "ttl", f"{path}.cache_control"))
    point = object_at(parent, "prompt_cache_breakpoint", path)
    if point is None:
        return None
    return CacheMark(ttl="1h" if point.get("ttl") in _LONG_TTLS else None)


def _read_part(part: Mapping[str, Any], path: str, losses: LossReport) -> Item:
    kind = needed_string(part, "type", path)
    read = _READERS.get(kind)
    if read is None:
        raise MalformedRequest(f"'{kind[:60]}' is no type of part known here", path=f"{path}.type")
    for name in part:
        if name not in _KNOWN and name != kind and part[name] is not None:
            losses.lost(Feature.FIELD, f"messages.content.{name}")
    inner = part.get(kind)
    for name, value in inner.items() if type(inner) is dict else ():
        if name not in _KNOWN_INSIDE and value is not None:
            losses.lost(Feature.FIELD, f"messages.content.{kind}.{name}")
    return read(part, path, cache_mark(part, path))


def _text(part: Mapping[str, Any], path: str, cache: CacheMark | None) -> Item:
    return Text(text=string_at(part, "text", path) or "", cache=cache)


def _refusal(part: Mapping[str, Any], path: str, _: CacheMark | None) -> Item:
    return Refusal(text=string_at(part, "refusal", path) or "")


def _thinking(part: Mapping[str, Any], path: str, _: CacheMark | None) -> Item:
    """Mistral's: a string or a list of text parts."""
    if type(part.get("thinking")) is not list:
        return Thinking(text=string_at(part, "thinking", path) or "")
    pieces = objects_at(part, "thinking", path)
    texts = [
        string_at(piece, "text", f"{path}.thinking[{number}]") or ""
        for number, piece in enumerate(pieces)
    ]
    return Thinking(text="".join(texts))


def _image(part: Mapping[str, Any], path: str, cache: CacheMark | None) -> Item:
    if type(part.get("image_url")) is str:
        return Image(media=media_of_url(part["image_url"]), cache=cache)
    given = needed_object(part, "image_url", path)
    inner = f"{path}.image_url"
    media = media_of_url(needed_string(given, "url", inner))
    return Image(media=media, detail=string_at(given, "detail", inner), cache=cache)


def _video(part: Mapping[str, Any], path: str, cache: CacheMark | None) -> Item:
    given = needed_object(part, "video_url", path)
    return Video(media=media_of_url(needed_string(given, "url", f"{path}.video_url")), cache=cache)


def _audio(part: Mapping[str, Any], path: str, cache: CacheMark | None) -> Item:
    given = needed_object(part, "input_audio", path)
    inner = f"{path}.input_audio"
    data = needed_string(given, "data", inner)
    word = needed_string(given, "format", inner)
    if data.startswith("data:"):
        return Audio(media=media_of_url(data), cache=cache)
    return Audio(media=media_of_data(data, _AUDIO_TYPES.get(word, f"audio/{word}")), cache=cache)


def _file(part: Mapping[str, Any], path: str, cache: CacheMark | None) -> Item:
    given = needed_object(part, "file", path)
    inner = f"{path}.file"
    name = string_at(given, "filename", inner)
    return Document(media=_file_media(given, inner, name), name=name, cache=cache)


def _file_media(given: Mapping[str, Any], path: str, name: str | None) -> Media:
    file_id = string_at(given, "file_id", path)
    if file_id:
        return Media(file_id=file_id, file_vendor=Vendor.OPENAI)
    data = needed_string(given, "file_data", path)
    if data.startswith(("data:", "http://", "https://")):
        return media_of_url(data)
    ending = (name or "").rpartition(".")[2].lower()
    return media_of_data(data, _FILE_TYPES.get(ending, ""))


_Read = Callable[[Mapping[str, Any], str, CacheMark | None], Item]
_READERS: Mapping[str, _Read] = MappingProxyType(
    {
        "text": _text,
        "refusal": _refusal,
        "thinking": _thinking,
        "image_url": _image,
        "video_url": _video,
        "input_audio": _audio,
        "file": _file,
    }
)
_KNOWN = frozenset({"type", "cache_control", "prompt_cache_breakpoint", "closed"})
_KNOWN_INSIDE = frozenset({"url", "detail", "data", "format", "filename", "file_id", "file_data"})
