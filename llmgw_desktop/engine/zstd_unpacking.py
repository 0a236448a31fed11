"""Bodies packed with Zstandard, as Codex sends them to its own service; in bounded steps."""

import sys
from typing import Any

from llmgw_desktop.engine.unpacking import STEP_BYTES, Garbled

ENCODING = "zstd"
_SLICE_BYTES = 4096
"""No step looks at more than this: a slice may hold hundreds of frames with nothing in them."""
_LARGEST_WINDOW_LOG = 27
"""128 MB, what the format's tools allow unless they are told otherwise."""


class ZstdUnpacker:
    """As `unpacking.Unpacker`."""

    def __init__(self) -> None:
        self._zstd: Any = _library()
        self._frame = self._new_frame()
        self._waiting = memoryview(b"")
        self._slice: bytes | memoryview = b""
        self._is_begun = False

    @property
    def is_hungry(self) -> bool:
        is_empty = not self._slice and not self._waiting
        return is_empty and (self._frame.eof or self._frame.needs_input)

    @property
    def is_whole(self) -> bool:
        return self.is_hungry and self._is_begun and bool(self._frame.eof)

    def feed(self, packed: bytes) -> None:
        assert self.is_hungry, "unpack first what is here"
        self._waiting = memoryview(packed)

    def step(self) -> bytes:
        """The next part, perhaps empty. Raises Garbled once all before the fault was given out."""
        if not self._slice:
            self._slice = self._waiting[:_SLICE_BYTES]
            self._waiting = self._waiting[_SLICE_BYTES:]
        parts: list[bytes] = []
        room = STEP_BYTES
        while room and (self._slice or not (self._frame.eof or self._frame.needs_input)):
            try:
                part = self._part(room)
            except self._zstd.ZstdError as error:
                if parts:  # the next step finds the same fault
                    break
                raise Garbled(str(error)) from None
            parts.append(part)
            room -= len(part)
        return b"".join(parts)

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
