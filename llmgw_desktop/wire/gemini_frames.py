"""A streamed Gemini answer, cut into its JSON objects, whichever framing the server chose.

With `alt=sse` each object is the data of a server-sent event; without it the answer is one JSON
array that grows, and an error may come as a bare object. The first character tells which. What an
object says is read by others.
"""

import re

from llmgw_desktop.wire.sse import SseSplitter, data_of

_BLANK = b" \t\r\n"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_IN_STRING = re.compile(rb'["\\]')
_MARK = re.compile(rb'[{}\[\]"]')


class GeminiFrames:
    """Gives the same objects however the bytes are split into chunks."""

    __slots__ = ("_max_frame_bytes", "_objects", "_sse", "_start")

    def __init__(self, max_frame_bytes: int = 1 << 20) -> None:
        self._max_frame_bytes = max_frame_bytes
        self._sse: SseSplitter | None = None
        self._objects: _ObjectSplitter | None = None
        self._start = b""

    @property
    def is_cut(self) -> bool:
        """An array whose end has not come."""
        return self._objects is not None and self._objects.is_open

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
        start = self._start.removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANK)
        if not start or (len(start) < 3 and _BYTE_ORDER_MARK.startswith(start)):
            return []
        begun, self._start = self._start, b""
        if start[:1] in (b"[", b"{"):
            self._objects = _ObjectSplitter(self._max_frame_bytes)
            return self._objects.feed(start)
        self._sse = SseSplitter(self._max_frame_bytes)
        return self.feed(begun)


class _ObjectSplitter:
    """Objects of an array, or bare ones, as their closing brackets come."""

    __slots__ = (
        "_at",
        "_buffer",
        "_depth",
        "_in_array",
        "_in_string",
        "_max_bytes",
        "_since",
        "_start",
        "has_overflowed",
    )

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
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
        if self._depth:
            return bytes(self._buffer[self._start :])
        return self._since if self._in_array else b""

    def feed(self, chunk: bytes) -> list[bytes]:
        self._buffer += chunk
        found: list[bytes] = []
        while (position := self._step(found)) is not None:
            self._at = position
        self._forget()
        return found

    def _step(self, found: list[bytes]) -> int | None:
        if self._in_string:
            return self._within_string()
        mark = _MARK.search(self._buffer, self._at)
        if not self._depth and b"," in self._buffer[self._at : mark.start() if mark else None]:
            self._since = b","
        if mark is None:
            self._at = len(self._buffer)
            return None
        return self._take(mark[0], mark.start(), found)

    def _take(self, mark: bytes, at: int, found: list[bytes]) -> int:
        if mark == b'"':
            self._in_string = self._depth > 0
        elif self._depth == 0 and mark in (b"[", b"]"):
            self._in_array = mark == b"["
            self._since = b"["
        elif mark in (b"{", b"["):
            self._start = at if self._depth == 0 else self._start
            self._depth += 1
        elif self._depth:
            self._depth -= 1
            if self._depth == 0:
                found.append(bytes(self._buffer[self._start : at + 1]))
                self._since = b"}"
        return at + 1

    def _within_string(self) -> int | None:
        mark = _IN_STRING.search(self._buffer, self._at)
        if mark is None:
            self._at = len(self._buffer)
            return None
        if mark[0] == b'"':
            self._in_string = False
            return mark.end()
        if mark.end() == len(self._buffer):  # the escaped character has not come yet
            self._at = mark.start()
            return None
        return mark.end() + 1

    def _forget(self) -> None:
        """What has been given away, and what is longer than any object."""
        keep = self._start if self._depth else self._at
        if len(self._buffer) - keep > self._max_bytes:
            self.has_overflowed = True
            self._depth, self._in_string = 0, False
            keep = self._at = len(self._buffer)
        del self._buffer[:keep]
        self._at -= keep
        self._start -= keep
