"""How a run of a CLI is told, inside the gateway: server-sent events, each one JSON object.

Who runs the CLI writes them, the codec reads them; both sides are here. An object has one member
that says what it is:

    {"begun": {"id": …, "model": …}}   first, once
    {"text": …}, {"thinking": …}       more of the answer
    {"usage": {…}, "cost_usd": …}      at any time after that
    {"ended": {"stop": …}}             last; or instead, at any time:
    {"error": {"message": …, "type": …, "code": …}}
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import orjson

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemBegun,
    ItemEnded,
    ItemGrew,
    Stop,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.model.content import Text, Thinking
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.answer_facts import count_in, object_in, word_in
from llmgw_desktop.wire.sse import SseSplitter, event_in, quick_data_of

_LONGEST_PIECE = 1 << 16
_LONGEST_FRAME = 1 << 23
"""Far more than a piece takes, however it is escaped."""
_LONGEST_ERROR = 2000
_COUNTS = tuple(each.name for each in fields(Usage) if each.name.endswith("_tokens"))
_ITEMS: Mapping[str, type[Text] | type[Thinking]] = {"text": Text, "thinking": Thinking}
_HEADS = {name: b'data: {"%b":"' % name.encode() for name in _ITEMS}
_TAIL = b'"}\n\n'
_STOPS: Mapping[str, StopKind] = {
    "max_tokens": StopKind.LENGTH,
    "max_output_tokens": StopKind.LENGTH,
    "length": StopKind.LENGTH,
    "model_context_window_exceeded": StopKind.CONTEXT,
    "model_length": StopKind.CONTEXT,
    "stop_sequence": StopKind.STOP_SEQUENCE,
    "refusal": StopKind.REFUSAL,
    "content_filter": StopKind.REFUSAL,
    "safety": StopKind.REFUSAL,
    "pause_turn": StopKind.PAUSE,
}
"""All other words mean the end. So does a call of a tool: it was one of the agent's own."""


class CliFrames:
    """What is said in them; the order is the caller's business."""

    @staticmethod
    def begun(answer_id: str, model: str) -> bytes:
        return _frame({"begun": {"id": answer_id, "model": model}})

    @staticmethod
    def text(more: str) -> bytes:
        return _grown("text", more)

    @staticmethod
    def thinking(more: str) -> bytes:
        return _grown("thinking", more)

    @staticmethod
    def usage(usage: Usage, cost_usd: float | None = None) -> bytes:
        """Of the whole run so far; what is unknown is left out."""
        known = {name: count for name, count in asdict(usage).items() if count is not None}
        cost = {} if cost_usd is None else {"cost_usd": cost_usd}
        return _frame({"usage": known, **cost})

    @staticmethod
    def ended(stop_reason: str | None = None) -> bytes:
        """In the CLI's own word."""
        return _frame({"ended": {"stop": stop_reason}})

    @staticmethod
    def failed(message: str, kind: str = "", status: int | None = None) -> bytes:
        """As vendors tell errors inside streams; `status` is what an answer would have had."""
        error: dict[str, Any] = {"message": message, "type": kind}
        return _frame({"error": error if status is None else {**error, "code": status}})


