"""One usage object through every way in which the gateway reads it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from llmgw_desktop.domain.model.answer import UsageTold
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.engine.translation.translation import codec_of
from llmgw_desktop.wire import anthropic, gemini, openai_chat, openai_responses
from llmgw_desktop.wire.translate.tools import ToolNames

ANTHROPIC, CHAT = ModelProtocol.ANTHROPIC, ModelProtocol.OPENAI_CHAT
RESPONSES, GEMINI = ModelProtocol.OPENAI_RESPONSES, ModelProtocol.GEMINI
READERS: Mapping[ModelProtocol, Any] = {
    ANTHROPIC: anthropic,
    CHAT: openai_chat,
    RESPONSES: openai_responses,
    GEMINI: gemini,
}
STREAM_READERS: Mapping[ModelProtocol, Any] = {
    ANTHROPIC: anthropic.AnthropicStreamReader,
    CHAT: openai_chat.ChatStreamReader,
    RESPONSES: openai_responses.ResponsesStreamReader,
    GEMINI: gemini.GeminiStreamReader,
}


def whole(protocol: ModelProtocol, usage: Any, **more: Any) -> bytes:
    """An answer of one word; `more`: members beside the usage."""
    if protocol is ANTHROPIC:
        told = {"id": "msg_1", "type": "message", "model": "m", "stop_reason": "end_turn"}
        told |= {"content": [{"type": "text", "text": "yes"}], "usage": usage}
    elif protocol is CHAT:
        message = {"role": "assistant", "content": "yes"}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        told = {"id": "c", "model": "m", "choices": [choice], "usage": usage}
    elif protocol is RESPONSES:
        told = {"id": "resp_1", "object": "response", "model": "m", "status": "completed"}
        content = [{"type": "output_text", "text": "yes", "annotations": []}]
        item = {"type": "message", "id": "msg", "role": "assistant", "content": content}
        told |= {"output": [item], "usage": usage}
    else:
        said = {"parts": [{"text": "yes"}], "role": "model"}
        candidate = {"content": said, "finishReason": "STOP", "index": 0}
        told = {"candidates": [candidate], "modelVersion": "m", "usageMetadata": usage}
    return json.dumps(told | more).encode()


def frames(protocol: ModelProtocol, usage: Any, *, begun: Any = None, **more: Any) -> list[bytes]:
    """The same as a stream. `begun`: a usage that is told with the first words."""
    early = {} if begun is None else {"usage": begun}
    if protocol is ANTHROPIC:
        start = {"id": "msg_1", "type": "message", "model": "m", "content": [], "usage": {}} | early
        text = {"type": "text_delta", "text": "yes"}
        return [
            _event("message_start", message=start),
            _event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
            _event("content_block_delta", index=0, delta=text),
            _event("content_block_stop", index=0),
            _event("message_delta", delta={"stop_reason": "end_turn"}, usage=usage),
            _event("message_stop"),
        ]
    if protocol is CHAT:
        head = {"id": "c", "model": "m", "object": "chat.completion.chunk"}
        said = {"index": 0, "delta": {"content": "yes"}, "finish_reason": None}
        end = {"index": 0, "delta": {}, "finish_reason": "stop"}
        return [
            _data(head | {"choices": [said]} | early),
            _data(head | {"choices": [end]}),
            _data(head | {"choices": [], "usage": usage} | more),
            b"data: [DONE]\n\n",
        ]
    if protocol is RESPONSES:
        response = json.loads(whole(RESPONSES, usage, **more))
        start = {**response, "status": "in_progress", "output": [], "usage": begun}
        item = {**response["output"][0], "content": []}
        part = {"type": "output_text", "text": "", "annotations": []}
        place = {"item_id": "msg", "output_index": 0, "content_index": 0}
        return [
            _event("response.created", sequence_number=0, response=start),
            _event("response.output_item.added", sequence_number=1, output_index=0, item=item),
            _event("response.content_part.added", sequence_number=2, part=part, **place),
            _event("response.output_text.delta", sequence_number=3, delta="yes", **place),
            _event("response.completed", sequence_number=4, response=response),
        ]
    answer = json.loads(whole(GEMINI, usage, **more))
    content = {"parts": [{"text": "yes"}], "role": "model"}
    first = {"candidates": [{"content": content, "index": 0}], "modelVersion": "m"}
    last = {**answer["candidates"][0], "content": {"parts": [{"text": ""}], "role": "model"}}
    return [
        _data(first | {"usageMetadata": begun} if begun else first),
        _data({**answer, "candidates": [last]}),
    ]


def read_every_way(protocol: ModelProtocol, usage: Any, **more: Any) -> list[Usage]:
    """Passed on whole, passed on streamed, translated whole, translated streamed."""
    stream = frames(protocol, usage, **more)
    return [
        READERS[protocol].read_answer(whole(protocol, usage, **more)).usage,
        passed_on(protocol, stream),
        codec_of(protocol).read_answer(whole(protocol, usage, **more), ToolNames()).usage,
        translated(protocol, stream),
    ]


def passed_on(protocol: ModelProtocol, stream: list[bytes]) -> Usage:
    reader = STREAM_READERS[protocol]()
    for frame in stream:
        reader.feed(frame)
    reader.finish()
    told = reader.usage
    assert isinstance(told, Usage)
    return told


def translated(protocol: ModelProtocol, stream: list[bytes]) -> Usage:
    reader = codec_of(protocol).event_reader(ToolNames())
    events = [event for frame in stream for event in reader.feed(frame)] + reader.finish()
    told = UNKNOWN_USAGE
    for event in events:
        told = event.usage if isinstance(event, UsageTold) else told
    return told


def _event(kind: str, **members: Any) -> bytes:
    return b"event: %b\n%b" % (kind.encode(), _data({"type": kind, **members}))


def _data(payload: Any) -> bytes:
    return b"data: %b\n\n" % json.dumps(payload).encode()
