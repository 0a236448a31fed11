"""An answer while it grows in a stream: which of its items an event is about.

What each item needs to be whole is known to `growing_items.py`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeGuard, TypeVar

from llmgw_desktop.domain.model.answer import AnswerBegun
from llmgw_desktop.wire.answer_facts import string_in, word_in
from llmgw_desktop.wire.translate.openai_responses.growing_items import (
    MOST_ITEMS,
    GrowingCall,
    GrowingItem,
    GrowingMessage,
    GrowingReasoning,
    OpaqueItem,
    Telling,
    too_many,
)
from llmgw_desktop.wire.translate.tools import ToolNames

Event = dict[str, Any]
Grow = Callable[[str], None]
"""What is done with more words."""
G = TypeVar("G", GrowingMessage, GrowingReasoning, GrowingCall)

_LATEST = 1 << 40
_Text = tuple[type[GrowingMessage] | type[GrowingReasoning], str, str]
TEXTS: Mapping[str, _Text] = {
    "response.output_text": (GrowingMessage, "text", "content_index"),
    "response.refusal": (GrowingMessage, "refusal", "content_index"),
    "response.reasoning_summary_text": (GrowingReasoning, "summary", "summary_index"),
    "response.reasoning_text": (GrowingReasoning, "content", "content_index"),
}
"""How events begin that are about a text: whose it is, which of its texts, and where its place
is told."""
CALLS = ("response.function_call_arguments", "response.custom_tool_call_input")
DELTAS = frozenset(f"{name}.delta" for name in (*TEXTS, *CALLS))
"""Events by whose words an item grows."""


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
        """Its end was told, good or bad (`events_in.py`)."""

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
        if name := string_in(item, "id"):
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

    def message(self, event: Event) -> GrowingMessage | None:
        return self.of(event, GrowingMessage, "message")

    def call(self, event: Event) -> GrowingCall | None:
        is_custom = "custom" in event["type"]
        return self.of(event, GrowingCall, "custom_tool_call" if is_custom else "function_call")

    def text(
        self, event: Event, name: str
    ) -> tuple[GrowingMessage | GrowingReasoning | None, str, int]:
        """What an event of these `TEXTS` is about: the open item, which of its texts, its place."""
        kind, which, place = TEXTS[name]
        if kind is GrowingMessage:
            return self.message(event), which, place_in(event, place)
        return self.of(event, GrowingReasoning, "reasoning"), which, place_in(event, place)

    def hand(self, event: Event) -> Grow | None:
        """What the words of a delta go through; None where nothing is done with them."""
        name = event["type"].removesuffix(".delta")
        if name in CALLS:
            call = self.call(event)
            return None if call is None else call.grow
        item, which, at = self.text(event, name)
        return None if item is None else partial(item.grow, which, at)


def key_of(event: Event, item: Event) -> object:
    place = event.get("output_index")
    if type(place) is int:
        return place
    return string_in(item, "id") or string_in(event, "item_id")


def place_in(event: Event, name: str = "content_index") -> int:
    place = event.get(name)
    return place if type(place) is int else 0


def _is_moment(created: object) -> TypeGuard[float]:
    """Some servers give seconds with a fraction."""
    return isinstance(created, int | float) and 0 <= created < _LATEST
