"""Counting a prompt's tokens: by the vendor where it counts, else by a guess that says it is one.

Coding agents ask this all the time and take a 404 for a broken server, so there is always a count.
"""

from dataclasses import replace

from llmgw_desktop.domain.errors import KeyMissing, UpstreamGarbage, UpstreamRefused
from llmgw_desktop.domain.flight import FlightState
from llmgw_desktop.domain.model_request import ModelRequest
from llmgw_desktop.domain.provider import ProviderKind
from llmgw_desktop.domain.route import RouteDecision
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.answer_reading import collect, not_again, own_headers
from llmgw_desktop.engine.caller import JSON, Caller
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.routing.attempts import Attempts
from llmgw_desktop.engine.translation.translation import Translator
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer
from llmgw_desktop.wire.answer_facts import told_error
from llmgw_desktop.wire.errors import foreign_error
from llmgw_desktop.wire.translate.counts import COUNTING, count_body, tokens_in

ESTIMATE: tuple[str, str] = ("x-llmgw-estimate", "true")
_CANNOT_COUNT = frozenset({404, 405, 501})
_GUESSED = "Its tokens are estimated: this provider does not count."


class Counter:
    """One for all requests; it keeps nothing of any."""

    def __init__(self, attempts: Attempts, translator: Translator) -> None:
        self._attempts = attempts
        self._translator = translator

    async def answer(
        self,
        request: ModelRequest,
        dialect: Dialect,
        decision: RouteDecision,
        caller: Caller,
        flight: OpenFlight,
    ) -> None:
        """Raises UpstreamError, MalformedRequest, ClientGone."""
        upstream = decision.candidates[0].upstream
        counts = upstream.protocol in COUNTING or upstream.kind is ProviderKind.PRACTICE
        same = upstream.protocol is request.protocol
        if not counts or (upstream.kind is ProviderKind.PRACTICE and not same):
            await self._guess(request, caller, flight)
            return
        try:
            answer, _ = await self._attempts.send(request, dialect, decision, flight)
        except (KeyMissing, UpstreamRefused):
            await self._guess(request, caller, flight)
            return
        try:
            await self._told(request, answer, caller, flight)
        finally:
            await answer.close()

    async def _told(
        self, request: ModelRequest, answer: UpstreamAnswer, caller: Caller, flight: OpenFlight
    ) -> None:
        body = await collect(answer, flight)
        tokens = tokens_in(body)
        if answer.status in _CANNOT_COUNT or (answer.status < 300 and tokens is None):
            await self._guess(request, caller, flight)
        elif answer.status >= 300 or tokens is None:
            words = told_error(body) or f"'{flight.provider}' answered with {answer.status}."
            if answer.status < 400:
                raise UpstreamGarbage(words)
            flight.fail(FlightState.FAILED, f"upstream_{answer.status}", words)
            reply = foreign_error(answer.status, words, request.protocol, flight.id)
            await self._reply(reply.status, reply.body, caller, flight, *not_again(answer))
        else:
            flight.usage = replace(Usage(), input_tokens=tokens)
            same = flight.upstream_protocol is request.protocol
            told = body if same else count_body(request.protocol, tokens)
            await self._reply(answer.status, told, caller, flight)

    async def _guess(self, request: ModelRequest, caller: Caller, flight: OpenFlight) -> None:
        tokens = await self._translator.tokens(request)
        flight.route_reason = f"{flight.route_reason} {_GUESSED}".strip()
        body = count_body(request.protocol, tokens)
        await self._reply(200, body, caller, flight, ESTIMATE)

    @staticmethod
    async def _reply(
        status: int, body: bytes, caller: Caller, flight: OpenFlight, *more: tuple[str, str]
    ) -> None:
        flight.status = status
        flight.keep(body)
        await caller.reply(status, [*JSON, *more, *own_headers(flight)], body)
