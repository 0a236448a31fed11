"""Anthropic Messages: reads requests and answers, writes model lists and errors.

Bodies and streams are relayed untouched by others; here a copy is read. Which error gets which
status and words stands in `wire/errors.py`.
"""

import time
from collections.abc import Sequence
from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.answer_facts import (
    AnswerFacts,
    error_in,
    object_in,
    parse_answer,
    word_in,
)
from llmgw_desktop.wire.json_scan import locate_member, parse_object, read_object
from llmgw_desktop.wire.models import ModelEntry
from llmgw_desktop.wire.sse import SseSplitter, data_of, event_of
from llmgw_desktop.wire.usages.anthropic import StreamedUsage, usage_of

API_VERSION = "2023-06-01"

_END_OF_DATES_S = 253_402_300_799
"""The last second of the year 9999; what comes after has no date in this notation."""

_STREAM_ERROR_TYPES = {
    "upstream_timeout": "timeout_error",
    "malformed_request": "invalid_request_error",
}


def read_request(body: bytes) -> tuple[dict[str, Any], str, bool]:
    """The top-level fields, the model, and whether a stream is asked for.

    Everything that we do not act on passes unread. A second `model` at the top level is refused:
    we would route by one and the vendor could serve the other.
    """
    fields = read_object(body)
    model = fields.get("model")
    if not isinstance(model, str) or not model:
        raise MalformedRequest("a model name is required, as a string", path="model")
    locate_member(body, "model", fields)
    streaming = fields.get("stream", False)
    if not isinstance(streaming, bool):
        raise MalformedRequest("must be true or false", path="stream")
    return fields, model, streaming


class StreamReader:
    """Reads a copy of a streamed answer for its figures; never raises, whatever comes.

    Only message_start, message_delta, message_stop and error frames are parsed; the deltas in
    between, nearly all of a stream, cost a search for those names.
    """

    __slots__ = ("_splitter", "_told", "error_text", "is_complete", "model", "stop_reason")

    answer_id: str | None = None
    """Nobody goes on from an answer of this protocol by its id."""
    next_number = 0
    """Nobody numbers its events."""

    def __init__(self) -> None:
        self._splitter = SseSplitter()
        self._told = StreamedUsage()
        self.stop_reason: str | None = None
        self.model: str | None = None
        self.is_complete = False
        """message_stop came: the vendor said that this is all."""
        self.error_text: str | None = None
        """An error event came inside the stream."""

    @property
    def usage(self) -> Usage:
        return self._told.usage

    @property
    def has_finish(self) -> bool:
        """A stop reason came, with or without the terminal event."""
        return self.stop_reason is not None

    @property
    def tail(self) -> bytes:
        """The frame that has begun and not ended; `stream_error` wants it."""
        return self._splitter.tail

    def feed(self, chunk: bytes) -> None:
        if not _is_telling(chunk) and self._splitter.is_whole(chunk):
            return
        for frame in self._splitter.feed(chunk):
            if _is_telling(frame):
                self._read(frame)

    def finish(self) -> None:
        """The stream ended by itself: what is left counts as a frame, blank line or not."""
        tail = self._splitter.tail
        if _is_telling(tail):
            self._read(tail)

    def _read(self, frame: bytes) -> None:
        data = data_of(frame)
        try:
            event = parse_object(data)
        except ValueError:
            event = {}
        kind = event.get("type")
        if kind == "message_start":
            message = object_in(event, "message")
            self.model = word_in(message, "model") or self.model
            self._told.start(object_in(message, "usage"))
        elif kind == "message_delta":
            reason = word_in(object_in(event, "delta"), "stop_reason")
            self.stop_reason = reason or self.stop_reason
            self._told.add(object_in(event, "usage"))
        elif kind == "message_stop":
            self.is_complete = True
        elif kind == "error" or event_of(frame) == b"error" or "error" in event:
            self._note_error(event, data)

    def _note_error(self, event: dict[str, Any], data: bytes) -> None:
        text = error_in(event)
        if text is None and (event.get("type") == "error" or not event):
            text = data[:2000].decode(errors="replace") or "an error without a message"
        self.error_text = self.error_text or text


def read_answer(body: bytes) -> AnswerFacts:
    """The facts of an answer that is not streamed; UpstreamGarbage if it is not a JSON object."""
    answer = parse_answer(body)
    return AnswerFacts(
        usage=usage_of(object_in(answer, "usage")),
        stop_reason=word_in(answer, "stop_reason"),
        model=word_in(answer, "model"),
        error_text=error_in(answer),
    )


def error_body(kind: str, message: str, request_id: str = "") -> bytes:
    """The vendor's error envelope; `kind` is one of the vendor's words."""
    envelope: dict[str, object] = {"type": "error", "error": {"type": kind, "message": message}}
    if request_id:
        envelope["request_id"] = request_id
    return orjson.dumps(envelope)


def stream_error(message: str, kind: str, *, tail: bytes = b"", number: int = 0) -> bytes:
    """What ends a broken stream honestly: an error event and no message_stop.

    `kind` is that of our error. `tail` is what the client has got of an unfinished frame
    (StreamReader.tail): the event takes that frame over, because event names that come later in a
    frame win. Closed with a blank line instead, the torn frame would be read as an event, and
    clients would die of its half JSON before they see the error.
    """
    del number  # events of this protocol have none
    joint = b"" if not tail or tail.endswith((b"\n", b"\r")) else b"\n"
    body = error_body(_STREAM_ERROR_TYPES.get(kind, "api_error"), message)
    return b"%bevent: error\ndata: %b\n\n" % (joint, body)


def model_list(models: Sequence[ModelEntry]) -> bytes:
    page = {
        "data": [_model_object(model) for model in models],
        "has_more": False,
        "first_id": models[0].id if models else None,
        "last_id": models[-1].id if models else None,
    }
    return orjson.dumps(page)


def model_entry(model: ModelEntry) -> bytes:
    return orjson.dumps(_model_object(model))


def _model_object(model: ModelEntry) -> dict[str, object]:
    # the vendor's own word for an unknown release date is the epoch
    released = time.gmtime(min(max(model.created_s or 0, 0), _END_OF_DATES_S))
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.shown_name,
        "created_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", released),
        "lifecycle": "active",
        "x_gateway": model.gateway_facts,
    }


def _is_telling(piece: bytes) -> bool:
    """Whether one of the frames in it may hold something to read."""
    # count() where `in` would do: to bytes that tries first whether the left side is a number
    told = piece.count(b'"message_') or piece.count(b'"error"') or piece.count(b"event: error")
    return told > 0
