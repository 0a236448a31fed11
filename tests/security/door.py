"""A door to be attacked: bytes go in as they are, and come back as they are."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tests.support.gateway import Gateway
from tests.support.lane import Lane

PATIENCE_S = 20.0
QUESTION: dict[str, Any] = {
    "model": "practice/echo",
    "max_tokens": 9,
    "messages": [{"role": "user", "content": "ping"}],
}


@dataclass(frozen=True, slots=True)
class Told:
    """What came back; status 0: nothing did."""

    status: int
    head: str
    body: bytes

    def header(self, name: str) -> str:
        for line in self.head.split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.strip().lower() == name:
                return value.strip()
        return ""


@dataclass(frozen=True, slots=True)
class Door:
    gateway: Gateway
    lane: Lane
    """The only vendor behind it, with the model `stub`."""
    agent: str
    """A client's key: models, MCP, jobs."""
    other: str
    """Of another client that may only use and list models."""
    token: str
    """The static one, of the proxy."""

    @property
    def port(self) -> int:
        return self.gateway.port

    @property
    def local(self) -> str:
        return self.gateway.access_key()

    def talk(self, data: bytes) -> bytes:
        """All that comes back until the other side closes or has answered."""
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_S) as plug:
            with suppress(BrokenPipeError, ConnectionResetError):
                plug.sendall(data)  # it may have had enough; what it said is there all the same
            said = b""
            with suppress(ConnectionResetError, TimeoutError):
                while piece := plug.recv(65536):
                    said += piece
            return said

    def ask(
        self,
        method: str,
        path: str,
        *lines: str,
        key: str | None = None,
        body: bytes | None = None,
        host: str | None = None,
    ) -> Told:
        """One request, well-formed but for `lines`; `host`: None is ours."""
        head = [f"{method} {path} HTTP/1.1", f"Host: {host or f'127.0.0.1:{self.port}'}"]
        head += [f"Authorization: Bearer {key}"] if key is not None else []
        head += [*lines, "Connection: close"]
        head += [f"Content-Length: {len(body)}"] if body is not None else []
        raw = "\r\n".join([*head, "", ""]).encode("utf-8", "surrogateescape")
        return told(self.talk(raw + (body or b"")))

    def chat(self, *lines: str, key: str | None = None, **more: Any) -> Told:
        body = json.dumps(QUESTION | more).encode()
        kind = () if any(line.lower().startswith("content-type") for line in lines) else (JSON,)
        return self.ask("POST", "/v1/chat/completions", *kind, *lines, key=key, body=body)


JSON = "Content-Type: application/json"


def told(raw: bytes) -> Told:
    head, _, body = raw.partition(b"\r\n\r\n")
    text = head.decode("latin-1")
    parts = text.split(" ", 2)
    status = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
    if b"transfer-encoding: chunked" in head.lower():
        body = b"".join(body.split(b"\r\n")[1::2])
    return Told(status, text, body)
