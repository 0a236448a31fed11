"""Who knows how a CLI stands, and refuses runs of one that has failed several times.

Whoever stands above the jobs does that; here is what it is asked and told.
"""

from typing import Protocol

from llmgw_desktop.domain.job import Job
from llmgw_desktop.domain.submission import Submission


class Breaker(Protocol):
    """Of all CLIs. Runs that are one of several attempts (`is_attempt`) are none of its
    business."""

    def check(self, asked: Submission) -> None:
        """Raises CliResting."""

    def began(self, job: Job, asked: Submission) -> None:
        """It was accepted, by this program or the one before."""

    def ended(self, job: Job) -> None:
        """It has ended, or could not be kept."""

    def told_pause_s(self, error: str) -> float | None:
        """How long a vendor wants to be left alone, where its words say so."""


class NoBreaker:
    """All runs are started."""

    def check(self, asked: Submission) -> None: ...

    def began(self, job: Job, asked: Submission) -> None: ...

    def ended(self, job: Job) -> None: ...

    def told_pause_s(self, error: str) -> float | None:
        return None
