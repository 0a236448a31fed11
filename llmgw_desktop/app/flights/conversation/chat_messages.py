"""Reads conversations out of OpenAI Chat Completions bodies: requests, answers, streams.

Tolerant of any shape: what it does not know it shows as JSON. Accounting is `wire`'s work.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from llmgw_desktop.app.flights.conversation.message_parts import (
    BROKE_OFF,
    Part,
    SpeakerRole,
    SpokenMessage,
    SpokenPart,
    call_part,
    error_message,
    file_part,
    image_part,
    json_text,
    list_of,
    object_of,
    offer_part,
    split_data_url,
    text_of,
)
from llmgw_desktop.app.flights.recorded_body import StreamEvent, json_value

_ROLES = {
    "system": SpeakerRole.SYSTEM,
    "developer": SpeakerRole.SYSTEM,
    "user": SpeakerRole.USER,
    "assistant": SpeakerRole.ASSISTANT,
    "tool": SpeakerRole.TOOL,
    "function": SpeakerRole.TOOL,
}
_REASONING_KEYS = ("reasoning_content", "reasoning")


def request_messages(fields: Mapping[str, object]) -> tuple[SpokenMessage, ...]:
    messages = []
    if tools := tuple(_offer(object_of(tool)) for tool in list_of(fields.get("tools"))):
        messages.append(SpokenMessage(role=SpeakerRole.TOOLS, parts=tools))
    messages.extend(_message(object_of(each)) for each in list_of(fields.get("messages")))
    return tuple(messages)


def answer_messages(fields: Mapping[str, object]) -> tuple[SpokenMessage, ...]:
    """Empty for an answer that has no choices (embeddings, something unknown)."""
    if fields.get("error"):
        return (error_message(fields["error"]),)
    return tuple(
        _message(object_of(choice.get("message")), note=text_of(choice.get("finish_reason")))
        for choice in map(object_of, list_of(fields.get("choices")))
    )


def streamed_messages(events: Iterable[StreamEvent]) -> tuple[SpokenMessage, ...]:
    """The answer put together from its stream, one message a choice."""
    choices: dict[int, _StreamedChoice] = {}
    errors: list[SpokenMessage] = []
    has_ended = False
    for event in events:
        if event.data.strip() == "[DONE]":
            has_ended = True
            continue
        chunk = object_of(json_value(event.data))
        if chunk.get("error"):
            errors.append(error_message(chunk["error"]))
        for choice in map(object_of, list_of(chunk.get("choices"))):
            index = choice.get("index")
            key = index if isinstance(index, int) else 0
            choices.setdefault(key, _StreamedChoice()).take(choice)
    return (*(choices[key].message(has_ended) for key in sorted(choices)), *errors)


@dataclass(slots=True)
class _StreamedCall:
    name: str = ""
    call_id: str = ""
    pieces: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _StreamedChoice:
    text: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    reasoning: list[str] = field(default_factory=list)
    images: list[Part] = field(default_factory=list)
    calls: dict[int, _StreamedCall] = field(default_factory=dict)
    finish_reason: str = ""

    def take(self, choice: Mapping[str, object]) -> None:
        self.finish_reason = text_of(choice.get("finish_reason")) or self.finish_reason
        delta = object_of(choice.get("delta"))
        self.text.append(text_of(delta.get("content")))
        self.refusal.append(text_of(delta.get("refusal")))
        for key in _REASONING_KEYS:
            if isinstance(piece := delta.get(key), str):
                self.reasoning.append(piece)
                break
        self.images += map(_part, map(object_of, list_of(delta.get("images"))))
        for call in map(object_of, list_of(delta.get("tool_calls"))):
            self._take_call(call)

    def message(self, has_ended: bool) -> SpokenMessage:
        parts = []
        if reasoning := "".join(self.reasoning):
            parts.append(Part(kind=SpokenPart.THINKING, text=reasoning))
        if text := "".join(self.text):
            parts.append(Part(kind=SpokenPart.TEXT, text=text))
        if refusal := "".join(self.refusal):
            parts.append(Part(kind=SpokenPart.TEXT, text=refusal, title="refusal"))
        parts += self.images
        for _, call in sorted(self.calls.items()):
            parts.append(call_part(call.name, "".join(call.pieces), call.call_id))
        is_whole = has_ended or bool(self.finish_reason)
        note = self.finish_reason if is_whole else BROKE_OFF
        return SpokenMessage(role=SpeakerRole.ASSISTANT, parts=tuple(parts), note=note)

    def _take_call(self, call: Mapping[str, object]) -> None:
        index = call.get("index")
        key = index if isinstance(index, int) else len(self.calls)
        streamed = self.calls.setdefault(key, _StreamedCall())
        function = object_of(call.get("function"))
        streamed.call_id = text_of(call.get("id")) or streamed.call_id
        streamed.name = text_of(function.get("name")) or streamed.name
        streamed.pieces.append(text_of(function.get("arguments")))


def _message(message: Mapping[str, object], note: str = "") -> SpokenMessage:
    word = text_of(message.get("role"))
    role = _ROLES.get(word, SpeakerRole.OTHER)
    parts = [*_reasoning(message)]
    if role is SpeakerRole.TOOL:
        call_id, title = text_of(message.get("tool_call_id")), text_of(message.get("name"))
        text = "\n".join(part.text or part.title for part in _content(message.get("content")))
        parts.append(Part(kind=SpokenPart.TOOL_RESULT, title=title, text=text, call_id=call_id))
    else:
        parts.extend(_content(message.get("content")))
    if refusal := text_of(message.get("refusal")):
        parts.append(Part(kind=SpokenPart.TEXT, text=refusal, title="refusal"))
    parts += map(_part, map(object_of, list_of(message.get("images"))))
    for call in map(object_of, list_of(message.get("tool_calls"))):
        function = object_of(call.get("function") or call.get("custom"))
        arguments = text_of(function.get("arguments") or function.get("input"))
        parts.append(call_part(text_of(function.get("name")), arguments, text_of(call.get("id"))))
    name = text_of(message.get("name")) if role is not SpeakerRole.TOOL else ""
    return SpokenMessage(role=role, name=name or word, parts=tuple(parts), note=note)


def _reasoning(message: Mapping[str, object]) -> tuple[Part, ...]:
    for key in _REASONING_KEYS:
        if isinstance(text := message.get(key), str) and text:
            return (Part(kind=SpokenPart.THINKING, text=text),)
    return ()


def _content(content: object) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Part(kind=SpokenPart.TEXT, text=content),) if content else ()
    return tuple(_part(object_of(part)) for part in list_of(content))


def _part(part: Mapping[str, object]) -> Part:
    match part.get("type"):
        case "text":
            return Part(kind=SpokenPart.TEXT, text=text_of(part.get("text")))
        case "refusal":
            return Part(kind=SpokenPart.TEXT, title="refusal", text=text_of(part.get("refusal")))
        case "image_url":
            source = part.get("image_url")
            url = source if isinstance(source, str) else text_of(object_of(source).get("url"))
            media_type, encoded = split_data_url(url)
            return image_part(media_type, encoded, "" if encoded else url)
        case "input_audio":
            audio = object_of(part.get("input_audio"))
            return file_part(f"audio/{text_of(audio.get('format'))}", text_of(audio.get("data")))
        case "file":
            source = object_of(part.get("file"))
            data = text_of(source.get("file_data"))
            name = text_of(source.get("filename") or source.get("file_id"))
            return file_part(name, split_data_url(data)[1] or data)
        case other:
            return Part(kind=SpokenPart.OTHER, title=text_of(other), text=json_text(dict(part)))


def _offer(tool: Mapping[str, object]) -> Part:
    function = object_of(tool.get("function") or tool.get("custom"))
    return offer_part(
        text_of(function.get("name") or tool.get("type")),
        text_of(function.get("description")),
        function.get("parameters", function.get("format")),
    )
