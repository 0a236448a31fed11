"""A body is gathered from its parts without ever copying much of it at a stretch.

To join the parts of a large body at once, or to let one buffer grow with them, stops the loop for
tens of milliseconds. Who takes the steps, and what is too large, is left to those who ask.
"""

import io
from collections import deque
from collections.abc import Generator

BLOCK_BYTES = 256 * 1024


class Gathering:
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
