"""A message of an answer while it grows in a stream: its parts are items of their own.

Servers may leave out any event but the last; nothing is told twice.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.answer import ItemCited
from llmgw_desktop.domain.content import Item, Refusal, Text
from llmgw_desktop.wire.translate.openai_responses.citations import citation_of
from llmgw_desktop.wire.translate.openai_responses.telling import Telling


class GrowingMessage:
    """Of what was told of its parts it knows how much."""

    __slots__ = ("_parts", "_telling", "is_over")

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._parts: dict[int, _Part] = {}
        self.is_over = False

    def begin_part(self, at: int, part: Mapping[str, Any]) -> None:
        if part.get("type") in ("output_text", "text", "refusal"):
            self._part(at, is_refusal=part.get("type") == "refusal")

    def grow(self, at: int, more: str, *, is_refusal: bool = False) -> None:
        part = self._parts.get(at) or self._part(at, is_refusal=is_refusal)
        part.has_text = True
        if not part.is_over:
            self._telling.grow(part.index, more)

    def fill(self, at: int, text: object, *, is_refusal: bool = False) -> None:
        """The whole text, for a part of which nothing came."""
        part = self._parts.get(at) or self._part(at, is_refusal=is_refusal)
        if isinstance(text, str) and text and not part.has_text and not part.is_over:
            self.grow(at, text, is_refusal=is_refusal)

    def cite(self, at: int, annotation: object) -> None:
        if isinstance(annotation, dict):
            part = self._parts.get(at) or self._part(at)
            part.citations += 1
            if not part.is_over:
                cited = ItemCited(index=part.index, citation=citation_of(annotation))
                self._telling.events.append(cited)

    def end_part(self, at: int, whole: Mapping[str, Any]) -> None:
        kind = whole.get("type")
        if kind not in ("output_text", "text", "refusal"):
            return
        self.fill(
            at, whole.get("refusal" if kind == "refusal" else "text"), is_refusal=kind == "refusal"
        )
        part = self._parts[at]
        annotations = whole.get("annotations")
        if isinstance(annotations, list) and not part.is_over:
            for annotation in annotations[part.citations :]:
                self.cite(at, annotation)
        self._end(part)

    def finish(self, whole: Mapping[str, Any]) -> None:
        content = whole.get("content")
        if isinstance(content, list):
            for at, each in enumerate(content):
                if isinstance(each, dict):
                    self.end_part(at, each)
        for part in self._parts.values():
            self._end(part)
        self.is_over = True

    def _part(self, at: int, *, is_refusal: bool = False) -> "_Part":
        if at in self._parts:
            return self._parts[at]
        begun: Item = Refusal(text="") if is_refusal else Text(text="")
        self._telling.refuses |= is_refusal
        part = self._parts[at] = _Part(self._telling.begin(begun))
        return part

    def _end(self, part: "_Part") -> None:
        if not part.is_over:
            part.is_over = True
            self._telling.end(part.index)


class _Part:
    __slots__ = ("citations", "has_text", "index", "is_over")

    def __init__(self, index: int) -> None:
        self.index = index
        self.has_text = False
        self.citations = 0
        self.is_over = False
