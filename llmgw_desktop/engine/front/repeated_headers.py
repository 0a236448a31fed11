"""Heads in which a header stands twice, which aiohttp's parser refuses of any that is no list.

Some clients send their `User-Agent` twice. What comes twice is joined into one line (RFC 9110,
5.3), but for what must be single, where nobody could say which of the two is meant. Nothing is
looked at before the parser has refused a head: those that are well are only handed on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp.http_exceptions import BadHttpMessage

from llmgw_desktop.domain.errors import LlmgwError, MalformedRequest

_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
"""Where the body ends: whoever tells it twice may mean two things, and gets no further."""
_SINGLE = frozenset({b"host", b"content-type"})
_JOINED = {
    b"user-agent": b" ",  # a row of products
    b"server": b" ",
    b"content-location": b", ",
    b"content-range": b", ",
    b"etag": b", ",
    b"max-forwards": b", ",
}
"""What aiohttp refuses besides, and what stands between the values. All else may come in lines."""
_LONGEST = 65536
_NOTHING_YET: tuple[tuple[()], bool, bytes] = ((), False, b"")


@dataclass(frozen=True, slots=True)
class SingleHead:
    head: bytes
    """With its blank line."""
    refused: str
    """What came twice and must be single; only its first line is left."""


def with_each_once(head: bytes) -> SingleHead | None:
    """None where nothing comes twice, or where the end of the body is in doubt.

    `head` is a whole one, from the request line to the blank line.
    """
    lines: list[bytes] = []
    places: dict[bytes, int] = {}
    refused = ""
    for line in head.split(b"\r\n"):
        name = line.partition(b":")[0].lower()
        place = places.setdefault(name, len(lines))
        if place == len(lines) or not (name in _FRAMING or name in _SINGLE or name in _JOINED):
            lines.append(line)
        elif name in _FRAMING:
            return None
        elif name in _SINGLE:
            refused = refused or lines[place].partition(b":")[0].decode("ascii")
        else:
            lines[place] += _JOINED[name] + line.partition(b":")[2].strip(b" \t")
    mended = b"\r\n".join(lines)
    return None if mended == head else SingleHead(mended, refused)


class Connection(Protocol):
    """Whose bytes are parsed."""

    refusal: LlmgwError | None
    unread: bytes
    """The head that could not be read, as far as it came."""

    @property
    def is_idle(self) -> bool:
        """What comes next is the beginning of a head, or goes on with one that has begun."""


class LenientParser:
    """In the place of aiohttp's parser of requests: reads a head that it refuses once more."""

    def __init__(self, connection: Connection, parser: Any, make: Callable[[], Any]) -> None:
        """`make` gives another parser like `parser`."""
        self._connection = connection
        self._make = make
        self._begun = b""
        """What has come of a head that is not whole."""
        self._is_held = False
        """It was refused, and waits for its end to be read once more."""
        self._use(parser)

    def _use(self, parser: Any) -> None:
        self._feed = parser.feed_data
        self.feed_eof = parser.feed_eof
        self.set_upgraded = parser.set_upgraded
        self.message_consumed = parser.message_consumed
        self.pause_reading = parser.pause_reading

    def feed_data(self, data: bytes) -> Any:
        if self._is_held:
            return self._again(data)
        try:
            found = self._feed(data)
        except BadHttpMessage:
            if not self._connection.is_idle:
                raise
            begun = self._begun + data
            mended = with_each_once(begun)
            if mended is None or not (b"\r\n\r\n" in begun or self._is_well(mended.head)):
                self._connection.unread = begun
                raise
            return self._again(data)
        if found[0]:
            self._begun = b""
        elif self._connection.is_idle:
            self._begun += data
        return found

    def _is_well(self, head: bytes) -> bool:
        """As far as it has come: for what will never be a head nobody waits."""
        try:
            self._make().feed_data(head)
        except BadHttpMessage:
            return False
        return True

    def _again(self, data: bytes) -> Any:
        """With a new parser, as soon as the whole head is here."""
        self._begun += data
        end = self._begun.find(b"\r\n\r\n") + 4
        self._is_held = end < 4
        if self._is_held:
            if len(self._begun) > _LONGEST:
                self._connection.unread = self._begun
                raise BadHttpMessage("the head is too long")
            return _NOTHING_YET
        mended = with_each_once(self._begun[:end])
        data, self._begun = self._begun, b""
        if mended is not None:
            data = mended.head + data[end:]
            if mended.refused:
                words = f"The header {mended.refused} came more than once."
                self._connection.refusal = MalformedRequest(words)
        self._use(self._make())
        try:
            return self._feed(data)
        except BadHttpMessage:
            self._connection.unread = data
            raise
