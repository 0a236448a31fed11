"""Answers that a caller goes on from by their id: those kept here, in front of upstreams that keep
none; and those that a provider keeps itself (Responses), who made which, and asking it again.

Only answers that were translated are kept here: a vendor of the caller's own protocol keeps its
own, and an id that is not ours goes on to it untouched. A caller knows the gateway alone: what it
asks by such an id goes to the account that made the answer, with its credential; what another
client made is not there for it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import orjson

from llmgw_desktop.domain.access.principal import Principal
from llmgw_desktop.domain.errors import MalformedRequest, StoreError
from llmgw_desktop.domain.model.answer import Answer
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import (
    ModelProtocol,
    Provider,
    ProviderKind,
    Upstream,
    account_id,
)
from llmgw_desktop.domain.routing.hops import hops_told
from llmgw_desktop.domain.routing.route import RouteDecision
from llmgw_desktop.domain.values import value
from llmgw_desktop.engine.exchange.caller import Caller
from llmgw_desktop.engine.flights.open_flight import OpenFlight
from llmgw_desktop.engine.translation.translation import Translation, request_nesting
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer
from llmgw_desktop.engine.upstream.http_client import HttpClient
from llmgw_desktop.store.routing.responses import (
    KeptResponse,
    KeptTexts,
    Maker,
    ProviderResponseStore,
    ResponseStore,
)
from llmgw_desktop.wire.headers import HeaderPolicy
from llmgw_desktop.wire.openai_responses import translated_id
from llmgw_desktop.wire.translate.losses import LossReport

_log = logging.getLogger(__name__)


class Continuations:
    """One for all requests."""

    def __init__(self, store: ResponseStore) -> None:
        self._store = store

    async def resumed(self, request: ModelRequest, decision: RouteDecision) -> ModelRequest:
        """Of Responses: the request with the conversation that it goes on from, and with the items
        that it only names, where they are ours. Raises MalformedRequest."""
        previous = request.fields.get("previous_response_id")
        if isinstance(previous, str):
            request = await self._gone_on(request, previous, decision)
        from llmgw_desktop.wire.openai_responses import referred

        if not (named := referred(request.fields)):
            return request
        with request_nesting(request.fields):
            return await asyncio.to_thread(self._filled_in, request, named)

    async def _gone_on(
        self, request: ModelRequest, previous: str, decision: RouteDecision
    ) -> ModelRequest:
        with request_nesting(request.fields):
            resumed = await asyncio.to_thread(self._resumed, request, previous)
        if resumed is not None:
            return resumed
        if decision.candidates[0].upstream.protocol is request.protocol:
            return request
        raise MalformedRequest(
            f"Previous response with id '{previous[:80]}' not found", path="previous_response_id"
        )

    def keeps(self, request: ModelRequest, translation: Translation) -> bool:
        """Whether the answer is to be kept: this protocol's callers must say if not."""
        return (
            request.protocol is ModelProtocol.OPENAI_RESPONSES
            and request.operation is Operation.GENERATE
            and translation.prompt.store is not False
        )

    def keep(
        self,
        request: ModelRequest,
        translation: Translation,
        answer: Answer,
        *,
        size: int,
        written: bytes | None = None,
    ) -> None:
        """Found from now on, written a moment later: nobody waits. What the disk does not take
        costs the next turn, not this.

        `size` is that of the answer; `written` it is as its caller got it, unless he got a stream.
        """
        own = request.own_fields or request.fields
        kept = KeptResponse(
            id=translated_id(translation.asked.answer_id),
            owner=request.principal.client_id,
            previous=_text(own.get("previous_response_id")),
            size=len(request.body) + size,
            texts=partial(_texts, own, translation, answer, written),
        )
        self._store.put(kept)

    async def answer(self, response_id: str, owner: str) -> bytes | None:
        """A kept answer, its owner's alone."""
        return await asyncio.to_thread(self._store.answer, response_id, owner)

    async def asked(self, response_id: str, owner: str) -> list[Any] | None:
        """The items that were new in the request of a kept answer, its owner's alone."""
        items = await asyncio.to_thread(self._store.asked, response_id, owner)
        return None if items is None else list(orjson.loads(items))

    async def forget(self, response_id: str, owner: str) -> bool:
        return await asyncio.to_thread(self._store.delete, response_id, owner)

    def close(self) -> None:
        """Returns when what was kept is written."""
        self._store.close()

    def _resumed(self, request: ModelRequest, previous: str) -> ModelRequest | None:
        """None where nothing is kept under this id. It may be long: this runs beside the loop."""
        said = self._conversation(previous, request.principal.client_id)
        if said is None:
            return None
        from llmgw_desktop.wire.openai_responses import expanded

        fields = expanded(request.fields, said)
        body = orjson.dumps(fields)
        # no provider may look for the id; the answer that is written here repeats it
        fields["previous_response_id"] = previous
        return replace(request, body=body, fields=fields, own_fields=request.fields)

    def _filled_in(self, request: ModelRequest, named: Sequence[str]) -> ModelRequest:
        """As it came where none of them is kept: beside the loop, as `_resumed`."""
        from llmgw_desktop.wire.openai_responses import answer_of, filled_in

        answers = {answer for name in named if (answer := answer_of(name)) is not None}
        items = [each for answer in answers for each in self._output(answer, request.principal)]
        wanted = set(named)
        stored = {item["id"]: item for item in items if item.get("id") in wanted}
        if not stored:
            return request
        fields = filled_in(request.fields, stored)
        hidden = () if request.own_fields is None else ("previous_response_id",)
        body = orjson.dumps({name: fields[name] for name in fields if name not in hidden})
        return replace(request, body=body, fields=fields)

    def _output(self, answer_id: str, principal: Principal) -> list[dict[str, Any]]:
        try:
            answer = self._store.answer(answer_id, principal.client_id)
        except StoreError as error:
            _log.warning("a kept answer could not be read: %s", error)
            return []
        return [] if answer is None else list(orjson.loads(answer)["output"])

    def _conversation(self, previous: str, owner: str) -> list[Any] | None:
        try:
            parts = self._store.conversation(previous, owner)
        except StoreError as error:
            _log.warning("a kept conversation could not be read: %s", error)
            return None
        return None if parts is None else [item for part in parts for item in orjson.loads(part)]


def _texts(
    own: Mapping[str, Any], translation: Translation, answer: Answer, written: bytes | None
) -> KeptTexts:
    """On whatever thread needs them first. Raises MalformedRequest."""
    with request_nesting(own):
        if written is None:
            written = translation.ours.write_answer(answer, translation.asked, LossReport())
        return KeptTexts(
            input=orjson.dumps(_items(own.get("input"))),
            answer=written,
        )


def _items(given: object) -> object:
    """A plain text is one message of the user."""
    if isinstance(given, str):
        return [{"type": "message", "role": "user", "content": given}]
    return given if isinstance(given, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


_RESPONSES = ModelProtocol.OPENAI_RESPONSES


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
