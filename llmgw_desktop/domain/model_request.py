"""One request of a client as the door read it: bytes untouched, the few facts we act on beside."""

from collections.abc import Mapping
from enum import StrEnum

from llmgw_desktop.domain.principal import Principal
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.values import value


class Operation(StrEnum):
    """What is asked for."""

    GENERATE = "generate"
    COUNT_TOKENS = "count_tokens"
    EMBED = "embed"
    COMPACT = "compact"
    """A conversation is to be made shorter by its vendor (Responses)."""


@value
class ModelRequest:
    """A parsed request; `body` is exactly what the client sent."""

    flight_id: str
    principal: Principal
    protocol: ModelProtocol
    operation: Operation
    model: str
    streaming: bool
    body: bytes
    fields: Mapping[str, object]
    """The body's top level, parsed once. Read only; what is sent on is made from `body`."""
    headers: Mapping[str, str]
    """Case-insensitive, as they came."""
    query: str = ""
    """Without the question mark and without keys."""
    project: str = ""
    """Whose credentials are to be used; empty for requests of no project."""
    own_fields: Mapping[str, object] | None = None
    """As the client sent them, where the engine has put an earlier conversation before."""
