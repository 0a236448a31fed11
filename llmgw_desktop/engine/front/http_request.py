"""A request as aiohttp's parser gave it, but for its target, which is read here.

aiohttp asks a target that names a host for that name in punycode, and a name that has none ends
the connection's task without a word to the caller. No name is looked at here: it is compared by
the guard as it was written. Whether the target leads anywhere is the table of doors' business.
"""

from aiohttp import hdrs, web
from aiohttp.http import RawRequestMessage
from typing_extensions import override
from yarl import URL

from llmgw_desktop.domain.errors import LlmgwError, MalformedRequest


class DoorRequest(web.BaseRequest):
    """What the guard and the doors are asked about."""

    authority: str | None = None
    """The host and port in the target itself, as they were written, where it names any."""
    surplus: LlmgwError | None = None
    """Why it goes nowhere, unless it is the person's own question to the gateway."""
    is_last = False
    """Its connection ends with the answer."""
    has_answer = False
    """It may be on its way."""
    is_streamed = False
    """Its answer is, in chunks."""
    fault: LlmgwError | None = None
    """Why this request goes nowhere, whoever sent it; its connection ends with the answer."""

    @property
    def hides_slash(self) -> bool:
        """Its path has one written in percent."""
        return "%" in self.raw_path and "%2f" in self.rel_url.raw_path.lower()

    @property
    @override
    def keep_alive(self) -> bool:
        """Not where the door is about to be somebody else's: the next request finds that one."""
        is_leaving = self.is_last or getattr(self.protocol, "is_leaving", False)
        return super().keep_alive and not is_leaving


def is_plain(message: RawRequestMessage) -> bool:
    """The usual target: a path."""
    return message.path[:1] in ("/", "*") and message.method != hdrs.METH_CONNECT


def plain(message: RawRequestMessage) -> tuple[RawRequestMessage, str]:
    """The same request with its path alone as the target, and the name that stood before it.

    Raises MalformedRequest where the target is no path of ours, however it is written.
    """
    scheme, _, rest = message.path.partition("://")
    if scheme.lower() != "http" or message.method == hdrs.METH_CONNECT:
        raise MalformedRequest("The request takes this gateway for a proxy, which it is not.")
    end = min((at for mark in "/?#" if (at := rest.find(mark)) >= 0), default=len(rest))
    target, _, fragment = rest[end:].partition("#")
    path, _, query = target.partition("?")
    path = path or "/"
    url = URL.build(path=path, query_string=query, fragment=fragment, encoded=True)
    return message._replace(path=path, url=url), rest[:end]


def leading_nowhere(message: RawRequestMessage) -> RawRequestMessage:
    return message._replace(path="/", url=URL("/"))
