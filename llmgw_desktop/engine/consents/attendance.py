"""Whether anybody is there who would see a question."""

import asyncio
from collections.abc import Callable

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.consent import ANSWER_WITHIN_S

WATCHES_FOR_S = ANSWER_WITHIN_S
"""Whoever has just looked at what waits is there for so long."""


class Attendance:
    """Windows say that they are there and that they have gone; of a command it is only known when
    it looked; and where the operator has a password, whoever knows it is there by himself."""

    def __init__(self, clock: Clock, has_password: Callable[[], bool]) -> None:
        self._clock = clock
        self._has_password = has_password
        self._here: set[str] = set()
        self._seen_until_s = float("-inf")
        self._expecting: set[asyncio.Future[None]] = set()

    def attend(self, here: bool, who: str) -> None:
        if here:
            self._here.add(who)
        else:
            self._here.discard(who)

    def look(self) -> None:
        self._seen_until_s = self._clock.monotonic_s() + WATCHES_FOR_S

    @property
    def is_anybody_there(self) -> bool:
        is_seen = self._clock.monotonic_s() < self._seen_until_s
        return bool(self._here) or is_seen or self._has_password()

    async def expect(self, within_s: float) -> None:
        """Until a question comes, or the time is over."""
        coming = asyncio.get_running_loop().create_future()
        self._expecting.add(coming)
        try:
            await asyncio.wait((coming,), timeout=within_s)
        finally:
            self._expecting.discard(coming)

    def tell(self) -> None:
        """A question has come."""
        for coming in self._expecting:
            if not coming.done():
                coming.set_result(None)
