"""What callers ask and vendors answer, once in each protocol: the same short talk, the same tokens.

The benchmarks of translation share it: requests of 1 KB, whole answers, streams frame by frame,
and requests of 2 MB in thousands of items.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

PROTOCOLS = ("chat", "anthropic", "responses", "gemini")
PAIRS = (
    ("chat", "anthropic"),
    ("anthropic", "chat"),
    ("anthropic", "gemini"),
    ("responses", "anthropic"),
    ("responses", "chat"),
    ("gemini", "anthropic"),
)
"""(Caller, upstream)."""

QUESTION = "lorem ipsum dolor sit amet " * 38
SAID = "The capital of France is Paris."
MODEL = "stub-model"


def request(caller: str, model: str = MODEL, *, streaming: bool = False) -> bytes:
    """About 1 KB, the size of a short question."""
    bodies: Mapping[str, dict[str, Any]] = {
        "chat": {"max_tokens": 64, "messages": [{"role": "user", "content": QUESTION}]},
        "anthropic": {"max_tokens": 64, "messages": [{"role": "user", "content": QUESTION}]},
        "responses": {"max_output_tokens": 64, "input": QUESTION},
        "gemini": {
            "contents": [{"role": "user", "parts": [{"text": QUESTION}]}],
            "generationConfig": {"maxOutputTokens": 64},
        },
    }
    body = bodies[caller]
    if caller != "gemini":
        body = {"model": model, **body, **({"stream": True} if streaming else {})}
    return json.dumps(body).encode()


def address(caller: str, model: str = MODEL, *, streaming: bool = False) -> str:
    """The path that a caller of the gateway asks."""
    if caller == "gemini":
        action = "streamGenerateContent?alt=sse" if streaming else "generateContent"
        return f"/v1beta/models/{model}:{action}"
    return {
        "chat": "/v1/chat/completions",
        "anthropic": "/v1/messages",
        "responses": "/v1/responses",
    }[caller]


_USAGE: Mapping[str, dict[str, Any]] = {
    "chat": {"prompt_tokens": 200, "completion_tokens": 8, "total_tokens": 208},
    "anthropic": {"input_tokens": 200, "output_tokens": 8},
    "responses": {
        "input_tokens": 200,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 8,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 208,
    },
    "gemini": {"promptTokenCount": 200, "candidatesTokenCount": 8, "totalTokenCount": 208},
}


def _response(status: str, output: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": "resp_stub",
        "object": "response",
        "created_at": 1_700_000_000,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": 64,
        "model": MODEL,
        "output": output,
        "parallel_tool_calls": True,
        "store": False,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": _USAGE["responses"] if status == "completed" else None,
    }


def _output_message(text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {
        "id": "msg_stub",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }


def answer(upstream: str) -> bytes:
    """A short one, whole."""
    bodies: Mapping[str, dict[str, Any]] = {
        "chat": {
            "id": "chatcmpl-stub",
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": MODEL,
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": SAID},
                    "finish_reason": "stop",
                }
            ],
            "usage": _USAGE["chat"],
        },
        "anthropic": {
            "id": "msg_stub",
            "type": "message",
            "role": "assistant",
            "model": MODEL,
            "content": [{"type": "text", "text": SAID}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": _USAGE["anthropic"],
        },
        "responses": _response("completed", [_output_message(SAID)]),
        "gemini": {
            "candidates": [
                {
                    "content": {"role": "model", "parts": [{"text": SAID}]},
                    "finishReason": "STOP",
                    "index": 0,
                }
            ],
            "usageMetadata": _USAGE["gemini"],
            "modelVersion": MODEL,
            "responseId": "stub",
        },
    }
    return json.dumps(bodies[upstream]).encode()


def stream_frames(upstream: str, deltas: int) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """(What comes before the text, one frame for each delta of it, what comes after)."""
    return _STREAMS[upstream](deltas)


_Stream = tuple[list[bytes], list[bytes], list[bytes]]


def _words(deltas: int) -> list[str]:
    return [f"tok{number} and some " for number in range(deltas)]


def _named(*events: Mapping[str, Any]) -> list[bytes]:
    return [f"event: {each['type']}\ndata: {_compact(each)}\n\n".encode() for each in events]


def _data(*payloads: Mapping[str, Any]) -> list[bytes]:
    return [f"data: {_compact(each)}\n\n".encode() for each in payloads]


def _compact(payload: Mapping[str, Any]) -> str:
    return json.dumps(payload, separators=(",", ":"))


def _chat_stream(deltas: int) -> _Stream:
    head = {
        "id": "chatcmpl-stub",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": MODEL,
        "system_fingerprint": "fp_stub",
    }

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**head, "choices": [choice], "usage": None}

    first = _data(chunk({"role": "assistant", "content": ""}))
    last = _data(chunk({}, "stop"), {**head, "choices": [], "usage": _USAGE["chat"]})
    texts = _data(*(chunk({"content": word}) for word in _words(deltas)))
    return first, texts, [*last, b"data: [DONE]\n\n"]


def _anthropic_stream(deltas: int) -> _Stream:
    message = json.loads(answer("anthropic")) | {"content": [], "stop_reason": None}
    block = {"type": "text", "text": ""}
    ends = {"stop_reason": "end_turn", "stop_sequence": None}
    first = _named(
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": block},
    )
    texts = _named(
        *(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": word},
            }
            for word in _words(deltas)
        )
    )
    last = _named(
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ends, "usage": _USAGE["anthropic"]},
        {"type": "message_stop"},
    )
    return first, texts, last


def _responses_stream(deltas: int) -> _Stream:
    place = {"item_id": "msg_stub", "output_index": 0, "content_index": 0}
    words = _words(deltas)
    whole = _output_message("".join(words))
    part = whole["content"][0]
    begun = {**whole, "status": "in_progress", "content": []}
    first: list[dict[str, Any]] = [
        {"type": "response.created", "response": _response("in_progress", [])},
        {"type": "response.output_item.added", "output_index": 0, "item": begun},
        {"type": "response.content_part.added", **place, "part": {**part, "text": ""}},
    ]
    texts = [{"type": "response.output_text.delta", **place, "delta": word} for word in words]
    last: list[dict[str, Any]] = [
        {"type": "response.output_text.done", **place, "text": part["text"]},
        {"type": "response.content_part.done", **place, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": whole},
        {"type": "response.completed", "response": _response("completed", [whole])},
    ]
    numbered = [
        {**event, "sequence_number": number} for number, event in enumerate([*first, *texts, *last])
    ]
    frames = _named(*numbered)
    return frames[: len(first)], frames[len(first) : -len(last)], frames[-len(last) :]


def _gemini_stream(deltas: int) -> _Stream:
    def chunk(text: str, **more: Any) -> dict[str, Any]:
        content = {"role": "model", "parts": [{"text": text}]}
        return {
            "candidates": [{"content": content, "index": 0, **more}],
            "usageMetadata": _USAGE["gemini"],
            "modelVersion": MODEL,
            "responseId": "stub",
        }

    texts = [chunk(word) for word in _words(deltas)]
    return [], _data(*texts), _data(chunk("", finishReason="STOP"))


_STREAMS: Mapping[str, Callable[[int], _Stream]] = {
    "chat": _chat_stream,
    "anthropic": _anthropic_stream,
    "responses": _responses_stream,
    "gemini": _gemini_stream,
}
