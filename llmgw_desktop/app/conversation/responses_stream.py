"""Puts an answer of OpenAI Responses together from the events of its stream.

The items are told whole when they are done; of those that never were, what came in pieces counts.
Reading the items is left to `responses_items`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from llmgw_desktop.app.conversation.message_parts import (
    BROKE_OFF,
    Message,
    error_message,
    list_of,
    object_of,
    text_of,
)
from llmgw_desktop.app.conversation.responses_items import item_messages, stop_note, with_note
from llmgw_desktop.app.recorded_body import StreamEvent, json_value

_IN_PARTS = {
    "response.output_text.delta": ("message", "content", "output_text"),
    "response.refusal.delta": ("message", "content", "refusal"),
    "response.reasoning_summary_text.delta": ("reasoning", "summary", "summary_text"),
    "response.reasoning_text.delta": ("reasoning", "content", "reasoning_text"),
}
"""What grows, the member in which it stands, and the part it makes there."""
_IN_ONE = {
    "response.function_call_arguments.delta": ("function_call", "arguments"),
    "response.custom_tool_call_input.delta": ("custom_tool_call", "input"),
    "response.mcp_call_arguments.delta": ("mcp_call", "arguments"),
    "response.code_interpreter_call_code.delta": ("code_interpreter_call", "code"),
}
_ENDS = ("response.completed", "response.incomplete", "response.done")
_FAILURES = ("response.failed", "response.cancelled", "error")


def streamed_messages(events: Iterable[StreamEvent]) -> tuple[Message, ...]:
    """An error becomes a message of its own."""
    answer = _StreamedAnswer()
    for event in events:
        answer.take(object_of(json_value(event.data)))
    return answer.messages()


@dataclass(slots=True)
class _StreamedItem:
    told: Mapping[str, object]
    is_whole: bool = False
    parts: dict[tuple[str, int, str], list[str]] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)

    def fields(self) -> Mapping[str, object]:
        if self.is_whole:
            return self.told
        made: dict[str, object] = dict(self.told)
        members: dict[str, list[object]] = {}
        for member, place, kind in sorted(self.parts):
            text = "".join(self.parts[member, place, kind])
            word = "refusal" if kind == "refusal" else "text"
            members.setdefault(member, []).append({"type": kind, word: text})
        made.update(members)
        made.update({name: "".join(pieces) for name, pieces in self.words.items()})
        return made


@dataclass(slots=True)
class _StreamedAnswer:
    items: dict[str, _StreamedItem] = field(default_factory=dict)
    """By place, in the order in which they began."""
    last: Mapping[str, object] = field(default_factory=dict)
    has_begun: bool = False
    has_ended: bool = False
    errors: list[Message] = field(default_factory=list)

    def take(self, event: Mapping[str, object]) -> None:
        kind = text_of(event.get("type"))
        self.has_begun |= kind.startswith("response.")
        if kind in ("response.output_item.added", "response.output_item.done"):
            self._take_item(event, is_whole=kind.endswith("done"))
        elif kind in _IN_PARTS:
            word, member, part = _IN_PARTS[kind]
            place = event.get("summary_index" if member == "summary" else "content_index")
            spot = (member, place if isinstance(place, int) else 0, part)
            item = self._item(event, word)
            item.parts.setdefault(spot, []).append(text_of(event.get("delta")))
        elif kind in _IN_ONE:
            word, member = _IN_ONE[kind]
            item = self._item(event, word)
            item.words.setdefault(member, []).append(text_of(event.get("delta")))
        elif kind in _ENDS:
            self.last = object_of(event.get("response"))
            self.has_ended = True
        elif kind in _FAILURES or (not kind and event.get("error")):
            self._take_failure(event)

    def messages(self) -> tuple[Message, ...]:
        output: list[Mapping[str, object]] = [item.fields() for item in self.items.values()]
        messages = list(item_messages(output or map(object_of, list_of(self.last.get("output")))))
        if not (self.has_begun or messages):
            return tuple(self.errors)
        note = stop_note(self.last) if self.has_ended else BROKE_OFF
        if self.errors and not messages:
            return tuple(self.errors)
        return (*with_note(messages, note), *self.errors)

    def _take_item(self, event: Mapping[str, object], *, is_whole: bool) -> None:
        item = object_of(event.get("item"))
        streamed = self._item(event, text_of(item.get("type")))
        streamed.told = item or streamed.told
        streamed.is_whole = is_whole

    def _item(self, event: Mapping[str, object], word: str) -> _StreamedItem:
        place = event.get("output_index")
        name = text_of(event.get("item_id")) or text_of(object_of(event.get("item")).get("id"))
        key = str(place) if isinstance(place, int) else name
        begun = {"type": word, "role": "assistant"} if word == "message" else {"type": word}
        return self.items.setdefault(key, _StreamedItem(begun))

    def _take_failure(self, event: Mapping[str, object]) -> None:
        """An `error` event may be the error itself, or hold it; often both are told."""
        response = object_of(event.get("response"))
        told = response.get("error") or event.get("error")
        if not told and event.get("message"):
            told = {"message": event["message"], "type": event.get("code")}
        error = error_message(told or response.get("status") or "failed")
        if error.parts not in (each.parts for each in self.errors):
            self.errors.append(error)
