"""Reads conversations out of OpenAI Responses bodies, Codex's flavour included.

Items become messages: what the model said stands in one until somebody else speaks, and so do the
results of tools. Streams are put together in `responses_stream`. Tolerant of any shape: what it
does not know it shows as JSON.
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
    encoded_size,
    error_message,
    file_part,
    image_part,
    json_text,
    list_of,
    object_of,
    offer_part,
    split_data_url,
    text_of,
    words_of_type,
)
from llmgw_desktop.app.flights.recorded_body import StreamEvent, json_value
from llmgw_desktop.wire.translate.openai_responses import vendor

_ROLES = {
    "system": SpeakerRole.SYSTEM,
    "developer": SpeakerRole.SYSTEM,
    "user": SpeakerRole.USER,
    "assistant": SpeakerRole.ASSISTANT,
}
_TEXTS = ("input_text", "output_text", "text", "summary_text", "reasoning_text")
_CALLS = ("function_call", "custom_tool_call")
_RESULTS = ("function_call_output", "custom_tool_call_output")
_OF_RECORDS = frozenset({"type", "id", "status", "call_id"})
"""Members of a hosted item that say nothing of what was done."""


def request_messages(fields: Mapping[str, object]) -> tuple[SpokenMessage, ...]:
    messages = []
    if kept := fields.get("previous_response_id") or fields.get("conversation"):
        name = text_of(kept) if isinstance(kept, str) else text_of(object_of(kept).get("id"))
        part = Part(kind=SpokenPart.TEXT, text=f"Not in this body; they are kept as {name}.")
        messages.append(SpokenMessage(role=SpeakerRole.OTHER, name="Earlier turns", parts=(part,)))
    if instructions := fields.get("instructions"):
        said = content_parts(instructions)
        messages.append(SpokenMessage(role=SpeakerRole.SYSTEM, name="instructions", parts=said))
    if tools := _offers(fields.get("tools")):
        messages.append(SpokenMessage(role=SpeakerRole.TOOLS, parts=tools))
    asked = fields.get("input")
    if isinstance(asked, str):
        messages.append(SpokenMessage(role=SpeakerRole.USER, parts=content_parts(asked)))
    return (*messages, *item_messages(map(object_of, list_of(asked))))


def answer_messages(fields: Mapping[str, object]) -> tuple[SpokenMessage, ...]:
    """Empty for an answer that has no output (a token count, something unknown)."""
    messages = list(item_messages(map(object_of, list_of(fields.get("output")))))
    if error := fields.get("error") or fields.get("detail"):
        messages.append(error_message(error))
    elif "output" in fields:
        messages = with_note(messages, stop_note(fields))
    return tuple(messages)


def stop_note(response: Mapping[str, object]) -> str:
    """Why it ended, in the dialect's words."""
    reason = object_of(response.get("incomplete_details")).get("reason")
    return text_of(reason) or text_of(response.get("status"))


def with_note(messages: list[SpokenMessage], note: str) -> list[SpokenMessage]:
    """It stands at the assistant's last message; an answer of nothing gets one for it."""
    for at in range(len(messages) - 1, -1, -1):
        last = messages[at]
        if last.role is SpeakerRole.ASSISTANT:
            messages[at] = SpokenMessage(
                role=last.role, parts=last.parts, name=last.name, note=note
            )
            return messages
    return [*messages, SpokenMessage(role=SpeakerRole.ASSISTANT, parts=(), note=note)]


def item_messages(items: Iterable[Mapping[str, object]]) -> tuple[SpokenMessage, ...]:
    messages: list[SpokenMessage] = []
    joined: list[Part] = []
    """Of the last message, while more of the same may come."""
    for item in items:
        message = _message(item)
        joins = message.role in (SpeakerRole.ASSISTANT, SpeakerRole.TOOL)
        if joins and messages and messages[-1].role is message.role:
            joined += message.parts
            continue
        _close(messages, joined)
        messages.append(message)
        joined = list(message.parts)
    _close(messages, joined)
    return tuple(messages)


def _close(messages: list[SpokenMessage], parts: list[Part]) -> None:
    if messages and len(parts) > len(messages[-1].parts):
        messages[-1] = SpokenMessage(role=messages[-1].role, parts=tuple(parts))


def content_parts(content: object) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Part(kind=SpokenPart.TEXT, text=content),) if content else ()
    if isinstance(content, dict):
        return (_part(content),)
    return tuple(
        Part(kind=SpokenPart.TEXT, text=part) if isinstance(part, str) else _part(object_of(part))
        for part in list_of(content)
    )


def _message(item: Mapping[str, object]) -> SpokenMessage:
    kind = text_of(item.get("type")) or ("message" if "role" in item else "item_reference")
    if kind == "message":
        word = text_of(item.get("role"))
        parts = content_parts(item.get("content"))
        return SpokenMessage(role=_ROLES.get(word, SpeakerRole.OTHER), name=word, parts=parts)
    if kind == "additional_tools":
        return SpokenMessage(role=SpeakerRole.TOOLS, parts=_offers(item.get("tools")))
    if kind in _RESULTS or kind in vendor.ITEMS_OF_CALLER:
        return SpokenMessage(role=SpeakerRole.TOOL, parts=(_result(item, kind),))
    if (part := _of_model(item, kind)) is not None:
        return SpokenMessage(role=SpeakerRole.ASSISTANT, parts=(part,))
    part = Part(kind=SpokenPart.OTHER, title=kind, text=json_text(dict(item)))
    return SpokenMessage(
        role=SpeakerRole.OTHER, name=words_of_type(kind).capitalize(), parts=(part,)
    )


