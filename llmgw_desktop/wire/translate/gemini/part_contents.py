"""What a part may hold beside words: bytes, addresses of files, what Google's own tools did, and
thought signatures.

`thoughtSignature` is Google's own as it is, another vendor's in a carrier; the field holds bytes in
base64, and clients check that, so a carrier is encoded once more. Clients of this protocol (Gemini
CLI is one) keep a call's signature and throw thought parts away, while other vendors want the
thinking back with the call's result. So it travels on the call as well, text and signature. That is
also the only way that it has to callers who did not ask to see it.
"""

import base64
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson

from llmgw_desktop.domain.model.content import (
    Audio,
    Document,
    Hosted,
    Image,
    Media,
    RedactedThinking,
    Signature,
    Thinking,
    Vendor,
    Video,
)
from llmgw_desktop.domain.model.prompt import Reasoning
from llmgw_desktop.wire.answer_facts import object_in, string_in
from llmgw_desktop.wire.translate.carriers import (
    MARK_OF_MANY,
    MOST_CHARS,
    Carried,
    SealOf,
    packed,
    unpacked,
)
from llmgw_desktop.wire.translate.media import decoded_base64, decoded_text, media_of_data

MediaItem = Image | Audio | Video | Document

_FILES_HOST = "generativelanguage.googleapis.com"
_VIDEO_HOSTS = frozenset({"www.youtube.com", "youtube.com", "youtu.be", "m.youtube.com"})
_BY_SUFFIX: Mapping[str, str] = {
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
_HOSTED = ("executableCode", "codeExecutionResult", "toolCall", "toolResponse")


def media_item(part: Mapping[str, Any]) -> MediaItem | None:
    """Of a part with inlineData or fileData, in the protocol's own spelling."""
    inline = object_in(part, "inlineData")
    if data := string_in(inline, "data"):
        return inline_item(data, string_in(inline, "mimeType"), string_in(inline, "displayName"))
    file = object_in(part, "fileData")
    if uri := string_in(file, "fileUri"):
        return file_item(uri, string_in(file, "mimeType"), string_in(file, "displayName"))
    return None


def inline_item(data: str, media_type: str, name: str) -> MediaItem:
    """Base64 of either alphabet, padded or not."""
    if "-" in data or "_" in data:
        data = data.replace("-", "+").replace("_", "/")
    media = media_of_data(data + "=" * (-len(data) % 4), media_type)
    if media.media_type == "text/plain" and (text := decoded_text(media)) is not None:
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
        code = string_in(told, "code")
        return f"```{string_in(told, 'language').lower()}\n{code}\n```" if code else None
    if what == "codeExecutionResult":
        return string_in(told, "output") or None
    return None


def _host(uri: str) -> str:
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""


Thought = Thinking | RedactedThinking

_MOST_BYTES = 512 * 1024
_START = base64.b64encode(MARK_OF_MANY[:9]).decode()
_HIDDEN = "redacted"
_SHOWN = "thinking"


def wants_thoughts(wanted: Reasoning | None) -> bool:
    """Google shows thoughts to those alone who set `includeThoughts`, however hard the model is to
    think; its own SDK takes them apart from the text, other programs join all parts."""
    return wanted is not None and wanted.show not in (None, "none")


class Keeper:
    """Gathers an answer's thinking until a call takes it along."""

    __slots__ = ("_thoughts",)

    def __init__(self) -> None:
        self._thoughts: list[Thought] = []

    def note(self, thought: Thought) -> None:
        """Google's own needs no such help: its calls have their own signatures."""
        signature = thought.signature
        if signature is not None and signature.vendor is not Vendor.GOOGLE:
            self._thoughts.append(thought)

    def taken(self) -> str | None:
        """The field's value for the first call after the thinking."""
        thoughts, self._thoughts = self._thoughts, []
        return packed_thoughts(thoughts) if thoughts else None


def packed_thoughts(thoughts: Iterable[Thought]) -> str | None:
    """None for more than any client would carry."""
    told = [_told_thought(thought, thought.signature) for thought in thoughts if thought.signature]
    data = b"%b%b}" % (MARK_OF_MANY, orjson.dumps(told))
    return base64.b64encode(data).decode() if len(data) <= _MOST_BYTES else None


def holds_thoughts(field: str) -> bool:
    return field.startswith(_START)


def unpacked_thoughts(field: str) -> list[Thought]:
    """What came back; nothing where it is garbled."""
    if len(field) > 2 * _MOST_BYTES:
        return []
    try:
        held = orjson.loads(decoded_base64(field) or b"")
        return [_thought(*each) for each in held["llmgw1"]]
    except (ValueError, TypeError, KeyError):
        return []


def _told_thought(thought: Thought, signature: Signature) -> tuple[str, str, str, str]:
    if isinstance(thought, Thinking):
        return _SHOWN, signature.vendor, signature.data, thought.text
    return _HIDDEN, signature.vendor, signature.data, ""


def _thought(kind: object, vendor: str, data: object, text: object) -> Thought:
    if not isinstance(data, str) or not isinstance(text, str):
        raise TypeError("no thought")
    signature = Signature(vendor=Vendor(vendor), data=data)
    if kind == _HIDDEN:
        return RedactedThinking(signature=signature)
    return Thinking(text=text, signature=signature)


SKIP = "skip_thought_signature_validator"
"""What Google documents for histories that come from other models: the check of signatures is
left out for this part."""
_CARRIER_START = "bGxtZ3cxL"  # of the carrier's mark


def written_seal(signature: Signature, of: SealOf) -> str:
    """The field's value."""
    if signature.vendor is Vendor.GOOGLE:
        return signature.data
    carrier = packed(signature, Vendor.GOOGLE, of)
    return base64.b64encode(carrier.encode()).decode()


def read_seal(field: str, of: SealOf) -> Carried | None:
    """What a caller sent back; None for what is empty, garbled or stands for no signature."""
    if field == SKIP or holds_thoughts(field):
        return None
    if not field.startswith(_CARRIER_START):
        return unpacked(field, Vendor.GOOGLE, of)
    if len(field) > 2 * MOST_CHARS:
        return None
    carrier = decoded_base64(field)
    return unpacked(carrier.decode(errors="replace"), Vendor.GOOGLE, of) if carrier else None
