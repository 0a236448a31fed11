"""The way of a request, from the door to the recorder: read this file first.

Every door brings its callers here, so each rule has one place: who, may it, to whom, what was said.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from llmgw_desktop.domain.access_errors import AccessRevoked
from llmgw_desktop.domain.errors import ClientGone, GatewayClosed, LlmgwError
from llmgw_desktop.domain.flight import FlightState
from llmgw_desktop.domain.model_request import ModelRequest, Operation
from llmgw_desktop.domain.principal import Principal, Scope
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import RouteDecision
from llmgw_desktop.domain.turned_back import TurnedBack
from llmgw_desktop.engine.access.gate import Gate
from llmgw_desktop.engine.answer_reading import own_headers
from llmgw_desktop.engine.caller import Caller
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.flights.recorder import Recorder
from llmgw_desktop.engine.guards.guards import Guards
from llmgw_desktop.engine.open_runs import OpenRuns
from llmgw_desktop.engine.policy.policies import Policies
from llmgw_desktop.engine.policy.spending import Spending
from llmgw_desktop.engine.replies import Replies
from llmgw_desktop.engine.routing.attempts import Attempts
from llmgw_desktop.engine.routing.router import Router
from llmgw_desktop.engine.turns import Turns
from llmgw_desktop.wire.errors import error_message, error_reply
from llmgw_desktop.wire.headers import HeaderPolicy
from llmgw_desktop.wire.json_steps import is_heavy, object_in_steps

if TYPE_CHECKING:
    from llmgw_desktop.engine.runs.run_links import RunLinks

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rules:
    """The operator's, for every request."""

    policies: Policies
    guards: Guards


