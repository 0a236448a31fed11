"""Bodies packed with Zstandard, as Codex sends them to its own service; in bounded steps."""

import sys
from typing import Any

from llmgw_desktop.engine.unpacking import STEP_BYTES, Garbled

ENCODING = "zstd"
_LARGEST_WINDOW_LOG = 27
"""128 MB, what the format's tools allow unless they are told otherwise."""


class ZstdUnpacker:
    """As `unpacking.Unpacker`."""

    def __init__(self) -> None:
        self._zstd: Any = _library()
        self._frame = self._new_frame()
        self._waiting = b""
        self._is_begun = False

    @property
    def is_hungry(self) -> bool:
        return not self._waiting and (self._frame.eof or self._frame.needs_input)

    @property
    def is_whole(self) -> bool:
        return self.is_hungry and self._is_begun and bool(self._frame.eof)

    def feed(self, packed: bytes) -> None:
        assert self.is_hungry, "unpack first what is here"
        self._waiting = packed

    def step(self) -> bytes:
        """The next part, perhaps empty. Raises Garbled."""
        if self._frame.eof:  # frames may follow each other
            self._frame = self._new_frame()
        packed, self._waiting = self._waiting, b""
        try:
            part: bytes = self._frame.decompress(packed, STEP_BYTES)
        except self._zstd.ZstdError as error:
            raise Garbled(str(error)) from None
        self._is_begun = True
        if self._frame.eof:
            self._waiting = self._frame.unused_data
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
