"""What a caller is told when none of several candidates has answered.

The first vendor's error as it came, but: accounts that all need a person are told as that, and a
limit that all have reached with the time when the first is free.
"""

import math
from collections.abc import Sequence

from llmgw_desktop.domain.account import AccountState
from llmgw_desktop.domain.errors import AccountsBusy, AccountsUnusable, LlmgwError
from llmgw_desktop.domain.route import Candidate
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.routing.failures import TABLE, Failure, FailureClass, FailureKind
from llmgw_desktop.engine.routing.health import Health
from llmgw_desktop.engine.routing.sending import Sent

MOST_NAMED = 5
_ROW_OF_STATE = {
    AccountState.OVER_QUOTA: TABLE[FailureKind.QUOTA],
    AccountState.AUTH_REQUIRED: TABLE[FailureKind.CREDENTIAL],
}


@value
class Miss:
    """A candidate that did not answer, with what came in place of an answer: one of the two."""

    candidate: Candidate
    failure: Failure
    sent: Sent | None = None
    error: LlmgwError | None = None


def end_of(
    misses: Sequence[Miss], candidates: Sequence[Candidate], health: Health, flight: OpenFlight
) -> Miss:
    """The one whose answer the caller gets as it came. Raises LlmgwError."""
    last = misses[-1] if misses else None
    if last is not None and not last.failure.row.others_may:
        return _as_it_came(last, flight)
    if all(miss.failure.row.is_dead for miss in misses):
        raise _nobody_can(misses, candidates, health)
    if last is not None and last.failure.kind is FailureKind.RATE_LIMIT:
        raise _busy(candidates, health)
    return _as_it_came(misses[0], flight)


def need_of(candidate: Candidate, row: FailureClass) -> str:
    """Which account, what happened, what to do; nothing that a vendor said."""
    return f"{candidate.upstream.account}: {row.happened}. {row.advice}".strip()


def _as_it_came(miss: Miss, flight: OpenFlight) -> Miss:
    flight.answers(miss.candidate)
    if miss.error is not None:
        raise miss.error
    return miss


def _nobody_can(
    misses: Sequence[Miss], candidates: Sequence[Candidate], health: Health
) -> LlmgwError:
    """Nobody was asked, or only such as need a person."""
    waits = [health.wait(candidate) for candidate in candidates]
    if any(wait.is_told and wait.state is AccountState.COOLING for wait in waits):
        return _busy(candidates, health)
    rows = {miss.candidate.upstream.account: miss.failure.row for miss in misses}
    needs: dict[str, str] = {}
    for candidate, wait in zip(candidates, waits, strict=True):
        name = candidate.upstream.account
        row = rows.get(name) or _ROW_OF_STATE.get(wait.state)
        if row is not None:
            needs.setdefault(name, need_of(candidate, row))
    return AccountsUnusable(tuple(needs.values())[:MOST_NAMED])


def _busy(candidates: Sequence[Candidate], health: Health) -> AccountsBusy:
    lefts = [health.wait(candidate).left_s for candidate in candidates]
    soonest = min((left for left in lefts if left is not None), default=1.0)
    names = list(dict.fromkeys(candidate.upstream.account for candidate in candidates))
    after_s = max(math.ceil(soonest), 1)
    return AccountsBusy(
        f"All accounts that may answer this are at their limit "
        f"({', '.join(names[:MOST_NAMED])}). The first is free again in {after_s} s.",
        retry_after_s=after_s,
    )
