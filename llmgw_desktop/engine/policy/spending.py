"""What one request to a model spends: taken on when it is known who may answer, settled later."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from llmgw_desktop.domain.model_request import ModelRequest
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import Candidate, RouteDecision
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.policy.policies import Admitted, Place, Policies, Wish
from llmgw_desktop.engine.routing.sizes import input_tokens_of

_BOUNDS = ("max_tokens", "max_completion_tokens", "max_output_tokens")
"""Where vendors' requests say how long an answer may be; of several the largest counts."""


class Spending:
    """Of one request."""

    __slots__ = ("_admitted", "_policies")

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._admitted: Admitted | None = None

    def begin(self, request: ModelRequest, decision: RouteDecision) -> RouteDecision:
        """With those candidates that the client may use. Raises PolicyError."""
        principal = request.principal
        if self._policies.policy_of(principal) is None:
            return decision
        wish = Wish(
            model=request.model,
            places=tuple(_place(each) for each in decision.candidates),
            input_tokens=input_tokens_of(request),
            output_tokens=_most_output(request.fields, request.protocol),
        )
        self._admitted = admitted = self._policies.admit(principal, wish)
        if admitted is None or admitted.places == wish.places:
            return decision
        allowed = tuple(each for each in decision.candidates if _place(each) in admitted.places)
        return replace(decision, candidates=allowed)

    def end(self, flight: OpenFlight) -> None:
        """The flight is closed. Where nobody was asked nothing was spent."""
        if self._admitted is None:
            return
        if flight.attempts:
            self._policies.settle(self._admitted, flight.usage, flight.cost_usd)
        else:
            self._policies.let_go(self._admitted)


def _place(candidate: Candidate) -> Place:
    return Place(candidate.upstream.provider, candidate.model)


def _most_output(fields: Mapping[str, Any], protocol: ModelProtocol) -> int | None:
    if protocol is ModelProtocol.GEMINI:
        config = fields.get("generationConfig")
        found = [config.get("maxOutputTokens")] if isinstance(config, dict) else []
    else:
        found = [fields.get(name) for name in _BOUNDS]
    said = [each for each in found if type(each) is int and each >= 0]
    return max(said) if said else None
