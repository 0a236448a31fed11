"""Numbered frames of a stream in Responses, gathered until they are taken."""

from typing import Any

import orjson


class Frames:
    """Each event has the next number, from 0. With `is_wanted` false nothing is written."""

    __slots__ = ("_number", "_pieces", "is_wanted")

    def __init__(self, *, is_wanted: bool = True) -> None:
        self.is_wanted = is_wanted
        self._pieces: list[bytes] = []
        self._number = 0

    def add(self, kind: str, **members: Any) -> None:
        if self.is_wanted:
            event = {"type": kind, "sequence_number": self.next_number(), **members}
            self._pieces.append(b"event: %b\ndata: %b\n\n" % (kind.encode(), orjson.dumps(event)))

    def add_delta(self, opening: bytes, more: str) -> None:
        """`opening` is made once for an item that grows in many of these."""
        if self.is_wanted:
            self._pieces.append(
                b'%b%d,"delta":%b}\n\n' % (opening, self._number, orjson.dumps(more))
            )
            self._number += 1

    def put(self, frame: bytes) -> None:
        if self.is_wanted:
            self._pieces.append(frame)

    def next_number(self) -> int:
        number = self._number
        self._number += 1
        return number

    def taken(self) -> bytes:
        pieces = self._pieces
        if not pieces:
            return b""
        self._pieces = []
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def delta_opening(kind: str, **members: Any) -> bytes:
    """For `Frames.add_delta`."""
    event = orjson.dumps({"type": kind, **members})
    return b'event: %b\ndata: %b,"sequence_number":' % (kind.encode(), event[:-1])
