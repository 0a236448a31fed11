"""Parts of a request's contents become items."""

from collections import deque
from dataclasses import replace

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import (
    Item,
    RedactedThinking,
    Signature,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from llmgw_desktop.wire.translate.carriers import Carried, SealOf, original_id
from llmgw_desktop.wire.translate.gemini import part_contents
from llmgw_desktop.wire.translate.gemini.part_contents import file_item, hosted_item, inline_item
from llmgw_desktop.wire.translate.gemini.spelling import child, lose_rest, object_of
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.members import (
    Fields,
    elements_in,
    maybe_flag,
    maybe_object,
    maybe_text,
    name_in,
)

_DATA = (
    "text",
    "inlineData",
    "fileData",
    "functionCall",
    "functionResponse",
    "executableCode",
    "codeExecutionResult",
    "toolCall",
    "toolResponse",
)
_KNOWN = frozenset((*_DATA, "thought", "thoughtSignature"))
_CALL = frozenset({"id", "name", "args"})
_RESPONSE = frozenset({"id", "name", "response", "parts"})
_PLAIN_RESULTS = ("output", "result")


class WaitingCalls:
    """Which calls of the conversation wait for their results."""

    __slots__ = ("_by_name", "_made", "_ours", "_waiting")

    def __init__(self) -> None:
        self._made = 0
        self._waiting: set[str] = set()
        self._by_name: dict[str, deque[str]] = {}
        """Of all calls in the order in which they were made, answered ones too."""
        self._ours: dict[str, deque[str]] = {}
        """Of those without an id of their own."""

    def made(self, call_id: str | None, name: str) -> str:
        """The call's id; one without gets one by its place in the conversation."""
        self._made += 1
        if not call_id:
            call_id = f"call_no{self._made}"
            self._ours.setdefault(name, deque()).append(call_id)
        self._waiting.add(call_id)
        self._by_name.setdefault(name, deque()).append(call_id)
        return call_id

    def answered(self, call_id: str | None, name: str) -> str | None:
        """The id of the call that this result is for: by id, else the first of that name."""
        if call_id is None or call_id not in self._waiting:
            known = self._by_name if call_id is None else self._ours
            call_id = self._first(known.get(name)) or call_id
        self._waiting.discard(call_id or "")
        return call_id

    def _first(self, made: deque[str] | None) -> str | None:
        while made:
            call_id = made.popleft()
            if call_id in self._waiting:
                return call_id
        return None


class PartReader:
    """Reads the parts of one conversation in their order."""

    def __init__(self, losses: LossReport) -> None:
        self._losses = losses
        self._calls = WaitingCalls()
        self._seals: set[Signature] = set()
        """Of the thinking that came back so far."""

    def read(self, part: object, path: str, *, by_model: bool) -> list[Item]:
        fields = object_of(part, path)
        data = [name for name in _DATA if fields.get(name) is not None]
        field = maybe_text(fields, "thoughtSignature", path) or ""
        seal = part_contents.read_seal(field, _sealed_by(fields, data)) if field else None
        if not data:
            if seal is None:
                raise MalformedRequest(_no_data(fields), path=path)
            return self._noted(_with_seal(Text(text=""), seal))
        lose_rest(fields, _KNOWN, self._losses, "part")
        if len(data) > 1:
            raise MalformedRequest(f"holds both {data[0]} and {data[1]}", path=path)
        item = self._item(data[0], fields, path, by_model=by_model)
        if part_contents.holds_thoughts(field):
            thoughts = part_contents.unpacked_thoughts(field)
            return [*(each for each in thoughts if each.signature not in self._seals), item]
        return [item] if seal is None else self._noted(_with_seal(item, seal))

    def _noted(self, items: list[Item]) -> list[Item]:
        for item in items:
            if isinstance(item, Thinking | RedactedThinking) and item.signature is not None:
                self._seals.add(item.signature)
        return items

    def _item(self, kind: str, fields: Fields, path: str, *, by_model: bool) -> Item:
        place = f"{path}.{kind}"
        if kind == "text":
            said = maybe_text(fields, "text", path) or ""
            thought = maybe_flag(fields, "thought", path)
            return Thinking(text=said) if thought else Text(text=said)
        inner = object_of(fields[kind], place)
        if kind == "inlineData":
            return self._inline(inner, place)
        if kind == "fileData":
            return self._file(inner, place)
        if kind in ("functionCall", "functionResponse") and by_model != (kind == "functionCall"):
            whose = "the model's" if kind == "functionCall" else "a user's"
            raise MalformedRequest(f"may stand in {whose} turn alone", path=place)
        if kind == "functionCall":
            return self._call(inner, place)
        if kind == "functionResponse":
            return self._response(inner, place)
        hosted = hosted_item({**fields, kind: inner})
        if hosted is None:
            raise MalformedRequest("is of a kind that is not known here", path=place)
        return hosted

    def _inline(self, inner: Fields, path: str) -> Item:
        return inline_item(name_in(inner, "data", path), *_described(inner, path))

    def _file(self, inner: Fields, path: str) -> Item:
        return file_item(name_in(inner, "fileUri", path), *_described(inner, path))

    def _call(self, inner: Fields, path: str) -> Item:
        name = name_in(inner, "name", path)
        args = maybe_object(inner, "args", path)
        lose_rest(inner, _CALL, self._losses, "functionCall")
        call_id = self._calls.made(original_id(maybe_text(inner, "id", path) or ""), name)
        return ToolCall(id=call_id, name=name, arguments=orjson.dumps(args or {}).decode())

    def _response(self, inner: Fields, path: str) -> Item:
        name = name_in(inner, "name", path)
        response = maybe_object(inner, "response", path)
        lose_rest(inner, _RESPONSE, self._losses, "functionResponse")
        given_id = original_id(maybe_text(inner, "id", path) or "") or None
        call_id = self._calls.answered(given_id, name)
        said, is_error = _words(response or {})
        found: list[Item] = [Text(text=said)] if said else []
        for part, place in elements_in(inner, "parts", path):
            found.append(self._response_part(part, place))
        return ToolResult(
            call_id=call_id or f"call_of_{name}",
            items=tuple(found),
            is_error=is_error,
            name=name,
        )

    def _response_part(self, part: object, path: str) -> Item:
        fields = object_of(part, path)
        inline = child(fields, "inlineData", path)
        if inline is not None:
            return self._inline(inline, f"{path}.inlineData")
        file = child(fields, "fileData", path)
        if file is not None:
            return self._file(file, f"{path}.fileData")
        raise MalformedRequest("must hold inlineData or fileData", path=path)


def _described(inner: Fields, path: str) -> tuple[str, str]:
    media_type, name = maybe_text(inner, "mimeType", path), maybe_text(inner, "displayName", path)
    return media_type or "", name or ""


def _words(response: Fields) -> tuple[str, bool]:
    """(what it says, whether it is an error). A lone text is itself, all else stays JSON."""
    if len(response) == 1:
        ((name, value),) = response.items()
        if name in _PLAIN_RESULTS and isinstance(value, str):
            return value, False
        if name == "error":
            said = value if isinstance(value, str) else orjson.dumps(value).decode()
            return said, value is not None and value is not False
    if not response:
        return "", False
    return orjson.dumps(response).decode(), bool(response.get("error"))


def _sealed_by(fields: Fields, data: list[str]) -> SealOf:
    """What a signature of Google's seals in this place."""
    if fields.get("thought") is True:
        return SealOf.THINKING
    return SealOf.CALL if data == ["functionCall"] else SealOf.TEXT


def _with_seal(item: Item, seal: Carried) -> list[Item]:
    """Where another vendor's seal of thinking came back on a part that is none, the thinking
    stands before it."""
    signature = seal.signature
    if seal.of is SealOf.REDACTED:
        hidden = RedactedThinking(signature=signature)
        return [hidden] if _says_nothing(item) else [hidden, item]
    if isinstance(item, Thinking):
        return [Thinking(text=item.text, signature=signature)]
    if seal.of is SealOf.THINKING:
        thinking = Thinking(text="", signature=signature)
        return [thinking] if _says_nothing(item) else [thinking, item]
    return [_sealed(item, signature)]


def _sealed(item: Item, signature: Signature) -> Item:
    return replace(item, signature=signature) if isinstance(item, Text | ToolCall) else item


def _says_nothing(item: Item) -> bool:
    return isinstance(item, Text | Thinking) and not item.text


def _no_data(fields: Fields) -> str:
    named = next((name for name in fields if name not in ("thought", "thoughtSignature")), None)
    if named is None:
        return "is an empty part"
    return f"'{named[:40]}' is no kind of part that is known here"
