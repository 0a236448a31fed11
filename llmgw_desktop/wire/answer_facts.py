"""What an accountant takes from a vendor's answer, the same for every protocol.

Where the figures stand in an answer is known to the protocols' files; here is only what they
share: which values are believed, and how much of them is kept.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.domain.values import value
from llmgw_desktop.wire.json_edits import parse_object
from llmgw_desktop.wire.json_values import parse_json
from llmgw_desktop.wire.sse import SseSplitter, around, first_of

_MOST_TOKENS = 10**12
_LONGEST_WORD = 200
_LONGEST_ERROR = 2000
_LARGEST_ERROR_BYTES = 1 << 20
"""More than this tells of no error; parsed, it could take many times its size in memory."""


_NULL = re.compile(rb"[ \t\r\n]*:[ \t\r\n]*null")
_ESCAPE = b"\\u00"
_BACKSLASH = ord("\\")
_ESCAPED_NAME = re.compile(rb"\\u00(?:2[eE]|[4-7])")
"""A dot, a letter or an underscore, which nobody needs to escape."""


class TellingNames:
    """What a protocol's events tell by, found without parsing any; for all streams."""

    __slots__ = ("_members", "_words")

    def __init__(self, members: Sequence[str], words: Sequence[bytes]) -> None:
        """`members` tell unless they are null, `words` wherever they stand."""
        names = [b'"%b"' % name.encode() for name in members]
        # as nearly all servers write what is null
        self._members = [(name, name + b":null", name + b": null") for name in names]
        self._words = words

    def places(self, piece: bytes) -> Sequence[int]:
        """Where in a piece of a stream something may be told; most tell nothing."""
        count = piece.count  # `in` is slow: to it a number might stand on its left
        found: Sequence[int] = ()
        for name, null, spaced in self._members:
            some = count(name)
            if some and some != count(null) and some != count(spaced):
                found = [*found, *_told(name, _without(piece, null, spaced))]
        for word in self._words:
            if count(word):
                found = [*found, *_all(word, piece)]
        if _BACKSLASH in piece and count(_ESCAPE):
            found = [*found, *[each.start() for each in _ESCAPED_NAME.finditer(piece)]]
        return found


def _without(piece: bytes, *words: bytes) -> bytes:
    """With blanks in their places."""
    for word in words:
        piece = piece.replace(word, b" " * len(word))
    return piece


def _told(name: bytes, piece: bytes) -> list[int]:
    behind = len(name)
    return [at for at in _all(name, piece) if not _NULL.match(piece, at + behind)]


def _all(word: bytes, piece: bytes) -> list[int]:
    found = []
    at = piece.find(word)
    while at >= 0:
        found.append(at)
        at = piece.find(word, at + 1)
    return found


def has_escaped_name(piece: bytes) -> bool:
    """A name or a word of the protocol may be written in escapes, so that nobody finds it."""
    return _BACKSLASH in piece and _ESCAPED_NAME.search(piece) is not None


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

    _telling: ClassVar[TellingNames]
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

    def feed(self, chunk: bytes) -> bool:
        """Whether the chunk is of whole frames, with none begun before it, that tell nothing."""
        frames = self._splitter.plain(chunk)
        if frames is None:
            for frame in self._splitter.feed(chunk):
                self._look(frame)
            return False
        while frames and self._is_curious:
            first = first_of(frames)
            self._read(first)
            frames = frames[len(first) :]
        if frames and (places := self._telling.places(frames)):
            for start, stop in around(frames, places):
                self._read(frames[start:stop])
            return False
        return frames is chunk

    def finish(self) -> None:
        """The stream ended by itself: what is left counts as a frame, blank line or not."""
        self._look(self._splitter.tail)

    def _look(self, frame: bytes) -> None:
        if self._is_curious or self._telling.places(frame):
            self._read(frame)

    @property
    def _is_curious(self) -> bool:
        """Whether the next frame is read whatever stands in it."""
        return False

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
