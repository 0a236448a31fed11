"""How a CLI stands, kept where that of all accounts is kept: fed by the ends of jobs, asked before
one is accepted.
"""

import math
from collections.abc import Mapping
from types import MappingProxyType

import orjson
from typing_extensions import override

from llmgw_desktop.clis.cli import Cli
from llmgw_desktop.domain.cli import CliName, ErrorCategory
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import SignInNeeded
from llmgw_desktop.domain.jobs.cli_settings import DEFAULT_MODELS, CliSettings
from llmgw_desktop.domain.jobs.job import Job, JobState
from llmgw_desktop.domain.jobs.run_errors import CliResting
from llmgw_desktop.domain.jobs.submission import Submission
from llmgw_desktop.domain.provider import AccountState, ModelProtocol, Upstream
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.jobs.parts import Breaker
from llmgw_desktop.engine.routing.diagnosis import of_answer, of_error
from llmgw_desktop.engine.routing.failures import Failure
from llmgw_desktop.engine.routing.health import HealthTracker
from llmgw_desktop.engine.routing.quota_windows import told_pause_s

_STATUS: Mapping[ErrorCategory, int] = MappingProxyType(
    {
        ErrorCategory.RATE_LIMIT: 429,
        ErrorCategory.UPSTREAM: 502,
        ErrorCategory.IDLE_TIMEOUT: 504,
    }
)
"""What a failure would have been as an upstream's answer; others say nothing of the next run."""
_CATEGORY = {
    AccountState.AUTH_REQUIRED: ErrorCategory.AUTH,
    AccountState.OVER_QUOTA: ErrorCategory.RATE_LIMIT,
}
_SHORTEST_S = 1


class CliHealth(Breaker):
    """A Breaker of the jobs."""

    def __init__(self, health: HealthTracker, clis: Mapping[CliName, Cli], clock: Clock) -> None:
        self._health = health
        self._clis = clis
        self._clock = clock
        self._open: dict[str, tuple[Candidate, float]] = {}
        """Of each job that has not ended: who is asked, and since when."""
        self._limited: set[str] = set()
        """Accounts whose last run met a limit: also while the next one tries them."""

    @override
    def check(self, asked: Submission) -> None:
        """Raises CliResting."""
        if asked.is_attempt or asked.has_other_account:
            return
        candidate = _candidate(asked.request.cli, asked.request.model)
        why = self._health.why_not(candidate.upstream.account, candidate.model)
        wait = self._health.wait(candidate)
        if not why or wait.state is AccountState.OFF:
            return
        category = _CATEGORY.get(wait.state, ErrorCategory.UPSTREAM)
        left_s = max(math.ceil(wait.left_s or 0.0), _SHORTEST_S)
        is_limit = wait.is_told or wait.state is AccountState.OVER_QUOTA
        is_limit = is_limit or candidate.upstream.account in self._limited
        raise CliResting(
            candidate.upstream.provider,
            why,
            category=category,
            retry_after_s=left_s,
            is_limit=is_limit and category is not ErrorCategory.AUTH,
        )

    @override
    def began(self, job: Job, asked: Submission) -> None:
        if asked.is_attempt or asked.has_other_account:
            return
        candidate = _candidate(job.cli, job.model)
        self._open[job.id] = (candidate, self._health.begin(candidate))

    @override
    def ended(self, job: Job) -> None:
        candidate, began = self._open.pop(job.id, (None, 0.0))
        if candidate is None:
            return
        if job.category is ErrorCategory.RATE_LIMIT:
            self._limited.add(candidate.upstream.account)
        if job.state is JobState.COMPLETED:
            self._limited.discard(candidate.upstream.account)
            self._health.went_well(candidate, began, None, {})
        elif (failure := self._failure(job)) is not None:
            self._health.failed(candidate, began, failure)
        else:
            self._health.let_go(candidate)

    @override
    def parked(self, job: Job, error: str) -> None:
        candidate, began = self._open.pop(job.id, (None, 0.0))
        if candidate is not None:
            self._limited.add(candidate.upstream.account)
            said = {"error": {"message": error, "type": str(ErrorCategory.RATE_LIMIT)}}
            failure = of_answer(429, {}, orjson.dumps(said), self._clock.now_s())
            self._health.failed(candidate, began, failure)

    @override
    def told_pause_s(self, error: str, said_at_s: float | None = None) -> float | None:
        now_s = self._clock.now_s() if said_at_s is None else said_at_s
        return told_pause_s({}, error, now_s)

    def _failure(self, job: Job) -> Failure | None:
        """None where it says nothing of the next run."""
        if job.exit_code is None:
            return None  # nothing ran: a vault that is locked says nothing of the CLI
        if job.category is ErrorCategory.AUTH:
            provider = _candidate(job.cli, job.model).upstream.provider
            return of_error(SignInNeeded(provider, self._clis[job.cli].sign_in.guidance))
        status = _STATUS.get(job.category) if job.category is not None else None
        is_refusal = job.category is ErrorCategory.UPSTREAM and not job.retryable
        if status is None or is_refusal:
            return None
        said = {"error": {"message": job.error, "type": str(job.category)}}
        return of_answer(status, {}, orjson.dumps(said), self._clock.now_s())


def _candidate(cli: CliName, model: str) -> Candidate:
    """As requests to models name it, so that both learn from each other."""
    upstream = Upstream.of(CliSettings(name=cli).provider, ModelProtocol.CLI)
    return Candidate(upstream=upstream, model="default" if model in DEFAULT_MODELS else model)
