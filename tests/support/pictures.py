"""The smallest real files of their kinds, and whether bytes are what they are said to be."""

from __future__ import annotations

import base64
import binascii

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)
"""One pixel, in base64."""
PDF = base64.b64encode(
    b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
).decode()

_BEGINNINGS = {
    "image/png": b"\x89PNG",
    "image/jpeg": b"\xff\xd8\xff",
    "image/gif": b"GIF8",
    "image/webp": b"RIFF",
    "application/pdf": b"%PDF",
}


def fault_in(media_type: str, data: str, allowed: str = "image/") -> str | None:
    """Why a vendor does not take this file."""
    if not media_type.startswith(allowed) or media_type not in _BEGINNINGS:
        return f"media type {media_type!r} is not supported"
    try:
        plain = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return "invalid base64 data"
    if not plain.startswith(_BEGINNINGS[media_type]):
        return f"specified using the {media_type} media type, but it is something else"
    return None


def fault_in_data_url(url: str, allowed: str = "image/") -> str | None:
    head, comma, data = url.partition(",")
    if not url.startswith("data:") or not comma or not head.endswith(";base64"):
        return f"expected a base64-encoded data URL, got {url[:40]!r}"
    return fault_in(head[5:-7], data, allowed)
