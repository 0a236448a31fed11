"""Annotations of a text: Responses' own on one side, the pivot's citations on the other."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.content import Citation, Vendor


def citation_of(annotation: Mapping[str, Any]) -> Citation:
    """Of whatever kind; what it does not tell stays unknown."""
    return Citation(
        url=_word(annotation, "url"),
        title=_word(annotation, "title") or _word(annotation, "filename"),
        start=_place(annotation, "start_index"),
        end=_place(annotation, "end_index"),
        raw=annotation,
        vendor=Vendor.OPENAI,
    )


def annotation_of(citation: Citation, text_chars: int) -> Mapping[str, Any] | None:
    """None for what has no address: the protocol knows addresses and its own files alone.

    A citation without a place speaks of the whole text.
    """
    if citation.vendor is Vendor.OPENAI and citation.raw is not None:
        return citation.raw
    if citation.url is None:
        return None
    return {
        "type": "url_citation",
        "start_index": 0 if citation.start is None else citation.start,
        "end_index": text_chars if citation.end is None else citation.end,
        "title": citation.title or citation.url,
        "url": citation.url,
    }


def _word(annotation: Mapping[str, Any], name: str) -> str | None:
    word = annotation.get(name)
    return word if isinstance(word, str) and word else None


def _place(annotation: Mapping[str, Any], name: str) -> int | None:
    place = annotation.get(name)
    return place if type(place) is int else None
