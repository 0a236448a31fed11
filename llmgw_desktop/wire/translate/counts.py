"""Asking for a count of tokens, and telling one, in each protocol that has a counter."""

from collections.abc import Mapping
from typing import Any

import orjson

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.answer_facts import count_in

COUNTING = frozenset(
    {ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_RESPONSES, ModelProtocol.GEMINI}
)
"""Protocols in which vendors can be asked for a count."""


def count_body(protocol: ModelProtocol, tokens: int) -> bytes:
    """The answer of the protocol's counter."""
    if protocol is ModelProtocol.GEMINI:
        return orjson.dumps({"totalTokens": tokens})
    if protocol is ModelProtocol.ANTHROPIC:
        return orjson.dumps({"input_tokens": tokens})
    return orjson.dumps({"object": "response.input_tokens", "input_tokens": tokens})


def count_request(protocol: ModelProtocol, body: bytes, model: str) -> bytes:
    """A generation request of our own making as the protocol's counter takes it."""
    fields: Mapping[str, Any] = orjson.loads(body)
    if protocol is ModelProtocol.GEMINI:
        inner = {**fields, "model": f"models/{model}"}
        return orjson.dumps({"generateContentRequest": inner})
    known = _COUNTED[protocol]
    return orjson.dumps({name: value for name, value in fields.items() if name in known})


_COUNTED: Mapping[ModelProtocol, frozenset[str]] = {
    ModelProtocol.ANTHROPIC: frozenset(
        {"model", "messages", "system", "tools", "tool_choice", "thinking", "output_config"}
    ),
    ModelProtocol.OPENAI_RESPONSES: frozenset(
        {"model", "input", "instructions", "tools", "tool_choice", "text", "reasoning"}
    ),
}


def tokens_in(body: bytes) -> int | None:
    """The count in an answer of any of them; None where there is none."""
    try:
        fields = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return count_in(fields, "input_tokens", "totalTokens") if type(fields) is dict else None
