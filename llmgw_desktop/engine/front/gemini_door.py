"""Gemini: `POST /v1beta/models/NAME:generateContent` and its kin, and its list of models."""

from typing import Any

from llmgw_desktop.domain.errors import UnknownModel
from llmgw_desktop.domain.model_request import ModelRequest, Operation
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import Candidate
from llmgw_desktop.engine.caller import JSON
from llmgw_desktop.engine.dialect import Dialect, Outgoing, is_event_stream, is_json
from llmgw_desktop.engine.front.doors import DoorTable, ModelDoor, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.routing.catalogue import Catalogue
from llmgw_desktop.wire import gemini

STREAMING = "streamGenerateContent"
PREFIXES = tuple(
    f"{prefix}{version}" for prefix in ("", "/gemini") for version in ("/v1beta", "/v1", "")
)


def _read_request(body: bytes, path: str) -> tuple[dict[str, Any], str, bool]:
    model, action = gemini.read_address(path)
    return gemini.read_request(body), model, action == STREAMING


def _edit(request: ModelRequest, candidate: Candidate) -> Outgoing:
    """The model stands in the address, which the upstream's client makes."""
    del candidate
    return Outgoing(request.body)


def dialect() -> Dialect:
    return Dialect(
        protocol=ModelProtocol.GEMINI,
        read_request=_read_request,
        edit=_edit,
        stream_reader=gemini.StreamReader,
        read_answer=gemini.read_answer,
        stream_error=gemini.stream_error,
        is_whole=lambda accountant: accountant.is_complete,
        # without alt=sse a stream comes as the pieces of one JSON array
        is_stream=lambda headers: is_event_stream(headers) or is_json(headers),
    )


class GeminiModelsDoor:
    """The list in Gemini's shape."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def list_models(self, caller: HttpCaller) -> None:
        await caller.reply(200, JSON, gemini.model_list(await self._catalogue.models()))

    async def one_model(self, caller: HttpCaller) -> None:
        name = caller.path.partition("/models/")[2]
        for model in await self._catalogue.models():
            if model.id == name:
                await caller.reply(200, JSON, gemini.model_entry(model))
                return
        raise UnknownModel(name)


def add_doors(table: DoorTable, spoken: Dialect, catalogue: Catalogue) -> None:
    for action, operation in (
        (":generateContent", Operation.GENERATE),
        (":streamGenerateContent", Operation.GENERATE),
        (":countTokens", Operation.COUNT_TOKENS),
    ):
        door = ModelDoor(dialect=spoken, operation=operation)
        table.add_action("POST", "/models/", action, door, prefixes=PREFIXES)
        table.add_action("POST", "/tunedModels/", action, door, prefixes=PREFIXES)
    models = GeminiModelsDoor(catalogue)
    listing = OwnDoor(dialect=spoken, answer=models.list_models, scope=Scope.MODELS_LIST)
    single = OwnDoor(dialect=spoken, answer=models.one_model, scope=Scope.MODELS_LIST)
    own = ("/v1beta", "/gemini/v1beta", "/gemini/v1", "/gemini")
    table.add("GET", "/models", listing, prefixes=own)
    table.add("GET", "/models/", single, prefixes=own)
