"""Reads a document that a stranger names, and only from the open internet.

The name is looked up once, every address that it has is checked, and the connection goes to those
that were checked: what the name says a moment later counts for nothing. No redirects, no proxies of
the environment, little patience and little room.
"""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from typing_extensions import override

from llmgw_desktop.domain.net_address import Address, innermost, is_never_a_provider

PATIENCE_S = 5.0
MOST_BYTES = 64 * 1024
_HEADER_BYTES = 8 * 1024

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]


class NotFetched(Exception):
    """In words for who wrote the client; nothing of what another machine answered."""


def is_public(address: Address) -> bool:
    """On the open internet, whatever it is wrapped in."""
    inner = innermost(address)
    is_open = inner.is_global and not inner.is_multicast and not inner.is_reserved
    return is_open and address.is_global and not is_never_a_provider(inner)


async def look_up(host: str, port: int) -> Sequence[str]:
    """All addresses of a name."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


class DocumentFetcher:
    """The parameters are for tests, which have no open internet."""

    def __init__(
        self,
        *,
        look_up: LookUp = look_up,
        is_allowed: Callable[[Address], bool] = is_public,
        tls: ssl.SSLContext | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._look_up = look_up
        self._is_allowed = is_allowed
        self._tls = tls
        self._patience_s = patience_s

    async def fetch(self, url: str) -> tuple[bytes, str]:
        """The document and how long it may be kept (`Cache-Control`). Raises NotFetched."""
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._fetch(url)
        except TimeoutError:
            raise NotFetched(f"it did not come within {self._patience_s:g} s") from None
        except (aiohttp.ClientError, ssl.SSLError, OSError) as error:
            raise NotFetched(f"its server cannot be asked ({type(error).__name__})") from None

    async def _fetch(self, url: str) -> tuple[bytes, str]:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
        if parts.scheme != "https":
            raise NotFetched("it is not at an https address")
        addresses = await self._checked(host, port)
        connector = aiohttp.TCPConnector(
            resolver=_Pinned(host, port, addresses), use_dns_cache=False, force_close=True
        )
        async with (
            aiohttp.ClientSession(
                connector=connector,
                trust_env=False,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                max_line_size=_HEADER_BYTES,
                max_field_size=_HEADER_BYTES,
                headers={"Accept": "application/json", "Accept-Encoding": "identity"},
            ) as session,
            session.get(url, allow_redirects=False, ssl=self._tls or True) as answer,
        ):
            return await _body(answer), answer.headers.get("Cache-Control", "")

    async def _checked(self, host: str, port: int) -> Sequence[Address]:
        """One that is not public spoils them all: such a name leads two ways."""
        try:
            found = await self._look_up(host, port)
            addresses = [ipaddress.ip_address(each.partition("%")[0]) for each in found]
        except (OSError, ValueError):
            raise NotFetched("its server's name is not known") from None
        if not addresses or not all(self._is_allowed(each) for each in addresses):
            raise NotFetched("its server is not on the open internet")
        return addresses


class _Pinned(AbstractResolver):
    """Knows one name, by the addresses that were checked."""

    def __init__(self, host: str, port: int, addresses: Sequence[Address]) -> None:
        self._host = host
        self._port = port
        self._addresses = addresses

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if host != self._host or port != self._port:
            raise OSError(f"{host} was not looked up")
        return [
            {
                "hostname": host,
                "host": str(each),
                "port": port,
                "family": socket.AF_INET6 if each.version == 6 else socket.AF_INET,
                "proto": 0,
                "flags": socket.AI_NUMERICHOST,
            }
            for each in self._addresses
        ]

    @override
    async def close(self) -> None:
        pass


async def _body(answer: Any) -> bytes:
    if answer.status != 200:
        raise NotFetched(f"its server answered {answer.status}; redirects are not followed")
    media = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        raise NotFetched("it is not JSON by its content type")
    body = bytearray()
    async for part in answer.content.iter_any():
        body += part
        if len(body) > MOST_BYTES:
            raise NotFetched(f"it is larger than {MOST_BYTES:,} bytes")
    return bytes(body)
