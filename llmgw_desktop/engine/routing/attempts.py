"""Tries the candidates of a route in order, and moves on only while nothing was spent.

A refused connection has cost nobody anything, so the next candidate may be asked. Everything
else is the answer, good or bad.
"""

from collections.abc import Mapping

from llmgw_desktop.domain.errors import UpstreamRefused
from llmgw_desktop.domain.model_request import ModelRequest
from llmgw_desktop.domain.provider import ProviderKind
from llmgw_desktop.domain.route import Candidate, RouteDecision
from llmgw_desktop.engine.dialect import Dialect, Outgoing
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer, UpstreamCall, UpstreamClient
from llmgw_desktop.wire.headers import HeaderPolicy


class Attempts:
    """`own_ways` names the kinds of provider that are not reached as the vendors are."""

    def __init__(
        self,
        *,
        vendors: UpstreamClient,
        own_ways: Mapping[ProviderKind, UpstreamClient],
        header_policy: HeaderPolicy,
    ) -> None:
        self._vendors = vendors
        self._own_ways = own_ways
        self._header_policy = header_policy

    async def send(
        self, request: ModelRequest, dialect: Dialect, decision: RouteDecision, flight: OpenFlight
    ) -> tuple[UpstreamAnswer, Outgoing]:
        """The first answer whose head arrives. Raises the last candidate's UpstreamError."""
        last = decision.candidates[-1]
        for candidate in decision.candidates:
            flight.tried(candidate)
            outgoing = dialect.edit(request, candidate)
            try:
                return await self._ask(request, candidate, outgoing, flight), outgoing
            except UpstreamRefused:
                if candidate is last:
                    raise
        raise AssertionError("a route has at least one candidate")

    async def _ask(
        self, request: ModelRequest, candidate: Candidate, outgoing: Outgoing, flight: OpenFlight
    ) -> UpstreamAnswer:
        client = self._own_ways.get(candidate.upstream.kind, self._vendors)
        return await client.send(
            UpstreamCall(
                candidate=candidate,
                operation=request.operation,
                streaming=request.streaming,
                body=outgoing.body,
                headers=self._header_policy.request_headers_to_forward(
                    request.headers, request.protocol
                ),
                query=request.query,
                connected=flight.connected,
            )
        )
