"""OpenAI Responses and the Codex flavour of it: reads requests and answers, writes stream errors.

Bodies and streams are relayed untouched by others; here a copy is read. Errors that are no stream
and model lists are the same as those of Chat Completions.
"""

import re
from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.answer_facts import (
    AnswerFacts,
    error_in,
    object_in,
    parse_answer,
    word_in,
)
from llmgw_desktop.wire.json_scan import locate_member, parse_object, read_object
from llmgw_desktop.wire.sse import SseSplitter, data_of, event_of
from llmgw_desktop.wire.usages.openai import responses_usage

MOST_FRAME_BYTES = 64 * 1024 * 1024
"""The last event repeats the whole answer, pictures included."""

_TELLING = (
    b"response.c",  # created, completed, cancelled
    b"response.incomplete",
    b'"error"',
    b"response.failed",
    b"event: error",
    b"event:error",
)
_NAME_BYTES = 64
"""Where the name of an event ends that begins a chunk."""

_NUMBER = re.compile(rb'"sequence_number"\s*:\s*(\d{1,18})\s*[,}]')
_ENDS = {"response.completed": "completed", "response.incomplete": "incomplete"}
_FAILURES = ("response.failed", "response.cancelled", "error")


def translated_id(flight_word: str) -> str:
    """Of an answer that we write; the word is that of the flight's own id."""
    return f"resp_{flight_word}"


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
    streaming = fields.get("stream")
    if streaming is not None and not isinstance(streaming, bool):
        raise MalformedRequest("must be true or false", path="stream")
    return fields, model, streaming is True


class StreamReader:
    """Reads a copy of a streamed answer for its figures; never raises, whatever comes.

    Only the first and the last event are parsed; the deltas in between, nearly all of a stream,
    cost a search for those names.
    """

    __slots__ = (
        "_last",
        "_splitter",
        "answer_id",
        "error_text",
        "is_complete",
        "model",
        "stop_reason",
        "usage",
    )

    def __init__(self) -> None:
        self._splitter = SseSplitter(MOST_FRAME_BYTES)
        self._last = b""
        """What came last of whole events."""
        self.usage: Usage = UNKNOWN_USAGE
        self.stop_reason: str | None = None
        """`completed`, or why it is not: `max_output_tokens`, `content_filter`."""
        self.model: str | None = None
        self.answer_id: str | None = None
        self.is_complete = False
        """response.completed or response.incomplete came: the vendor said that this is all."""
        self.error_text: str | None = None
        """The vendor said inside the stream that it failed."""

    @property
    def has_finish(self) -> bool:
        """A reason to stop came; in this protocol only the terminal event tells it."""
        return self.stop_reason is not None

    @property
    def tail(self) -> bytes:
        """The frame that has begun and not ended; `stream_error` wants it."""
        return self._splitter.tail

    def feed(self, chunk: bytes) -> None:
        if not _is_telling(chunk) and self._splitter.is_whole(chunk):
            self._last = chunk
            return
        for frame in self._splitter.feed(chunk):
            self._last = frame
            if _is_telling(frame):
                self._read(frame)

    @property
    def next_number(self) -> int:
        """That of the event after the last whole one."""
        told = _NUMBER.findall(self._last)
        return int(told[-1]) + 1 if told else 0

    def finish(self) -> None:
        """The stream ended by itself: what is left counts as a frame, blank line or not."""
        tail = self._splitter.tail
        if _is_telling(tail):
            self._read(tail, is_tail=True)

    def _read(self, frame: bytes, *, is_tail: bool = False) -> None:
        """A last frame that is torn is no end, whatever its name is."""
        data = data_of(frame)
        try:
            event = parse_object(data)
        except ValueError:
            event = {}
        kind = event.get("type") or event_of(frame).decode(errors="replace")
        if kind in _FAILURES or ("type" not in event and "error" in event):
            self._note_error(event, data)
            self._note(object_in(event, "response"))
        elif kind in _ENDS and (event or not is_tail):
            response = object_in(event, "response")
            self._note(response)
            self.stop_reason = _stop_reason(response) or _ENDS[kind]
            self.is_complete = True
        elif kind == "response.created":
            self._note(object_in(event, "response"))

    def _note(self, response: dict[str, Any]) -> None:
        self.model = word_in(response, "model") or self.model
        self.answer_id = word_in(response, "id") or self.answer_id
        told = responses_usage(response)
        if told != UNKNOWN_USAGE:
            self.usage = told

    def _note_error(self, event: dict[str, Any], data: bytes) -> None:
        text = error_in(object_in(event, "response")) or error_in(event)
        if text is None and isinstance(event.get("message"), str):
            text = error_in({"error": event | {"type": event.get("code")}})
        if text is None:
            text = data[:2000].decode(errors="replace") or "an error without a message"
        self.error_text = self.error_text or text


def read_answer(body: bytes) -> AnswerFacts:
    """The facts of an answer that is not streamed; UpstreamGarbage if it is not a JSON object."""
    answer = parse_answer(body)
    return AnswerFacts(
        usage=responses_usage(answer),
        stop_reason=_stop_reason(answer),
        model=word_in(answer, "model"),
        error_text=error_in(answer),
        answer_id=word_in(answer, "id"),
    )


def stream_error(message: str, kind: str, *, tail: bytes = b"", number: int = 0) -> bytes:
    """What ends a broken stream honestly: an error event and no response.completed.

    `kind` is that of our error, `tail` what the client has got of an unfinished frame
    (StreamReader.tail), `number` the event's (StreamReader.next_number). A frame of which only the
    name has come is taken over; half JSON cannot be taken back in this protocol: the client fails
    on it, which is at least no clean end.
    """
    joint = b"\n\n"
    if b"data" not in tail:
        joint = b"" if not tail or tail.endswith((b"\n", b"\r")) else b"\n"
    return joint + error_frame(message, kind, number)


def error_frame(message: str, code: str, sequence_number: int) -> bytes:
    """The vendor's error event. The official SDKs raise for its `error` member alone, which the
    vendor sends too, beside the members of the documented form."""
    event = {
        "type": "error",
        "sequence_number": sequence_number,
        "code": code,
        "message": message,
        "param": None,
        "error": {"type": "server_error", "code": code, "message": message, "param": None},
    }
    return b"event: error\ndata: %b\n\n" % orjson.dumps(event)


def _stop_reason(response: dict[str, Any]) -> str | None:
    why = word_in(object_in(response, "incomplete_details"), "reason")
    return why or word_in(response, "status")


def _is_telling(piece: bytes) -> bool:
    """Whether one of the frames in it may hold something to read."""
    if piece.find(b".delta\n", 0, _NAME_BYTES) > 0 and piece.find(b"\n\n") == len(piece) - 2:
        # one frame that is named a delta: nearly all of them
        return False
    return any(map(piece.count, _TELLING))
