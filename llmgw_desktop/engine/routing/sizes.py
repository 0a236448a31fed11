"""How large a request is, as rules of size want to know it."""

from llmgw_desktop.domain.model_request import ModelRequest
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.json_large import LargeObject
from llmgw_desktop.wire.tokens import BYTES_PER_TOKEN, estimate_tokens


def input_tokens_of(request: ModelRequest) -> int:
    """An estimate: a quarter of the bytes of its text (`wire/tokens.py`), and of a body that is
    read in pieces, or is Gemini's, a quarter of all its bytes."""
    if request.protocol is ModelProtocol.GEMINI or isinstance(request.fields, LargeObject):
        return len(request.body) // BYTES_PER_TOKEN
    return estimate_tokens(request.fields, request.protocol)
