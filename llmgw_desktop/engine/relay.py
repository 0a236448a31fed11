"""Passes an answer on as it comes while an accountant reads a copy.

It raises what goes wrong and leaves the honest end to the pipeline, which knows how far the
answer got.
"""

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamGarbage
from llmgw_desktop.domain.flight import FlightState
from llmgw_desktop.domain.model_request import ModelRequest
from llmgw_desktop.engine.answer_reading import collect, not_again, own_headers, with_own_words
from llmgw_desktop.engine.caller import Caller, HeaderLines
from llmgw_desktop.engine.dialect import ChunkFilter, Dialect, StreamAccountant, is_json
from llmgw_desktop.engine.elsewhere import Elsewhere
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer
from llmgw_desktop.wire.headers import HeaderPolicy


class Relay:
    """One for all requests; it keeps nothing of any."""

    def __init__(self, header_policy: HeaderPolicy, elsewhere: Elsewhere) -> None:
        self._header_policy = header_policy
        self._elsewhere = elsewhere

    async def run(
        self,
        request: ModelRequest,
        dialect: Dialect,
        answer: UpstreamAnswer,
        chunk_filter: ChunkFilter | None,
        caller: Caller,
        flight: OpenFlight,
    ) -> None:
        """Raises UpstreamError, ClientGone."""
        if not 200 <= answer.status <= 599:
            await answer.close()
            raise UpstreamGarbage(f"'{flight.provider}' answered with status {answer.status}.")
        flight.answer_headers = self._header_policy.masked_headers(answer.headers)
        try:
            if request.streaming and answer.status < 300 and dialect.is_stream(answer.headers):
                await self._stream(request, dialect, answer, chunk_filter, caller, flight)
            else:
                await self._whole(request, dialect, answer, caller, flight)
        finally:
            await answer.close()

    async def _whole(
        self,
        request: ModelRequest,
        dialect: Dialect,
        answer: UpstreamAnswer,
        caller: Caller,
        flight: OpenFlight,
    ) -> None:
        lines = self._lines(answer, flight)
        body = await collect(answer, flight)
        flight.keep(body)
        name = flight.provider
        if not is_json(answer.headers):
            kind = answer.headers.get("Content-Type", "nothing it names")
            raise UpstreamGarbage(
                f"'{name}' answered {answer.status} with {kind[:80]}, not with JSON."
            )
        facts = dialect.read_answer(body)
        flight.usage, flight.stop_reason = facts.usage, facts.stop_reason
        flight.model_served = facts.model or flight.model_served
        flight.answer_id = facts.answer_id
        if answer.status >= 400:
            words = facts.error_text or f"'{name}' answered with status {answer.status}."
            flight.fail(FlightState.FAILED, f"upstream_{answer.status}", words)
        elif facts.error_text is not None:
            raise UpstreamGarbage(f"'{name}' answered {answer.status}, but: {facts.error_text}")
        elif request.streaming:
            raise UpstreamGarbage(f"'{name}' was asked for a stream and did not stream.")
        else:
            self._elsewhere.note(request, flight, facts.answer_id)
            body = with_own_words(body, request, flight)
        flight.status = answer.status
        await caller.reply(answer.status, lines, body)

    async def _stream(
        self,
        request: ModelRequest,
        dialect: Dialect,
        answer: UpstreamAnswer,
        chunk_filter: ChunkFilter | None,
        caller: Caller,
        flight: OpenFlight,
    ) -> None:
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
                    flight.status = answer.status
                    self._elsewhere.note(request, flight, accountant.answer_id)
                    await caller.begin(answer.status, lines)
                flight.keep(chunk)
                shown = chunk if chunk_filter is None else chunk_filter.feed(chunk)
                if shown:
                    await caller.write(shown)
                    flight.chunks += 1
                    if accountant.is_complete:
                        flight.is_told = accountant.error_text is None and dialect.is_whole(
                            accountant
                        )
        finally:
            accountant.finish()
            flight.usage, flight.stop_reason = accountant.usage, accountant.stop_reason
            flight.torn_frame, flight.next_number = accountant.tail, accountant.next_number
            flight.model_served = accountant.model or flight.model_served
            flight.answer_id = accountant.answer_id
            flight.streamed()
        await self._finish(dialect, accountant, chunk_filter, caller, flight)

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
        dialect: Dialect,
        accountant: StreamAccountant,
        chunk_filter: ChunkFilter | None,
        caller: Caller,
        flight: OpenFlight,
    ) -> None:
        name = flight.provider
        if not caller.has_begun:
            raise UpstreamCut(f"'{name}' ended its answer before it began.")
        if chunk_filter is not None and (rest := chunk_filter.flush()):
            await caller.write(rest)
        if accountant.error_text is not None:
            flight.fail(FlightState.CUT, "upstream_stream_error", accountant.error_text)
        elif not dialect.is_whole(accountant):
            raise UpstreamCut(f"'{name}' ended its answer without finishing it.")
        await caller.end()
