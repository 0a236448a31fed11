"""What became of a run, from what its CLI said and how its process ended."""

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from llmgw_desktop.domain.cli import (
    CliEvent,
    ErrorCategory,
    ModelTold,
    RunEnded,
    RunUsageTold,
    SessionTold,
    TextGrew,
    ThinkingGrew,
    ToolBegan,
    ToolEnded,
)
from llmgw_desktop.domain.jobs.job import (
    EXIT_IDLE_TIMEOUT,
    EXIT_MISSING,
    EXIT_OVERFLOW,
    EXIT_QUEUE_TIMEOUT,
    EXIT_TIMEOUT,
    JobFigures,
    JobState,
)
from llmgw_desktop.domain.values import value

if TYPE_CHECKING:
    from llmgw_desktop.domain.provider import QuotaWindow
    from llmgw_desktop.domain.usage import Usage

EXIT_UNKNOWN = (
    "Its exit status is not known: what looked after it was killed while it ran, and it was"
    " followed to its end without."
)
_CANNOT_RUN = frozenset({126, 127})
_RETRYABLE = frozenset(
    {
        ErrorCategory.RATE_LIMIT,
        ErrorCategory.UPSTREAM,
        ErrorCategory.SATURATED,
        ErrorCategory.INTERRUPTED,
    }
)


_TRANSIENT = frozenset({408, 409, 425, 429})


class RunStop(StrEnum):
    """Why we ended a run."""

    CANCELED = "canceled"
    TIMEOUT = "timeout"
    IDLE = "idle"
    OVERFLOW = "overflow"
    UNPROVEN = "unproven"
    """It was to ask, and does not."""
    UNSURE = "unsure"
    """What it was told cannot be known for certain."""
    LINGERED = "lingered"
    """It had done all and did not go."""

    REFUSED = "refused"
    """Its upstream did not take its requests, and it went on asking."""


AT_ONCE = frozenset({RunStop.OVERFLOW, RunStop.UNPROVEN})
"""It is not asked kindly."""
SILENT = AT_ONCE | {RunStop.UNSURE, RunStop.LINGERED}
"""Nothing more is said to it."""


@value
class Cause:
    """Why a run that a limit ended came to nothing, where that is known."""

    words: str
    category: ErrorCategory
    passes: bool | None = None
    """As of a Verdict."""


@value
class RunVerdict:
    """The end of a job."""

    state: JobState
    exit_code: int | None = None
    error: str = ""
    category: ErrorCategory | None = None
    passes: bool | None = None
    """Where that is known better than by the category."""

    @property
    def retryable(self) -> bool | None:
        if self.category is None:
            return None
        return self.category in _RETRYABLE if self.passes is None else self.passes


class RunAccount:
    """What a run has said so far, as figures; its text is left where it lies."""

    def __init__(self) -> None:
        self.figures = JobFigures()
        self.whole_usage: Usage | None = None
        """Of the whole session, where the CLI told that instead of this run's."""
        self.whole_cost_usd: float | None = None
        self.ended: RunEnded | None = None
        self.has_answer = False
        self.has_begun = False
        """It said or did something, or may have."""
        self.windows: tuple[QuotaWindow, ...] = ()
        """Of its sign-in's quota, as it was told last."""

    def note(self, event: CliEvent) -> None:
        old = self.figures
        self.has_begun = self.has_begun or is_work(event)
        if isinstance(event, TextGrew):
            self.has_answer = self.has_answer or bool(event.text.strip())
        elif isinstance(event, RunUsageTold):
            self._note_usage(event)
        elif isinstance(event, SessionTold):
            self.figures = replace(old, provider_session_id=event.session_id)
        elif isinstance(event, ModelTold):
            self.figures = replace(old, model=event.model)
        elif isinstance(event, RunEnded):
            self.ended = event
            said = bool(event.text and event.text.strip()) or event.structured is not None
            self.has_answer = self.has_answer or said

    def _note_usage(self, told: RunUsageTold) -> None:
        """A whole session's figures say nothing of this run by themselves: who keeps sessions
        takes the difference."""
        self.windows = told.windows or self.windows
        if told.is_cumulative:
            self.whole_usage = told.usage
        else:
            usage = self.figures.usage.with_news(told.usage)
            self.figures = replace(self.figures, usage=usage)
        if told.cost_usd is None:
            return
        if told.is_cumulative or told.is_cost_cumulative:
            self.whole_cost_usd = told.cost_usd
        else:
            self.figures = replace(self.figures, cost_usd=told.cost_usd)


