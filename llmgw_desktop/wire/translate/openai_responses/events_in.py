"""The stream of an answer in Responses, frame by frame, becomes events.

Which item an event is about is known to `growing_answer.py`; here is which frame means what, what
the last one tells again, and why an answer stopped. A whole answer is read as a stream that has its
last event alone, so both ways give the same.
"""

from collections.abc import Callable, Mapping

from typing_extensions import override

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    Stop,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.answer_facts import object_in, parse_answer, string_in, word_in
from llmgw_desktop.wire.openai_responses import MOST_FRAME_BYTES
from llmgw_desktop.wire.sse import event_in, quick_data_of
from llmgw_desktop.wire.translate.openai_responses.growing_answer import (
    CALLS,
    DELTAS,
    TEXTS,
    Event,
    Grow,
    GrowingAnswer,
    key_of,
    place_in,
)
from llmgw_desktop.wire.translate.openai_responses.growing_items import GrowingCall
from llmgw_desktop.wire.translate.repeated_frame import FrameReader, Growing
from llmgw_desktop.wire.translate.tools import ToolNames
from llmgw_desktop.wire.usages.openai import responses_usage

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


def end(answer: GrowingAnswer, response: Event) -> None:
    """What the last event tells, or an answer that did not come as a stream. Raises UpstreamGarbage
    for one that is not finished."""
    if response.get("error") or response.get("status") in ("failed", "cancelled"):
        fail(answer, {"response": response})
        return
    if response.get("status") in ("in_progress", "queued"):
        raise UpstreamGarbage("The provider's answer is not finished.")
    answer.begin(response)
    _hydrate(answer, response.get("output"))
    for growing in list(answer.items.values()):
        if not growing.is_over:
            growing.finish({})
    answer.is_over = True
    _tell_usage(answer, response)
    answer.telling.events.append(AnswerEnded(stop=_stop(answer, response)))


def _tell_usage(answer: GrowingAnswer, response: Event) -> None:
    usage = responses_usage(response)
    if usage != UNKNOWN_USAGE:
        answer.telling.events.append(UsageTold(usage=usage))


def _hydrate(answer: GrowingAnswer, output: object) -> None:
    """The last event tells all items again: here is what no other event has told."""
    for at, item in enumerate(output if isinstance(output, list) else ()):
        if not isinstance(item, dict):
            continue
        growing = answer.by_id.get(str(item.get("id"))) or answer.items.get(at)
        if growing is None:
            growing = answer.add(("last", at), item)
        if not growing.is_over:
            growing.finish(item)


def _stop(answer: GrowingAnswer, response: Event) -> Stop:
    reason = word_in(object_in(response, "incomplete_details"), "reason")
    if reason is not None:
        return Stop(kind=_REASONS.get(reason, StopKind.END), vendor_word=reason)
    status = word_in(response, "status")
    if status == "incomplete":
        return Stop(kind=StopKind.LENGTH, vendor_word=status)
    if answer.telling.calls:
        return Stop(kind=StopKind.TOOLS, vendor_word=status)
    kind = StopKind.REFUSAL if answer.telling.refuses else StopKind.END
    return Stop(kind=kind, vendor_word=status)


def fail(answer: GrowingAnswer, event: Event) -> None:
    """The vendor's own words for it."""
    response = object_in(event, "response")
    error = object_in(response, "error") or object_in(event, "error") or event
    kind = word_in(error, "code") or ("" if error is event else word_in(error, "type")) or ""
    message = error.get("message")
    if not isinstance(message, str) or not message:
        message = f"The provider says that the answer {response.get('status') or 'failed'}."
    if response:
        answer.begin(response)
        _tell_usage(answer, response)  # what failed may be billed all the same
    answer.is_over = True
    failed = AnswerFailed(
        message=message[:_LONGEST_MESSAGE],
        kind=kind,
        status=_STATUSES.get(kind),
    )
    answer.telling.events.append(failed)


