"""Passes an answer on as it comes while an accountant reads a copy.

It raises what goes wrong and leaves the honest end to the pipeline, which knows how far the
answer got.
"""

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamGarbage
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.engine.exchange.caller import HeaderLines
from llmgw_desktop.engine.exchange.dialect import ChunkFilter, Dialect, StreamAccountant, is_json
from llmgw_desktop.engine.exchange.exchange import (
    Exchange,
    collect,
    not_again,
    own_headers,
    with_own_words,
)
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.translation.stored_responses import StoredResponses
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer
from llmgw_desktop.wire.headers import HeaderPolicy


class Passthrough:
    """One for all requests; it keeps nothing of any."""

    def __init__(self, header_policy: HeaderPolicy, stored: StoredResponses) -> None:
        self._header_policy = header_policy
        self._stored = stored

    async def run(
        self,
        exchange: Exchange,
        answer: UpstreamAnswer,
        chunk_filter: ChunkFilter | None,
    ) -> None:
        """Raises UpstreamError, ClientGone."""
        flight = exchange.flight
        if not 200 <= answer.status <= 599:
            await answer.close()
            raise UpstreamGarbage(f"'{flight.provider}' answered with status {answer.status}.")
        flight.heard(self._header_policy.masked_headers(answer.headers))
        try:
            is_stream = exchange.request.streaming and answer.status < 300
            if is_stream and exchange.dialect.is_stream(answer.headers):
                await self._stream(exchange, answer, chunk_filter)
            else:
                await self._whole(exchange, answer)
        finally:
            await answer.close()

    async def _whole(self, exchange: Exchange, answer: UpstreamAnswer) -> None:
        flight = exchange.flight
        lines = self._lines(answer, flight)
        body = await collect(answer, flight)
        flight.keep(body)
        name = flight.provider
        if not is_json(answer.headers):
            kind = answer.headers.get("Content-Type", "nothing it names")
            raise UpstreamGarbage(
                f"'{name}' answered {answer.status} with {kind[:80]}, not with JSON."
            )
        facts = exchange.dialect.read_answer(body)
        flight.learnt(facts)
        if answer.status >= 400:
            words = facts.error_text or f"'{name}' answered with status {answer.status}."
            flight.fail(FlightState.FAILED, f"upstream_{answer.status}", words)
        elif facts.error_text is not None:
            raise UpstreamGarbage(f"'{name}' answered {answer.status}, but: {facts.error_text}")
        elif exchange.request.streaming:
            raise UpstreamGarbage(f"'{name}' was asked for a stream and did not stream.")
        else:
            self._stored.note(exchange.request, flight, facts.answer_id)
            body = with_own_words(body, exchange)
        flight.replied(answer.status)
        await exchange.caller.reply(answer.status, lines, body)

    async def _stream(
        self,
        exchange: Exchange,
        answer: UpstreamAnswer,
        chunk_filter: ChunkFilter | None,
    ) -> None:
        dialect, flight, caller = exchange.dialect, exchange.flight, exchange.caller
        lines = self._lines(answer, flight)
        accountant = dialect.stream_reader()
        try:
            while chunk := await answer.read():
                accountant.feed(chunk)
                if accountant.is_complete:
                    answer.said_all()
                if not caller.has_begun:
                    self._begins_well(accountant, flight)
                    flight.answered()
                    flight.replied(answer.status)
                    self._stored.note(exchange.request, flight, accountant.answer_id)
                    await caller.begin(answer.status, lines)
                flight.keep(chunk)
                shown = chunk if chunk_filter is None else chunk_filter.feed(chunk)
                if shown:
                    await caller.write(shown)
                    flight.wrote(is_last=accountant.is_complete and _is_well(accountant, dialect))
        finally:
            accountant.finish()
            flight.learnt(accountant)
            flight.tore(accountant.tail, accountant.next_number)
            flight.streamed()
        await self._finish(exchange, accountant, chunk_filter)

    def _lines(self, answer: UpstreamAnswer, flight: OpenFlight) -> HeaderLines:
        headers = self._header_policy.answer_headers_to_forward(answer.headers)
        return [*headers, *not_again(answer), *own_headers(flight)]

    @staticmethod
    def _begins_well(accountant: StreamAccountant, flight: OpenFlight) -> None:
        """An error as the very first event can still become a proper status."""
        if accountant.error_text is not None:
            raise UpstreamGarbage(
                f"'{flight.provider}' answered with an error: {accountant.error_text}"
            )

    @staticmethod
    async def _finish(
        exchange: Exchange,
        accountant: StreamAccountant,
        chunk_filter: ChunkFilter | None,
    ) -> None:
        caller, flight = exchange.caller, exchange.flight
        name = flight.provider
        if not caller.has_begun:
            raise UpstreamCut(f"'{name}' ended its answer before it began.")
        if chunk_filter is not None and (rest := chunk_filter.flush()):
            await caller.write(rest)
        if accountant.error_text is not None:
            flight.fail(FlightState.CUT, "upstream_stream_error", accountant.error_text)
        elif not exchange.dialect.is_whole(accountant):
            raise UpstreamCut(f"'{name}' ended its answer without finishing it.")
        await caller.end()


def _is_well(accountant: StreamAccountant, dialect: Dialect) -> bool:
    return accountant.error_text is None and dialect.is_whole(accountant)
