"""A job: one durable run of a CLI, from its being asked for to its end."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.domain.permission import PermissionQuestion
from llmgw_desktop.domain.prompt_facts import NO_FACTS, AnswerShape, PromptFacts
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage


class JobState(StrEnum):
    """How a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    ORPHANED = "orphaned"
    """It ran when nobody looked, and how it ended cannot be found out."""


ALLOWED_MOVES: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELED}),
    JobState.RUNNING: frozenset(
        {JobState.COMPLETED, JobState.FAILED, JobState.CANCELED, JobState.ORPHANED}
    ),
    JobState.COMPLETED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELED: frozenset(),
    JobState.ORPHANED: frozenset(),
}
"""A state that is none's next is the end: a late word changes nothing any more."""

LIVE_STATES = frozenset({JobState.QUEUED, JobState.RUNNING})

EXIT_QUEUE_TIMEOUT = 75
EXIT_TIMEOUT = 124
EXIT_IDLE_TIMEOUT = 125
EXIT_OVERFLOW = 126
EXIT_MISSING = 127


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProcess:
    """What a job's process is known by, also to a program started later: an id alone may have
    been given to another process meanwhile."""

    pid: int
    started_ticks: int
    """The system's own mark of when it started, compared for equality only."""
    group: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFigures:
    """What a run used, as far as its CLI told; unknown is None."""

    usage: Usage = UNKNOWN_USAGE
    cost_usd: float | None = None
    model: str | None = None
    provider_session_id: str | None = None
    requests: int | None = None
    """How many model requests of its own passed this gateway, where any did: then tokens and cost
    are theirs, and of what it used `beside`."""
    beside: Usage = UNKNOWN_USAGE
    """What its CLI told of more than passed here: it has asked elsewhere as well."""
    beside_usd: float | None = None

    @property
    def at_least(self) -> "JobFigures":
        """Of a run that did not come to its end: what its CLI told of it is not all."""
        is_known = self.usage.known or self.cost_usd is not None
        if self.requests or not is_known:
            return self
        return replace(self, usage=self.usage.at_least)


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamWait:
    """A run's CLI asks its upstream again by itself, which has refused it without a break. Wall
    clock."""

    status: int | None
    """The last answer's; None: there was none, or the CLI does not tell it."""
    since_s: float
    until_s: float | None = None
    """When it is asked again, or may be; None: nobody told."""
    reason: str = ""
    """In the upstream's words, or the CLI's."""

    @property
    def in_words(self) -> str:
        """«asked again by the CLI: 429 until 14:05», in the time of this computer."""
        what = "refused" if self.status is None else str(self.status)
        since_or_until = "since" if self.until_s is None else "until"
        at = datetime.fromtimestamp(self.until_s or self.since_s).astimezone()
        return f"asked again by the CLI: {what} {since_or_until} {at:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row. Times are wall clock, seconds since 1970."""

    id: str
    owner: str
    """The principal's client id: others do not find it."""
    client: str
    """For people."""
    cli: CliName
    state: JobState = JobState.QUEUED
    title: str = ""
    """A line of the prompt, secrets removed, for lists."""
    model: str = ""
    request_key: str = ""
    """The same for requests that would do the same."""
    correlation_id: str = ""
    flight_id: str = ""
    session_id: str = ""
    """Of the gateway's own session, where the run belongs to one."""
    working_dir: str = ""
    asked_at_s: float
    started_at_s: float | None = None
    ended_at_s: float | None = None
    process: JobProcess | None = None
    exit_code: int | None = None
    error: str = ""
    category: ErrorCategory | None = None
    retryable: bool | None = None
    retries: int = 0
    stdout_bytes: int = 0
    stderr_bytes: int = 0
    output_truncated: bool = False
    changes_files: bool = True
    figures: JobFigures = field(default_factory=JobFigures)
    prompt_facts: PromptFacts = NO_FACTS
    """Nothing of the answer, which comes later."""
    answer_shape: AnswerShape = AnswerShape.AS_IT_IS
    expires_at_s: float | None = None
    questions: tuple[PermissionQuestion, ...] = ()
    """What it waits for a person to answer, oldest first. Of a live one only: not kept."""
    waiting_on: UpstreamWait | None = None
    """Its upstream refuses it, and it goes on asking. Of a live one only, too."""

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES

    @property
    def can_go_on(self) -> bool:
        """It was cut off by nobody's wish, and what was said lies with its CLI: a run that goes on
        with its session knows all of it."""
        was_cut = self.category is ErrorCategory.INTERRUPTED or self.state is JobState.ORPHANED
        return was_cut and bool(self.session_id and self.figures.provider_session_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSum:
    """Jobs of one CLI that stand alike."""

    cli: CliName
    state: JobState
    count: int
    mean_ms: float | None
    """From being asked for to the end, where they have ended."""
