"""What an object of a Gemini answer holds: its one candidate, the parts and calls of it, why it
ended, where its text comes from, or a failure.

Google counts places of a text in bytes of UTF-8, citations in characters.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

import orjson

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import AnswerFailed, Stop, StopKind
from llmgw_desktop.domain.model.content import (
    CallKind,
    Citation,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.wire.answer_facts import object_in, word_in
from llmgw_desktop.wire.gemini import status_of_kind
from llmgw_desktop.wire.translate.tools import ToolNames, unwrapped

BLOCKED = "blocked:"
"""Before the reason for which a prompt got no answer at all."""

FAILURES: Mapping[str, str] = {
    "MALFORMED_FUNCTION_CALL": "The model made a function call that cannot be read.",
    "UNEXPECTED_TOOL_CALL": "The model called a tool though none was offered.",
    "TOO_MANY_TOOL_CALLS": "The model called tools too often in a row.",
    "MISSING_THOUGHT_SIGNATURE": "A call of the conversation lacks its thought signature.",
    "MALFORMED_RESPONSE": "The model made an answer that cannot be read.",
}
"""Reasons that are faults and no ends."""

_KINDS: Mapping[str, StopKind] = {
    "STOP": StopKind.END,
    "MAX_TOKENS": StopKind.LENGTH,
    "CONTINUATION": StopKind.PAUSE,
    "SAFETY": StopKind.REFUSAL,
    "RECITATION": StopKind.REFUSAL,
    "LANGUAGE": StopKind.REFUSAL,
    "BLOCKLIST": StopKind.REFUSAL,
    "PROHIBITED_CONTENT": StopKind.REFUSAL,
    "SPII": StopKind.REFUSAL,
    "MODEL_ARMOR": StopKind.REFUSAL,
    "JAILBREAK": StopKind.REFUSAL,
    "ESCALATION": StopKind.REFUSAL,
    "PUP_LIMITED_DISABLED": StopKind.REFUSAL,
    "IMAGE_SAFETY": StopKind.REFUSAL,
    "IMAGE_PROHIBITED_CONTENT": StopKind.REFUSAL,
    "IMAGE_RECITATION": StopKind.REFUSAL,
}

FINISH_WORDS: Mapping[StopKind, str] = {
    StopKind.LENGTH: "MAX_TOKENS",
    StopKind.CONTEXT: "MAX_TOKENS",
    StopKind.REFUSAL: "SAFETY",
}


def stop_of(reason: str) -> Stop:
    """Of a finishReason that is no failure; words that we do not know are plain ends."""
    if reason.startswith(BLOCKED):
        return Stop(kind=StopKind.REFUSAL, vendor_word=reason.removeprefix(BLOCKED))
    return Stop(kind=_KINDS.get(reason, StopKind.END), vendor_word=reason)


def first_candidate(chunk: Mapping[str, Any]) -> dict[str, Any] | None:
    candidates = chunk.get("candidates")
    if candidates is None:
        return None
    if type(candidates) is not list:
        raise UpstreamGarbage("The provider's answer has candidates that are no list.")
    for candidate in candidates:
        if type(candidate) is not dict:
            raise UpstreamGarbage("The provider's answer has a candidate that is no object.")
        if not candidate.get("index"):
            return candidate
    return None


def parts_in(candidate: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = candidate.get("content")
    if content is None:
        return []
    parts = content.get("parts") if type(content) is dict else 0
    if parts is None:
        return []
    if type(parts) is list:
        for part in parts:
            if type(part) is not dict:
                break
        else:
            return parts
    raise UpstreamGarbage("The provider's answer has parts that are no list of objects.")


def kind_of(part: Mapping[str, Any]) -> type[Text] | type[Thinking]:
    return Thinking if part.get("thought") is True else Text


def seal_in(part: Mapping[str, Any]) -> Signature | None:
    data = part.get("thoughtSignature")
    if not data or not isinstance(data, str):
        return None
    return Signature(vendor=Vendor.GOOGLE, data=data)


def failure_of(error: object) -> AnswerFailed:
    """Of the member `error`."""
    told = error if type(error) is dict else {"message": str(error)}
    word, code = told.get("status"), told.get("code")
    kind = word if isinstance(word, str) else ""
    message = told.get("message")
    return AnswerFailed(
        message=message if isinstance(message, str) and message else "no message",
        kind=kind,
        status=code if type(code) is int and 400 <= code < 600 else status_of_kind(kind),
    )


class FunctionCalls:
    """Of one answer; `seed` is what its calls are named after."""

    __slots__ = ("_names", "count", "seed")

    def __init__(self, names: ToolNames) -> None:
        self._names = names
        self.count = 0
        self.seed = ""

    def read(self, call: Mapping[str, Any], seal: Signature | None) -> tuple[ToolCall, str]:
        """The call as it begins, and its arguments. Raises UpstreamGarbage."""
        name = call.get("name")
        if not isinstance(name, str) or not name:
            raise UpstreamGarbage("The provider's answer calls a function without a name.")
        args = call.get("args")
        if args is not None and type(args) is not dict:
            raise UpstreamGarbage("The provider's answer has arguments that are no object.")
        tool = self._names.read(name)
        arguments = orjson.dumps(args or {}).decode()
        if tool.kind is CallKind.CUSTOM:
            arguments = unwrapped(arguments)
        item = ToolCall(
            id=word_in(call, "id") or self._id(name),
            name=tool.name,
            arguments="",
            kind=tool.kind,
            namespace=tool.namespace,
            signature=seal,
        )
        self.count += 1
        return item, arguments

    def _id(self, name: str) -> str:
        """Google's models before 3 gave none; the same answer always gets the same ones."""
        made_of = f"{self.seed}\0{self.count}\0{name}".encode("utf-8", "replace")
        return f"call_{hashlib.sha256(made_of).hexdigest()[:24]}"


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
