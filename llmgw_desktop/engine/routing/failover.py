"""Gets a request its answer: from its only candidate, or from the first of several that can.

A request with one candidate is asked once, whatever is known of the account, and what the vendor
answers is passed on: nothing stands between. With several, nothing of an answer is passed on before
it is sure to be one, so that the next can be asked; after its first byte there is no way back. What
counts as a failure, and what comes of it, stands in `failures.py`, who may be asked in `health.py`.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence

from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import (
    AccountsUnusable,
    RequestError,
    UpstreamError,
    UpstreamGarbage,
)
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import AccountState, ModelProtocol, ProviderKind, Upstream
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.domain.settings.tables import FailoverSettings
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.dialect import is_event_stream, is_json
from llmgw_desktop.engine.exchange.exchange import Exchange
from llmgw_desktop.engine.routing.attempt import (
    FailedAttempt,
    Sender,
    Sent,
    client_patience_s,
    end_of,
    need_of,
)
from llmgw_desktop.engine.routing.diagnosis import of_answer, of_error
from llmgw_desktop.engine.routing.failures import Failure, FailureKind, FailureScope
from llmgw_desktop.engine.routing.health import HealthTracker, Wait
from llmgw_desktop.engine.routing.hold_back import (
    ERROR_BYTES,
    HoldBack,
    Replayed,
    SlowGuard,
    fault_in_array,
    fault_in_whole,
    read_ahead,
)
from llmgw_desktop.engine.translation.translation import Translation
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 2.0
"""Before the same account is asked again; a vendor that wants more is left alone."""


_LIMITS = frozenset({FailureKind.RATE_LIMIT, FailureKind.QUOTA})
_PASSES = frozenset({FailureKind.CUT, FailureKind.TIMEOUT})
"""After these one account alone may be asked as often as all together."""


@value
class FailoverParts:
    """What all tours share. `jitter` gives numbers from 0 to 1."""

    sender: Sender
    health: HealthTracker
    clock: Clock
    jitter: Callable[[], float]


class FailoverRun:
    """Made for one request."""

    def __init__(
        self,
        parts: FailoverParts,
        settings: FailoverSettings,
        exchange: Exchange,
    ) -> None:
        self._parts = parts
        self._health = parts.health
        self._settings = settings
        self._exchange = exchange
        self._flight = exchange.flight
        self._failed: list[FailedAttempt] = []
        self._times: Counter[int] = Counter()
        """How often each was asked, by identity: a candidate's hash is dear."""
        for each in exchange.flight.attempt_log:
            self._times[id(each.candidate)] += 1
        self._is_patient = False
        """An answer broke that is wanted whole."""
        said = client_patience_s(exchange.request.headers)
        own = settings.deadline_s or math.inf
        self._deadline = exchange.flight.started + (own if said is None else min(own, said))
        """Monotonic: after it no other attempt begins."""
        self._held_until = exchange.flight.started + exchange.wait_s
        """The same: so long a caller that asked for it waits until an account is free."""

    async def go(
        self, candidates: Sequence[Candidate], queue: list[Candidate] | None = None
    ) -> Sent:
        """`queue`: who is asked, where that is not all of them in their order. Raises
        UpstreamError, RequestError."""
        kept: Sent | None = None
        try:
            winner, kept = await self._first_answer(list(candidates) if queue is None else queue)
            if kept is None:
                end = end_of(self._failed, candidates, self._health, self._flight)
                winner, kept = end.candidate, end.sent
            assert kept is not None
            if len(candidates) > 1:
                self._flight.settles_on(winner, candidates[0])
            return kept
        finally:
            for attempt in self._failed:
                if attempt.sent is not None and attempt.sent is not kept:
                    await attempt.sent[0].close()

    async def again(self, candidates: Sequence[Candidate], error: UpstreamError) -> Sent | None:
        """The answer that it had settled on broke off, and nobody has seen it: another one, of the
        same account first where that is worth it. None where there is no room for another attempt.
        Raises as `go`."""
        broken, failure = self._flight.candidate, of_error(error)
        assert broken is not None
        project = self._exchange.request.project
        self._failed.append(FailedAttempt(candidate=broken, failure=failure, error=error))
        self._health.failed(broken, self._health.begin(broken), failure, project=project)
        self._is_patient = True
        queue = [each for each in candidates if each is not broken]
        if self._asked(broken) <= self._most_of(failure):
            queue.insert(0 if failure.row.again else len(queue), broken)
        if not queue or not self._has_room():
            return None
        if queue[0] is broken:
            pause_s = FIRST_PAUSE_S * (2 ** (self._asked(broken) - 1) - 1)  # none the first time
            await asyncio.sleep(min(pause_s, LONGEST_PAUSE_S))
        return await self.go(candidates, queue)

    async def _first_answer(self, queue: list[Candidate]) -> tuple[Candidate | None, Sent | None]:
        while queue and self._has_room():
            candidate = await self._next(queue)
            if candidate is None:
                break
            if self._failed:
                self._flight.goes_on()
            got = await self._ask(candidate, has_others=bool(queue))
            if not isinstance(got, FailedAttempt):
                return candidate, got
            self._failed.append(got)
            if not got.failure.row.others_may:
                break
            _drop_kindred(got, queue)
            await self._put_back(got, queue)
        return None, None

    def _has_room(self) -> bool:
        if not self._failed:
            return True
        is_in_time = self._parts.clock.monotonic_s() < self._deadline
        return is_in_time and self._flight.attempts < self._settings.max_attempts

    async def _next(self, queue: list[Candidate]) -> Candidate | None:
        """Taken out of the queue; None where nobody may be asked in time."""
        for place, candidate in enumerate(queue):
            if not self._health.why_not(candidate.upstream.account, candidate.model):
                return queue.pop(place)
        waits = [self._health.wait(candidate) for candidate in queue]
        timed = [(wait.left_s, at) for at, wait in enumerate(waits) if wait.left_s is not None]
        # A pause that we only guess at is no reason to answer nothing.
        guessed = [
            each for each in timed if not waits[each[1]].is_told and not self._asked(queue[each[1]])
        ]
        if guessed:
            return queue.pop(min(guessed)[1])
        if not timed:
            return self._last_resort(queue, waits)
        left_s, place = min(timed)
        if not self._may_wait(left_s):
            return None
        await asyncio.sleep(left_s)
        if left_s > self._settings.max_wait_s:
            self._flight.because(f"{self._flight.route_reason} Waited {left_s:.0f} s for a limit.")
        return queue.pop(place)

    def _may_wait(self, left_s: float) -> bool:
        is_short = left_s <= self._settings.max_wait_s
        is_held = self._parts.clock.monotonic_s() + left_s <= self._held_until
        return (is_short or is_held) and self._is_before_deadline(left_s)

    def _last_resort(self, queue: list[Candidate], waits: list[Wait]) -> Candidate | None:
        """All need a person, who may have done it since."""
        for place, wait in enumerate(waits):
            is_shut = wait.state is AccountState.OFF or self._asked(queue[place])
            if not is_shut and self._health.may_disturb(queue[place]):
                return queue.pop(place)
        return None

    async def _put_back(self, attempt: FailedAttempt, queue: list[Candidate]) -> None:
        """For another time in this request, if its failure is one that passes."""
        failure, candidate = attempt.failure, attempt.candidate
        asked = self._asked(candidate)
        is_patient = self._is_patient and failure.kind in _PASSES
        passes = failure.row.again or is_patient or self._is_held_for(failure)
        if not passes or asked > self._most_of(failure) or not self._has_room():
            return
        if failure.kind is FailureKind.RATE_LIMIT or self._is_held_for(failure):
            queue.append(candidate)  # others first: it told when it is free
            return
        growing = FIRST_PAUSE_S * 2 ** (asked - 1) * (0.8 + 0.4 * self._parts.jitter())
        pause_s = max(min(growing, LONGEST_PAUSE_S), failure.told_s or 0.0)
        if pause_s <= LONGEST_PAUSE_S and self._is_before_deadline(pause_s):
            await asyncio.sleep(pause_s)
            queue.insert(0, candidate)  # its prompt cache is warm

    def _most_of(self, failure: Failure) -> int:
        """How often one account may be asked again after this."""
        is_patient = self._is_patient and failure.kind in _PASSES
        is_more = is_patient or self._is_held_for(failure)
        return self._settings.max_attempts if is_more else self._settings.retries

    def _is_held_for(self, failure: Failure) -> bool:
        """Its caller waits until that limit is over."""
        return self._exchange.wait_s > 0 and failure.kind in _LIMITS

    def _asked(self, candidate: Candidate) -> int:
        return self._times[id(candidate)]

    def _is_before_deadline(self, pause_s: float) -> bool:
        return self._parts.clock.monotonic_s() + pause_s < self._deadline

    async def _ask(self, candidate: Candidate, *, has_others: bool) -> Sent | FailedAttempt:
        self._times[id(candidate)] += 1
        began = self._health.begin(candidate)
        self._flight.tried(candidate)
        answer: UpstreamAnswer | None = None
        try:
            answer, way = await self._parts.sender.send(self._exchange, candidate)
            latency_ms = self._flight.attempt_answered(answer.status)
            held, failure = await self._look(candidate, (answer, way), has_others=has_others)
            if failure is not None and (answer.status < 400 or held.is_whole):
                await held.close()
        except BaseException as error:
            if answer is not None:
                await answer.close()
            if not isinstance(error, UpstreamError | RequestError):
                self._health.let_go(candidate)
                raise
            attempt = FailedAttempt(candidate=candidate, failure=of_error(error), error=error)
            self._note(attempt, began, None)
            return attempt
        if failure is None:
            self._health.went_well(candidate, began, latency_ms, answer.headers)
            return held, way
        if answer.status < 400:
            words = f"'{candidate.upstream.provider}' answered {answer.status}, but"
            garbage = UpstreamGarbage(f"{words}: {failure.words or failure.row.happened}")
            attempt = FailedAttempt(candidate=candidate, failure=failure, error=garbage)
        else:
            attempt = FailedAttempt(candidate=candidate, failure=failure, sent=(held, way))
        self._note(attempt, began, answer)
        return attempt

    def _note(self, attempt: FailedAttempt, began: float, answer: UpstreamAnswer | None) -> None:
        headers = None if answer is None else answer.headers
        project = self._exchange.request.project
        self._health.failed(attempt.candidate, began, attempt.failure, headers, project=project)
        failure = attempt.failure
        self._flight.attempt_failed(failure.outcome, failure.status, is_free=failure.costs_nothing)

    async def _look(
        self, candidate: Candidate, sent: Sent, *, has_others: bool
    ) -> tuple[Replayed, Failure | None]:
        """The answer as it may be passed on, and what is wrong with it. Raises UpstreamError."""
        answer, way = sent
        now_s = self._parts.clock.now_s()
        if answer.status >= 400:
            replayed, body = await read_ahead(answer, ERROR_BYTES)
            return replayed, of_answer(answer.status, answer.headers, body, now_s)
        is_same = not isinstance(way, Translation)
        is_streamed = self._exchange.request.streaming and is_same
        if candidate.upstream.protocol is ModelProtocol.CLI:
            return Replayed(answer, ()), None  # its client has waited for the first word
        if is_event_stream(answer.headers):
            return await self._hold_back(answer, candidate, now_s, has_others=has_others)
        if is_streamed and self._exchange.dialect.is_stream(answer.headers):
            return await fault_in_array(answer, now_s)
        if is_streamed or not is_json(answer.headers):
            kind = answer.headers.get("Content-Type", "nothing it names")[:80]
            return Replayed(answer, ()), Failure(kind=FailureKind.GARBAGE, words=kind)
        return await fault_in_whole(answer, now_s)

    async def _hold_back(
        self, answer: UpstreamAnswer, candidate: Candidate, now_s: float, *, has_others: bool
    ) -> tuple[Replayed, Failure | None]:
        settings = self._settings
        if not settings.hold_back_s:
            return Replayed(answer, ()), None
        guard = None
        if has_others and settings.slow_chars_per_s:
            guard = SlowGuard(settings.slow_chars_per_s, settings.slow_window_s)
        hold_back = HoldBack(
            answer,
            candidate.upstream.protocol,
            hold_s=settings.hold_back_s,
            guard=guard,
            now_s=now_s,
        )
        return await hold_back.look()


