"""Server-sent events, cut out of a byte stream frame by frame as the bytes come.

A frame is everything up to and with its blank line; lines end in \\n, \\r\\n or \\r. What a frame
says is read by the protocols' files.
"""

import re
from collections.abc import Iterable
from typing import Any

import orjson

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.wire.json_edits import parse_object

_FRAME_END = re.compile(rb"(?>\r\n|\n|\r)(?:\r\n|\n|\r(?=.))", re.DOTALL)
"""Two line ends in a row. A \\r that nothing follows yet may be half of a \\r\\n: not decided."""
_LONGEST_END = 4
CR = ord("\r")
"""Bytes are asked for a number three times as fast as for a byte string."""
_LF = ord("\n")
_LINES, _CRLF_LINES = b"\n\n", b"\r\n\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MOST_LINES = 50_000
"""Of one frame. Each is looked at by itself, and a frame may be as long as a picture."""


_SHORT = 1 << 12
"""No reader takes so little for a long frame."""


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

    @property
    def is_empty(self) -> bool:
        """No frame has begun and not ended."""
        return not self._buffer

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

    def plain(self, chunk: bytes) -> bytes | None:
        """The frames that this chunk completes, in one piece, if all lines end alike and none is
        long; else None, and nothing was fed."""
        buffer = self._buffer
        if not buffer and chunk[-2:] == _LINES and CR not in chunk and len(chunk) <= _SHORT:
            return chunk if chunk[-3:-2] != b"\n" else None
        end = _end_of_frames(chunk)
        if end is None or len(buffer) + len(chunk) > min(self._max_frame_bytes, _MOST_LINES):
            return None
        if buffer and (end != _LINES or buffer[-1] == _LF or CR in buffer):
            return None
        stop = chunk.rfind(end) + len(end)
        if stop < len(end):
            buffer += chunk
            return b""
        if chunk[stop - len(end) - 1 : stop - len(end)] == b"\n":
            return None  # of three in a row the first two are the end
        frames = chunk[:stop]
        if buffer:
            frames = bytes(buffer) + frames
            buffer.clear()
        if stop < len(chunk):
            buffer += chunk[stop:]
        return frames

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


def _end_of_frames(piece: bytes) -> bytes | None:
    """What ends each frame in it; None where its lines end in several ways."""
    if CR not in piece:
        return _LINES
    lines = piece.count(b"\r\n")
    is_plain = lines == piece.count(b"\r") == piece.count(b"\n")
    return _CRLF_LINES if is_plain else None


def first_of(frames: bytes) -> bytes:
    """The first of whole frames whose lines end alike."""
    end = _LINES if CR not in frames else _CRLF_LINES
    return frames[: frames.find(end) + len(end)]


def last_of(frames: bytes) -> bytes:
    """The last of them."""
    end = _LINES if CR not in frames else _CRLF_LINES
    start = frames.rfind(end, 0, max(len(frames) - len(end), 0)) + len(end)
    return frames if start < len(end) else frames[start:]


def around(frames: bytes, places: Iterable[int]) -> list[tuple[int, int]]:
    """Where those of whole frames begin and end in which the places are, in their order; all lines
    end alike."""
    end = _LINES if CR not in frames else _CRLF_LINES
    found = []
    stop = 0
    for place in sorted(places):
        if place >= stop:
            start = frames.rfind(end, stop, place) + len(end)
            start = stop if start < len(end) else _after_pairs(frames, start, end)
            stop = frames.find(end, place) + len(end)
            found.append((start, stop))
    return found


def _after_pairs(frames: bytes, start: int, end: bytes) -> int:
    """Of more than two line ends in a row each pair is the end of a frame, from the left."""
    line = end[: len(end) // 2]
    begin = start - len(end)
    while frames[max(begin - len(line), 0) : begin] == line:
        begin -= len(line)
    return start - (start - begin) % len(end)


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
