"""Reasoning items: thinking with its seal, and carriers of other vendors' seals.

A carrier of a call's seal stands before the call; where the seal came too late for that, and for
text, it stands behind and ends with a mark that no carrier has.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.content import (
    RedactedThinking,
    Signature,
    Thinking,
    Vendor,
)
from llmgw_desktop.wire.translate.carrier import Carried, SealOf, packed, unpacked

_BEHIND = "~"
BETWEEN_PARTS = "\n\n"
"""A summary comes in parts; they are one piece of thinking."""


def sealed(signature: Signature, of: SealOf, *, behind: bool = False) -> str:
    """As `encrypted_content`."""
    return packed(signature, Vendor.OPENAI, of) + (_BEHIND if behind else "")


def seal_in(encrypted: str) -> tuple[Carried | None, bool]:
    """What it holds, and whether it belongs to what stands before it."""
    if encrypted.endswith(_BEHIND):
        return unpacked(encrypted[:-1], Vendor.OPENAI), True
    return unpacked(encrypted, Vendor.OPENAI), False


def thinking_of(item: Mapping[str, Any], encrypted: str | None) -> Thinking | RedactedThinking:
    """An item whose seal, if it has one, seals the thinking itself."""
    carried = seal_in(encrypted)[0] if encrypted else None
    if carried is not None and carried.of is SealOf.REDACTED:
        return RedactedThinking(signature=carried.signature)
    return Thinking(text=shown_text(item), signature=carried.signature if carried else None)


def shown_text(item: Mapping[str, Any]) -> str:
    """The summary; where there is none, the reasoning itself, which open models show."""
    return _texts(item.get("summary")) or _texts(item.get("content"))


def reasoning_item(
    text: str, signature: Signature | None, of: SealOf = SealOf.THINKING, *, behind: bool = False
) -> dict[str, object]:
    """Without an id, as a caller or an upstream gets it."""
    return {
        "type": "reasoning",
        "summary": [{"type": "summary_text", "text": text}] if text else [],
        "encrypted_content": sealed(signature, of, behind=behind) if signature else None,
    }


def _texts(parts: object) -> str:
    if not isinstance(parts, list):
        return ""
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return BETWEEN_PARTS.join(text for text in texts if isinstance(text, str) and text)
