"""The input of a request: its items, and the parts in them, become turns, in their order.

What the model said stands in one turn until somebody else speaks; so do the outputs of tools.
"""

from typing import Any

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import (
    Audio,
    CacheMark,
    CallKind,
    Document,
    Hosted,
    Image,
    Item,
    Media,
    Refusal,
    Role,
    Text,
    ToolCall,
    ToolResult,
    Turn,
    Vendor,
)
from llmgw_desktop.wire.translate.carriers import Carried, original_id, sealed, seals_another
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.media import media_of_data, media_of_sound, media_of_url
from llmgw_desktop.wire.translate.members import (
    Fields,
    as_text,
    lose_others,
    maybe_object,
    maybe_text,
    name_in,
    needed_object,
    not_known,
    objects_in,
    objects_of,
    one_of,
    text_in,
)
from llmgw_desktop.wire.translate.openai_responses import vendor
from llmgw_desktop.wire.translate.openai_responses.vendor import citation_of, seal_in, thinking_of

_MARK = "prompt_cache_breakpoint"
_TEXT = frozenset({"type", "text", "annotations", "logprobs", _MARK})
_KNOWN = {
    "input_text": _TEXT,
    "output_text": _TEXT,
    "text": _TEXT,
    "input_image": frozenset({"type", "image_url", "file_id", "detail", _MARK}),
    "input_file": frozenset(
        {"type", "file_data", "file_url", "file_id", "filename", "detail", _MARK}
    ),
    "input_audio": frozenset({"type", "input_audio", _MARK}),
    "refusal": frozenset({"type", "refusal"}),
}


def items_of_content(content: object, path: str, report: LossReport) -> tuple[Item, ...]:
    """Of a string or of an array of parts."""
    if isinstance(content, str):
        return (Text(text=content),)
    return tuple([_item(part, spot, report) for part, spot in objects_of(content, path)])


def _item(part: Fields, path: str, report: LossReport) -> Item:
    kind = text_in(part, "type", path)
    if kind not in _KNOWN:
        raise not_known(kind, f"{path}.type")
    lose_others(part, _KNOWN[kind], report, kind)
    match kind:
        case "input_image":
            return _image(part, path)
        case "input_file":
            return _document(part, path)
        case "input_audio":
            return _audio(part, path)
        case "refusal":
            return Refusal(text=text_in(part, "refusal", path))
    return _text(part, path)


def _text(part: Fields, path: str) -> Text:
    return Text(
        text=text_in(part, "text", path),
        citations=tuple([citation_of(each) for each, _ in objects_in(part, "annotations", path)]),
        cache=_cache(part, path),
    )


def _image(part: Fields, path: str) -> Image:
    address = part.get("image_url")
    if isinstance(address, dict):
        # as Chat Completions has it; some clients never learned the difference
        address = address.get("url")
    detail = maybe_text(part, "detail", path)
    return Image(
        media=_media(address, part, f"{path}.image_url"),
        detail=None if detail == "auto" else detail,
        cache=_cache(part, path),
    )


def _document(part: Fields, path: str) -> Document:
    data = maybe_text(part, "file_data", path)
    if data is not None:
        media = media_of_url(data) if data[:5].lower() == "data:" else media_of_data(data)
    else:
        media = _media(part.get("file_url"), part, f"{path}.file_data")
    return Document(media=media, name=maybe_text(part, "filename", path), cache=_cache(part, path))


def _audio(part: Fields, path: str) -> Audio:
    spot = f"{path}.input_audio"
    audio = needed_object(part, "input_audio", path)
    data, form = text_in(audio, "data", spot), text_in(audio, "format", spot)
    return Audio(media=media_of_sound(data, form), cache=_cache(part, path))


def _media(address: object, part: Fields, path: str) -> Media:
    if address is not None:
        return media_of_url(as_text(address, path))
    file_id = part.get("file_id")
    if file_id is None:
        raise MalformedRequest("is missing, and so is file_id", path=path)
    return Media(file_id=as_text(file_id, path), file_vendor=Vendor.OPENAI)


def _cache(part: Fields, path: str) -> CacheMark | None:
    mark = maybe_object(part, _MARK, path)
    if mark is None:
        return None
    # what it keeps for half an hour and more, others keep for an hour
    return CacheMark(ttl="1h" if mark.get("ttl") else None)


_ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.DEVELOPER,
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
}
_OF_VENDOR = frozenset({"type", "id", "status", "phase", "created_by", "caller", "async"})
"""How the vendor keeps its own items; nothing that a model is told."""
_MESSAGE = _OF_VENDOR | {"role", "content"}
_CALL = _OF_VENDOR | {"call_id", "name", "namespace", "arguments", "input"}
_RESULT = _OF_VENDOR | {"call_id", "name", "namespace", "output"}
_REASONING = _OF_VENDOR | {"summary", "content", "encrypted_content"}
_CALLS = {"function_call": CallKind.FUNCTION, "custom_tool_call": CallKind.CUSTOM}
_RESULTS = {
    "function_call_output": CallKind.FUNCTION,
    "custom_tool_call_output": CallKind.CUSTOM,
}


