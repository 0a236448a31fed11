"""A connection through a proxy: CONNECT of HTTP, or SOCKS5 (RFC 1928, 1929).

The proxy is told a host and a port, and its own sign-in; what is for the provider goes through the
open tunnel. A proxy may say anything, in pieces of any size: no more is read of it than its answer
can have, and whoever opens a tunnel bounds the time.
"""

import asyncio
import re
import socket
import ssl
from base64 import b64encode
from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address
from typing import cast

from typing_extensions import override

from llmgw_desktop.domain.net_address import ProviderWay, ProxyKind, address_of

MOST_BYTES = 16 * 1024
"""Of all that a proxy says before the tunnel is open."""
_HEAD_END = b"\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [^\r\n]*)?\r\n")
_LONGEST = 255
"""Of a name in SOCKS5: its length is one byte."""


class ProxyFailed(OSError):
    """There is no way through the proxy; the text says why, and what to do."""


CheckPeer = Callable[[asyncio.BaseTransport], None]


async def open_tunnel(
    way: ProviderWay, host: str, port: int, *, tls: ssl.SSLContext | None, check: CheckPeer
) -> asyncio.Transport:
    """To `host` and `port`, nothing said there yet. `tls` is for a proxy that is spoken with inside
    TLS; `check` looks at whom was reached before a word is said.

    Raises ProxyFailed, and what `check` raises.
    """
    assert way.proxy is not None
    try:
        transport, talk = await asyncio.get_running_loop().create_connection(
            _Talk, way.proxy.host, way.proxy.port, ssl=tls
        )
    except OSError as error:
        raise ProxyFailed(_unreached(way, error)) from error
    shake: Callable[[_Talk, ProviderWay, str, int], Awaitable[None]] = _connect
    if way.proxy.kind is ProxyKind.SOCKS5:
        shake = _socks5
    try:
        check(transport)
        await shake(talk, way, host, port)
        talk.check_silent()
    except BaseException:
        transport.abort()
        raise
    return transport


class _Talk(asyncio.Protocol):
    """What a proxy says until the tunnel is open."""

    def __init__(self) -> None:
        self._said = bytearray()
        self._total = 0
        self._waiter: asyncio.Future[None] | None = None
        self._error: ProxyFailed | None = None
        self._transport: asyncio.Transport | None = None

    def say(self, words: bytes) -> None:
        assert self._transport is not None
        self._transport.write(words)

    async def exactly(self, count: int) -> bytes:
        """Raises ProxyFailed where fewer bytes come."""
        while len(self._said) < count:
            await self._news()
        found = bytes(self._said[:count])
        del self._said[:count]
        return found

    async def head(self) -> bytes:
        """Of an answer of HTTP, with the empty line at its end. Raises ProxyFailed."""
        while (at := self._said.find(_HEAD_END)) < 0:
            await self._news()
        return await self.exactly(at + len(_HEAD_END))

    def check_silent(self) -> None:
        """Who waits at the far end speaks second, so this would be the proxy's own."""
        if self._said:
            raise ProxyFailed("said more than its answer")

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    @override
    def data_received(self, data: bytes) -> None:
        self._total += len(data)
        if self._total > MOST_BYTES:
            self._fail("said more than any answer has")
            assert self._transport is not None
            self._transport.abort()
            return
        self._said += data
        self._wake()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._fail("closed the connection")

    async def _news(self) -> None:
        if self._error is not None:
            raise self._error
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _fail(self, why: str) -> None:
        self._error = self._error or ProxyFailed(why)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def _connect(talk: _Talk, way: ProviderWay, host: str, port: int) -> None:
    """HTTP's CONNECT. Raises ProxyFailed."""
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {place} HTTP/1.1", f"Host: {place}"]
    if way.sign_in:
        lines.append(f"Proxy-Authorization: Basic {b64encode(way.sign_in.encode()).decode()}")
    talk.say(("\r\n".join(lines) + "\r\n\r\n").encode("ascii"))
    status = 100
    while status < 200:  # what is no answer yet
        found = _STATUS.match(await talk.head())
        if found is None:
            raise ProxyFailed("did not answer as a proxy of HTTP does")
        status = int(found[1])
    if status >= 300:
        raise ProxyFailed(_refused(status, way, place))


def _refused(status: int, way: ProviderWay, place: str) -> str:
    match status:
        case 407:
            return f"{_SIGN_IN_REFUSED if way.sign_in else _SIGN_IN_WANTED} (407). {_kept(way)}"
        case 401 | 403 | 405:
            return f"does not let anybody through to {place} ({status}). {_ASK}"
        case 502 | 503 | 504:
            return f"could not reach {place} ({status})"
    return f"answered CONNECT {place} with status {status}"


