"""What an accountant takes from a vendor's answer, the same for every protocol.

Where the figures stand in an answer is known to the protocols' files; here is only what they
share: which values are believed, and how much of them is kept.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.json_edits import parse_object
from llmgw_desktop.wire.json_values import parse_json
from llmgw_desktop.wire.sse import SseSplitter

_MOST_TOKENS = 10**12
_LONGEST_WORD = 200
_LONGEST_ERROR = 2000
_LARGEST_ERROR_BYTES = 1 << 20
"""More than this tells of no error; parsed, it could take many times its size in memory."""


class AnswerTold(Protocol):
    """What was read of an answer, whole or streamed."""

    @property
    def usage(self) -> Usage: ...

    @property
    def stop_reason(self) -> str | None: ...

    @property
    def model(self) -> str | None: ...

    @property
    def answer_id(self) -> str | None:
        """Where a later request may go on from the answer by this id."""


@value
class AnswerFacts:
    """Read from a whole answer; None where the vendor was silent."""

    usage: Usage = UNKNOWN_USAGE
    stop_reason: str | None = None
    model: str | None = None
    error_text: str | None = None
    answer_id: str | None = None
    """Where a later request may go on from it by this id."""


class EventStreamReader:
    """Reads a copy of a stream of server-sent events for its figures; never raises, whatever comes.

    Only frames that tell something are parsed; nearly all cost a search for a few names.
    """

    __slots__ = ("_splitter", "answer_id", "error_text", "is_complete", "model", "stop_reason")

    def __init__(self, most_frame_bytes: int = 1 << 20) -> None:
        self._splitter = SseSplitter(most_frame_bytes)
        self.stop_reason: str | None = None
        self.model: str | None = None
        self.answer_id: str | None = None
        """Where a later request may go on from the answer by this id."""
        self.is_complete = False
        """The vendor said that this is all."""
        self.error_text: str | None = None
        """The vendor said inside the stream that it failed."""

    @property
    def has_finish(self) -> bool:
        """A reason to stop came, with or without the terminal event."""
        return self.stop_reason is not None

    @property
    def tail(self) -> bytes:
        """The frame that has begun and not ended; `stream_error` wants it."""
        return self._splitter.tail

    @property
    def next_number(self) -> int:
        """That of the next event, where events are numbered."""
        return 0

    def feed(self, chunk: bytes) -> None:
        if not self._is_telling(chunk) and self._splitter.is_whole(chunk):
            return
        for frame in self._splitter.feed(chunk):
            if self._is_telling(frame):
                self._read(frame)

    def finish(self) -> None:
        """The stream ended by itself: what is left counts as a frame, blank line or not."""
        if self._is_telling(self._splitter.tail):
            self._read(self._splitter.tail)

    def _is_telling(self, piece: bytes) -> bool:
        """Whether one of the frames in it may hold something to read."""
        raise NotImplementedError

    def _read(self, frame: bytes) -> None:
        raise NotImplementedError


def event_or_nothing(data: bytes) -> dict[str, Any]:
    """Empty for what is no JSON object."""
    try:
        return parse_object(data)
    except ValueError:
        return {}


def parse_answer(body: bytes) -> dict[str, Any]:
    """UpstreamGarbage on anything but one JSON object."""
    try:
        return parse_object(body)
    except ValueError as error:
        raise UpstreamGarbage(f"The provider's answer is {error}.") from None


def object_in(parent: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A member that is an object; empty when it is missing or anything else."""
    value = parent.get(name)
    return value if type(value) is dict else {}


def count_in(parent: Mapping[str, Any], *names: str) -> int | None:
    """The first of these members that is a believable count; null and nonsense are no counts."""
    for name in names:
        value = parent.get(name)
        if type(value) is int and 0 <= value <= _MOST_TOKENS:
            return value
    return None


def string_in(parent: Mapping[str, Any], name: str) -> str:
    """A member that is a string; empty when it is missing or anything else."""
    value = parent.get(name)
    return value if type(value) is str else ""


def word_in(parent: Mapping[str, Any], name: str) -> str | None:
    """A member that is a non-empty string, cut to a sane length."""
    value = parent.get(name)
    return value[:_LONGEST_WORD] if isinstance(value, str) and value else None


def error_in(payload: Mapping[str, Any]) -> str | None:
    """`type: message` of an error member, in the shapes that vendors use; None when there is none.

    A false or empty member is no error: some servers send `"error": null` with every chunk. Older
    vLLM servers send the error as the object itself.
    """
    error = payload if payload.get("object") == "error" else payload.get("error")
    if not error:
        return None
    if type(error) is not dict:
        return str(error)[:_LONGEST_ERROR]
    message = error.get("message")
    text = message if isinstance(message, str) and message else "no message"
    kind = error.get("type") or error.get("code")
    return (f"{kind}: {text}" if isinstance(kind, str | int) else text)[:_LONGEST_ERROR]


def told_error(body: bytes) -> str | None:
    """`type: message` of an error answer of any protocol; None for what tells of none."""
    if len(body) > _LARGEST_ERROR_BYTES:
        return None
    try:
        payload = parse_json(body)
    except ValueError:
        return None
    if type(payload) is list and payload:  # Gemini's streams without server-sent events
        payload = payload[0]
    return error_in(payload) if type(payload) is dict else None
