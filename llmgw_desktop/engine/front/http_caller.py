"""A caller at the other end of an HTTP connection, and how slowly its body may come."""

import asyncio
import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, unquote

from llmgw_desktop.domain.access.principal import LABEL_HEADER, LABEL_PATH, split_path
from llmgw_desktop.domain.errors import (
    ClientGone,
    MalformedRequest,
    RequestStalled,
    RequestTooLarge,
    UnsupportedMedia,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.caller import HeaderLines
from llmgw_desktop.engine.front.crowd import Crowd, Held
from llmgw_desktop.engine.front.guard import RequestGuard
from llmgw_desktop.engine.http1.answer import DateLine, OutgoingAnswer
from llmgw_desktop.engine.http1.request import HttpRequest
from llmgw_desktop.engine.loop import large_bodies
from llmgw_desktop.engine.loop.hashing import ACCESS
from llmgw_desktop.engine.loop.large_bodies import (
    ENCODINGS,
    BodyBuffer,
    Garbled,
    TimeSlices,
    Unpacker,
)
from llmgw_desktop.wire.headers import KEY_MARK

if TYPE_CHECKING:
    from llmgw_desktop.domain.access.principal import Principal
    from llmgw_desktop.engine.http1.head import HeadNotes


@value
class Pace:
    """How slowly a body may come: no piece too late, on the whole not too slowly, never for ever.
    Whoever sends a byte now and then holds a connection, and memory, at no cost to itself. In
    seconds and bytes per second."""

    piece_s: float
    """For the next piece."""
    grace_s: float = 30.0
    """Before this time has passed no rate is asked for."""
    least_rate: int = 0
    """0: none."""
    longest_s: float = 86_400.0

    def wait_s(self, took_s: float, came: int) -> float:
        """How long more is waited for the next piece, when `came` bytes took so long."""
        left_s = self.longest_s - took_s
        if self.least_rate:
            left_s = min(left_s, self.grace_s + came / self.least_rate - took_s)
        return max(min(self.piece_s, left_s), 0.0)

    def why(self, took_s: float, came: int) -> str:
        """What is said when nothing came within `wait_s`."""
        if took_s >= self.longest_s:
            return (
                f"The request's body was not whole after {self.longest_s:g} s "
                f"(http.max_body_s in the settings)."
            )
        if self.least_rate and came and came < (took_s - self.grace_s / 2) * self.least_rate:
            return (
                f"The request's body came too slowly: {came:,} bytes in {took_s:.0f} s "
                f"(http.least_body_rate in the settings)."
            )
        return f"Nothing came of the request's body for {self.piece_s:g} s."


_PLAIN = ("", "identity")
_READABLE = frozenset((*_PLAIN, *ENCODINGS, large_bodies.ZSTD))
_GEMINI_PATH = re.compile(r"/v1beta/|/gemini/|:[a-z]+[A-Z][a-zA-Z]+$")
_KEY_NAMES = frozenset({"key", "api_key", "apikey", "api-key", "access_token", "token"})


@value
class CallerTerms:
    """What holds for all callers of one server."""

    guard: RequestGuard
    crowd: Crowd
    pace: Pace
    """A body that does not keep to it is not coming."""
    slices: TimeSlices
    max_body_bytes: int = 0
    date: DateLine = field(default_factory=DateLine)


class HttpCaller:
    """One request on a connection of the server."""

    def __init__(self, request: HttpRequest, terms: CallerTerms) -> None:
        self._request = request
        self._terms = terms
        self._max_body_bytes = terms.max_body_bytes
        self._limit_words = "http.max_body_bytes in the settings"
        self.crowd = terms.crowd
        path = request.head.path
        self.label_in_path: str | None = None
        """What stands before the door's path, where only a base URL can be set."""
        if path.startswith(LABEL_PATH):
            self.label_in_path, path = split_path(path)
        self._path = path
        self._stream: OutgoingAnswer | None = None
        self.response: OutgoingAnswer | None = None
        self.notes: HeadNotes | None = None
        """Once its head was looked at."""
        self.principal: Principal | None = None
        """Known at doors that the gateway answers itself, once the key was seen."""

    @property
    def method(self) -> str:
        return self._request.method

    @property
    def path(self) -> str:
        return self._path

    @property
    def query(self) -> str:
        raw = self._request.head.query
        return _without_keys(raw) if raw else raw

    @property
    def whole_query(self) -> str:
        """As it came, for doors that write none of it down."""
        return self._request.head.query

    @property
    def headers(self) -> Mapping[str, str]:
        return self._request.headers

    def header_lines(self, name: str) -> Sequence[str]:
        """One for each time that the header came; a label in the path is as good as one."""
        lines = self._request.headers.getall(name, ())
        if self.label_in_path is not None and name == LABEL_HEADER:
            return (self.label_in_path, *lines)
        return lines

    @property
    def presented_keys(self) -> Sequence[str]:
        headers = self._request.headers
        keys = []
        for line in headers.getall("Authorization", ()):
            scheme, _, key = line.partition(" ")
            keys.append(key.strip() if scheme.lower() == "bearer" else "")
        keys += headers.getall("x-api-key", ())
        keys += headers.getall("x-goog-api-key", ())
        query = self._request.head.query
        # only there: addresses get written down
        if query and _GEMINI_PATH.search(self._path):
            named = parse_qs(query, keep_blank_values=True).get("key", ())
            keys += [key for key in named if not key.startswith(ACCESS)]  # RFC 6750: never there
        return [key for key in keys if key]

    @property
    def has_begun(self) -> bool:
        return self._stream is not None

    @property
    def is_gone(self) -> bool:
        transport = self._request.transport
        return transport is None or transport.is_closing()

    @property
    def connection(self) -> object | None:
        return self._request.transport

    @property
    def peer(self) -> tuple[str, int] | None:
        """Address and port of the other end of the connection: of a proxy, where one stands
        between. None once it is closed."""
        transport = self._request.transport
        name = None if transport is None else transport.get_extra_info("peername")
        return (str(name[0]), int(name[1])) if name else None

    @property
    def address(self) -> str:
        return self._request.remote if self._request.transport is not None else ""

    @property
    def held(self) -> Held:
        """Its connection, as the crowd knows it."""
        return self._request.connection

    @property
    def is_from_here(self) -> bool:
        return self._terms.guard.is_from_here(self._request)

    @property
    def is_encrypted(self) -> bool:
        """The connection itself is; what stands before a proxy is not known."""
        transport = self._request.transport
        return transport is not None and transport.get_extra_info("ssl_object") is not None

    def ends_here(self) -> None:
        """Its connection is closed with the answer."""
        self._request.is_last = True

    def take_no_more_than(self, body_bytes: int | None) -> None:
        """At a door whose bodies are all small; None leaves the limit of the settings."""
        if body_bytes is not None and body_bytes < self._max_body_bytes:
            self._max_body_bytes = body_bytes
            self._limit_words = "at this door"

    async def read_body(self) -> bytes:
        headers = self._request.headers
        encoding = headers.get("Content-Encoding", "").lower()
        if encoding not in _READABLE:
            raise UnsupportedMedia(f"The content encoding '{encoding[:40]}' cannot be read here.")
        if not self._request.body.is_whole:
            declared = headers.get("Content-Length")
            if declared is not None and int(declared) > self._max_body_bytes:
                raise self._too_large()
            if headers.get("Expect", "").lower() == "100-continue":
                self._tell_to_go_on()
        try:
            body = await self._read()
            if encoding in _PLAIN:
                return body
            return await self._terms.slices.run(self._unpacked(encoding, body))
        except ConnectionError as error:
            raise ClientGone("The client left while it was asking.") from error

    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        if self.response is not None:  # cut off meanwhile, or behind it: there is one answer only
            return
        answer = self.response = OutgoingAnswer(self._request, self._terms.date)
        answer.whole(status, headers, body)
        try:
            await answer.go_out()
        except asyncio.CancelledError:
            answer.break_off()
            raise
        except ConnectionError as error:
            raise ClientGone("The client left before its answer was complete.") from error

    async def begin(self, status: int, headers: HeaderLines) -> None:
        self._stream = self.response = OutgoingAnswer(self._request, self._terms.date)
        self._stream.begin(status, headers)

    async def send_head(self) -> None:
        """What `begin` was given, before there is a first piece."""
        assert self._stream is not None, "begin() comes first"
        try:
            await self._stream.go_out()
        except ConnectionError as error:
            raise ClientGone("The client left before its answer began.") from error

    async def write(self, chunk: bytes) -> None:
        assert self._stream is not None, "begin() comes first"
        try:
            await self._stream.send(chunk)
        except ConnectionError as error:
            raise ClientGone("The client left before its answer was complete.") from error

    def put(self, chunk: bytes) -> bool:
        """As `StraightCaller` says."""
        assert self._stream is not None, "begin() comes first"
        try:
            return self._stream.put(chunk)
        except ConnectionError as error:
            raise ClientGone("The client left before its answer was complete.") from error

    async def drained(self) -> None:
        assert self._stream is not None, "begin() comes first"
        try:
            await self._stream.drained()
        except ConnectionError as error:
            raise ClientGone("The client left before its answer was complete.") from error

    async def end(self) -> None:
        assert self._stream is not None, "begin() comes first"
        try:
            await self._stream.finish()
        except ConnectionError as error:
            raise ClientGone("The client left before its answer was complete.") from error

    async def _read(self) -> bytes:
        content = self._request.body
        if content.is_whole:  # the usual case: a small body came together with its head
            body = content.take()
            if len(body) > self._max_body_bytes:
                raise self._too_large()
            return body
        parts = BodyBuffer()
        now_s = asyncio.get_running_loop().time
        began_s = now_s()
        while True:
            try:
                async with asyncio.timeout(self._terms.pace.wait_s(now_s() - began_s, len(parts))):
                    part = await content.piece()
            except TimeoutError:
                raise RequestStalled(self._terms.pace.why(now_s() - began_s, len(parts))) from None
            if not part:
                return await self._terms.slices.run(parts.whole())
            parts.add(part)
            if len(parts) > self._max_body_bytes:
                raise self._too_large()

    def _tell_to_go_on(self) -> None:
        """The client waits for a word before it sends its body."""
        transport = self._request.transport
        if transport is not None:
            transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _unpacked(self, encoding: str, packed: bytes) -> Generator[None, None, bytes]:
        """In bounded steps: a few bytes may stand for very many."""
        is_zstd = encoding == large_bodies.ZSTD
        unpacker = large_bodies.ZstdUnpacker() if is_zstd else Unpacker(encoding)
        unpacker.feed(packed)
        body = BodyBuffer()
        while not unpacker.is_hungry:
            try:
                body.add(unpacker.step())
            except Garbled as error:
                raise MalformedRequest(f"The request's body is garbled: {error}.") from error
            if len(body) > self._max_body_bytes:
                raise self._too_large()
            yield
        if not unpacker.is_whole:
            raise MalformedRequest("The request's compressed body is not whole.")
        return (yield from body.whole())

    def _too_large(self) -> RequestTooLarge:
        return RequestTooLarge(
            f"The request's body is larger than {self._max_body_bytes:,} bytes "
            f"({self._limit_words})."
        )


def _without_keys(query: str) -> str:
    """What a client may have put into the address to be let in."""
    kept = [part for part in query.split("&") if not _names_a_key(part) and KEY_MARK not in part]
    return "&".join(kept)


def _names_a_key(part: str) -> bool:
    return unquote(part.partition("=")[0]).lower() in _KEY_NAMES
