"""Turns become the input of a request: messages, reasoning, calls and outputs, in their order."""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from llmgw_desktop.domain.model.content import (
    Audio,
    CallKind,
    Document,
    Hosted,
    Image,
    Item,
    Media,
    RedactedThinking,
    Refusal,
    Role,
    Signature,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Turn,
    Video,
)
from llmgw_desktop.wire.translate.losses import Feature
from llmgw_desktop.wire.translate.media import SOUND_WORDS, data_url
from llmgw_desktop.wire.translate.openai_responses.vendor import (
    Body,
    Writing,
    annotation_of,
    reasoning_item,
)
from llmgw_desktop.wire.translate.tools import wrapped

_NAMES = {"application/pdf": "document.pdf", "text/plain": "document.txt"}


def parts_of_user(items: Iterable[Item], writing: Writing) -> list[Body]:
    """Of everybody but the model, and of the outputs of tools."""
    parts = (_part(item, writing) for item in items)
    return [part for part in parts if part is not None]


def parts_of_model(items: Iterable[Item], writing: Writing) -> list[Body]:
    """Text and refusals, which alone a message of the model may hold."""
    parts: list[Body] = []
    for item in items:
        if isinstance(item, Text):
            parts.append(_said(item, writing))
        elif isinstance(item, Refusal):
            parts.append({"type": "refusal", "refusal": item.text})
    return parts


def _said(item: Text, writing: Writing) -> Body:
    _tell_marks(item, writing)
    annotations = [annotation_of(each, len(item.text)) for each in item.citations]
    if None in annotations:
        writing.report.lost(Feature.CITATIONS)
    return {
        "type": "output_text",
        "text": item.text,
        "annotations": [each for each in annotations if each is not None],
    }


def _part(item: Item, writing: Writing) -> Body | None:
    words: str | None = None
    match item:
        case Image():
            return _image(item, writing)
        case Document():
            return _document(item, writing)
        case Audio():
            return _audio(item, writing)
        case Text():
            _tell_marks(item, writing)
            if item.citations:
                writing.report.lost(Feature.CITATIONS)
            words = item.text
        case Refusal():
            words = item.text
        case Hosted():
            writing.report.lost(Feature.HOSTED_ITEM, item.what)
            words = item.text or None
        case Video():
            writing.report.lost(Feature.VIDEO)
    return None if words is None else {"type": "input_text", "text": words}


def _image(item: Image, writing: Writing) -> Body | None:
    _tell_cache(item, writing)
    where = _where(item.media, "image_url", writing)
    if where is None:
        return None
    return {"type": "input_image", **where, "detail": item.detail or "auto"}


def _document(item: Document, writing: Writing) -> Body | None:
    _tell_cache(item, writing)
    if item.context or item.wants_citations:
        writing.report.lost(Feature.DOCUMENT_FACTS)
    if item.text is not None:
        head = f"{item.name}\n\n" if item.name else ""
        return {"type": "input_text", "text": head + item.text}
    where = _where(item.media, "file_url", writing)
    if where is None:
        return None
    if item.media.data is None:
        return {"type": "input_file", **where}
    name = item.name or _NAMES.get(item.media.media_type, "document")
    return {"type": "input_file", "filename": name, "file_data": where["file_url"]}


def _where(media: Media, name: str, writing: Writing) -> Body | None:
    if media.data is not None:
        return {name: data_url(media)}
    if media.url is not None:
        return {name: media.url}
    if media.file_vendor is writing.vendor:
        return {"file_id": media.file_id}
    writing.report.lost(Feature.FILE_ID)
    return None


def _audio(item: Audio, writing: Writing) -> Body | None:
    _tell_cache(item, writing)
    form = SOUND_WORDS.get(item.media.media_type)
    if form is None or item.media.data is None:
        writing.report.lost(Feature.AUDIO)
        return None
    return {"type": "input_audio", "input_audio": {"data": item.media.data, "format": form}}


def _tell_marks(item: Text, writing: Writing) -> None:
    _tell_cache(item, writing)
    if item.signature is not None:
        writing.report.lost(Feature.SIGNATURE)


def _tell_cache(item: Text | Image | Document | Audio, writing: Writing) -> None:
    if item.cache is not None:
        writing.report.lost(Feature.CACHE_MARK)


_ERROR = "Error: "
_MEDIA = {
    Image: Feature.IMAGE,
    Document: Feature.DOCUMENT,
    Audio: Feature.AUDIO,
    Video: Feature.VIDEO,
}


def input_of(turns: Iterable[Turn], writing: Writing) -> list[Body]:
    items: list[Body] = []
    last: Turn | None = None
    for last in turns:
        if last.name is not None:
            writing.report.lost(Feature.SPEAKER_NAME)
        if last.role is Role.ASSISTANT:
            items += _of_model(last.items, writing)
        else:
            items += _of_others(last, writing)
    is_begun = last is not None and last.role is Role.ASSISTANT and len(last.items) > 0
    if last is not None and is_begun and isinstance(last.items[-1], Text):
        writing.report.lost(Feature.PREFILL)
    return items


