"""The stream of an answer in Responses, frame by frame, becomes events.

Which item an event is about is known to `growing_answer.py`; here is which frame means what.
A whole answer is read as a stream that has its last event alone, so both ways give the same.
"""

from collections.abc import Callable, Mapping

import orjson

from llmgw_desktop.domain.answer import (
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
from llmgw_desktop.wire.translate.openai_responses.growing_items import (
    GrowingCall,
    GrowingMessage,
    GrowingReasoning,
)
from llmgw_desktop.wire.translate.repeated_frame import Growing, RepeatedFrame

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


class ResponsesEventReader:
    """One stream; an `EventReader`."""

    __slots__ = ("_answer", "_handlers", "_is_over", "_repeated", "_splitter", "grown")

    def __init__(self, names: ToolNames) -> None:
        self._splitter = SseSplitter(MOST_FRAME_BYTES)
        self._answer = GrowingAnswer(names)
        self._is_over = False
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
        self._end(response)
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
            self._repeated.learn(frame, event, self._growing, quick_data_of)
        elif "error" in event and kind is None:
            self._fail(event)

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
            "response.failed": self._fail,
            "response.cancelled": self._fail,
            "error": self._fail,
        }

    def _begins(self, event: Event) -> None:
        self._answer.begin(object_in(event, "response"))

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
        self._end(object_in(event, "response"))

    def _end(self, response: Event) -> None:
        if response.get("error") or response.get("status") in ("failed", "cancelled"):
            self._fail({"response": response})
            return
        if response.get("status") in ("in_progress", "queued"):
            raise UpstreamGarbage("The provider's answer is not finished.")
        self._answer.begin(response)
        self._hydrate(response.get("output"))
        for growing in list(self._answer.items.values()):
            if not growing.is_over:
                growing.finish({})
        self._is_over = True
        usage = usage_in(response)
        if usage != UNKNOWN_USAGE:
            self._answer.telling.events.append(UsageTold(usage=usage))
        self._answer.telling.events.append(AnswerEnded(stop=self._stop(response)))

    def _hydrate(self, output: object) -> None:
        """The last event tells all items again: here is what no other event has told."""
        for at, item in enumerate(output if isinstance(output, list) else ()):
            if not isinstance(item, dict):
                continue
            growing = self._answer.by_id.get(str(item.get("id"))) or self._answer.items.get(at)
            if growing is None:
                growing = self._answer.add(("last", at), item)
            if not growing.is_over:
                growing.finish(item)

    def _stop(self, response: Event) -> Stop:
        reason = word_in(object_in(response, "incomplete_details"), "reason")
        if reason is not None:
            return Stop(kind=_REASONS.get(reason, StopKind.END), vendor_word=reason)
        status = word_in(response, "status")
        if status == "incomplete":
            return Stop(kind=StopKind.LENGTH, vendor_word=status)
        if self._answer.telling.calls:
            return Stop(kind=StopKind.TOOLS, vendor_word=status)
        kind = StopKind.REFUSAL if self._answer.telling.refuses else StopKind.END
        return Stop(kind=kind, vendor_word=status)

    def _fail(self, event: Event) -> None:
        response = object_in(event, "response")
        error = object_in(response, "error") or object_in(event, "error") or event
        kind = word_in(error, "code") or ("" if error is event else word_in(error, "type")) or ""
        message = error.get("message")
        if not isinstance(message, str) or not message:
            message = f"The provider says that the answer {response.get('status') or 'failed'}."
        if response:
            self._answer.begin(response)
        self._is_over = True
        failed = AnswerFailed(
            message=message[:_LONGEST_MESSAGE],
            kind=kind,
            status=_STATUSES.get(kind),
        )
        self._answer.telling.events.append(failed)


def _loaded_with_care(data: bytes) -> Event:
    try:
        return parse_object(data)
    except ValueError as error:
        raise UpstreamGarbage(f"An event of the provider's answer is {error}.") from None
