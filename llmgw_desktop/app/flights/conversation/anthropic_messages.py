"""Reads conversations out of Anthropic Messages bodies: requests, answers, streams.

Tolerant of any shape: what it does not know it shows as JSON. Accounting is `wire`'s work.
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

_ROLES = {
    "user": SpeakerRole.USER,
    "assistant": SpeakerRole.ASSISTANT,
    "system": SpeakerRole.SYSTEM,
}


def request_messages(fields: Mapping[str, object]) -> tuple[SpokenMessage, ...]:
    messages = []
    if system := _parts(fields.get("system")):
        messages.append(SpokenMessage(role=SpeakerRole.SYSTEM, parts=system))
    if tools := tuple(_offer(object_of(tool)) for tool in list_of(fields.get("tools"))):
        messages.append(SpokenMessage(role=SpeakerRole.TOOLS, parts=tools))
    messages.extend(_message(object_of(each)) for each in list_of(fields.get("messages")))
    return tuple(messages)


def answer_messages(fields: Mapping[str, object]) -> tuple[SpokenMessage, ...]:
    """Empty for an answer that is not a message (a token count, something unknown)."""
    if fields.get("type") == "error" or "error" in fields:
        return (error_message(fields.get("error")),)
    if "content" not in fields:
        return ()
    note = text_of(fields.get("stop_reason"))
    return (SpokenMessage(role=SpeakerRole.ASSISTANT, parts=_parts(fields["content"]), note=note),)


def streamed_messages(events: Iterable[StreamEvent]) -> tuple[SpokenMessage, ...]:
    """The answer put together from its stream; an error event becomes a message of its own."""
    answer = _StreamedAnswer()
    for event in events:
        answer.take(object_of(json_value(event.data)))
    return answer.messages()


@dataclass(slots=True)
class _Block:
    start: Mapping[str, object]
    pieces: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _StreamedAnswer:
    blocks: dict[int, _Block] = field(default_factory=dict)
    stop_reason: str = ""
    has_begun: bool = False
    has_ended: bool = False
    errors: list[SpokenMessage] = field(default_factory=list)

    def take(self, event: Mapping[str, object]) -> None:
        match event.get("type"):
            case "message_start":
                self.has_begun = True
            case "content_block_start":
                self._block(event).start = object_of(event.get("content_block"))
            case "content_block_delta":
                self._block(event).pieces.append(_delta_text(object_of(event.get("delta"))))
            case "message_delta":
                self.stop_reason = text_of(object_of(event.get("delta")).get("stop_reason"))
            case "message_stop":
                self.has_ended = True
            case "error":
                self.errors.append(error_message(event.get("error")))

    def messages(self) -> tuple[SpokenMessage, ...]:
        if not (self.has_begun or self.blocks):
            return tuple(self.errors)
        parts = tuple(_block_part(self.blocks[index]) for index in sorted(self.blocks))
        note = self.stop_reason if self.has_ended else BROKE_OFF
        return (SpokenMessage(role=SpeakerRole.ASSISTANT, parts=parts, note=note), *self.errors)

    def _block(self, event: Mapping[str, object]) -> _Block:
        index = event.get("index")
        return self.blocks.setdefault(index if isinstance(index, int) else 0, _Block({}))


def _delta_text(delta: Mapping[str, object]) -> str:
    for key in ("text", "partial_json", "thinking"):
        if isinstance(piece := delta.get(key), str):
            return piece
    return ""


def _block_part(block: _Block) -> Part:
    text = "".join(block.pieces)
    match block.start.get("type", "text"):
        case "text":
            return Part(kind=SpokenPart.TEXT, text=text_of(block.start.get("text")) + text)
        case "thinking":
            return Part(kind=SpokenPart.THINKING, text=text_of(block.start.get("thinking")) + text)
        case "tool_use" | "server_tool_use" | "mcp_tool_use":
            arguments = json_value(text) if text else block.start.get("input")
            name = text_of(block.start.get("name"))
            shown = text if arguments is None else json_text(arguments)
            call_id = text_of(block.start.get("id"))
            return Part(kind=SpokenPart.TOOL_CALL, title=name, text=shown, call_id=call_id)
        case _:
            return _part(block.start)


def _message(message: Mapping[str, object]) -> SpokenMessage:
    role = text_of(message.get("role"))
    parts = _parts(message.get("content"))
    if role == "user" and parts and all(part.kind is SpokenPart.TOOL_RESULT for part in parts):
        return SpokenMessage(role=SpeakerRole.TOOL, parts=parts)
    return SpokenMessage(role=_ROLES.get(role, SpeakerRole.OTHER), name=role, parts=parts)


def _parts(content: object) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Part(kind=SpokenPart.TEXT, text=content),) if content else ()
    if isinstance(content, dict):
        return (_part(content),)
    return tuple(
        Part(kind=SpokenPart.TEXT, text=block)
        if isinstance(block, str)
        else _part(object_of(block))
        for block in list_of(content)
    )


def _part(block: Mapping[str, object]) -> Part:
    kind = text_of(block.get("type"))
    if kind in _PART_READERS:
        return _PART_READERS[kind](block)
    if kind.endswith("_tool_result"):
        return _hosted_result(block)
    return Part(kind=SpokenPart.OTHER, title=kind, text=json_text(dict(block)))


def _text(block: Mapping[str, object]) -> Part:
    return Part(kind=SpokenPart.TEXT, text=text_of(block.get("text")))


def _thinking(block: Mapping[str, object]) -> Part:
    return Part(kind=SpokenPart.THINKING, text=text_of(block.get("thinking")))


def _redacted_thinking(_: Mapping[str, object]) -> Part:
    return Part(kind=SpokenPart.THINKING, title="redacted by the provider")


def _tool_call(block: Mapping[str, object]) -> Part:
    return Part(
        kind=SpokenPart.TOOL_CALL,
        title=text_of(block.get("name")),
        text=json_text(block.get("input") or {}),
        call_id=text_of(block.get("id")),
    )


def _tool_result(block: Mapping[str, object]) -> Part:
    inner = _parts(block.get("content"))
    text = "\n".join(part.text or f"[{part.title}]" for part in inner)
    return Part(
        kind=SpokenPart.TOOL_RESULT,
        text=text,
        call_id=text_of(block.get("tool_use_id")),
        is_failure=block.get("is_error") is True,
    )


def _hosted_result(block: Mapping[str, object]) -> Part:
    """Of a tool that the provider ran; its call stands in the same message."""
    call_id = text_of(block.get("tool_use_id"))
    text = text_of(block.get("content"))
    return Part(kind=SpokenPart.TOOL_RESULT, text=text, call_id=call_id)


def _image(block: Mapping[str, object]) -> Part:
    source = object_of(block.get("source"))
    if source.get("type") == "base64":
        return image_part(text_of(source.get("media_type")), text_of(source.get("data")))
    return image_part("", "", text_of(source.get("url") or source.get("file_id")) or "unknown")


def _document(block: Mapping[str, object]) -> Part:
    source = object_of(block.get("source"))
    name = text_of(block.get("title") or source.get("media_type"))
    data = text_of(source.get("data"))
    if source.get("type") == "text":
        return file_part(name, "", data)
    if source.get("type") == "base64":
        return file_part(name, data)
    return Part(kind=SpokenPart.FILE, title=name or "document", text=json_text(dict(source)))


def _offer(tool: Mapping[str, object]) -> Part:
    name = text_of(tool.get("name") or tool.get("type"))
    return offer_part(name, text_of(tool.get("description")), tool.get("input_schema"))


_PART_READERS: dict[str, Callable[[Mapping[str, object]], Part]] = {
    "text": _text,
    "thinking": _thinking,
    "redacted_thinking": _redacted_thinking,
    "tool_use": _tool_call,
    "server_tool_use": _tool_call,
    "mcp_tool_use": _tool_call,
    "tool_result": _tool_result,
    "mcp_tool_result": _tool_result,
    "image": _image,
    "document": _document,
}
