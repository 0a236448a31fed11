"""Bodies packed with Zstandard, as Codex sends them to its own service; in bounded steps."""

import sys
from typing import Any

from typing_extensions import override

from llmgw_desktop.engine.unpacking import InSlices

ENCODING = "zstd"
_SLICE_BYTES = 4096
"""No step looks at more than this: a slice may hold hundreds of frames with nothing in them."""
_LARGEST_WINDOW_LOG = 27
"""128 MB, what the format's tools allow unless they are told otherwise."""


class ZstdUnpacker(InSlices):
    """As `unpacking.Unpacker`."""

    def __init__(self) -> None:
        self._zstd: Any = _library()
        super().__init__(_SLICE_BYTES, self._zstd.ZstdError)
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