class InputReader:
    """Takes the items one after the other; `turns` and `tools` are what came out of them."""

    def __init__(self, report: LossReport) -> None:
        self._report = report
        self._turns: list[tuple[Role, list[Item]]] = []
        self._open: list[Item] | None = None
        """Of the last turn, while it may take more."""
        self._waiting: Carried | None = None
        """A seal whose item comes next."""
        self.tools: list[tuple[dict[str, Any], str]] = []
        """Declared on the way, each with its path."""

    def read(self, value: object) -> None:
        if isinstance(value, str):
            self._begin(Role.USER, [Text(text=value)])
            return
        for item, path in objects_of(value, "input"):
            self._read_item(item, path)

    @property
    def turns(self) -> list[Turn]:
        self._drop_seal()
        return [Turn(role=role, items=tuple(items)) for role, items in self._turns]

    def _read_item(self, item: dict[str, Any], path: str) -> None:
        kind = item.get("type")
        if kind is None:
            kind = "message" if "role" in item else "item_reference"
        if as_text(kind, f"{path}.type") == "message":
            self._read_message(item, path)
        elif kind in _CALLS:
            self._read_call(item, _CALLS[kind], path)
        elif kind in _RESULTS:
            self._read_result(item, _RESULTS[kind], path)
        elif kind == "reasoning":
            self._read_reasoning(item, path)
        else:
            self._read_of_vendor(item, kind, path)

    def _read_message(self, item: dict[str, Any], path: str) -> None:
        role = one_of(item, "role", _ROLES, path)
        lose_others(item, _MESSAGE, self._report, "message")
        items = items_of_content(item.get("content"), f"{path}.content", self._report)
        if role is Role.ASSISTANT:
            for each in items:
                self._said(each)
        else:
            self._begin(role, list(items))
            self._open = None

    def _read_call(self, item: dict[str, Any], kind: CallKind, path: str) -> None:
        lose_others(item, _CALL, self._report, item["type"])
        if kind is CallKind.CUSTOM:
            arguments = text_in(item, "input", path)
        else:
            arguments = maybe_text(item, "arguments", path) or "{}"
        call = ToolCall(
            id=original_id(name_in(item, "call_id", path)),
            name=name_in(item, "name", path),
            arguments=arguments,
            kind=kind,
            namespace=maybe_text(item, "namespace", path) or None,
        )
        self._said(call)

    def _read_result(self, item: dict[str, Any], kind: CallKind, path: str) -> None:
        lose_others(item, _RESULT, self._report, item["type"])
        result = ToolResult(
            call_id=original_id(name_in(item, "call_id", path)),
            items=items_of_content(item.get("output"), f"{path}.output", self._report),
            name=maybe_text(item, "name", path),
            kind=kind,
        )
        self._gave_back(result)

    def _read_reasoning(self, item: dict[str, Any], path: str) -> None:
        lose_others(item, _REASONING, self._report, "reasoning")
        encrypted = maybe_text(item, "encrypted_content", path)
        carried, is_behind = seal_in(encrypted) if encrypted else (None, False)
        if encrypted and carried is None:
            self._report.lost(Feature.SIGNATURE)
        if carried is None or not seals_another(carried):
            self._said(thinking_of(item, encrypted))
        elif not is_behind:
            self._drop_seal()
            self._waiting = carried
        elif not self._seal_last(carried):
            self._report.lost(Feature.SIGNATURE)

    def _read_of_vendor(self, item: dict[str, Any], kind: str, path: str) -> None:
        if kind == "additional_tools":
            self.tools += objects_of(item.get("tools"), f"{path}.tools")
            return
        if kind not in vendor.ITEMS_OF_MODEL | vendor.ITEMS_OF_CALLER:
            raise _refused(kind, f"{path}.type")
        kept = Hosted(vendor=Vendor.OPENAI, what=kind, raw=item, text=vendor.in_words(item))
        if kind in vendor.ITEMS_OF_MODEL:
            self._said(kept)
        else:
            self._gave_back(kept)

    def _said(self, item: Item) -> None:
        waiting = self._waiting
        if waiting is not None and isinstance(item, Text | ToolCall):
            if (own := sealed(item, waiting)) is not None:
                item, self._waiting = own, None
            else:
                self._drop_seal()
        self._add(Role.ASSISTANT, item)

    def _gave_back(self, item: Item) -> None:
        self._add(Role.USER, item)

    def _add(self, role: Role, item: Item) -> None:
        if self._open is None or self._turns[-1][0] is not role:
            self._begin(role, [item])
        else:
            self._open.append(item)

    def _begin(self, role: Role, items: list[Item]) -> None:
        if role is not Role.ASSISTANT:
            self._drop_seal()
        self._turns.append((role, items))
        self._open = items

    def _seal_last(self, carried: Carried) -> bool:
        if self._open is None or self._turns[-1][0] is not Role.ASSISTANT:
            return False
        own = sealed(self._open[-1], carried)
        if own is not None:
            self._open[-1] = own
        return own is not None

    def _drop_seal(self) -> None:
        if self._waiting is not None:
            self._waiting = None
            self._report.lost(Feature.SIGNATURE)


def _refused(kind: str, path: str) -> MalformedRequest:
    if kind == "item_reference":
        return MalformedRequest("no item of this id is kept here; send the item itself", path=path)
    if kind == "compaction_trigger":
        return MalformedRequest("only the vendor's own service can compact", path=path)
    return not_known(kind, path)
