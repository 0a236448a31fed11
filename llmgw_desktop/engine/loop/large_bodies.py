"""Long work on the loop, in slices of time short enough that nobody else notices: bodies that are
parsed, copied, decoded or put together from their parts.

A thread would not help: what takes long here holds the interpreter's lock for as long as one call
lasts, so the calls are made short and the loop goes round between them. A compressed body is
decoded in steps of bounded size, for a few bytes may stand for very many. Whose work it is, and
what its steps are, is left to those who bring it.
"""

import asyncio
import io
import sys
import time
import zlib
from collections import deque
from collections.abc import Generator
from typing import Any, TypeVar

from typing_extensions import override

TURN_S = 0.001

_T = TypeVar("_T")


class TimeSlices:
    """However many bring work, there is one turn each time the loop goes round."""

    def __init__(self) -> None:
        self._one = asyncio.Lock()

    async def run(self, steps: Generator[None, None, _T]) -> _T:
        """What the work returns; it raises what the work raises."""
        while True:
            async with self._one:
                ends = time.monotonic() + TURN_S
                try:
                    while time.monotonic() < ends:
                        next(steps)
                except StopIteration as end:
                    result: _T = end.value
                    return result
                await asyncio.sleep(0)


BLOCK_BYTES = 256 * 1024


class BodyBuffer:
    """`add` the parts, however small; then take the steps of `whole`."""

    def __init__(self) -> None:
        self._blocks: deque[bytes] = deque()
        self._latest = bytearray()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def add(self, part: bytes) -> None:
        self._size += len(part)
        self._latest += part
        if len(self._latest) >= BLOCK_BYTES:  # dust would cost many times its size in memory
            self._blocks.append(bytes(self._latest))
            self._latest.clear()

    def whole(self) -> Generator[None, None, bytes]:
        """All that was added; the gathering is empty after it."""
        self._blocks.append(bytes(self._latest))
        # untouched zeros take no time to get, and the buffer gives its bytes away uncopied
        body = io.BytesIO(bytes(self._size))
        while self._blocks:
            body.write(self._blocks.popleft())
            yield
        self._latest.clear()
        self._size = 0
        return body.getvalue()


STEP_BYTES = 256 * 1024
"""No step gives more than this, so that none takes long."""
_SLICE_BYTES = 16 * 1024
"""No step looks at more than this: a slice may hold hundreds of members with nothing in them."""
_ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS
_GZIP = 16 + zlib.MAX_WBITS

ENCODINGS = ("gzip", "x-gzip", "deflate")


class Garbled(Exception):
    """Not of the encoding, or more than it."""


class InSlices:
    """`feed` it while it `is_hungry`, else let it `step`. Whoever inherits unpacks one `_part`."""

    def __init__(self, slice_bytes: int, fault: type[Exception]) -> None:
        """No step looks at more than a slice; `fault` is what `_part` raises."""
        self._slice_bytes = slice_bytes
        self._fault = fault
        self._waiting = memoryview(b"")
        self._slice: bytes | memoryview = b""

    @property
    def is_hungry(self) -> bool:
        return not self._waiting and not self._has_more

    def feed(self, packed: bytes) -> None:
        assert self.is_hungry, "unpack first what is here"
        self._waiting = memoryview(packed)

    def step(self) -> bytes:
        """The next part, perhaps empty. Raises Garbled once all before the fault was given out."""
        if not self._slice:
            self._slice = self._waiting[: self._slice_bytes]
            self._waiting = self._waiting[self._slice_bytes :]
        parts: list[bytes] = []
        room = STEP_BYTES
        while room and self._has_more:
            try:
                part = self._part(room)
            except self._fault as error:
                if parts:  # the next step finds the same fault
                    break
                raise Garbled(str(error)) from None
            parts.append(part)
            room -= len(part)
        return b"".join(parts)

    @property
    def _has_more(self) -> bool:
        return bool(self._slice)

    def _part(self, room: int) -> bytes:
        raise NotImplementedError


class Unpacker(InSlices):
    """At the end of input ask `is_whole`."""

    def __init__(self, encoding: str) -> None:
        super().__init__(_SLICE_BYTES, zlib.error)
        self._may_go_on = encoding != "deflate"
        self._inflate = zlib.decompressobj(_ZLIB_OR_GZIP)

    @property
    def is_whole(self) -> bool:
        """All that was fed is unpacked, and nothing is missing."""
        return self.is_hungry and self._inflate.eof

    @override
    def _part(self, room: int) -> bytes:
        if self._inflate.eof:  # RFC 1952: members follow each other, and nothing else does
            if not self._may_go_on:
                raise zlib.error("more than the compressed data")
            self._inflate = zlib.decompressobj(_GZIP)
        part = self._inflate.decompress(self._slice, room)
        is_over = self._inflate.eof
        self._slice = self._inflate.unused_data if is_over else self._inflate.unconsumed_tail
        return part


ZSTD = "zstd"
_ZSTD_SLICE_BYTES = 4096
"""No step looks at more than this: a slice may hold hundreds of frames with nothing in them."""
_LARGEST_WINDOW_LOG = 27
"""128 MB, what the format's tools allow unless they are told otherwise."""


class ZstdUnpacker(InSlices):
    """As `unpacking.Unpacker`."""

    def __init__(self) -> None:
        self._zstd: Any = _library()
        super().__init__(_ZSTD_SLICE_BYTES, self._zstd.ZstdError)
        self._frame = self._new_frame()
        self._is_begun = False

    @property
    def is_whole(self) -> bool:
        return self.is_hungry and self._is_begun and bool(self._frame.eof)

    @property
    @override
    def _has_more(self) -> bool:
        """Also of what was looked at: a few bytes may stand for more than one part."""
        return bool(self._slice) or not (self._frame.eof or self._frame.needs_input)

    @override
    def _part(self, room: int) -> bytes:
        if self._frame.eof:  # frames may follow each other
            self._frame = self._new_frame()
        packed = self._slice
        part: bytes = self._frame.decompress(packed, room)
        self._slice = self._frame.unused_data if self._frame.eof else b""
        self._is_begun = True
        return part

    def _new_frame(self) -> Any:
        parameter = self._zstd.DecompressionParameter.window_log_max
        return self._zstd.ZstdDecompressor(options={parameter: _LARGEST_WINDOW_LOG})


def _library() -> Any:
    """Imported when the first such body comes: most programs never see one."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd
