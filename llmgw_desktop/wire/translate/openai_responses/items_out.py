"""Turns become the input of a request: messages, reasoning, calls and outputs, in their order."""

from collections.abc import Iterable

from llmgw_desktop.domain.content import (
    Audio,
    CallKind,
    Document,
    Hosted,
    Image,
    Item,
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
from llmgw_desktop.wire.translate.custom_text import wrapped
from llmgw_desktop.wire.translate.losses import Feature
from llmgw_desktop.wire.translate.openai_responses.content_out import (
    parts_of_model,
    parts_of_user,
)
from llmgw_desktop.wire.translate.openai_responses.reasoning import reasoning_item
from llmgw_desktop.wire.translate.openai_responses.writing import Body, Writing

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
    found: list[Body] = []
    together: list[Item] = []
    role = "developer" if turn.role is Role.SYSTEM and writing.is_codex else str(turn.role)
    for item in turn.items:
        written = None
        if isinstance(item, ToolResult):
            written = _result(item, writing)
        elif isinstance(item, Hosted) and item.vendor is writing.vendor:
            written = dict(item.raw)
        if written is None:
            together.append(item)
            continue
        if together:
            found += _message(role, parts_of_user(together, writing))
            together = []
        found.append(written)
    if together:
        found += _message(role, parts_of_user(together, writing))
    return found


def _of_model(items: Iterable[Item], writing: Writing) -> list[Body]:
    found: list[Body] = []
    together: list[Item] = []
    for item in items:
        said = _in_words(item, writing)
        if said is not None:
            together.append(said)
            continue
        if together:
            found += _message("assistant", parts_of_model(together, writing))
            together = []
        if (written := _item_of_model(item, writing)) is not None:
            found.append(written)
    if together:
        found += _message("assistant", parts_of_model(together, writing))
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