def is_work(event: CliEvent) -> bool:
    """It said or did something: its upstream answers."""
    if isinstance(event, RunUsageTold):
        return event.is_cumulative or bool(event.usage.output_tokens)
    return isinstance(event, TextGrew | ThinkingGrew | ToolBegan | ToolEnded)


_STOPPED = {
    RunStop.CANCELED: (JobState.CANCELED, None, None, "It was canceled."),
    RunStop.TIMEOUT: (
        JobState.FAILED,
        EXIT_TIMEOUT,
        ErrorCategory.TIMEOUT,
        "It took longer than a run may, and was stopped.",
    ),
    RunStop.IDLE: (
        JobState.FAILED,
        EXIT_IDLE_TIMEOUT,
        ErrorCategory.IDLE_TIMEOUT,
        "It said nothing for longer than it may, and was stopped.",
    ),
    RunStop.OVERFLOW: (
        JobState.FAILED,
        EXIT_OVERFLOW,
        ErrorCategory.OUTPUT_OVERFLOW,
        "It wrote more than a run may, and was stopped. What is above the limit was dropped.",
    ),
    RunStop.UNPROVEN: (
        JobState.FAILED,
        None,
        ErrorCategory.CLI,
        "It does not ask before it acts, though it was started so, and was stopped.",
    ),
    RunStop.UNSURE: (
        JobState.FAILED,
        None,
        ErrorCategory.CLI,
        "The gateway ended, or the disk was full, while something was said to the agent. Whether"
        " that arrived cannot be found out, so it was stopped. Ask for it again.",
    ),
    RunStop.LINGERED: (
        JobState.FAILED,
        None,
        ErrorCategory.CLI,
        "It had done all, did not end by itself, and was ended.",
    ),
    RunStop.REFUSED: (
        JobState.FAILED,
        EXIT_TIMEOUT,
        ErrorCategory.UPSTREAM,
        "Its upstream refused it for longer than is borne, and it was stopped.",
    ),
}
_FOR_WANT_OF_AN_ANSWER = frozenset({RunStop.REFUSED, RunStop.TIMEOUT, RunStop.IDLE})


def stopped(
    why: RunStop, exit_code: int | None, last: RunEnded | None = None, cause: Cause | None = None
) -> RunVerdict:
    """We ended it. `last`: its own last word, which knows better why it does not ask. `cause`: what
    stood when a limit ended it."""
    state, code, category, error = _STOPPED[why]
    if why is RunStop.UNPROVEN and last is not None and last.error:
        error = last.error
    passes = None
    if cause is not None and why in _FOR_WANT_OF_AN_ANSWER:
        error, category, passes = f"{error} {cause.words}", cause.category, cause.passes
    return RunVerdict(
        state=state,
        exit_code=exit_code if code is None else code,
        category=category,
        error=error,
        passes=passes,
    )


def was_done(why: RunStop | None) -> bool:
    """How its process ended says nothing of what it did."""
    return why is RunStop.LINGERED


def missing(program: str) -> RunVerdict:
    return RunVerdict(
        state=JobState.FAILED,
        exit_code=EXIT_MISSING,
        category=ErrorCategory.SPAWN,
        error=f"'{program}' was not found. Install it, or set its place in the settings.",
    )


def no_turn(patience_s: float) -> RunVerdict:
    return RunVerdict(
        state=JobState.FAILED,
        exit_code=EXIT_QUEUE_TIMEOUT,
        category=ErrorCategory.SATURATED,
        error=f"Its turn did not come within {patience_s:g} s. Ask again later, or raise the "
        f"limits in the gateway's settings.",
    )


