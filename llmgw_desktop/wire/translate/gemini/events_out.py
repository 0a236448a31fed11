"""Events become the stream of a Gemini answer: an object for each delta.

With `alt=sse` in the caller's address the objects are server-sent events, else a JSON array that
grows. The reason to finish stands in the last object alone, usage in every one since it is known.
"""

from urllib.parse import parse_qs

import orjson

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    AnswerBegun,
    AnswerEvent,
    AnswerFailed,
    ItemGrew,
    Stop,
    UsageTold,
)
from llmgw_desktop.domain.model.content import (
    Citation,
    Item,
    RedactedThinking,
    Refusal,
    Signature,
    Text,
    Thinking,
    ToolCall,
)
from llmgw_desktop.domain.usage import UNKNOWN_USAGE
from llmgw_desktop.wire.gemini import error_body, status_of_kind
from llmgw_desktop.wire.translate.answer_events import InTurn, take
from llmgw_desktop.wire.translate.carriers import SealOf
from llmgw_desktop.wire.translate.codec import RequestContext
from llmgw_desktop.wire.translate.gemini.answer_out import (
    Part,
    call_part,
    finish_word,
    parts_of,
    sealed,
    usage_metadata,
)
from llmgw_desktop.wire.translate.gemini.candidates import grounding
from llmgw_desktop.wire.translate.gemini.part_contents import Keeper, wants_thoughts
from llmgw_desktop.wire.translate.losses import Feature, LossReport

_MOST_HELD = 64 * 1024 * 1024
_HEAD = b'{"candidates":[{"content":{"parts":['
_MIDDLE = b'],"role":"model"}'
_TEXT_HEAD = b'data: %b{"text":' % _HEAD
"""How an event begins that tells more of a text and nothing else."""