class Pipeline:
    """`handle` gives every caller exactly one answer and every request at most one flight."""

    def __init__(
        self,
        *,
        gate: Gate,
        recorder: Recorder,
        attempts: Attempts,
        replies: Replies,
        header_policy: HeaderPolicy,
        rules: Rules,
    ) -> None:
        self._gate = gate
        self.policies, self.guards = rules.policies, rules.guards
        self._recorder = recorder
        self._attempts = attempts
        self._replies = replies
        self._header_policy = header_policy
        self.runs = OpenRuns()
        self.links: RunLinks | None = None
        """Joined later: which requests are those of runs of CLIs."""
        self.router = Router()
        self.turns = Turns()
        """For the large bodies of all callers."""

    async def handle(self, dialect: Dialect, operation: Operation, caller: Caller) -> None:
        try:
            principal = self._gate.admit(caller, Scope.MODELS_USE)
        except LlmgwError as error:
            await self.turn_away(error, dialect, operation, caller)
            return
        if self.links is not None and self.links.are_any:
            principal = await self.links.known(caller, principal)
        flight = self._open(dialect, operation, caller.path, principal)
        await self.fly(flight, dialect, caller, principal)

    def admitted(
        self, dialect: Dialect, operation: Operation, path: str, principal: Principal
    ) -> OpenFlight:
        """For whoever asks inside the gateway, of whom it is known who he is: his flight, which
        `fly` closes. Raises MissingScope, GatewayClosed."""
        self._gate.allow(principal, Scope.MODELS_USE)
        return self._open(dialect, operation, path, principal)

    async def fly(
        self, flight: OpenFlight, dialect: Dialect, caller: Caller, principal: Principal
    ) -> None:
        operation = flight.operation
        run = self.runs.begin(principal.client_id)
        spending = self._spending(flight, principal)
        try:
            request = await self._read(dialect, operation, caller, principal, flight)
            decision = spending.begin(request, self.router.route(request))
            flight.routed(decision)
            if self.guards.are_on:
                request, caller = await self._guarded(request, decision, dialect, caller, flight)
            listening = await self._replies.replays.answered(request, decision, caller, flight)
            if listening is None:
                return
            caller = listening.caller
            request = await self._replies.resumed(request, decision)
            if operation is Operation.COUNT_TOKENS:
                await self._replies.counter.answer(request, dialect, decision, caller, flight)
                return
            answer, way = await self._attempts.send(request, dialect, decision, flight)
            await self._replies.pass_on(request, dialect, answer, way, caller, flight)
            self._replies.replays.keep(listening, flight)
            if decision.conversation and flight.candidate is not None and flight.is_well:
                self.router.answered(request, decision, flight.candidate, flight.answer_id)
        except LlmgwError as error:
            await self._refuse(error, dialect, caller, flight)
        except asyncio.CancelledError:
            if not self.runs.was_cut(run):
                await self._broken_off(dialect, caller, flight)
                raise
            await self._refuse(AccessRevoked(), dialect, caller, flight)
        except Exception as error:  # noqa: BLE001 - the engine's edge: no caller goes unanswered
            _log.exception("a request failed inside the gateway")
            words = f"The gateway itself failed ({type(error).__name__}); its log says more."
            await self._refuse(LlmgwError(words), dialect, caller, flight)
        finally:
            self._close(flight, principal, spending)
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
            flight.client, flight.owner = error.client, error.client_id
        try:
            await self._refuse(error, dialect, caller, flight)
        finally:
            self._recorder.close(flight)

    def _open(
        self, dialect: Dialect, operation: Operation, path: str, principal: Principal
    ) -> OpenFlight:
        flight = self._recorder.open(path, dialect.protocol, operation)
        flight.client, flight.owner = principal.name, principal.client_id
        flight.label, flight.job = principal.label, principal.job
        return flight

    def _spending(self, flight: OpenFlight, principal: Principal) -> Spending:
        """What a run of a CLI took on for its requests, they take on themselves."""
        if principal.job and self.links is not None:
            self.policies.hand_over(self.links.opened(flight))
        return Spending(self.policies)

    def _close(self, flight: OpenFlight, principal: Principal, spending: Spending) -> None:
        if self.links is not None and flight.upstream_protocol is ModelProtocol.CLI:
            self.links.claim(flight)
        self._recorder.close(flight)
        spending.end(flight)
        if principal.job and self.links is not None:
            self.links.closed(principal.job, flight)

    async def _read(
        self,
        dialect: Dialect,
        operation: Operation,
        caller: Caller,
        principal: Principal,
        flight: OpenFlight,
    ) -> ModelRequest:
        if self._recorder.keeps_bodies:
            flight.request_headers = self._header_policy.masked_headers(caller.headers)
        body = await caller.read_body()
        # until the guards have looked, nothing is recorded of what they may have to hide
        is_held_back = self.guards.are_on and self.guards.are_strict_with(principal)
        flight.request_body = b"" if is_held_back else body
        flight.request_size = len(body) if is_held_back else None
        fields, model, streaming = await self._understand(dialect, body, caller.path)
        request = ModelRequest(
            flight_id=flight.id,
            principal=principal,
            protocol=dialect.protocol,
            operation=operation,
            model=model,
            streaming=streaming and operation is Operation.GENERATE,
            body=body,
            fields=fields,
            headers=caller.headers,
            query=caller.query,
            project=caller.headers.get("x-project", ""),
        )
        flight.read(request)
        return request

    async def _guarded(
        self,
        request: ModelRequest,
        decision: RouteDecision,
        dialect: Dialect,
        caller: Caller,
        flight: OpenFlight,
    ) -> tuple[ModelRequest, Caller]:
        """What may leave, and whom to answer from now on."""
        hidden = await self.guards.check(request, decision, flight, self.turns)
        if hidden is None:
            flight.request_body = request.body
            return request, caller
        # where nothing is to be hidden, nothing is read in for it
        from llmgw_desktop.engine.guards.unmasking import Unmasking

        fields, _, _ = await self._understand(dialect, hidden.body, caller.path)
        flight.request_body = hidden.body
        unmasking = Unmasking(caller, hidden.values, dialect.protocol, self.turns)
        return replace(request, body=hidden.body, fields=fields), unmasking

    async def _understand(
        self, dialect: Dialect, body: bytes, path: str
    ) -> tuple[Mapping[str, Any], str, bool]:
        """(Top-level fields, model, streaming), and nobody waits while a large body is read."""
        if not is_heavy(body):
            return dialect.read_request(body, path)
        fields = await self.turns.take(object_in_steps(body))
        _, model, streaming = dialect.read_request(fields.outline(), path)
        return fields, model, streaming

    async def _refuse(
        self, error: LlmgwError, dialect: Dialect, caller: Caller, flight: OpenFlight
    ) -> None:
        """The honest end: a status where none was given yet, else an error inside the stream."""
        if isinstance(error, ClientGone):
            flight.left(error)
            return
        try:
            if caller.has_begun:
                flight.fail_with(error, FlightState.CUT)
                words = self._recorder.clean_text(error_message(error))
                if flight.last_words is not None:
                    last = flight.last_words(words, error.kind)
                    flight.keep(last)  # what is recorded of a translation is what its caller got
                else:
                    last = dialect.stream_error(
                        words, error.kind, tail=flight.torn_frame, number=flight.next_number
                    )
                await caller.write(last)
                await caller.end()
            else:
                flight.fail_with(error)
                reply = error_reply(
                    error, dialect.protocol, flight.id, clean=self._recorder.clean_text
                )
                flight.status = reply.status
                await caller.reply(reply.status, [*reply.headers, *own_headers(flight)], reply.body)
        except ClientGone:
            _log.debug("%s: the client left before it could be told", flight.id)

    async def _broken_off(self, dialect: Dialect, caller: Caller, flight: OpenFlight) -> None:
        """Cancelled: by the client's leaving, or by our own stopping."""
        if self._gate.is_stopping and not caller.is_gone:
            closed = GatewayClosed("The gateway was stopped before this answer was complete.")
            await self._refuse(closed, dialect, caller, flight)
        else:
            flight.left(ClientGone("The client left before its answer was complete."))
