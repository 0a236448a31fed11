"""A vendor on loopback that says again what it was told: as thinking, as text and as a call's
arguments, whole or in small pieces, in the four dialects. It keeps each body as it came."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

PIECE = 5


class EchoVendor:
    """`origin` is its address; `bodies` what came, in order."""

    def __init__(self) -> None:
        self.origin = ""
        self.bodies: list[bytes] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.bodies.append(body)
        fields = json.loads(body)
        path = request.path
        if path.endswith("embeddings"):
            return web.json_response({"data": [], "usage": {}, "model": "m", "object": "list"})
        if "countTokens" in path or "count_tokens" in path:
            return web.json_response({"input_tokens": 3, "totalTokens": 3})
        said = _last_words(fields)
        if path.endswith("messages"):
            events, whole = _anthropic(said)
        elif path.endswith("responses"):
            events, whole = _responses(said)
        elif path.endswith("completions"):
            events, whole = _chat(said)
        else:
            events, whole = _gemini(said)
        if not (fields.get("stream") or "stream" in path):
            return web.json_response(whole)
        return await _streamed(request, events)


@asynccontextmanager
async def echo_vendor() -> AsyncIterator[EchoVendor]:
    vendor = EchoVendor()
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{rest:.*}", vendor.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.05)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    vendor.origin = f"http://{host}:{port}"
    try:
        yield vendor
    finally:
        await runner.cleanup()


async def _streamed(request: web.Request, events: list[bytes]) -> web.StreamResponse:
    answer = web.StreamResponse(headers={"content-type": "text/event-stream"})
    await answer.prepare(request)
    raw = b"".join(events)
    for at in range(0, len(raw), 301):  # never where an event ends
        await answer.write(raw[at : at + 301])
        await asyncio.sleep(0)
    await answer.write_eof()
    return answer


def _last_words(fields: dict[str, Any]) -> str:
    last = (fields.get("messages") or fields.get("contents") or fields.get("input"))[-1]
    said = last.get("content") or last.get("parts")
    return said if isinstance(said, str) else str(said[-1].get("text", ""))


def _cut(text: str) -> Iterator[str]:
    return (text[at : at + PIECE] for at in range(0, len(text), PIECE))


def _event(data: dict[str, Any]) -> bytes:
    name = f"event: {data['type']}\n" if "type" in data else ""
    return f"{name}data: {json.dumps(data)}\n\n".encode()


def _anthropic(said: str) -> tuple[list[bytes], dict[str, Any]]:
    arguments = {"to": said}
    message = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "echo",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 1},
    }
    blocks: list[dict[str, Any]] = [
        {"type": "thinking", "thinking": said, "signature": "c2lnbmVk"},
        {"type": "text", "text": said},
        {"type": "tool_use", "id": "toolu_1", "name": "send", "input": arguments},
    ]
    empty: list[dict[str, Any]] = [
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "text", "text": ""},
        {"type": "tool_use", "id": "toolu_1", "name": "send", "input": {}},
    ]
    kinds = (("thinking_delta", "thinking"), ("text_delta", "text"))
    kinds = (*kinds, ("input_json_delta", "partial_json"))
    events = [_event({"type": "message_start", "message": message})]
    for index, (kind, name) in enumerate(kinds):
        begin = {"type": "content_block_start", "index": index, "content_block": empty[index]}
        events.append(_event(begin))
        for piece in _cut(said if index < 2 else json.dumps(arguments)):
            delta = {"type": kind, name: piece}
            events.append(_event({"type": "content_block_delta", "index": index, "delta": delta}))
        if index == 0:
            delta = {"type": "signature_delta", "signature": "c2lnbmVk"}
            events.append(_event({"type": "content_block_delta", "index": 0, "delta": delta}))
        events.append(_event({"type": "content_block_stop", "index": index}))
    end = {"stop_reason": "tool_use", "stop_sequence": None}
    events.append(_event({"type": "message_delta", "delta": end, "usage": {"output_tokens": 9}}))
    events.append(_event({"type": "message_stop"}))
    return events, {**message, "content": blocks, "stop_reason": "tool_use"}


def _chat(said: str) -> tuple[list[bytes], dict[str, Any]]:
    arguments = json.dumps({"to": said})
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "echo"}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _event({**head, "choices": [choice]})

    def call(piece: str, **more: str) -> dict[str, Any]:
        made = {"index": 0, **more, "function": {"arguments": piece}}
        if more:
            made["function"] = {"name": "send", "arguments": piece}
        return {"tool_calls": [made]}

    events = [
        chunk({"role": "assistant", "content": ""}),
        *(chunk({"content": piece}) for piece in _cut(said)),
        chunk(call("", id="call_1", type="function")),
        *(chunk(call(piece)) for piece in _cut(arguments)),
        chunk({}, "tool_calls"),
        b"data: [DONE]\n\n",
    ]
    called = {"id": "call_1", "type": "function"}
    message = {
        "role": "assistant",
        "content": said,
        "tool_calls": [{**called, "function": {"name": "send", "arguments": arguments}}],
    }
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls"}
    usage = {"prompt_tokens": 3, "completion_tokens": 9, "total_tokens": 12}
    whole = {**head, "object": "chat.completion", "choices": [choice], "usage": usage}
    return events, whole


def _responses(said: str) -> tuple[list[bytes], dict[str, Any]]:
    arguments = json.dumps({"to": said})
    text = {"type": "output_text", "text": said, "annotations": []}
    message = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "content": [text],
    }
    call = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "send"}
    call |= {"arguments": arguments, "status": "completed"}
    response = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "status": "completed",
        "model": "echo",
        "output": [message, call],
        "usage": {"input_tokens": 3, "output_tokens": 9, "total_tokens": 12},
    }
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**response, "output": [], "status": "queued"}},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**message, "content": []},
        },
    ]
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    part = {**text, "text": ""}
    events.append({"type": "response.content_part.added", **at, "part": part})
    events += ({"type": "response.output_text.delta", **at, "delta": p} for p in _cut(said))
    events.append({"type": "response.output_text.done", **at, "text": said})
    events.append({"type": "response.content_part.done", **at, "part": text})
    events.append({"type": "response.output_item.done", "output_index": 0, "item": message})
    begun = {**call, "arguments": ""}
    events.append({"type": "response.output_item.added", "output_index": 1, "item": begun})
    at = {"item_id": "fc_1", "output_index": 1}
    kind = "response.function_call_arguments"
    events += ({"type": f"{kind}.delta", **at, "delta": p} for p in _cut(arguments))
    events.append({"type": f"{kind}.done", **at, "arguments": arguments})
    events.append({"type": "response.output_item.done", "output_index": 1, "item": call})
    events.append({"type": "response.completed", "response": response})
    numbered = [_event({**each, "sequence_number": n}) for n, each in enumerate(events)]
    return numbered, response


def _gemini(said: str) -> tuple[list[bytes], dict[str, Any]]:
    call = {"functionCall": {"name": "send", "args": {"to": said}}}
    usage = {"promptTokenCount": 3, "candidatesTokenCount": 9, "totalTokenCount": 12}

    def answer(*parts: dict[str, Any], **more: str) -> dict[str, Any]:
        content = {"role": "model", "parts": [*parts]}
        candidate = {"content": content, "index": 0, **more}
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": "echo"}

    pieces = [_event(answer({"text": piece})) for piece in _cut(said)]
    events = [*pieces, _event(answer(call, finishReason="STOP"))]
    return events, answer({"text": said}, call, finishReason="STOP")
