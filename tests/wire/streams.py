"""Streams as vendors send them, and ways to split them; for the tests of the stream readers."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st


def event(kind: str, **members: Any) -> bytes:
    """One frame of Anthropic's."""
    return b"event: %b\ndata: %b\n\n" % (
        kind.encode(),
        json.dumps({"type": kind, **members}).encode(),
    )


def chunk(payload: Any) -> bytes:
    """One frame of OpenAI's."""
    return b"data: %b\n\n" % json.dumps(payload, separators=(",", ":")).encode()


def anthropic_stream(*, start: dict[str, Any], delta: dict[str, Any]) -> list[bytes]:
    """Ends with message_stop; `start` and `delta` are the two usage objects."""
    message = {"id": "msg_1", "type": "message", "model": "claude-x", "content": [], "usage": start}
    return [
        event("message_start", message=message),
        event("ping"),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        event("content_block_delta", index=0, delta={"type": "text_delta", "text": 'a "error" b'}),
        event(
            "content_block_delta", index=0, delta={"type": "text_delta", "text": '"message_stop"'}
        ),
        event("content_block_stop", index=0),
        event("message_delta", delta={"stop_reason": "end_turn"}, usage=delta),
        event("message_stop"),
    ]


def openai_chunk(content: str | None = None, *, finish: str | None = None, **more: Any) -> bytes:
    delta = {} if content is None else {"content": content}
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "gpt-x"}
    return chunk({**head, "choices": [choice], **more})


DONE = b"data: [DONE]\n\n"

noise = st.sampled_from(
    [
        b"data: [1,2]\n\n",
        b"data: {\n\n",
        b'data: {"type":"message_delta","delta":7,"usage":{"output_tokens":-1}}\n\n',
        b'data: {"type":"message_start","message":{"model":5,"usage":[]}}\n\n',
        b'data: {"usage":{"prompt_tokens":"9","completion_tokens":1.5},"choices":{}}\n\n',
        b'data: {"choices":[null,{"finish_reason":3,"delta":null}],"error":false}\n\n',
        b": keep-alive\n\n",
        b"\r\n\r\n",
        b"\n",
        b"\xff\xfe data: [DONE]",
        b"event: error\n",
        b"<html>502</html>",
    ]
)


@st.composite
def split(draw: st.DrawFn, stream: bytes) -> list[bytes]:
    """The stream in chunks of any sizes."""
    places = sorted(draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    return [
        stream[start:end] for start, end in zip([0, *places], [*places, len(stream)], strict=True)
    ]


@st.composite
def noisy(draw: st.DrawFn, frames: list[bytes], *, line_end: bool = True) -> list[bytes]:
    """The frames with rubbish between them and perhaps other line ends, split anyhow."""
    mixed = list(frames)
    for piece in draw(st.lists(noise, max_size=4)):
        mixed.insert(draw(st.integers(0, len(mixed))), piece)
    stream = b"".join(mixed)
    if line_end and draw(st.booleans()):
        stream = stream.replace(b"\n", b"\r\n")
    return draw(split(stream))
