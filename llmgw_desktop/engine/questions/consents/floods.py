"""How often one source may ask: what comes more often is refused unasked.

All programs of a computer are one source. Where one has used up what that may ask, each still has a
share of its own; all shares together are no more than the source may ask anyway.
"""

import ipaddress
from collections import deque

from llmgw_desktop.domain.access.consent import MOST_A_MINUTE
from llmgw_desktop.domain.clock import Clock

_WINDOW_S = 60.0
_MOST_SOURCES = 1000
"""Beyond it the one that was quiet for longest is forgotten."""


class RequestRates:
    """A source is an address; of IPv6 its network, for one host has as many as it likes."""

    def __init__(self, clock: Clock, most: int = MOST_A_MINUTE, own: int = 0) -> None:
        """`own` is the share of each program."""
        self._clock = clock
        self._most = most
        self._share = own
        self._asked: dict[str, deque[float]] = {}
        self._told: dict[str, float] = {}

    def may_ask(self, address: str, program: str = "") -> bool:
        """Counts it as well, unless it was refused."""
        source = _source(address)
        if self._takes(source, self._most):
            return True
        if not program or not self._share:
            return False
        is_left = self._takes(f"{source} {program}", self._share)
        return is_left and self._takes(f"{source} besides", self._most)

    def _takes(self, name: str, most: int) -> bool:
        now_s = self._clock.monotonic_s()
        times = self._asked.pop(name, None) or deque(maxlen=most)
        self._asked[name] = times
        self._forget()
        if len(times) == most and now_s - times[0] < _WINDOW_S:
            return False
        times.append(now_s)
        return True

    def is_news(self, address: str) -> bool:
        """Whether a refusal is worth a line in the log: once a minute for each source."""
        now_s, source = self._clock.monotonic_s(), _source(address)
        if now_s - self._told.get(source, -_WINDOW_S) < _WINDOW_S:
            return False
        self._told.pop(source, None)
        self._told[source] = now_s
        self._forget()
        return True

    def _forget(self) -> None:
        for known in (self._asked, self._told):
            while len(known) > _MOST_SOURCES:
                del known[next(iter(known))]


def _source(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:80]
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        if not ip.is_loopback:
            return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
