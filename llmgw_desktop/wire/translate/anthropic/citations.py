"""Where a text comes from, in the vendor's words and in ours.

The vendor's citations hold keys that it alone made; one of another vendor's is given the form that
callers know, with the key empty, and is known again by that.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.content import Citation, Vendor


def read_citation(raw: Mapping[str, Any]) -> Citation:
    is_ours = raw.get("encrypted_index") == ""
    return Citation(
        url=_word(raw, "url") or _word(raw, "source"),
        title=_word(raw, "title") or _word(raw, "document_title"),
        cited_text=_word(raw, "cited_text"),
        raw=None if is_ours else raw,
        vendor=Vendor.OTHER if is_ours else Vendor.ANTHROPIC,
    )


def written_citation(citation: Citation) -> Mapping[str, object] | None:
    """For a caller; None where the protocol has no form for it."""
    if citation.vendor is Vendor.ANTHROPIC and citation.raw is not None:
        return citation.raw
    if citation.url is None:
        return None
    return {
        "type": "web_search_result_location",
        "url": citation.url,
        "title": citation.title,
        "cited_text": citation.cited_text or "",
        "encrypted_index": "",
    }


def _word(raw: Mapping[str, Any], name: str) -> str | None:
    value = raw.get(name)
    return value if isinstance(value, str) and value else None
