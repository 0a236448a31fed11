"""Counting a prompt's tokens: by the vendor where it counts, else by a guess that says it is one.

Coding agents ask this all the time and take a 404 for a broken server, so there is always a count.
"""

from dataclasses import replace

from llmgw_desktop.domain.errors import KeyMissing, UpstreamGarbage, UpstreamRefused
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.provider import ProviderKind
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.exchange.caller import JSON
from llmgw_desktop.engine.exchange.exchange import Exchange, collect, not_again, own_headers
from llmgw_desktop.engine.routing.failover import Failover
from llmgw_desktop.engine.translation.translation import Translator
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer
from llmgw_desktop.wire.answer_facts import told_error
from llmgw_desktop.wire.errors import foreign_error
from llmgw_desktop.wire.translate.usage import COUNTING, count_body, tokens_in

ESTIMATE: tuple[str, str] = ("x-llmgw-estimate", "true")
_CANNOT_COUNT = frozenset({404, 405, 501})
_GUESSED = "Its tokens are estimated: this provider does not count."


class TokenCounter:
    """One for all requests; it keeps nothing of any."""

    def __init__(self, failover: Failover, translator: Translator) -> None:
        self._failover = failover
        self._translator = translator

    async def answer(self, exchange: Exchange) -> None:
        """Raises UpstreamError, MalformedRequest, ClientGone."""
        upstream = exchange.decision.candidates[0].upstream
        counts = upstream.protocol in COUNTING or upstream.kind is ProviderKind.PRACTICE
        same = upstream.protocol is exchange.request.protocol
        if not counts or (upstream.kind is ProviderKind.PRACTICE and not same):
            await self._guess(exchange)
            return
        try:
            answer, _ = await self._failover.send(exchange)
        except (KeyMissing, UpstreamRefused):
            await self._guess(exchange)
            return
        try:
            await self._told(exchange, answer)
        finally:
            await answer.close()

    async def _told(self, exchange: Exchange, answer: UpstreamAnswer) -> None:
        protocol, flight = exchange.request.protocol, exchange.flight
        body = await collect(answer, flight)
        tokens = tokens_in(body)
        if answer.status in _CANNOT_COUNT or (answer.status < 300 and tokens is None):
            await self._guess(exchange)
        elif answer.status >= 300 or tokens is None:
            words = told_error(body) or f"'{flight.provider}' answered with {answer.status}."
            if answer.status < 400:
                raise UpstreamGarbage(words)
            flight.fail(FlightState.FAILED, f"upstream_{answer.status}", words)
            reply = foreign_error(answer.status, words, protocol, flight.id)
            await self._reply(exchange, reply.status, reply.body, *not_again(answer))
        else:
            flight.used(replace(Usage(), input_tokens=tokens))
            same = flight.upstream_protocol is protocol
            told = body if same else count_body(protocol, tokens)
            await self._reply(exchange, answer.status, told)

    async def _guess(self, exchange: Exchange) -> None:
        tokens = await self._translator.tokens(exchange.request)
        exchange.flight.because(f"{exchange.flight.route_reason} {_GUESSED}".strip())
        await self._reply(exchange, 200, count_body(exchange.request.protocol, tokens), ESTIMATE)

    @staticmethod
    async def _reply(exchange: Exchange, status: int, body: bytes, *more: tuple[str, str]) -> None:
        flight = exchange.flight
        flight.replied(status)
        flight.keep(body)
        await exchange.caller.reply(status, [*JSON, *more, *own_headers(flight)], body)
