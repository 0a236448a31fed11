"""The items of an answer in Responses as they are written, one after the other.

Each open item knows its own events; here is which one a piece of the answer goes to.
"""

from typing import Any

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.content import (
    Audio,
    Citation,
    Document,
    Hosted,
    Image,
    Item,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
    Video,
)
from llmgw_desktop.wire.translate.carriers import SealOf
from llmgw_desktop.wire.translate.losses import Feature, LossReport
from llmgw_desktop.wire.translate.openai_responses.open_items import (
    Frames,
    OpenCall,
    OpenItem,
    OpenMessage,
    OpenReasoning,
)
from llmgw_desktop.wire.translate.openai_responses.vendor import annotation_of, reasoning_item

MOST_CHARS = 64 * 1024 * 1024


class Output:
    """Takes the events of items that come in turn."""

    def __init__(self, answer_id: str, frames: Frames, report: LossReport) -> None:
        self._id = answer_id
        self._frames = frames
        self._report = report
        self._open: OpenItem | None = None
        self._growing: int | None = None
        """The pivot's index of what the open item grows by."""
        self._text_seal: Signature | None = None
        """Told at a text's beginning; it is written behind the text all the same."""
        self._chars = 0
        self.items: list[dict[str, Any]] = []
        self.has_refused = False

    def begin(self, index: int, item: Item) -> None:
        self._growing = index
        self._text_seal = item.signature if isinstance(item, Text) else None
        match item:
            case Text() | Refusal():
                self._begin_text(item)
            case Thinking():
                self.close()
                self._open_item(OpenReasoning(self._next_id("rs"), len(self.items), self._frames))
                self.grow(index, item.text)
                self._seal_thinking(item.signature)
            case ToolCall():
                self._begin_call(item)
                self.grow(index, item.arguments)
            case RedactedThinking():
                self._add(reasoning_item("", item.signature, SealOf.REDACTED))
            case Hosted():
                self._add_hosted(index, item)
            case Image():
                self._add_image(item)
            case Document() | Audio() | Video():
                self._report.lost(Feature.OUTPUT_MEDIA)

    def grow(self, index: int, more: str) -> None:
        if index != self._growing or self._open is None or not more:
            return
        self._chars += len(more)
        if self._chars > MOST_CHARS:
            raise UpstreamGarbage("The provider's answer is longer than any answer.")
        self._open.grow(more)

    def cite(self, index: int, citation: Citation) -> None:
        if index != self._growing or type(self._open) is not OpenMessage:
            return
        annotation = annotation_of(citation, self._open.text_chars)
        if annotation is None:
            self._report.lost(Feature.CITATIONS)
        else:
            self._open.annotate(annotation)

    def end(self, index: int, signature: Signature | None) -> None:
        if index != self._growing or self._open is None:
            return
        self._growing = None
        self._open.end_part()
        if type(self._open) is OpenReasoning:
            self._seal_thinking(signature)
            return
        signature = signature if signature is not None else self._text_seal
        if signature is not None:
            of = SealOf.CALL if type(self._open) is OpenCall else SealOf.TEXT
            self._add(reasoning_item("", signature, of, behind=True))

    def close(self, status: str = "completed") -> None:
        """`status` is that of the open item."""
        if self._open is not None:
            self.items.append(self._open.close(status))
            self._open = None

    def _begin_text(self, item: Text | Refusal) -> None:
        is_refusal = isinstance(item, Refusal)
        self.has_refused |= is_refusal
        message = self._open
        if type(message) is not OpenMessage:
            self.close()
            message = OpenMessage(self._next_id("msg"), len(self.items), self._frames)
            self._open_item(message)
        message.begin_part(is_refusal=is_refusal)
        index = self._growing
        if index is not None:
            self.grow(index, item.text)
            for citation in item.citations if isinstance(item, Text) else ():
                self.cite(index, citation)

    def _begin_call(self, call: ToolCall) -> None:
        if call.signature is not None:
            self._add(reasoning_item("", call.signature, SealOf.CALL))
        self.close()
        self._open_item(OpenCall(call, self._id, len(self.items), self._frames))

    def _seal_thinking(self, signature: Signature | None) -> None:
        if signature is not None and type(self._open) is OpenReasoning:
            self._open.signature = signature

    def _open_item(self, item: OpenItem) -> None:
        self._open = item
        item.open()

    def _add(self, item: dict[str, Any], prefix: str = "rs") -> None:
        """One that is whole from the start."""
        self.close()
        whole = {"id": self._next_id(prefix), **item}
        place = len(self.items)
        self._frames.add("response.output_item.added", output_index=place, item=whole)
        self._frames.add("response.output_item.done", output_index=place, item=whole)
        self.items.append(whole)

    def _add_hosted(self, index: int, item: Hosted) -> None:
        if item.vendor is Vendor.OPENAI:
            self._add(dict(item.raw), "item")
            return
        self._report.lost(Feature.HOSTED_ITEM, item.what)
        if item.text:
            self._begin_text(Text(text=item.text))

    def _add_image(self, item: Image) -> None:
        if item.media.data is None:
            self._report.lost(Feature.OUTPUT_MEDIA)
            return
        picture = {
            "type": "image_generation_call",
            "status": "completed",
            "result": item.media.data,
            "output_format": item.media.media_type.removeprefix("image/") or None,
        }
        self._add(picture, "ig")

    def _next_id(self, prefix: str) -> str:
        """After what was open has been closed."""
        return f"{prefix}_{self._id}_{len(self.items)}"