class ResponsesEventReader(FrameReader[Grow]):
    """One stream."""

    __slots__ = ("_answer",)

    def __init__(self, names: ToolNames) -> None:
        super().__init__(MOST_FRAME_BYTES)
        self._answer = GrowingAnswer(names)

    @override
    def finish(self) -> list[AnswerEvent]:
        tail = self._splitter.tail
        if self._answer.has_begun or tail.lstrip()[:1] != b"{":
            return super().finish()
        try:
            response = parse_answer(tail)
        except UpstreamGarbage:
            return []  # half an answer
        return self.whole(response)

    def whole(self, response: Event) -> list[AnswerEvent]:
        """The events of an answer that did not come as a stream."""
        if not isinstance(response.get("output"), list) and not response.get("error"):
            raise UpstreamGarbage("The provider's answer has no output.")
        events = self._answer.telling.events = []
        end(self._answer, response)
        return events

    @override
    def _goes_on(self, events: list[AnswerEvent]) -> bool:
        return not self._answer.telling.rewords

    @override
    def _frame(self, frame: bytes, events: list[AnswerEvent]) -> None:
        self._answer.telling.events = events
        if words := self._repeated.words_in(frame):
            self._repeated.grows(words)
            return
        data = quick_data_of(frame)
        if self._answer.is_over or not data or data.startswith(b"[DONE]"):
            return
        event = event_in(data)
        kind = event.get("type")
        handler = _HANDLERS.get(kind) if isinstance(kind, str) else None
        if handler is not None:
            handler(self._answer, event)
            self._repeated.learn(frame, event, self._growing, quick_data_of)
        elif "error" in event and kind is None:
            fail(self._answer, event)

    def _growing(self, event: Event) -> Growing[Grow] | None:
        """The member of a delta that was just read."""
        if event["type"] not in DELTAS or not string_in(event, "delta"):
            return None
        grow = self._answer.hand(event)
        return None if grow is None else (event, "delta", grow)


def _begins(answer: GrowingAnswer, event: Event) -> None:
    response = object_in(event, "response")
    answer.begin(response)
    if response.get("usage"):  # some servers tell it as it grows
        answer.telling.events.append(UsageTold(usage=responses_usage(response)))


def _ends(answer: GrowingAnswer, event: Event) -> None:
    end(answer, object_in(event, "response"))


def _item_added(answer: GrowingAnswer, event: Event) -> None:
    answer.begin({})
    item = object_in(event, "item")
    key = key_of(event, item)
    if item and key not in answer.items:
        answer.add(key, item)


def _item_done(answer: GrowingAnswer, event: Event) -> None:
    answer.begin({})
    item = object_in(event, "item")
    key = key_of(event, item)
    growing = answer.items.get(key) or answer.add(key, item)
    if not growing.is_over:
        (growing.end if isinstance(growing, GrowingCall) else growing.finish)(item)


def _grew(answer: GrowingAnswer, event: Event) -> None:
    grow = answer.hand(event)
    if grow is not None and (more := string_in(event, "delta")):
        grow(more)


def _text_done(answer: GrowingAnswer, event: Event) -> None:
    item, which, at = answer.text(event, event["type"].removesuffix(".done"))
    if item is not None:
        item.fill(which, at, event.get("refusal" if which == "refusal" else "text"))


def _arguments_done(answer: GrowingAnswer, event: Event) -> None:
    if (call := answer.call(event)) is not None:
        call.fill(event)


def _part_told(answer: GrowingAnswer, event: Event) -> None:
    part = object_in(event, "part")
    if part.get("type") != "reasoning_text" and (message := answer.message(event)) is not None:
        is_done = event["type"].endswith("done")
        (message.end_part if is_done else message.begin_part)(place_in(event), part)


def _cited(answer: GrowingAnswer, event: Event) -> None:
    if (message := answer.message(event)) is not None:
        message.cite(place_in(event), event.get("annotation"))


_HANDLERS: Mapping[str, Callable[[GrowingAnswer, Event], None]] = {
    **dict.fromkeys(DELTAS, _grew),
    **dict.fromkeys((f"{name}.done" for name in TEXTS), _text_done),
    **dict.fromkeys((f"{name}.done" for name in CALLS), _arguments_done),
    **dict.fromkeys(("response.created", "response.queued", "response.in_progress"), _begins),
    **dict.fromkeys(("response.completed", "response.incomplete", "response.done"), _ends),
    **dict.fromkeys(("response.failed", "response.cancelled", "error"), fail),
    "response.output_item.added": _item_added,
    "response.output_item.done": _item_done,
    "response.content_part.added": _part_told,
    "response.content_part.done": _part_told,
    "response.output_text.annotation.added": _cited,
}
