"""Turns as Gemini's contents, and their items as parts: roles take turns, and each call's result
follows at once.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

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
    Vendor,
    Video,
)
from llmgw_desktop.wire.translate.gemini.models import GeminiModel
from llmgw_desktop.wire.translate.gemini.part_contents import SKIP, type_by_suffix
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.tools import ToolNames, is_object, wrapped

Part = dict[str, Any]
MediaItem = Image | Audio | Video | Document

_IN_RESULTS = ("image/png", "image/jpeg", "image/webp", "application/pdf", "text/plain")
"""What Gemini 3 takes within a function's response."""
_BY_URL = {
    Image: Feature.IMAGE_URL,
    Document: Feature.DOCUMENT_URL,
    Audio: Feature.AUDIO,
    Video: Feature.VIDEO,
}


@dataclass(slots=True)
class PartWriter:
    """For one target."""

    _names: ToolNames
    _model: GeminiModel
    _vendor: Vendor
    _losses: LossReport

    def part(self, item: Item) -> Part | None:
        """Of everything but a result; None for what cannot be said."""
        self._report(item)
        if isinstance(item, ToolCall):
            return self._call(item)
        if isinstance(item, Image | Audio | Video | Document):
            return self._media(item)
        if isinstance(item, Thinking | RedactedThinking):
            return self._thinking(item)
        return self._spoken(item)

    def result(self, result: ToolResult, name: str) -> tuple[Part, list[Part]]:
        """The function's response, and the parts that have to stand beside it."""
        said: list[str] = []
        within: list[Part] = []
        beside: list[Part] = []
        if result.cache is not None:
            self._losses.lost(Feature.CACHE_MARK)
        for item in result.items:
            part = self.part(item)
            if part is None:
                continue
            if "text" in part:
                said.append(part["text"])
            elif self._fits_within(part):
                within.append(part)
            else:
                self._losses.lost(Feature.RESULT_MEDIA)
                beside.append(part)
        key = "error" if result.is_error else "output"
        written: Part = {
            "id": result.call_id,
            "name": name,
            "response": {key: "\n".join(said)},
        }
        if within:
            written["parts"] = within
        return {"functionResponse": written}, beside

    def _fits_within(self, part: Part) -> bool:
        media_type = part.get("inlineData", {}).get("mimeType")
        return self._model.is_third and media_type in _IN_RESULTS

    def _report(self, item: Item) -> None:
        if getattr(item, "cache", None) is not None:
            self._losses.lost(Feature.CACHE_MARK)
        if isinstance(item, Text) and item.citations:
            self._losses.lost(Feature.CITATIONS)
        if isinstance(item, Image) and item.detail not in (None, "auto"):
            self._losses.lost(Feature.IMAGE_DETAIL)
        if isinstance(item, Document) and (item.name or item.context or item.wants_citations):
            self._losses.lost(Feature.DOCUMENT_FACTS)

    def _spoken(self, item: Item) -> Part | None:
        if isinstance(item, Text):
            seal = self._seal(item.signature)
            if not item.text and not seal:
                self._losses.lost(Feature.EMPTY_TEXT)
                return None
            return {"text": item.text} | seal
        if isinstance(item, Refusal):
            self._losses.lost(Feature.REFUSAL)
            return {"text": item.text} if item.text else None
        if not isinstance(item, Hosted):
            return None
        if item.vendor is Vendor.GOOGLE and self._vendor is Vendor.GOOGLE:
            return dict(item.raw)
        self._losses.lost(Feature.HOSTED_ITEM, item.what)
        return {"text": item.text} if item.text else None

    def _thinking(self, item: Thinking | RedactedThinking) -> Part | None:
        signature = item.signature
        text = item.text if isinstance(item, Thinking) else ""
        if signature is None or signature.vendor is not self._vendor:
            is_hidden = isinstance(item, RedactedThinking)
            self._losses.lost(Feature.REDACTED_THINKING if is_hidden else Feature.THINKING)
            return None
        return {"text": text, "thought": True, "thoughtSignature": signature.data}

    def _call(self, call: ToolCall) -> Part:
        arguments = call.arguments
        if call.kind is CallKind.CUSTOM:
            arguments = wrapped(arguments)
        if not is_object(arguments):
            self._losses.lost(Feature.CALL_ARGUMENTS)
            arguments = ""
        written = {
            "id": call.id,
            "name": self._names.written(call.name, call.namespace),
            "args": orjson.Fragment(arguments.strip() or "{}"),
        }
        return {"functionCall": written} | self._seal(call.signature)

    def _seal(self, signature: Signature | None) -> Part:
        if signature is None:
            return {}
        if signature.vendor is not self._vendor:
            self._losses.lost(Feature.SIGNATURE)
            return {}
        return {"thoughtSignature": signature.data}

    def _media(self, item: MediaItem) -> Part | None:
        if isinstance(item, Document) and item.text is not None:
            data = base64.b64encode(item.text.encode(errors="replace")).decode()
            return _inline("text/plain", data) if item.text else None
        media = item.media
        if media.data is not None:
            return _inline(media.media_type or _otherwise(item), media.data)
        if media.url is not None:
            return self._addressed(item, media.url)
        if media.file_id is not None and media.file_vendor is self._vendor:
            return _file(media.file_id, media)
        self._losses.lost(Feature.FILE_ID)
        return {"text": f"[A file of another service was attached here: {_noun(item)}.]"}

    def _addressed(self, item: MediaItem, url: str) -> Part:
        if self._model.reads_addresses or url.startswith("gs://"):
            return _file(url, item.media)
        self._losses.lost(_BY_URL[type(item)])
        return {"text": f"[Attached {_noun(item)}: {url}]"}


