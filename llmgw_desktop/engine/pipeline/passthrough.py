"""Passes an answer on as it comes while an accountant reads a copy.

It raises what goes wrong and leaves the honest end to the pipeline, which knows how far the
answer got.
"""

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamGarbage
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.engine.exchange.caller import HeaderLines, StraightCaller, straight
from llmgw_desktop.engine.exchange.dialect import ChunkFilter, Dialect, StreamAccountant, is_json
from llmgw_desktop.engine.exchange.exchange import (
    Exchange,
    collect,
    not_again,
    own_headers,
    with_own_words,
)
from llmgw_desktop.engine.exchange.truncation import note_truncation
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.translation.continuations import StoredResponses
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer, relayed
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
            note_truncation(exchange)
        flight.replied(answer.status)
        await exchange.caller.reply(answer.status, self._lines(answer, flight), body)

    async def _stream(
        self,
        exchange: Exchange,
        answer: UpstreamAnswer,
        chunk_filter: ChunkFilter | None,
    ) -> None:
        dialect, flight = exchange.dialect, exchange.flight
        lines = self._lines(answer, flight)
        accountant = dialect.stream_reader()
        relay = _Relay(exchange, answer, accountant, chunk_filter)
        try:
            # the very first piece alone: an error in it can still become a status
            if first := await answer.read():
                is_plain = relay.read(first)
                if accountant.error_text is not None:
                    raise UpstreamGarbage(
                        f"'{flight.provider}' answered with an error: {accountant.error_text}"
                    )
                flight.answered()
                flight.replied(answer.status)
                self._stored.note(exchange.request, flight, accountant.answer_id)
                await exchange.caller.begin(answer.status, lines)
                relay.pass_on(first, is_plain=is_plain)
                await relay.tell()
                while not await relayed(answer, relay.take):
                    await relay.tell()
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


class _Relay:
    """One stream between the two sockets."""

    __slots__ = (
        "_accountant",
        "_answer",
        "_exchange",
        "_filter",
        "_flight",
        "_straight",
        "_unsent",
    )

    def __init__(
        self,
        exchange: Exchange,
        answer: UpstreamAnswer,
        accountant: StreamAccountant,
        chunk_filter: ChunkFilter | None,
    ) -> None:
        self._exchange = exchange
        self._flight = exchange.flight
        self._answer = answer
        self._accountant = accountant
        self._filter = chunk_filter
        self._straight: StraightCaller | None = None
        """Once his answer has begun."""
        self._unsent = b""

    def take(self, piece: bytes) -> bool:
        """Whether another one may follow before `tell` was called. Raises ClientGone."""
        return self.pass_on(piece, is_plain=self.read(piece))

    def read(self, piece: bytes) -> bool:
        """Whether it tells nothing, as the accountant says."""
        is_plain = self._accountant.feed(piece)
        if not is_plain and self._accountant.is_complete:
            self._answer.said_all()
        return is_plain

    def pass_on(self, piece: bytes, *, is_plain: bool) -> bool:
        """As `take`, of a piece that was read."""
        self._flight.keep(piece)
        if self._filter is not None:
            piece = self._filter.feed(piece, is_plain=is_plain)
        if self._straight is None:
            self._unsent = piece
            return False
        if not piece:
            return True
        may_follow = self._straight.put(piece)
        if is_plain:
            self._flight.wrote_on()
        else:
            self._note()
        return may_follow

    async def tell(self) -> None:
        """The caller what he has not been told, and wait while he reads slowly. Raises
        ClientGone."""
        caller = self._exchange.caller
        shown, self._unsent = self._unsent, b""
        if shown:
            await caller.write(shown)
            self._note()
        elif self._straight is not None:
            await self._straight.drained()
        self._straight = straight(caller)

    def _note(self) -> None:
        accountant, dialect = self._accountant, self._exchange.dialect
        is_last = accountant.is_complete and _is_well(accountant, dialect)
        self._flight.wrote(is_last=is_last)


def _is_well(accountant: StreamAccountant, dialect: Dialect) -> bool:
    return accountant.error_text is None and dialect.is_whole(accountant)
