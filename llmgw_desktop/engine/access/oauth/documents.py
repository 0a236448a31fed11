"""Programs whose id is the address of a document about them (client id metadata documents).

Such a document is read from the open internet alone. The name is looked up once, every address that
it has is checked, and the connection goes to those that were checked: what the name says a moment
later counts for nothing. No redirects, no proxies of the environment, little patience and room.
"""

import asyncio
import importlib
import ipaddress
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import orjson

from llmgw_desktop.domain.access.access_errors import OauthCode, ShownToPerson
from llmgw_desktop.domain.access.consent import ClientMade, ClientProof, OauthClient
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.net_address import Address, innermost, is_never_a_provider
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.oauth.client_metadata import name_of, redirects_of

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
        # rarely needed, and a fifth of all that a start would read in
        aiohttp = await asyncio.to_thread(importlib.import_module, "aiohttp")
        try:
            async with asyncio.timeout(self._patience_s):
                return await self._fetch(aiohttp, url)
        except TimeoutError:
            raise NotFetched(f"it did not come within {self._patience_s:g} s") from None
        except (aiohttp.ClientError, ssl.SSLError, OSError) as error:
            raise NotFetched(f"its server cannot be asked ({type(error).__name__})") from None

    async def _fetch(self, aiohttp: Any, url: str) -> tuple[bytes, str]:
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


class _Pinned:
    """A resolver for aiohttp. Knows one name, by the addresses that were checked."""

    def __init__(self, host: str, port: int, addresses: Sequence[Address]) -> None:
        self._host = host
        self._port = port
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[dict[str, Any]]:
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


MOST_KEPT = 100
AT_ONCE = 4
LONGEST_ADDRESS = 500
_KEPT_S, _LEAST_KEPT_S, _MOST_KEPT_S = 3600.0, 60.0, 86_400.0
_FAULT_KEPT_S = 30.0
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age=([0-9]{1,9})(?:$|[\s,])", re.IGNORECASE)
_PLAIN = re.compile(r"https://[A-Za-z0-9\-._~:/?\[\]!$&'()+,;=%]+")


def is_document_id(client_id: str) -> bool:
    """An https address with a path, that has one spelling."""
    if len(client_id) > LONGEST_ADDRESS or not _PLAIN.fullmatch(client_id):
        return False
    try:
        parts = urlsplit(client_id)
        port = parts.port
    except ValueError:
        return False
    steps = parts.path.split("/")
    is_whole = bool(parts.hostname) and parts.path not in ("", "/") and "@" not in parts.netloc
    return is_whole and port != 0 and "." not in steps and ".." not in steps


@value
class _Kept:
    client: OauthClient | None
    problem: str
    until_s: float


class Documents:
    """Each is read once, whoever asks meanwhile, and kept for a while, faults too."""

    def __init__(self, fetcher: DocumentFetcher, clock: Clock) -> None:
        self._fetcher = fetcher
        self._clock = clock
        self._kept: dict[str, _Kept] = {}
        self._reading: dict[str, asyncio.Lock] = {}
        self._free = asyncio.Semaphore(AT_ONCE)

    def knows(self, address: str) -> bool:
        """It was read, and is good."""
        kept = self._kept.get(address)
        return kept is not None and kept.client is not None

    async def client(self, address: str) -> OauthClient:
        """Raises ShownToPerson."""
        lock = self._reading.setdefault(address, asyncio.Lock())
        try:
            async with lock:
                kept = self._kept.get(address)
                if kept is None or self._clock.monotonic_s() >= kept.until_s:
                    kept = self._keep(address, await self._read(address))
        finally:
            if not lock.locked():
                self._reading.pop(address, None)
        if kept.client is None:
            raise ShownToPerson(
                OauthCode.INVALID_CLIENT,
                f"The program is described at {address}, which cannot be used: {kept.problem}.",
            )
        return kept.client

    async def _read(self, address: str) -> _Kept:
        now_s = self._clock.monotonic_s()
        try:
            async with self._free:
                raw, how_long = await self._fetcher.fetch(address)
            client = _client(address, raw)
        except NotFetched as fault:
            return _Kept(client=None, problem=str(fault), until_s=now_s + _FAULT_KEPT_S)
        return _Kept(client=client, problem="", until_s=now_s + _kept_s(how_long))

    def _keep(self, address: str, kept: _Kept) -> _Kept:
        self._kept.pop(address, None)
        while len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[address] = kept
        return kept


def _client(address: str, raw: bytes) -> OauthClient:
    """Raises NotFetched."""
    try:
        document = orjson.loads(raw)
    except ValueError:
        raise NotFetched("it is not JSON") from None
    if not isinstance(document, dict):
        raise NotFetched("it is not a JSON object")
    if document.get("client_id") != address:
        raise NotFetched("its client_id is not its own address")
    if "client_secret" in document or _proof(document) is not ClientProof.NONE:
        raise NotFetched('it must be a public client: token_endpoint_auth_method "none"')
    redirects = redirects_of(document)
    if not redirects:
        raise NotFetched("none of its redirect_uris can be used: https, or http to this computer")
    return OauthClient(
        id=address,
        name=name_of(document) or urlsplit(address).hostname or address,
        made=ClientMade.DOCUMENT,
        redirect_uris=redirects,
    )


def _proof(document: Mapping[str, Any]) -> ClientProof | None:
    named = document.get("token_endpoint_auth_method", "none")
    return ClientProof.NONE if named == "none" else None


def _kept_s(how_long: str) -> float:
    """What the server says, within bounds."""
    lowered = how_long.lower()
    if "no-store" in lowered or "no-cache" in lowered:
        return _LEAST_KEPT_S
    found = _MAX_AGE.search(how_long)
    return _KEPT_S if found is None else min(max(float(found[1]), _LEAST_KEPT_S), _MOST_KEPT_S)
