"""A caller's messages as turns. Tool messages that follow each other are one user turn."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.content import (
    Audio,
    CacheMark,
    CallKind,
    Citation,
    Document,
    Image,
    Item,
    Refusal,
    Role,
    Signature,
    Text,
    ToolCall,
    ToolResult,
    Turn,
    Video,
)
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.translate.ids import original_id
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.media import media_of_url
from llmgw_desktop.wire.translate.openai_chat.checked import (
    count_at,
    needed_object,
    needed_string,
    object_at,
    objects_at,
    string_at,
)
from llmgw_desktop.wire.translate.openai_chat.parts_in import cache_mark, read_content
from llmgw_desktop.wire.translate.openai_chat.reasoning_details import read_seals

_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.DEVELOPER,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
}
_MARKS = frozenset({"cache_control", "prompt_cache_breakpoint"})
_OF_SPEAKERS = frozenset({"role", "content", "name"}) | _MARKS
_OF_TOOLS = frozenset({"role", "content", "name", "tool_call_id"}) | _MARKS
_OF_ASSISTANTS = (
    frozenset({"tool_calls", "function_call", "refusal", "annotations", "images"})
    | frozenset({"reasoning_content", "reasoning", "reasoning_details"})
    | _OF_SPEAKERS
)
_OF_CALLS = frozenset({"id", "type", "function", "custom", "index"})
"""`index` is of the stream in which the call came; many clients leave it in."""


class MessageReader:
    """Takes the messages one after the other; knows the calls that results belong to."""

    def __init__(self, losses: LossReport) -> None:
        self._losses = losses
        self._turns: list[Turn] = []
        self._results: list[Item] = []
        self._calls: dict[str, ToolCall] = {}
        self._legacy: list[ToolCall] = []
        """Calls without ids whose results have not come."""

    def read(self, messages: list[dict[str, Any]]) -> tuple[Turn, ...]:
        for number, message in enumerate(messages):
            self._take(message, f"messages[{number}]")
        self._close_results()
        return tuple(self._turns)

    def _take(self, message: Mapping[str, Any], path: str) -> None:
        role = needed_string(message, "role", path)
        if role in ("tool", "function"):
            self._note_unknown(message, _OF_TOOLS)
            self._results.append(self._result(message, path, role))
            return
        self._close_results()
        if role not in _ROLES:
            raise MalformedRequest(
                f"'{role[:60]}' is no role of this protocol", path=f"{path}.role"
            )
        is_assistant = role == "assistant"
        self._note_unknown(message, _OF_ASSISTANTS if is_assistant else _OF_SPEAKERS)
        read = self._assistant if is_assistant else self._speaker
        items = _marked(read(message, path), cache_mark(message, path))
        name = string_at(message, "name", path)
        self._turns.append(Turn(role=_ROLES[role], items=tuple(items), name=name))

    def _speaker(self, message: Mapping[str, Any], path: str) -> list[Item]:
        return read_content(message, path, self._losses)

    def _assistant(self, message: Mapping[str, Any], path: str) -> list[Item]:
        words = _thinking_words(message, path)
        seals = read_seals(objects_at(message, "reasoning_details", path), words)
        if seals.unread:
            self._losses.lost(Feature.SIGNATURE, "reasoning_details")
        said = self._said(message, path)
        if seals.text is not None:
            said = _sealed(said, seals.text)
        calls = [
            replace(call, signature=seals.calls.get(call.id)) if seals.calls else call
            for call in self._tool_calls(message, path)
        ]
        self._calls |= {call.id: call for call in calls}
        return [*seals.items, *said, *calls]

    def _said(self, message: Mapping[str, Any], path: str) -> list[Item]:
        content = message.get("content")
        items = [] if content is None else read_content(message, path, self._losses)
        if items == [Text(text="")]:
            items = []
        refusal = string_at(message, "refusal", path)
        if refusal:
            items.append(Refusal(text=refusal))
        cited = tuple(_citations(objects_at(message, "annotations", path), path))
        if cited and items and isinstance(items[0], Text):
            items[0] = replace(items[0], citations=cited)
        for number, image in enumerate(objects_at(message, "images", path)):
            url = needed_object(image, "image_url", f"{path}.images[{number}]")
            found = needed_string(url, "url", f"{path}.images[{number}].image_url")
            items.append(Image(media=media_of_url(found)))
        return items

    def _tool_calls(self, message: Mapping[str, Any], path: str) -> list[ToolCall]:
        given = objects_at(message, "tool_calls", path)
        calls = [_call(call, f"{path}.tool_calls[{number}]") for number, call in enumerate(given)]
        for each in given:
            self._note_unknown(each, _OF_CALLS, "messages.tool_calls")
        legacy = object_at(message, "function_call", path)
        if legacy is not None:
            call = _function_call(
                legacy, f"{path}.function_call", f"call_legacy_{len(self._calls)}"
            )
            self._legacy.append(call)
            calls.append(call)
        return calls

    def _result(self, message: Mapping[str, Any], path: str, role: str) -> ToolResult:
        items = tuple(read_content(message, path, self._losses))
        name = string_at(message, "name", path)
        if role == "function":
            call = self._legacy_call(needed_string(message, "name", path))
            call_id = call.id if call else f"call_legacy_{path}"
        else:
            call_id = original_id(needed_string(message, "tool_call_id", path))
            call = self._calls.get(call_id)
        return ToolResult(
            call_id=call_id,
            items=items,
            name=call.name if call else name,
            kind=call.kind if call else CallKind.FUNCTION,
            cache=cache_mark(message, path),
        )

    def _legacy_call(self, name: str) -> ToolCall | None:
        for number, call in enumerate(self._legacy):
            if call.name == name:
                return self._legacy.pop(number)
        return None

    def _close_results(self) -> None:
        if self._results:
            self._turns.append(Turn(role=Role.USER, items=tuple(self._results)))
            self._results = []

    def _note_unknown(
        self, given: Mapping[str, Any], known: frozenset[str], place: str = "messages"
    ) -> None:
        for name, found in given.items():
            if name not in known and found:
                self._losses.lost(Feature.FIELD, f"{place}.{name}")


def _thinking_words(message: Mapping[str, Any], path: str) -> str:
    content = string_at(message, "reasoning_content", path)
    return content or string_at(message, "reasoning", path) or ""


def _sealed(items: list[Item], signature: Signature) -> list[Item]:
    """The last text gets it; Gemini seals an empty one where there is no other."""
    for number in range(len(items) - 1, -1, -1):
        item = items[number]
        if isinstance(item, Text):
            items[number] = replace(item, signature=signature)
            return items
    return [*items, Text(text="", signature=signature)]


def _marked(items: list[Item], mark: CacheMark | None) -> list[Item]:
    """A mark of the whole message stands at its end, unless the part there has its own."""
    if mark is None:
        return items
    for number in range(len(items) - 1, -1, -1):
        item = items[number]
        if isinstance(item, Text | Image | Document | Audio | Video | ToolCall):
            if item.cache is None:
                items[number] = replace(item, cache=mark)
            break
    return items


def _call(call: Mapping[str, Any], path: str) -> ToolCall:
    call_id = original_id(needed_string(call, "id", path))
    kind = string_at(call, "type", path) or "function"
    if kind == "function":
        return _function_call(needed_object(call, "function", path), f"{path}.function", call_id)
    if kind != "custom":
        raise MalformedRequest(f"'{kind[:60]}' is no type of call known here", path=f"{path}.type")
    custom = needed_object(call, "custom", path)
    inner = f"{path}.custom"
    return ToolCall(
        id=call_id,
        name=needed_string(custom, "name", inner),
        arguments=string_at(custom, "input", inner) or "",
        kind=CallKind.CUSTOM,
    )


def _function_call(function: Mapping[str, Any], path: str, call_id: str) -> ToolCall:
    arguments = string_at(function, "arguments", path)
    name = needed_string(function, "name", path)
    return ToolCall(id=call_id, name=name, arguments=arguments or "{}")


def _citations(annotations: list[dict[str, Any]], path: str) -> list[Citation]:
    """Of an answer that comes back as history; others than of addresses say nothing to anyone."""
    found = []
    for number, annotation in enumerate(annotations):
        if annotation.get("type") != "url_citation":
            continue
        inner = f"{path}.annotations[{number}]"
        cited = needed_object(annotation, "url_citation", inner)
        inner = f"{inner}.url_citation"
        found.append(
            Citation(
                url=string_at(cited, "url", inner),
                title=string_at(cited, "title", inner) or None,
                cited_text=string_at(cited, "content", inner),
                start=count_at(cited, "start_index", inner),
                end=count_at(cited, "end_index", inner),
            )
        )
    return found
