"""Signatures as a stand-in vendor gives them: opaque to everybody else, known again by their maker.

A seal names its vendor and holds a digest of what it seals, so a vendor refuses a foreign one, a
garbled one, and its own one on other words than it was given for.
"""

from __future__ import annotations

import base64
import binascii
import hashlib

_DIGEST_CHARS = 16


def seal(vendor: str, what: str) -> str:
    """Base64 of the standard alphabet with padding, as Google's field of bytes demands."""
    return base64.b64encode(f"stub-seal/{vendor}/{_digest(what)}".encode()).decode()


def maker_of(signature: str) -> str | None:
    """The vendor that made it; None where it was none of them."""
    read = _read(signature)
    return read[0] if read else None


def fits(signature: str, vendor: str, what: str) -> bool:
    return _read(signature) == (vendor, _digest(what))


def _read(signature: str) -> tuple[str, str] | None:
    try:
        told = base64.b64decode(signature, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    mark, _, rest = told.partition("/")
    vendor, _, digest = rest.partition("/")
    return (vendor, digest) if mark == "stub-seal" and len(digest) == _DIGEST_CHARS else None


def _digest(what: str) -> str:
    return hashlib.sha256(what.encode()).hexdigest()[:_DIGEST_CHARS]
