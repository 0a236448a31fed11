"""A durable run of a CLI, and the conversations that go on from run to run."""

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.domain.jobs.approval import PermissionQuestion
from llmgw_desktop.domain.jobs.cli_settings import LimitWait
from llmgw_desktop.domain.usage import (
    NO_FACTS,
    UNKNOWN_USAGE,
    AnswerShape,
    PromptFacts,
    Usage,
    usage_of,
)
from llmgw_desktop.domain.values import value


class JobState(StrEnum):
    """How a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    PARKED = "parked"
    """It waits, without a process, until a limit of its vendor's is over."""
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"
    ORPHANED = "orphaned"
    """It ran when nobody looked, and how it ended cannot be found out."""


ALLOWED_MOVES: dict[JobState, frozenset[JobState]] = {
    JobState.QUEUED: frozenset(
        {JobState.RUNNING, JobState.PARKED, JobState.FAILED, JobState.CANCELED}
    ),
    JobState.RUNNING: frozenset(
        {
            JobState.PARKED,
            JobState.COMPLETED,
            JobState.FAILED,
            JobState.CANCELED,
            JobState.ORPHANED,
        }
    ),
    JobState.PARKED: frozenset({JobState.RUNNING, JobState.FAILED, JobState.CANCELED}),
    JobState.COMPLETED: frozenset(),
    JobState.FAILED: frozenset(),
    JobState.CANCELED: frozenset(),
    JobState.ORPHANED: frozenset(),
}
"""A state that is none's next is the end: a late word changes nothing any more."""

LIVE_STATES = frozenset({JobState.QUEUED, JobState.RUNNING, JobState.PARKED})
_CUT_OFF = frozenset({ErrorCategory.INTERRUPTED, ErrorCategory.RATE_LIMIT})

EXIT_QUEUE_TIMEOUT = 75
EXIT_TIMEOUT = 124
EXIT_IDLE_TIMEOUT = 125
EXIT_OVERFLOW = 126
EXIT_MISSING = 127


@value
class JobProcess:
    """What a job's process is known by, also to a program started later: an id alone may have
    been given to another process meanwhile."""

    pid: int
    started_ticks: int
    """The system's own mark of when it started, compared for equality only."""
    group: int = 0


@value
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


@value
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


@value
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
    limit_wait: LimitWait | None = None
    """Of a parked one: until when, and why. Kept in its folder."""
    handed_from: str = ""
    """The job that it goes on from with another CLI; empty: none."""
    handed_to: str = ""
    """The newest that goes on from this one. Read from that one's row."""

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES

    @property
    def can_go_on(self) -> bool:
        """It was cut off by nobody's wish, or by a limit of its vendor's, and what was said lies
        with its CLI: a run that goes on with its session knows all of it."""
        was_cut = self.category in _CUT_OFF or self.state is JobState.ORPHANED
        return was_cut and bool(self.session_id and self.figures.provider_session_id)


@value
class JobSum:
    """Jobs of one CLI that stand alike."""

    cli: CliName
    state: JobState
    count: int
    mean_ms: float | None
    """From being asked for to the end, where they have ended."""


SESSION_PREFIX = "gws"
"""Of our own ids, so that none is taken for one of a CLI."""


@value
class SessionTotals:
    """What a whole session has used, as far as its CLI told, or as the flights of its runs' own
    requests say; unknown is None."""

    usage: Usage = UNKNOWN_USAGE
    cost_usd: float | None = None
    told_usage: Usage | None = None
    """What the CLI itself says of the session where flights say something else: what it says after
    a later run is a sum with this. None: it is the same."""
    told_cost_usd: float | None = None
    """The same of the cost; of no meaning without the former."""


def session_totals_of(kept: Mapping[str, Any]) -> SessionTotals:
    """From what `asdict` made of one, of this version or an earlier one. Raises TypeError for
    what is none."""
    told = kept.get("told_usage")
    usages = {"usage": usage_of(kept["usage"]), "told_usage": told and usage_of(told)}
    return SessionTotals(**{**kept, **usages})


@value
class Session:
    """One row. Times are wall clock, seconds since 1970."""

    id: str
    owner: str
    """The principal's client id: others do not find it."""
    cli: CliName
    provider_session_id: str = ""
    """The CLI's own; empty until its first run told it."""
    description: str = ""
    working_dir: str = ""
    """The caller's; empty where none was named."""
    neutral_dir: str = ""
    """Where its runs work that name no folder: some CLIs find a session in its folder alone."""
    made_at_s: float
    used_at_s: float
    is_active: bool = False
    """The one of its owner and CLI that is meant where the last one is asked for."""
    totals: SessionTotals = field(default_factory=SessionTotals)


@value
class SessionUse:
    """What a run has to do with a session. Kept with the job, for the program that ends it."""

    id: str
    is_new: bool = False
    """It begins with this run."""
    new_provider_id: str = ""
    """What the CLI shall call it, where it takes such an id."""
    is_active: bool = False
    """It becomes the active one."""
    working_dir: str = ""
    neutral_dir: str = ""
    before: SessionTotals | None = None
    """What the session had used before; None where nobody knows. A fork goes on from its
    parent's."""
