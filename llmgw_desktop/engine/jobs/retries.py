"""Whether a run that failed is started again: only what passes, and only where nothing was done.

A conversation that goes on is left alone: it may hold the prompt already.
"""

import errno
import uuid
from dataclasses import replace

from llmgw_desktop.domain.cli import ErrorCategory, SessionWish
from llmgw_desktop.domain.job import EXIT_IDLE_TIMEOUT, EXIT_TIMEOUT
from llmgw_desktop.domain.submission import Submission
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.jobs.live_job import LiveJob
from llmgw_desktop.engine.jobs.outcome import Account, Verdict

FIRST_PAUSE_S = 2.0
"""The next is twice as long."""
MOST_TOLD_S = 60.0
"""A vendor who wants a longer one is not waited for: who asked may do better meanwhile."""
_PASSING = frozenset({errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE})
_ENDED_BY_LIMITS = frozenset({EXIT_TIMEOUT, EXIT_IDLE_TIMEOUT})
_GOES_ON = frozenset({SessionWish.RESUME, SessionWish.CONTINUE})


@value
class RetryLimits:
    """Of one job."""

    most: int
    left_s: float
    """Until its deadline."""


def longest_pause_s(retry: int) -> float:
    """No clock that was set meanwhile makes a pause longer."""
    return float(max(FIRST_PAUSE_S * 2 ** (retry - 1), MOST_TOLD_S))


def passes(error: OSError) -> bool:
    """The computer has no room for one more process just now."""
    return error.errno in _PASSING


def pause_s(
    live: LiveJob,
    verdict: Verdict,
    account: Account | None,
    limits: RetryLimits,
    told_s: float | None,
) -> float | None:
    """How long until it is started again; None: it is not. `told_s` is what its vendor asked for;
    without an account nothing ran at all."""
    if live.stop_asked is not None or live.asked.is_attempt or live.job.retries >= limits.most:
        return None
    if verdict.exit_code in _ENDED_BY_LIMITS:
        return None  # it has had its time, whatever it waited for
    if not verdict.retryable or (account is not None and not _did_nothing(live, verdict, account)):
        return None
    own_s = FIRST_PAUSE_S * 2**live.job.retries
    if verdict.category is ErrorCategory.RATE_LIMIT:
        # One that names no end has tried for long by itself, or is over tomorrow.
        if told_s is None or not 0 <= told_s <= MOST_TOLD_S:
            return None
        own_s = max(own_s, told_s)
    return own_s if own_s < limits.left_s else None


def _did_nothing(live: LiveJob, verdict: Verdict, account: Account) -> bool:
    return (
        verdict.category in (ErrorCategory.RATE_LIMIT, ErrorCategory.UPSTREAM)
        and live.cli.facts.streams  # else its silence tells nothing
        and not account.has_begun
        and _may_begin_again(live.asked)
    )


def _may_begin_again(asked: Submission) -> bool:
    """A session that the caller named may be begun once only; one that we named gets another."""
    request = asked.request
    if request.session is SessionWish.NEW and request.session_id:
        return asked.session is not None and bool(asked.session.new_provider_id)
    return request.session not in _GOES_ON


def begun_anew(asked: Submission) -> Submission:
    """The same, for its next run: the id of the session that the last one began is taken."""
    use = asked.session
    if use is None or not use.new_provider_id:
        return asked
    name = str(uuid.uuid4())
    request = replace(asked.request, session_id=name)
    return replace(asked, request=request, session=replace(use, new_provider_id=name))
