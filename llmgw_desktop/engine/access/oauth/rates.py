"""How often the doors of OAuth may be knocked at: from one address, and by one program.

All programs of a computer come from one address. What that may ask for is there for all of them;
where one has used it up, each that can be told from the others still has a share of its own. All
shares together are once more as much: who comes under many names gets no more than that.
"""

from collections.abc import Awaitable, Callable

from llmgw_desktop.domain.access.access_errors import OauthCode, OauthError
from llmgw_desktop.domain.clock import Clock

MOST_SOURCES = 1024
AUTHORIZATIONS, EXCHANGES, REGISTRATIONS = 30, 120, 10
"""A minute, of each address."""
OWN_AUTHORIZATIONS, OWN_EXCHANGES, OWN_REGISTRATIONS = 6, 30, 2
"""A minute, of each program, when that is used up."""
ODD_REGISTRATIONS = 30
"""A minute, of each address: such as make nothing known, and take nothing from those that do."""
Telling = Callable[[], Awaitable[str]]
"""Which program asks, by what the gateway itself has found; empty where that is not known."""


class _Buckets:
    """So many a minute under each name, all of them at once if need be. Its memory is bounded:
    whoever has not come for longest is forgotten first."""

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._most = float(per_minute)
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> float:
        """0 where it was there; else in how many seconds the next one is."""
        now_s = self._clock.monotonic_s()
        left, at_s = self._left.pop(name, (self._most, now_s))
        left = min(self._most, left + (now_s - at_s) * self._most / 60)
        is_over = left < 1
        self._left[name] = (left if is_over else left - 1, now_s)
        while len(self._left) > MOST_SOURCES:
            del self._left[next(iter(self._left))]
        return (1 - left) * 60 / self._most if is_over else 0.0


class OauthRate:
    """Of one door."""

    def __init__(self, clock: Clock, per_minute: int, own_per_minute: int = 0) -> None:
        self._of_all = _Buckets(clock, per_minute)
        self._besides = _Buckets(clock, per_minute)
        self._own = _Buckets(clock, own_per_minute) if own_per_minute else None

    async def take(self, address: str, telling: Telling | None = None) -> None:
        """`telling` is asked only where the address has used up all. Raises OauthError."""
        wait_s = self._of_all.take(address)
        if not wait_s:
            return
        program = await telling() if telling is not None else ""
        if not program or not self._has_share(address, program):
            raise OauthError(
                OauthCode.TEMPORARILY_UNAVAILABLE,
                "This was asked too often within a minute; try again later.",
                retry_after_s=int(wait_s) + 1,
            )

    def _has_share(self, address: str, program: str) -> bool:
        if self._own is None or self._own.take(f"{address} {program}"):
            return False
        return not self._besides.take(address)


class OauthRates:
    def __init__(self, clock: Clock) -> None:
        self.authorizations = OauthRate(clock, AUTHORIZATIONS, OWN_AUTHORIZATIONS)
        self.exchanges = OauthRate(clock, EXCHANGES, OWN_EXCHANGES)
        self.registrations = OauthRate(clock, REGISTRATIONS, OWN_REGISTRATIONS)
        self.odd_registrations = OauthRate(clock, ODD_REGISTRATIONS)
