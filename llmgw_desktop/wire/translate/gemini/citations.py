"""Where an answer's text comes from: Google's grounding into citations, and back.

Google counts in bytes of UTF-8, citations in characters.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from llmgw_desktop.domain.content import Citation, Vendor
from llmgw_desktop.wire.answer_facts import object_in

MOST = 1000
"""So many citations of one text are read; an answer has a few dozen."""
_MOST_REPEATED_CHARS = 1 << 20
"""So much of an answer's text is told again beside its citations: each may be of all of it. What
has no room keeps its place."""
_INNER_BYTES = bytes(range(0x80, 0xC0))
"""Of UTF-8: those that begin no character."""


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
    supports: list[dict[str, object]] = []
    room = _MOST_REPEATED_CHARS
    for (base, text), those in groupby(cited, key=lambda each: each[1:]):
        spans = []
        for citation, _, _ in those:
            if citation.url is None:
                continue
            number = chunks.setdefault((citation.url, citation.title), len(chunks))
            if citation.start is not None and citation.end is not None:
                spans.append((max(citation.start, 0), max(citation.end, 0), number))
        places = _bytes_at([at for span in spans for at in span[:2]], text)
        for start, end, number in spans:
            segment: dict[str, object] = {
                "startIndex": base + places[start],
                "endIndex": base + places[end],
            }
            quoted = max(min(end, len(text)) - start, 0)
            if quoted <= room:
                room -= quoted
                segment["text"] = text[start:end]
            supports.append({"segment": segment, "groundingChunkIndices": [number]})
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
        characters += len(raw[done:stop].translate(None, _INNER_BYTES))
        done = max(stop, done)
        found[at] = characters
    return found


def _bytes_at(offsets: list[int], text: str) -> dict[int, int]:
    """The other way round."""
    found: dict[int, int] = {}
    done = size = 0
    for at in sorted(set(offsets)):
        size += len(text[done:at].encode(errors="replace"))
        done = at
        found[at] = size
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
