"""Reads conversations out of Gemini bodies: requests, answers, streams of events or one array.

A stream is a row of answers, each with the next piece; pieces of one kind become one part.
Tolerant of any shape: what it does not know it shows as JSON. As Google does, it takes names in
both spellings, `inlineData` and `inline_data`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from llmgw_desktop.app.flights.conversation.message_parts import (
    BROKE_OFF,
    Part,
    SpeakerRole,
    SpokenMessage,
    SpokenPart,
    error_message,
    file_part,
    image_part,
    json_text,
    list_of,
    object_of,
    offer_part,
    text_of,
)
from llmgw_desktop.app.flights.recorded_body import StreamEvent, json_value

_ROLES = {"user": SpeakerRole.USER, "model": SpeakerRole.ASSISTANT, "system": SpeakerRole.SYSTEM}
_GROWING = (SpokenPart.TEXT, SpokenPart.THINKING)
_PLAIN_RESULTS = ("output", "result", "error")
_SEALS = frozenset({"thoughtSignature", "thought_signature", "thought"})
_BOTH_SPELLINGS = {
    "systemInstruction": "system_instruction",
    "functionDeclarations": "function_declarations",
    "parametersJsonSchema": "parameters_json_schema",
    "generateContentRequest": "generate_content_request",
    "inlineData": "inline_data",
    "fileData": "file_data",
    "fileUri": "file_uri",
    "mimeType": "mime_type",
    "displayName": "display_name",
    "functionCall": "function_call",
    "functionResponse": "function_response",
    "executableCode": "executable_code",
    "codeExecutionResult": "code_execution_result",
    "thoughtSignature": "thought_signature",
}


def request_messages(fields: Mapping[str, object]) -> tuple[SpokenMessage, ...]:
    """A token count wraps the request that it is about."""
    asked = object_of(_of(fields, "generateContentRequest")) or fields
    messages = []
    if system := _content_parts(_of(asked, "systemInstruction")):
        messages.append(SpokenMessage(role=SpeakerRole.SYSTEM, parts=system))
    if tools := _offers(asked.get("tools")):
        messages.append(SpokenMessage(role=SpeakerRole.TOOLS, parts=tools))
    contents = asked.get("contents")
    many = contents if isinstance(contents, list) else [contents] if contents else []
    return (*messages, *map(_message, many))


def answer_messages(fields: Mapping[str, object]) -> tuple[SpokenMessage, ...]:
    """Empty for an answer that has no candidates (a token count, something unknown)."""
    answer = _Answer(is_stream=False)
    answer.take(fields)
    return answer.messages()


def streamed_messages(events: Iterable[StreamEvent]) -> tuple[SpokenMessage, ...]:
    return _put_together(json_value(event.data) for event in events)


def array_messages(chunks: list[object]) -> tuple[SpokenMessage, ...]:
    """Of a stream that is one array, and of an error in one."""
    return _put_together(chunks)


def _put_together(chunks: Iterable[object]) -> tuple[SpokenMessage, ...]:
    answer = _Answer(is_stream=True)
    for chunk in chunks:
        answer.take(object_of(chunk))
    return answer.messages()


@dataclass(slots=True)
class _Candidate:
    parts: list[Part] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    """Of the last part, while it grows."""
    note: str = ""

    def take(self, candidate: Mapping[str, object]) -> None:
        for part in _content_parts(candidate.get("content")):
            last = self.parts[-1] if self.parts else None
            if part.kind in _GROWING and last is not None and last.kind is part.kind:
                self.pieces.append(part.text)
                continue
            self._close()
            self.parts.append(part)
            self.pieces = [part.text]
        reason = text_of(candidate.get("finishReason"))
        words = text_of(candidate.get("finishMessage"))
        self.note = " · ".join(each for each in (reason, words) if each) or self.note

    def message(self, note: str) -> SpokenMessage:
        self._close()
        return SpokenMessage(
            role=SpeakerRole.ASSISTANT, parts=tuple(self.parts), note=self.note or note
        )

    def _close(self) -> None:
        if len(self.pieces) > 1:
            self.parts[-1] = Part(kind=self.parts[-1].kind, text="".join(self.pieces))
        self.pieces = []


@dataclass(slots=True)
class _Answer:
    is_stream: bool
    candidates: dict[int, _Candidate] = field(default_factory=dict)
    errors: list[SpokenMessage] = field(default_factory=list)

    def take(self, chunk: Mapping[str, object]) -> None:
        if chunk.get("error"):
            self.errors.append(error_message(chunk["error"]))
        blocked = object_of(chunk.get("promptFeedback"))
        if reason := text_of(blocked.get("blockReason")):
            words = text_of(blocked.get("blockReasonMessage")) or "The prompt was blocked."
            self.errors.append(error_message({"message": words, "type": reason}))
        for candidate in map(object_of, list_of(chunk.get("candidates"))):
            index = candidate.get("index")
            key = index if isinstance(index, int) else 0
            self.candidates.setdefault(key, _Candidate()).take(candidate)

    def messages(self) -> tuple[SpokenMessage, ...]:
        """A stream has no end of its own: a reason to finish is one."""
        note = BROKE_OFF if self.is_stream else ""
        said = [self.candidates[key].message(note) for key in sorted(self.candidates)]
        return (*said, *self.errors)


def _message(content: object) -> SpokenMessage:
    if isinstance(content, str):
        return SpokenMessage(
            role=SpeakerRole.USER, parts=(Part(kind=SpokenPart.TEXT, text=content),)
        )
    fields = object_of(content)
    word = text_of(fields.get("role"))
    parts = _content_parts(fields)
    if parts and all(part.kind is SpokenPart.TOOL_RESULT for part in parts):
        return SpokenMessage(role=SpeakerRole.TOOL, parts=parts)
    return SpokenMessage(role=_ROLES.get(word or "user", SpeakerRole.OTHER), name=word, parts=parts)


def _content_parts(content: object) -> tuple[Part, ...]:
    """Of a content, of its list of parts, or of a text alone."""
    if isinstance(content, str):
        return (Part(kind=SpokenPart.TEXT, text=content),) if content else ()
    fields = object_of(content)
    given = content if isinstance(content, list) else fields.get("parts")
    if given is None and "text" in fields:
        given = [fields]
    if isinstance(given, dict):
        given = [given]
    found = (
        Part(kind=SpokenPart.TEXT, text=each) if isinstance(each, str) else _part(object_of(each))
        for each in list_of(given)
    )
    return tuple(part for part in found if part is not None)


def _part(part: Mapping[str, object]) -> Part | None:
    """None for a part of no text, or of nothing but a seal."""
    if (text := part.get("text")) is not None:
        if text == "":
            return None
        said = SpokenPart.THINKING if part.get("thought") is True else SpokenPart.TEXT
        return Part(kind=said, text=text_of(text))
    for name, read in _PART_READERS.items():
        if inner := object_of(_of(part, name)):
            return read(inner)
    if part and part.keys() <= _SEALS:
        return None
    kind = next((name for name, value in part.items() if isinstance(value, dict)), "")
    return Part(kind=SpokenPart.OTHER, title=kind, text=json_text(dict(part)))


def _call(call: Mapping[str, object]) -> Part:
    return Part(
        kind=SpokenPart.TOOL_CALL,
        title=text_of(call.get("name")),
        text=json_text(call.get("args") or {}),
        call_id=text_of(call.get("id")),
    )


def _result(response: Mapping[str, object]) -> Part:
    told = object_of(response.get("response"))
    lone = next(iter(told)) if len(told) == 1 else ""
    text = text_of(told[lone]) if lone in _PLAIN_RESULTS else json_text(dict(told)) if told else ""
    media = [f"[{each.title or each.text}]" for each in _content_parts(response.get("parts"))]
    return Part(
        kind=SpokenPart.TOOL_RESULT,
        title=text_of(response.get("name")),
        text="\n".join(each for each in (text, *media) if each),
        call_id=text_of(response.get("id")),
        is_failure=bool(told.get("error")),
    )


def _inline(inline: Mapping[str, object]) -> Part:
    media_type, data = text_of(_of(inline, "mimeType")), text_of(inline.get("data"))
    if media_type.startswith("image/"):
        return image_part(media_type, data)
    return file_part(text_of(_of(inline, "displayName")) or media_type, data)


def _file(file: Mapping[str, object]) -> Part:
    where = text_of(_of(file, "fileUri"))
    if text_of(_of(file, "mimeType")).startswith("image/"):
        return image_part("", "", where or "unknown")
    return Part(kind=SpokenPart.FILE, title=text_of(_of(file, "displayName")) or where)


def _code(code: Mapping[str, object]) -> Part:
    return Part(kind=SpokenPart.HOSTED, title="code execution", text=text_of(code.get("code")))


def _code_result(result: Mapping[str, object]) -> Part:
    output = text_of(result.get("output")) or text_of(result.get("outcome"))
    return Part(kind=SpokenPart.HOSTED, title="code execution result", text=output)


def _offers(tools: object) -> tuple[Part, ...]:
    offers = []
    for tool in map(object_of, list_of(tools)):
        for name, value in tool.items():
            if name in ("functionDeclarations", "function_declarations"):
                offers += [_offer(object_of(each)) for each in list_of(value)]
            else:
                offers.append(offer_part(name, "", value or None))
    return tuple(offers)


def _offer(function: Mapping[str, object]) -> Part:
    schema = _of(function, "parametersJsonSchema") or function.get("parameters")
    name, words = text_of(function.get("name")), text_of(function.get("description"))
    return offer_part(name, words, schema)


def _of(fields: Mapping[str, object], name: str) -> object:
    value = fields.get(name)
    return fields.get(_BOTH_SPELLINGS[name]) if value is None else value


_PART_READERS: Mapping[str, Callable[[Mapping[str, object]], Part]] = {
    "functionCall": _call,
    "functionResponse": _result,
    "inlineData": _inline,
    "fileData": _file,
    "executableCode": _code,
    "codeExecutionResult": _code_result,
}
