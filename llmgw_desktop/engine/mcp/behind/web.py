"""What a server behind us leads to, asked on the gateway's own connections: documents about its
sign-in, and the addresses that they name.

A server is not believed more than it has to be: what it leads to is https, or on this computer as
the server itself is, and no address of the person's own network unless the server is there, too.
Nothing is followed to another address.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from llmgw_desktop.domain.mcp_presentation import HANDSHAKE_VERSIONS, NAME, TITLE, VERSION
from llmgw_desktop.domain.mcp_server import GivenServer
from llmgw_desktop.domain.plain_text import plain_text
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.http1 import UnfitHead
from llmgw_desktop.engine.http1.client_connection import BrokenAnswer, ConnectionClosed
from llmgw_desktop.engine.mcp.behind.peer import ServerFailed
from llmgw_desktop.engine.upstream.pool import ConnectTarget, LeadsAstray, LeadsBack, Pool

CONNECT_S = 15.0
BROKEN = (OSError, TimeoutError, ConnectionClosed, BrokenAnswer, UnfitHead)
LONGEST_ADDRESS = 2_000
_ANSWER_S = 30.0
_MOST_BYTES = 256 << 10
_ON_THIS_COMPUTER = ("127.0.0.1", "localhost", "::1")
_PARAMETER = re.compile(r'([A-Za-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.){0,2000})"|([^\s,"]{1,2000}))')
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


def failure_words(name: str, error: Exception) -> str:
    """Why it could not be asked."""
    if isinstance(error, LeadsBack):
        return f"{name} is this gateway itself."
    if isinstance(error, LeadsAstray):
        return f"{name} leads to {error.where}, {error.why}."
    if isinstance(error, TimeoutError):
        return f"{name} cannot be reached: no connection in {CONNECT_S:g} s."
    if isinstance(error, ConnectionClosed):
        return f"{name} closed the connection before its answer was whole."
    if isinstance(error, BrokenAnswer | UnfitHead):
        return f"{name} does not answer in HTTP."
    told = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or error
    return f"{name} cannot be reached: {told}."


@value
class Challenge:
    """What a server said of a sign-in when it refused us."""

    metadata_url: str = ""
    scope: str = ""
    error: str = ""


def challenge_of(header: str) -> Challenge:
    """Of `WWW-Authenticate`."""
    found = {
        name.lower(): re.sub(r"\\(.)", r"\1", quoted) or plain
        for name, quoted, plain in _PARAMETER.findall(header[: 4 * LONGEST_ADDRESS])
    }
    return Challenge(
        metadata_url=found.get("resource_metadata", ""),
        scope=found.get("scope", ""),
        error=found.get("error", ""),
    )


@value
class WebAnswer:
    """`fields`: where it is an object of JSON."""

    status: int
    fields: Mapping[str, Any]
    challenge: str = ""


class Web:
    """Asks what a server leads to; on the gateway's own connections, without redirects."""

    def __init__(self, server: GivenServer, pool: Pool) -> None:
        self.name = server.name
        self._pool = pool
        self._is_local = ConnectTarget.of(server.url).is_local

    def checked(self, url: object, what: str) -> str:
        """That it may be asked, or opened. Raises ServerFailed."""
        text = ""
        try:
            text = url if isinstance(url, str) and len(url) <= LONGEST_ADDRESS else ""
            parts = urlsplit(text)
            is_near = parts.hostname in _ON_THIS_COMPUTER and self._is_local
            is_fit = parts.scheme == "https" or (parts.scheme == "http" and is_near)
            is_fit &= text.isascii() and text.isprintable() and " " not in text
            is_fit &= bool(parts.hostname) and "@" not in parts.netloc and not parts.fragment
            is_fit = is_fit and (self._is_local or not ConnectTarget.of(text).is_local)
        except ValueError:
            is_fit = False
        if not is_fit:
            shown = plain_text(str(url))[:200]
            raise ServerFailed(f"{self.name} names {shown!r} as its {what}, which is not followed.")
        return text

    async def get(self, url: str, what: str) -> WebAnswer:
        """Raises ServerFailed."""
        return await self._ask("GET", self.checked(url, what), b"")

    async def post(
        self, url: str, what: str, fields: Mapping[str, Any], *, proof: str = "", form: bool = True
    ) -> WebAnswer:
        """`proof`: an Authorization header. Raises ServerFailed."""
        body = urlencode(fields).encode() if form else orjson.dumps(dict(fields))
        more = f"Content-Type: {_FORM if form else _JSON}\r\nContent-Length: {len(body)}\r\n"
        more += f"Authorization: {proof}\r\n" if proof else ""
        return await self._ask("POST", self.checked(url, what), body, more=more)

    async def greet(self, server: GivenServer) -> WebAnswer:
        """The server itself, as somebody who is not signed in. Raises ServerFailed."""
        hello = {"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": greeting()}
        body = orjson.dumps(hello)
        own = "".join(f"{name}: {text}\r\n" for name, text in server.headers.items())
        more = f"{own}Content-Type: {_JSON}\r\nContent-Length: {len(body)}\r\n"
        accepts = "application/json, text/event-stream"
        return await self._ask("POST", server.url, body, more=more, accepts=accepts)

    async def _ask(
        self, method: str, url: str, body: bytes, *, more: str = "", accepts: str = _JSON
    ) -> WebAnswer:
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        head = (
            f"{method} {parts.path or '/'}{query} HTTP/1.1\r\nHost: {parts.netloc}\r\n"
            f"User-Agent: llmgw/{VERSION}\r\nAccept: {accepts}\r\n"
            f"Accept-Encoding: identity\r\nConnection: close\r\n{more}\r\n"
        )
        connection = None
        try:
            async with asyncio.timeout(_ANSWER_S):
                target = ConnectTarget.of(url, local=self._is_local)
                connection = await self._pool.connect(target, CONNECT_S)
                connection.ask(head.encode(), body)
                await connection.answered()
                came = bytearray()
                kind = connection.headers.get("content-type", "")
                while "event-stream" not in kind and (piece := await connection.piece()):
                    came += piece
                    if len(came) > _MOST_BYTES:
                        raise ServerFailed(f"{url[:200]} answered with too much.")
        except BROKEN as error:
            raise ServerFailed(failure_words(parts.netloc, error)) from error
        finally:
            if connection is not None:
                connection.close()
        try:
            fields = orjson.loads(bytes(came))
        except ValueError:
            fields = None
        return WebAnswer(
            status=connection.status,
            fields=fields if isinstance(fields, dict) else {},
            challenge=connection.headers.get("www-authenticate", ""),
        )


def greeting(capabilities: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a server is told first. `capabilities`: what it may ask us."""
    return {
        "protocolVersion": HANDSHAKE_VERSIONS[-1],
        "capabilities": dict(capabilities or {}),
        "clientInfo": {"name": NAME, "title": TITLE, "version": VERSION},
    }
