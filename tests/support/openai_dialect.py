"""OpenAI Chat Completions as the vendor puts it on the wire: whole, as a stream, and as an error.

Makes bytes; sends nothing.
"""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support import script
from tests.support.answers import Answer, Refusal
from tests.support.anthropic_dialect import split
from tests.support.script import Said

DONE = b"data: [DONE]\n\n"
VECTOR = (0.25, -0.5, 1.0, 0.0)
_CREATED = 1_790_000_000
Json = dict[str, Any]

_ERRORS: Mapping[int, tuple[str, str | None, str]] = {
    400: ("invalid_request_error", None, "Bad request"),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided: sk-***."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist"),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached for requests"),
    500: ("server_error", None, "The server had an error while processing your request"),
    503: ("server_error", None, "The server is currently overloaded"),
    529: ("server_error", None, "Overloaded"),
}


def fault_in(body: Json) -> str | None:
    """What the vendor would refuse with a 400 before it looks at anything else."""
    if "model" not in body:
        return "you must provide a model parameter"
    if not isinstance(body.get("messages"), list):
        return "Missing required parameter: 'messages'."
    return None


def headers(request_id: str) -> dict[str, str]:
    return {
        "x-request-id": request_id,
        "openai-version": "2020-10-01",
        "openai-processing-ms": "12",
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "499",
    }


def refusal(fault: Refusal, _request_id: str = "") -> bytes:
    kind, code, message = _ERRORS.get(fault.status, ("server_error", None, "Error"))
    return error_body(kind, fault.message or message, code)


def error_body(kind: str, message: str, code: str | None) -> bytes:
    return _dump({"error": {"message": message, "type": kind, "param": None, "code": code}})


def models(names: list[str]) -> bytes:
    data = [{"id": n, "object": "model", "created": _CREATED, "owned_by": "stub"} for n in names]
    return _dump({"object": "list", "data": data})


def embeddings(body: Json) -> bytes:
    given = body.get("input", "")
    count = len(given) if isinstance(given, list) else 1
    vector: object = list(VECTOR)
    if body.get("encoding_format") == "base64":
        vector = base64.b64encode(struct.pack(f"<{len(VECTOR)}f", *VECTOR)).decode()
    data = [{"object": "embedding", "index": i, "embedding": vector} for i in range(count)]
    usage = {"prompt_tokens": 8, "total_tokens": 8}
    return _dump({"object": "list", "data": data, "model": body["model"], "usage": usage})


def whole(body: Json, answer: Answer, number: int) -> bytes:
    message, reason = _message(body, answer, number)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    head = _head(body, number, "chat.completion")
    usage = {"usage": _usage(answer)} if answer.tells_usage else {}
    return _dump(head | {"choices": [choice]} | usage)


def stream(body: Json, answer: Answer, number: int) -> list[bytes]:
    frames = [*_chunks(body, answer, number), DONE]
    if answer.error_after is None:
        return frames
    error = error_body("server_error", "The server had an error", None)
    return [*frames[: answer.error_after], b"data: " + error + b"\n\n"]


def _chunks(body: Json, answer: Answer, number: int) -> Iterator[bytes]:
    message, reason = _message(body, answer, number)
    asked = bool((body.get("stream_options") or {}).get("include_usage"))
    with_usage = asked and answer.tells_usage
    head = _head(body, number, "chat.completion.chunk") | ({"usage": None} if with_usage else {})

    def chunk(delta: Json, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _data(head | {"choices": [choice]})

    yield chunk({"role": "assistant", "content": message["content"] and "", "refusal": None})
    for delta in _deltas(message, answer.pieces):
        yield chunk(delta)
    yield chunk({}, reason)
    if with_usage:
        yield _data(head | {"choices": [], "usage": _usage(answer)})


def _deltas(message: Json, pieces: int) -> Iterator[Json]:
    for member in ("reasoning_content", "content", "refusal"):
        for text in split(message.get(member) or "", pieces):
            yield {member: text}
    for index, call in enumerate(message.get("tool_calls", [])):
        function = call["function"]
        opening = call | {"function": {"name": function["name"], "arguments": ""}}
        yield {"tool_calls": [{"index": index, **opening}]}
        for text in split(function["arguments"], pieces):
            yield {"tool_calls": [{"index": index, "function": {"arguments": text}}]}


def _message(body: Json, answer: Answer, number: int) -> tuple[Json, str]:
    said = _said(body, answer, number)
    message: Json = {"role": "assistant", "content": None, "refusal": None, "annotations": []}
    if said.thinking is not None:
        message["reasoning_content"] = said.thinking
    message["refusal" if said.refusal else "content"] = said.text or None
    if said.calls:
        message["tool_calls"] = [
            {"id": f"call_{call.id}", "type": "function"}
            | {"function": {"name": call.name, "arguments": call.text}}
            for call in said.calls
        ]
        return message, "tool_calls"
    return message, "length" if said.ending == "length" else "stop"


def _said(body: Json, answer: Answer, number: int) -> Said:
    functions = [tool["function"] for tool in body.get("tools", []) if "function" in tool]
    offered = {each["name"]: each.get("parameters", {}) for each in functions}
    thinks = answer.shows_reasoning and body.get("reasoning_effort", "none") != "none"
    return script.said(answer, offered, _told(body), thinks, number)


def _told(body: Json) -> list[str] | None:
    """The texts of the newest tool results in the conversation."""
    told: list[str] = []
    for message in reversed(body.get("messages", [])):
        if message.get("role") == "tool":
            content = message["content"]
            plain = content if isinstance(content, str) else "".join(p["text"] for p in content)
            told.insert(0, plain)
        elif told:
            break
    return told or None


def _head(body: Json, number: int, kind: str) -> Json:
    return {
        "id": f"chatcmpl-stub{number:06d}",
        "object": kind,
        "created": _CREATED,
        "model": body["model"],
        "service_tier": "default",
        "system_fingerprint": "fp_stub",
    }


def _usage(answer: Answer) -> Json:
    spent = answer.spent
    return {
        "prompt_tokens": spent.prompt_tokens,
        "completion_tokens": spent.output_tokens,
        "total_tokens": spent.prompt_tokens + spent.output_tokens,
        "prompt_tokens_details": {"cached_tokens": spent.cache_read, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": spent.reasoning_tokens,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _data(value: object) -> bytes:
    return b"data: " + _dump(value) + b"\n\n"


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
