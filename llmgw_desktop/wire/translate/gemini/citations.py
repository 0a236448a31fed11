"""Where an answer's text comes from: Google's grounding into citations, and back.

Google counts in bytes of UTF-8, citations in characters.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from llmgw_desktop.domain.content import Citation, Vendor
from llmgw_desktop.wire.answer_facts import object_in

MOST = 1000
"""So many citations of one text are read; an answer has a few dozen."""


def read_grounding(metadata: Mapping[str, Any], text: str) -> list[Citation]:
    """`text` is that of the item that is grounded."""
    sources = [_source(chunk) for chunk in _objects(metadata, "groundingChunks")]
    spans = []
    for support in _objects(metadata, "groundingSupports"):
        segment = object_in(support, "segment")
        start, end = segment.get("startIndex"), segment.get("endIndex")
        told = support.get("groundingChunkIndices")
        start = start if end is None else start or 0  # a zero is not written
        spans += [
            (sources[number], start, end)
            for number in (told if type(told) is list else ())
            if type(number) is int and 0 <= number < len(sources)
        ]
    return _placed(spans[:MOST], text)


def read_recitation(metadata: Mapping[str, Any], text: str) -> list[Citation]:
    """Of `citationMetadata`: what the model quotes at length."""
    sources = _objects(metadata, "citationSources") or _objects(metadata, "citations")
    spans = [
        ((_word(each, "uri"), _word(each, "title")), each.get("startIndex"), each.get("endIndex"))
        for each in sources
    ]
    return _placed(spans[:MOST], text)


def grounding(cited: Iterable[tuple[Citation, int, str]]) -> dict[str, object] | None:
    """groundingMetadata of citations with an address: each with where its text begins, in bytes
    of the whole answer's text, and that text."""
    chunks: dict[tuple[str, str | None], int] = {}
    supports = []
    for citation, base, text in cited:
        if citation.url is None:
            continue
        number = chunks.setdefault((citation.url, citation.title), len(chunks))
        if citation.start is None or citation.end is None:
            continue
        start, end = max(citation.start, 0), max(citation.end, 0)
        supports.append(
            {
                "segment": {
                    "startIndex": base + len(text[:start].encode(errors="replace")),
                    "endIndex": base + len(text[:end].encode(errors="replace")),
                    "text": text[start:end],
                },
                "groundingChunkIndices": [number],
            }
        )
    if not chunks:
        return None
    webs = [{"web": _web(url, title)} for url, title in chunks]
    return {"groundingChunks": webs, "groundingSupports": supports}


def _web(url: str, title: str | None) -> dict[str, str]:
    return {"uri": url} if title is None else {"uri": url, "title": title}


def _placed(
    spans: Sequence[tuple[tuple[str | None, str | None], object, object]], text: str
) -> list[Citation]:
    offsets = [at for span in spans for at in span[1:] if type(at) is int and at >= 0]
    places = _characters_at(offsets, text)
    return [
        Citation(
            url=url,
            title=title,
            start=places.get(start) if type(start) is int else None,
            end=places.get(end) if type(end) is int else None,
            vendor=Vendor.GOOGLE,
        )
        for (url, title), start, end in spans
        if url or title
    ]


def _characters_at(offsets: list[int], text: str) -> dict[int, int]:
    """For each offset in bytes the one in characters, in one pass."""
    if text.isascii():
        return {at: min(at, len(text)) for at in offsets}
    raw = text.encode(errors="replace")
    found: dict[int, int] = {}
    done = characters = 0
    for at in sorted(set(offsets)):
        stop = min(at, len(raw))
        # a lead byte begins each character
        characters += sum(1 for byte in raw[done:stop] if byte & 0xC0 != 0x80)
        done = max(stop, done)
        found[at] = characters
    return found


def _source(chunk: Mapping[str, Any]) -> tuple[str | None, str | None]:
    for kind in ("web", "retrievedContext", "maps", "image"):
        if inner := object_in(chunk, kind):
            return _word(inner, "uri") or _word(inner, "sourceUri"), _word(inner, "title")
    return None, None


def _word(parent: Mapping[str, Any], name: str) -> str | None:
    value = parent.get(name)
    return value if isinstance(value, str) and value else None


def _objects(parent: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    value = parent.get(name)
    if type(value) is not list:
        return []
    return [each if type(each) is dict else {} for each in value[: 4 * MOST]]
