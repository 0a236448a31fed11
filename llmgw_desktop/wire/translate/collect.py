"""A whole answer from the events of its stream, and the events that a whole answer would have been.

For callers and upstreams of which only one streams; both ways round, the answer is the same.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.answer import (
    Answer,
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemCited,
    ItemEnded,
    ItemGrew,
    Stop,
    UsageTold,
)
from llmgw_desktop.domain.content import (
    CallKind,
    Citation,
    Item,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
)
from llmgw_desktop.domain.errors import UpstreamCut, UpstreamError, UpstreamGarbage
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.translate import making

MOST_CHARS = 64 * 1024 * 1024


def collected(events: Iterable[AnswerEvent]) -> Answer:
    """UpstreamError when the vendor said that it failed, UpstreamCut when the end is missing."""
    collector = Collector()
    for event in events:
        collector.feed(event)
    return collector.answer()


class Collector:
    """Takes the events as they come; bounded, UpstreamGarbage beyond."""

    __slots__ = ("_begun", "_cost_usd", "_failed", "_items", "_stop", "_usage", "chars")

    def __init__(self) -> None:
        self._begun: AnswerBegun | None = None
        self._items: dict[int, _Growing] = {}
        self._usage = UNKNOWN_USAGE
        self._cost_usd: float | None = None
        self._stop: Stop | None = None
        self._failed: AnswerFailed | None = None
        self.chars = 0
        """Of all that has grown so far."""

    def feed(self, event: AnswerEvent) -> None:
        _TAKES[type(event)](self, event)

    def grow(self, index: int, more: str) -> None:
        """As `feed` of an ItemGrew."""
        self.chars += len(more)
        if self.chars > MOST_CHARS:
            raise UpstreamGarbage("The provider's answer is longer than any answer.")
        self._items[index].pieces.append(more)

    def answer(self) -> Answer:
        """After the last event."""
        if self._failed is not None:
            raise UpstreamError(self._failed.message)
        if self._begun is None or self._stop is None:
            raise UpstreamCut("The provider's answer broke off before its end.")
        items = [self._items[index].item() for index in sorted(self._items)]
        return making.answer(
            id=self._begun.id,
            model=self._begun.model,
            items=tuple(items),
            stop=self._stop,
            usage=self._usage,
            created_s=self._begun.created_s,
            cost_usd=self._cost_usd,
        )

    def _grow(self, grew: ItemGrew) -> None:
        self.grow(grew.index, grew.more)

    def _begin_item(self, begun: ItemBegun) -> None:
        self._items[begun.index] = _Growing(begun.item)

    def _cite(self, cited: ItemCited) -> None:
        self._items[cited.index].citations.append(cited.citation)

    def _end_item(self, ended: ItemEnded) -> None:
        self._items[ended.index].signature = ended.signature

    def _tell(self, told: UsageTold) -> None:
        self._usage = told.usage
        if told.cost_usd is not None:
            self._cost_usd = told.cost_usd

    def _begin(self, begun: AnswerBegun) -> None:
        self._begun = begun

    def _end(self, ended: AnswerEnded) -> None:
        self._stop = ended.stop

    def _fail(self, failed: AnswerFailed) -> None:
        self._failed = failed


_TAKES: Mapping[type, Callable[[Collector, Any], None]] = {
    ItemGrew: Collector._grow,
    ItemBegun: Collector._begin_item,
    ItemCited: Collector._cite,
    ItemEnded: Collector._end_item,
    UsageTold: Collector._tell,
    AnswerBegun: Collector._begin,
    AnswerEnded: Collector._end,
    AnswerFailed: Collector._fail,
}


class _Growing:
    __slots__ = ("begun", "citations", "pieces", "signature")

    def __init__(self, begun: Item) -> None:
        self.begun = begun
        self.pieces: list[str] = []
        self.citations: list[Citation] = []
        self.signature: Signature | None = None

    def item(self) -> Item:
        begun = self.begun
        if not isinstance(begun, Text | Thinking | Refusal | ToolCall):
            return begun
        more = "".join(self.pieces)
        match begun:
            case Refusal():
                return Refusal(text=begun.text + more)
            case Text():
                return making.text(
                    text=begun.text + more,
                    citations=(*begun.citations, *self.citations),
                    cache=begun.cache,
                    signature=self.signature or begun.signature,
                )
            case Thinking():
                return Thinking(text=begun.text + more, signature=self.signature or begun.signature)
        arguments = begun.arguments + more
        if begun.kind is CallKind.FUNCTION and not arguments.strip():
            arguments = "{}"
        return replace(begun, arguments=arguments, signature=self.signature or begun.signature)


def events_of(answer: Answer) -> list[AnswerEvent]:
    """As a stream would have told it, each text in one piece; the signatures of calls and texts
    before them, those of thinking after it, as callers of most protocols want them."""
    events: list[AnswerEvent] = [
        AnswerBegun(id=answer.id, model=answer.model, created_s=answer.created_s)
    ]
    for index, item in enumerate(answer.items):
        events += _events_of_item(index, item)
    if answer.usage != UNKNOWN_USAGE or answer.cost_usd is not None:
        events.append(UsageTold(usage=answer.usage, cost_usd=answer.cost_usd))
    events.append(AnswerEnded(stop=answer.stop))
    return events


def _without_arguments(call: ToolCall) -> ToolCall:
    return ToolCall(
        id=call.id,
        name=call.name,
        arguments="",
        kind=call.kind,
        namespace=call.namespace,
        signature=call.signature,
        cache=call.cache,
    )


def _events_of_item(index: int, item: Item) -> list[AnswerEvent]:
    begun: Item = item
    more = ""
    citations: tuple[Citation, ...] = ()
    signature: Signature | None = None
    match item:
        case Text():
            more, citations = item.text, item.citations
            begun = Text(text="", cache=item.cache, signature=item.signature)
        case Thinking():
            more, signature = item.text, item.signature
            begun = Thinking(text="")
        case Refusal():
            more, begun = item.text, Refusal(text="")
        case ToolCall():
            more, begun = item.arguments, _without_arguments(item)
        case _:
            pass
    events: list[AnswerEvent] = [ItemBegun(index=index, item=begun)]
    if more:
        events.append(ItemGrew(index=index, more=more))
    events += [ItemCited(index=index, citation=citation) for citation in citations]
    events.append(ItemEnded(index=index, signature=signature))
    return events
