"""A stream cut into frames with one JSON text each, and nothing of it lost: events, or the members
of one array, as Gemini streams without `alt=sse`."""

import re

from llmgw_desktop.wire.sse import SseSplitter

_MOST_FRAME_BYTES = 64 * 1024 * 1024
_DATA = re.compile(rb"(?:^|[\r\n])(?:\xef\xbb\xbf)?data:[ ]?([^\r\n]*)")
_BLANK = b" \t\r\n"
_MARK = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{}]|"', re.DOTALL)
_QUOTE = b'"'


class Framing:
    """All frames and the tail, joined, are what was fed."""

    def __init__(self, *, is_gemini: bool) -> None:
        self._events: SseSplitter | None = None if is_gemini else _splitter()
        self._buffer = bytearray()
        self._at = self._depth = 0
        self._is_array: bool | None = None if is_gemini else False

    def feed(self, chunk: bytes) -> list[bytes]:
        if self._is_array is None:
            self._buffer += chunk
            begin = bytes(self._buffer.lstrip(_BLANK)[:1])
            if not begin:
                return []
            self._is_array = begin in (b"[", b"{")
            if not self._is_array:
                chunk, self._buffer = bytes(self._buffer), bytearray()
                self._events = _splitter()
        elif self._is_array:
            self._buffer += chunk
        if self._events is not None:
            return self._events.feed(chunk)
        return self._objects()

    @property
    def tail(self) -> bytes:
        return bytes(self._buffer) if self._events is None else self._events.tail

    def json_span(self, frame: bytes) -> tuple[int, int]:
        """Where its JSON stands; nowhere where it has none, or on several lines."""
        if self._is_array:
            start, end = frame.find(b"{"), frame.rfind(b"}") + 1
            return (start, end) if 0 <= start < end else (0, 0)
        found = [*_DATA.finditer(frame)]
        return found[0].span(1) if len(found) == 1 else (0, 0)

    def one_more(self, frame: bytes) -> bytes:
        """A frame like an earlier one, to stand between two others."""
        return b"," + frame[frame.find(b"{") :] if self._is_array else frame

    def _objects(self) -> list[bytes]:
        """Each with what stands before it."""
        frames = []
        done = 0
        for mark in _MARK.finditer(self._buffer, self._at):
            sign = mark[0]
            if sign == _QUOTE:  # its end has not come
                self._at = mark.start()
                break
            self._at = mark.end()
            if sign == b"{":
                self._depth += 1
            elif sign == b"}":
                self._depth -= 1
                if self._depth == 0:
                    frames.append(bytes(self._buffer[done : self._at]))
                    done = self._at
        else:
            self._at = len(self._buffer)
        del self._buffer[:done]
        self._at -= done
        return frames


def _splitter() -> SseSplitter:
    return SseSplitter(_MOST_FRAME_BYTES)
