"""Passes on an answer that came in another protocol than the caller's, event by event.

As the relay does for one protocol, it raises what goes wrong and leaves the honest end to the
pipeline.
"""

from functools import partial

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamGarbage
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.model.answer import (
    Answer,
    AnswerBegun,
    AnswerEnded,
    AnswerEvent,
    AnswerFailed,
    ItemGrew,
    UsageTold,
)
from llmgw_desktop.domain.model.prompt import ModelRequest
from llmgw_desktop.engine.exchange.caller import JSON, HeaderLines
from llmgw_desktop.engine.exchange.dialect import is_event_stream, is_json
from llmgw_desktop.engine.exchange.exchange import (
    MAX_WHOLE_BYTES,
    Exchange,
    collect,
    not_again,
    own_headers,
    with_own_words,
)
from llmgw_desktop.engine.exchange.truncation import note_truncation
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.translation.continuations import Continuations
from llmgw_desktop.engine.translation.translation import Translation, answer_nesting, beside_loop
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer
from llmgw_desktop.wire.answer_facts import told_error
from llmgw_desktop.wire.errors import foreign_error
from llmgw_desktop.wire.headers import HeaderPolicy
from llmgw_desktop.wire.translate.answer_events import Collector, collected, events_of
from llmgw_desktop.wire.translate.codec import EventWriter
from llmgw_desktop.wire.translate.usage import estimated_names

_ESTIMATED = "x-llmgw-estimated"
_TOLD_ON = ("retry-after", "retry-after-ms", "x-should-retry")


