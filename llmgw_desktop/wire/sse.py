"""Server-sent events, cut out of a byte stream frame by frame as the bytes come.

A frame is everything up to and with its blank line; lines end in \\n, \\r\\n or \\r. What a frame
says is read by the protocols' files.
"""

import re
from typing import Any

import orjson

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.json_edits import parse_object

_FRAME_END = re.compile(rb"(?>\r\n|\n|\r)(?:\r\n|\n|\r(?=.))", re.DOTALL)
"""Two line ends in a row. A \\r that nothing follows yet may be half of a \\r\\n: not decided."""
_LONGEST_END = 4
CR = ord("\r")
"""Bytes are asked for a number three times as fast as for a byte string."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class SseSplitter:
    """Cuts a stream into frames; however its bytes are split into chunks, the frames are the same.

    Nothing is lost: all frames and the tail, joined, are all that was fed. A frame longer than the
    limit comes out in pieces of that length, and `has_overflowed` stays true from then on; so it
    does after a frame of more lines than any event has.
    """

    __slots__ = ("_buffer", "_max_frame_bytes", "has_overflowed")

    def __init__(self, max_frame_bytes: int = 1 << 20) -> None:
        self._buffer = bytearray()
        self._max_frame_bytes = max_frame_bytes
        self.has_overflowed = False

    @property
    def tail(self) -> bytes:
        """What has come of a frame that is not complete."""
        return bytes(self._buffer)

    def is_between(self, chunk: bytes) -> bool:
        """Whether this chunk, the last one fed, ended with a frame whose end is beyond doubt."""
        return not self._buffer and chunk[-1:] == b"\n"

    def is_whole(self, chunk: bytes) -> bool:
        """Whether feeding this chunk would give frames and leave nothing behind; feeds nothing."""
        if self._buffer or len(chunk) > self._max_frame_bytes:
            return False
        if chunk[-2:] == b"\n\n":
            return chunk[-3:-2] not in (b"\n", b"\r")
        return chunk[-4:] == b"\r\n\r\n" and chunk[-5:-4] not in (b"\n", b"\r")

    def feed(self, chunk: bytes) -> list[bytes]:
        """The frames that this chunk completes."""
        if self.is_whole(chunk) and CR not in chunk:
            if chunk.find(b"\n\n") == len(chunk) - 2:
                return [chunk]
            return [frame + b"\n\n" for frame in chunk[:-2].split(b"\n\n")]
        search_from = max(len(self._buffer) - _LONGEST_END + 1, 0)
        self._buffer += chunk
        return self._cut(search_from)

    def _cut(self, search_from: int) -> list[bytes]:
        frames = []
        start = 0
        while True:
            found = _FRAME_END.search(self._buffer, search_from)
            end = found.end() if found else len(self._buffer)
            if end - start > self._max_frame_bytes:
                self.has_overflowed = True
                end = start + self._max_frame_bytes
            elif found is None:
                break
            frame = bytes(memoryview(self._buffer)[start:end])
            self.has_overflowed = self.has_overflowed or _has_too_many_lines(frame)
            frames.append(frame)
            start = search_from = end
        del self._buffer[:start]
        return frames


_MOST_LINES = 50_000
"""Of one frame. Each is looked at by itself, and a frame may be as long as a picture."""


def _has_too_many_lines(frame: bytes) -> bool:
    return len(frame) > _MOST_LINES < frame.count(b"\n") + frame.count(b"\r")


def data_of(frame: bytes) -> bytes:
    """The frame's data lines, joined as the standard says; empty where there are too many."""
    return b"\n".join(_values(frame, b"data"))


def event_of(frame: bytes) -> bytes:
    """The frame's event name, empty when it has none."""
    names = _values(frame, b"event")
    return names[-1] if names else b""


def _values(frame: bytes, name: bytes) -> list[bytes]:
    if _has_too_many_lines(frame):
        return []
    prefix = name + b":"
    found = []
    for line in frame.removeprefix(_BYTE_ORDER_MARK).splitlines():
        if line.startswith(prefix):
            value = line[len(prefix) :]
            found.append(value[1:] if value[:1] == b" " else value)
        elif line == name:
            found.append(b"")
    return found


_MOST_UNSEEN_BYTES = 1 << 20
"""Longer data is looked at before it is parsed: it may be a bomb."""


def event_in(data: bytes) -> dict[str, Any]:
    """The JSON object that a frame's data is; UpstreamGarbage for anything else."""
    if len(data) <= _MOST_UNSEEN_BYTES:
        try:
            event = orjson.loads(data)
        except orjson.JSONDecodeError:
            event = None  # perhaps for lone surrogates, which are read as other JSON is
        if type(event) is dict:
            return event
    try:
        return parse_object(data)
    except ValueError as error:
        raise UpstreamGarbage(f"An event of the provider's stream is {error}.") from None


def quick_data_of(frame: bytes) -> bytes:
    """As `data_of`; quicker for a frame of one data line with or without an event's name before."""
    start = 6
    if frame[:6] != b"data: ":
        start = frame.find(b"\ndata: ") + 7
        if frame[:6] != b"event:" or start != frame.find(b"\n") + 7:
            return data_of(frame)
    if frame.find(b"\n", start) != len(frame) - 2 or CR in frame:
        return data_of(frame)
    return frame[start:-2]
