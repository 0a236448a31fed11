"""A request's head, and what is wrong with it, whether the parser took it or not (RFC 9110, 9112).

The parser takes some heads that leave in doubt what is meant, or that hold what is no text. These
are refused here, before anybody looks at who asks. Of a head that it did not take, as much is read
as tells in whose words to say so; nothing else is ever made of that.

No name in a target is looked at: it is compared by the guard as it was written.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from multidict import CIMultiDict

from llmgw_desktop.domain.errors import HttpVersionUnknown, LlmgwError, MalformedRequest
from llmgw_desktop.domain.plain_text import is_plain_line
from llmgw_desktop.domain.values import value

_SINGLE = frozenset(
    {
        "host",
        "content-type",
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
"""Where nobody could say which of two is meant: who asks, from where, how the body is written. What
ends the body, the parser takes once alone. All else may come in lines; of some clients the
`User-Agent` does."""
_FRAMING = ("content-length", "transfer-encoding", "host", "content-type")
_LENGTH = re.compile(rb"\r\n(content-length):[ \t]*([0-9]{1,15})(?=\r\n)", re.IGNORECASE)
_MOST_DIGITS = 15
_LONGEST_KNOWN = 2048
"""A connection that rests keeps no longer head; SDKs send some 700 bytes."""
_LONGEST_READ = 16 * 1024
_REQUEST_LINE = re.compile(
    rb"[\r\n]*[!-~]{1,32}[ \t]+([!-~]{1,8192})[ \t]+HTTP/(\d+)\.(\d+)[ \t]*\r?\n"
)
_AUTHORITY = re.compile(r"(?:[^@]*@)?(?:\[[0-9A-Fa-f:.]+\]|[^\[\]:@]+)(?::([0-9]{1,5}))?")
_NO_PATH = "/"


class HeadNotes:
    """What was found out about a request by its head and its connection alone. The next one of the
    same connection with the same head has the same notes; whoever notes something knows how long
    it holds."""

    __slots__ = ("admission", "forwarded", "masked", "onward")

    def __init__(self) -> None:
        self.admission: object = None
        """Who came in by it: the gate's."""
        self.forwarded: Mapping[str, str] | None = None
        """What an upstream of the caller's own protocol may see of it."""
        self.masked: tuple[Mapping[str, str], tuple[tuple[str, str], ...]] | None = None
        """Its headers as they came, and without secrets, as they are recorded."""
        self.onward: object = None
        """What the upstream is asked with: its client's."""


class RequestHead:
    """As the parser took it. `fault`: why the request goes nowhere, whoever sent it."""

    __slots__ = (
        "authority",
        "fault",
        "headers",
        "hides_slash",
        "is_chunked",
        "keep_alive",
        "method",
        "notes",
        "path",
        "query",
        "version",
    )

    def __init__(
        self, method: str, target: str, lines: Sequence[tuple[str, str]], version: str
    ) -> None:
        """`lines`: names and values, which may hold surrogates for what is no UTF-8."""
        self.method = method
        self.version = version
        """`1.1`."""
        self.headers: CIMultiDict[str] = CIMultiDict(lines)
        self.notes: HeadNotes | None = None
        self.authority: str | None = None
        """The host and port in the target itself, as they were written, where it names any."""
        self.fault: LlmgwError | None = None
        try:
            raw, self.query = self._read(target)
        except MalformedRequest as error:
            raw, self.query, self.fault = _NO_PATH, "", error
        self.path = unquote(raw) if "%" in raw else raw
        self.hides_slash = "%2f" in raw.lower()
        """Its path has one written in percent."""
        coding = self.headers.get("Transfer-Encoding")
        self.is_chunked = coding is not None
        self.fault = self._fault_of_framing() or self.fault or self._fault_of_lines()
        self.keep_alive = self.fault is None and self._keeps_alive()

    def again(self, name: str, length: str) -> "RequestHead":
        """Of another request that says the same, but for how long its body is; `name`: as
        `Content-Length` is written here."""
        if self.headers[name] == length:
            return self
        other = RequestHead.__new__(RequestHead)
        for each in RequestHead.__slots__:
            setattr(other, each, getattr(self, each))
        other.headers = self.headers.copy()
        other.headers[name] = length
        return other

    @property
    def framing(self) -> bytes:
        """The header that says where the body ends; empty where there is none."""
        for name in ("Transfer-Encoding", "Content-Length"):
            if (told := self.headers.get(name, "0")) != "0" and self.method != "CONNECT":
                return f"{name}: {told}".encode("ascii", "replace")
        return b""

    @property
    def is_modern(self) -> bool:
        return self.version != "1.0"

    def _read(self, target: str) -> tuple[str, str]:
        """Path and query, as they were written. Raises MalformedRequest where the target is no path
        of ours, however it is written."""
        if self.method != "CONNECT":
            if target[:1] == "/" or (target == "*" and self.method == "OPTIONS"):
                path, _, query = target.partition("#")[0].partition("?")
                return path, query
            scheme, _, rest = target.partition("://")
            if scheme.lower() == "http":
                end = min((at for mark in "/?#" if (at := rest.find(mark)) >= 0), default=len(rest))
                self.authority = rest[:end]
                if not _names_a_host(self.authority):
                    raise MalformedRequest("The request's target names a host that is none.")
                path, _, query = rest[end:].partition("#")[0].partition("?")
                return path or "/", query
        raise MalformedRequest("The request takes this gateway for a proxy, which it is not.")

    def _keeps_alive(self) -> bool:
        if "Connection" not in self.headers:
            return self.is_modern
        told = ",".join(self.headers.getall("Connection")).lower().split(",")
        tokens = {each.strip() for each in told}
        return "close" not in tokens and (self.is_modern or "keep-alive" in tokens)

    def _fault_of_framing(self) -> LlmgwError | None:
        """Where the body ends must be said in one way that all who pass it on understand."""
        if self.version not in ("1.1", "1.0"):
            major, _, minor = self.version.partition(".")
            return _version_unknown(int(major), int(minor))
        if self.is_chunked:
            if not self.is_modern:
                return MalformedRequest("HTTP/1.0 has no Transfer-Encoding.")
            coding = ", ".join(self.headers.getall("Transfer-Encoding")).strip().lower()
            if coding != "chunked":
                return MalformedRequest("The only Transfer-Encoding that is read here is chunked.")
        if self.is_modern and "Host" not in self.headers:
            return MalformedRequest("The request names no Host.")
        return None

    def _fault_of_lines(self) -> LlmgwError | None:
        headers = self.headers
        if not "".join(headers.values()).isprintable() and (name := _without_text(headers)):
            return MalformedRequest(
                f"The header {name} holds control characters, or bytes that are no UTF-8."
            )
        if len(set(map(str.lower, headers))) < len(headers):
            for name in _SINGLE:
                if name in headers and len(headers.getall(name)) > 1:
                    return _twice(name)
        return None


