"""Connections to upstreams, kept open between requests."""

import asyncio
import ipaddress
import socket
import ssl
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from llmgw_desktop.domain.net_address import innermost, is_never_a_provider, is_own_network
from llmgw_desktop.engine.upstream.connection import Connection

KEPT_PER_TARGET = 64
IDLE_LIMIT_S = 50.0
"""Servers close idle connections themselves, most after a minute or more; we go first."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a base URL leads."""

    host: str
    port: int
    is_tls: bool
    is_local: bool = False
    """It may lead to the person's own computer or network."""

    @staticmethod
    def of(url: str, *, local: bool = False) -> "Target":
        """Raises ValueError for what is no http(s) URL."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"'{url}' is no http or https address")
        is_tls = parts.scheme == "https"
        port = parts.port or (443 if is_tls else 80)
        return Target(parts.hostname, port, is_tls, local or not _is_public(parts.hostname))


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
        self._idle: dict[Target, list[Connection]] = defaultdict(list)
        self._tls: ssl.SSLContext | None = None

    def kept(self, target: Target) -> Connection | None:
        """The newest that is open and not too old."""
        idle = self._idle[target]
        youngest_allowed = time.monotonic() - IDLE_LIMIT_S
        while idle:
            connection = idle.pop()
            if connection.is_open and connection.idle_since > youngest_allowed:
                return connection
            connection.close()
        return None

    def give_back(self, target: Target, connection: Connection) -> None:
        """For another exchange if it can bear one, else it is closed."""
        idle = self._idle[target]
        if not connection.is_reusable or len(idle) >= KEPT_PER_TARGET:
            connection.close()
            return
        connection.rest(time.monotonic())
        idle.append(connection)

    def close(self) -> None:
        for idle in self._idle.values():
            for connection in idle:
                connection.close()
        self._idle.clear()

    async def connect(self, target: Target, timeout_s: float) -> Connection:
        """A new one. Raises OSError (ssl.SSLError included), TimeoutError."""
        context = self._tls_context() if target.is_tls else None
        async with asyncio.timeout(timeout_s):
            transport, connection = await asyncio.get_running_loop().create_connection(
                Connection, target.host, target.port, ssl=context
            )
        try:
            self._check_reached(target, plain_address(transport.get_extra_info("peername")))
        except OSError:
            connection.close()
            raise
        return connection

    def _check_reached(self, target: Target, reached: tuple[str, int]) -> None:
        """Nothing was said yet: a name may lead to another address at each look-up."""
        if reached in self.own_addresses:
            raise LeadsBack
        address = innermost(ipaddress.ip_address(reached[0]))
        is_never = is_never_a_provider(address)
        if is_never or (is_own_network(address) and not target.is_local):
            raise LeadsAstray(str(address), is_never=is_never)

    def _tls_context(self) -> ssl.SSLContext:
        if self._tls is None:  # reading the certificates takes a while: only when first needed
            self._tls = ssl.create_default_context()
        return self._tls
