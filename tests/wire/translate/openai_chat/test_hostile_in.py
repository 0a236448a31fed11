"""Answers from outside are hostile: only garbage is complained of, and splits do not matter."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import UpstreamGarbage
from llmgw_desktop.domain.model.content import RedactedThinking
from llmgw_desktop.wire.translate.openai_chat.events_in import read_answer
from tests.wire.streams import DONE, chunk, noisy, split
from tests.wire.translate.openai_chat.support import (
    NO_NAMES,
    answered,
    call_delta,
    delta,
    events_in,
    whole,
)

MEMBERS = [
    "content",
    "tool_calls",
    "function",
    "name",
    "arguments",
    "index",
    "id",
    "reasoning",
    "reasoning_details",
    "type",
    "text",
    "images",
    "image_url",
    "url",
    "audio",
    "data",
    "annotations",
    "url_citation",
    "start_index",
    "refusal",
    "function_call",
    "custom",
]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices":[]}',
        b'{"choices":{}}',
        b'{"error":{"message":"x"}}',
        whole({"content": 5}),
        whole({"tool_calls": [{"function": {"name": "f", "arguments": [1]}}]}),
        whole({"audio": {"data": "@@@"}}),
    ],
)
def test_what_is_no_answer_is_garbage(body: bytes) -> None:
    with pytest.raises(UpstreamGarbage):
        read_answer(body, NO_NAMES)


@pytest.mark.parametrize("frame", [b"data: <html>\n\n", b"data: [1]\n\n", b"data: \xff\n\n"])
def test_what_is_no_chunk_is_garbage(frame: bytes) -> None:
    with pytest.raises(UpstreamGarbage):
        events_in(frame)


MIXED = [
    delta(role="assistant", content="", reasoning="hm"),
    delta(reasoning_details=[{"type": "reasoning.text", "text": "m", "signature": "s"}]),
    delta(content="Grüße"),
    call_delta(0, id="a", function={"name": "f", "arguments": '{"x":'}),
    call_delta(1, id="b", function={"name": "g", "arguments": "{}"}),
    call_delta(0, function={"arguments": "1}"}),
    delta(finish="tool_calls"),
    DONE,
]


@given(split(b"".join(MIXED)), st.sampled_from([b"\n", b"\r\n"]))
def test_any_split_gives_the_same_events(pieces: list[bytes], line_end: bytes) -> None:
    assert events_in(*pieces) == events_in(*MIXED)
    stream = b"".join(MIXED).replace(b"\n", line_end)
    assert events_in(stream) == events_in(*MIXED)


@given(st.lists(st.binary(max_size=40), max_size=6) | noisy(MIXED))
def test_whatever_comes_only_garbage_is_complained_of(pieces: list[bytes]) -> None:
    try:
        events_in(*pieces)
    except UpstreamGarbage:
        return


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False)
    | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(MEMBERS),
            inner,
            max_size=5,
        )
    ),
    max_leaves=25,
)


@given(st.lists(JSON, max_size=4), st.booleans())
def test_whatever_a_chunk_holds_only_garbage_is_complained_of(
    deltas: list[Any], is_whole: bool
) -> None:
    try:
        if is_whole:
            for each in deltas:
                message = {"role": "assistant", **(each if isinstance(each, dict) else {"x": each})}
                read_answer(whole(message), NO_NAMES)
        else:
            frames = [
                chunk({"id": "x", "choices": [{"index": 0, "delta": each}]}) for each in deltas
            ]
            answered(*frames, delta(finish="stop"))
    except UpstreamGarbage:
        return


def test_what_is_nested_too_deeply_is_garbage_or_left_out() -> None:
    body = b'{"choices":[{"message":{%b:[{"type":"reasoning.encrypted","data":"d","a":%b}]}}]}'
    nested = b'{"a":' * 300 + b"1" + b"}" * 300
    (item,) = read_answer(body % (b'"reasoning_details"', nested), NO_NAMES).items
    assert isinstance(item, RedactedThinking)
    call = b'{"choices":[{"message":{"tool_calls":[{"function":{"name":"f","arguments":%b}}]}}]}'
    with pytest.raises(UpstreamGarbage):
        read_answer(call % nested, NO_NAMES)