class KnownHead:
    """One as it came, split around the length of its body: what a client says again is known by its
    bytes, and is not read again."""

    __slots__ = ("_before", "_behind", "_head", "_name")

    def __init__(self, head: RequestHead, raw: bytes, length: re.Match[bytes]) -> None:
        self._head = head
        self._name = length[1].decode("ascii")
        self._before = raw[: length.start(2)]
        self._behind = raw[length.end(2) :]

    @classmethod
    def of(cls, head: RequestHead, data: bytes) -> "KnownHead | None":
        """`data`: all that came of the request; None where more or less came than that, or where
        its body is not framed by a length."""
        length = head.headers.get("Content-Length")
        end = data.find(b"\r\n\r\n") + 4
        raw = data[:end]
        if length is None or head.is_chunked or head.fault is not None or not head.keep_alive:
            return None
        if end > _LONGEST_KNOWN:
            return None
        if raw.count(b"\n") != raw.count(b"\r\n") or len(data) - end != int(length):
            return None
        found = list(_LENGTH.finditer(raw))
        if len(found) != 1 or found[0][2] != length.encode("ascii"):
            return None
        return cls(head, raw, found[0])

    def again(self, data: bytes) -> tuple[RequestHead, bytes] | None:
        """The head, and the body; None where it is another head, or where `data` is not the whole
        of the request and nothing besides."""
        if not data.startswith(self._before):
            return None
        at = len(self._before)
        end = data.find(b"\r", at)
        digits, start = data[at:end], end + len(self._behind)
        if (
            not digits.isdigit()
            or end - at > _MOST_DIGITS
            or not data.startswith(self._behind, end)
        ):
            return None
        if len(data) - start != int(digits):
            return None
        return self._head.again(self._name, digits.decode("ascii")), data[start:]


def _names_a_host(authority: str) -> bool:
    """Of some name, which is not looked at."""
    found = _AUTHORITY.fullmatch(authority)
    return found is not None and int(found[1] or 0) < 1 << 16


def _twice(name: str) -> MalformedRequest:
    return MalformedRequest(f"The header {name.title()} came more than once.")


def _version_unknown(major: int, minor: int) -> HttpVersionUnknown:
    return HttpVersionUnknown(f"This gateway speaks HTTP/1.1 and HTTP/1.0, not {major}.{minor}.")


def _without_text(headers: Mapping[str, str]) -> str:
    """Which header holds bytes that are no UTF-8, or controls other than the tab."""
    return next((name.title() for name, text in headers.items() if not is_plain_line(text)), "")


@value(kw_only=False)
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
            return _twice(name)
    return MalformedRequest("The request is not well-formed HTTP.")


def _names(lines: bytes) -> CIMultiDict[str]:
    """Without their values: nothing of such a head is to be believed."""
    found: CIMultiDict[str] = CIMultiDict()
    for line in lines.split(b"\r\n"):
        name, colon, _ = line.partition(b":")
        if colon and name.isascii():
            found.add(name.decode("ascii"), "")
    return found
