"""Which models and providers there are, and `POST /v1/generate`, the gateway's own door to them."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from time import monotonic
from types import MappingProxyType
from typing import Any, Protocol

import orjson
from multidict import CIMultiDict
from typing_extensions import override

from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.errors import UnknownModel
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import (
    AccountState,
    AccountStatus,
    ModelProtocol,
    Provider,
    ProviderKind,
    account_id,
)
from llmgw_desktop.engine.exchange.caller import JSON, Caller, CallerBehind, HeaderLines
from llmgw_desktop.engine.exchange.dialect import Dialect
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.routing.catalogue import Catalogue
from llmgw_desktop.engine.routing.directory import chosen_model
from llmgw_desktop.engine.routing.router import NO_FALLBACK
from llmgw_desktop.wire import anthropic, gemini, openai_chat
from llmgw_desktop.wire.models import ModelEntry
from llmgw_desktop.wire.native.generate import chat_request, generate_answer, read_generate

_GEMINI_PREFIXES = ("/v1beta", "/gemini/v1beta", "/gemini/v1", "/gemini")
PREFIXES = (
    *("/v1", "", "/openai/v1", "/openai", "/anthropic/v1", "/anthropic"),
    *_GEMINI_PREFIXES,
)
_VERSION = re.compile(r"(?:/gemini)?(?:/v1beta|/v1)?/")
_BARE_NAME = (
    r"(?!(?:v1|v1beta|tunedModels|files|cachedContents|operations|batches)/|openai/models$)[^/]+/.+"
)
"""No other thing of Google's, nor the list that its OpenAI dialect has there."""


class _Shape(Protocol):
    """What a file of `wire/` offers."""

    def model_list(self, models: Sequence[ModelEntry]) -> bytes: ...

    def model_entry(self, model: ModelEntry) -> bytes: ...


_SHAPES: Mapping[ModelProtocol, _Shape] = MappingProxyType(
    {ModelProtocol.ANTHROPIC: anthropic, ModelProtocol.GEMINI: gemini}
)


class ModelsDoor:
    """Practice models stand last and are marked as practice."""

    def __init__(self, table: DoorTable, catalogue: Catalogue) -> None:
        self._table = table
        self._catalogue = catalogue

    async def list_models(self, caller: HttpCaller) -> None:
        body = self._shape(caller).model_list(await self._catalogue.models())
        await caller.reply(200, JSON, body)

    async def one_model(self, caller: HttpCaller) -> None:
        await self._tell(caller, caller.path.partition("/models/")[2])

    async def one_bare(self, caller: HttpCaller) -> None:
        """Where a client of Google's dialect puts nothing before a name that has a slash."""
        await self._tell(caller, _VERSION.sub("", caller.path, count=1))

    async def _tell(self, caller: HttpCaller, name: str) -> None:
        for model in await self._catalogue.models():
            if model.id == name:
                await caller.reply(200, JSON, self._shape(caller).model_entry(model))
                return
        raise UnknownModel(name)

    def _shape(self, caller: HttpCaller) -> _Shape:
        dialect = self._table.dialect_of(caller.path, caller.headers)
        return _SHAPES.get(dialect.protocol, openai_chat)


def add_doors(table: DoorTable, catalogue: Catalogue) -> None:
    door = ModelsDoor(table, catalogue)
    listing = OwnDoor(dialect=None, answer=door.list_models, scope=Scope.MODELS_LIST)
    single = OwnDoor(dialect=None, answer=door.one_model, scope=Scope.MODELS_LIST)
    table.add("GET", "/models", listing, prefixes=PREFIXES)
    # a model's name may hold slashes
    table.add_named("GET", "/models/", ".+", single, prefixes=PREFIXES)
    bare = OwnDoor(dialect=None, answer=door.one_bare, scope=Scope.MODELS_LIST)
    table.add_named("GET", "/", _BARE_NAME, bare, prefixes=_GEMINI_PREFIXES)


Handle = Callable[[Dialect, Operation, Caller], Awaitable[None]]
_USABLE = (AccountState.READY, AccountState.COOLING)
_TYPES = {ProviderKind.PRACTICE: "practice", ProviderKind.CLI: "cli"}


class GenerateDoor:
    """A prompt becomes a chat completion, goes the way of all requests, and comes back as text."""

    def __init__(
        self, handle: Handle, chat: Dialect, providers: Callable[[], Sequence[Provider]]
    ) -> None:
        self._handle = handle
        self._chat = chat
        self._providers = providers

    def add_to(self, table: DoorTable) -> None:
        door = OwnDoor(dialect=None, answer=self.answer, scope=Scope.MODELS_USE)
        table.add("POST", "/v1/generate", door)

    async def answer(self, caller: HttpCaller) -> None:
        await self._handle(
            self._chat, Operation.GENERATE, _GeneratingCaller(caller, self._model_of)
        )

    def _model_of(self, fields: Mapping[str, Any]) -> str:
        """What to ask for. Raises MalformedRequest."""
        wanted, model = fields.get("provider") or "", fields.get("model") or ""
        return chosen_model(wanted, model, self._providers())


class _GeneratingCaller(CallerBehind):
    """The caller of this door, as a chat completion's caller."""

    def __init__(self, caller: HttpCaller, model_of: Callable[[Mapping[str, Any]], str]) -> None:
        super().__init__(caller)
        self._model_of = model_of
        self._fields: Mapping[str, Any] = {}
        self._began = monotonic()

    @property
    @override
    def headers(self) -> Mapping[str, str]:
        """With what the body says of the project and of fallbacks."""
        said = {"x-project": self._fields.get("project")}
        if self._fields.get("strict"):
            said[NO_FALLBACK] = "true"
        told = CIMultiDict(super().headers)
        told.update({name: value for name, value in said.items() if value})
        return told

    @override
    async def read_body(self) -> bytes:
        self._fields = read_generate(await super().read_body())
        return chat_request(self._fields, self._model_of(self._fields))

    @override
    async def reply(self, status: int, headers: HeaderLines, body: bytes) -> None:
        if status < 300:
            took_ms = round((monotonic() - self._began) * 1000)
            body = generate_answer(body, self._fields, took_ms)
        await super().reply(status, headers, body)


class ProvidersDoor:
    """Who can answer, and how each stands; nothing of any credential."""

    def __init__(
        self,
        providers: Callable[[], Sequence[Provider]],
        status_of: Callable[[str], AccountStatus],
    ) -> None:
        self._providers = providers
        self._status_of = status_of

    def add_to(self, table: DoorTable) -> None:
        door = OwnDoor(dialect=None, answer=self.answer, scope=Scope.MODELS_LIST)
        table.add("GET", "/v1/providers", door)

    async def answer(self, caller: HttpCaller) -> None:
        rows = [self._row(provider) for provider in self._providers()]
        await caller.reply(200, JSON, orjson.dumps({"providers": rows}))

    def _row(self, provider: Provider) -> dict[str, object]:
        accounts = [
            self._account(account_id(provider.name, account.name)) for account in provider.accounts
        ]
        return {
            "id": provider.name,
            "name": provider.name,
            "type": _TYPES.get(provider.kind, "api"),
            "kind": provider.kind,
            "protocols": provider.spoken,
            "enabled": provider.enabled,
            "available": provider.enabled and any(account["available"] for account in accounts),
            "models": provider.models,
            "accounts": accounts,
        }

    def _account(self, name: str) -> dict[str, object]:
        status = self._status_of(name)
        return {
            "id": name,
            "state": status.state,
            "available": status.state in _USABLE,
            "until": status.until_s,
            "reason": status.reason or None,
        }
