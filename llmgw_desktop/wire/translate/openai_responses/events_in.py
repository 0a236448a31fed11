"""The stream of an answer in Responses, frame by frame, becomes events.

Which item an event is about is known to `growing_answer.py`, what its end tells to `answer_end.py`;
here is which frame means what.
A whole answer is read as a stream that has its last event alone, so both ways give the same.
"""

from collections.abc import Callable, Mapping

import orjson

from llmgw_desktop.domain.answer import AnswerEvent, UsageTold
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.answer_facts import object_in, parse_answer
from llmgw_desktop.wire.json_scan import parse_object
from llmgw_desktop.wire.openai_responses import MOST_FRAME_BYTES
from llmgw_desktop.wire.sse import SseSplitter
from llmgw_desktop.wire.translate.frame_data import MOST_UNSEEN_BYTES, quick_data_of
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.translate.openai_responses.answer_end import end, fail
from llmgw_desktop.wire.translate.openai_responses.growing_answer import (
    DELTAS,
    Event,
    Grow,
    GrowingAnswer,
    call_word,
    key_of,
    place_in,
    string_in,
)
from llmgw_desktop.wire.translate.openai_responses.growing_call import GrowingCall
from llmgw_desktop.wire.translate.openai_responses.growing_items import GrowingReasoning
from llmgw_desktop.wire.translate.openai_responses.growing_message import GrowingMessage
from llmgw_desktop.wire.translate.repeated_frame import Growing, RepeatedFrame
from llmgw_desktop.wire.usages.openai import responses_usage


class ResponsesEventReader:
    """One stream; an `EventReader`."""

    __slots__ = ("_answer", "_handlers", "_repeated", "_splitter", "grown")

    def __init__(self, names: ToolNames) -> None:
        self._splitter = SseSplitter(MOST_FRAME_BYTES)
        self._answer = GrowingAnswer(names)
        self._handlers = self._table()
        self._repeated: RepeatedFrame[Grow] = RepeatedFrame()
        self.grown = -1

    def feed(self, chunk: bytes) -> list[AnswerEvent]:
        for frame in self._splitter.feed(chunk):
            self._read_frame(frame)
        if self._splitter.has_overflowed:
            raise UpstreamGarbage("The provider's answer has an event longer than any answer.")
        told = self._told()
        is_between = not self._answer.telling.rewords and self._splitter.is_between(chunk)
        self.grown = self._repeated.settle(told, is_between=is_between)
        return told

    def more(self, chunk: bytes) -> str:
        return self._repeated.more_in(chunk)

    def finish(self) -> list[AnswerEvent]:
        tail = self._splitter.tail
        response: Event | None = None
        try:
            if tail.lstrip()[:1] == b"{" and not self._answer.has_begun:
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
        end(self._answer, response)
        return self._told()

    def _told(self) -> list[AnswerEvent]:
        told = self._answer.telling.events
        if told:
            self._answer.telling.events = []
        return told

    def _read_frame(self, frame: bytes) -> None:
        if words := self._repeated.words_in(frame):
            self._repeated.grows(words)
            return
        data = quick_data_of(frame)
        if self._answer.is_over or not data or data.startswith(b"[DONE]"):
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
            self._repeated.learn(frame, event, self._growing, quick_data_of)
        elif "error" in event and kind is None:
            self._fails(event)

    def _table(self) -> Mapping[str, Callable[[Event], None]]:
        return {
            **dict.fromkeys(DELTAS, self._grew),
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
            "response.failed": self._fails,
            "response.cancelled": self._fails,
            "error": self._fails,
        }

    def _begins(self, event: Event) -> None:
        response = object_in(event, "response")
        self._answer.begin(response)
        if response.get("usage"):  # some servers tell it as it grows
            self._answer.telling.events.append(UsageTold(usage=responses_usage(response)))

    # items

    def _item_added(self, event: Event) -> None:
        self._answer.begin({})
        item = object_in(event, "item")
        key = key_of(event, item)
        if item and key not in self._answer.items:
            self._answer.add(key, item)

    def _item_done(self, event: Event) -> None:
        self._answer.begin({})
        item = object_in(event, "item")
        key = key_of(event, item)
        growing = self._answer.items.get(key) or self._answer.add(key, item)
        if growing.is_over:
            return
        if isinstance(growing, GrowingCall):
            growing.end(item)
        else:
            growing.finish(item)

    # parts and deltas

    def _grew(self, event: Event) -> None:
        grow = self._answer.hand(event)
        if grow is not None and (more := string_in(event, "delta")):
            grow(more)

    def _growing(self, event: Event) -> Growing[Grow] | None:
        """The member of a delta that was just read."""
        if event["type"] not in DELTAS or not string_in(event, "delta"):
            return None
        grow = self._answer.hand(event)
        return None if grow is None else (event, "delta", grow)

    def _part_added(self, event: Event) -> None:
        part = object_in(event, "part")
        if part.get("type") != "reasoning_text":
            message = self._answer.of(event, GrowingMessage, "message")
            if message is not None:
                message.begin_part(place_in(event, "content_index"), part)

    def _part_done(self, event: Event) -> None:
        part = object_in(event, "part")
        if part.get("type") != "reasoning_text":
            message = self._answer.of(event, GrowingMessage, "message")
            if message is not None:
                message.end_part(place_in(event, "content_index"), part)

    def _text_done(self, event: Event) -> None:
        if (message := self._answer.of(event, GrowingMessage, "message")) is not None:
            message.fill(place_in(event, "content_index"), event.get("text"))

    def _refusal_done(self, event: Event) -> None:
        if (message := self._answer.of(event, GrowingMessage, "message")) is not None:
            message.fill(place_in(event, "content_index"), event.get("refusal"), is_refusal=True)

    def _cited(self, event: Event) -> None:
        if (message := self._answer.of(event, GrowingMessage, "message")) is not None:
            message.cite(place_in(event, "content_index"), event.get("annotation"))

    def _summary_done(self, event: Event) -> None:
        if (reasoning := self._answer.of(event, GrowingReasoning, "reasoning")) is not None:
            reasoning.fill("summary", place_in(event, "summary_index"), event.get("text"))

    def _reasoning_done(self, event: Event) -> None:
        if (reasoning := self._answer.of(event, GrowingReasoning, "reasoning")) is not None:
            reasoning.fill("content", place_in(event, "content_index"), event.get("text"))

    def _arguments_done(self, event: Event) -> None:
        if (call := self._answer.of(event, GrowingCall, call_word(event))) is not None:
            call.fill(event)

    # the end

    def _ends(self, event: Event) -> None:
        end(self._answer, object_in(event, "response"))

    def _fails(self, event: Event) -> None:
        fail(self._answer, event)


def _loaded_with_care(data: bytes) -> Event:
    try:
        return parse_object(data)
    except ValueError as error:
        raise UpstreamGarbage(f"An event of the provider's answer is {error}.") from None