def _drop_kindred(attempt: FailedAttempt, queue: list[Candidate]) -> None:
    """Nobody asks the same dead account for another model, or behind the same shut door."""
    failed = attempt.candidate.upstream
    if (
        attempt.failure.scope is FailureScope.ENDPOINT
        or attempt.failure.kind is FailureKind.OFFLINE
    ):
        queue[:] = [each for each in queue if _door_of(each.upstream) != _door_of(failed)]
    elif attempt.failure.row.is_dead:
        queue[:] = [each for each in queue if each.upstream.account != failed.account]


def _door_of(upstream: Upstream) -> str:
    """A CLI has no address."""
    return upstream.base_url or upstream.provider


_CANNOT_COUNT = frozenset({404, 405, 501})
"""A provider that does not count tokens is none the worse for it."""


class Failover:
    """One for all requests."""

    def __init__(self, parts: FailoverParts) -> None:
        self._parts = parts
        self._sender = parts.sender
        self._health = parts.health
        self.settings = FailoverSettings()

    async def send(self, exchange: Exchange) -> Sent:
        """The answer that the caller gets, its head here and nothing of it passed on.

        Raises UpstreamError where there is none, RequestError where the request cannot be told.
        """
        decision = exchange.decision
        is_count = exchange.request.operation is Operation.COUNT_TOKENS
        if len(decision.candidates) == 1 or decision.strict or is_count:
            if exchange.wait_s:
                return await self.run_of(exchange).go(decision.candidates[:1])
            return await self._ask_only(exchange, decision.candidates[0])
        return await self.run_of(exchange).go(decision.candidates)

    def run_of(self, exchange: Exchange) -> FailoverRun:
        """Of a request of which some may have been asked already."""
        return FailoverRun(self._parts, self.settings, exchange)

    async def _ask_only(self, exchange: Exchange, candidate: Candidate) -> Sent:
        request, flight = exchange.request, exchange.flight
        began = self._health.begin(candidate)
        flight.tried(candidate)
        try:
            sent = await self._sender.send(exchange, candidate)
        except UpstreamError as error:
            failure = of_error(error)
            self._health.failed(candidate, began, failure, project=request.project)
            flight.attempt_failed(failure.outcome, None, is_free=failure.costs_nothing)
            raise
        except BaseException:
            self._health.let_go(candidate)
            raise
        answer = sent[0]
        if answer.status < 400:
            latency_ms = flight.attempt_answered(answer.status)
            self._health.went_well(candidate, began, latency_ms, answer.headers)
            return sent
        if request.operation is Operation.COUNT_TOKENS and answer.status in _CANNOT_COUNT:
            self._health.let_go(candidate)
            return sent
        return await self._refused(exchange, answer, candidate, began), sent[1]

    async def _refused(
        self, exchange: Exchange, answer: UpstreamAnswer, candidate: Candidate, began: float
    ) -> UpstreamAnswer:
        """What the vendor said, but for its opinion of our key, which is not the caller's."""
        try:
            replayed, body = await read_ahead(answer, ERROR_BYTES)
        except BaseException:
            self._health.let_go(candidate)
            await answer.close()
            raise
        failure = of_answer(answer.status, answer.headers, body, self._parts.clock.now_s())
        project, costs = exchange.request.project, not failure.costs_nothing
        self._health.failed(candidate, began, failure, answer.headers, project=project)
        exchange.flight.attempt_failed(failure.outcome, answer.status, is_free=not costs)
        is_practice = candidate.upstream.kind is ProviderKind.PRACTICE
        if failure.kind is FailureKind.CREDENTIAL and not is_practice:
            await answer.close()
            raise AccountsUnusable((need_of(candidate, failure.row),))
        return replayed
