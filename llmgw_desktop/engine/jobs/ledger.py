"""Who keeps the books of runs: their sessions, what they used, their flights.

Whoever stands above the jobs does that; here is what it is told, and when.
"""

from pathlib import Path
from typing import Protocol

from llmgw_desktop.domain.job import Job, JobFigures
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.engine.jobs.outcome import Account


class Ledger(Protocol):
    """Of every run, also of those that another program started."""

    async def prepare(self, asked: Submission) -> Submission:
        """First of all: with what the books want of a request and it does not bring. Makes
        nothing. Raises StoreError."""

    def enter(self, job: Job, asked: Submission) -> None:
        """In a thread, before the job's row is written. Raises StoreError; then there is no job."""

    def strike(self, job: Job, asked: Submission) -> None:
        """In a thread: its row could not be written, and what was entered is to go."""

    async def settle(self, job: Job, asked: Submission, account: Account, temp: Path) -> JobFigures:
        """It has ended and its row is about to be. What it used, by all that is known of it;
        `temp` is the run's private folder."""

    def changed(self, job: Job, asked: Submission) -> None:
        """It waits, runs or has ended. Quick, in the loop."""


class NoLedger:
    """Nobody keeps any: the figures are what the CLI said."""

    async def prepare(self, asked: Submission) -> Submission:
        return asked

    def enter(self, job: Job, asked: Submission) -> None: ...

    def strike(self, job: Job, asked: Submission) -> None: ...

    async def settle(
        self,
        job: Job,
        asked: Submission,
        account: Account,
        temp: Path,
    ) -> JobFigures:
        return account.figures

    def changed(self, job: Job, asked: Submission) -> None: ...
