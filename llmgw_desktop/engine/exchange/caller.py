"""The one who asks, as the pipeline sees him: a head, a body to be read, an answer to be given.

What stands behind it (an HTTP connection, later an MCP session or a window) is the doors' business.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from llmgw_desktop.engine.http1.head import HeadNotes

HeaderLines = Sequence[tuple[str, str]]

JSON: HeaderLines = (("content-type", "application/json"),)


class Caller(Protocol):
    """One request waiting for its answer."""

    @property
    def path(self) -> str: ...

    @property
    def query(self) -> str:
        """Without the question mark, keys removed."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Case-insensitive, as they came."""

    @property
    def presented_keys(self) -> Sequence[str]:
        """Every access key found in the places where this door takes one."""

    def header_lines(self, name: str) -> Sequence[str]:
        """One for each time that the header came."""

    @property
    def address(self) -> str:
        """Of the other end; empty where there is none."""

    @property
    def is_from_here(self) -> bool:
        """Whoever asks sits on this computer, for all that can be known."""

    @property
    def connection(self) -> object | None:
        """What it came by, a transport of asyncio; None where there is none, or none any more."""

    @property
    def has_begun(self) -> bool:
        """The caller has seen the head of an answer that comes in pieces."""

    @property
    def is_gone(self) -> bool:
        """The caller's connection is closed."""

    async def read_body(self) -> bytes:
        """Raises RequestTooLarge, UnsupportedMedia, MalformedRequest."""

    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        """Give the whole answer at once."""

    async def begin(self, status: int, headers: HeaderLines) -> None:
        """Start an answer that comes in pieces."""

    async def write(self, chunk: bytes) -> None:
        """One piece, sent as it is; waits while the caller reads slowly. Raises ClientGone."""

    async def end(self) -> None:
        """No more pieces."""


class StraightCaller(Caller, Protocol):
    """One who can be written to without waiting, once his answer has begun."""

    def put(self, chunk: bytes) -> bool:
        """As `write`; False where he reads slowly, and `drained` is to be waited for. Raises
        ClientGone."""

    async def drained(self) -> None:
        """He has taken what he was sent. Raises ClientGone."""


def straight(caller: Caller) -> StraightCaller | None:
    """The same, unless somebody stands before him."""
    return cast("StraightCaller", caller) if hasattr(caller, "put") else None


def notes_of(caller: Caller) -> HeadNotes | None:
    """None where nothing is known of who asked before."""
    notes: HeadNotes | None = getattr(caller, "notes", None)
    return notes


class CallerBehind:
    """Stands before a caller: what it is asked and told is passed on, but for what is its own."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    @property
    def path(self) -> str:
        return self._caller.path

    @property
    def query(self) -> str:
        return self._caller.query

    @property
    def headers(self) -> Mapping[str, str]:
        return self._caller.headers

    @property
    def presented_keys(self) -> Sequence[str]:
        return self._caller.presented_keys

    def header_lines(self, name: str) -> Sequence[str]:
        return self._caller.header_lines(name)

    @property
    def address(self) -> str:
        return self._caller.address

    @property
    def is_from_here(self) -> bool:
        return self._caller.is_from_here

    @property
    def connection(self) -> object | None:
        return self._caller.connection

    @property
    def has_begun(self) -> bool:
        return self._caller.has_begun

    @property
    def is_gone(self) -> bool:
        return self._caller.is_gone

    async def read_body(self) -> bytes:
        return await self._caller.read_body()

    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        await self._caller.reply(status, headers, body)

    async def begin(self, status: int, headers: HeaderLines) -> None:
        await self._caller.begin(status, headers)

    async def write(self, chunk: bytes) -> None:
        await self._caller.write(chunk)

    async def end(self) -> None:
        await self._caller.end()
