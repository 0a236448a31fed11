"""OpenAI Responses, and the flavour of it that Codex speaks with its own service."""

from llmgw_desktop.domain.errors import UnknownPath
from llmgw_desktop.domain.model_request import ModelRequest, Operation
from llmgw_desktop.domain.principal import Scope
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import Candidate
from llmgw_desktop.engine.caller import JSON
from llmgw_desktop.engine.dialect import Dialect, Outgoing
from llmgw_desktop.engine.front.doors import DoorTable, ModelDoor, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.front.kept_responses_door import KeptResponsesDoor
from llmgw_desktop.engine.routing.catalogue import Catalogue
from llmgw_desktop.wire import codex, openai_chat, openai_responses
from llmgw_desktop.wire.json_scan import replace_string
from llmgw_desktop.wire.translate.ids_in_place import with_fitting_ids

PREFIXES = ("/v1", "/openai/v1", "/openai", "")
CODEX_PREFIXES = ("/backend-api/codex", "/openai/backend-api/codex")
NO_WEB_SOCKET = 426


def _edit(request: ModelRequest, candidate: Candidate) -> Outgoing:
    """The model's own name, and ids that it takes."""
    body = with_fitting_ids(request.body, request.fields, candidate)
    if candidate.model == request.model:
        return Outgoing(body)
    return Outgoing(replace_string(body, "model", candidate.model, fields=request.fields))


def dialect(protocol: ModelProtocol) -> Dialect:
    return Dialect(
        protocol=protocol,
        read_request=lambda body, _path: openai_responses.read_request(body),
        edit=_edit,
        stream_reader=openai_responses.StreamReader,
        read_answer=openai_responses.read_answer,
        stream_error=openai_responses.stream_error,
        is_whole=lambda accountant: accountant.is_complete,
    )


async def _refuse_web_socket(caller: HttpCaller) -> None:
    """Codex asks for a web socket first and takes this for a no; then it comes by HTTP."""
    body = openai_chat.error_body(
        "invalid_request_error", "There is no web socket here. Send POST.", code="upgrade_required"
    )
    if caller.headers.get("upgrade", "").lower() != "websocket":
        raise UnknownPath(f"Ask {caller.path[:200]} with POST.", allowed="POST")
    await caller.reply(NO_WEB_SOCKET, [*JSON, ("connection", "close")], body)


class CodexModelsDoor:
    """`GET …/codex/models`: what Codex asks of its own service."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def list_models(self, caller: HttpCaller) -> None:
        body = codex.model_list(await self._catalogue.models())
        await caller.reply(200, JSON, body)


def add_doors(
    table: DoorTable,
    responses: Dialect,
    codex_own: Dialect,
    catalogue: Catalogue,
    kept: KeptResponsesDoor,
) -> None:
    for method, rest, act in (
        ("GET", "", kept.show),
        ("DELETE", "", kept.forget),
        ("GET", "/input_items", kept.list_input),
        ("POST", "/cancel", kept.cancel),
    ):
        own = OwnDoor(dialect=responses, answer=act, scope=Scope.MODELS_USE)
        table.add_named(method, "/responses/", f"[^/]+{rest}", own, prefixes=PREFIXES)
    for spoken, prefixes in ((responses, PREFIXES), (codex_own, CODEX_PREFIXES)):
        for path, operation in (
            ("/responses", Operation.GENERATE),
            ("/responses/compact", Operation.COMPACT),
            ("/responses/input_tokens", Operation.COUNT_TOKENS),
        ):
            door = ModelDoor(dialect=spoken, operation=operation)
            table.add("POST", path, door, prefixes=prefixes)
        no_socket = OwnDoor(dialect=spoken, answer=_refuse_web_socket, scope=Scope.MODELS_USE)
        table.add("GET", "/responses", no_socket, prefixes=prefixes)
    models = CodexModelsDoor(catalogue)
    listing = OwnDoor(dialect=codex_own, answer=models.list_models, scope=Scope.MODELS_LIST)
    table.add("GET", "/models", listing, prefixes=CODEX_PREFIXES)