def _of_others(turn: Turn, writing: Writing) -> list[Body]:
    """Messages, with the outputs of tools where they stand between them."""
    role = "developer" if turn.role is Role.SYSTEM and writing.is_codex else str(turn.role)

    def written(item: Item) -> Item | Body:
        if isinstance(item, ToolResult):
            return _result(item, writing)
        is_own = isinstance(item, Hosted) and item.vendor is writing.vendor
        return dict(item.raw) if isinstance(item, Hosted) and is_own else item

    return _in_messages(role, map(written, turn.items), parts_of_user, writing)


def _of_model(items: Iterable[Item], writing: Writing) -> list[Body]:
    def written(item: Item) -> Item | Body | None:
        said = _in_words(item, writing)
        return _item_of_model(item, writing) if said is None else said

    return _in_messages("assistant", map(written, items), parts_of_model, writing)


def _in_messages(
    role: str,
    pieces: Iterable[Item | Body | None],
    parts_of: Callable[[Iterable[Any], Writing], list[Body]],
    writing: Writing,
) -> list[Body]:
    """Of items that stand between what is said, and of what is said: in a row it is one message."""
    found: list[Body] = []
    for is_apart, run in groupby(pieces, key=lambda each: isinstance(each, dict | None)):
        if is_apart:
            found += [each for each in run if isinstance(each, dict)]
        else:
            found += _message(role, parts_of(run, writing))
    return found


def _message(role: str, parts: list[Body]) -> list[Body]:
    return [{"type": "message", "role": role, "content": parts}] if parts else []


def _in_words(item: Item, writing: Writing) -> Text | Refusal | None:
    if isinstance(item, Text | Refusal):
        return item
    if isinstance(item, Hosted) and item.vendor is not writing.vendor:
        writing.report.lost(Feature.HOSTED_ITEM, item.what)
        return Text(text=item.text) if item.text else None
    return None


def _item_of_model(item: Item, writing: Writing) -> Body | None:
    match item:
        case Thinking():
            return _thinking(item.text, item.signature, Feature.THINKING, writing)
        case RedactedThinking():
            return _thinking("", item.signature, Feature.REDACTED_THINKING, writing)
        case ToolCall():
            return _call(item, writing)
        case ToolResult():
            return _result(item, writing)
        case Hosted():
            return dict(item.raw) if item.vendor is writing.vendor else None
        case Image() | Document() | Audio() | Video():
            writing.report.lost(_MEDIA[type(item)])
    return None


def _thinking(
    text: str, signature: Signature | None, feature: Feature, writing: Writing
) -> Body | None:
    if signature is not None and signature.vendor is writing.vendor:
        return reasoning_item(text, signature)
    if text or signature is None:
        writing.report.lost(feature)
    if signature is not None:
        writing.report.lost(Feature.SIGNATURE)
    return None


def _call(item: ToolCall, writing: Writing) -> Body:
    if item.signature is not None:
        writing.report.lost(Feature.SIGNATURE)
    if item.cache is not None:
        writing.report.lost(Feature.CACHE_MARK)
    is_custom = item.kind is CallKind.CUSTOM and writing.is_own
    body: Body = {
        "type": "custom_tool_call" if is_custom else "function_call",
        "call_id": writing.ids.written(item.id),
        "name": writing.names.written(item.name, item.namespace),
    }
    if item.namespace is not None and writing.is_own:
        body["namespace"] = item.namespace
    if is_custom:
        body["input"] = item.arguments
    elif item.kind is CallKind.CUSTOM:
        body["arguments"] = wrapped(item.arguments)
    else:
        body["arguments"] = item.arguments
    return body


def _result(item: ToolResult, writing: Writing) -> Body:
    if item.cache is not None:
        writing.report.lost(Feature.CACHE_MARK)
    kept = [each for each in item.items if not isinstance(each, Audio | Video)]
    if len(kept) < len(item.items):
        writing.report.lost(Feature.RESULT_MEDIA)
    is_custom = item.kind is CallKind.CUSTOM and writing.is_own
    return {
        "type": "custom_tool_call_output" if is_custom else "function_call_output",
        "call_id": writing.ids.written(item.call_id),
        "output": _output(parts_of_user(kept, writing), item.is_error, writing),
    }


def _output(parts: list[Body], is_error: bool, writing: Writing) -> str | list[Body]:
    """One text stands as it is; anything else as parts."""
    if is_error:
        writing.report.lost(Feature.RESULT_IS_ERROR)
        if parts and parts[0]["type"] == "input_text":
            parts = [{**parts[0], "text": _ERROR + parts[0]["text"]}, *parts[1:]]
        else:
            parts = [{"type": "input_text", "text": _ERROR.rstrip(": ")}, *parts]
    if not parts:
        return ""
    if len(parts) == 1 and parts[0]["type"] == "input_text":
        text: str = parts[0]["text"]
        return text
    return parts
