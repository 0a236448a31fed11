"""Answers that a provider keeps itself (Responses): who made which, and asking him again.

A caller knows the gateway alone. What he asks by an answer's id goes to the account that made the
answer, with its credential; what another client made is not there for him.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

from llmgw_desktop.domain.errors import StoreError
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import (
    ModelProtocol,
    Provider,
    ProviderKind,
    Upstream,
    account_id,
)
from llmgw_desktop.domain.routing.hops import hops_told
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.caller import Caller
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.store.routing.responses import Maker, ProviderResponseStore
from llmgw_desktop.wire.headers import HeaderPolicy

_RESPONSES = ModelProtocol.OPENAI_RESPONSES
_log = logging.getLogger(__name__)


@value(kw_only=False)
class StoredResponse:
    """An answer that is not here: its maker, and the way there unless the settings lost it."""

    maker: Maker
    upstream: Upstream | None


class StoredResponses:
    """One for all requests."""

    def __init__(
        self,
        store: ProviderResponseStore,
        http: HttpClient,
        providers: Callable[[], Sequence[Provider]],
        header_policy: HeaderPolicy,
    ) -> None:
        self._store = store
        self._http = http
        self._providers = providers
        self._header_policy = header_policy

    def note(self, request: ModelRequest, flight: OpenFlight, answer_id: str | None) -> None:
        """Before the caller hears the id. Cheap; an answer that nobody keeps is not noted."""
        if (
            answer_id is None
            or request.protocol is not _RESPONSES
            or request.operation is not Operation.GENERATE
            or flight.candidate is None
            or flight.candidate.upstream.kind is ProviderKind.PRACTICE
            or ("store" in request.fields and request.fields["store"] is False)
        ):
            return
        maker = Maker(flight.candidate.upstream.account, request.project)
        self._store.note(answer_id, request.principal.client_id, maker)

    async def find(self, response_id: str, owner: str) -> StoredResponse | None:
        """None where this client had no such answer."""
        try:
            maker = await asyncio.to_thread(self._store.find, response_id, owner)
        except StoreError as error:
            _log.warning("it is not known who keeps an answer: %s", error)
            return None
        return None if maker is None else StoredResponse(maker, self._way_to(maker))

    async def ask(
        self, away: StoredResponse, method: str, path: str, caller: Caller
    ) -> UpstreamAnswer:
        """Whatever the provider says of this path. Raises UpstreamError; close the answer."""
        assert away.upstream is not None, "who lost the way cannot ask"
        headers = self._header_policy.request_headers_to_forward(caller.headers, _RESPONSES)
        return await self._http.ask(
            method,
            away.upstream,
            path,
            {**headers, **hops_told(caller.headers)},
            query=caller.query,
            project=away.maker.project,
        )

    async def forget(self, response_id: str, owner: str) -> None:
        """It is gone there."""
        try:
            await asyncio.to_thread(self._store.forget, response_id, owner)
        except StoreError as error:
            _log.warning("an answer that is gone could not be forgotten: %s", error)

    def _way_to(self, maker: Maker) -> Upstream | None:
        """By the settings of now."""
        for provider in self._providers():
            if not provider.enabled or _RESPONSES not in provider.spoken:
                continue
            for account in provider.accounts:
                if account.enabled and account_id(provider.name, account.name) == maker.account:
                    return Upstream.of(provider, _RESPONSES, account)
        return None
