"""What the first frames of a stream are, in each protocol."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.stream_openings import StreamOpening, opening, output_chars

P = ModelProtocol
START, OUTPUT, ERROR = StreamOpening.START, StreamOpening.OUTPUT, StreamOpening.ERROR


def frame(payload: object, event: str = "") -> bytes:
    name = f"event: {event}\n" if event else ""
    return f"{name}data: {json.dumps(payload)}\n\n".encode()


def delta(**fields: object) -> bytes:
    return frame({"choices": [{"index": 0, "delta": fields, "finish_reason": None}]})


def block(**fields: object) -> bytes:
    return frame({"type": "content_block_start", "index": 0, "content_block": fields})


FRAMES: list[tuple[ModelProtocol, bytes, StreamOpening]] = [
    (P.ANTHROPIC, frame({"type": "message_start", "message": {}}), START),
    (P.ANTHROPIC, frame({"type": "ping"}, "ping"), START),
    (P.ANTHROPIC, block(type="text", text=""), START),
    (P.ANTHROPIC, block(type="thinking", thinking=""), START),
    (P.ANTHROPIC, block(type="text", text="Hi"), OUTPUT),
    (P.ANTHROPIC, block(type="tool_use", id="t", name="n", input={}), OUTPUT),
    (P.ANTHROPIC, frame({"type": "content_block_delta", "delta": {"text": "x"}}), OUTPUT),
    (P.ANTHROPIC, frame({"type": "message_delta", "delta": {}}), OUTPUT),
    (P.ANTHROPIC, frame({"type": "error", "error": {"type": "overloaded_error"}}), ERROR),
    (P.OPENAI_CHAT, delta(role="assistant"), START),
    (P.OPENAI_CHAT, delta(role="assistant", content="", refusal=None), START),
    (P.OPENAI_CHAT, delta(content=None), START),
    (P.OPENAI_CHAT, delta(content="Hi"), OUTPUT),
    (P.OPENAI_CHAT, delta(reasoning_content="Hm"), OUTPUT),
    (P.OPENAI_CHAT, delta(tool_calls=[{"index": 0}]), OUTPUT),
    (P.OPENAI_CHAT, frame({"choices": [{"delta": {}, "finish_reason": "stop"}]}), OUTPUT),
    (P.OPENAI_CHAT, frame({"choices": [], "usage": {"prompt_tokens": 1}}), OUTPUT),
    (P.OPENAI_CHAT, frame({"choices": [], "prompt_filter_results": []}), START),
    (P.OPENAI_CHAT, frame({"error": {"message": "no"}}), ERROR),
    (P.OPENAI_CHAT, frame({"object": "error", "message": "no"}), ERROR),
    (P.OPENAI_CHAT, b": OPENROUTER PROCESSING\n\n", START),
    (P.OPENAI_CHAT, b"data: [DONE]\n\n", OUTPUT),
    (P.OPENAI_RESPONSES, frame({"type": "response.created", "response": {"error": None}}), START),
    (P.OPENAI_RESPONSES, frame({"type": "response.in_progress"}), START),
    (
        P.OPENAI_RESPONSES,
        frame({"type": "response.output_item.added", "item": {"type": "message"}}),
        START,
    ),
    (
        P.CODEX,
        frame({"type": "response.output_item.added", "item": {"type": "function_call"}}),
        OUTPUT,
    ),
    (P.CODEX, frame({"type": "response.output_text.delta", "delta": "x"}), OUTPUT),
    (P.CODEX, frame({"type": "response.failed", "response": {"error": {}}}), ERROR),
    (P.OPENAI_RESPONSES, frame({"type": "error", "code": "x", "message": "y"}), ERROR),
    (P.GEMINI, frame({"usageMetadata": {"promptTokenCount": 3}}), START),
    (P.GEMINI, frame({"candidates": [{"content": {}}]}), OUTPUT),
    (P.GEMINI, frame({"promptFeedback": {"blockReason": "SAFETY"}}), OUTPUT),
    (P.GEMINI, frame({"error": {"code": 503}}), ERROR),
    (P.ANTHROPIC, b"data: half a jso\n\n", OUTPUT),
    (P.ANTHROPIC, b"data: [1, 2]\n\n", OUTPUT),
]


@pytest.mark.parametrize(("protocol", "frame", "what"), FRAMES)
def test_frames(protocol: ModelProtocol, frame: bytes, what: StreamOpening) -> None:
    assert opening(frame, protocol) is what


@given(st.sampled_from(P), st.binary(max_size=200))
def test_any_bytes_are_something(protocol: ModelProtocol, said: bytes) -> None:
    assert opening(b"data: " + said + b"\n\n", protocol) in StreamOpening
    assert output_chars(b"data: " + said + b"\n\n") >= 0


@pytest.mark.parametrize(
    ("frame", "chars"),
    [
        (frame({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "abc"}}), 3),
        (delta(content="abcd", role="assistant"), 4),
        (frame({"type": "response.output_text.delta", "delta": "abcde", "item_id": "i"}), 5),
        (frame({"candidates": [{"content": {"parts": [{"text": "abcdef"}]}}]}), 6),
        (frame({"type": "ping"}), 0),
        (b"data: nothing\n\n", 0),
    ],
)
def test_characters_of_output(frame: bytes, chars: int) -> None:
    assert output_chars(frame) == chars
