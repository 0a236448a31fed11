"""OpenAI Chat Completions and embeddings."""

from llmgw_desktop.domain.model_request import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol, ProviderKind
from llmgw_desktop.domain.route import Candidate
from llmgw_desktop.engine.dialect import Dialect, Outgoing
from llmgw_desktop.engine.front.doors import DoorTable, ModelDoor
from llmgw_desktop.wire import openai_chat
from llmgw_desktop.wire.json_scan import replace_string
from llmgw_desktop.wire.translate.ids_in_place import with_fitting_ids

TELLS_USAGE_UNASKED = frozenset({ProviderKind.OPENROUTER})
"""Their clients expect the usage chunk: it is neither asked for nor taken out."""

PREFIXES = ("/v1", "/openai/v1", "/openai", "")
OWN_PATHS = r"/openai(/|$)"


def _edit(request: ModelRequest, candidate: Candidate) -> Outgoing:
    """The model's own name, ids that it takes, and usage in streams: without it a flight's tokens
    stay unknown."""
    body = with_fitting_ids(request.body, request.fields, candidate)
    if candidate.model != request.model:
        body = replace_string(body, "model", candidate.model, fields=request.fields)
    if not request.streaming or openai_chat.asks_for_usage(request.fields):
        return Outgoing(body)
    if candidate.upstream.kind in TELLS_USAGE_UNASKED:
        return Outgoing(body)
    body = openai_chat.with_stream_usage(body, request.fields)
    return Outgoing(body, openai_chat.UsageChunkFilter())


def dialect() -> Dialect:
    return Dialect(
        protocol=ModelProtocol.OPENAI_CHAT,
        read_request=lambda body, _path: openai_chat.read_request(body),
        edit=_edit,
        stream_reader=openai_chat.StreamReader,
        read_answer=openai_chat.read_answer,
        stream_error=openai_chat.stream_error,
        # some local servers close after finish_reason and never send [DONE]; go-betweens send it
        # whatever became of the answer
        is_whole=lambda accountant: accountant.has_finish,
    )


def add_doors(table: DoorTable, openai_dialect: Dialect) -> None:
    table.add_speakers(openai_dialect, paths=OWN_PATHS)
    chat = ModelDoor(dialect=openai_dialect, operation=Operation.GENERATE)
    embeddings = ModelDoor(dialect=openai_dialect, operation=Operation.EMBED)
    table.add("POST", "/chat/completions", chat, prefixes=PREFIXES)
    table.add("POST", "/embeddings", embeddings, prefixes=PREFIXES)
