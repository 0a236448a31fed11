"""Bytes of one client into requests: the grammar is httptools' business, what may be how long is
said here, and so is what happens to bytes that are no HTTP."""

from collections.abc import Callable, Sequence

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.engine.http1 import (
    LONGEST_HEAD,
    LONGEST_LINE,
    MOST_HEADERS,
    HeadLines,
    UnfitHead,
)
from llmgw_desktop.engine.http1.head import KnownHead, RequestHead, UnreadHead, unread
from llmgw_desktop.engine.http1.request import RequestBody

_MOST_LEARNT = 4
"""Of a connection's heads, one after the other in vain: its client says another each time."""


class RequestParser(HeadLines):
    """`feed` it; it calls `began` with each head, whose body then comes, or `garbled` with what it
    could not read."""

    def __init__(
        self,
        began: Callable[[RequestHead, RequestBody], None],
        garbled: Callable[[UnreadHead], None],
        taken: Callable[[], None],
    ) -> None:
        """`taken` is called when somebody has read of a body."""
        self._began = began
        self._garbled = garbled
        self._taken = taken
        self._parser = HttpRequestParser(self)
        self._target = b""
        self._lines: list[tuple[str, str]] = []
        self._begun = b""
        """What has come of a head that is not whole."""
        self._fed = 0
        """Bytes that are being looked at."""
        self.is_in_head = False
        self.body: RequestBody | None = None
        """That is coming."""
        self.is_over = False
        """The last request has come: what follows is dropped."""
        self._keeps_alive = self._is_chunked = False
        """The latest request."""
        self._framing = b""
        """How the body is framed of a request that offers another protocol."""
        self._is_muted = False
        self._head: RequestHead | None = None
        """That was just read."""
        self._known: KnownHead | None = None
        self._learnt = 0

    def feed(self, data: bytes) -> None:
        is_first = self.body is None and not self.is_in_head
        if is_first and self._known is not None and self._came_again(self._known, data):
            return
        self._read(data)
        head, self._head = self._head, None
        if is_first and head is not None:
            self._learn(head, data)

    def _came_again(self, known: KnownHead, data: bytes) -> bool:
        """The same head as before, with the whole of its body."""
        found = known.again(data)
        if found is None:
            return False
        self._learnt = 0
        head, piece = found
        body = RequestBody(self._taken)
        body.add(piece)
        body.is_whole = True
        self._began(head, body)
        return True

    def _learn(self, head: RequestHead, data: bytes) -> None:
        """Of a request that came alone and whole, and after which another one may come."""
        if self.body is None and not self.is_over and self._learnt < _MOST_LEARNT:
            self._learnt += 1
            self._known = KnownHead.of(head, data)

    def _read(self, data: bytes) -> None:
        fed, body = data, self.body
        self._fed = len(data)
        while fed and not self.is_over:
            try:
                self._parser.feed_data(fed)
                break
            except HttpParserUpgrade as upgrade:
                fed = fed[upgrade.args[0] :]
                self._go_on_without_upgrade()
            except HttpParserError:
                self._is_no_http(self._begun + data)
        if self.is_in_head and not self.is_over:
            self._begun += data
            if len(self._begun) > LONGEST_HEAD or len(self._lines) > MOST_HEADERS:
                self._is_no_http(self._begun)
        if body is not None:
            if self._is_chunked and not body.came_in_chunks(len(data)):
                self.is_over = True
            body.tell()

    def fail(self, error: Exception) -> None:
        """Nothing more will come."""
        self.is_over = True
        if self.body is not None:
            self.body.fail(error)

    # httptools' callbacks

    def on_message_begin(self) -> None:
        if not self._is_muted:
            self.is_in_head = True

    def on_url(self, part: bytes) -> None:
        self._target += part
        if len(self._target) > LONGEST_LINE:
            raise UnfitHead

    def on_headers_complete(self) -> None:
        if self._is_muted or self.is_over:
            return
        parser, lines = self._parser, self._lines
        if len(lines) > MOST_HEADERS or (
            len(self._begun) + self._fed > LONGEST_LINE and _is_long(lines)
        ):
            raise UnfitHead
        method, version = parser.get_method().decode("ascii"), parser.get_http_version()
        head = RequestHead(method, self._target.decode("latin-1"), lines, version)
        self.is_in_head, self._begun = False, b""
        self._target, self._lines = b"", []  # a client that rests has no head here
        self._keeps_alive, self._is_chunked = head.keep_alive, head.is_chunked
        self._framing = head.framing if parser.should_upgrade() else b""
        self._head = head
        self.body = RequestBody(self._taken)
        self._began(head, self.body)

    def on_body(self, piece: bytes) -> None:
        if self.body is not None:
            self.body.add(piece)

    def on_message_complete(self) -> None:
        if self._framing or self.body is None:  # it is yet to come, or nobody's
            return
        self.body.is_whole = True
        self.body = None
        if not self._keeps_alive:
            self.is_over, self._begun = True, b""

    def _go_on_without_upgrade(self) -> None:
        """No other protocol is spoken here: who offers one is a client like others. The parser has
        left off behind the head, and another reads the body."""
        self._parser = HttpRequestParser(self)
        if (framing := self._framing) and self.body is not None:
            self._framing, self._is_muted = b"", True
            self._parser.feed_data(b"POST / HTTP/1.1\r\n%b\r\n\r\n" % framing)
            self._is_muted, self._target = False, b""

    def _is_no_http(self, came: bytes) -> None:
        """Whoever reads the body is told, else whoever sent the head."""
        if self.is_over:  # it was the last, and what follows is nobody's
            return
        self.is_over, self.is_in_head = True, False
        if self.body is None:
            self._garbled(unread(came))
            return
        words = "The request's body cannot be read: it is not well-formed HTTP."
        self.body.fail(MalformedRequest(words))


def _is_long(lines: Sequence[tuple[str, str]]) -> bool:
    """One of them is."""
    return any(len(name) + len(text) > LONGEST_LINE for name, text in lines)
