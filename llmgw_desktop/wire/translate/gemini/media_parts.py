"""Parts with bytes, with addresses of files, and with what Google's own tools did."""

import base64
import binascii
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from llmgw_desktop.domain.content import (
    Audio,
    Document,
    Hosted,
    Image,
    Media,
    Vendor,
    Video,
)
from llmgw_desktop.wire.answer_facts import object_in
from llmgw_desktop.wire.translate.media import media_of_data

MediaItem = Image | Audio | Video | Document

_FILES_HOST = "generativelanguage.googleapis.com"
_VIDEO_HOSTS = frozenset({"www.youtube.com", "youtube.com", "youtu.be", "m.youtube.com"})
_BY_SUFFIX: Mapping[str, str] = MappingProxyType(
    {
        "png": "image/png",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "webp": "image/webp",
        "gif": "image/gif",
        "heic": "image/heic",
        "heif": "image/heif",
        "pdf": "application/pdf",
        "txt": "text/plain",
        "md": "text/markdown",
        "html": "text/html",
        "csv": "text/csv",
        "json": "application/json",
        "mp3": "audio/mpeg",
        "wav": "audio/wav",
        "flac": "audio/flac",
        "ogg": "audio/ogg",
        "mp4": "video/mp4",
        "mov": "video/quicktime",
        "webm": "video/webm",
    }
)
_HOSTED = ("executableCode", "codeExecutionResult", "toolCall", "toolResponse")


def media_item(part: Mapping[str, Any]) -> MediaItem | None:
    """Of a part with inlineData or fileData, in the protocol's own spelling."""
    inline = object_in(part, "inlineData")
    data = inline.get("data")
    if isinstance(data, str) and data:
        return inline_item(data, _text(inline, "mimeType"), _text(inline, "displayName"))
    file = object_in(part, "fileData")
    uri = file.get("fileUri")
    if isinstance(uri, str) and uri:
        return file_item(uri, _text(file, "mimeType"), _text(file, "displayName"))
    return None


def inline_item(data: str, media_type: str, name: str) -> MediaItem:
    """Base64 of either alphabet, padded or not."""
    if "-" in data or "_" in data:
        data = data.replace("-", "+").replace("_", "/")
    media = media_of_data(data + "=" * (-len(data) % 4), media_type)
    if media.media_type == "text/plain" and (text := _plain(media.data or "")) is not None:
        return Document(media=Media(), text=text, name=name or None)
    return _item_of(media, name)


def file_item(uri: str, media_type: str, name: str) -> MediaItem:
    media_type = media_type.strip().lower() or type_by_suffix(uri)
    if uri.startswith(("gs://", "files/")) or _host(uri) == _FILES_HOST:
        media = Media(media_type=media_type, file_id=uri, file_vendor=Vendor.GOOGLE)
    else:
        media = Media(media_type=media_type, url=uri)
    if _host(uri) in _VIDEO_HOSTS:
        return Video(media=media)
    return _item_of(media, name)


def hosted_item(part: Mapping[str, Any]) -> Hosted | None:
    """What Google's own tools did, or another thing that only Google knows."""
    what = next((name for name in _HOSTED if type(part.get(name)) is dict), None)
    if what is None:
        others = (name for name, told in part.items() if type(told) is dict)
        what = next((name for name in others if name not in _ABOUT), None)
    if what is None:
        return None
    return Hosted(vendor=Vendor.GOOGLE, what=what, raw=dict(part), text=_in_words(what, part[what]))


_ABOUT = frozenset({"videoMetadata", "mediaResolution", "partMetadata", "inlineData", "fileData"})


def type_by_suffix(uri: str) -> str:
    """The media type that an address's ending shows; empty where it shows none."""
    path = uri.partition("?")[0].partition("#")[0]
    return _BY_SUFFIX.get(path.rpartition(".")[2].lower(), "")


def _item_of(media: Media, name: str) -> MediaItem:
    family = media.media_type.partition("/")[0]
    if family == "image":
        return Image(media=media)
    if family == "audio":
        return Audio(media=media)
    if family == "video":
        return Video(media=media)
    return Document(media=media, name=name or None)


def _in_words(what: str, told: Mapping[str, Any]) -> str | None:
    if what == "executableCode":
        code = _text(told, "code")
        return f"```{_text(told, 'language').lower()}\n{code}\n```" if code else None
    if what == "codeExecutionResult":
        return _text(told, "output") or None
    return None


def _plain(data: str) -> str | None:
    try:
        return base64.b64decode(data, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None


def _text(parent: Mapping[str, Any], name: str) -> str:
    value = parent.get(name)
    return value if isinstance(value, str) else ""


def _host(uri: str) -> str:
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""
