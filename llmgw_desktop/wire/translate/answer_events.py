"""Events of an answer: made into a whole one and out of it, taken one by one, and put in turn.

A whole answer and its stream say the same, for callers and upstreams of which only one streams.
Protocols whose items must not overlap get one after the other: what comes of the open item passes
at once, what comes of a later one waits until all before it have ended.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol, TypeVar

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamError, UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
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
from llmgw_desktop.domain.model.content import (
    CallKind,
    Citation,
    Item,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.domain.values import maker
from llmgw_desktop.wire.translate.codec import MOST_OPEN_ITEMS

make_answer = maker(Answer)
make_answer_begun = maker(AnswerBegun)
make_answer_ended = maker(AnswerEnded)
make_item_begun = maker(ItemBegun)
make_item_ended = maker(ItemEnded)
make_item_grew = maker(ItemGrew)
make_text = maker(Text)
make_usage_told = maker(UsageTold)


R = TypeVar("R", covariant=True)
MOST_CHARS = 64 * 1024 * 1024


def collected(events: Iterable[AnswerEvent]) -> Answer:
    """UpstreamError when the vendor said that it failed, UpstreamCut when the end is missing."""
    collector = Collector()
    for event in events:
        collector.feed(event)
    return collector.answer()


class EventTaker(Protocol[R]):
    """Whoever does something with each event of an answer."""

    def begin(self, begun: AnswerBegun) -> R: ...
    def begin_item(self, index: int, item: Item) -> R: ...
    def grow_item(self, index: int, more: str) -> R: ...
    def cite(self, index: int, citation: Citation) -> R: ...
    def end_item(self, index: int, signature: Signature | None) -> R: ...
    def tell_usage(self, told: UsageTold) -> R: ...
    def end(self, stop: Stop) -> R: ...
    def break_off(self, failed: AnswerFailed) -> R: ...


def take(taker: EventTaker[R], event: AnswerEvent) -> R:  # noqa: PLR0911 - a table is slower
    if isinstance(event, ItemGrew):
        return taker.grow_item(event.index, event.more)
    if isinstance(event, ItemBegun):
        return taker.begin_item(event.index, event.item)
    if isinstance(event, ItemEnded):
        return taker.end_item(event.index, event.signature)
    if isinstance(event, UsageTold):
        return taker.tell_usage(event)
    if isinstance(event, AnswerBegun):
        return taker.begin(event)
    if isinstance(event, AnswerEnded):
        return taker.end(event.stop)
    if isinstance(event, ItemCited):
        return taker.cite(event.index, event.citation)
    return taker.break_off(event)


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
        take(self, event)

    def grow_item(self, index: int, more: str) -> None:
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
        return make_answer(
            id=self._begun.id,
            model=self._begun.model,
            items=tuple(items),
            stop=self._stop,
            usage=self._usage,
            created_s=self._begun.created_s,
            cost_usd=self._cost_usd,
        )

    def begin_item(self, index: int, item: Item) -> None:
        self._items[index] = _Growing(item)

    def cite(self, index: int, citation: Citation) -> None:
        self._items[index].citations.append(citation)

    def end_item(self, index: int, signature: Signature | None) -> None:
        self._items[index].signature = signature

    def tell_usage(self, told: UsageTold) -> None:
        self._usage = told.usage
        if told.cost_usd is not None:
            self._cost_usd = told.cost_usd

    def begin(self, begun: AnswerBegun) -> None:
        self._begun = begun

    def end(self, stop: Stop) -> None:
        self._stop = stop

    def break_off(self, failed: AnswerFailed) -> None:
        self._failed = failed


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
                return make_text(
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


MOST_WAITING = 64 * 1024 * 1024
_COST_OF_EVENT = 256


class InTurn:
    """Gives the same events, so that each item ends before the next one begins.

    An item that is still open when the answer ends is ended then.
    """

    __slots__ = ("_cost", "_waiting", "shown")

    def __init__(self) -> None:
        self.shown: int | None = None
        """The item whose events pass."""
        self._waiting: dict[int, list[AnswerEvent]] = {}
        """Of items that began while another was shown, in the order in which they began."""
        self._cost = 0

    def feed(self, event: AnswerEvent) -> list[AnswerEvent]:
        """UpstreamGarbage when more has to wait than any answer holds."""
        if type(event) is ItemGrew and event.index == self.shown:
            return [event]
        if isinstance(event, ItemGrew | ItemBegun | ItemCited | ItemEnded):
            return self._of_item(event)
        if isinstance(event, AnswerEnded | AnswerFailed):
            return [*self._rest(), event]
        return [event]

    def _of_item(self, event: ItemGrew | ItemBegun | ItemCited | ItemEnded) -> list[AnswerEvent]:
        if event.index == self.shown:
            if not isinstance(event, ItemEnded):
                return [event]
            self.shown = None
            return [event, *self._next()]
        if isinstance(event, ItemBegun):
            if self.shown is None:
                self.shown = event.index
                return [event]
            if len(self._waiting) >= MOST_OPEN_ITEMS:
                raise UpstreamGarbage("The provider's answer has more items at once than any has.")
            self._waiting[event.index] = []
        self._wait(event)
        return []

    def _wait(self, event: ItemGrew | ItemBegun | ItemCited | ItemEnded) -> None:
        self._waiting[event.index].append(event)
        self._cost += _COST_OF_EVENT + (len(event.more) if isinstance(event, ItemGrew) else 0)
        if self._cost > MOST_WAITING:
            raise UpstreamGarbage("The provider's answer mixes more items than any answer holds.")

    def _next(self) -> list[AnswerEvent]:
        """What has waited for the end of the one that was shown."""
        released: list[AnswerEvent] = []
        while self.shown is None and self._waiting:
            index = next(iter(self._waiting))
            events = self._waiting.pop(index)
            released += events
            if not isinstance(events[-1], ItemEnded):
                self.shown = index
        if not self._waiting:
            self._cost = 0
        return released

    def _rest(self) -> list[AnswerEvent]:
        rest: list[AnswerEvent] = []
        while self.shown is not None:
            rest.append(ItemEnded(index=self.shown))
            self.shown = None
            rest += self._next()
        return rest
