"""The one who asks, as the pipeline sees him: a head, a body to be read, an answer to be given.

What stands behind it (an HTTP connection, later an MCP session or a window) is the doors' business.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

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
