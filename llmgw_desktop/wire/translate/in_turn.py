"""Items of a streamed answer one after the other, for protocols whose items must not overlap.

What comes of the open item passes at once; what comes of a later one waits until all before it
have ended. Which bytes an event becomes is the business of the writers.
"""

from llmgw_desktop.domain.answer import (
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemCited,
    ItemEnded,
    ItemGrew,
)
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.translate.codec import MOST_OPEN_ITEMS

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
