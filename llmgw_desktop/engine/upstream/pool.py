"""The connections that are kept to each address, and the one timer that notices that an upstream
has fallen silent.

A timeout around every read would cost more than the read, and a timer for every answer a good part
of a short one; here a read only notes its time, and the timer asks whose is long past.
"""

import asyncio
import ipaddress
import socket
import ssl
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import KW_ONLY
from typing import Any
from urllib.parse import urlsplit

from llmgw_desktop.domain.net_address import (
    STRAIGHT,
    ProviderWay,
    ProxyKind,
    TlsFiles,
    address_of,
    innermost,
    is_never_a_provider,
    is_own_network,
)
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.http1.client_connection import UpstreamConnection
from llmgw_desktop.engine.upstream.tunnel import ProxyFailed, open_tunnel
from llmgw_desktop.store.tls_files import client_context, client_state

KEPT_PER_TARGET = 64
IDLE_LIMIT_S = 50.0
"""Servers close idle connections themselves, most after a minute or more; we go first."""


@value(kw_only=False)
class ConnectTarget:
    """Where a base URL leads, and which way."""

    host: str
    port: int
    is_tls: bool
    _: KW_ONLY
    is_local: bool = False
    """It may lead to the person's own computer or network."""
    way: ProviderWay = STRAIGHT
    """Connections of one way are kept for that way alone."""

    @staticmethod
    def of(url: str, *, local: bool = False, way: ProviderWay = STRAIGHT) -> "ConnectTarget":
        """Raises ValueError for what is no http(s) URL."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"'{url}' is no http or https address")
        is_tls = parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
        is_local = local or not _is_public(parts.hostname)
        return ConnectTarget(parts.hostname, port, is_tls, is_local=is_local, way=way)


class LeadsBack(OSError):
    """A connection that was to reach an upstream reached ourselves."""


class LeadsAstray(OSError):
    """A name led to an address at which no provider may be; `where` says to what."""

    def __init__(self, where: str, *, is_never: bool) -> None:
        super().__init__(where)
        self.where = where
        self.is_never = is_never
        """It is nobody's provider, whatever the settings say."""

    @property
    def why(self) -> str:
        if self.is_never:
            return "where no provider may be"
        return "on your own computer or network; if that is meant, say so with local = true"


def plain_address(address: Any) -> tuple[str, int]:
    """Host and port of a socket's address; IPv4 is IPv4, wrapped or not."""
    return address[0].removeprefix("::ffff:"), address[1]


def _is_public(host: str) -> bool:
    """A name that is no address yet; one in figures, or of this computer, the settings have
    judged."""
    if "." not in host or host.endswith(".localhost"):
        return False
    try:
        socket.inet_aton(host)
    except OSError:
        return ":" not in host
    return False


class Pool:
    """The newest idle connection is taken first, so that the others can grow old and go."""

    def __init__(self) -> None:
        self.own_addresses: frozenset[tuple[str, int]] = frozenset()
        """Where the gateway listens: no upstream is there, whatever its name."""
        self._idle: dict[ConnectTarget, list[UpstreamConnection]] = defaultdict(list)
        self._contexts = _Contexts()

    def idle(self, target: ConnectTarget) -> list[UpstreamConnection]:
        """Those that are kept for it, as long as there is this pool."""
        return self._idle[target]

    @staticmethod
    def kept(idle: list[UpstreamConnection]) -> UpstreamConnection | None:
        """The newest of these that is open and not too old."""
        youngest_allowed = time.monotonic() - IDLE_LIMIT_S
        while idle:
            connection = idle.pop()
            if connection.is_open and connection.idle_since > youngest_allowed:
                return connection
            connection.close()
        return None

    @staticmethod
    def give_back(idle: list[UpstreamConnection], connection: UpstreamConnection) -> None:
        """For another exchange if it can bear one, else it is closed. Those that grew old behind it
        go."""
        if not connection.is_reusable or len(idle) >= KEPT_PER_TARGET:
            connection.close()
            return
        now = time.monotonic()
        while idle and not (idle[0].is_open and idle[0].idle_since > now - IDLE_LIMIT_S):
            idle.pop(0).close()
        connection.rest(now)
        idle.append(connection)

    def close(self) -> None:
        for idle in self._idle.values():
            for connection in idle:
                connection.close()
            idle.clear()

    async def connect(self, target: ConnectTarget, timeout_s: float) -> UpstreamConnection:
        """A new one. Raises OSError (ssl.SSLError, UnfitTlsFile and ProxyFailed included),
        TimeoutError."""
        async with asyncio.timeout(timeout_s):
            context = await self._contexts.of(target.way.tls) if target.is_tls else None
            if target.way.proxy is not None:
                return await self._connect_through(target, context)
            transport, connection = await asyncio.get_running_loop().create_connection(
                UpstreamConnection, target.host, target.port, ssl=context
            )
        try:
            self._check_reached(target, plain_address(transport.get_extra_info("peername")))
        except OSError:
            connection.close()
            raise
        return connection

    async def _connect_through(
        self, target: ConnectTarget, context: ssl.SSLContext | None
    ) -> UpstreamConnection:
        """Where a name leads the proxy knows alone; an address can be looked at before."""
        way = target.way
        assert way.proxy is not None
        self._check_meant(target)
        outer = None
        if way.proxy.kind is ProxyKind.HTTPS:  # our certificate is for the provider alone
            outer = await self._contexts.of(TlsFiles(ca_file=way.tls.ca_file))
        tunnel = await open_tunnel(
            way, target.host, target.port, tls=outer, check=self._check_proxy
        )
        connection = UpstreamConnection()
        if context is None:
            tunnel.set_protocol(connection)
            connection.connection_made(tunnel)
            return connection
        try:
            inner = await asyncio.get_running_loop().start_tls(
                tunnel, connection, context, server_hostname=target.host
            )
        except BaseException:
            tunnel.abort()
            raise
        assert inner is not None
        connection.connection_made(inner)
        return connection

    def _check_meant(self, target: ConnectTarget) -> None:
        """For a target in figures, or on this computer."""
        literal = address_of(target.host)
        hosts = ("127.0.0.1", "::1") if literal is None else (str(literal),)
        is_known = literal is not None or f".{target.host}".endswith(".localhost")
        if is_known and any((host, target.port) in self.own_addresses for host in hosts):
            raise LeadsBack
        if literal is not None:
            self._check_reached(target, (str(literal), target.port))

    def _check_proxy(self, transport: asyncio.BaseTransport) -> None:
        """A proxy may be anywhere that a person says, but for where nobody may be."""
        host, port = plain_address(transport.get_extra_info("peername"))
        if (host, port) in self.own_addresses:
            raise ProxyFailed("is this gateway itself")
        if is_never_a_provider(innermost(ipaddress.ip_address(host))):
            raise ProxyFailed(f"is at {host}, where no proxy may be")

    def _check_reached(self, target: ConnectTarget, reached: tuple[str, int]) -> None:
        """Nothing was said yet: a name may lead to another address at each look-up."""
        if reached in self.own_addresses:
            raise LeadsBack
        address = innermost(ipaddress.ip_address(reached[0]))
        is_never = is_never_a_provider(address)
        if is_never or (is_own_network(address) and not target.is_local):
            raise LeadsAstray(str(address), is_never=is_never)