def _of_model(item: Mapping[str, object], kind: str) -> Part | None:
    if kind == "reasoning":
        return _reasoning(item)
    if kind in _CALLS or vendor.waits_for_caller(item):
        return _call(item, kind)
    return _hosted(item, kind) if kind in vendor.ITEMS_OF_MODEL else None


def _part(part: Mapping[str, object]) -> Part:
    kind = text_of(part.get("type"))
    if kind in _TEXTS:
        return Part(kind=SpokenPart.TEXT, text=text_of(part.get("text")))
    match kind:
        case "refusal":
            return Part(kind=SpokenPart.TEXT, title="refusal", text=text_of(part.get("refusal")))
        case "input_image" | "computer_screenshot":
            return _image(part)
        case "input_file":
            data = text_of(part.get("file_data"))
            where = text_of(part.get("file_url") or part.get("file_id"))
            name = text_of(part.get("filename")) or where
            return file_part(name, split_data_url(data)[1] or data)
        case "input_audio":
            audio = object_of(part.get("input_audio"))
            return file_part(f"audio/{text_of(audio.get('format'))}", text_of(audio.get("data")))
        case _:
            return Part(kind=SpokenPart.OTHER, title=kind, text=json_text(dict(part)))


def _image(part: Mapping[str, object]) -> Part:
    source = part.get("image_url")
    url = source if isinstance(source, str) else text_of(object_of(source).get("url"))
    media_type, encoded = split_data_url(url)
    if encoded:
        return image_part(media_type, encoded)
    return image_part("", "", url or text_of(part.get("file_id")) or "unknown")


def _reasoning(item: Mapping[str, object]) -> Part:
    """The summary is what is shown of it; some servers tell the reasoning itself."""
    said = [
        text_of(object_of(part).get("text"))
        for member in ("summary", "content")
        for part in list_of(item.get(member))
    ]
    text = "\n\n".join(each for each in said if each)
    sealed = text_of(item.get("encrypted_content"))
    title = f"encrypted, {encoded_size(sealed)}" if sealed and not text else ""
    return Part(kind=SpokenPart.THINKING, title=title, text=text)


def _call(item: Mapping[str, object], kind: str) -> Part:
    call_id = text_of(item.get("call_id"))
    if kind not in _CALLS:
        return Part(
            kind=SpokenPart.TOOL_CALL,
            title=words_of_type(kind),
            text=_told(item),
            call_id=call_id,
        )
    name, space = text_of(item.get("name")), text_of(item.get("namespace"))
    full = f"{space}.{name}" if space else name
    if kind == "custom_tool_call":
        text = text_of(item.get("input"))
        return Part(kind=SpokenPart.TOOL_CALL, title=full, text=text, call_id=call_id)
    return call_part(full, text_of(item.get("arguments")), call_id)


def _result(item: Mapping[str, object], kind: str) -> Part:
    output = item.get("output")
    is_plain = kind in _RESULTS or isinstance(object_of(output).get("type"), str)
    if is_plain:
        text = "\n".join(part.text or f"[{part.title}]" for part in content_parts(output))
    else:
        text = _told(item)
    title = text_of(item.get("name")) if kind in _RESULTS else words_of_type(kind)
    call_id = text_of(item.get("call_id"))
    return Part(kind=SpokenPart.TOOL_RESULT, title=title, text=text, call_id=call_id)


def _hosted(item: Mapping[str, object], kind: str) -> Part:
    """A tool that the provider ran."""
    if kind == "image_generation_call" and (picture := text_of(item.get("result"))):
        return image_part(f"image/{text_of(item.get('output_format')) or 'png'}", picture)
    if sealed := text_of(item.get("encrypted_content")):
        title = f"{words_of_type(kind)}, encrypted, {encoded_size(sealed)}"
        return Part(kind=SpokenPart.HOSTED, title=title)
    return Part(kind=SpokenPart.HOSTED, title=words_of_type(kind), text=_told(item))


def _told(item: Mapping[str, object]) -> str:
    rest = {name: value for name, value in item.items() if name not in _OF_RECORDS}
    return vendor.in_words(item) or (json_text(rest) if rest else "")


def _offers(tools: object) -> tuple[Part, ...]:
    offers: list[Part] = []
    for tool in map(object_of, list_of(tools)):
        inner = list_of(tool.get("tools")) if tool.get("type") == "namespace" else []
        space = text_of(tool.get("name"))
        offers += [_offer(object_of(each), space) for each in inner] or [_offer(tool)]
    return tuple(offers)


def _offer(tool: Mapping[str, object], space: str = "") -> Part:
    name = text_of(tool.get("name") or tool.get("type"))
    return offer_part(
        f"{space}.{name}" if space else name,
        text_of(tool.get("description")),
        tool.get("parameters", tool.get("format")),
    )


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


def streamed_messages(events: Iterable[StreamEvent]) -> tuple[SpokenMessage, ...]:
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
    errors: list[SpokenMessage] = field(default_factory=list)

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

    def messages(self) -> tuple[SpokenMessage, ...]:
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
