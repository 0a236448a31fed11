"""OpenAI Responses, the flavour of it that Codex speaks with its own service, and
`/v1/responses/ID`: answers that are kept here, or by who gave them, each for the client alone that
asked for it.
"""

from urllib.parse import quote

import orjson

from llmgw_desktop.domain.access.principal import PIN_MARK, Scope
from llmgw_desktop.domain.errors import (
    AccountsUnusable,
    NotOffered,
    NotServed,
    UnknownPath,
    UpstreamError,
    UpstreamGarbage,
)
from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.exchange.caller import JSON, HeaderLines
from llmgw_desktop.engine.exchange.dialect import Dialect, Outgoing, is_event_stream, is_json
from llmgw_desktop.engine.front.doors import DoorTable, ModelDoor, OwnDoor
from llmgw_desktop.engine.front.http_caller import HttpCaller
from llmgw_desktop.engine.routing.catalogue import Catalogue
from llmgw_desktop.engine.translation.continuations import Continuations, StoredResponses
from llmgw_desktop.engine.upstream.answer import UpstreamAnswer
from llmgw_desktop.wire import openai_chat, openai_responses
from llmgw_desktop.wire.headers import HeaderPolicy
from llmgw_desktop.wire.json_edits import read_request, replace_string
from llmgw_desktop.wire.models import codex_model_list
from llmgw_desktop.wire.openai_responses import item_list
from llmgw_desktop.wire.translate.in_place import with_fitting_ids

_MOST_BYTES = 256 * 1024 * 1024


class KeptResponsesDoor:
    """What is kept here is answered here; what a provider keeps is asked of him."""

    def __init__(
        self, continuations: Continuations, elsewhere: StoredResponses, header_policy: HeaderPolicy
    ) -> None:
        self._continuations = continuations
        self._elsewhere = elsewhere
        self._header_policy = header_policy

    async def show(self, caller: HttpCaller) -> None:
        answer = await self._continuations.answer(*_whose(caller))
        if answer is not None:
            await caller.reply(200, JSON, answer)
            return
        await self._ask_elsewhere("GET", caller)

    async def forget(self, caller: HttpCaller) -> None:
        name, owner = _whose(caller)
        if not await self._continuations.forget(name, owner):
            status = await self._ask_elsewhere("DELETE", caller)
            if 200 <= status <= 299 or status == 404:
                await self._elsewhere.forget(name, owner)
            return
        told = {"id": name, "object": "response", "deleted": True}
        await caller.reply(200, JSON, orjson.dumps(told))

    async def list_input(self, caller: HttpCaller) -> None:
        """What was new in its request; what it went on from has ids of its own."""
        name, owner = _whose(caller)
        items = await self._continuations.asked(name, owner)
        if items is None:
            await self._ask_elsewhere("GET", caller)
        else:
            await caller.reply(200, JSON, item_list(items, name, caller.query))

    async def cancel(self, caller: HttpCaller) -> None:
        """None that is kept here is under way any more."""
        if await self._continuations.answer(*_whose(caller)) is not None:
            raise NotOffered(
                "Only a response that was asked for with 'background': true can be canceled; this "
                "one is complete."
            )
        await self._ask_elsewhere("POST", caller)

    async def _ask_elsewhere(self, method: str, caller: HttpCaller) -> int:
        """Passes on what the provider says; with which status."""
        name, owner = _whose(caller)
        if caller.principal is not None and caller.principal.label.startswith(PIN_MARK):
            raise NotServed(
                "What a provider keeps is not asked for by a pinned folder's base URL: it may lie"
                " with another account. Ask by the gateway's own."
            )
        away = await self._elsewhere.find(name, owner)
        if away is None:
            raise _not_known(name)
        if away.upstream is None:
            raise _not_reached(name, away.maker.account)
        below = "".join(f"/{quote(part, safe='')}" for part in _parts(caller))
        answer = await self._elsewhere.ask(away, method, f"/responses{below}", caller)
        try:
            if answer.status in (401, 403):
                raise AccountsUnusable(
                    (f"'{away.maker.account}', which made it, is refused by its provider.",)
                )
            await self._pass_on(answer, away.upstream.provider, caller)
        finally:
            await answer.close()
        return answer.status

    async def _pass_on(self, answer: UpstreamAnswer, provider: str, caller: HttpCaller) -> None:
        headers = self._header_policy.answer_headers_to_forward(answer.headers)
        lines = [*headers, ("x-llmgw-provider", provider)]
        if answer.status < 300 and is_event_stream(answer.headers):
            await _stream(answer, lines, caller)
            return
        body = bytearray()
        while chunk := await answer.read():
            body += chunk
            if len(body) > _MOST_BYTES:
                raise UpstreamGarbage(f"'{provider}' answered with too large a body.")
        if body and not is_json(answer.headers):
            raise UpstreamGarbage(f"'{provider}' answered {answer.status}, not with JSON.")
        await caller.reply(answer.status, lines, bytes(body))


async def _stream(answer: UpstreamAnswer, lines: HeaderLines, caller: HttpCaller) -> None:
    """A response that still grows, or is told again from its beginning."""
    first = await answer.read()
    await caller.begin(answer.status, lines)
    try:
        chunk = first
        while chunk:
            await caller.write(chunk)
            chunk = await answer.read()
    except UpstreamError as error:
        await caller.write(openai_responses.stream_error(str(error), error.kind))
    await caller.end()


def _whose(caller: HttpCaller) -> tuple[str, str]:
    assert caller.principal is not None, "this door asks for a scope"
    return _parts(caller)[0], caller.principal.client_id


def _parts(caller: HttpCaller) -> list[str]:
    """The answer's id, and what is asked of it."""
    return caller.path.rpartition("/responses/")[2].split("/")


def _not_known(name: str) -> UnknownPath:
    return UnknownPath(
        f"Response with id '{name[:80]}' not found: this client was given no such answer in the "
        f"last 30 days, it was asked for with 'store': false, or it was deleted."
    )


def _not_reached(name: str, account: str) -> UnknownPath:
    return UnknownPath(
        f"Response with id '{name[:80]}' not found: it is kept by '{account}', which is no longer "
        f"in the settings, or is switched off there. Add it again to reach the response."
    )


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
        read_request=lambda body, _path: read_request(body),
        edit=_edit,
        stream_reader=openai_responses.ResponsesStreamReader,
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
        body = codex_model_list(await self._catalogue.models())
        await caller.reply(200, JSON, body)


def add_doors(table: DoorTable, *, catalogue: Catalogue, kept: KeptResponsesDoor) -> None:
    responses, codex = dialect(ModelProtocol.OPENAI_RESPONSES), dialect(ModelProtocol.CODEX)
    for method, rest, act in (
        ("GET", "", kept.show),
        ("DELETE", "", kept.forget),
        ("GET", "/input_items", kept.list_input),
        ("POST", "/cancel", kept.cancel),
    ):
        own = OwnDoor(dialect=responses, answer=act, scope=Scope.MODELS_USE)
        table.add_named(method, "/responses/", f"[^/]+{rest}", own, prefixes=PREFIXES)
    for spoken, prefixes in ((responses, PREFIXES), (codex, CODEX_PREFIXES)):
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
    listing = OwnDoor(dialect=codex, answer=models.list_models, scope=Scope.MODELS_LIST)
    table.add("GET", "/models", listing, prefixes=CODEX_PREFIXES)
