"""Content blocks of a caller's messages become items.

Unknown types are refused by name; members that no item has are reported as lost. Messages and
everything around them are read in `prompt_in.py`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model.content import (
    CacheMark,
    Document,
    Image,
    Item,
    Media,
    RedactedThinking,
    Signature,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Vendor,
)
from llmgw_desktop.wire.translate.anthropic.vocabulary import (
    hosted_in_history,
    is_hosted,
    read_citation,
)
from llmgw_desktop.wire.translate.carriers import Carried, SealOf, original_id, sealed, unpacked
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.media import media_of_data
from llmgw_desktop.wire.translate.members import (
    as_list,
    lose_others,
    maybe_flag,
    maybe_object,
    maybe_text,
    needed_object,
    not_known,
    objects_in,
    objects_of,
    text_in,
)

_Read = Callable[["BlockReader", dict[str, Any], str], Item | None]
_CACHEABLE = {"cache_control", "type"}
_CITED = {"source", "title", "citations", *_CACHEABLE}


class BlockReader:
    """Reads blocks wherever they stand, and reports to one list of losses."""

    __slots__ = ("_report",)

    def __init__(self, report: LossReport) -> None:
        self._report = report

    def content(self, value: object, path: str) -> tuple[Item, ...]:
        """A string, or a list of blocks."""
        if isinstance(value, str):
            return (Text(text=value),)
        if type(value) is not list:
            raise MalformedRequest("must be a string or a list of blocks", path=path)
        items: list[Item] = []
        seal: Carried | None = None
        for block, spot in objects_of(value, path):
            item = self._block(block, spot)
            carried = _seal_of(item)
            if carried is not None:
                self._drop(seal)
                seal = carried
                if isinstance(item, Thinking) and item.text:
                    items.append(Thinking(text=item.text))
                continue
            if item is not None:
                items.append(item if seal is None else self._sealed(item, seal, items))
                seal = None
        if seal is not None and not _seal_last(items, seal):
            self._drop(seal)
        return tuple(items)

    def texts(self, value: object, path: str) -> tuple[Item, ...]:
        """As `content`, where only text may stand."""
        items = self.content(value, path)
        for at, item in enumerate(items):
            if not isinstance(item, Text):
                raise MalformedRequest("only text may stand here", path=f"{path}[{at}]")
        return items

    def cache_mark(self, block: Mapping[str, Any], path: str) -> CacheMark | None:
        mark = maybe_object(block, "cache_control", path)
        if mark is None:
            return None
        lose_others(mark, {"type", "ttl"}, self._report, "cache_control")
        return CacheMark(ttl=maybe_text(mark, "ttl", f"{path}.cache_control"))

    def _block(self, block: dict[str, Any], path: str) -> Item | None:
        kind = text_in(block, "type", path)
        read = _READS.get(kind)
        if read is None:
            if is_hosted(kind):
                return hosted_in_history(block)
            raise not_known(kind, f"{path}.type")
        if kind in _KNOWN:
            lose_others(block, _KNOWN[kind], self._report, kind)
        return read(self, block, path)

    def _text(self, block: dict[str, Any], path: str) -> Item:
        return Text(
            text=text_in(block, "text", path),
            citations=tuple(
                [read_citation(each) for each, _ in objects_in(block, "citations", path)]
            ),
            cache=self.cache_mark(block, path),
        )

    def _image(self, block: dict[str, Any], path: str) -> Item:
        source = needed_object(block, "source", path)
        media = _media(source, f"{path}.source")
        if media is None:
            raise not_known(source["type"], f"{path}.source.type")
        return Image(media=media, cache=self.cache_mark(block, path))

    def _document(self, block: dict[str, Any], path: str) -> Item:
        source = needed_object(block, "source", path)
        media = _media(source, f"{path}.source")
        text: str | None = None
        if media is None:
            text, media = self._plain_source(source, path), Media()
        cited = maybe_object(block, "citations", path)
        return Document(
            media=media,
            text=text,
            name=maybe_text(block, "title", path),
            context=maybe_text(block, "context", path),
            wants_citations=bool(cited and maybe_flag(cited, "enabled", f"{path}.citations")),
            cache=self.cache_mark(block, path),
        )

    def _plain_source(self, source: dict[str, Any], path: str) -> str:
        kind = source["type"]
        if kind == "text":
            return text_in(source, "data", f"{path}.source")
        if kind != "content":
            raise not_known(kind, f"{path}.source.type")
        items = self.content(source.get("content"), f"{path}.source.content")
        texts = [item.text for item in items if isinstance(item, Text)]
        if len(texts) < len(items):
            self._report.lost(Feature.IMAGE, "document.source.content")
        return "\n\n".join(texts)

    def _search_result(self, block: dict[str, Any], path: str) -> Item:
        items = self.texts(as_list(block.get("content"), f"{path}.content"), f"{path}.content")
        cited = maybe_object(block, "citations", path)
        return Document(
            media=Media(),
            text="\n\n".join(item.text for item in items if isinstance(item, Text)),
            name=maybe_text(block, "title", path),
            context=maybe_text(block, "source", path),
            wants_citations=bool(cited and maybe_flag(cited, "enabled", f"{path}.citations")),
            cache=self.cache_mark(block, path),
        )

    def _thinking(self, block: dict[str, Any], path: str) -> Item:
        signature = maybe_text(block, "signature", path) or ""
        text = maybe_text(block, "thinking", path) or ""
        carried = unpacked(signature, Vendor.ANTHROPIC)
        if carried is None:
            if signature:
                self._report.lost(Feature.SIGNATURE)
            return Thinking(text=text)
        if carried.of is SealOf.REDACTED:
            return RedactedThinking(signature=carried.signature)
        if carried.of is not SealOf.THINKING:
            return _Seal(text=text, signature=carried.signature, carried=carried)
        return Thinking(text=text, signature=carried.signature)

    def _redacted(self, block: dict[str, Any], path: str) -> Item | None:
        data = text_in(block, "data", path)
        carried = unpacked(data, Vendor.ANTHROPIC, SealOf.REDACTED)
        if carried is None:
            self._report.lost(Feature.REDACTED_THINKING)
            return None
        return RedactedThinking(signature=carried.signature)

    def _call(self, block: dict[str, Any], path: str) -> Item:
        arguments = maybe_object(block, "input", path) or {}
        return ToolCall(
            id=original_id(text_in(block, "id", path)),
            name=text_in(block, "name", path),
            arguments=orjson.dumps(arguments).decode(),
            cache=self.cache_mark(block, path),
        )

    def _result(self, block: dict[str, Any], path: str) -> Item:
        content = block.get("content")
        return ToolResult(
            call_id=original_id(text_in(block, "tool_use_id", path)),
            items=() if content is None else self.content(content, f"{path}.content"),
            is_error=maybe_flag(block, "is_error", path) or False,
            cache=self.cache_mark(block, path),
        )

    def _reference(self, block: dict[str, Any], path: str) -> Item:
        """A tool that a search found; all tools are declared to other vendors anyway."""
        return Text(text=f"Tool found: {text_in(block, 'tool_name', path)}")

    def _sealed(self, item: Item, seal: Carried, before: list[Item]) -> Item:
        own = sealed(item, seal)
        if own is None and not _seal_last(before, seal):
            self._drop(seal)
        return item if own is None else own

    def _drop(self, seal: Carried | None) -> None:
        if seal is not None:
            self._report.lost(Feature.SIGNATURE)


class _Seal(Thinking):
    """A thinking block that carries the signature of another item."""

    __slots__ = ("carried",)

    def __init__(self, *, text: str, signature: Signature, carried: Carried) -> None:
        super().__init__(text=text, signature=signature)
        self.carried = carried


def _seal_of(item: Item | None) -> Carried | None:
    return item.carried if isinstance(item, _Seal) else None


def _seal_last(items: list[Item], seal: Carried) -> bool:
    """A signature that came only after its item: nothing that it could seal follows."""
    last = items[-1] if items else None
    own = None if getattr(last, "signature", None) is not None else sealed(last, seal)
    if own is not None:
        items[-1] = own
    return own is not None


def _media(source: dict[str, Any], path: str) -> Media | None:
    """None for a source of another type."""
    kind = text_in(source, "type", path)
    if kind == "base64":
        media_type = maybe_text(source, "media_type", path) or ""
        return media_of_data(text_in(source, "data", path), media_type)
    if kind == "url":
        return Media(url=text_in(source, "url", path))
    if kind == "file":
        return Media(file_id=text_in(source, "file_id", path), file_vendor=Vendor.ANTHROPIC)
    return None


_READS: dict[str, _Read] = {
    "text": BlockReader._text,
    "image": BlockReader._image,
    "document": BlockReader._document,
    "search_result": BlockReader._search_result,
    "thinking": BlockReader._thinking,
    "redacted_thinking": BlockReader._redacted,
    "tool_use": BlockReader._call,
    "tool_result": BlockReader._result,
    "tool_reference": BlockReader._reference,
}
_KNOWN = {
    "text": {"text", "citations", *_CACHEABLE},
    "image": {"source", *_CACHEABLE},
    "document": {"context", *_CITED},
    "search_result": {"content", *_CITED},
    "tool_use": {"id", "name", "input", "caller", *_CACHEABLE},
    "tool_result": {"tool_use_id", "content", "is_error", *_CACHEABLE},
}
"""Of the kinds whose other members are looked for."""
