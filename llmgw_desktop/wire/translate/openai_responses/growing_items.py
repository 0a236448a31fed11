"""Items of an answer while they grow in a stream: what has been told of them, and what is missing.

Servers may leave out any event but the last; each item is made whole from whatever tells it first,
and nothing is told twice.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import AnswerEvent, ItemBegun, ItemCited, ItemEnded, ItemGrew
from llmgw_desktop.domain.model.content import (
    CallKind,
    Hosted,
    Item,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.wire.translate.carriers import fitting_call_id
from llmgw_desktop.wire.translate.openai_responses import vendor
from llmgw_desktop.wire.translate.openai_responses.vendor import BETWEEN_PARTS, citation_of
from llmgw_desktop.wire.translate.tools import ToolNames, Unwrapper

MOST_ITEMS = 10_000
"""Of an answer, with their parts: all are remembered, for the last event tells them again."""


class Telling:
    """Of one answer."""

    __slots__ = ("_next", "calls", "events", "refuses", "rewords")

    def __init__(self) -> None:
        self.events: list[AnswerEvent] = []
        self._next = 0
        self.calls = False
        """The model waits for what the caller's tools give back."""
        self.refuses = False
        self.rewords = False
        """Something is not told in the words in which it comes."""

    def begin(self, item: Item) -> int:
        index = self._next
        if index >= MOST_ITEMS:
            raise too_many()
        self._next += 1
        self.events.append(ItemBegun(index=index, item=item))
        return index

    def grow(self, index: int, more: str) -> None:
        self.events.append(ItemGrew(index=index, more=more))

    def end(self, index: int, signature: Signature | None = None) -> None:
        self.events.append(ItemEnded(index=index, signature=signature))


def too_many() -> UpstreamGarbage:
    return UpstreamGarbage("The provider's answer has more items than any answer.")


MOST_HELD_CHARS = 64 * 1024 * 1024


class GrowingCall:
    """Begins when its name is known; what comes before waits."""

    def __init__(
        self, telling: Telling, names: ToolNames, begun: Mapping[str, Any], otherwise_id: str
    ) -> None:
        self._telling = telling
        self._names = names
        self._begun = dict(begun)
        self._otherwise_id = otherwise_id
        self._held: list[str] = []
        self._held_chars = 0
        self._has_arguments = False
        self._index: int | None = None
        self._unwrapper: Unwrapper | None = None
        self.is_over = False
        self._try_to_begin()

    def grow(self, more: str) -> None:
        if not more:
            return
        self._has_arguments = True
        if self._index is None:
            self._hold(more)
            return
        text = more if self._unwrapper is None else self._unwrapper.feed(more)
        if text:
            self._telling.grow(self._index, text)

    def fill(self, event: Mapping[str, Any]) -> None:
        """The whole arguments, where nothing of them came; a name that came late."""
        self._begun |= {
            name: event[name]
            for name in ("name", "namespace", "call_id")
            if event.get(name) and not self._begun.get(name)
        }
        self._try_to_begin()
        arguments = event.get("input") if "input" in event else event.get("arguments")
        if isinstance(arguments, str) and not self._has_arguments:
            self.grow(arguments)

    def end(self, whole: Mapping[str, Any]) -> None:
        """As `finish`, unless the last event of the answer may yet tell the arguments."""
        self.fill(whole)
        if self._has_arguments and self._index is not None:
            self.finish(whole)

    def finish(self, whole: Mapping[str, Any]) -> None:
        """One that has no name to the end was no call."""
        self.fill(whole)
        self.is_over = True
        if self._index is None:
            return
        if self._unwrapper is not None and (rest := self._unwrapper.finish()):
            self._telling.grow(self._index, rest)
        self._telling.end(self._index)

    def _hold(self, more: str) -> None:
        self._held.append(more)
        self._held_chars += len(more)
        if self._held_chars > MOST_HELD_CHARS:
            raise UpstreamGarbage("The provider's answer calls a tool without end and name.")

    def _try_to_begin(self) -> None:
        name = self._begun.get("name")
        if self._index is not None or not isinstance(name, str) or not name:
            return
        space = self._begun.get("namespace")
        tool = self._names.read(name, space if isinstance(space, str) and space else None)
        is_native = self._begun.get("type") == "custom_tool_call"
        kind = CallKind.CUSTOM if is_native else tool.kind
        if kind is CallKind.CUSTOM and not is_native:
            self._unwrapper = Unwrapper()
            self._telling.rewords = True
        call_id = self._begun.get("call_id") or self._begun.get("id")
        call = ToolCall(
            id=call_id if isinstance(call_id, str) else fitting_call_id(self._otherwise_id),
            name=tool.name,
            arguments="",
            kind=kind,
            namespace=tool.namespace,
        )
        self._index = self._telling.begin(call)
        self._telling.calls = True
        held, self._held = "".join(self._held), []
        self.grow(held)