class GeminiEventWriter:
    """One answer's stream; what a client reads as one text is never torn by another item."""

    def __init__(self, asked: RequestContext, losses: LossReport) -> None:
        self._asked = asked
        self._losses = losses
        self._is_sse = asks_for_events(asked.query)
        self._in_turn = InTurn()
        self._item: Text | Thinking | Refusal | ToolCall | None = None
        self._held = 0
        self._pieces: list[str] = []
        """Of the item that is open: arguments, thinking, or a text that may yet be cited."""
        self._cited: list[tuple[Citation, int, str]] = []
        self._placed = 0
        """So many of them know their text."""
        self._text_bytes = 0
        self._has_malformed_call = False
        self._keeper = Keeper()
        self._shows_thoughts = wants_thoughts(asked.prompt.reasoning)
        self._usage = UNKNOWN_USAGE
        self._id = asked.answer_id
        self._foot = self._text_foot = b""
        self._is_first = True
        self._build_foot()

    @property
    def content_type(self) -> str:
        return "text/event-stream" if self._is_sse else "application/json; charset=UTF-8"

    def write(self, event: AnswerEvent) -> bytes:
        return b"".join([take(self, each) for each in self._in_turn.feed(event)])

    def grow(self, index: int, more: str) -> bytes:
        if index == self._in_turn.shown:
            return self.grow_item(index, more)
        return self.write(ItemGrew(index=index, more=more))

    def fail(self, message: str, kind: str) -> bytes:
        return self._failure(message, status_of_kind(kind))

    def cite(self, index: int, citation: Citation) -> bytes:
        self._cited.append((citation, self._text_bytes, ""))
        return b""

    def tell_usage(self, told: UsageTold) -> bytes:
        self._usage = told.usage
        self._build_foot()
        return b""

    def begin(self, begun: AnswerBegun) -> bytes:
        self._id = begun.id or self._asked.answer_id
        self._build_foot()
        return b""

    def grow_item(self, index: int, more: str) -> bytes:
        item = self._item
        self._pieces.append(more)
        self._held += len(more)
        if self._held > _MOST_HELD:
            raise UpstreamGarbage("The provider's answer is longer than any answer.")
        if type(item) is ToolCall or not more:
            return b""
        if self._is_sse and type(item) is Text:
            return _TEXT_HEAD + orjson.dumps(more) + self._text_foot
        if type(item) is Thinking:
            return self._thought({"text": more, "thought": True})
        return self._chunk({"text": more})

    def begin_item(self, index: int, item: Item) -> bytes:
        if isinstance(item, RedactedThinking) and not self._shows_thoughts:
            self._keeper.note(item)
            return b""
        if not isinstance(item, Text | Thinking | Refusal | ToolCall):
            written = parts_of(item, self._losses, self._keeper) or []
            return b"".join([self._chunk(part) for part in written])
        self._item = item
        self._pieces = []
        if isinstance(item, Refusal):
            self._losses.lost(Feature.REFUSAL)
        # items begin empty; what one brings all the same is its first piece
        begun = item.arguments if isinstance(item, ToolCall) else item.text
        return self.grow_item(index, begun) if begun else b""

    def end_item(self, index: int, signature: Signature | None) -> bytes:
        item, self._item = self._item, None
        if item is None or isinstance(item, Refusal):
            return b""
        signature = signature or item.signature
        if isinstance(item, ToolCall):
            return self._end_call(item, signature)
        if isinstance(item, Text):
            self._note_text()
        if signature is None:
            return b""
        if isinstance(item, Thinking):
            self._keeper.note(Thinking(text="".join(self._pieces), signature=signature))
            return self._thought(sealed({"text": "", "thought": True}, signature, SealOf.THINKING))
        return self._chunk(sealed({"text": ""}, signature, SealOf.TEXT))

    def _end_call(self, item: ToolCall, signature: Signature | None) -> bytes:
        whole = ToolCall(
            id=item.id,
            name=item.name,
            arguments="".join(self._pieces),
            kind=item.kind,
            signature=signature,
        )
        part = call_part(whole, self._losses, self._keeper)
        self._has_malformed_call = self._has_malformed_call or part is None
        return b"" if part is None else self._chunk(part)

    def _note_text(self) -> None:
        """The citations of this text get to know it."""
        text = "".join(self._pieces)
        fresh = self._cited[self._placed :]
        self._cited[self._placed :] = [(citation, base, text) for citation, base, _ in fresh]
        self._placed = len(self._cited)
        self._text_bytes += len(text.encode(errors="replace"))

    def end(self, stop: Stop) -> bytes:
        is_malformed = self._has_malformed_call
        reason = finish_word(stop, has_malformed_call=is_malformed, losses=self._losses)
        about = b',"finishReason":"%b"' % reason.encode()
        if any(citation.url is None for citation, _, _ in self._cited):
            self._losses.lost(Feature.CITATIONS)
        if told := grounding(self._cited):
            about += b',"groundingMetadata":' + orjson.dumps(told)
        last = self._chunk({"text": ""}, about)
        return last if self._is_sse else last + b"]"

    def break_off(self, failed: AnswerFailed) -> bytes:
        return self._failure(failed.message, failed.status or status_of_kind(failed.kind))

    def _failure(self, message: str, status: int) -> bytes:
        body = error_body(status, message)
        return self._framed(body) if self._is_sse else self._framed(body) + b"]"

    def _thought(self, part: Part) -> bytes:
        """Who did not ask gets it on the next call alone, from the keeper."""
        return self._chunk(part) if self._shows_thoughts else b""

    def _chunk(self, part: Part, about: bytes = b"") -> bytes:
        return self._framed(b"".join((_HEAD, orjson.dumps(part), _MIDDLE, about, self._foot)))

    def _framed(self, body: bytes) -> bytes:
        if self._is_sse:
            return b"data: %b\r\n\r\n" % body
        opening = b"[" if self._is_first else b",\r\n"
        self._is_first = False
        return opening + body

    def _build_foot(self) -> None:
        """What stands behind the parts of every object."""
        about: dict[str, object] = {}
        if self._usage != UNKNOWN_USAGE:
            about["usageMetadata"] = usage_metadata(self._usage)
        about["modelVersion"] = self._asked.model
        about["responseId"] = self._id
        self._foot = b',"index":0}],' + orjson.dumps(about)[1:]
        self._text_foot = b"}%b%b\r\n\r\n" % (_MIDDLE, self._foot)


def asks_for_events(query: str) -> bool:
    """Whether the address asks for server-sent events."""
    asked = parse_qs(query)
    return any("sse" in asked.get(name, ()) for name in ("alt", "$alt"))
