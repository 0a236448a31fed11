"""`GET /v1/models` and `/v1/models/NAME`, in the shape of whoever asks."""

from llmgw_desktop.domain.errors import UnknownModel
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.engine.caller import JSON
from llmgw_desktop.engine.dialect import Dialect
from llmgw_desktop.engine.front.doors import DoorTable, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.routing.catalogue import Catalogue
from llmgw_desktop.wire import anthropic, openai_chat

PREFIXES = ("/v1", "/openai/v1", "/openai", "/anthropic/v1", "")


class ModelsDoor:
    """Practice models stand last and are marked as practice."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def list_models(self, caller: HttpCaller) -> None:
        models = await self._catalogue.models()
        body = (
            anthropic.model_list(models)
            if _speaks_anthropic(caller)
            else openai_chat.model_list(models)
        )
        await caller.reply(200, JSON, body)

    async def one_model(self, caller: HttpCaller) -> None:
        name = caller.path.partition("/models/")[2]
        for model in await self._catalogue.models():
            if model.id == name:
                wire = anthropic if _speaks_anthropic(caller) else openai_chat
                await caller.reply(200, JSON, wire.model_entry(model))
                return
        raise UnknownModel(name)


def _speaks_anthropic(caller: HttpCaller) -> bool:
    return "anthropic-version" in caller.headers


def add_doors(table: DoorTable, catalogue: Catalogue, plain: Dialect) -> None:
    door = ModelsDoor(catalogue)
    listing = OwnDoor(dialect=plain, answer=door.list_models, scope=Scope.MODELS_LIST)
    single = OwnDoor(dialect=plain, answer=door.one_model, scope=Scope.MODELS_LIST)
    table.add("GET", "/models", listing, prefixes=PREFIXES)
    table.add("GET", "/models/", single, prefixes=PREFIXES)
