"""A compressed body is unpacked in steps of bounded size: a few bytes may stand for very many.

Callers and upstreams send such bodies alike. Who waits between the steps, and how errors are told,
is left to those who ask.
"""

import zlib

from typing_extensions import override

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
