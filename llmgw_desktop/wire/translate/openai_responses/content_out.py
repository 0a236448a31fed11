"""What stands in a message or in a tool's output, as the parts of a request in Responses."""

from collections.abc import Iterable

from llmgw_desktop.domain.content import (
    Audio,
    Document,
    Hosted,
    Image,
    Item,
    Media,
    Refusal,
    Text,
    Video,
)
from llmgw_desktop.wire.translate.losses import Feature
from llmgw_desktop.wire.translate.media import data_url
from llmgw_desktop.wire.translate.openai_responses.citations import annotation_of
from llmgw_desktop.wire.translate.openai_responses.writing import Body, Writing

_SOUNDS = {"audio/mpeg": "mp3", "audio/mp3": "mp3", "audio/wav": "wav", "audio/x-wav": "wav"}
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
    form = _SOUNDS.get(item.media.media_type)
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
