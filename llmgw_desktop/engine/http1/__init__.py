"""HTTP/1.1 of our own, for both sides: clients that ask us (`server_connection`), upstreams that we
ask (`client_connection`). Here stands what holds for both: bounds, lines of a head, whoever is
faster than its reader.

Methods here are inherited, not called through: each runs for every message, or for every line.
"""

import asyncio
from asyncio.sslproto import SSLProtocol
from collections.abc import Sequence
from typing import Final

from multidict import istr
from typing_extensions import override

LONGEST_HEAD: Final = 64 * 1024
MOST_HEADERS: Final = 128
LONGEST_LINE: Final = 8190
"""Of a request's target, and of each of its headers."""
SENT_AT_ONCE_BYTES: Final = 256 * 1024
"""A larger body goes out in parts of this size, each when the one before is on its way: no copy of
it waits in the transport."""
MOST_BESIDE_BYTES = 128 * 1024
"""In a chunked body beside the body: sizes, extensions, trailers (RFC 9112, 7.1.1)."""
_BESIDE_EACH = 8
"""And besides, so much for each byte of the body: chunks of one byte each, which are honest, have
five bytes beside each."""


TLS_READ_BYTES: Final = 32 * 1024
"""Two records of TLS."""
# asyncio keeps room for what it reads at once in each connection inside TLS, also while that rests:
# 256 KB, which fills to no purpose, for a record has 16
SSLProtocol.max_size = TLS_READ_BYTES


class UnfitHead(Exception):
    """No message is meant by it; raised into the parser, which gives up then."""


def size_of(lines: Sequence[tuple[str, str]]) -> int:
    """In a head, as they are written."""
    return sum(len(name) + len(text) + len(": \r\n") for name, text in lines)


def holds_too_little(came: int, body: int) -> bool:
    """Of a chunked body, so many bytes of which came, and so many of these are the body's own:
    parsers pass over extensions, and gather trailers, however long they are."""
    return came > MOST_BESIDE_BYTES + (1 + _BESIDE_EACH) * body


_NAMES: dict[bytes, istr] = {}
"""Of headers that came before: each is one object in all heads, which are smaller so."""
_MOST_NAMES, _LONGEST_NAME = 1024, 64


def _name(written: bytes) -> istr:
    name = istr(written.decode("ascii"))
    if len(_NAMES) < _MOST_NAMES and len(written) <= _LONGEST_NAME:
        _NAMES[written] = name
    return name


class HeadLines:
    """The lines of a head, as httptools tells them one by one."""

    __slots__ = ()
    _lines: list[tuple[str, str]]
    is_in_head: bool
    """What comes belongs to a head."""

    def on_header(self, name: bytes, value: bytes) -> None:
        """Behind the head it is a trailer, which nobody reads. Values may hold surrogates for what
        is no UTF-8. How many there are and how long is looked at once all are here."""
        if self.is_in_head:
            # blanks around a value are no part of it; httptools leaves those behind it
            text = value.rstrip(b" \t").decode("utf-8", "surrogateescape")
            self._lines.append((_NAMES.get(name) or _name(name), text))


class Http1Connection(asyncio.Protocol):
    """Either side's: its transport, and who is held back for whom."""

    __slots__ = ("_is_paused", "is_congested", "transport")

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        """None before the connection is made; at the server's side also once it is lost."""
        self.is_congested = False
        """The other side is slow to read."""
        self._is_paused = False
        """The other side is held back."""

    @override
    def pause_writing(self) -> None:
        self.is_congested = True

    def _hold_back(self, *, is_full: bool) -> None:
        """`is_full`: so much is here that nothing more is to come for now."""
        if is_full is self._is_paused or (transport := self.transport) is None:
            return
        self._is_paused = is_full
        if transport.is_closing():
            return
        if is_full:
            transport.pause_reading()
        else:
            transport.resume_reading()
