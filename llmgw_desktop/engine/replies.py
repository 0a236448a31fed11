"""The ways in which an answer reaches its caller: as it is, translated, as a count, or again."""

from dataclasses import dataclass

from llmgw_desktop.domain.model_request import ModelRequest
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import RouteDecision
from llmgw_desktop.engine.caller import Caller
from llmgw_desktop.engine.counter import Counter
from llmgw_desktop.engine.dialect import Dialect, Outgoing
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.relay import Relay
from llmgw_desktop.engine.response_cache.replay import Replays
from llmgw_desktop.engine.translation.continuations import Continuations
from llmgw_desktop.engine.translation.interpreter import Interpreter
from llmgw_desktop.engine.translation.translation import Translation
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer


@dataclass(frozen=True, slots=True, kw_only=True)
class Replies:
    """One for all requests."""

    relay: Relay
    interpreter: Interpreter
    counter: Counter
    continuations: Continuations
    replays: Replays

    async def resumed(self, request: ModelRequest, decision: RouteDecision) -> ModelRequest:
        """With the conversation that it goes on from, where it names one of ours."""
        if request.protocol is not ModelProtocol.OPENAI_RESPONSES:
            return request
        return await self.continuations.resumed(request, decision)

    async def pass_on(
        self,
        request: ModelRequest,
        dialect: Dialect,
        answer: UpstreamAnswer,
        way: Outgoing | Translation,
        caller: Caller,
        flight: OpenFlight,
    ) -> None:
        """Raises UpstreamError, ClientGone."""
        if isinstance(way, Translation):
            await self.interpreter.run(request, answer, way, caller, flight)
        else:
            await self.relay.run(request, dialect, answer, way.filter, caller, flight)
