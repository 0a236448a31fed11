"""`GET /v1/models` and `/v1/models/NAME`, in the shape of whoever asks."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from llmgw_desktop.domain.errors import UnknownModel
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.caller import JSON
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.routing.catalogue import Catalogue
from llmgw_desktop.wire import anthropic, gemini, openai_chat
from llmgw_desktop.wire.models import ModelEntry

PREFIXES = (
    *("/v1", "", "/openai/v1", "/openai", "/anthropic/v1", "/anthropic"),
    *("/v1beta", "/gemini/v1beta", "/gemini/v1", "/gemini"),
)


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
        name = caller.path.partition("/models/")[2]
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
