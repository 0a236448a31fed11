"""The operator's password, by which questions can be answered where there is no window.

It is set by `llmgw oauth consent-password set` in another process, so what is known of it here is
looked at again now and then.
"""

import asyncio
import logging
from collections.abc import Callable

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.engine.hashing import Hashing

SHORTEST = 10
LOOKS_EVERY_S = 2.0
_log = logging.getLogger(__name__)


class OperatorPassword:
    """`kept` reads its hash, empty where none was set; it may raise StoreError."""

    def __init__(self, kept: Callable[[], str], hashing: Hashing, clock: Clock) -> None:
        self._kept = kept
        self._hashing = hashing
        self._clock = clock
        self._hash = ""
        self._looked_at_s = float("-inf")

    @property
    def is_set(self) -> bool:
        """As of the last two seconds. One row by its key: quick enough for the loop."""
        now_s = self._clock.monotonic_s()
        if now_s - self._looked_at_s >= LOOKS_EVERY_S:
            self._looked_at_s = now_s
            self._hash = self._read()
        return bool(self._hash)

    async def matches(self, password: str) -> bool:
        """By what is in the file now. Raises HashingBusy."""
        self._hash = await asyncio.to_thread(self._read)
        return bool(self._hash) and await self._hashing.matches(password, self._hash)

    def _read(self) -> str:
        """What cannot be read opens nothing."""
        try:
            return self._kept()
        except StoreError as error:
            _log.warning("the operator's password cannot be read: %s", error)
            return ""
