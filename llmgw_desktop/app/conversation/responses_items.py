"""Reads conversations out of OpenAI Responses bodies, Codex's flavour included.

Items become messages: what the model said stands in one until somebody else speaks, and so do the
results of tools. Streams are put together in `responses_stream`. Tolerant of any shape: what it
does not know it shows as JSON.
"""

from collections.abc import Iterable, Mapping

from llmgw_desktop.app.conversation.message_parts import (
    Message,
    Part,
    PartKind,
    Role,
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
from llmgw_desktop.wire.translate.openai_responses import hosted

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
}
_TEXTS = ("input_text", "output_text", "text", "summary_text", "reasoning_text")
_CALLS = ("function_call", "custom_tool_call")
_RESULTS = ("function_call_output", "custom_tool_call_output")
_OF_RECORDS = frozenset({"type", "id", "status", "call_id"})
"""Members of a hosted item that say nothing of what was done."""


def request_messages(fields: Mapping[str, object]) -> tuple[Message, ...]:
    messages = []
    if kept := fields.get("previous_response_id") or fields.get("conversation"):
        name = text_of(kept) if isinstance(kept, str) else text_of(object_of(kept).get("id"))
        part = Part(kind=PartKind.TEXT, text=f"Not in this body; they are kept as {name}.")
        messages.append(Message(role=Role.OTHER, name="Earlier turns", parts=(part,)))
    if instructions := fields.get("instructions"):
        said = content_parts(instructions)
        messages.append(Message(role=Role.SYSTEM, name="instructions", parts=said))
    if tools := _offers(fields.get("tools")):
        messages.append(Message(role=Role.TOOLS, parts=tools))
    asked = fields.get("input")
    if isinstance(asked, str):
        messages.append(Message(role=Role.USER, parts=content_parts(asked)))
    return (*messages, *item_messages(map(object_of, list_of(asked))))


def answer_messages(fields: Mapping[str, object]) -> tuple[Message, ...]:
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


def with_note(messages: list[Message], note: str) -> list[Message]:
    """It stands at the assistant's last message; an answer of nothing gets one for it."""
    for at in range(len(messages) - 1, -1, -1):
        last = messages[at]
        if last.role is Role.ASSISTANT:
            messages[at] = Message(role=last.role, parts=last.parts, name=last.name, note=note)
            return messages
    return [*messages, Message(role=Role.ASSISTANT, parts=(), note=note)]


def item_messages(items: Iterable[Mapping[str, object]]) -> tuple[Message, ...]:
    messages: list[Message] = []
    joined: list[Part] = []
    """Of the last message, while more of the same may come."""
    for item in items:
        message = _message(item)
        joins = message.role in (Role.ASSISTANT, Role.TOOL)
        if joins and messages and messages[-1].role is message.role:
            joined += message.parts
            continue
        _close(messages, joined)
        messages.append(message)
        joined = list(message.parts)
    _close(messages, joined)
    return tuple(messages)


def _close(messages: list[Message], parts: list[Part]) -> None:
    if messages and len(parts) > len(messages[-1].parts):
        messages[-1] = Message(role=messages[-1].role, parts=tuple(parts))


def content_parts(content: object) -> tuple[Part, ...]:
    if isinstance(content, str):
        return (Part(kind=PartKind.TEXT, text=content),) if content else ()
    if isinstance(content, dict):
        return (_part(content),)
    return tuple(
        Part(kind=PartKind.TEXT, text=part) if isinstance(part, str) else _part(object_of(part))
        for part in list_of(content)
    )


def _message(item: Mapping[str, object]) -> Message:
    kind = text_of(item.get("type")) or ("message" if "role" in item else "item_reference")
    if kind == "message":
        word = text_of(item.get("role"))
        parts = content_parts(item.get("content"))
        return Message(role=_ROLES.get(word, Role.OTHER), name=word, parts=parts)
    if kind == "additional_tools":
        return Message(role=Role.TOOLS, parts=_offers(item.get("tools")))
    if kind in _RESULTS or kind in hosted.ITEMS_OF_CALLER:
        return Message(role=Role.TOOL, parts=(_result(item, kind),))
    if (part := _of_model(item, kind)) is not None:
        return Message(role=Role.ASSISTANT, parts=(part,))
    part = Part(kind=PartKind.OTHER, title=kind, text=json_text(dict(item)))
    return Message(role=Role.OTHER, name=words_of_type(kind).capitalize(), parts=(part,))


def _of_model(item: Mapping[str, object], kind: str) -> Part | None:
    if kind == "reasoning":
        return _reasoning(item)
    if kind in _CALLS or hosted.waits_for_caller(item):
        return _call(item, kind)
    return _hosted(item, kind) if kind in hosted.ITEMS_OF_MODEL else None


def _part(part: Mapping[str, object]) -> Part:
    kind = text_of(part.get("type"))
    if kind in _TEXTS:
        return Part(kind=PartKind.TEXT, text=text_of(part.get("text")))
    match kind:
        case "refusal":
            return Part(kind=PartKind.TEXT, title="refusal", text=text_of(part.get("refusal")))
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
            return Part(kind=PartKind.OTHER, title=kind, text=json_text(dict(part)))


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
    return Part(kind=PartKind.THINKING, title=title, text=text)


def _call(item: Mapping[str, object], kind: str) -> Part:
    call_id = text_of(item.get("call_id"))
    if kind not in _CALLS:
        return Part(
            kind=PartKind.TOOL_CALL,
            title=words_of_type(kind),
            text=_told(item),
            call_id=call_id,
        )
    name, space = text_of(item.get("name")), text_of(item.get("namespace"))
    full = f"{space}.{name}" if space else name
    if kind == "custom_tool_call":
        text = text_of(item.get("input"))
        return Part(kind=PartKind.TOOL_CALL, title=full, text=text, call_id=call_id)
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
    return Part(kind=PartKind.TOOL_RESULT, title=title, text=text, call_id=call_id)


def _hosted(item: Mapping[str, object], kind: str) -> Part:
    """A tool that the provider ran."""
    if kind == "image_generation_call" and (picture := text_of(item.get("result"))):
        return image_part(f"image/{text_of(item.get('output_format')) or 'png'}", picture)
    if sealed := text_of(item.get("encrypted_content")):
        title = f"{words_of_type(kind)}, encrypted, {encoded_size(sealed)}"
        return Part(kind=PartKind.HOSTED, title=title)
    return Part(kind=PartKind.HOSTED, title=words_of_type(kind), text=_told(item))


def _told(item: Mapping[str, object]) -> str:
    rest = {name: value for name, value in item.items() if name not in _OF_RECORDS}
    return hosted.in_words(item) or (json_text(rest) if rest else "")


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
