"""What is wrong with a request's head, whether the parser took it or not (RFC 9110, 9112).

The parser takes some heads that leave in doubt what is meant, or that hold what is no text. These
are refused here, before anybody looks at who asks. Of a head that it did not take, as much is read
as tells in whose words to say so; nothing else is ever made of that.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import hdrs
from aiohttp.http import HttpVersion10, HttpVersion11, RawRequestMessage
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
Host, Content-Type and what ends the body are seen to before (`repeated_headers.py`)."""
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
    if len({name.lower() for name in headers}) < len(headers):
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
