"""Readers that look for a few names find what one finds that parses every frame, however a server
writes its JSON and wherever the stream is cut."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from llmgw_desktop.wire.answer_facts import EventStreamReader
from llmgw_desktop.wire.anthropic import AnthropicStreamReader
from llmgw_desktop.wire.gemini import GeminiStreamReader
from llmgw_desktop.wire.json_edits import parse_object
from llmgw_desktop.wire.openai_chat import ChatStreamReader, UsageChunkFilter
from llmgw_desktop.wire.openai_responses import ResponsesStreamReader
from llmgw_desktop.wire.sse import SseSplitter, data_of

Json = dict[str, Any]
TEXTS = [
    "Hi",
    "",
    '"usage"',
    '"usage":{"prompt_tokens":1}',
    'say "error" and "finish_reason":"stop"',
    "\n\ndata: [DONE]\n\n",
    "[DONE]",
    "back\\slash\\",
    '\\"usage\\": null',
    "naïve 中文 \U0001f600",
    "message_stop response.completed",
    "\x1b[31m<b>&amp;",
]
FIGURES: list[Any] = [
    {"prompt_tokens": 7, "completion_tokens": 3},
    {"prompt_tokens": 9, "completion_tokens": None},
    {"input_tokens": 7, "output_tokens": 3},
    {},
    None,
    False,
]
ERRORS: list[Any] = [None, False, {}, "", {"type": "overloaded", "message": "later"}, "busy"]


def _chat(draw: random.Random) -> Json:
    choice: Json = {"index": 0, "delta": {"content": draw.choice(TEXTS)}}
    if draw.random() < 0.8:
        choice["finish_reason"] = draw.choice([None, None, None, "stop", ""])
    if draw.random() < 0.1:
        choice["usage"] = draw.choice(FIGURES)
    event: Json = {"id": "1", "choices": [choice] if draw.random() < 0.8 else []}
    if draw.random() < 0.4:
        event["usage"] = draw.choice(FIGURES)
    if draw.random() < 0.2:
        event["error"] = draw.choice(ERRORS)
    if draw.random() < 0.05:
        event = {"object": "error", "message": "old"}
    return event


def _anthropic(draw: random.Random) -> Json:
    delta = {"type": "content_block_delta", "delta": {"text": draw.choice(TEXTS)}}
    start = {"type": "message_start", "message": {"model": "m", "usage": draw.choice(FIGURES)}}
    end = {"type": "message_delta", "delta": {"stop_reason": "end"}, "usage": draw.choice(FIGURES)}
    error = {"type": "error", "error": draw.choice(ERRORS)}
    event: Json = draw.choice([delta, delta, delta, start, end, {"type": "message_stop"}, error])
    return {**event, "error": draw.choice(ERRORS)} if draw.random() < 0.1 else event


def _responses(draw: random.Random) -> Json:
    delta = {"type": "response.output_text.delta", "delta": draw.choice(TEXTS)}
    whole = {"id": "r", "model": "m", "status": "completed", "error": None}
    whole["usage"] = draw.choice(FIGURES)
    events: list[Json] = [
        delta,
        delta,
        delta,
        {"type": "response.created", "response": whole},
        {"type": "response.completed", "response": whole},
        {"type": "response.incomplete", "response": {"incomplete_details": {"reason": "full"}}},
        {"type": "response.failed", "response": {"error": draw.choice(ERRORS)}},
        {"type": "error", "message": "no"},
        {"error": draw.choice(ERRORS)},
        {"type": "response.content_part.added"},
    ]
    event = draw.choice(events)
    return {**event, "sequence_number": draw.randrange(99)} if draw.random() < 0.8 else event


def _gemini(draw: random.Random) -> Json:
    candidate: Json = {"content": {"parts": [{"text": draw.choice(TEXTS)}]}}
    if draw.random() < 0.3:
        candidate["finishReason"] = draw.choice([None, "STOP"])
    if draw.random() < 0.1:
        candidate["groundingMetadata"] = {"webSearchQueries": ["a", "b"]}
    event: Json = {"candidates": [candidate]}
    if draw.random() < 0.5:
        event["usageMetadata"] = {"promptTokenCount": draw.randrange(9), "candidatesTokenCount": 2}
    if draw.random() < 0.1:
        event["error"] = draw.choice(ERRORS)
    return event


class _Writer:
    """JSON and its frames as no two servers write them."""

    def __init__(self, draw: random.Random, *, may_mix: bool = True) -> None:
        """`may_mix`: an end of a line may be half of another one with what follows."""
        self._draw = draw
        self._line = draw.choice(["\n", "\n", "\r\n", "\r"])
        self._is_mixed = may_mix and draw.random() < 0.15
        self._is_spread = draw.random() < 0.15
        self._colon, self._comma = draw.choice([(":", ","), (": ", ", "), (" : ", " , "), ("", "")])
        self._escapes = draw.choice([0.0, 0.0, 0.1])
        self._is_ascii = draw.random() < 0.5

    def frame(self, event: Json) -> bytes:
        draw, named = self._draw, ""
        if draw.random() < 0.3:
            named = f"event:{draw.choice(['', ' '])}{event.get('type', 'message')}" + self._end()
        if draw.random() < 0.1:
            named = f": {draw.choice(TEXTS[:4])}" + self._end() + named
        if draw.random() < 0.05:
            named += "id: 7" + self._end()
        start = draw.choice(["data: ", "data: ", "data:"])
        more = self._end() if draw.random() < 0.1 else ""
        return (named + start + self._json(event) + self._end() + self._end() + more).encode()

    def _end(self) -> str:
        return self._draw.choice(["\n", "\r\n", "\r"]) if self._is_mixed else self._line

    def _blank(self, usual: str) -> str:
        if self._is_spread and self._draw.random() < 0.3:
            return self._end() + "data: " + usual
        return usual or self._draw.choice(["", " ", "\t"])

    def _json(self, told: Any) -> str:
        if isinstance(told, dict):
            members = list(told.items())
            self._draw.shuffle(members)
            colon, comma = self._colon or ":", self._comma or ","
            written = [
                self._string(name) + self._spaced(colon) + self._json(each)
                for name, each in members
            ]
            return "{" + self._spaced(comma).join(written) + "}"
        if isinstance(told, list):
            return "[" + ",".join(map(self._json, told)) + "]"
        return self._string(told) if isinstance(told, str) else json.dumps(told)

    def _spaced(self, sign: str) -> str:
        if self._colon:
            return self._blank(sign) if self._is_spread else sign
        return self._blank("") + sign.strip() + self._blank("")

    def _string(self, text: str) -> str:
        written = json.dumps(text, ensure_ascii=self._is_ascii)
        if self._draw.random() >= self._escapes or "\\" in written:
            return written
        return "".join(
            f"\\u{ord(sign):04x}" if sign not in '"' and self._draw.random() < 0.3 else sign
            for sign in written
        )


def _cut(draw: random.Random, stream: bytes) -> list[bytes]:
    sizes = draw.choice([(1, 1), (1, 5), (1, 40), (20, 400), (500, 5000)])
    pieces, at = [], 0
    while at < len(stream):
        size = draw.randint(*sizes)
        pieces.append(stream[at : at + size])
        at += size
    return pieces


def _slow(kind: type[EventStreamReader]) -> EventStreamReader:
    class Slow(kind):  # type: ignore[valid-type,misc]
        @override
        def feed(self, chunk: bytes) -> None:
            for frame in self._splitter.feed(chunk):
                self._last = frame
                self._read(frame)

        @override
        def finish(self) -> None:
            if self._splitter.tail:
                self._read(self._splitter.tail, **last)

    last = {"is_tail": True} if kind is ResponsesStreamReader else {}
    slow: EventStreamReader = Slow()
    return slow


def _facts(reader: Any) -> tuple[object, ...]:
    return (
        reader.usage,
        reader.stop_reason,
        reader.model,
        reader.answer_id,
        reader.is_complete,
        reader.error_text,
        reader.tail,
        reader.next_number,
    )


READERS: list[tuple[type[EventStreamReader], Callable[[random.Random], Json]]] = [
    (ChatStreamReader, _chat),
    (AnthropicStreamReader, _anthropic),
    (ResponsesStreamReader, _responses),
]


def _stream(draw: random.Random, event: Callable[[random.Random], Json]) -> bytes:
    writer = _Writer(draw)
    frames = [writer.frame(event(draw)) for _ in range(draw.randrange(1, 12))]
    if draw.random() < 0.5:
        frames.append(b"data: [DONE]\n\n")
    if draw.random() < 0.3:
        frames.append(
            draw.choice([b"data: [DONE]", b'data: {"usage"', b"\n", b"\r", b"event: err"])
        )
    return b"".join(frames)


@pytest.mark.parametrize(("kind", "event"), READERS)
@settings(max_examples=300)
@given(seed=st.integers(0, 2**48))
def test_they_find_what_one_finds_that_parses_every_frame(
    kind: type[EventStreamReader], event: Callable[[random.Random], Json], seed: int
) -> None:
    draw = random.Random(seed)
    model = {"model": "m"} if draw.random() < 0.5 and kind is ChatStreamReader else {}
    stream = _stream(draw, lambda d: {**event(d), **model})
    quick, slow = kind(), _slow(kind)
    for piece in _cut(draw, stream):
        quick.feed(piece)
        slow.feed(piece)
        assert _facts(quick) == _facts(slow)
    quick.finish()
    slow.finish()
    assert _facts(quick) == _facts(slow)


@settings(max_examples=300)
@given(seed=st.integers(0, 2**48))
def test_the_filter_takes_out_what_one_does_that_parses_every_frame(seed: int) -> None:
    draw = random.Random(seed)
    quick, splitter = UsageChunkFilter(), SseSplitter()
    for piece in _cut(draw, _stream(draw, _chat)):
        frames = splitter.feed(piece)
        assert quick.feed(piece) == b"".join(each for each in frames if not _is_usage(each))
    assert quick.flush() == splitter.tail


def _is_usage(frame: bytes) -> bool:
    try:
        told = parse_object(data_of(frame))
    except ValueError:
        return False
    return type(told.get("usage")) is dict and not (told.get("choices") or told.get("error"))


@settings(max_examples=200)
@given(seed=st.integers(0, 2**48))
def test_geminis_names_are_found_in_any_writing(seed: int) -> None:
    """Nothing of what is read depends on blanks, order, escapes or pieces."""
    draw = random.Random(seed)
    events = [_gemini(draw) for _ in range(draw.randrange(1, 9))]
    plain, odd = GeminiStreamReader(), GeminiStreamReader()
    for each in events:
        plain.feed(b"data: %b\n\n" % json.dumps(each).encode())
    writer = _Writer(draw, may_mix=False)
    for piece in _cut(draw, b"".join(map(writer.frame, events)) + b"\n"):
        odd.feed(piece)
    odd.finish()
    for name in ("usage", "stop_reason", "model", "error_text"):
        assert getattr(odd, name) == getattr(plain, name)
