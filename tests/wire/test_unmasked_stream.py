"""Placeholders become what they stand for in every dialect, wherever text and bytes are cut."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.wire.guards.placeholders import Placeholders, answer_in_steps
from llmgw_desktop.wire.guards.streams import MOST_HELD, UnmaskedStream

MAIL, ODD = b"[EMAIL_0123456789ab]", b"[WORDS_ba9876543210]"
VALUES = {MAIL: b"ann@example.com", ODD: 'say "é\\\n'.encode()}
SHOWN = f"To {MAIL.decode()} and{ODD.decode()}[EMAIL_ffffffffffff] [EMAIL_01"
TOLD = 'To ann@example.com andsay "é\\\n[EMAIL_ffffffffffff] [EMAIL_01'
ARGUMENTS = json.dumps({"to": SHOWN, "n": [1, "["]})
TOLD_ARGUMENTS = {"to": TOLD, "n": [1, "["]}


def _cut(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


def _event(data: dict[str, Any], name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(data)}\n\n".encode()


def _anthropic(size: int) -> bytes:
    def block(index: int, kind: str, name: str, text: str) -> Iterator[bytes]:
        yield _event({"type": "content_block_start", "index": index}, "content_block_start")
        for piece in _cut(text, size):
            delta = {"type": kind, name: piece}
            yield _event({"type": "content_block_delta", "index": index, "delta": delta})
        yield _event({"type": "content_block_stop", "index": index}, "content_block_stop")

    return b"".join(
        (
            *block(0, "thinking_delta", "thinking", SHOWN),
            *block(1, "text_delta", "text", SHOWN),
            *block(2, "input_json_delta", "partial_json", ARGUMENTS),
            _event({"type": "message_stop"}),
        )
    )


def _said_by_anthropic(events: list[Any]) -> tuple[str, ...]:
    said = ["", "", ""]
    is_open = -1
    for event in events:
        if event["type"] == "content_block_start":
            is_open = event["index"]
        elif event["type"] == "content_block_delta":
            assert event["index"] == is_open
            said[is_open] += next(v for k, v in event["delta"].items() if k != "type")
        else:
            is_open = -1
    return tuple(said)


def _chat(size: int) -> bytes:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _event({"id": "c", "choices": [choice]})

    calls = [
        chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
        for piece in _cut(ARGUMENTS, size)
    ]
    return b"".join(
        (
            *(chunk({"reasoning_content": piece}) for piece in _cut(SHOWN, size)),
            *(chunk({"content": piece}) for piece in _cut(SHOWN, size)),
            *calls,
            chunk({}, "tool_calls"),
            b"data: [DONE]\n\n",
        )
    )


def _said_by_chat(events: list[Any]) -> tuple[str, ...]:
    said = {"reasoning_content": "", "content": "", "arguments": ""}
    for event in events:
        assert not any(said.values()) or event["choices"]
        delta = event["choices"][0]["delta"]
        for call in delta.pop("tool_calls", []):
            said["arguments"] += call["function"]["arguments"]
        for name, piece in delta.items():
            assert not piece or not said["arguments"], "text behind the call"
            said[name] += piece
    return tuple(said.values())


def _responses(size: int) -> bytes:
    def item(at: int, kind: str, done: str, text: str) -> Iterator[bytes]:
        for piece in _cut(text, size):
            yield _event({"type": f"{kind}.delta", "output_index": at, "delta": piece})
        yield _event({"type": f"{kind}.done", "output_index": at, done: text})

    output = [{"text": SHOWN}, {"text": SHOWN}, {"arguments": ARGUMENTS}]
    return b"".join(
        (
            *item(0, "response.reasoning_summary_text", "text", SHOWN),
            *item(1, "response.output_text", "text", SHOWN),
            *item(2, "response.function_call_arguments", "arguments", ARGUMENTS),
            _event({"type": "response.completed", "response": {"output": output}}),
        )
    )


def _said_by_responses(events: list[Any]) -> tuple[str, ...]:
    said = ["", "", ""]
    for event in events:
        if event["type"].endswith(".delta"):
            said[event["output_index"]] += event["delta"]
        elif event["type"].endswith(".done"):
            whole = event.get("text") or event["arguments"]
            assert whole == said[event["output_index"]]
        else:
            last = [next(iter(item.values())) for item in event["response"]["output"]]
            assert last == said
    return tuple(said)


def _gemini_events(size: int) -> Iterator[dict[str, Any]]:
    def event(*parts: dict[str, Any], **more: str) -> dict[str, Any]:
        return {"candidates": [{"content": {"parts": [*parts]}, "index": 0, **more}]}

    for piece in _cut(SHOWN, size):
        yield event({"text": piece, "thought": True})
    pieces = [*_cut(SHOWN, size), ""]
    for first, second in zip(pieces[::2], [*pieces[1::2], ""], strict=False):
        yield event({"text": first}, {"text": second})
    call = {"functionCall": {"name": "f", "args": json.loads(ARGUMENTS)}}
    yield event(call, finishReason="STOP")


def _gemini(size: int) -> bytes:
    return b"".join(map(_event, _gemini_events(size)))


def _gemini_array(size: int) -> bytes:
    return b"[" + b"\n,\r\n".join(json.dumps(e).encode() for e in _gemini_events(size)) + b"\n]"


def _said_by_gemini(events: list[Any]) -> tuple[str, ...]:
    said = {True: "", False: ""}
    arguments = ""
    for event in events:
        for part in event["candidates"][0]["content"]["parts"]:
            if "functionCall" in part:
                arguments = json.dumps(part["functionCall"]["args"])
            else:
                assert not part["text"] or not arguments
                said[bool(part.get("thought"))] += part["text"]
    return (said[True], said[False], arguments)


def _events_in(stream: bytes) -> list[Any]:
    if stream[:1] == b"[":
        found: list[Any] = json.loads(stream)
        return found
    datas = [line[6:] for line in stream.split(b"\n") if line.startswith(b"data: {")]
    return [json.loads(each) for each in datas]


STREAMS: dict[str, tuple[ModelProtocol, Callable[[int], bytes], Callable[..., Any]]] = {
    "anthropic": (ModelProtocol.ANTHROPIC, _anthropic, _said_by_anthropic),
    "chat": (ModelProtocol.OPENAI_CHAT, _chat, _said_by_chat),
    "responses": (ModelProtocol.OPENAI_RESPONSES, _responses, _said_by_responses),
    "gemini": (ModelProtocol.GEMINI, _gemini, _said_by_gemini),
    "gemini array": (ModelProtocol.GEMINI, _gemini_array, _said_by_gemini),
}


def _unmasked(protocol: ModelProtocol, pieces: Iterator[bytes]) -> bytes:
    stream = UnmaskedStream(protocol, Placeholders(VALUES))
    told = [_all(stream.feed_in_steps(piece)) for piece in pieces]
    return b"".join((*told, stream.finish()))


def _all(steps: Any) -> bytes:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return bytes(end.value)


@pytest.mark.parametrize("name", STREAMS)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(size=st.integers(1, 80), bytes_at_once=st.integers(1, 300))
def test_wherever_it_is_cut_the_same_is_told(name: str, size: int, bytes_at_once: int) -> None:
    protocol, make, said_by = STREAMS[name]
    raw = make(size)
    chunks = (raw[at : at + bytes_at_once] for at in range(0, len(raw), bytes_at_once))
    told = _unmasked(protocol, chunks)
    assert told == _unmasked(protocol, iter([raw]))
    thought, text, arguments = said_by(_events_in(told))
    assert (thought, text) == (TOLD, TOLD)
    assert json.loads(arguments) == TOLD_ARGUMENTS


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_without_placeholders_is_passed_on_byte_for_byte(name: str) -> None:
    protocol, make, _ = STREAMS[name]
    raw = make(1000)
    chunks = [raw[at : at + 11] for at in range(0, len(raw), 11)]
    stream = UnmaskedStream(protocol, Placeholders({b"[SSN_000000000000]": b"x"}))
    told = b"".join(_all(stream.feed_in_steps(chunk)) for chunk in chunks) + stream.finish()
    assert told == raw


@pytest.mark.parametrize("name", ["anthropic", "chat", "responses", "gemini"])
def test_each_event_that_comes_goes_on_at_once(name: str) -> None:
    protocol, make, _ = STREAMS[name]
    frames = [frame + b"\n\n" for frame in make(3).split(b"\n\n")[:-1]]
    stream = UnmaskedStream(protocol, Placeholders(VALUES))
    for frame in frames:
        told = _all(stream.feed_in_steps(frame))
        assert told.endswith(b"\n\n")
        assert told.count(b"\n\n") in (1, 2), "at most one more, where a text ends"
    assert stream.finish() == b""


def test_a_broken_stream_says_what_was_held_back_ahead_of_its_error() -> None:
    half = _event({"choices": [{"index": 0, "delta": {"content": "To [EMAIL_01"}}]})
    error = _event({"error": {"message": "broke"}})
    told = _unmasked(ModelProtocol.OPENAI_CHAT, iter([half, b'data: {"cho\n\n', error]))
    first, held, last = _events_in(told.replace(b'data: {"cho\n\n', b""))
    texts = [each["choices"][0]["delta"]["content"] for each in (first, held)]
    assert texts == ["To ", "[EMAIL_01"]
    assert last["error"]


def test_a_whole_answer_is_put_back_with_the_right_escapes() -> None:
    body = json.dumps({"content": SHOWN, "call": {"arguments": ARGUMENTS}, "n": 1.50}).encode()
    told = json.loads(_all(answer_in_steps(body, Placeholders(VALUES))))
    assert told["content"] == TOLD
    assert json.loads(told["call"]["arguments"]) == TOLD_ARGUMENTS
    assert _all(answer_in_steps(b"no json [EMAIL_0123456789ab]", Placeholders(VALUES)))


def test_a_vendor_makes_nobody_wait_with_very_many_digits_or_open_ends() -> None:
    placeholders = Placeholders(VALUES)
    assert placeholders.may_concern(b'"[3f9a"')
    assert placeholders.may_concern(rb'"{\"to\":\"[EMAIL_3f\"')
    # with steps of the length's square this takes hours
    assert not placeholders.may_concern(b'{"a":"[' + b"0" * 2_000_000 + b' "}')
    stream = UnmaskedStream(ModelProtocol.ANTHROPIC, placeholders)
    told = b""
    for index in range(MOST_HELD + 50):
        delta = {"type": "text_delta", "text": "[EMAIL_01"}
        told += _all(
            stream.feed_in_steps(
                _event({"type": "content_block_delta", "index": index, "delta": delta})
            )
        )
    assert told.count(b"[EMAIL_01") == 50
    assert stream.finish().count(b"[EMAIL_01") == MOST_HELD
