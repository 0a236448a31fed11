"""What stands in a message or in a tool's output of a request: the parts of Responses."""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.content import (
    Audio,
    CacheMark,
    Document,
    Image,
    Item,
    Media,
    Refusal,
    Text,
    Vendor,
)
from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.wire.translate.losses import LossReport
from llmgw_desktop.wire.translate.media import media_of_data, media_of_url
from llmgw_desktop.wire.translate.openai_responses.citations import citation_of
from llmgw_desktop.wire.translate.openai_responses.reading import (
    as_list,
    as_object,
    as_string,
    maybe_list,
    maybe_object,
    maybe_string,
    string_in,
    tell_unknown,
)

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
    parts = as_list(content, path)
    return tuple(_item(part, f"{path}[{at}]", report) for at, part in enumerate(parts))


def _item(value: object, path: str, report: LossReport) -> Item:
    part = as_object(value, path)
    kind = string_in(part, "type", path)
    if kind not in _KNOWN:
        raise MalformedRequest(f"content of type '{kind[:60]}' is not known", path=f"{path}.type")
    tell_unknown(part, _KNOWN[kind], report, f"{kind}.")
    match kind:
        case "input_image":
            return _image(part, path)
        case "input_file":
            return _document(part, path)
        case "input_audio":
            return _audio(part, path)
        case "refusal":
            return Refusal(text=string_in(part, "refusal", path))
    return _text(part, path)


def _text(part: Mapping[str, Any], path: str) -> Text:
    annotations = maybe_list(part, "annotations", path)
    spot = f"{path}.annotations"
    return Text(
        text=string_in(part, "text", path),
        citations=tuple(
            citation_of(as_object(each, f"{spot}[{at}]")) for at, each in enumerate(annotations)
        ),
        cache=_cache(part, path),
    )


def _image(part: Mapping[str, Any], path: str) -> Image:
    address = part.get("image_url")
    if isinstance(address, dict):
        # as Chat Completions has it; some clients never learned the difference
        address = address.get("url")
    detail = maybe_string(part, "detail", path)
    return Image(
        media=_media(address, part, f"{path}.image_url"),
        detail=None if detail == "auto" else detail,
        cache=_cache(part, path),
    )


def _document(part: Mapping[str, Any], path: str) -> Document:
    data = maybe_string(part, "file_data", path)
    if data is not None:
        media = media_of_url(data) if data[:5].lower() == "data:" else media_of_data(data)
    else:
        media = _media(part.get("file_url"), part, f"{path}.file_data")
    return Document(
        media=media, name=maybe_string(part, "filename", path), cache=_cache(part, path)
    )


def _audio(part: Mapping[str, Any], path: str) -> Audio:
    spot = f"{path}.input_audio"
    audio = as_object(part.get("input_audio"), spot)
    data, form = string_in(audio, "data", spot), string_in(audio, "format", spot)
    media_type = {"mp3": "audio/mpeg"}.get(form, f"audio/{form}")
    return Audio(media=media_of_data(data, media_type), cache=_cache(part, path))


def _media(address: object, part: Mapping[str, Any], path: str) -> Media:
    if address is not None:
        return media_of_url(as_string(address, path))
    file_id = part.get("file_id")
    if file_id is None:
        raise MalformedRequest("is missing, and so is file_id", path=path)
    return Media(file_id=as_string(file_id, path), file_vendor=Vendor.OPENAI)


def _cache(part: Mapping[str, Any], path: str) -> CacheMark | None:
    mark = maybe_object(part, _MARK, path)
    if mark is None:
        return None
    # what it keeps for half an hour and more, others keep for an hour
    return CacheMark(ttl="1h" if mark.get("ttl") else None)
