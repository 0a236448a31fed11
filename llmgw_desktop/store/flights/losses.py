"""What the recorder could not keep: told in the log once for each time that too much comes."""

import logging

from llmgw_desktop.domain.clock import Clock

LATELY_S = 300.0
"""So long after a loss it is still one of now."""
_log = logging.getLogger(__name__)


class Losses:
    """`note` is called on the writer thread, `are_fresh` may be asked on any."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._counts = (0, 0)
        self._last_s: float | None = None

    @property
    def are_fresh(self) -> bool:
        """Whether something was lost within the last minutes."""
        last_s = self._last_s
        return last_s is not None and self._clock.monotonic_s() < last_s + LATELY_S

    def note(self, dropped: int, left_out: int) -> None:
        """How many flights were dropped, and how many kept without their bodies, until now."""
        if (dropped, left_out) == self._counts:
            return
        if not self.are_fresh:
            _log.warning(
                "not everything can be written down: %d flights were kept without their "
                "bodies and %d were not kept; what follows now is only counted",
                left_out - self._counts[1],
                dropped - self._counts[0],
            )
        self._counts = (dropped, left_out)
        self._last_s = self._clock.monotonic_s()
