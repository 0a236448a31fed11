"""Answers of servers that speak Chat Completions, streamed and whole: frames, ends, usage."""

from __future__ import annotations

from typing import Any

import pytest

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamError
from llmgw_desktop.domain.model.answer import (
    AnswerBegun,
    AnswerEnded,
    AnswerFailed,
    ItemBegun,
    ItemEnded,
    ItemGrew,
    Stop,
    StopKind,
    UsageTold,
)
from llmgw_desktop.domain.model.content import Text
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.openai_chat.events_in import ChatEventReader, read_answer
from tests.wire.streams import DONE, chunk
from tests.wire.translate.openai_chat.support import (
    NO_NAMES,
    answered,
    call_delta,
    delta,
    events_in,
    whole,
)

USAGE = {
    "prompt_tokens": 20,
    "completion_tokens": 9,
    "total_tokens": 29,
    "prompt_tokens_details": {"cached_tokens": 8},
    "completion_tokens_details": {"reasoning_tokens": 4},
}
USED = Usage(input_tokens=20, output_tokens=9, cache_read_tokens=8, reasoning_tokens=4)
USAGE_CHUNK = chunk({"id": "chatcmpl-9", "model": "gpt-x", "choices": [], "usage": USAGE})
TEXT = [
    delta(role="assistant", content=""),
    delta(content="Hel"),
    delta(content="lo"),
    delta(finish="stop"),
    USAGE_CHUNK,
    DONE,
]


def test_a_stream_of_text_is_told_as_it_comes() -> None:
    reader = ChatEventReader(NO_NAMES)
    told = [reader.feed(frame) for frame in TEXT]
    assert told == [
        [AnswerBegun(id="chatcmpl-9", model="gpt-x", created_s=5)],
        [ItemBegun(index=0, item=Text(text="")), ItemGrew(index=0, more="Hel")],
        [ItemGrew(index=0, more="lo")],
        [ItemEnded(index=0)],
        [UsageTold(usage=USED)],
        [AnswerEnded(stop=Stop(kind=StopKind.END, vendor_word="stop"))],
    ]
    assert reader.finish() == []


def test_a_whole_answer_is_the_same_as_its_stream() -> None:
    assert read_answer(whole({"content": "Hello"}, usage=USAGE), NO_NAMES) == answered(*TEXT)


@pytest.mark.parametrize(
    "frames",
    [
        [delta(content="a")],
        [delta(content="a"), DONE],
        [delta(content="a"), delta(finish=None), b"data: {"],
        [delta(content="a"), delta(finish="stop"), b'data: {"id":'],
        [],
    ],
)
def test_an_end_that_is_missing_is_not_invented(frames: list[bytes]) -> None:
    assert not [event for event in events_in(*frames) if isinstance(event, AnswerEnded)]
    with pytest.raises(UpstreamCut):
        answered(*frames)


def test_a_stream_that_closes_after_its_reason_to_stop_has_ended() -> None:
    answer = answered(delta(content="a"), delta(finish="length"))
    assert answer.stop.kind is StopKind.LENGTH
    assert answered(delta(content="a"), delta(finish="stop"), b"data: [DONE]").items


def test_the_last_frame_needs_no_blank_line_and_no_space() -> None:
    frame = delta(content="a", finish="stop").replace(b"data: ", b"data:").rstrip()
    assert answered(frame).items == (Text(text="a"),)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("stop", StopKind.END),
        ("length", StopKind.LENGTH),
        ("max_tokens", StopKind.LENGTH),
        ("model_length", StopKind.CONTEXT),
        ("content_filter", StopKind.REFUSAL),
        ("eos", StopKind.END),
        ("tool_calls", StopKind.END),
    ],
)
def test_reasons_to_stop(word: str, kind: StopKind) -> None:
    assert answered(delta(content="a", finish=word)).stop == Stop(kind=kind, vendor_word=word)


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("stop", StopKind.TOOLS),
        ("tool_calls", StopKind.TOOLS),
        ("length", StopKind.LENGTH),
        ("content_filter", StopKind.REFUSAL),
    ],
)
def test_reasons_to_stop_with_calls(word: str, kind: StopKind) -> None:
    call = call_delta(0, id="a", function={"name": "f", "arguments": "{}"})
    assert answered(call, delta(finish=word)).stop.kind is kind


def test_the_stop_sequence_where_a_server_tells_it() -> None:
    choice = {"index": 0, "delta": {}, "finish_reason": "stop", "stop_reason": "END"}
    stop = answered(delta(content="a"), chunk({"id": "x", "choices": [choice]})).stop
    assert (stop.kind, stop.sequence) == (StopKind.STOP_SEQUENCE, "END")


