"""Doors to models in the dialects of Anthropic, OpenAI's chat and Gemini."""

from typing import Any

from llmgw_desktop.domain.model.prompt import ModelRequest, Operation
from llmgw_desktop.domain.provider import KINDS, ModelProtocol, ProviderKind
from llmgw_desktop.domain.routing.route import Candidate
from llmgw_desktop.engine.exchange.dialect import Dialect, Outgoing, is_event_stream, is_json
from llmgw_desktop.engine.front.doors import DoorTable, ModelDoor
from llmgw_desktop.wire import anthropic, gemini, openai_chat
from llmgw_desktop.wire.json_edits import read_object, read_request, replace_string
from llmgw_desktop.wire.translate.in_place import rule_of, with_fitting_ids, without_foreign

_ANTHROPIC_PREFIXES = ("/v1", "/anthropic/v1", "/anthropic", "")
_ANTHROPIC_PATHS = r"/anthropic(/|$)|(/v1)?/messages(/|$)"


def _edit_messages(request: ModelRequest, candidate: Candidate) -> Outgoing:
    """The model's own name, nothing that only another vendor can read, and where it is wanted the
    question what differs from the request before."""
    body, _ = without_foreign(request.body, request.fields, rule_of(candidate))
    if candidate.model != request.model:
        body = replace_string(body, "model", candidate.model, fields=request.fields)
    earlier, upstream = request.earlier_answer, candidate.upstream
    if earlier is not None and upstream.kind is ProviderKind.ANTHROPIC:
        is_known = earlier.account == upstream.account
        body = anthropic.asking_why(body, request.fields, earlier.id if is_known else "")
    return Outgoing(body)


def anthropic_dialect() -> Dialect:
    return Dialect(
        protocol=ModelProtocol.ANTHROPIC,
        read_request=lambda body, _path: read_request(body, takes_null=False),
        edit=_edit_messages,
        stream_reader=anthropic.AnthropicStreamReader,
        read_answer=anthropic.read_answer,
        stream_error=anthropic.stream_error,
        is_whole=lambda accountant: accountant.is_complete,
    )


def add_anthropic(table: DoorTable) -> None:
    spoken = anthropic_dialect()
    table.add_speakers(spoken, paths=_ANTHROPIC_PATHS, headers=("anthropic-version",))
    messages = ModelDoor(dialect=spoken, operation=Operation.GENERATE)
    counter = ModelDoor(dialect=spoken, operation=Operation.COUNT_TOKENS)
    table.add("POST", "/messages", messages, prefixes=_ANTHROPIC_PREFIXES)
    table.add("POST", "/messages/count_tokens", counter, prefixes=_ANTHROPIC_PREFIXES)


_OPENAI_PREFIXES = ("/v1", "/openai/v1", "/openai", "")
_OPENAI_PATHS = r"/openai(/|$)"


def _edit_chat(request: ModelRequest, candidate: Candidate) -> Outgoing:
    """The model's own name, ids that it takes, and usage in streams: without it a flight's tokens
    stay unknown."""
    body = with_fitting_ids(request.body, request.fields, candidate)
    if candidate.model != request.model:
        body = replace_string(body, "model", candidate.model, fields=request.fields)
    if not request.streaming or openai_chat.asks_for_usage(request.fields):
        return Outgoing(body)
    if KINDS[candidate.upstream.kind].tells_usage_unasked:
        return Outgoing(body)
    body = openai_chat.with_stream_usage(body, request.fields)
    return Outgoing(body, openai_chat.UsageChunkFilter())


def openai_dialect() -> Dialect:
    return Dialect(
        protocol=ModelProtocol.OPENAI_CHAT,
        read_request=lambda body, _path: read_request(body),
        edit=_edit_chat,
        stream_reader=openai_chat.ChatStreamReader,
        read_answer=openai_chat.read_answer,
        stream_error=openai_chat.stream_error,
        # some local servers close after finish_reason and never send [DONE]; go-betweens send it
        # whatever became of the answer
        is_whole=lambda accountant: accountant.has_finish,
    )


def add_openai(table: DoorTable) -> None:
    spoken = openai_dialect()
    table.add_speakers(spoken, paths=_OPENAI_PATHS)
    chat = ModelDoor(dialect=spoken, operation=Operation.GENERATE)
    embeddings = ModelDoor(dialect=spoken, operation=Operation.EMBED)
    table.add("POST", "/chat/completions", chat, prefixes=_OPENAI_PREFIXES)
    table.add("POST", "/embeddings", embeddings, prefixes=_OPENAI_PREFIXES)


_STREAMING = "streamGenerateContent"
_GEMINI_PREFIXES = tuple(
    f"{prefix}{version}" for prefix in ("", "/gemini") for version in ("/v1beta", "/v1", "")
)
_GEMINI_PATHS = r"/(gemini|v1beta)(/|$)|.*:[a-z]+[A-Z][a-zA-Z]+$"
"""With the names of actions that there is no door for."""
_GEMINI_HEADERS = ("x-goog-api-key", "x-goog-api-client")
_GEMINI_ACTIONS = {
    ":generateContent": Operation.GENERATE,
    ":streamGenerateContent": Operation.GENERATE,
    ":countTokens": Operation.COUNT_TOKENS,
}


def _read_gemini(body: bytes, path: str) -> tuple[dict[str, Any], str, bool]:
    model, action = gemini.read_address(path)
    return read_object(body), model, action == _STREAMING


def _edit_gemini(request: ModelRequest, candidate: Candidate) -> Outgoing:
    """The model stands in the address, which the upstream's client makes."""
    del candidate
    return Outgoing(request.body)


def gemini_dialect() -> Dialect:
    return Dialect(
        protocol=ModelProtocol.GEMINI,
        read_request=_read_gemini,
        edit=_edit_gemini,
        stream_reader=gemini.GeminiStreamReader,
        read_answer=gemini.read_answer,
        stream_error=gemini.stream_error,
        is_whole=lambda accountant: accountant.is_complete,
        # without alt=sse a stream comes as the pieces of one JSON array
        is_stream=lambda headers: is_event_stream(headers) or is_json(headers),
    )


def add_gemini(table: DoorTable) -> None:
    spoken = gemini_dialect()
    table.add_speakers(spoken, paths=_GEMINI_PATHS, headers=_GEMINI_HEADERS)
    for place in ("/models/", "/tunedModels/", "/"):  # some write provider/model after the version
        for action, operation in _GEMINI_ACTIONS.items():
            door = ModelDoor(dialect=spoken, operation=operation)
            table.add_action("POST", place, action, door, prefixes=_GEMINI_PREFIXES)