def _inline(media_type: str, data: str) -> Part:
    return {"inlineData": {"mimeType": media_type, "data": data}}


def _file(uri: str, media: Media) -> Part:
    media_type = media.media_type or type_by_suffix(uri)
    told = {"fileUri": uri}
    return {"fileData": {"mimeType": media_type} | told if media_type else told}


def _noun(item: MediaItem) -> str:
    return type(item).__name__.lower()


def _otherwise(item: MediaItem) -> str:
    """A type is demanded; these are the likeliest."""
    if isinstance(item, Image):
        return "image/jpeg"
    if isinstance(item, Audio):
        return "audio/wav"
    return "video/mp4" if isinstance(item, Video) else "application/pdf"


_SYSTEM = (Role.SYSTEM, Role.DEVELOPER)
_NO_RESULT = "There is no result of this call."


@dataclass(slots=True)
class _Content:
    role: str
    parts: list[Part] = field(default_factory=list)
    """What is neither a call nor a result stands here as well, in its order."""
    results: dict[str, Part] = field(default_factory=dict)
    """By the id of the call; the last one wins, at the first one's place."""


class ContentsWriter:
    def __init__(self, parts: PartWriter, names: ToolNames, losses: LossReport) -> None:
        self._parts = parts
        self._names = names
        self._losses = losses
        self._called: dict[str, str] = {}
        self._contents: list[_Content] = []

    def write(self, turns: Sequence[Turn], *, demands_seals: bool) -> tuple[list[Part], list[Part]]:
        """(contents, parts of the system instruction). `demands_seals`: the model refuses calls
        without a signature."""
        self._note_calls(turns)
        start = next((n for n, turn in enumerate(turns) if turn.role not in _SYSTEM), len(turns))
        system = [part for turn in turns[:start] for part in self._system(turn)]
        for turn in turns[start:]:
            self._turn(turn)
        if not self._contents and system:
            self._losses.lost(Feature.SYSTEM_POSITION)
            self._contents, system = [_Content("user", system)], []
        written = list(self._paired())
        if written and written[-1]["role"] == "model":
            self._losses.lost(Feature.PREFILL)
        if demands_seals:
            for content in written:
                _seal_first_call(content)
        return written, system

    def _note_calls(self, turns: Iterable[Turn]) -> None:
        for turn in turns:
            for item in turn.items:
                if isinstance(item, ToolCall):
                    self._called[item.id] = self._names.written(item.name, item.namespace)

    def _system(self, turn: Turn) -> list[Part]:
        if turn.role is Role.DEVELOPER:
            self._losses.lost(Feature.DEVELOPER_ROLE)
        parts = [self._parts.part(item) for item in turn.items]
        return [part for part in parts if part is not None and "text" in part]

    def _turn(self, turn: Turn) -> None:
        if turn.name:
            self._losses.lost(Feature.SPEAKER_NAME)
        if turn.role in _SYSTEM:
            self._remind(turn)
            return
        role = "model" if turn.role is Role.ASSISTANT else "user"
        for item in turn.items:
            if isinstance(item, ToolResult):
                self._result(item, self._content("user"))
            elif (part := self._parts.part(item)) is not None:
                self._content(role).parts.append(part)

    def _remind(self, turn: Turn) -> None:
        """A system's words within the conversation."""
        self._losses.lost(Feature.SYSTEM_POSITION)
        said = "\n\n".join(item.text for item in turn.items if isinstance(item, Text))
        if said:
            reminder = f"<system-reminder>\n{said}\n</system-reminder>"
            self._content("user").parts.append({"text": reminder})

    def _result(self, result: ToolResult, content: _Content) -> None:
        name = self._called.get(result.call_id)
        if name is None:
            name = self._names.written(result.name) if result.name else "unknown"
        response, beside = self._parts.result(result, name)
        content.results[result.call_id] = response
        content.parts += beside

    def _content(self, role: str) -> _Content:
        if not self._contents or self._contents[-1].role != role:
            self._contents.append(_Content(role))
        return self._contents[-1]

    def _paired(self) -> Iterable[Part]:
        """Google wants as many responses as calls, directly after them."""
        waiting: list[str] = []
        for content in self._contents:
            responses = self._responses(waiting, content) if content.role == "user" else []
            parts = [*responses, *content.parts]
            if not parts:
                continue
            yield {"role": content.role, "parts": parts}
            calls = [part["functionCall"]["id"] for part in parts if "functionCall" in part]
            waiting = calls if content.role == "model" else []

    def _responses(self, waiting: list[str], content: _Content) -> list[Part]:
        responses = [
            content.results.pop(call_id) if call_id in content.results else self._missing(call_id)
            for call_id in waiting
        ]
        for response in content.results.values():
            self._losses.lost(Feature.CALL_PAIRING)
            content.parts.insert(0, _in_words(response))
        return responses

    def _missing(self, call_id: str) -> Part:
        self._losses.lost(Feature.CALL_PAIRING)
        response = {"error": _NO_RESULT}
        written = {"id": call_id, "name": self._called[call_id], "response": response}
        return {"functionResponse": written}


def _in_words(response: Part) -> Part:
    """A result whose call is not there."""
    told = response["functionResponse"]
    said = next(iter(told["response"].values()))
    return {"text": f"[Result of an earlier call of {told['name']}]\n{said}"}


def _seal_first_call(content: Part) -> None:
    """Google documents the value for calls that its own model did not make."""
    for part in content["parts"]:
        if "functionCall" in part:
            part.setdefault("thoughtSignature", SKIP)
            return
