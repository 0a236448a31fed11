"""A streamed Gemini answer, cut into its JSON objects, whichever framing the server chose.

With `alt=sse` each object is the data of a server-sent event; without it the answer is one JSON
array that grows, and an error may come as a bare object. The first character tells which. What an
object says is read by others.
"""

import re

from llmgw_desktop.wire.json_values import STRING
from llmgw_desktop.wire.sse import CR, SseSplitter, data_of

_BLANK = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_IN_STRING = re.compile(rb'["\\]')
# a whole string is passed over at once; a quote alone begins one whose end has not come
_MARK = re.compile(STRING + rb'|[{}\[\]"]', re.DOTALL)
_DATA = b"data: "
_LF = ord("\n")


class GeminiFrames:
    """Gives the same objects however the bytes are split into chunks."""

    __slots__ = ("_max_frame_bytes", "_objects", "_sse", "_start")

    def __init__(self, max_frame_bytes: int = 1 << 20) -> None:
        self._max_frame_bytes = max_frame_bytes
        self._sse: SseSplitter | None = None
        self._objects: ObjectSplitter | None = None
        self._start = b""

    @property
    def is_cut(self) -> bool:
        """An array whose end has not come."""
        return self._objects is not None and self._objects.is_open

    @property
    def are_events(self) -> bool:
        """The objects come in server-sent events."""
        return self._sse is not None

    @property
    def has_overflowed(self) -> bool:
        framing = self._sse or self._objects
        return framing is not None and framing.has_overflowed

    @property
    def tail(self) -> bytes:
        """What has come of a frame that is not complete.

        While an array is open it is never empty: `[` before the first object, `}` or `,` after
        one, `{` and more within one.
        """
        if self._sse is not None:
            return self._sse.tail
        return self._objects.tail if self._objects is not None else self._start

    def feed(self, chunk: bytes) -> list[bytes]:
        """The objects that this chunk completes, as JSON."""
        if self._sse is not None:
            plain = _plain_events(chunk) if self._sse.is_whole(chunk) else None
            if plain is not None:
                return plain
            return [data for frame in self._sse.feed(chunk) if (data := data_of(frame))]
        if self._objects is not None:
            return self._objects.feed(chunk)
        self._start += chunk
        return self._begin()

    def finish(self) -> list[bytes]:
        """The last frame of events counts without its blank line."""
        if self._sse is None:
            return []
        data = data_of(self._sse.tail)
        return [data] if data else []

    def _begin(self) -> list[bytes]:
        # blanks may come without end: none of them is kept
        start = self._start = self._start.removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANK)
        if not start or (len(start) < 3 and _BYTE_ORDER_MARK.startswith(start)):
            return []
        self._start = b""
        if start[:1] in (b"[", b"{"):
            self._objects = ObjectSplitter(self._max_frame_bytes)
            return self._objects.feed(start)
        self._sse = SseSplitter(self._max_frame_bytes)
        return self.feed(start)


def _plain_events(chunk: bytes) -> list[bytes] | None:
    """Of a chunk of whole events with one line of data each, as nearly all are; else None."""
    end = b"\r\n\r\n" if chunk[-4:] == b"\r\n\r\n" else b"\n\n"
    found = []
    for event in chunk[: -len(end)].split(end):
        if event[:6] != _DATA or _LF in event or CR in event:
            return None
        found.append(event[6:])
    return found


class ObjectSplitter:
    """Objects of an array, or bare ones, as their closing brackets come."""

    def __init__(self, max_bytes: int, *, keeps_all: bool = False) -> None:
        """`keeps_all`: each object comes with what stands before it; together they and the tail are
        all that was fed, however long."""
        self._max_bytes = max_bytes
        self._keeps_all = keeps_all
        self._buffer = bytearray()
        self._at = 0
        """Up to here the buffer has been looked at."""
        self._start = 0
        """Where the object that is open begins."""
        self._depth = 0
        self._in_string = False
        self._in_array = False
        self._since = b""
        """What the open array needs before another object: `[` or `,` nothing, `}` a comma."""
        self.has_overflowed = False

    @property
    def is_open(self) -> bool:
        return self._in_array or self._depth > 0

    @property
    def tail(self) -> bytes:
        if self._depth or self._keeps_all:
            return bytes(self._buffer[self._start :])
        return self._since if self._in_array else b""

    def feed(self, chunk: bytes) -> list[bytes]:
        self._buffer += chunk
        found: list[bytes] = []
        if not self._in_string or self._leave_string():
            self._walk(found)
        self._forget()
        return found

    def _walk(self, found: list[bytes]) -> None:
        for mark in _MARK.finditer(self._buffer, self._at):
            sign = mark[0]
            if sign == b"{":
                self._start = self._start if self._depth or self._keeps_all else mark.start()
                self._depth += 1
            elif sign == b"}":
                self._close(mark.end(), found)
            elif sign == b'"':
                self._at = mark.end()
                self._in_string = True
                self._leave_string()
                return
            elif not self._depth and len(sign) == 1:
                self._in_array = sign == b"["
                self._since = sign
        self._at = len(self._buffer)

    def _close(self, end: int, found: list[bytes]) -> None:
        if self._depth == 1:
            found.append(bytes(self._buffer[self._start : end]))
            self._start = end
            self._since = b"}"
        self._depth = max(self._depth - 1, 0)

    def _leave_string(self) -> bool:
        """Whether the end of the string that is open has come."""
        while (mark := _IN_STRING.search(self._buffer, self._at)) is not None:
            if mark[0] == b'"':
                self._in_string = False
                self._at = mark.end()
                return True
            if mark.end() == len(self._buffer):  # the escaped character has not come yet
                self._at = mark.start()
                return False
            self._at = mark.end() + 1
        self._at = len(self._buffer)
        return False

    def _forget(self) -> None:
        """What has been given away, and what is longer than any object."""
        keep = self._start
        if self._depth == 0 and not self._keeps_all:
            if b"," in self._buffer[keep : self._at]:
                self._since = b","
            keep = self._at
        if len(self._buffer) - keep > self._max_bytes and not self._keeps_all:
            self.has_overflowed = True
            self._depth, self._in_string = 0, False
            keep = self._at = len(self._buffer)
        del self._buffer[:keep]
        self._at -= keep
        self._start = 0
