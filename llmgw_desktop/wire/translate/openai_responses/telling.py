"""Where the events of an answer go while it is read; each item gets its index here."""

from llmgw_desktop.domain.answer import AnswerEvent, ItemBegun, ItemEnded, ItemGrew
from llmgw_desktop.domain.content import Item, Signature
from llmgw_desktop.domain.errors import UpstreamGarbage

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
