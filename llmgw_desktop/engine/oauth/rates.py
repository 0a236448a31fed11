"""How often the doors of OAuth may be knocked at from one address."""

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.oauth_errors import OauthCode, OauthError

MOST_ADDRESSES = 1024
AUTHORIZATIONS, EXCHANGES, REGISTRATIONS = 30, 120, 10
"""A minute, of each address."""


class Rate:
    """So many a minute, all of them at once if need be. Its memory is bounded: whoever has not
    come for longest is forgotten first."""

    def __init__(self, clock: Clock, per_minute: int) -> None:
        self._clock = clock
        self._most = float(per_minute)
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, address: str) -> None:
        """Raises OauthError."""
        now_s = self._clock.monotonic_s()
        left, at_s = self._left.pop(address, (self._most, now_s))
        left = min(self._most, left + (now_s - at_s) * self._most / 60)
        is_over = left < 1
        self._left[address] = (left if is_over else left - 1, now_s)
        while len(self._left) > MOST_ADDRESSES:
            del self._left[next(iter(self._left))]
        if is_over:
            raise OauthError(
                OauthCode.TEMPORARILY_UNAVAILABLE,
                "This was asked too often within a minute; try again later.",
                retry_after_s=int((1 - left) * 60 / self._most) + 1,
            )


class Rates:
    def __init__(self, clock: Clock) -> None:
        self.authorizations = Rate(clock, AUTHORIZATIONS)
        self.exchanges = Rate(clock, EXCHANGES)
        self.registrations = Rate(clock, REGISTRATIONS)
