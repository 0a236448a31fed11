"""Where below a provider's base URL a request goes.

OpenAI's family writes the version into the base URL, Anthropic and Google do not.
"""

from collections.abc import Mapping
from urllib.parse import quote

from llmgw_desktop.domain.errors import MalformedRequest
from llmgw_desktop.domain.model_request import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.upstream.answer import UpstreamCall

_DOTS = frozenset({"", ".", ".."})
"""Parts of a path that servers take for steps to elsewhere."""
_PATHS: Mapping[tuple[ModelProtocol, Operation], str] = {
    (ModelProtocol.ANTHROPIC, Operation.GENERATE): "/v1/messages",
    (ModelProtocol.ANTHROPIC, Operation.COUNT_TOKENS): "/v1/messages/count_tokens",
    (ModelProtocol.OPENAI_CHAT, Operation.GENERATE): "/chat/completions",
    (ModelProtocol.OPENAI_CHAT, Operation.EMBED): "/embeddings",
    (ModelProtocol.OPENAI_RESPONSES, Operation.GENERATE): "/responses",
    (ModelProtocol.OPENAI_RESPONSES, Operation.COUNT_TOKENS): "/responses/input_tokens",
    (ModelProtocol.OPENAI_RESPONSES, Operation.COMPACT): "/responses/compact",
    (ModelProtocol.CODEX, Operation.GENERATE): "/responses",
    (ModelProtocol.CODEX, Operation.COMPACT): "/responses/compact",
}


def upstream_path(call: UpstreamCall) -> str:
    """Raises MalformedRequest for a model's name that would lead elsewhere."""
    upstream = call.candidate.upstream
    if upstream.protocol is not ModelProtocol.GEMINI:
        return _PATHS[upstream.protocol, call.operation]
    name = call.candidate.model
    if not name.startswith(("models/", "tunedModels/")):
        name = f"models/{name}"
    if not _DOTS.isdisjoint(name.split("/")):
        raise MalformedRequest("expected the name of a model, without '.' or '..'", path="$.model")
    return f"/v1beta/{quote(name, safe='/')}:{_action(call)}"


def _action(call: UpstreamCall) -> str:
    if call.operation is Operation.COUNT_TOKENS:
        return "countTokens"
    return "streamGenerateContent" if call.streaming else "generateContent"