_SIGN_IN_REFUSED = "refuses its sign-in"
_SIGN_IN_WANTED = "wants a sign-in"
_ASK = "Ask who runs it, or go another way: proxy in the settings, NO_PROXY in the environment"


def _kept(way: ProviderWay) -> str:
    """Where a sign-in is to be corrected."""
    if way.vault:
        return f"Correct the entry {way.vault} of the vault; it holds name:password"
    if way.because:
        return f"Correct it in the environment's {way.because}, http://name:password@host:port"
    return "Store it with llmgw vault set, as name:password, and name that entry in proxy_vault"


_VERSION, _NO_SIGN_IN, _BY_PASSWORD = 5, 0, 2
_NAMED, _IPV4, _IPV6 = 3, 1, 4
_SOCKS_REFUSALS = {
    1: "failed for a reason that it does not tell",
    2: "does not let anybody through to {place}. " + _ASK,
    3: "could not reach {place}: its network is not reachable from there",
    4: "could not reach {place}: the host is not known or not reachable there",
    5: "could not reach {place}: the connection was refused there",
    6: "could not reach {place}: it took too many steps",
    7: "does not open connections at all",
    8: "does not take this sort of address",
}


async def _socks5(talk: _Talk, way: ProviderWay, host: str, port: int) -> None:
    """Raises ProxyFailed."""
    ways = (_NO_SIGN_IN, _BY_PASSWORD) if way.sign_in else (_NO_SIGN_IN,)
    talk.say(bytes((_VERSION, len(ways), *ways)))
    version, chosen = await talk.exactly(2)
    if version != _VERSION:
        raise ProxyFailed("did not answer as a proxy of SOCKS5 does")
    if chosen == _BY_PASSWORD and way.sign_in:
        await _sign_in(talk, way)
    elif chosen != _NO_SIGN_IN:
        raise ProxyFailed(
            "takes no sign-in by name and password"
            if way.sign_in
            else f"{_SIGN_IN_WANTED}. {_kept(way)}"
        )
    talk.say(bytes((_VERSION, 1, 0)) + _socks_place(host) + port.to_bytes(2, "big"))
    version, refusal, _, sort = await talk.exactly(4)
    if version != _VERSION:
        raise ProxyFailed("did not answer as a proxy of SOCKS5 does")
    if refusal:
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        words = _SOCKS_REFUSALS.get(refusal, f"refuses with code {refusal}")
        raise ProxyFailed(words.format(place=place))
    lengths = {_IPV4: 4, _IPV6: 16}
    if sort == _NAMED:
        lengths[_NAMED] = (await talk.exactly(1))[0]
    if sort not in lengths:
        raise ProxyFailed("did not answer as a proxy of SOCKS5 does")
    await talk.exactly(lengths[sort] + 2)  # from where it asks, which is nobody's business


async def _sign_in(talk: _Talk, way: ProviderWay) -> None:
    name, _, password = way.sign_in.partition(":")
    parts = [part.encode() for part in (name, password)]
    if max(map(len, parts)) > _LONGEST:
        raise ProxyFailed(f"takes no name or password of more than {_LONGEST} bytes")
    talk.say(b"\x01" + b"".join(bytes((len(part),)) + part for part in parts))
    if (await talk.exactly(2))[1] != 0:
        raise ProxyFailed(f"{_SIGN_IN_REFUSED}. {_kept(way)}")


def _socks_place(host: str) -> bytes:
    """Names are the proxy's to look up."""
    address = address_of(host)
    if address is not None:
        sort = _IPV4 if isinstance(address, IPv4Address) else _IPV6
        return bytes((sort,)) + address.packed
    name = host.encode("ascii")
    return bytes((_NAMED, len(name))) + name


def _unreached(way: ProviderWay, error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        reason = getattr(error, "verify_message", "") or error.reason or "TLS failed"
        return f"cannot be trusted: {reason}"
    if isinstance(error, ConnectionRefusedError):
        return f"refused the connection. Is it running? {_where_named(way)}"
    if isinstance(error, socket.gaierror):
        return f"has a name that is unknown. Are you online? {_where_named(way)}"
    return f"cannot be reached: {error.strerror or error}"


def _where_named(way: ProviderWay) -> str:
    named = f"the environment's {way.because}" if way.because else "proxy in the settings"
    return f"It is named by {named}"
