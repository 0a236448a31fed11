"""Anthropic Messages as the vendor puts it on the wire: whole, as a stream, and as an error.

Makes bytes; sends nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.support import script
from tests.support.answers import Answer, Refusal
from tests.support.script import Said
from tests.support.seals import seal

VENDOR = "anthropic"

ERROR_TYPES: Mapping[int, str] = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_MESSAGES: Mapping[int, str] = {
    401: "invalid x-api-key",
    429: "This request would exceed your organization's rate limit of 50 requests per minute",
    500: "Internal server error",
    529: "Overloaded",
}
Json = dict[str, Any]


def fault_in(body: Json) -> str | None:
    """What the vendor would refuse with a 400 before it looks at anything else."""
    missing = [name for name in ("model", "messages", "max_tokens") if name not in body]
    return f"{missing[0]}: Field required" if missing else None


def headers(request_id: str) -> dict[str, str]:
    return {
        "request-id": request_id,
        "anthropic-organization-id": "11111111-2222-3333-4444-555555555555",
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
    }


def refusal(fault: Refusal, request_id: str) -> bytes:
    kind = ERROR_TYPES.get(fault.status, "api_error")
    return error_body(kind, fault.message or _MESSAGES.get(fault.status, "Error"), request_id)


def error_body(kind: str, message: str, request_id: str) -> bytes:
    error = {"type": kind, "message": message}
    return _dump({"type": "error", "error": error, "request_id": request_id})


def token_count(body: bytes) -> bytes:
    return _dump({"input_tokens": len(body) // 4})


def models(names: list[str]) -> bytes:
    data = [
        {"type": "model", "id": n, "display_name": n.title(), "created_at": "2026-01-01T00:00:00Z"}
        for n in names
    ]
    ends = {"first_id": names[0] if names else None, "last_id": names[-1] if names else None}
    return _dump({"data": data, "has_more": False, **ends})


def whole(body: Json, answer: Answer, number: int) -> bytes:
    blocks = _blocks(body, answer, number)
    message = _message(body, answer, number) | {
        "content": blocks,
        "stop_reason": _stop_reason(blocks, answer),
        "usage": _usage(answer) | {"output_tokens": answer.spent.output_tokens},
    }
    return _dump(message)


def stream(body: Json, answer: Answer, number: int) -> list[bytes]:
    frames = list(_events(body, answer, number))
    if answer.error_after is None:
        return frames
    error = {"type": "overloaded_error", "message": "Overloaded"}
    return [*frames[: answer.error_after], _event("error", {"error": error})]


def _events(body: Json, answer: Answer, number: int) -> Iterator[bytes]:
    blocks = _blocks(body, answer, number)
    opening = _message(body, answer, number) | {
        "usage": _usage(answer) | {"output_tokens": answer.spent.first_output_tokens}
    }
    yield _event("message_start", {"message": opening}, padding=15)
    for index, block in enumerate(blocks):
        yield _event("content_block_start", {"index": index, "content_block": _emptied(block)})
        if index == 0 and answer.pings:
            yield b'event: ping\ndata: {"type": "ping"}\n\n'
        for delta in _deltas(block, answer.pieces):
            yield _event("content_block_delta", {"index": index, "delta": delta})
        yield _event("content_block_stop", {"index": index})
    delta = {"stop_reason": _stop_reason(blocks, answer), "stop_sequence": None}
    usage = {"output_tokens": answer.spent.output_tokens}
    yield _event("message_delta", {"delta": delta, "usage": usage})
    yield _event("message_stop", {})


def _blocks(body: Json, answer: Answer, number: int) -> list[Json]:
    said = _said(body, answer, number)
    blocks: list[Json] = []
    if said.thinking is not None:
        shown = "" if body["thinking"].get("display") == "omitted" else said.thinking
        blocks.append({"type": "thinking", "thinking": shown, "signature": seal(VENDOR, shown)})
    if said.text and said.refusal is None:
        blocks.append({"type": "text", "text": said.text})
    blocks += [
        {"type": "tool_use", "id": f"toolu_01{call.id}", "name": call.name, "input": call.arguments}
        for call in said.calls
    ]
    return blocks


def _said(body: Json, answer: Answer, number: int) -> Said:
    thinks = (body.get("thinking") or {}).get("type") in ("enabled", "adaptive")
    tools = body.get("tools", [])
    offered = {tool["name"]: tool["input_schema"] for tool in tools if "input_schema" in tool}
    return script.said(answer, offered, _told(body), thinks, number)


def _told(body: Json) -> list[str] | None:
    """The texts of the newest tool results in the conversation."""
    for message in reversed(body.get("messages", [])):
        content = message.get("content")
        blocks = content if isinstance(content, list) else []
        results = [block for block in blocks if block.get("type") == "tool_result"]
        if results:
            return [_plain(block.get("content", "")) for block in results]
    return None


def _plain(content: object) -> str:
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return str(content)


def _message(body: Json, answer: Answer, number: int) -> Json:
    told: Json = {}
    if body.get("diagnostics") is not None:
        told["diagnostics"] = answer.diagnosis and {"cache_miss_reason": answer.diagnosis}
    return told | {
        "model": body["model"],
        "id": f"msg_01stub{number:06d}",
        "type": "message",
        "role": "assistant",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": _usage(answer),
    }


def _usage(answer: Answer) -> Json:
    spent = answer.spent
    return {
        "input_tokens": spent.input_tokens,
        "cache_creation_input_tokens": spent.cache_write,
        "cache_read_input_tokens": spent.cache_read,
        "cache_creation": {
            "ephemeral_5m_input_tokens": spent.cache_write_5m,
            "ephemeral_1h_input_tokens": spent.cache_write_1h,
        },
        "service_tier": "standard",
    }


def _stop_reason(blocks: list[Json], answer: Answer) -> str:
    if answer.ending != "end":
        return {"length": "max_tokens", "refusal": "refusal"}[answer.ending]
    return "tool_use" if blocks[-1]["type"] == "tool_use" else "end_turn"


def _emptied(block: Json) -> Json:
    empty = {"text": "", "thinking": "", "signature": "", "input": {}}
    return block | {key: value for key, value in empty.items() if key in block}


def _deltas(block: Json, pieces: int) -> Iterator[Json]:
    if block["type"] == "text":
        yield from ({"type": "text_delta", "text": t} for t in split(block["text"], pieces))
    elif block["type"] == "thinking":
        for text in split(block["thinking"], pieces):
            yield {"type": "thinking_delta", "thinking": text}
        yield {"type": "signature_delta", "signature": block["signature"]}
    else:
        yield {"type": "input_json_delta", "partial_json": ""}
        for text in split(json.dumps(block["input"]), pieces):
            yield {"type": "input_json_delta", "partial_json": text}


def split(text: str, pieces: int) -> list[str]:
    """The text in at most so many parts, none of them empty."""
    size = max(1, -(-len(text) // max(1, pieces)))
    return [text[at : at + size] for at in range(0, len(text), size)]


def _event(name: str, data: Json, *, padding: int = 0) -> bytes:
    # The vendor pads some events with blanks before the line end: readers must live with it.
    body = _dump({"type": name, **data})
    return b"event: " + name.encode() + b"\ndata: " + body + b" " * padding + b"\n\n"


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
