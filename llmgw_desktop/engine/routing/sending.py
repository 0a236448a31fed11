"""Asks one candidate: in the caller's own words where it speaks his protocol, else translated."""

from collections.abc import Mapping

from llmgw_desktop.domain.model_request import ModelRequest
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.domain.route import Candidate
from llmgw_desktop.engine.dialect import Dialect, Outgoing
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.routing.choices import TRANSLATED
from llmgw_desktop.engine.translation.beside_loop import beside_loop
from llmgw_desktop.engine.translation.translation import Translation, Translator
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer, UpstreamCall, UpstreamClient
from llmgw_desktop.wire.headers import HeaderPolicy, own_query, own_request_headers
from llmgw_desktop.wire.translate.carrier import holds_carrier

Sent = tuple[UpstreamAnswer, Outgoing | Translation]
"""An answer whose head is here, and what is needed to pass it on."""


class Sender:
    """`own_ways` names the kinds of provider that are not reached as the vendors are."""

    def __init__(
        self,
        *,
        vendors: UpstreamClient,
        own_ways: Mapping[ProviderKind, UpstreamClient],
        header_policy: HeaderPolicy,
        translator: Translator,
    ) -> None:
        self._vendors = vendors
        self._own_ways = own_ways
        self._header_policy = header_policy
        self._translator = translator

    async def send(
        self, request: ModelRequest, dialect: Dialect, candidate: Candidate, flight: OpenFlight
    ) -> Sent:
        """Raises UpstreamError; RequestError where it cannot be told in the candidate's words."""
        if _goes_as_it_is(request, candidate):
            flight.losses = ()
            outgoing = await beside_loop(len(request.body), dialect.edit, request, candidate)
            return await self._ask(request, candidate, outgoing, flight), outgoing
        translation = await self._translator.translate(request, candidate)
        flight.losses = translation.report.names
        return await self._ask_in_theirs(request, candidate, translation, flight), translation

    async def _ask(
        self, request: ModelRequest, candidate: Candidate, outgoing: Outgoing, flight: OpenFlight
    ) -> UpstreamAnswer:
        return await self._way_to(candidate).send(
            UpstreamCall(
                candidate=candidate,
                operation=request.operation,
                streaming=request.streaming,
                body=outgoing.body,
                headers=self._header_policy.request_headers_to_forward(
                    request.headers, request.protocol
                ),
                came_by=request.headers,
                query=request.query,
                project=request.project,
                principal=request.principal,
                flight_id=request.flight_id,
                connected=flight.connected,
            )
        )

    async def _ask_in_theirs(
        self,
        request: ModelRequest,
        candidate: Candidate,
        translation: Translation,
        flight: OpenFlight,
    ) -> UpstreamAnswer:
        """The caller's headers belong to his own protocol: none of them goes along."""
        protocol = candidate.upstream.protocol
        return await self._way_to(candidate).send(
            UpstreamCall(
                candidate=candidate,
                operation=request.operation,
                streaming=translation.upstream_streams,
                body=translation.body,
                headers=own_request_headers(protocol, streaming=translation.upstream_streams),
                came_by=request.headers,
                query=own_query(protocol, streaming=translation.upstream_streams),
                project=request.project,
                principal=request.principal,
                flight_id=request.flight_id,
                connected=flight.connected,
            )
        )

    def _way_to(self, candidate: Candidate) -> UpstreamClient:
        return self._own_ways.get(candidate.upstream.kind, self._vendors)


def _goes_as_it_is(request: ModelRequest, candidate: Candidate) -> bool:
    """Not even to its own protocol goes a conversation with other vendors' seals in it: written
    anew it leaves them out. (Anthropic's are cut out of the body where they stand.)"""
    if candidate.upstream.protocol is not request.protocol:
        return False
    if request.protocol is ModelProtocol.ANTHROPIC or request.operation not in TRANSLATED:
        return True
    return not holds_carrier(request.body)
