"""A server's answer, streamed or whole, as events.

Both ways go through the same hands (`pieces_in.py`): a whole message is one large delta.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson

from llmgw_desktop.domain.answer import (
    Answer,
    AnswerEvent,
)
from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.answer_facts import error_in, parse_answer
from llmgw_desktop.wire.json_scan import parse_object
from llmgw_desktop.wire.sse import SseSplitter
from llmgw_desktop.wire.translate.collect import collected
from llmgw_desktop.wire.translate.frame_data import MOST_UNSEEN_BYTES, quick_data_of
from llmgw_desktop.wire.translate.names import ToolNames
from llmgw_desktop.wire.translate.openai_chat.growing_in import Grow
from llmgw_desktop.wire.translate.openai_chat.pieces_in import Pieces
from llmgw_desktop.wire.translate.repeated_frame import RepeatedFrame

_DONE = b"[DONE]"
_LONGEST_FRAME = 32 * 1024 * 1024
"""A frame may hold an image."""
_MOST_BYTES = 64 * 1024 * 1024
_END_OF_FRAME = b"\n\n"


def read_answer(body: bytes, names: ToolNames) -> Answer:
    """A whole one. Some servers stream though nobody asked for it."""
    if body[:64].lstrip()[:5] in (b"data:", b"event") or body[:1] == b":":
        reader = ChatEventReader(names)
        return collected([*reader.feed(body), *reader.finish()])
    payload = parse_answer(body)
    events: list[AnswerEvent] = []
    _whole(payload, names, events)
    return collected(events)


def _whole(payload: Mapping[str, Any], names: ToolNames, events: list[AnswerEvent]) -> None:
    error = error_in(payload)
    if error is not None:
        raise UpstreamGarbage(f"The provider answered with an error: {error}")
    pieces = Pieces(names)
    if pieces.choice_in(payload) is None:
        raise UpstreamGarbage("The provider's answer has no choices.")
    if not pieces.feed(payload, events):
        pieces.close(events, otherwise="stop")


class ChatEventReader:
    """Of one streamed answer."""

    __slots__ = (
        "_bytes",
        "_is_done",
        "_is_over",
        "_pieces",
        "_repeated",
        "_splitter",
        "_whole",
        "grown",
    )

    _repeated: RepeatedFrame[Grow]

    def __init__(self, names: ToolNames) -> None:
        self._splitter = SseSplitter(_LONGEST_FRAME)
        self._pieces = Pieces(names)
        self._repeated = RepeatedFrame()
        self._whole: list[bytes] | None = None
        """A whole answer in the place of a stream: its bytes."""
        self._bytes = 0
        self._is_done = False
        """[DONE] came. Some servers tell the usage after it."""
        self._is_over = False
        self.grown = -1

    def feed(self, chunk: bytes) -> list[AnswerEvent]:
        events: list[AnswerEvent] = []
        if self._bytes == 0 and not self._is_over:
            chunk = chunk.lstrip()
            self._whole = [] if chunk[:1] == b"{" else None
        self._bytes += len(chunk)
        if self._whole is not None:
            self._whole.append(chunk)
            if self._bytes > _MOST_BYTES:
                raise UpstreamGarbage("The provider's answer is longer than any answer.")
            return events
        for frame in self._splitter.feed(chunk):
            self._read(frame, events)
        if self._is_done and not self._is_over:
            self._close(events)
        if self._splitter.has_overflowed:
            raise UpstreamGarbage("The provider's stream has an event without an end.")
        is_between = self._pieces.has_said(events) and self._splitter.is_between(chunk)
        self.grown = self._repeated.settle(events, is_between=is_between)
        return events

    def more(self, chunk: bytes) -> str:
        words = self._repeated.more_in(chunk)
        if words:
            self._pieces.said.note(words)
        return words

    def finish(self) -> list[AnswerEvent]:
        events: list[AnswerEvent] = []
        if self._whole is not None and not self._is_over:
            return self._read_whole(b"".join(self._whole))
        try:
            self._read(self._splitter.tail, events)
        except UpstreamGarbage:
            # half a frame: the stream was cut
            return []
        if not self._is_over:
            self._close(events)
        return events

    def _close(self, events: list[AnswerEvent]) -> None:
        self._is_over = True
        self._pieces.close(events)

    def _read_whole(self, body: bytes) -> list[AnswerEvent]:
        self._is_over = True
        events: list[AnswerEvent] = []
        try:
            payload = parse_answer(body)
        except UpstreamGarbage:
            return events  # as half a frame is
        _whole(payload, self._pieces.names, events)
        return events

    def _read(self, frame: bytes, events: list[AnswerEvent]) -> None:
        if self._is_over or self._is_done:
            self._read_late(frame, events)
            return
        if words := self._repeated.words_in(frame):
            self._repeated.grows(words, events)
            return
        data = quick_data_of(frame)
        if not data or data.isspace():
            return
        if data[:6] == _DONE:
            self._is_done = True
            return
        try:
            is_short = len(data) <= MOST_UNSEEN_BYTES
            payload = orjson.loads(data) if is_short else _parsed(data)
        except orjson.JSONDecodeError:
            payload = _parsed(data)
        if type(payload) is not dict:
            raise UpstreamGarbage("The provider's stream has an event that is no JSON object.")
        self._is_over = self._pieces.feed(payload, events)
        self._repeated.learn(frame, payload, self._pieces.growing, quick_data_of)

    def _read_late(self, frame: bytes, events: list[AnswerEvent]) -> None:
        """What comes after the end is read for its usage alone."""
        if frame.count(b'"usage"'):
            with suppress(ValueError):
                self._pieces.tell_usage(parse_object(quick_data_of(frame)), events)


def _parsed(data: bytes) -> dict[str, Any]:
    """Lone surrogates are read as other JSON is; anything else that fails is garbage."""
    try:
        return parse_object(data)
    except ValueError as error:
        raise UpstreamGarbage(f"The provider's stream has an event that is {error}.") from None
