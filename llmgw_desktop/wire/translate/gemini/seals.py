"""`thoughtSignature`: Google's own as it is, other vendors' in a carrier.

The field holds bytes in base64, and clients check that, so a carrier is encoded once more. Some
clients send it back in the other base64 alphabet, so both are read.
"""

import base64
import binascii

from llmgw_desktop.domain.content import Signature, Vendor
from llmgw_desktop.wire.translate.carrier import MOST_CHARS, Carried, SealOf, packed, unpacked
from llmgw_desktop.wire.translate.gemini.keepsake import is_packed

SKIP = "skip_thought_signature_validator"
"""What Google documents for histories that come from other models: the check of signatures is
left out for this part."""
_CARRIER_START = "bGxtZ3cxL"  # of the carrier's mark


def written(signature: Signature, of: SealOf) -> str:
    """The field's value."""
    if signature.vendor is Vendor.GOOGLE:
        return signature.data
    carrier = packed(signature, Vendor.GOOGLE, of)
    return base64.b64encode(carrier.encode()).decode()


def read(field: str, of: SealOf) -> Carried | None:
    """What a caller sent back; None for what is empty, garbled or stands for no signature."""
    if field == SKIP or is_packed(field):
        return None
    if not field.startswith(_CARRIER_START):
        return unpacked(field, Vendor.GOOGLE, of)
    if len(field) > 2 * MOST_CHARS:
        return None
    try:
        plain = field.replace("-", "+").replace("_", "/")
        carrier = base64.b64decode(plain + "=" * (-len(plain) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return unpacked(carrier, Vendor.GOOGLE, of)
