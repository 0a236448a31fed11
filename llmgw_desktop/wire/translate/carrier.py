"""Signatures of one vendor on their way through another vendor's dialect.

A carrier is put where the caller's protocol has a place for something opaque (Anthropic's
`signature`, Responses' `encrypted_content`, Gemini's `thoughtSignature`); the caller sends it back
with the conversation. It is ASCII, base64url, and says whose signature it holds, so that it never
reaches another vendor.
"""

import base64
import binascii
import re
from enum import StrEnum

from llmgw_desktop.domain.content import Signature, Vendor
from llmgw_desktop.domain.values import value

MOST_CHARS = 256 * 1024
_MARK = "llmgw1."
MARK_OF_MANY = b'{"llmgw1":'
"""How several together begin; they travel in base64 alone."""
_SIGNS = (
    _MARK.encode(),
    base64.b64encode(_MARK.encode())[:9],
    base64.b64encode(MARK_OF_MANY)[:12],
)
_CARRIER = re.compile(rb'(?<!\\)"(?:%b)' % b"|".join(map(re.escape, _SIGNS)))
"""A string that begins so; prose and code that speak of the mark do not."""
_REASONING_MARK = b'"rs_'
_MADE_REASONING = re.compile(rb'"rs_[0-9a-f]+_[0-9]+"')
"""Ids that the writer of Responses gives to thinking; what has one may have no seal at all."""


class SealOf(StrEnum):
    """What a signature seals. Where the caller's protocol has a place on thinking alone, an empty
    thinking item with the carrier stands directly before the call or text that is sealed."""

    THINKING = "thinking"
    REDACTED = "redacted"
    CALL = "call"
    TEXT = "text"


@value
class Carried:
    signature: Signature
    of: SealOf


def holds_carrier(body: bytes) -> bool:
    """Whether a request may hold one, or thinking that no vendor sealed; also where a protocol
    wants it in base64 once more."""
    # rfind is the fastest search of those that bytes have
    for sign in _SIGNS:
        if body.rfind(sign) >= 0 and _CARRIER.search(body) is not None:
            return True
    return body.rfind(_REASONING_MARK) >= 0 and _MADE_REASONING.search(body) is not None


def packed(signature: Signature, own: Vendor, of: SealOf = SealOf.THINKING) -> str:
    """For a caller whose protocol is `own`'s: its own signatures stay as they are."""
    if signature.vendor is own:
        return signature.data
    data = base64.urlsafe_b64encode(signature.data.encode("utf-8", "surrogatepass")).decode()
    return f"{_MARK}{signature.vendor}.{of}.{data.rstrip('=')}"


def unpacked(carried: str, own: Vendor, of: SealOf = SealOf.THINKING) -> Carried | None:
    """What a caller sent back; `of` is what the place says where it is no carrier of ours.

    None for an empty, oversized or garbled one.
    """
    if not carried or len(carried) > MOST_CHARS:
        return None
    if not carried.startswith(_MARK):
        return Carried(signature=Signature(vendor=own, data=carried), of=of)
    try:
        vendor, sealed, data = carried.removeprefix(_MARK).split(".")
        raw = base64.b64decode(data + "=" * (-len(data) % 4), altchars="-_", validate=True)
        signature = Signature(vendor=Vendor(vendor), data=raw.decode("utf-8", "surrogatepass"))
        return Carried(signature=signature, of=SealOf(sealed))
    except (binascii.Error, ValueError):
        return None
