"""The gateway's own way of asking, `POST /v1/generate`: one prompt in, one text out.

Names and bounds are those of the bridge that had this door first. Inside, such a request is a chat
completion; both directions are turned here.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson

from llmgw_desktop.domain.errors import MalformedRequest, UpstreamGarbage
from llmgw_desktop.wire.json_edits import insert_member, read_object, replace_value
from llmgw_desktop.wire.json_values import parse_json

PROMPT_CHARS = 1_000_000
_FIELDS = {
    "prompt": str,
    "system": str,
    "provider": str,
    "model": str,
    "maxTokens": int,
    "strict": bool,
    "project": str,
}
_SAID = {str: "a text", int: "a whole number", bool: "true or false"}


def read_generate(body: bytes) -> Mapping[str, Any]:
    """The fields, checked. Raises MalformedRequest with the field's path."""
    fields = read_object(body)
    for name, value in fields.items():
        kind = _FIELDS.get(name)
        if kind is None:
            known = ", ".join(_FIELDS)
            raise MalformedRequest(f"unknown field (known here: {known})", path=f"$.{name[:80]}")
        if value is not None and type(value) is not kind:
            raise MalformedRequest(f"expected {_SAID[kind]}", path=f"$.{name}")
    if not 0 < len(fields.get("prompt") or "") <= PROMPT_CHARS:
        raise MalformedRequest(f"expected 1 to {PROMPT_CHARS:,} characters", path="$.prompt")
    if fields.get("maxTokens") is not None and fields["maxTokens"] < 1:
        raise MalformedRequest("expected 1 or more", path="$.maxTokens")
    return fields


def chat_request(fields: Mapping[str, Any], model: str, *, streaming: bool = False) -> bytes:
    """The same question as a chat completion of `model`."""
    system = fields.get("system")
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": fields["prompt"]})
    asked: dict[str, object] = {"model": model, "messages": messages}
    if fields.get("maxTokens") is not None:
        asked["max_tokens"] = fields["maxTokens"]
    if fields.get("temperature") is not None:
        asked["temperature"] = fields["temperature"]
    if streaming:
        asked["stream"] = True
    return orjson.dumps(asked)


def generate_answer(chat_answer: bytes, asked: Mapping[str, Any], took_ms: int) -> bytes:
    """A whole chat completion, with its `x_gateway`, in this door's words. Raises
    UpstreamGarbage for one that has no text where it should be."""
    answer = parse_json(chat_answer)
    facts = answer["x_gateway"]
    told = {
        "text": _text(answer),
        "provider": facts["resolvedProvider"],
        "model": facts["resolvedModel"],
        "tokensUsed": facts["tokensUsed"],
        "requestedProvider": asked.get("provider"),
        "requestedModel": asked.get("model"),
        "resolvedProvider": facts["resolvedProvider"],
        "resolvedModel": facts["resolvedModel"],
        "fallbackUsed": facts["fallbackUsed"],
        "latencyMs": took_ms,
    }
    return orjson.dumps({**told, "x_gateway": facts})


_ENDS_OF_MEMBERS = (b"}}", b"]}", b'"}', b"l}", b"e}", *(b"%d}" % digit for digit in range(10)))
"""Of an object that is not empty, in valid JSON."""


def with_gateway_facts(body: bytes, told: bytes) -> bytes:
    """The object that `body` is, with `x_gateway` as its last member and else byte for byte.
    `told`: its value, as JSON."""
    if b'"x_gateway"' in body:  # another gateway of this kind stands between us and the model
        with suppress(MalformedRequest):
            return bytes(replace_value(body, "x_gateway", told))
    if body.endswith(_ENDS_OF_MEMBERS):  # written closely, as nearly all are
        return b'%b,"x_gateway":%b}' % (body[:-1], told)
    return bytes(insert_member(body, "x_gateway", told))


def _text(answer: Mapping[str, Any]) -> str:
    choices = answer.get("choices") or [{}]
    first = choices[0] if isinstance(choices, list) else None
    message = (first.get("message") or {}) if isinstance(first, dict) else None
    if not isinstance(message, dict):
        raise UpstreamGarbage("The provider's answer is no chat completion: it has no message")
    text = message.get("content") or message.get("refusal") or ""
    if not isinstance(text, str):
        raise UpstreamGarbage("The provider's answer is no chat completion: its content is no text")
    return text
