"""Wrong keys, counted: however many come, the log gets a line a minute and memory stays small."""

import asyncio
import logging
from collections import Counter

_log = logging.getLogger(__name__)

EVERY_S = 60.0
MOST_ADDRESSES = 8
"""Told by name; the rest is "others"."""


class Refusals:
    """`note` each; the line comes when the minute is over."""

    def __init__(self, every_s: float = EVERY_S) -> None:
        self._every_s = every_s
        self._count = 0
        self._of: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def note(self, address: str) -> None:
        """On the loop."""
        self._count += 1
        if address in self._of or len(self._of) < MOST_ADDRESSES:
            self._of[address] += 1
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self._every_s, self.tell)

    def tell(self) -> None:
        """What was counted since the last line; nothing, where nothing was."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._count:
            return
        told = [f"{address or 'no address'} ({count:,})" for address, count in self._of.items()]
        others = self._count - self._of.total()
        told += [f"others ({others:,})"] if others else []
        words = "request" if self._count == 1 else "requests"
        _log.warning(
            "%s %s without a valid key, from %s", f"{self._count:,}", words, ", ".join(told)
        )
        self._count = 0
        self._of.clear()
