"""An answer while it grows in a stream: which of its items an event is about.

What each item needs to be whole is known to `growing_items.py`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeGuard, TypeVar

from llmgw_desktop.domain.answer import AnswerBegun
from llmgw_desktop.wire.answer_facts import word_in
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.translate.openai_responses.growing_call import GrowingCall
from llmgw_desktop.wire.translate.openai_responses.growing_items import (
    GrowingItem,
    GrowingReasoning,
    OpaqueItem,
)
from llmgw_desktop.wire.translate.openai_responses.growing_message import GrowingMessage
from llmgw_desktop.wire.translate.openai_responses.telling import MOST_ITEMS, Telling, too_many

Event = dict[str, Any]
Grow = Callable[[str], None]
"""What is done with more words."""
G = TypeVar("G", GrowingMessage, GrowingReasoning, GrowingCall)

_LATEST = 1 << 40


class GrowingAnswer:
    """Of one stream."""

    __slots__ = ("_id", "_names", "by_id", "has_begun", "is_over", "items", "telling")

    def __init__(self, names: ToolNames) -> None:
        self._names = names
        self._id = ""
        self.telling = Telling()
        self.items: dict[object, GrowingItem] = {}
        """By output_index, else by item id."""
        self.by_id: dict[str, GrowingItem] = {}
        self.has_begun = False
        self.is_over = False
        """Its end was told, good or bad (`answer_end.py`)."""

    def begin(self, response: Mapping[str, Any]) -> None:
        if self.has_begun:
            return
        self.has_begun = True
        created = response.get("created_at")
        self._id = word_in(response, "id") or ""
        begun = AnswerBegun(
            id=self._id,
            model=word_in(response, "model") or "",
            created_s=int(created) if _is_moment(created) else None,
        )
        self.telling.events.append(begun)

    def add(self, key: object, item: Event) -> GrowingItem:
        """Raises UpstreamGarbage for more items than any answer has."""
        if len(self.items) >= MOST_ITEMS:
            raise too_many()
        kind = item.get("type")
        growing: GrowingItem
        if kind == "message":
            growing = GrowingMessage(self.telling)
        elif kind == "reasoning":
            growing = GrowingReasoning(self.telling, item)
        elif kind in ("function_call", "custom_tool_call"):
            otherwise = f"{self._id}/{len(self.items)}"
            growing = GrowingCall(self.telling, self._names, item, otherwise)
        else:
            growing = OpaqueItem(self.telling)
        self.items[key] = growing
        if isinstance(name := item.get("id"), str) and name:
            self.by_id[name] = growing
        return growing

    def of(self, event: Event, kind: type[G], word: str) -> G | None:
        """The open item of this kind that the event is about; made where it was not announced."""
        key = key_of(event, event)
        growing = self.items.get(key)
        if growing is None:
            self.begin({})
            growing = self.add(key, {"type": word, "id": event.get("item_id")})
        return growing if isinstance(growing, kind) and not growing.is_over else None

    def hand(self, event: Event) -> Grow | None:
        """What the words of a delta go through; None where nothing is done with them."""
        return _HANDS[event["type"]](self, event)

    def _text_hand(self, event: Event) -> Grow | None:
        message = self.of(event, GrowingMessage, "message")
        return None if message is None else partial(message.grow, place_in(event, "content_index"))

    def _refusal_hand(self, event: Event) -> Grow | None:
        message = self.of(event, GrowingMessage, "message")
        if message is None:
            return None
        return partial(message.grow, place_in(event, "content_index"), is_refusal=True)

    def _summary_hand(self, event: Event) -> Grow | None:
        reasoning = self.of(event, GrowingReasoning, "reasoning")
        place = place_in(event, "summary_index")
        return None if reasoning is None else partial(reasoning.grow, "summary", place)

    def _reasoning_hand(self, event: Event) -> Grow | None:
        reasoning = self.of(event, GrowingReasoning, "reasoning")
        place = place_in(event, "content_index")
        return None if reasoning is None else partial(reasoning.grow, "content", place)

    def _arguments_hand(self, event: Event) -> Grow | None:
        call = self.of(event, GrowingCall, call_word(event))
        return None if call is None else call.grow


def key_of(event: Event, item: Event) -> object:
    place = event.get("output_index")
    if type(place) is int:
        return place
    return string_in(item, "id") or string_in(event, "item_id")


def place_in(event: Event, name: str) -> int:
    place = event.get(name)
    return place if type(place) is int else 0


def string_in(event: Event, name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


def _is_moment(created: object) -> TypeGuard[float]:
    """Some servers give seconds with a fraction."""
    return isinstance(created, int | float) and 0 <= created < _LATEST


def call_word(event: Event) -> str:
    return "custom_tool_call" if "custom" in event["type"] else "function_call"


_HANDS: Mapping[str, Callable[[GrowingAnswer, Event], Grow | None]] = {
    "response.output_text.delta": GrowingAnswer._text_hand,
    "response.reasoning_summary_text.delta": GrowingAnswer._summary_hand,
    "response.reasoning_text.delta": GrowingAnswer._reasoning_hand,
    "response.function_call_arguments.delta": GrowingAnswer._arguments_hand,
    "response.custom_tool_call_input.delta": GrowingAnswer._arguments_hand,
    "response.refusal.delta": GrowingAnswer._refusal_hand,
}
DELTAS = frozenset(_HANDS)
"""Events by whose words an item grows."""