class GrowingMessage:
    """Of what was told of its parts it knows how much."""

    __slots__ = ("_parts", "_telling", "is_over")

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._parts: dict[int, _Part] = {}
        self.is_over = False

    def begin_part(self, at: int, part: Mapping[str, Any]) -> None:
        if part.get("type") in ("output_text", "text", "refusal"):
            self._part(at, "refusal" if part.get("type") == "refusal" else "text")

    def grow(self, which: str, at: int, more: str) -> None:
        """`which`: `text` or `refusal`."""
        part = self._parts.get(at) or self._part(at, which)
        part.has_text = True
        if not part.is_over:
            self._telling.grow(part.index, more)

    def fill(self, which: str, at: int, text: object) -> None:
        """The whole text, for a part of which nothing came."""
        part = self._parts.get(at) or self._part(at, which)
        if isinstance(text, str) and text and not part.has_text and not part.is_over:
            self.grow(which, at, text)

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
        which = "refusal" if kind == "refusal" else "text"
        self.fill(which, at, whole.get(which))
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

    def _part(self, at: int, which: str = "text") -> "_Part":
        if at in self._parts:
            return self._parts[at]
        begun: Item = Refusal(text="") if which == "refusal" else Text(text="")
        self._telling.refuses |= which == "refusal"
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


class GrowingReasoning:
    """One piece of thinking, whatever parts it has; it begins when there is something of it.

    Some servers tell the reasoning itself, some a summary, some both: what comes first is it.
    """

    __slots__ = ("_index", "_part", "_seal", "_source", "_telling", "is_over")

    def __init__(self, telling: Telling, begun: Mapping[str, Any]) -> None:
        self._telling = telling
        self._index: int | None = None
        self._source = ""
        self._part: int | None = None
        self._seal = begun.get("encrypted_content")
        self.is_over = False

    def grow(self, source: str, at: int, more: str) -> None:
        """`source`: `summary` or `content`."""
        if not more or self._source not in ("", source):
            return
        if self._index is None:
            self._index = self._telling.begin(Thinking(text=""))
            self._source, self._part = source, at
        elif at != self._part:
            self._part = at
            more = BETWEEN_PARTS + more
        self._telling.grow(self._index, more)

    def fill(self, source: str, at: int, text: object) -> None:
        """The whole text of a part, for one of which nothing came."""
        if isinstance(text, str) and (self._part is None or at > self._part):
            self.grow(source, at, text)

    def finish(self, whole: Mapping[str, Any]) -> None:
        for source in ("summary", "content"):
            parts = whole.get(source)
            for at, part in enumerate(parts if isinstance(parts, list) else ()):
                if isinstance(part, dict):
                    self.fill(source, at, part.get("text"))
        seal = whole.get("encrypted_content") or self._seal
        is_sealed = isinstance(seal, str) and bool(seal)
        if is_sealed and self._index is None:
            self._index = self._telling.begin(Thinking(text=""))
        if self._index is not None:
            signature = Signature(vendor=Vendor.OPENAI, data=str(seal)) if is_sealed else None
            self._telling.end(self._index, signature)
        self.is_over = True


class OpaqueItem:
    """One that is told when it is complete, as it is."""

    __slots__ = ("_telling", "is_over")

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self.is_over = False

    def finish(self, whole: Mapping[str, Any]) -> None:
        self.is_over = True
        what = whole.get("type")
        if not isinstance(what, str) or not what:
            return
        item = Hosted(vendor=Vendor.OPENAI, what=what, raw=whole, text=vendor.in_words(whole))
        self._telling.calls |= vendor.waits_for_caller(whole)
        self._telling.end(self._telling.begin(item))


GrowingItem = GrowingMessage | GrowingReasoning | GrowingCall | OpaqueItem
