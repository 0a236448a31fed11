"""The stream of an answer in Responses, frame by frame, becomes events.

What each item needs to be whole is known to `growing_items.py`; here is which frame means what.
A whole answer is read as a stream that has its last event alone, so both ways give the same.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeGuard, TypeVar

import orjson

from llmgw_desktop.domain.answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    Stop,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.answer_facts import object_in, parse_answer, word_in
from llmgw_desktop.wire.json_scan import parse_object
from llmgw_desktop.wire.openai_responses import MOST_FRAME_BYTES, usage_in
from llmgw_desktop.wire.sse import SseSplitter
from llmgw_desktop.wire.translate.frame_data import MOST_UNSEEN_BYTES, quick_data_of
from llmgw_desktop.wire.translate.names import ToolNames
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

Event = dict[str, Any]
G = TypeVar("G", GrowingMessage, GrowingReasoning, GrowingCall)

_REASONS = {"max_output_tokens": StopKind.LENGTH, "content_filter": StopKind.REFUSAL}
_STATUSES = {
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "slow_down": 429,
    "server_error": 500,
    "server_is_overloaded": 503,
    "invalid_prompt": 400,
    "context_length_exceeded": 400,
}
_LONGEST_MESSAGE = 2000
_LATEST = 1 << 40


class ResponsesEventReader:
    """One stream; an `EventReader`."""

    __slots__ = (
        "_by_id",
        "_handlers",
        "_has_begun",
        "_id",
        "_is_over",
        "_items",
        "_names",
        "_splitter",
        "_telling",
    )

    def __init__(self, names: ToolNames) -> None:
        self._names = names
        self._splitter = SseSplitter(MOST_FRAME_BYTES)
        self._telling = Telling()
        self._items: dict[object, GrowingItem] = {}
        """By output_index, else by item id."""
        self._by_id: dict[str, GrowingItem] = {}
        self._id = ""
        self._has_begun = False
        self._is_over = False
        self._handlers = self._table()

    def feed(self, chunk: bytes) -> list[AnswerEvent]:
        for frame in self._splitter.feed(chunk):
            self._read_frame(frame)
        if self._splitter.has_overflowed:
            raise UpstreamGarbage("The provider's answer has an event longer than any answer.")
        return self._told()

    def finish(self) -> list[AnswerEvent]:
        tail = self._splitter.tail
        response: Event | None = None
        try:
            if tail.lstrip()[:1] == b"{" and not self._has_begun:
                response = parse_answer(tail)
            else:
                self._read_frame(tail)
        except UpstreamGarbage:
            return []  # half a frame: the stream was cut
        return self._told() if response is None else self.whole(response)

    def whole(self, response: Event) -> list[AnswerEvent]:
        """The events of an answer that did not come as a stream."""
        if not isinstance(response.get("output"), list) and not response.get("error"):
            raise UpstreamGarbage("The provider's answer has no output.")
        self._end(response)
        return self._told()

    def _told(self) -> list[AnswerEvent]:
        told = self._telling.events
        if told:
            self._telling.events = []
        return told

    def _read_frame(self, frame: bytes) -> None:
        data = quick_data_of(frame)
        if self._is_over or not data or data.startswith(b"[DONE]"):
            return
        try:
            is_short = len(data) <= MOST_UNSEEN_BYTES
            event = orjson.loads(data) if is_short else _loaded_with_care(data)
        except orjson.JSONDecodeError:
            event = _loaded_with_care(data)
        if type(event) is not dict:
            raise UpstreamGarbage("An event of the provider's answer is not a JSON object.")
        kind = event.get("type")
        handler = self._handlers.get(kind) if isinstance(kind, str) else None
        if handler is not None:
            handler(event)
        elif "error" in event and kind is None:
            self._fail(event)

    def _table(self) -> Mapping[str, Callable[[Event], None]]:
        return {
            "response.output_text.delta": self._text_grew,
            "response.reasoning_summary_text.delta": self._summary_grew,
            "response.reasoning_text.delta": self._reasoning_grew,
            "response.function_call_arguments.delta": self._arguments_grew,
            "response.custom_tool_call_input.delta": self._arguments_grew,
            "response.refusal.delta": self._refusal_grew,
            "response.created": self._begins,
            "response.queued": self._begins,
            "response.in_progress": self._begins,
            "response.output_item.added": self._item_added,
            "response.output_item.done": self._item_done,
            "response.content_part.added": self._part_added,
            "response.content_part.done": self._part_done,
            "response.output_text.done": self._text_done,
            "response.output_text.annotation.added": self._cited,
            "response.refusal.done": self._refusal_done,
            "response.reasoning_summary_text.done": self._summary_done,
            "response.reasoning_text.done": self._reasoning_done,
            "response.function_call_arguments.done": self._arguments_done,
            "response.custom_tool_call_input.done": self._arguments_done,
            "response.completed": self._ends,
            "response.incomplete": self._ends,
            "response.done": self._ends,
            "response.failed": self._fail,
            "response.cancelled": self._fail,
            "error": self._fail,
        }

    def _begins(self, event: Event) -> None:
        self._begin(object_in(event, "response"))

    def _begin(self, response: Mapping[str, Any]) -> None:
        if self._has_begun:
            return
        self._has_begun = True
        created = response.get("created_at")
        self._id = word_in(response, "id") or ""
        begun = AnswerBegun(
            id=self._id,
            model=word_in(response, "model") or "",
            created_s=int(created) if _is_moment(created) else None,
        )
        self._telling.events.append(begun)

    # items

    def _item_added(self, event: Event) -> None:
        self._begin({})
        item = object_in(event, "item")
        key = _key(event, item)
        if item and key not in self._items:
            self._add(key, item)

    def _item_done(self, event: Event) -> None:
        self._begin({})
        item = object_in(event, "item")
        key = _key(event, item)
        growing = self._items.get(key) or self._add(key, item)
        if growing.is_over:
            return
        if isinstance(growing, GrowingCall):
            growing.end(item)
        else:
            growing.finish(item)

    def _add(self, key: object, item: Event) -> GrowingItem:
        if len(self._items) >= MOST_ITEMS:
            raise too_many()
        kind = item.get("type")
        growing: GrowingItem
        if kind == "message":
            growing = GrowingMessage(self._telling)
        elif kind == "reasoning":
            growing = GrowingReasoning(self._telling, item)
        elif kind in ("function_call", "custom_tool_call"):
            otherwise = f"{self._id}/{len(self._items)}"
            growing = GrowingCall(self._telling, self._names, item, otherwise)
        else:
            growing = OpaqueItem(self._telling)
        self._items[key] = growing
        if isinstance(name := item.get("id"), str) and name:
            self._by_id[name] = growing
        return growing

    def _of(self, event: Event, kind: type[G], word: str) -> G | None:
        """The open item of this kind that the event is about; made where it was not announced."""
        key = _key(event, event)
        growing = self._items.get(key)
        if growing is None:
            self._begin({})
            growing = self._add(key, {"type": word, "id": event.get("item_id")})
        return growing if isinstance(growing, kind) and not growing.is_over else None

    # parts and deltas

    def _text_grew(self, event: Event) -> None:
        message = self._of(event, GrowingMessage, "message")
        if message is not None and (more := _string(event, "delta")):
            message.grow(_place(event, "content_index"), more)

    def _refusal_grew(self, event: Event) -> None:
        message = self._of(event, GrowingMessage, "message")
        if message is not None and (more := _string(event, "delta")):
            message.grow(_place(event, "content_index"), more, is_refusal=True)

    def _part_added(self, event: Event) -> None:
        part = object_in(event, "part")
        if part.get("type") != "reasoning_text":
            message = self._of(event, GrowingMessage, "message")
            if message is not None:
                message.begin_part(_place(event, "content_index"), part)

    def _part_done(self, event: Event) -> None:
        part = object_in(event, "part")
        if part.get("type") != "reasoning_text":
            message = self._of(event, GrowingMessage, "message")
            if message is not None:
                message.end_part(_place(event, "content_index"), part)

    def _text_done(self, event: Event) -> None:
        if (message := self._of(event, GrowingMessage, "message")) is not None:
            message.fill(_place(event, "content_index"), event.get("text"))

    def _refusal_done(self, event: Event) -> None:
        if (message := self._of(event, GrowingMessage, "message")) is not None:
            message.fill(_place(event, "content_index"), event.get("refusal"), is_refusal=True)

    def _cited(self, event: Event) -> None:
        if (message := self._of(event, GrowingMessage, "message")) is not None:
            message.cite(_place(event, "content_index"), event.get("annotation"))

    def _summary_grew(self, event: Event) -> None:
        if (reasoning := self._of(event, GrowingReasoning, "reasoning")) is not None:
            reasoning.grow("summary", _place(event, "summary_index"), _string(event, "delta"))

    def _reasoning_grew(self, event: Event) -> None:
        if (reasoning := self._of(event, GrowingReasoning, "reasoning")) is not None:
            reasoning.grow("content", _place(event, "content_index"), _string(event, "delta"))

    def _summary_done(self, event: Event) -> None:
        if (reasoning := self._of(event, GrowingReasoning, "reasoning")) is not None:
            reasoning.fill("summary", _place(event, "summary_index"), event.get("text"))

    def _reasoning_done(self, event: Event) -> None:
        if (reasoning := self._of(event, GrowingReasoning, "reasoning")) is not None:
            reasoning.fill("content", _place(event, "content_index"), event.get("text"))

    def _arguments_grew(self, event: Event) -> None:
        if (call := self._of(event, GrowingCall, _call_word(event))) is not None:
            call.grow(_string(event, "delta"))

    def _arguments_done(self, event: Event) -> None:
        if (call := self._of(event, GrowingCall, _call_word(event))) is not None:
            call.fill(event)

    # the end

    def _ends(self, event: Event) -> None:
        self._end(object_in(event, "response"))

    def _end(self, response: Event) -> None:
        if response.get("error") or response.get("status") in ("failed", "cancelled"):
            self._fail({"response": response})
            return
        if response.get("status") in ("in_progress", "queued"):
            raise UpstreamGarbage("The provider's answer is not finished.")
        self._begin(response)
        self._hydrate(response.get("output"))
        for growing in list(self._items.values()):
            if not growing.is_over:
                growing.finish({})
        self._is_over = True
        usage = usage_in(response)
        if usage != UNKNOWN_USAGE:
            self._telling.events.append(UsageTold(usage=usage))
        self._telling.events.append(AnswerEnded(stop=self._stop(response)))

    def _hydrate(self, output: object) -> None:
        """The last event tells all items again: here is what no other event has told."""
        for at, item in enumerate(output if isinstance(output, list) else ()):
            if not isinstance(item, dict):
                continue
            growing = self._by_id.get(str(item.get("id"))) or self._items.get(at)
            if growing is None:
                growing = self._add(("last", at), item)
            if not growing.is_over:
                growing.finish(item)

    def _stop(self, response: Event) -> Stop:
        reason = word_in(object_in(response, "incomplete_details"), "reason")
        if reason is not None:
            return Stop(kind=_REASONS.get(reason, StopKind.END), vendor_word=reason)
        status = word_in(response, "status")
        if status == "incomplete":
            return Stop(kind=StopKind.LENGTH, vendor_word=status)
        if self._telling.calls:
            return Stop(kind=StopKind.TOOLS, vendor_word=status)
        kind = StopKind.REFUSAL if self._telling.refuses else StopKind.END
        return Stop(kind=kind, vendor_word=status)

    def _fail(self, event: Event) -> None:
        response = object_in(event, "response")
        error = object_in(response, "error") or object_in(event, "error") or event
        kind = word_in(error, "code") or ("" if error is event else word_in(error, "type")) or ""
        message = error.get("message")
        if not isinstance(message, str) or not message:
            message = f"The provider says that the answer {response.get('status') or 'failed'}."
        if response:
            self._begin(response)
        self._is_over = True
        failed = AnswerFailed(
            message=message[:_LONGEST_MESSAGE],
            kind=kind,
            status=_STATUSES.get(kind),
        )
        self._telling.events.append(failed)


def _key(event: Event, item: Event) -> object:
    place = event.get("output_index")
    if type(place) is int:
        return place
    return _string(item, "id") or _string(event, "item_id")


def _place(event: Event, name: str) -> int:
    place = event.get(name)
    return place if type(place) is int else 0


def _string(event: Event, name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


def _is_moment(created: object) -> TypeGuard[float]:
    """Some servers give seconds with a fraction."""
    return isinstance(created, int | float) and 0 <= created < _LATEST


def _call_word(event: Event) -> str:
    return "custom_tool_call" if "custom" in event["type"] else "function_call"


def _loaded_with_care(data: bytes) -> Event:
    try:
        return parse_object(data)
    except ValueError as error:
        raise UpstreamGarbage(f"An event of the provider's answer is {error}.") from None
