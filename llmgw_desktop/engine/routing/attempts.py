"""Gets a request its answer: from its only candidate, or from the first of several that can.

A request with one candidate is asked once, whatever is known of the account, and what the vendor
answers is passed on: nothing stands between. Several candidates are a Tour.
"""

from llmgw_desktop.domain.errors import AccountsUnusable, UpstreamError
from llmgw_desktop.domain.model_request import ModelRequest, Operation
from llmgw_desktop.domain.provider import ProviderKind
from llmgw_desktop.domain.route import Candidate, RouteDecision
from llmgw_desktop.domain.settings import FailoverSettings
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.routing.diagnosis import of_answer, of_error
from llmgw_desktop.engine.routing.failures import FailureKind
from llmgw_desktop.engine.routing.hold_back import ERROR_BYTES, read_ahead
from llmgw_desktop.engine.routing.misses import need_of
from llmgw_desktop.engine.routing.sending import Sent
from llmgw_desktop.engine.routing.tour import Tour, TourParts
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer

_CANNOT_COUNT = frozenset({404, 405, 501})
"""A provider that does not count tokens is none the worse for it."""


class Attempts:
    """One for all requests."""

    def __init__(self, parts: TourParts) -> None:
        self._parts = parts
        self._sender = parts.sender
        self._health = parts.health
        self.settings = FailoverSettings()

    async def send(
        self, request: ModelRequest, dialect: Dialect, decision: RouteDecision, flight: OpenFlight
    ) -> Sent:
        """The answer that the caller gets, its head here and nothing of it passed on.

        Raises UpstreamError where there is none, RequestError where the request cannot be told.
        """
        candidates = decision.candidates
        if len(candidates) == 1 or decision.strict or request.operation is Operation.COUNT_TOKENS:
            return await self._ask_only(request, dialect, candidates[0], flight)
        tour = Tour(self._parts, self.settings, request, dialect, flight)
        return await tour.go(candidates)

    async def _ask_only(
        self, request: ModelRequest, dialect: Dialect, candidate: Candidate, flight: OpenFlight
    ) -> Sent:
        began = self._health.begin(candidate)
        flight.tried(candidate)
        try:
            sent = await self._sender.send(request, dialect, candidate, flight)
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
        refusal = await self._refused(answer, candidate, began, flight, request.project)
        return refusal, sent[1]

    async def _refused(
        self,
        answer: UpstreamAnswer,
        candidate: Candidate,
        began: float,
        flight: OpenFlight,
        project: str,
    ) -> UpstreamAnswer:
        """What the vendor said, but for its opinion of our key, which is not the caller's."""
        try:
            replayed, body = await read_ahead(answer, ERROR_BYTES)
        except BaseException:
            self._health.let_go(candidate)
            await answer.close()
            raise
        failure = of_answer(answer.status, answer.headers, body, self._parts.clock.now_s())
        self._health.failed(candidate, began, failure, answer.headers, project=project)
        flight.attempt_failed(failure.outcome, answer.status, is_free=failure.costs_nothing)
        is_practice = candidate.upstream.kind is ProviderKind.PRACTICE
        if failure.kind is FailureKind.CREDENTIAL and not is_practice:
            await answer.close()
            raise AccountsUnusable((need_of(candidate, failure.row),))
        return replayed
