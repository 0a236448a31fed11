"""What jobs are given by the rest of the house, and what they ask of it."""

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import Protocol

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.brakes import LowWindow
from llmgw_desktop.domain.clock import Clock, IdSource
from llmgw_desktop.domain.jobs.approval import (
    Ask,
    AskingJob,
    Decision,
    DecisionWay,
    PermissionAnswer,
    PermissionQuestion,
)
from llmgw_desktop.domain.jobs.job import Job, JobFigures
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.folder import JobFolder
from llmgw_desktop.engine.jobs.folders import JobFolders
from llmgw_desktop.engine.jobs.launch import Launcher
from llmgw_desktop.engine.jobs.outcome import RunAccount
from llmgw_desktop.engine.loop.bus import Bus
from llmgw_desktop.store.jobs.job_store import JobStore


class Breaker:
    """Of all CLIs; by itself it starts every run. Runs that are one of several attempts
    (`is_attempt`) are none of its business."""

    def check(self, asked: Submission) -> None:
        """Raises CliResting."""

    def began(self, job: Job, asked: Submission) -> None:
        """It was accepted, by this program or the one before."""

    def ended(self, job: Job) -> None:
        """It has ended, or could not be kept."""

    def parked(self, job: Job, error: str) -> None:
        """It met a limit, which its vendor told so, and waits until that is over."""

    def told_pause_s(self, error: str, said_at_s: float | None = None) -> float | None:
        """How long a vendor wants to be left alone, where its words say so: from when they were
        said, or from now on."""
        return None


class Ledger:
    """Of every run, also of those that another program started. By itself it keeps nothing: the
    figures are what the CLI said."""

    async def prepare(self, asked: Submission) -> Submission:
        """First of all: with what the books want of a request and it does not bring. Makes
        nothing. Raises StoreError."""
        return asked

    def enter(self, job: Job, asked: Submission) -> None:
        """In a thread, before the job's row is written. Raises StoreError; then there is no job."""

    def strike(self, job: Job, asked: Submission) -> None:
        """In a thread: its row could not be written, and what was entered is to go."""

    async def settle(
        self, job: Job, asked: Submission, account: RunAccount, temp: Path
    ) -> JobFigures:
        """It has ended and its row is about to be. What it used, by all that is known of it;
        `temp` is the run's private folder."""
        return account.figures

    async def resets(
        self, job: Job, asked: Submission, account: RunAccount, temp: Path
    ) -> tuple[float, ...]:
        """When the windows that are used up begin anew, where the CLI writes that down."""
        return ()

    def going_on(self, asked: Submission, figures: JobFigures) -> Submission:
        """What a run that was parked, and used that much, asks when it goes on: with its session as
        that is now. In a thread. Raises StoreError."""
        return asked

    def changed(self, job: Job, asked: Submission) -> None:
        """It waits, runs or has ended. Quick, in the loop."""


class OwnRequests:
    """On the loop. By itself it knows none again."""

    async def lend(
        self, job: Job, asked: Submission, *, cli: Cli, folder: JobFolder, given: Mapping[str, str]
    ) -> Mapping[str, str]:
        """Before a run is started in the environment that is `given`: the variables by which its
        requests are known. What a later program needs for it is kept in `folder.run_key`."""
        return {}

    async def follow(self, job: Job, asked: Submission, folder: JobFolder) -> None:
        """It runs, begun by this program or an earlier one; `job.process` says where."""

    def ended(self, job: Job) -> None:
        """Nothing of it asks any more. Once more does no harm."""


class RunSnapshots:
    """Of the folders of runs that may change files. By itself it keeps none. Neither raises."""

    async def before(self, job: Job, asked: Submission, folder: JobFolder) -> str:
        """It is about to start, or to go on. What was done, for whoever reads along; empty:
        nothing."""
        return ""

    async def after(self, job: Job, folder: JobFolder) -> None:
        """A run of it has ended."""


class KeptShares:
    """Of windows, kept for the person: what is left of one may be too little for a job to begin.
    By itself nothing is kept. On the loop."""

    def __init__(self) -> None:
        self._changed: list[Callable[[], None]] = []

    def below(self, job: Job, asked: Submission) -> LowWindow | None:
        """Why it is not to begin now; None: it may."""
        return None

    def move(self, low: LowWindow) -> None:
        """A person has its line at half."""

    def hear(self, changed: Callable[[], None]) -> None:
        """Of lines that may stand elsewhere now."""
        self._changed.append(changed)

    def tell_changed(self) -> None:
        for each in self._changed:
            each()


Answered = Callable[[PermissionAnswer], None]
"""Called once, on the loop; never after its question was withdrawn or its job has ended."""

NOBODY = "Nobody can be asked here, so this was denied."


class Permissions(Protocol):
    """Of all jobs. A question is known by its job and the agent's own id. On the loop."""

    def ask(
        self, job: AskingJob, ask: Ask, answered: Answered, *, asked_at_s: float | None = None
    ) -> None:
        """Again with a `native_id` that waits: more is known of it, and the last `answered` holds.
        `asked_at_s`: when it was asked first, by an earlier program."""

    def remember(self, job: AskingJob, ask: Ask, answer: PermissionAnswer) -> None:
        """An earlier program had this answered so: what was allowed for the job still is."""

    def withdraw(self, job_id: str, native_id: str) -> None:
        """The agent asks this no longer."""

    def of_job(self, job_id: str) -> tuple[PermissionQuestion, ...]:
        """What waits, oldest first."""

    def job_ended(self, job_id: str) -> None:
        """Nothing of it waits any more, and its rules are forgotten."""


class NobodyAnswers:
    """All is denied, with words."""

    def ask(
        self, job: AskingJob, ask: Ask, answered: Answered, *, asked_at_s: float | None = None
    ) -> None:
        denied = PermissionAnswer(
            decision=Decision.DENY, way=DecisionWay.POLICY, at_s=asked_at_s or 0.0, note=NOBODY
        )
        answered(denied)

    def remember(self, job: AskingJob, ask: Ask, answer: PermissionAnswer) -> None: ...

    def withdraw(self, job_id: str, native_id: str) -> None: ...

    def of_job(self, job_id: str) -> tuple[PermissionQuestion, ...]:
        return ()

    def job_ended(self, job_id: str) -> None: ...


@value
class JobParts:
    """What a supervisor works with, joined by the composition root."""

    store: JobStore
    folders: JobFolders
    launcher: Launcher
    clock: Clock
    ids: IdSource
    bus: Bus
    clean: Callable[[str], str] = str
    """Takes secrets out of a title."""
    ledger: Ledger = field(default_factory=Ledger)
    breaker: Breaker = field(default_factory=Breaker)
    own_requests: OwnRequests = field(default_factory=OwnRequests)
    """Knows model requests of runs that come to this gateway."""
    known_now_s: Callable[[], float] | None = None
    """The time by which it is counted how old ended jobs are; None: the clock's."""
    snapshots: RunSnapshots = field(default_factory=RunSnapshots)
    shares: KeptShares = field(default_factory=KeptShares)
    permissions: Permissions = field(default_factory=NobodyAnswers)
    """Answers what agents ask."""
