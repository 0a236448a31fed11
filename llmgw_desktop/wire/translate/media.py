"""Images and documents between protocols: data URLs, base64, and what sort of bytes these are.

A wrong media type is refused by some vendors and a missing one by all, so the beginning of the
bytes is believed more than the label.
"""

import base64
import binascii
import re

from llmgw_desktop.domain.model.content import Media

_DATA_URL = re.compile(r"data:([^;,]{0,256})((?:;[^;,]{0,256}){0,16}),", re.IGNORECASE)
_SNIFFED_CHARS = 24
_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"OggS", "audio/ogg"),
)
_JSON_AND_SUCH = tuple(f"application/{kind}" for kind in ("json", "xml", "yaml", "x-yaml"))
_TEXTUAL = ("text/", *_JSON_AND_SUCH)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}


def media_of_url(url: str) -> Media:
    """A data URL becomes bytes, anything else stays an address."""
    found = _DATA_URL.match(url)
    if found is None:
        return Media(url=url)
    data = url[found.end() :]
    if ";base64" not in found[2].lower():
        data = base64.b64encode(data.encode("utf-8", "replace")).decode()
    return media_of_data(data, found[1])


def media_of_data(data: str, media_type: str = "") -> Media:
    """Bytes in base64; the type as the bytes show it, else as the label says."""
    if "\n" in data or "\r" in data or " " in data:
        data = "".join(data.split())
    return Media(media_type=sniffed(data) or media_type.strip().lower(), data=data)


SOUND_WORDS = {
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
}
"""As OpenAI's protocols call them."""


def media_of_sound(data: str, word: str) -> Media:
    return media_of_data(data, "audio/mpeg" if word == "mp3" else f"audio/{word}")


def data_url(media: Media, otherwise: str = "application/octet-stream") -> str:
    """Of media with data."""
    return f"data:{media.media_type or otherwise};base64,{media.data or ''}"


def decoded_text(media: Media) -> str | None:
    """Plain text that came as bytes; None for all else."""
    if media.data is None or not media.media_type.startswith(_TEXTUAL):
        return None
    raw = decoded_base64(media.data)
    try:
        return None if raw is None else raw.decode()
    except UnicodeDecodeError:
        return None


def decoded_base64(data: str) -> bytes | None:
    """Of either alphabet, padded or not; None for what is none."""
    plain = data.replace("-", "+").replace("_", "/")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def sniffed(data: str) -> str:
    """The media type that the first bytes show; empty where they show none."""
    start = data[:_SNIFFED_CHARS]
    try:
        first = base64.b64decode(start + "=" * (-len(start) % 4), altchars=None)
    except (binascii.Error, ValueError):
        return ""
    for beginning, media_type in _BEGINNINGS:
        if first.startswith(beginning):
            return media_type
    return _RIFF.get(first[8:12], "") if first.startswith(b"RIFF") else ""