class _Contexts:
    """One for each set of files, made in a thread: reading certificates takes a while. Made anew
    once a file has changed, so that a renewed certificate is used."""

    def __init__(self) -> None:
        self._made: dict[TlsFiles, tuple[object, ssl.SSLContext]] = {}
        self._one = asyncio.Lock()

    async def of(self, files: TlsFiles) -> ssl.SSLContext:
        """Raises UnfitTlsFile."""
        async with self._one:  # a burst makes one
            state = client_state(files)
            known = self._made.get(files)
            if known is not None and known[0] == state:
                return known[1]
            context = await asyncio.to_thread(client_context, files)
            self._made[files] = state, context
            return context


_NEARLY_S = 0.001


class SilenceTimer:
    """One for a client; it runs while anybody is listened to, and once more."""

    def __init__(self) -> None:
        self._watches: set[SilenceWatch] = set()
        self._handle: asyncio.TimerHandle | None = None
        self._due = 0.0

    def watch(self, limit_s: float, on_silence: Callable[[], None]) -> "SilenceWatch":
        """For one exchange, whose `end` must be called."""
        return SilenceWatch(self, limit_s, on_silence)

    def close(self) -> None:
        """Nothing is noticed any more."""
        self._watches.clear()
        self._stop()

    def add(self, watch: "SilenceWatch") -> None:
        self._watches.add(watch)
        self.look_by(watch.due)

    def discard(self, watch: "SilenceWatch") -> None:
        self._watches.discard(watch)

    def look_by(self, due: float) -> None:
        """At this moment or before: an earlier look arranges the next one."""
        if self._handle is not None:
            if self._due <= due:
                return
            self._stop()
        self._due = due
        self._handle = asyncio.get_running_loop().call_at(due, self._look)

    def _stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _look(self) -> None:
        self._handle = None
        now = asyncio.get_running_loop().time()
        silent = [watch for watch in self._watches if watch.is_silent_at(now)]
        self._watches.difference_update(silent)
        if self._watches:
            self.look_by(min(watch.due for watch in self._watches))
        for watch in silent:
            watch.tell()


class SilenceWatch:
    """Calls `on_silence` once when nothing was heard for `limit_s` after `listen`."""

    __slots__ = (
        "_is_on",
        "_is_resting",
        "_limit_s",
        "_loop",
        "_on_silence",
        "_timer",
        "due",
        "fell_silent",
    )

    def __init__(self, timer: SilenceTimer, limit_s: float, on_silence: Callable[[], None]) -> None:
        self._timer = timer
        self._loop = asyncio.get_running_loop()
        self._on_silence = on_silence
        self._limit_s = limit_s
        self._is_on = False
        self._is_resting = False
        self.due = 0.0
        self.fell_silent = False

    def listen(self) -> None:
        """From this moment on."""
        self.due = self._loop.time() + self._limit_s
        self._is_resting = False
        if not self._is_on:
            self._is_on = True
            self._timer.add(self)

    def rest(self) -> None:
        """Nobody listens for a while: whoever reads is slow, and silence means nothing."""
        self._is_resting = True

    def expect(self, limit_s: float) -> None:
        """From now on another patience."""
        is_shorter = limit_s < self._limit_s
        self._limit_s = limit_s
        if self._is_on:
            self.due = self._loop.time() + limit_s
            if is_shorter:
                self._timer.look_by(self.due)

    def end(self) -> None:
        if self._is_on:
            self._is_on = False
            self._timer.discard(self)

    # the timer's side

    def is_silent_at(self, now: float) -> bool:
        if self._is_resting:
            self.due = now + self._limit_s
        return self.due - now <= _NEARLY_S

    def tell(self) -> None:
        self._is_on = False
        self.fell_silent = True
        self._on_silence()
