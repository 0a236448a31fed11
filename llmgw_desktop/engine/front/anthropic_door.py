"""Anthropic Messages: `POST /v1/messages` and its token counter."""

from llmgw_desktop.domain.model_request import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import Candidate
from llmgw_desktop.engine.dialect import Dialect, Outgoing
from llmgw_desktop.engine.front.doors import DoorTable, ModelDoor
from llmgw_desktop.wire import anthropic
from llmgw_desktop.wire.json_scan import replace_string
from llmgw_desktop.wire.translate.anthropic.custody import without_foreign
from llmgw_desktop.wire.translate.ids_in_place import rule_of

PREFIXES = ("/v1", "/anthropic/v1", "/anthropic", "")
OWN_PATHS = r"/anthropic(/|$)|(/v1)?/messages(/|$)"


def _edit(request: ModelRequest, candidate: Candidate) -> Outgoing:
    """The model's own name, and nothing that only another vendor can read."""
    body, _ = without_foreign(request.body, request.fields, rule_of(candidate))
    if candidate.model == request.model:
        return Outgoing(body)
    return Outgoing(replace_string(body, "model", candidate.model, fields=request.fields))


def dialect() -> Dialect:
    return Dialect(
        protocol=ModelProtocol.ANTHROPIC,
        read_request=lambda body, _path: anthropic.read_request(body),
        edit=_edit,
        stream_reader=anthropic.StreamReader,
        read_answer=anthropic.read_answer,
        stream_error=anthropic.stream_error,
        is_whole=lambda accountant: accountant.is_complete,
    )


def add_doors(table: DoorTable, anthropic_dialect: Dialect) -> None:
    table.add_speakers(anthropic_dialect, paths=OWN_PATHS, headers=("anthropic-version",))
    messages = ModelDoor(dialect=anthropic_dialect, operation=Operation.GENERATE)
    counter = ModelDoor(dialect=anthropic_dialect, operation=Operation.COUNT_TOKENS)
    table.add("POST", "/messages", messages, prefixes=PREFIXES)
    table.add("POST", "/messages/count_tokens", counter, prefixes=PREFIXES)