@pytest.mark.parametrize(
    "frames",
    [
        [delta(content="a"), delta(finish="stop"), USAGE_CHUNK, DONE],
        [delta(content="a"), USAGE_CHUNK, delta(finish="stop"), DONE],
        [
            delta(content="a"),
            chunk(
                {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop", "usage": USAGE}]}
            ),
            DONE,
        ],
        [
            delta(content="a"),
            chunk({"choices": [], "x_groq": {"usage": USAGE}}),
            delta(finish="stop"),
        ],
        [USAGE_CHUNK, delta(content="a"), USAGE_CHUNK, delta(finish="stop"), USAGE_CHUNK],
    ],
)
def test_usage_is_found_wherever_it_stands(frames: list[bytes]) -> None:
    events = events_in(*frames)
    assert [event for event in events if isinstance(event, UsageTold)] == [UsageTold(usage=USED)]
    assert isinstance(events[0], AnswerBegun)
    assert isinstance(events[-1], AnswerEnded)


def test_what_comes_after_the_end_is_nothing_but_usage() -> None:
    reader = ChatEventReader(NO_NAMES)
    reader.feed(delta(content="a", finish="stop") + DONE)
    late = reader.feed(delta(content="b") + b'data: {"usage"\n\n' + USAGE_CHUNK)
    assert late == [UsageTold(usage=USED)]
    assert reader.finish() == []


@pytest.mark.parametrize(
    ("payload", "failure"),
    [
        (
            {"error": {"message": "no", "type": "overloaded_error", "code": 529}},
            AnswerFailed(message="no", kind="overloaded_error", status=529),
        ),
        (
            {
                "id": "x",
                "error": {"code": "server_error", "message": "gone"},
                "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": "error"}],
            },
            AnswerFailed(message="gone", kind="server_error"),
        ),
        ({"error": "plain"}, AnswerFailed(message="plain")),
        (
            {"object": "error", "message": "old", "type": "BadRequest", "code": 400},
            AnswerFailed(message="old", kind="BadRequest", status=400),
        ),
    ],
)
def test_an_error_chunk_is_a_failure(payload: dict[str, Any], failure: AnswerFailed) -> None:
    events = events_in(delta(content="a"), chunk(payload), delta(content="b"), DONE)
    assert events[-1] == failure
    with pytest.raises(UpstreamError, match=failure.message):
        answered(delta(content="a"), chunk(payload))


def test_a_reason_to_stop_may_be_a_failure() -> None:
    events = events_in(delta(content="a"), delta(finish="insufficient_system_resource"), DONE)
    assert isinstance(events[-1], AnswerFailed)
    with pytest.raises(UpstreamError):
        read_answer(whole({"content": "a"}, "error"), NO_NAMES)


def test_an_error_that_is_null_is_none() -> None:
    frame = chunk({"id": "x", "error": None, "choices": [{"delta": {"content": "a"}}]})
    assert answered(frame, delta(finish="stop")).items == (Text(text="a"),)


def test_only_the_first_of_several_choices_is_read() -> None:
    def choices(*texts: str) -> bytes:
        listed = [{"index": n, "delta": {"content": t}} for n, t in reversed([*enumerate(texts)])]
        return chunk({"id": "x", "model": "m", "choices": listed})

    other = chunk({"id": "x", "choices": [{"index": 1, "delta": {}, "finish_reason": "length"}]})
    answer = answered(choices("a", "x"), other, choices("b", "y"), delta(finish="stop"))
    assert answer.items == (Text(text="ab"),)
    assert answer.stop.kind is StopKind.END


def test_an_empty_first_chunk_does_not_name_the_answer() -> None:
    first = chunk({"id": "", "model": "", "created": 0, "choices": [], "prompt_filter_results": []})
    assert answered(first, *TEXT).id == "chatcmpl-9"


def test_a_whole_answer_in_the_place_of_a_stream_and_the_reverse() -> None:
    body = whole({"content": "Hello"}, usage=USAGE)
    reader = ChatEventReader(NO_NAMES)
    events = [*reader.feed(body[:9]), *reader.feed(body[9:]), *reader.finish()]
    assert isinstance(events[-1], AnswerEnded)
    assert answered(b"\n", body) == answered(*TEXT)
    assert read_answer(b": hi\n\n" + b"".join(TEXT), NO_NAMES) == answered(*TEXT)


def test_comments_and_empty_events_are_nothing() -> None:
    frames = [b": OPENROUTER PROCESSING\n\n", b"data:\n\n", b"event: ping\n\n", *TEXT]
    assert answered(*frames) == answered(*TEXT)
