"""Items of an answer in Responses while they are written: their numbered frames and their final
form.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import orjson
from typing_extensions import override

from llmgw_desktop.domain.model.content import CallKind, Signature, ToolCall
from llmgw_desktop.wire.translate.carriers import SealOf, given_id
from llmgw_desktop.wire.translate.openai_responses.vendor import reasoning_item


class Frames:
    """Each event has the next number, from 0. With `is_wanted` false nothing is written."""

    __slots__ = ("_number", "_pieces", "is_wanted")

    def __init__(self, *, is_wanted: bool = True) -> None:
        self.is_wanted = is_wanted
        self._pieces: list[bytes] = []
        self._number = 0

    def add(self, kind: str, **members: Any) -> None:
        if self.is_wanted:
            event = {"type": kind, "sequence_number": self.next_number(), **members}
            self._pieces.append(b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps(event)))

    def add_delta(self, opening: bytes, more: str) -> None:
        """`opening` is made once for an item that grows in many of these."""
        if self.is_wanted:
            self._pieces.append(
                b'%b%d,"delta":%b}\n\n' % (opening, self._number, orjson.dumps(more))
            )
            self._number += 1

    def put(self, frame: bytes) -> None:
        if self.is_wanted:
            self._pieces.append(frame)

    def next_number(self) -> int:
        number = self._number
        self._number += 1
        return number

    def taken(self) -> bytes:
        pieces = self._pieces
        if not pieces:
            return b""
        self._pieces = []
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def delta_opening(kind: str, **members: Any) -> bytes:
    """For `Frames.add_delta`."""
    event = orjson.dumps({"type": kind, **members})
    return b'event: %b\ndata: %b,"sequence_number":' % (kind.encode(), event[:-1])


class OpenItem(ABC):
    """One at a time; `place` is its output_index."""

    def __init__(self, item_id: str, place: int, frames: Frames) -> None:
        self.id = item_id
        self._place = place
        self._frames = frames
        self._pieces: list[str] = []
        self._opening = b""
        self._part_is_open = False
        self.text_chars = 0
        """Of what grows."""

    def open(self) -> None:
        if self._frames.is_wanted:
            self._tell_item("added", self._form("in_progress"))

    def grow(self, more: str) -> None:
        self._pieces.append(more)
        self.text_chars += len(more)
        self._frames.add_delta(self._opening, more)

    def end_part(self) -> None:
        """Nothing more comes of what grew."""
        if self._part_is_open:
            self._part_is_open = False
            self._end_part()

    @abstractmethod
    def _end_part(self) -> None:
        """Of one that was open."""

    def close(self, status: str) -> dict[str, Any]:
        self.end_part()
        item = self._form(status)
        if self._frames.is_wanted:
            self._tell_item("done", item)
        return item

    @abstractmethod
    def _form(self, status: str) -> dict[str, Any]:
        """The item as it is told when it begins, and when it ends."""

    def _text(self) -> str:
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def _tell_item(self, what: str, item: Mapping[str, Any]) -> None:
        self._frames.add(f"response.output_item.{what}", output_index=self._place, item=item)

    def _tell(self, kind: str, **members: Any) -> None:
        self._frames.add(kind, item_id=self.id, output_index=self._place, **members)

    def _delta(self, kind: str, **members: Any) -> bytes:
        if not self._frames.is_wanted:
            return b""
        return delta_opening(kind, item_id=self.id, output_index=self._place, **members)


class OpenMessage(OpenItem):
    """Its parts come one after the other."""

    __slots__ = ("_annotations", "_content", "_is_refusal")

    def __init__(self, item_id: str, place: int, frames: Frames) -> None:
        super().__init__(item_id, place, frames)
        self._content: list[dict[str, Any]] = []
        self._annotations: list[Mapping[str, Any]] = []
        self._is_refusal = False

    def begin_part(self, *, is_refusal: bool) -> None:
        self.end_part()
        self._pieces, self._annotations, self.text_chars = [], [], 0
        self._is_refusal, self._part_is_open = is_refusal, True
        if not self._frames.is_wanted:
            return
        at = len(self._content)
        self._tell("response.content_part.added", content_index=at, part=self._part(""))
        if is_refusal:
            self._opening = self._delta("response.refusal.delta", content_index=at)
        else:
            self._opening = self._delta("response.output_text.delta", content_index=at, logprobs=[])

    def annotate(self, annotation: Mapping[str, Any]) -> None:
        self._tell(
            "response.output_text.annotation.added",
            content_index=len(self._content),
            annotation_index=len(self._annotations),
            annotation=annotation,
        )
        self._annotations.append(annotation)

    @override
    def _end_part(self) -> None:
        text = self._text()
        part = self._part(text)
        if self._frames.is_wanted:
            self._tell_part(text, part)
        self._content.append(part)

    def _tell_part(self, text: str, part: Mapping[str, Any]) -> None:
        at = len(self._content)
        if self._is_refusal:
            self._tell("response.refusal.done", content_index=at, refusal=text)
        else:
            self._tell("response.output_text.done", content_index=at, text=text, logprobs=[])
        self._tell("response.content_part.done", content_index=at, part=part)

    def _part(self, text: str) -> dict[str, Any]:
        if self._is_refusal:
            return {"type": "refusal", "refusal": text}
        return {
            "type": "output_text",
            "annotations": list(self._annotations),
            "logprobs": [],
            "text": text,
        }

    @override
    def _form(self, status: str) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": "message",
            "status": status,
            "role": "assistant",
            "content": self._content,
        }


class OpenReasoning(OpenItem):
    """A summary of one part, if there is any text."""

    __slots__ = ("signature",)

    def __init__(self, item_id: str, place: int, frames: Frames) -> None:
        super().__init__(item_id, place, frames)
        self.signature: Signature | None = None

    @override
    def grow(self, more: str) -> None:
        if not self._pieces:
            self._part_is_open = True
            part = {"type": "summary_text", "text": ""}
            self._tell("response.reasoning_summary_part.added", summary_index=0, part=part)
            self._opening = self._delta("response.reasoning_summary_text.delta", summary_index=0)
        super().grow(more)

    @override
    def _end_part(self) -> None:
        text = self._text()
        part = {"type": "summary_text", "text": text}
        self._tell("response.reasoning_summary_text.done", summary_index=0, text=text)
        self._tell("response.reasoning_summary_part.done", summary_index=0, part=part)

    @override
    def _form(self, status: str) -> dict[str, Any]:
        item = reasoning_item(self._text(), self.signature, SealOf.THINKING)
        return {"id": self.id, **item}


class OpenCall(OpenItem):
    """Of a function, or of a custom tool with its free text."""

    __slots__ = ("_call", "_is_custom")

    def __init__(self, call: ToolCall, answer_id: str, place: int, frames: Frames) -> None:
        self._call = call
        self._is_custom = call.kind is CallKind.CUSTOM
        prefix = "ctc" if self._is_custom else "fc"
        super().__init__(f"{prefix}_{answer_id}_{place}", place, frames)
        self._part_is_open = True
        self._opening = self._delta(f"response.{self._word}.delta")

    @property
    def _word(self) -> str:
        return "custom_tool_call_input" if self._is_custom else "function_call_arguments"

    @override
    def _end_part(self) -> None:
        if not self._is_custom and not self._text().strip():
            self._pieces = []
            self.grow("{}")
        whole: dict[str, Any] = {"input" if self._is_custom else "arguments": self._text()}
        if not self._is_custom:
            whole["name"] = self._call.name
        self._tell(f"response.{self._word}.done", **whole)

    @override
    def _form(self, status: str) -> dict[str, Any]:
        call = self._call
        item: dict[str, Any] = {
            "id": self.id,
            "type": "custom_tool_call" if self._is_custom else "function_call",
            "status": status,
            "call_id": given_id(call.id),
            "name": call.name,
            "input" if self._is_custom else "arguments": self._text(),
        }
        if call.namespace is not None:
            item["namespace"] = call.namespace
        return item
