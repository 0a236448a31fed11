"""HTTP requests with nothing added and nothing mended: exact headers, exact body, exact answer.

An SDK retries, decodes and hides; here a test sees what went over the socket, and whether the
answer came to its end.
"""

from __future__ import annotations

import http.client
import json
import socket
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

HeaderList = Sequence[tuple[str, str]]
JSON_TYPE = ("Content-Type", "application/json")
_TIMEOUT_S = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    whole: bool
    """The body came to the end that its framing announced."""

    def json(self) -> Any:
        return json.loads(self.body)

    def plain(self) -> bytes:
        """The body without its content encoding."""
        if self.headers.get("Content-Encoding") == "gzip":
            return zlib.decompress(self.body, wbits=31)
        return self.body

    def events(self) -> list[tuple[str, str]]:
        """(event name, data) of an event stream; comment lines left out."""
        return list(read_events(self.plain()))

    @property
    def flight_id(self) -> str:
        flight = self.headers.get("x-llmgw-flight")
        assert flight, f"no x-llmgw-flight in {self.headers.items()}"
        return flight


def read_events(stream: bytes) -> Iterator[tuple[str, str]]:
    for block in stream.decode(errors="replace").replace("\r\n", "\n").split("\n\n"):
        fields: dict[str, list[str]] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
        if "data" in fields:
            yield fields.get("event", [""])[0], "\n".join(fields["data"])


def send(
    url: str,
    *,
    headers: HeaderList = (),
    body: bytes | Iterable[bytes] | None = None,
    method: str = "POST",
    timeout_s: float = _TIMEOUT_S,
) -> Reply:
    """One exchange on a connection of its own."""
    with open_exchange(url, headers=headers, body=body, method=method, timeout_s=timeout_s) as got:
        return read_reply(got)


@contextmanager
def open_exchange(
    url: str,
    *,
    headers: HeaderList = (),
    body: bytes | Iterable[bytes] | None = None,
    method: str = "POST",
    timeout_s: float = _TIMEOUT_S,
) -> Iterator[http.client.HTTPResponse]:
    """The answer with its body still to be read. Host and Content-Length are added if missing."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port, timeout=timeout_s, blocksize=1 << 20
    )
    names = {name.lower() for name, _ in headers}
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.putrequest(method, target, skip_host="host" in names, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        if isinstance(body, bytes) and not names & {"content-length", "transfer-encoding"}:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        _write_body(connection, [body] if isinstance(body, bytes) else body or ())
        response = connection.getresponse()
        try:
            yield response
        finally:
            response.close()
    finally:
        connection.close()


def _write_body(connection: http.client.HTTPConnection, parts: Iterable[bytes]) -> None:
    try:
        for part in parts:
            connection.send(part)
    except (BrokenPipeError, ConnectionResetError):
        # Refused before the end of the body: the answer may already be there to read.
        pass


def read_reply(response: http.client.HTTPResponse) -> Reply:
    parts: list[bytes] = []
    whole = True
    try:
        while part := response.read1(1 << 20):
            parts.append(part)
        # read1 of a body with a length ends quietly when the connection ends early.
        whole = not response.length
    except (http.client.IncompleteRead, ConnectionError):
        whole = False
    return Reply(
        status=response.status, headers=response.headers, body=b"".join(parts), whole=whole
    )


def hang_up(response: http.client.HTTPResponse) -> None:
    """Leave at once, as a client does that is killed."""
    plug = _socket_of(response)
    plug.shutdown(socket.SHUT_RDWR)
    response.close()


def _socket_of(response: http.client.HTTPResponse) -> socket.socket:
    raw: Any = response.fp
    plug: socket.socket = raw.raw._sock
    return plug


def anthropic_headers(key: str, extra: Mapping[str, str] | None = None) -> HeaderList:
    return [
        ("x-api-key", key),
        ("anthropic-version", "2023-06-01"),
        JSON_TYPE,
        *(extra or {}).items(),
    ]


def openai_headers(key: str, extra: Mapping[str, str] | None = None) -> HeaderList:
    return [("Authorization", f"Bearer {key}"), JSON_TYPE, *(extra or {}).items()]
