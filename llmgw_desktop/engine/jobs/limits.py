"""How long a run may take and how long it may say nothing. Two timers a run, neither of which looks
whether something happened: the second is set anew only when it rings."""

import asyncio
from collections.abc import Callable

from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.outcome import Stop


@value
class RunLimits:
    """Of one run."""

    total_s: float
    """From now on."""
    idle_s: float | None
    """None where the CLI says nothing until it is done: then silence says nothing either."""
    output_bytes: int


class Deadlines:
    """Calls `stop` at most once for each limit."""

    def __init__(self, limits: RunLimits, stop: Callable[[Stop], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._idle_s = limits.idle_s
        self._stop = stop
        self._heard = self._loop.time()
        total_s = max(limits.total_s, 0.0)
        self._total = self._loop.call_later(total_s, stop, Stop.TIMEOUT)
        self._idle: asyncio.TimerHandle | None = None
        self._is_resting = False
        self._is_closed = False
        self._look()

    def heard(self) -> None:
        """The run said something."""
        self._heard = self._loop.time()

    def rest(self, is_waiting: bool) -> None:
        """While it waits for a person its silence says nothing, and nobody looks."""
        if is_waiting == self._is_resting:
            return
        self._is_resting = is_waiting
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        self.heard()
        self._look()

    def close(self) -> None:
        self._is_closed = True
        self._total.cancel()
        if self._idle is not None:
            self._idle.cancel()

    def _look(self) -> None:
        if self._idle_s is None or self._is_resting or self._is_closed:
            return
        left_s = self._heard + self._idle_s - self._loop.time()
        if left_s <= 0:
            self._stop(Stop.IDLE)
        else:
            self._idle = self._loop.call_later(left_s, self._look)