class Interpreter:
    """One for all requests; it keeps nothing of any."""

    def __init__(self, header_policy: HeaderPolicy, continuations: Continuations) -> None:
        self._header_policy = header_policy
        self._continuations = continuations

    async def run(
        self, exchange: Exchange, answer: UpstreamAnswer, translation: Translation
    ) -> None:
        """Raises UpstreamError, ClientGone."""
        flight = exchange.flight
        flight.heard(self._header_policy.masked_headers(answer.headers))
        try:
            if answer.status >= 400:
                await self._error(exchange, answer)
            elif not 200 <= answer.status <= 299:
                raise UpstreamGarbage(f"'{flight.provider}' answered with status {answer.status}.")
            else:
                await self._good(exchange, answer, translation)
        finally:
            flight.lost(translation.report.names)
            await answer.close()

    async def _good(
        self, exchange: Exchange, answer: UpstreamAnswer, translation: Translation
    ) -> None:
        run = self._whole
        if is_event_stream(answer.headers) and exchange.request.streaming:
            run = self._stream
        with answer_nesting(exchange.flight.provider):
            await run(exchange, answer, translation)

    async def _error(self, exchange: Exchange, answer: UpstreamAnswer) -> None:
        """The vendor's status and words in the caller's dialect."""
        flight = exchange.flight
        told = told_error(await collect(answer, flight))
        words = told or f"'{flight.provider}' answered with status {answer.status}."
        flight.fail(FlightState.FAILED, f"upstream_{answer.status}", words)
        reply = foreign_error(answer.status, words, exchange.request.protocol, flight.id)
        flight.replied(reply.status)
        kept = [(name, answer.headers[name]) for name in _TOLD_ON if name in answer.headers]
        lines = [*reply.headers, *kept, *not_again(answer), *own_headers(flight)]
        await exchange.caller.reply(reply.status, lines, reply.body)

    async def _whole(
        self, exchange: Exchange, answer: UpstreamAnswer, translation: Translation
    ) -> None:
        """An answer that one of the two sides does not stream."""
        request, flight = exchange.request, exchange.flight
        body = await collect(answer, flight)
        size = len(body)
        read = partial(self._read_whole, answer, body, translation, flight.provider)
        told = await beside_loop(size, read)
        if not request.streaming:
            told = translation.callers_usage().answer(told)
        flight.used(told.usage, told.cost_usd)
        flight.stopped(told.stop.vendor_word or told.stop.kind)
        flight.served_by(told.model)
        if request.streaming:
            if self._continuations.keeps(request, translation):
                self._continuations.keep(request, translation, told, size=size)
            await self._replay(exchange, told, size, translation)
            return
        written = await beside_loop(size, translation.write_answer, told)
        flight.lost(translation.report.names)
        flight.replied(answer.status)
        flight.keep(written)
        if self._continuations.keeps(request, translation):
            self._continuations.keep(request, translation, told, size=len(written), written=written)
        shown = with_own_words(written, exchange)
        note_truncation(exchange)
        lines = [*JSON, *own_headers(flight)]
        if names := estimated_names(flight.usage):
            lines.append((_ESTIMATED, names))
        await exchange.caller.reply(answer.status, lines, shown)

    @staticmethod
    def _read_whole(
        answer: UpstreamAnswer, body: bytes, translation: Translation, provider: str | None
    ) -> Answer:
        if is_event_stream(answer.headers):
            reader = translation.event_reader()
            return collected([*reader.feed(body), *reader.finish()])
        if is_json(answer.headers):
            if words := told_error(body):
                raise UpstreamGarbage(f"'{provider}' answered {answer.status}, but: {words}")
            return translation.theirs.read_answer(body, translation.names)
        kind = answer.headers.get("Content-Type", "nothing it names")
        raise UpstreamGarbage(
            f"'{provider}' answered {answer.status} with {kind[:80]}, not with JSON."
        )

    async def _stream(
        self, exchange: Exchange, answer: UpstreamAnswer, translation: Translation
    ) -> None:
        request, caller, flight = exchange.request, exchange.caller, exchange.flight
        reader, writer = translation.event_reader(), translation.event_writer()
        usage = translation.callers_usage()
        collector = Collector() if self._continuations.keeps(request, translation) else None
        flight.ends_with(writer.fail)
        chunk = b" "
        room = MAX_WHOLE_BYTES  # what has begun is remembered until it ends, however much begins
        try:
            while chunk:
                chunk = await answer.read()
                room -= len(chunk)
                if room < 0:
                    raise UpstreamGarbage(f"'{flight.provider}' streams more than any answer has.")
                if more := reader.more(chunk):  # nearly always
                    usage.say(reader.grown, more)
                    if collector is not None:
                        collector.grow_item(reader.grown, more)
                    written = writer.grow(reader.grown, more)
                else:
                    events = usage.events(reader.feed(chunk) if chunk else reader.finish())
                    if self._note(events, flight):
                        answer.said_all()
                    if events and not caller.has_begun:
                        await self._begin(exchange, events[0], writer)
                    if collector is not None and events:
                        self._collect(events, collector, request, translation)
                    written = _written(writer, events)
                if written:
                    flight.keep(written)
                    await caller.write(written)
                    flight.wrote(is_last=flight.is_whole)
        finally:
            flight.streamed()
        await self._finish(exchange)

    def _collect(
        self,
        events: list[AnswerEvent],
        collector: Collector,
        request: ModelRequest,
        translation: Translation,
    ) -> None:
        """A whole answer is kept before the caller hears the end, and goes on from it at once."""
        for event in events:
            collector.feed(event)
        if type(events[-1]) is AnswerEnded:
            told, size = collector.answer(), collector.chars
            self._continuations.keep(request, translation, told, size=size)

    async def _replay(
        self, exchange: Exchange, told: Answer, size: int, translation: Translation
    ) -> None:
        """A whole answer for a caller who asked for a stream."""
        flight = exchange.flight
        events = translation.callers_usage().events(events_of(told))
        writer = translation.event_writer()
        flight.ends_with(writer.fail)
        self._note(events, flight)
        await self._begin(exchange, events[0], writer)
        written = await beside_loop(size, _written, writer, events)
        flight.keep(written)
        await exchange.caller.write(written)
        flight.wrote(is_last=flight.is_whole)
        flight.streamed()
        await self._finish(exchange)

    @staticmethod
    async def _begin(exchange: Exchange, first: AnswerEvent, writer: EventWriter) -> None:
        """An error as the very first event can still become a proper status."""
        flight = exchange.flight
        if isinstance(first, AnswerFailed):
            raise UpstreamGarbage(f"'{flight.provider}' answered with an error: {first.message}")
        flight.answered()
        flight.replied(200)
        lines: HeaderLines = [
            ("content-type", writer.content_type),
            ("cache-control", "no-cache"),
            *own_headers(flight),
        ]
        await exchange.caller.begin(200, lines)

    @staticmethod
    def _note(events: list[AnswerEvent], flight: OpenFlight) -> bool:
        """Whether this was the end."""
        for event in events:
            match event:
                case ItemGrew():
                    pass
                case AnswerBegun(model=model):
                    flight.served_by(model)
                case UsageTold(usage=usage, cost_usd=cost_usd):
                    flight.used(usage, cost_usd)
                case AnswerEnded(stop=stop):
                    flight.came_whole(stop.vendor_word or stop.kind)
                case AnswerFailed(message=message):
                    flight.fail(FlightState.CUT, "upstream_stream_error", message)
        return flight.is_whole

    @staticmethod
    async def _finish(exchange: Exchange) -> None:
        caller, flight = exchange.caller, exchange.flight
        if not caller.has_begun:
            raise UpstreamCut(f"'{flight.provider}' ended its answer before it began.")
        if not flight.is_whole and flight.error_kind is None:
            raise UpstreamCut(f"'{flight.provider}' ended its answer without finishing it.")
        await caller.end()


def _written(writer: EventWriter, events: list[AnswerEvent]) -> bytes:
    if len(events) == 1:  # nearly always
        return writer.write(events[0])
    return b"".join(map(writer.write, events))