def not_started(reason: str, *, passes: bool | None = None) -> RunVerdict:
    """`passes`: the computer had no room for it just now."""
    return RunVerdict(
        state=JobState.FAILED,
        category=ErrorCategory.SPAWN,
        error=f"It could not be started: {reason}.",
        passes=passes,
    )


def without_sign_in(reason: str) -> RunVerdict:
    """The vault did not give it; nothing was started."""
    return RunVerdict(state=JobState.FAILED, category=ErrorCategory.AUTH, error=reason)


def not_followed() -> RunVerdict:
    """A fault of the gateway, which ended it."""
    return RunVerdict(
        state=JobState.FAILED,
        category=ErrorCategory.CLI,
        error="The gateway could not follow it and stopped it. The gateway's log says more.",
    )


def lost() -> RunVerdict:
    return RunVerdict(
        state=JobState.ORPHANED,
        error="How it ended cannot be found out: what looked after it is gone. What it wrote is "
        "kept.",
    )


def restarted() -> RunVerdict:
    """The computer ended it."""
    return RunVerdict(
        state=JobState.FAILED,
        category=ErrorCategory.INTERRUPTED,
        error="The computer was restarted while it ran. What it wrote until then is kept.",
    )


def ended_with_its_keeper() -> RunVerdict:
    """A contained one: none outlives what looks after it."""
    return RunVerdict(
        state=JobState.FAILED,
        category=ErrorCategory.INTERRUPTED,
        error="What looked after it was killed, and it was ended with that, as it was contained."
        " What it wrote until then is kept.",
    )


def unkept(account: RunAccount) -> RunVerdict:
    """It was followed to its end, but nobody was told its exit status."""
    last = account.ended
    if last is None or not last.ok:
        said = f" {last.error}" if last is not None and last.error else ""
        return RunVerdict(
            state=JobState.ORPHANED,
            category=None if last is None else last.category,
            error=f"It ended without saying that it was done.{said} {EXIT_UNKNOWN}",
        )
    if not account.has_answer:
        error = f"It said that it was done and answered nothing. {EXIT_UNKNOWN}"
        return RunVerdict(state=JobState.FAILED, category=ErrorCategory.EMPTY, error=error)
    return RunVerdict(state=JobState.COMPLETED, error=EXIT_UNKNOWN)


def ended(
    account: RunAccount, exit_code: int, *, wrote: bool, half_read: bool = False
) -> RunVerdict:
    """It ended by itself. Nothing but the CLI's own word, an answer and exit code 0 together are
    a success."""
    last = account.ended
    if not wrote and exit_code in _CANNOT_RUN:
        return RunVerdict(
            state=JobState.FAILED,
            exit_code=exit_code,
            category=ErrorCategory.SPAWN,
            error="Its program cannot be run. Start it by hand to see why.",
        )
    if last is None or not last.ok:
        return _failed(exit_code, last)
    if exit_code != 0:
        error = f"It said that it was done, and then ended with code {exit_code}."
    elif half_read:
        error = "It ended without having read its whole prompt."
    elif not account.has_answer:
        error = "It ended well and answered nothing."
        return RunVerdict(
            state=JobState.FAILED, exit_code=0, category=ErrorCategory.EMPTY, error=error
        )
    else:
        return RunVerdict(state=JobState.COMPLETED, exit_code=0)
    return RunVerdict(
        state=JobState.FAILED, exit_code=exit_code, category=ErrorCategory.CLI, error=error
    )


def _failed(exit_code: int, last: RunEnded | None) -> RunVerdict:
    unsaid = f"It ended with code {exit_code} and did not say that it was done."
    return RunVerdict(
        state=JobState.FAILED,
        exit_code=exit_code,
        category=(None if last is None else last.category) or ErrorCategory.CLI,
        error=unsaid if last is None or not last.error else last.error,
        passes=False if last is not None and is_refusal(last.status) else None,
    )


def is_refusal(status: int | None) -> bool:
    """Its upstream understood the request and does not want it: again would be the same."""
    return status is not None and 400 <= status < 500 and status not in _TRANSIENT
