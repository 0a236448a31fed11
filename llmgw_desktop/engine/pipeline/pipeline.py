"""The way of a request, from the door to the recorder: read this file first.

Every door brings its callers here, so each rule has one place: who, may it, to whom, what was said.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.access.access_errors import AccessRevoked, TurnedBack
from llmgw_desktop.domain.access.principal import Principal, Scope
from llmgw_desktop.domain.errors import ClientGone, GatewayClosed, LlmgwError
from llmgw_desktop.domain.flights.flight import FlightState, Headers
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.exchange.caller import Caller, notes_of
from llmgw_desktop.engine.exchange.dialect import Dialect
from llmgw_desktop.engine.exchange.exchange import Exchange, own_headers
from llmgw_desktop.engine.flights.recorder import Recorder
from llmgw_desktop.engine.guards.guards import Guards
from llmgw_desktop.engine.loop.large_bodies import TimeSlices
from llmgw_desktop.engine.pipeline.in_flight import InFlightRequests
from llmgw_desktop.engine.pipeline.response_cache.replay import Replays
from llmgw_desktop.engine.pipeline.token_counting import TokenCounter
from llmgw_desktop.engine.pipeline.whole_answers import Answering
from llmgw_desktop.engine.policy.brakes.brakes import Brakes
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.policy.spending import RequestSpending
from llmgw_desktop.engine.routing.router import Router
from llmgw_desktop.engine.runs.run_links import RunLinks
from llmgw_desktop.engine.translation.continuations import Continuations
from llmgw_desktop.wire.errors import error_message, error_reply
from llmgw_desktop.wire.headers import HeaderPolicy
from llmgw_desktop.wire.json_steps import is_heavy, object_in_steps

_log = logging.getLogger(__name__)
_NOBODY = Principal(client_id="", name="", scopes=frozenset())
"""Who was turned away."""


@value
class AnswerWays:
    """The ways in which a request gets its answer: asked of an upstream, which is passed through or
    translated; as a count; or again, as it was kept."""

    answering: Answering
    counter: TokenCounter
    continuations: Continuations
    replays: Replays


@value
class PipelineParts:
    """What a request's way goes through."""

    gate: Gate
    links: RunLinks
    """Which requests are those of runs of CLIs."""
    recorder: Recorder
    router: Router
    policies: Policies
    guards: Guards
    brakes: Brakes
    ways: AnswerWays
    header_policy: HeaderPolicy


