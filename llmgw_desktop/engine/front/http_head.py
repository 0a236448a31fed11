"""What is wrong with a request's head, whether the parser took it or not (RFC 9110, 9112).

The parser takes some heads that leave in doubt what is meant, or that hold what is no text. These
are refused here, before anybody looks at who asks. Of a head that it did not take, as much is read
as tells in whose words to say so; nothing else is ever made of that.

aiohttp's parser refuses heads in which a header stands twice, of any that is no list; some clients
send their `User-Agent` twice. What comes twice is joined into one line (RFC 9110, 5.3), but for
what must be single. Nothing is looked at before the parser has refused a head: those that are well
are only handed on.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import hdrs
from aiohttp.http import HttpVersion10, HttpVersion11, RawRequestMessage
from aiohttp.http_exceptions import BadHttpMessage
from multidict import CIMultiDict

from llmgw_desktop.domain.errors import HttpVersionUnknown, LlmgwError, MalformedRequest
from llmgw_desktop.domain.plain_text import is_plain_line

_SINGLE = frozenset(
    {
        "authorization",
        "x-api-key",
        "x-goog-api-key",
        "content-encoding",
        "origin",
        "referer",
        "sec-fetch-site",
        "sec-fetch-mode",
        "sec-fetch-dest",
        "mcp-session-id",
        "mcp-protocol-version",
        "last-event-id",
        "x-project",
        "x-llmgw-profile",
        "anthropic-version",
    }
)
"""Where nobody could say which of two is meant: who asks, from where, how the body is written.
Host, Content-Type and what ends the body are seen to before (`LenientParser`)."""
_FRAMING = ("content-length", "transfer-encoding", "host", "content-type")
_LONGEST_READ = 16 * 1024
_REQUEST_LINE = re.compile(
    rb"[\r\n]*[!-~]{1,32}[ \t]+([!-~]{1,8192})[ \t]+HTTP/(\d+)\.(\d+)[ \t]*\r?\n"
)
_NO_PATH = "/"


def fault_in(message: RawRequestMessage) -> LlmgwError | None:
    """Of a head that the parser took."""
    headers = message.headers
    if message.chunked or message.version is not HttpVersion11:
        fault = _fault_of_framing(message)
        if fault is not None:
            return fault
    if not "".join(headers.values()).isprintable() and (name := _without_text(headers)):
        return MalformedRequest(
            f"The header {name} holds control characters, or bytes that are no UTF-8."
        )
    if len(set(map(str.lower, headers))) < len(headers):
        for name in _SINGLE:
            if name in headers and len(headers.getall(name)) > 1:
                return twice(name)
    return None


def twice(name: str) -> MalformedRequest:
    return MalformedRequest(f"The header {name.title()} came more than once.")


def _fault_of_framing(message: RawRequestMessage) -> LlmgwError | None:
    """Where the body ends must be said in one way that all who pass it on understand."""
    if message.version not in (HttpVersion10, HttpVersion11):
        return _version_unknown(*message.version)
    if not message.chunked:
        return None
    if message.version != HttpVersion11:
        return MalformedRequest("HTTP/1.0 has no Transfer-Encoding.")
    coding = ", ".join(message.headers.getall(hdrs.TRANSFER_ENCODING, ())).strip().lower()
    if coding != "chunked":
        return MalformedRequest("The only Transfer-Encoding that is read here is chunked.")
    return None


def _version_unknown(major: int, minor: int) -> HttpVersionUnknown:
    return HttpVersionUnknown(f"This gateway speaks HTTP/1.1 and HTTP/1.0, not {major}.{minor}.")


def _without_text(headers: Mapping[str, str]) -> str:
    """Which header holds bytes that are no UTF-8, or controls other than the tab."""
    return next((name.title() for name, text in headers.items() if not is_plain_line(text)), "")


@dataclass(frozen=True, slots=True)
class UnreadHead:
    """What can be told of a head that the parser did not take."""

    path: str
    headers: Mapping[str, str]
    error: LlmgwError


def unread(head: bytes) -> UnreadHead:
    """`head` is what came, whole or not, perhaps no HTTP at all."""
    head = head[:_LONGEST_READ].partition(b"\r\n\r\n")[0] + b"\r\n"
    start = _REQUEST_LINE.match(head)
    if start is None:
        return UnreadHead(_NO_PATH, {}, MalformedRequest("The request is not well-formed HTTP."))
    headers = _names(head[start.end() :])
    target = start[1].decode("ascii")
    path = target if target.startswith("/") else _NO_PATH
    return UnreadHead(path.partition("?")[0], headers, _why(int(start[2]), int(start[3]), headers))


def _why(major: int, minor: int, headers: CIMultiDict[str]) -> LlmgwError:
    if (major, minor) not in ((1, 0), (1, 1)):
        return _version_unknown(major, minor)
    for name in _FRAMING:
        if len(headers.getall(name, ())) > 1:
            return twice(name)
    return MalformedRequest("The request is not well-formed HTTP.")


def _names(lines: bytes) -> CIMultiDict[str]:
    """Without their values: nothing of such a head is to be believed."""
    found: CIMultiDict[str] = CIMultiDict()
    for line in lines.split(b"\r\n"):
        name, colon, _ = line.partition(b":")
        if colon and name.isascii():
            found.add(name.decode("ascii"), "")
    return found


_ENDS_BODY = frozenset({b"content-length", b"transfer-encoding"})
"""Where the body ends: whoever tells it twice may mean two things, and gets no further."""
_NEVER_JOINED = frozenset({b"host", b"content-type"})
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
        if place == len(lines) or not (
            name in _ENDS_BODY or name in _NEVER_JOINED or name in _JOINED
        ):
            lines.append(line)
        elif name in _ENDS_BODY:
            return None
        elif name in _NEVER_JOINED:
            refused = refused or lines[place].partition(b":")[0].decode("ascii")
        else:
            lines[place] += _JOINED[name] + line.partition(b":")[2].strip(b" \t")
    mended = b"\r\n".join(lines)
    return None if mended == head else SingleHead(mended, refused)


class ParsedConnection(Protocol):
    """Whose bytes are parsed."""

    refusal: LlmgwError | None
    unread: bytes
    """The head that could not be read, as far as it came."""

    @property
    def is_idle(self) -> bool:
        """What comes next is the beginning of a head, or goes on with one that has begun."""


class LenientParser:
    """In the place of aiohttp's parser of requests: reads a head that it refuses once more."""

    def __init__(self, connection: ParsedConnection, parser: Any, make: Callable[[], Any]) -> None:
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