class CliEventReader:
    """Of one run."""

    __slots__ = ("_begun", "_index", "_is_over", "_open", "_ready", "_splitter", "grown")

    def __init__(self) -> None:
        self._splitter = SseSplitter(_LONGEST_FRAME)
        self._begun = False
        self._is_over = False
        self._index = -1
        self._open = ""
        """The name of what grows."""
        self._ready = b""
        """How a chunk begins that is one frame and lets it grow; empty where none would do."""
        self.grown = -1

    def feed(self, chunk: bytes) -> list[AnswerEvent]:
        events: list[AnswerEvent] = []
        for frame in self._splitter.feed(chunk):
            self._read(frame, events)
        if self._splitter.has_overflowed:
            raise UpstreamGarbage("The CLI's run is told with a piece larger than any answer.")
        is_ready = self._open and self._splitter.is_between(chunk)
        self._ready = _HEADS[self._open] if is_ready else b""
        self.grown = self._index if is_ready else -1
        return events

    def more(self, chunk: bytes) -> str:
        head = self._ready
        if not head or not chunk.startswith(head) or not chunk.endswith(_TAIL):
            return ""
        try:
            # one whole string with its quotes, or the parser refuses
            words: str = orjson.loads(chunk[len(head) - 1 : -3])
        except orjson.JSONDecodeError:
            return ""
        return words

    def finish(self) -> list[AnswerEvent]:
        events: list[AnswerEvent] = []
        try:
            self._read(self._splitter.tail, events)
        except UpstreamGarbage:
            return []  # half a frame: the run was cut
        return events

    def _read(self, frame: bytes, events: list[AnswerEvent]) -> None:
        data = quick_data_of(frame)
        if self._is_over or not data:  # a comment says that the run is alive
            return
        told = event_in(data)
        if "error" in told:
            self._is_over, self._open = True, ""
            events.append(_failure(object_in(told, "error")))
        elif "begun" in told:
            self._begin(object_in(told, "begun"), events)
        elif not self._begun:
            raise UpstreamGarbage("The CLI's run is told without its beginning.")
        else:
            self._go_on(told, events)

    def _begin(self, told: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        if self._begun:
            raise UpstreamGarbage("The CLI's run is told to have begun twice.")
        self._begun = True
        events.append(AnswerBegun(id=word_in(told, "id") or "", model=word_in(told, "model") or ""))

    def _go_on(self, told: Mapping[str, Any], events: list[AnswerEvent]) -> None:
        name = next((name for name in _ITEMS if name in told), "")
        if name:
            self._grow(name, told[name], events)
        elif "usage" in told:
            counts = object_in(told, "usage")
            tokens: Any = {each: count_in(counts, each) for each in _COUNTS}
            usage = Usage(**tokens)
            events.append(UsageTold(usage=usage, cost_usd=_cost(told.get("cost_usd"))))
        elif "ended" in told:
            self._close(events)
            self._is_over = True
            events.append(AnswerEnded(stop=_stop(word_in(object_in(told, "ended"), "stop"))))
        else:
            raise UpstreamGarbage("The CLI's run is told in a way that is not known.")

    def _grow(self, name: str, more: object, events: list[AnswerEvent]) -> None:
        if not isinstance(more, str):
            raise UpstreamGarbage(f"The CLI's run is told with a {name} that is no text.")
        if not more:
            return
        if self._open != name:
            self._close(events)
            self._open = name
            self._index += 1
            events.append(ItemBegun(index=self._index, item=_ITEMS[name](text="")))
        events.append(ItemGrew(index=self._index, more=more))

    def _close(self, events: list[AnswerEvent]) -> None:
        if self._open:
            self._open = ""
            events.append(ItemEnded(index=self._index))


def _grown(name: str, more: str) -> bytes:
    """In several frames where it is long, as of a CLI that tells its answer in one piece."""
    if len(more) <= _LONGEST_PIECE:
        return _frame({name: more})
    begins = range(0, len(more), _LONGEST_PIECE)
    return b"".join([_frame({name: more[at : at + _LONGEST_PIECE]}) for at in begins])


def _frame(told: Mapping[str, Any]) -> bytes:
    try:
        return b"data: %b\n\n" % orjson.dumps(told)
    except orjson.JSONEncodeError:
        return b"data: %b\n\n" % orjson.dumps(_encodable(told))


def _encodable(told: Any) -> Any:
    """Without the lone halves of characters that JSON can escape and nothing can encode."""
    if isinstance(told, str):
        return told.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(told, dict):
        return {name: _encodable(each) for name, each in told.items()}
    return told


def _cost(told: object) -> float | None:
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    cost = float(told) if is_number else math.nan  # type: ignore[arg-type]
    return cost if 0 <= cost < math.inf else None


def _stop(word: str | None) -> Stop:
    return Stop(kind=_STOPS.get((word or "").lower(), StopKind.END), vendor_word=word)


def _failure(told: Mapping[str, Any]) -> AnswerFailed:
    message = told.get("message")
    status = told.get("code")
    return AnswerFailed(
        message=str(message or "The CLI failed without a word.")[:_LONGEST_ERROR],
        kind=word_in(told, "type") or "",
        status=status if type(status) is int and 400 <= status <= 599 else None,
    )