class Pipeline:
    """`handle` gives every caller exactly one answer and every request at most one flight."""

    def __init__(self, parts: PipelineParts) -> None:
        self._gate = parts.gate
        self._links = parts.links
        self._recorder = parts.recorder
        self.router = parts.router
        self.policies = parts.policies
        self.guards = parts.guards
        self.brakes = parts.brakes
        self._ways = parts.ways
        self._header_policy = parts.header_policy
        self.runs = InFlightRequests()
        self.slices = TimeSlices()
        """For the large bodies of all callers."""

    async def handle(self, dialect: Dialect, operation: Operation, caller: Caller) -> None:
        try:
            principal = self._gate.admit(caller, Scope.MODELS_USE)
            if self._links.are_any:
                principal = await self._links.known(caller, principal)
        except LlmgwError as error:
            await self.turn_away(error, dialect, operation, caller)
            return
        await self.carry(self._open(dialect, operation, caller, principal))

    def admitted(
        self, dialect: Dialect, operation: Operation, caller: Caller, principal: Principal
    ) -> Exchange:
        """For whoever asks inside the gateway, of whom it is known who he is: his exchange, which
        `carry` ends. Raises MissingScope, GatewayClosed."""
        self._gate.allow(principal, Scope.MODELS_USE)
        return self._open(dialect, operation, caller, principal)

    async def carry(self, exchange: Exchange) -> None:
        """From its body to its answer; never raises but for its being cancelled."""
        run = self.runs.begin(exchange.principal.client_id)
        spending = self._spending(exchange)
        try:
            await self._read(exchange)
            request = exchange.request
            exchange.decision = spending.begin(request, self.router.route(request))
            exchange.flight.routed(exchange.decision)
            if self.guards.are_on:
                await self._guard(exchange)
            if exchange.flight.operation is Operation.GENERATE:
                self.brakes.holds.speaker_of(exchange)
            if self.brakes.are_on:
                await self.brakes.check(exchange)
            await self._answer(exchange)
        except LlmgwError as error:
            await self._refuse(exchange, error)
        except asyncio.CancelledError:
            if not self.runs.was_cut(run):
                await self._broken_off(exchange)
                raise
            await self._refuse(exchange, AccessRevoked())
        except Exception as error:  # noqa: BLE001 - the engine's edge: no caller goes unanswered
            _log.exception("a request failed inside the gateway")
            words = f"The gateway itself failed ({type(error).__name__}); its log says more."
            await self._refuse(exchange, LlmgwError(words))
        finally:
            self._close(exchange, spending)
            self.runs.end(run)

    async def turn_away(
        self, error: LlmgwError, dialect: Dialect, operation: Operation, caller: Caller
    ) -> None:
        """A caller who may not come in: always answered, but a flood of them is only counted."""
        if not self._recorder.wants_refusal(error):
            reply = error_reply(error, dialect.protocol, "")
            await caller.reply(reply.status, reply.headers, reply.body)
            return
        flight = self._recorder.open(caller.path, dialect.protocol, operation)
        if isinstance(error, TurnedBack):
            flight.came_from(error.client, error.client_id)
        try:
            await self._refuse(Exchange(dialect, _NOBODY, flight, caller), error)
        finally:
            self._recorder.close(flight)

    def _open(
        self, dialect: Dialect, operation: Operation, caller: Caller, principal: Principal
    ) -> Exchange:
        flight = self._recorder.open(caller.path, dialect.protocol, operation)
        who = principal
        flight.came_from(who.name, who.client_id, label=who.label, job=who.job)
        return Exchange(dialect, principal, flight, caller)

    def _spending(self, exchange: Exchange) -> RequestSpending:
        """What a run of a CLI took on for its requests, they take on themselves."""
        if exchange.principal.job:
            run_flight = self._links.opened(exchange.flight)
            self.policies.hand_over(run_flight)
            self.brakes.hand_over(run_flight)
        return RequestSpending(self.policies)

    def _close(self, exchange: Exchange, spending: RequestSpending) -> None:
        flight, job = exchange.flight, exchange.principal.job
        if flight.upstream_protocol is ModelProtocol.CLI:
            self._links.claim(flight)
        self._recorder.close(flight)
        spending.end(flight)
        if job:
            self._links.closed(job, flight)

    async def _read(self, exchange: Exchange) -> None:
        caller, flight, principal = exchange.caller, exchange.flight, exchange.principal
        if self._recorder.keeps_bodies:
            flight.came_with(self._masked(caller))
        body = await caller.read_body()
        # until the guards have looked, nothing is recorded of what they may have to hide
        is_held_back = self.guards.are_on and self.guards.are_strict_with(principal)
        if is_held_back:
            flight.received(b"", size=len(body))
        else:
            flight.received(body)
        fields, model, streaming = await self._understand(exchange, body)
        exchange.request = ModelRequest(
            flight_id=flight.id,
            principal=principal,
            protocol=exchange.dialect.protocol,
            operation=flight.operation,
            model=model,
            streaming=streaming and flight.operation is Operation.GENERATE,
            body=body,
            fields=fields,
            headers=caller.headers,
            query=caller.query,
            project=caller.headers.get("x-project", ""),
        )
        flight.read(exchange.request)

    def _masked(self, caller: Caller) -> Headers:
        """Of a head that came before they are known."""
        notes, headers = notes_of(caller), caller.headers
        if notes is None:
            return self._header_policy.masked_headers(headers)
        known = notes.masked
        if known is None or known[0] is not headers:
            known = notes.masked = headers, self._header_policy.masked_headers(headers)
        return known[1]

    async def _guard(self, exchange: Exchange) -> None:
        """What may leave, and whom to answer from now on."""
        hidden = await self.guards.check(exchange, self.slices)
        if hidden is None:
            exchange.flight.may_record(exchange.request.body)
            return
        # where nothing is to be hidden, nothing is read in for it
        from llmgw_desktop.engine.guards.checking import Unmasking

        fields, _, _ = await self._understand(exchange, hidden.body)
        exchange.flight.may_record(hidden.body)
        protocol, caller = exchange.dialect.protocol, exchange.caller
        exchange.caller = Unmasking(caller, hidden.values, protocol, self.slices)
        exchange.request = replace(exchange.request, body=hidden.body, fields=fields)

    async def _understand(
        self, exchange: Exchange, body: bytes
    ) -> tuple[Mapping[str, Any], str, bool]:
        """(Top-level fields, model, streaming), and nobody waits while a large body is read."""
        read, path = exchange.dialect.read_request, exchange.caller.path
        if not is_heavy(body):
            return read(body, path)
        fields = await self.slices.run(object_in_steps(body))
        _, model, streaming = read(fields.outline(), path)
        return fields, model, streaming

    async def _answer(self, exchange: Exchange) -> None:
        """With what is kept of an earlier one, else by whoever it was routed to."""
        ways, listening = self._ways, None
        place = ways.replays.cache.place(exchange.request, exchange.decision)
        if place is not None:
            listening = await ways.replays.answered(exchange, place)
            if listening is None:
                return
        request, decision, flight = exchange.request, exchange.decision, exchange.flight
        if request.protocol is ModelProtocol.OPENAI_RESPONSES:
            request = exchange.request = await ways.continuations.resumed(request, decision)
        if request.operation is Operation.COUNT_TOKENS:
            await ways.counter.answer(exchange)
            return
        await ways.answering.answer(exchange)
        if listening is not None:
            ways.replays.keep(listening, flight)
        if decision.conversation and flight.candidate is not None and flight.is_well:
            self.router.answered(request, decision, flight.candidate, flight.answer_id)

    async def _refuse(self, exchange: Exchange, error: LlmgwError) -> None:
        """The honest end: a status where none was given yet, else an error inside the stream."""
        if isinstance(error, ClientGone):
            exchange.flight.left(error)
            return
        try:
            if exchange.caller.has_begun:
                await self._end_stream(exchange, error)
                return
            flight = exchange.flight
            flight.fail_with(error)
            clean, protocol = self._recorder.clean_text, exchange.dialect.protocol
            reply = error_reply(error, protocol, flight.id, clean=clean)
            flight.replied(reply.status)
            lines = [*reply.headers, *own_headers(flight)]
            await exchange.caller.reply(reply.status, lines, reply.body)
        except ClientGone:
            _log.debug("%s: the client left before it could be told", exchange.flight.id)

    async def _end_stream(self, exchange: Exchange, error: LlmgwError) -> None:
        flight, caller = exchange.flight, exchange.caller
        flight.fail_with(error, FlightState.CUT)
        words = self._recorder.clean_text(error_message(error))
        if flight.last_words is not None:
            last = flight.last_words(words, error.kind)
            flight.keep(last)  # what is recorded of a translation is what its caller got
        else:
            last = exchange.dialect.stream_error(
                words, error.kind, tail=flight.torn_frame, number=flight.next_number
            )
        await caller.write(last)
        await caller.end()

    async def _broken_off(self, exchange: Exchange) -> None:
        """Cancelled: by the client's leaving, or by our own stopping."""
        if self._gate.is_stopping and not exchange.caller.is_gone:
            words = "The gateway was stopped before this answer was complete."
            await self._refuse(exchange, GatewayClosed(words))
        else:
            exchange.flight.left(ClientGone("The client left before its answer was complete."))
