"""Gemini: `POST /v1beta/models/NAME:generateContent` and its kin."""

from typing import Any

from llmgw_desktop.domain.model_request import ModelRequest, Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.route import Candidate
from llmgw_desktop.engine.dialect import Dialect, Outgoing, is_event_stream, is_json
from llmgw_desktop.engine.front.doors import DoorTable, ModelDoor
from llmgw_desktop.wire import gemini

STREAMING = "streamGenerateContent"
PREFIXES = tuple(
    f"{prefix}{version}" for prefix in ("", "/gemini") for version in ("/v1beta", "/v1", "")
)
OWN_PATHS = r"/(gemini|v1beta)(/|$)|.*:[a-z]+[A-Z][a-zA-Z]+$"
"""With the names of actions that there is no door for."""
OWN_HEADERS = ("x-goog-api-key", "x-goog-api-client")
_DOORS = {
    ":generateContent": Operation.GENERATE,
    ":streamGenerateContent": Operation.GENERATE,
    ":countTokens": Operation.COUNT_TOKENS,
}


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


def add_doors(table: DoorTable, spoken: Dialect) -> None:
    table.add_speakers(spoken, paths=OWN_PATHS, headers=OWN_HEADERS)
    for place in ("/models/", "/tunedModels/", "/"):  # some write provider/model after the version
        for action, operation in _DOORS.items():
            door = ModelDoor(dialect=spoken, operation=operation)
            table.add_action("POST", place, action, door, prefixes=PREFIXES)
