"""One request's way through its candidates, until one answers or it is known that none will.

Nothing of an answer is passed on before it is sure to be one, so that the next candidate can be
asked; after its first byte there is no way back. What counts as a failure, and what comes of it,
stands in `failures.py`; who may be asked, in `health.py`.
"""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llmgw_desktop.domain.account import AccountState
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.errors import RequestError, UpstreamError, UpstreamGarbage
from llmgw_desktop.domain.model_request import ModelRequest
from llmgw_desktop.domain.provider import ModelProtocol, Upstream
from llmgw_desktop.domain.route import Candidate
from llmgw_desktop.domain.settings import FailoverSettings
from llmgw_desktop.engine.dialect import Dialect, is_event_stream, is_json
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.routing.deadlines import client_patience_s
from llmgw_desktop.engine.routing.diagnosis import of_answer, of_error
from llmgw_desktop.engine.routing.failures import Failure, FailureKind, Scope
from llmgw_desktop.engine.routing.health import Health, Wait
from llmgw_desktop.engine.routing.hold_back import (
    ERROR_BYTES,
    HoldBack,
    Replayed,
    fault_in_array,
    fault_in_whole,
    read_ahead,
)
from llmgw_desktop.engine.routing.misses import Miss, end_of
from llmgw_desktop.engine.routing.sending import Sender, Sent
from llmgw_desktop.engine.routing.slow_guard import SlowGuard
from llmgw_desktop.engine.translation.translation import Translation
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer

FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 2.0
"""Before the same account is asked again; a vendor that wants more is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TourParts:
    """What all tours share. `jitter` gives numbers from 0 to 1."""

    sender: Sender
    health: Health
    clock: Clock
    jitter: Callable[[], float]


class Tour:
    """Made for one request."""

    def __init__(
        self,
        parts: TourParts,
        settings: FailoverSettings,
        request: ModelRequest,
        dialect: Dialect,
        flight: OpenFlight,
    ) -> None:
        self._parts = parts
        self._health = parts.health
        self._settings = settings
        self._request = request
        self._dialect = dialect
        self._flight = flight
        self._misses: list[Miss] = []
        self._times: Counter[int] = Counter()
        """How often each was asked, by identity: a candidate's hash is dear."""
        said = client_patience_s(request.headers)
        own = settings.deadline_s or math.inf
        self._deadline = flight.started + (own if said is None else min(own, said))
        """Monotonic: after it no other attempt begins."""

    async def go(self, candidates: Sequence[Candidate]) -> Sent:
        """Raises UpstreamError, RequestError."""
        kept: Sent | None = None
        try:
            winner, kept = await self._first_answer(candidates)
            if kept is None:
                end = end_of(self._misses, candidates, self._health, self._flight)
                winner, kept = end.candidate, end.sent
            assert kept is not None
            self._flight.fell_back = winner is not candidates[0]
            return kept
        finally:
            for miss in self._misses:
                if miss.sent is not None and miss.sent is not kept:
                    await miss.sent[0].close()

    async def _first_answer(
        self, candidates: Sequence[Candidate]
    ) -> tuple[Candidate | None, Sent | None]:
        queue = list(candidates)
        while queue and self._has_room():
            candidate = await self._next(queue)
            if candidate is None:
                break
            if self._misses:
                self._flight.goes_on()
            got = await self._ask(candidate, has_others=bool(queue))
            if not isinstance(got, Miss):
                return candidate, got
            self._misses.append(got)
            if not got.failure.row.others_may:
                break
            _drop_kindred(got, queue)
            await self._put_back(got, queue)
        return None, None

    def _has_room(self) -> bool:
        if not self._misses:
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
        if left_s > self._settings.max_wait_s or not self._is_before_deadline(left_s):
            return None
        await asyncio.sleep(left_s)
        return queue.pop(place)

    def _last_resort(self, queue: list[Candidate], waits: list[Wait]) -> Candidate | None:
        """All need a person, who may have done it since."""
        for place, wait in enumerate(waits):
            is_shut = wait.state is AccountState.OFF or self._asked(queue[place])
            if not is_shut and self._health.may_disturb(queue[place]):
                return queue.pop(place)
        return None

    async def _put_back(self, miss: Miss, queue: list[Candidate]) -> None:
        """For another time in this request, if its failure is one that passes."""
        failure, candidate = miss.failure, miss.candidate
        asked = self._asked(candidate)
        if not failure.row.again or asked > self._settings.retries or not self._has_room():
            return
        if failure.kind is FailureKind.RATE_LIMIT:
            queue.append(candidate)  # others first: it told when it is free
            return
        growing = FIRST_PAUSE_S * 2 ** (asked - 1) * (0.8 + 0.4 * self._parts.jitter())
        pause_s = max(min(growing, LONGEST_PAUSE_S), failure.told_s or 0.0)
        if pause_s <= LONGEST_PAUSE_S and self._is_before_deadline(pause_s):
            await asyncio.sleep(pause_s)
            queue.insert(0, candidate)  # its prompt cache is warm

    def _asked(self, candidate: Candidate) -> int:
        return self._times[id(candidate)]

    def _is_before_deadline(self, pause_s: float) -> bool:
        return self._parts.clock.monotonic_s() + pause_s < self._deadline

    async def _ask(self, candidate: Candidate, *, has_others: bool) -> Sent | Miss:
        self._times[id(candidate)] += 1
        began = self._health.begin(candidate)
        self._flight.tried(candidate)
        answer: UpstreamAnswer | None = None
        try:
            answer, way = await self._parts.sender.send(
                self._request, self._dialect, candidate, self._flight
            )
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
            miss = Miss(candidate=candidate, failure=of_error(error), error=error)
            self._note(miss, began, None)
            return miss
        if failure is None:
            self._health.went_well(candidate, began, latency_ms, answer.headers)
            return held, way
        if answer.status < 400:
            words = f"'{candidate.upstream.provider}' answered {answer.status}, but"
            garbage = UpstreamGarbage(f"{words}: {failure.words or failure.row.happened}")
            miss = Miss(candidate=candidate, failure=failure, error=garbage)
        else:
            miss = Miss(candidate=candidate, failure=failure, sent=(held, way))
        self._note(miss, began, answer)
        return miss

    def _note(self, miss: Miss, began: float, answer: UpstreamAnswer | None) -> None:
        headers = None if answer is None else answer.headers
        project = self._request.project
        self._health.failed(miss.candidate, began, miss.failure, headers, project=project)
        failure = miss.failure
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
        is_streamed = self._request.streaming and is_same
        if candidate.upstream.protocol is ModelProtocol.CLI:
            return Replayed(answer, ()), None  # its client has waited for the first word
        if is_event_stream(answer.headers):
            return await self._hold_back(answer, candidate, now_s, has_others=has_others)
        if is_streamed and self._dialect.is_stream(answer.headers):
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


def _drop_kindred(miss: Miss, queue: list[Candidate]) -> None:
    """Nobody asks the same dead account for another model, or behind the same shut door."""
    failed = miss.candidate.upstream
    if miss.failure.scope is Scope.ENDPOINT or miss.failure.kind is FailureKind.OFFLINE:
        queue[:] = [each for each in queue if _door_of(each.upstream) != _door_of(failed)]
    elif miss.failure.row.is_dead:
        queue[:] = [each for each in queue if each.upstream.account != failed.account]


def _door_of(upstream: Upstream) -> str:
    """A CLI has no address."""
    return upstream.base_url or upstream.provider
