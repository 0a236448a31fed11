"""A compressed body is unpacked in steps of bounded size: a few bytes may stand for very many.

Callers and upstreams send such bodies alike. Who waits between the steps, and how errors are told,
is left to those who ask.
"""

import zlib

STEP_BYTES = 256 * 1024
"""No step gives more than this, so that none takes long."""
_SLICE_BYTES = 16 * 1024
"""No step looks at more than this: a slice may hold hundreds of members with nothing in them."""
_ZLIB_OR_GZIP = 32 + zlib.MAX_WBITS
_GZIP = 16 + zlib.MAX_WBITS

ENCODINGS = ("gzip", "x-gzip", "deflate")


class Garbled(Exception):
    """Not of the encoding, or more than it."""


class Unpacker:
    """`feed` it while it `is_hungry`, else let it `step`; at the end of input ask `is_whole`."""

    def __init__(self, encoding: str) -> None:
        self._may_go_on = encoding != "deflate"
        self._inflate = zlib.decompressobj(_ZLIB_OR_GZIP)
        self._waiting = memoryview(b"")
        self._slice: bytes | memoryview = b""

    @property
    def is_hungry(self) -> bool:
        return not self._slice and not self._waiting

    @property
    def is_whole(self) -> bool:
        """All that was fed is unpacked, and nothing is missing."""
        return self.is_hungry and self._inflate.eof

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
        while self._slice and room:
            try:
                part = self._part(room)
            except zlib.error as error:
                if parts:  # the next step finds the same fault
                    break
                raise Garbled(str(error)) from None
            parts.append(part)
            room -= len(part)
        return b"".join(parts)

    def _part(self, room: int) -> bytes:
        if self._inflate.eof:  # RFC 1952: members follow each other, and nothing else does
            if not self._may_go_on:
                raise zlib.error("more than the compressed data")
            self._inflate = zlib.decompressobj(_GZIP)
        part = self._inflate.decompress(self._slice, room)
        is_over = self._inflate.eof
        self._slice = self._inflate.unused_data if is_over else self._inflate.unconsumed_tail
        return part
