"""Whose turn it is: so many runs at once, so many of one CLI, the rest in the order they came.

Who waits for his CLI's turn holds up nobody who waits for another's.
"""

from collections import Counter
from collections.abc import Callable

from llmgw_desktop.domain.cli import CliName
from llmgw_desktop.domain.run_errors import Saturated
from llmgw_desktop.domain.settings import LimitSettings


class JobQueue:
    """`start` is called, at once or later, when a job's turn has come."""

    def __init__(self, limits: LimitSettings, start: Callable[[str], None]) -> None:
        self._limits = limits
        self._start = start
        self._waiting: dict[str, CliName] = {}
        self._running: dict[str, CliName] = {}
        self._of_cli: Counter[CliName] = Counter()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def running(self) -> int:
        return len(self._running)

    def apply(self, limits: LimitSettings) -> None:
        """Lower ones end nothing that runs."""
        self._limits = limits
        self._go_on()

    def admit(self, cli: CliName) -> None:
        """Raises Saturated if one more would neither run nor find a place to wait."""
        if not self._has_room(cli) and self.waiting >= self._limits.max_queued_jobs:
            raise Saturated(self.waiting)

    def enter(self, job_id: str, cli: CliName) -> None:
        self._waiting[job_id] = cli
        self._go_on()

    def occupy(self, job_id: str, cli: CliName) -> None:
        """It runs already, whatever the limits say."""
        self._running[job_id] = cli
        self._of_cli[cli] += 1

    def leave(self, job_id: str) -> None:
        """Its turn is over, or it waits no more. Once more does no harm."""
        self._waiting.pop(job_id, None)
        cli = self._running.pop(job_id, None)
        if cli is not None:
            self._of_cli[cli] -= 1
        self._go_on()

    def close(self) -> None:
        """Nobody's turn comes any more."""
        self._waiting.clear()

    def _go_on(self) -> None:
        while (job_id := self._next()) is not None:
            self.occupy(job_id, self._waiting.pop(job_id))
            self._start(job_id)

    def _next(self) -> str | None:
        return next((job for job, cli in self._waiting.items() if self._has_room(cli)), None)

    def _has_room(self, cli: CliName) -> bool:
        limits = self._limits
        most = limits.of_cli.get(cli, limits.max_running_per_provider)
        return self.running < limits.max_running_jobs and self._of_cli[cli] < most
