"""A caller's messages as turns. Tool messages that follow each other are one user turn."""

from dataclasses import replace

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import (
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
from llmgw_desktop.wire.translate.carriers import original_id
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.media import media_of_url
from llmgw_desktop.wire.translate.members import (
    Fields,
    lose_others,
    maybe_object,
    maybe_text,
    maybe_whole,
    name_in,
    needed_object,
    not_known,
    objects_in,
)
from llmgw_desktop.wire.translate.openai_chat.parts import cache_mark, read_content
from llmgw_desktop.wire.translate.openai_chat.reasoning import read_seals

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

    def read(self, fields: Fields) -> tuple[Turn, ...]:
        for message, path in objects_in(fields, "messages"):
            self._take(message, path)
        if not self._turns and not self._results:
            raise MalformedRequest("at least one message is required", path="messages")
        self._close_results()
        return tuple(self._turns)

    def _take(self, message: Fields, path: str) -> None:
        role = name_in(message, "role", path)
        if role in ("tool", "function"):
            self._lose_others(message, _OF_TOOLS)
            self._results.append(self._result(message, path, role))
            return
        self._close_results()
        if role not in _ROLES:
            raise not_known(role, f"{path}.role")
        is_assistant = role == "assistant"
        self._lose_others(message, _OF_ASSISTANTS if is_assistant else _OF_SPEAKERS)
        read = self._assistant if is_assistant else self._speaker
        items = _marked(read(message, path), cache_mark(message, path))
        name = maybe_text(message, "name", path)
        self._turns.append(Turn(role=_ROLES[role], items=tuple(items), name=name))

    def _speaker(self, message: Fields, path: str) -> list[Item]:
        return read_content(message, path, self._losses)

    def _assistant(self, message: Fields, path: str) -> list[Item]:
        words = _thinking_words(message, path)
        entries = [entry for entry, _ in objects_in(message, "reasoning_details", path)]
        seals = read_seals(entries, words)
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

    def _said(self, message: Fields, path: str) -> list[Item]:
        content = message.get("content")
        items = [] if content is None else read_content(message, path, self._losses)
        if items == [Text(text="")]:
            items = []
        refusal = maybe_text(message, "refusal", path)
        if refusal:
            items.append(Refusal(text=refusal))
        cited = tuple(_citations(message, path))
        if cited and items and isinstance(items[0], Text):
            items[0] = replace(items[0], citations=cited)
        for image, spot in objects_in(message, "images", path):
            url = needed_object(image, "image_url", spot)
            found = name_in(url, "url", f"{spot}.image_url")
            items.append(Image(media=media_of_url(found)))
        return items

    def _tool_calls(self, message: Fields, path: str) -> list[ToolCall]:
        calls = []
        for call, spot in objects_in(message, "tool_calls", path):
            calls.append(_call(call, spot))
            self._lose_others(call, _OF_CALLS, "messages.tool_calls")
        legacy = maybe_object(message, "function_call", path)
        if legacy is not None:
            call_id = f"call_legacy_{len(self._calls)}"
            self._legacy.append(_function_call(legacy, f"{path}.function_call", call_id))
            calls.append(self._legacy[-1])
        return calls

    def _result(self, message: Fields, path: str, role: str) -> ToolResult:
        items = tuple(read_content(message, path, self._losses))
        name = maybe_text(message, "name", path)
        if role == "function":
            call = self._legacy_call(name_in(message, "name", path))
            call_id = call.id if call else f"call_legacy_{path}"
        else:
            call_id = original_id(name_in(message, "tool_call_id", path))
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

    def _lose_others(self, given: Fields, known: frozenset[str], place: str = "messages") -> None:
        if not given.keys() <= known:
            lose_others(given, known, self._losses, place, empty_says=False)


def _thinking_words(message: Fields, path: str) -> str:
    content = maybe_text(message, "reasoning_content", path)
    return content or maybe_text(message, "reasoning", path) or ""


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


def _call(call: Fields, path: str) -> ToolCall:
    call_id = original_id(name_in(call, "id", path))
    kind = maybe_text(call, "type", path) or "function"
    if kind == "function":
        return _function_call(needed_object(call, "function", path), f"{path}.function", call_id)
    if kind != "custom":
        raise not_known(kind, f"{path}.type")
    custom = needed_object(call, "custom", path)
    inner = f"{path}.custom"
    return ToolCall(
        id=call_id,
        name=name_in(custom, "name", inner),
        arguments=maybe_text(custom, "input", inner) or "",
        kind=CallKind.CUSTOM,
    )


def _function_call(function: Fields, path: str, call_id: str) -> ToolCall:
    arguments = maybe_text(function, "arguments", path)
    name = name_in(function, "name", path)
    return ToolCall(id=call_id, name=name, arguments=arguments or "{}")


def _citations(message: Fields, path: str) -> list[Citation]:
    """Of an answer that comes back as history; others than of addresses say nothing to anyone."""
    found = []
    for annotation, spot in objects_in(message, "annotations", path):
        if annotation.get("type") != "url_citation":
            continue
        cited = needed_object(annotation, "url_citation", spot)
        inner = f"{spot}.url_citation"
        found.append(
            Citation(
                url=maybe_text(cited, "url", inner),
                title=maybe_text(cited, "title", inner) or None,
                cited_text=maybe_text(cited, "content", inner),
                start=maybe_whole(cited, "start_index", inner),
                end=maybe_whole(cited, "end_index", inner),
            )
        )
    return found
