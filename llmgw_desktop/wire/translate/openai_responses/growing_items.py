"""Items of an answer while they grow in a stream: what has been told of them, and what is missing.

Servers may leave out any event but the last; each item is made whole from whatever tells it first,
and nothing is told twice. Messages and tool calls are in files of their own.
"""

from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.content import Hosted, Signature, Thinking, Vendor
from llmgw_desktop.wire.translate.openai_responses import hosted
from llmgw_desktop.wire.translate.openai_responses.growing_call import GrowingCall
from llmgw_desktop.wire.translate.openai_responses.growing_message import GrowingMessage
from llmgw_desktop.wire.translate.openai_responses.reasoning import BETWEEN_PARTS
from llmgw_desktop.wire.translate.openai_responses.telling import Telling


class GrowingReasoning:
    """One piece of thinking, whatever parts it has; it begins when there is something of it.

    Some servers tell the reasoning itself, some a summary, some both: what comes first is it.
    """

    __slots__ = ("_index", "_part", "_seal", "_source", "_telling", "is_over")

    def __init__(self, telling: Telling, begun: Mapping[str, Any]) -> None:
        self._telling = telling
        self._index: int | None = None
        self._source = ""
        self._part: int | None = None
        self._seal = begun.get("encrypted_content")
        self.is_over = False

    def grow(self, source: str, at: int, more: str) -> None:
        """`source`: `summary` or `content`."""
        if not more or self._source not in ("", source):
            return
        if self._index is None:
            self._index = self._telling.begin(Thinking(text=""))
            self._source, self._part = source, at
        elif at != self._part:
            self._part = at
            more = BETWEEN_PARTS + more
        self._telling.grow(self._index, more)

    def fill(self, source: str, at: int, text: object) -> None:
        """The whole text of a part, for one of which nothing came."""
        if isinstance(text, str) and (self._part is None or at > self._part):
            self.grow(source, at, text)

    def finish(self, whole: Mapping[str, Any]) -> None:
        for source in ("summary", "content"):
            parts = whole.get(source)
            for at, part in enumerate(parts if isinstance(parts, list) else ()):
                if isinstance(part, dict):
                    self.fill(source, at, part.get("text"))
        seal = whole.get("encrypted_content") or self._seal
        is_sealed = isinstance(seal, str) and bool(seal)
        if is_sealed and self._index is None:
            self._index = self._telling.begin(Thinking(text=""))
        if self._index is not None:
            signature = Signature(vendor=Vendor.OPENAI, data=str(seal)) if is_sealed else None
            self._telling.end(self._index, signature)
        self.is_over = True


class OpaqueItem:
    """One that is told when it is complete, as it is."""

    __slots__ = ("_telling", "is_over")

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self.is_over = False

    def finish(self, whole: Mapping[str, Any]) -> None:
        self.is_over = True
        what = whole.get("type")
        if not isinstance(what, str) or not what:
            return
        item = Hosted(vendor=Vendor.OPENAI, what=what, raw=whole, text=hosted.in_words(whole))
        self._telling.calls |= hosted.waits_for_caller(whole)
        self._telling.end(self._telling.begin(item))


GrowingItem = GrowingMessage | GrowingReasoning | GrowingCall | OpaqueItem
