"""Gemini's answers and streams become answers and events."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import UpstreamCut, UpstreamError, UpstreamGarbage
from llmgw_desktop.domain.model.answer import (
    Answer,
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
from llmgw_desktop.domain.model.content import (
    CallKind,
    Hosted,
    Image,
    Media,
    Signature,
    Text,
    Thinking,
    ToolCall,
    Vendor,
)
from llmgw_desktop.domain.model.prompt import Tool
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.wire.translate.answer_events import collected
from llmgw_desktop.wire.translate.tools import GEMINI, ToolNames
from tests.wire.streams import split
from tests.wire.translate.gemini.support import (
    CODEC,
    PNG,
    chunk,
    events_of_bytes,
    events_of_stream,
    read_answer,
    text,
    whole,
)

FIGURES = {"promptTokenCount": 9, "candidatesTokenCount": 3, "thoughtsTokenCount": 4}
SEAL = Signature(vendor=Vendor.GOOGLE, data="c2VhbA==")
CALL = {"functionCall": {"id": "c1", "name": "f", "args": {"a": 1}}}

CHUNKS = [
    chunk({"text": "Hm", "thought": True}, usageMetadata={"promptTokenCount": 9}),
    chunk({"text": ", so", "thought": True}, usageMetadata={"promptTokenCount": 9}),
    chunk({"text": "Grüß "}, usageMetadata={"promptTokenCount": 9}),
    chunk({"text": "dich"}),
    chunk({"text": "", "thoughtSignature": SEAL.data}),
    chunk({**CALL, "thoughtSignature": SEAL.data}, CALL),
    chunk({"text": ""}, finish="STOP", usageMetadata=FIGURES),
]
ANSWER = Answer(
    id="r1",
    model="gemini-x",
    items=(
        Thinking(text="Hm, so"),
        Text(text="Grüß dich", signature=SEAL),
        ToolCall(id="c1", name="f", arguments='{"a":1}', signature=SEAL),
        ToolCall(id="c1", name="f", arguments='{"a":1}'),
    ),
    stop=Stop(kind=StopKind.TOOLS, vendor_word="STOP"),
    usage=Usage(input_tokens=9, output_tokens=7, reasoning_tokens=4),
)
SSE = b"".join(b"data: %b\r\n\r\n" % json.dumps(each).encode() for each in CHUNKS)
ARRAY = b"[" + b"\n,\r\n".join(json.dumps(each, indent=1).encode() for each in CHUNKS) + b"\n]"


@pytest.mark.parametrize("stream", [SSE, ARRAY], ids=["events", "array"])
@settings(max_examples=50)
@given(data=st.data())
def test_a_stream_is_the_same_however_it_is_split(stream: bytes, data: st.DataObject) -> None:
    events = events_of_bytes(*data.draw(split(stream)))
    assert collected(events) == ANSWER
    assert events == events_of_bytes(stream)


def test_a_whole_answer_says_what_its_stream_says() -> None:
    parts = [part for each in CHUNKS for part in each["candidates"][0]["content"]["parts"]]
    assert read_answer(whole(*parts, usageMetadata=FIGURES)) == ANSWER


def test_chunks_come_through_as_they_come() -> None:
    reader = CODEC.event_reader(ToolNames())
    assert reader.feed(b"data: %b\n\n" % orjson.dumps(chunk({"text": "a"}))) == [
        AnswerBegun(id="r1", model="gemini-x"),
        ItemBegun(index=0, item=text("")),
        ItemGrew(index=0, more="a"),
    ]
    assert reader.feed(b"data: %b\n\n" % orjson.dumps(chunk({"text": "b"}))) == [
        ItemGrew(index=0, more="b")
    ]


def test_a_call_comes_in_one_piece() -> None:
    events = events_of_stream(chunk(CALL, finish="STOP"))
    called = ToolCall(id="c1", name="f", arguments="")
    assert events[1:4] == [
        ItemBegun(index=0, item=called),
        ItemGrew(index=0, more='{"a":1}'),
        ItemEnded(index=0),
    ]
    assert events[4:] == [AnswerEnded(stop=Stop(kind=StopKind.TOOLS, vendor_word="STOP"))]


def test_a_signature_on_visible_text_is_no_thinking() -> None:
    answer = read_answer(whole({"text": "hi", "thoughtSignature": SEAL.data}))
    assert answer.items == (Text(text="hi", signature=SEAL),)


@pytest.mark.parametrize("before", [{"text": "hm", "thought": True}, {"text": "hm"}])
@pytest.mark.parametrize("alone", [{}, {"text": ""}])
def test_a_signature_alone_belongs_to_what_came_before(
    before: dict[str, Any], alone: dict[str, Any]
) -> None:
    answer = read_answer(whole(before, {**alone, "thoughtSignature": SEAL.data}))
    kind = Thinking if "thought" in before else Text
    assert answer.items == (kind(text="hm", signature=SEAL),)


def test_a_signature_alone_opens_nothing_more_than_it_must() -> None:
    answer = read_answer(whole(CALL, {"text": "", "thoughtSignature": SEAL.data}))
    assert answer.items[1:] == (Text(text="", signature=SEAL),)


def test_text_after_a_signature_is_another_text() -> None:
    answer = read_answer(whole({"text": "a", "thoughtSignature": SEAL.data}, {"text": "b"}))
    assert answer.items == (Text(text="a", signature=SEAL), text("b"))


def test_ids_that_google_did_not_give() -> None:
    bare = {"functionCall": {"name": "f", "args": {}}}
    first = read_answer(whole(bare, bare))
    again = read_answer(whole(bare, bare))
    other = read_answer({**whole(bare, bare), "responseId": "r2"})
    ids = [item.id for item in (*first.items, *other.items) if isinstance(item, ToolCall)]
    assert first == again
    assert len(set(ids)) == 4
    streamed = collected(events_of_stream(chunk(bare), chunk(bare, finish="STOP")))
    assert streamed.items == first.items


def test_ids_without_a_responses_id_differ_from_turn_to_turn() -> None:
    def turn(tokens: int) -> str:
        candidates = whole({"functionCall": {"name": "f"}})["candidates"]
        usage = {"promptTokenCount": tokens}
        (item,) = read_answer({"candidates": candidates, "usageMetadata": usage}).items
        assert isinstance(item, ToolCall)
        return item.id

    assert turn(10) == turn(10) != turn(20)


def test_names_find_back_and_custom_tools_are_unwrapped() -> None:
    tools = (
        Tool(name="run", namespace="mcp"),
        Tool(name="patch", kind=CallKind.CUSTOM),
    )
    names = ToolNames(tools, GEMINI)
    answer = read_answer(
        whole(
            {"functionCall": {"id": "a", "name": "mcp__run"}},
            {"functionCall": {"id": "b", "name": "patch", "args": {"input": "*** x\n"}}},
        ),
        names,
    )
    assert answer.items == (
        ToolCall(id="a", name="run", namespace="mcp", arguments="{}"),
        ToolCall(id="b", name="patch", kind=CallKind.CUSTOM, arguments="*** x\n"),
    )


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("STOP", StopKind.END),
        ("MAX_TOKENS", StopKind.LENGTH),
        ("SAFETY", StopKind.REFUSAL),
        ("RECITATION", StopKind.REFUSAL),
        ("BLOCKLIST", StopKind.REFUSAL),
        ("PROHIBITED_CONTENT", StopKind.REFUSAL),
        ("SPII", StopKind.REFUSAL),
        ("IMAGE_SAFETY", StopKind.REFUSAL),
        ("OTHER", StopKind.END),
        ("SOMETHING_NEW", StopKind.END),
    ],
)
def test_reasons(reason: str, kind: StopKind) -> None:
    stop = read_answer(whole({"text": "x"}, finish=reason)).stop
    assert stop == Stop(kind=kind, vendor_word=reason)


def test_a_call_that_was_cut_by_the_limit_is_no_tool_stop() -> None:
    assert read_answer(whole(CALL, finish="MAX_TOKENS")).stop.kind is StopKind.LENGTH


@pytest.mark.parametrize("reason", ["MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"])
def test_faults_of_the_model_are_no_ends(reason: str) -> None:
    last = chunk(finish=reason)
    last["candidates"][0]["finishMessage"] = "print(default_api"
    events = events_of_stream(chunk({"text": "x"}), last)
    failed = events[-1]
    assert isinstance(failed, AnswerFailed)
    assert (failed.kind, failed.status) == (reason, 502)
    assert "print(default_api" in failed.message
    with pytest.raises(UpstreamError):
        read_answer(last)


def test_a_blocked_prompt_is_a_refusal() -> None:
    blocked = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": FIGURES}
    answer = read_answer(blocked)
    assert answer.items == ()
    assert answer.stop == Stop(kind=StopKind.REFUSAL, vendor_word="PROHIBITED_CONTENT")
    assert collected(events_of_stream(blocked)) == answer


def test_a_reason_with_every_chunk_ends_once_at_the_end() -> None:
    events = events_of_stream(
        *(chunk({"text": word}, finish="STOP") for word in "abc"), chunk(usageMetadata=FIGURES)
    )
    assert collected(events).items == (text("abc"),)
    assert [type(event) for event in events][-2:] == [ItemEnded, AnswerEnded] or isinstance(
        events[-2], UsageTold
    )
    assert sum(isinstance(event, AnswerEnded) for event in events) == 1


@pytest.mark.parametrize("stream", [SSE, ARRAY], ids=["events", "array"])
def test_a_cut_stream_has_no_end(stream: bytes) -> None:
    reasoned = stream.index(b"finishReason")
    for end in [*range(0, reasoned, 97), reasoned]:
        events = events_of_bytes(stream[:end])
        assert not any(isinstance(event, AnswerEnded | AnswerFailed) for event in events)
    with pytest.raises(UpstreamCut):
        collected(events_of_bytes(stream[:reasoned]))


def test_an_array_that_is_not_closed_is_cut() -> None:
    events = events_of_bytes(ARRAY[:-1])
    assert not any(isinstance(event, AnswerEnded) for event in events)


@pytest.mark.parametrize(
    ("error", "failed"),
    [
        (
            {"code": 503, "message": "busy", "status": "UNAVAILABLE"},
            AnswerFailed(message="busy", kind="UNAVAILABLE", status=503),
        ),
        (
            {"message": "slow", "status": "RESOURCE_EXHAUSTED"},
            AnswerFailed(message="slow", kind="RESOURCE_EXHAUSTED", status=429),
        ),
        ("odd", AnswerFailed(message="odd", kind="", status=500)),
    ],
)
def test_errors_in_streams(error: Any, failed: AnswerFailed) -> None:
    told = {"error": error}
    begun = chunk({"text": "x"})
    assert events_of_stream(begun, told, chunk(finish="STOP"))[-1] == failed
    array = json.dumps([begun, told]).encode()
    assert events_of_bytes(array)[-1] == failed
    assert events_of_bytes(json.dumps(told, indent=2).encode()) == [failed]
    with pytest.raises(UpstreamError):
        read_answer(told)


def test_other_candidates_are_left_out() -> None:
    second = {"content": {"parts": [{"text": "no"}]}, "index": 1, "finishReason": "STOP"}
    body = whole({"text": "yes"})
    body["candidates"].insert(0, second)
    assert read_answer(body).items == (text("yes"),)
    events = events_of_stream({"candidates": [second]}, body)
    assert collected(events).items == (text("yes"),)


def test_pictures_and_what_googles_tools_did() -> None:
    code = {"executableCode": {"language": "PYTHON", "code": "1+1"}}
    answer = read_answer(
        whole(
            {"text": "a"},
            code,
            {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}},
            {"inlineData": {"mimeType": "image/png", "data": PNG}},
            {"inlineData": {"mimeType": "image/png", "data": PNG}, "thought": True},
            {"text": "b"},
        )
    )
    assert answer.items == (
        text("a"),
        Hosted(vendor=Vendor.GOOGLE, what="executableCode", raw=code, text="```python\n1+1\n```"),
        Hosted(
            vendor=Vendor.GOOGLE,
            what="codeExecutionResult",
            raw={"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "2"}},
            text="2",
        ),
        Image(media=Media(media_type="image/png", data=PNG)),
        text("b"),
    )


def test_what_real_servers_leave_out_or_add() -> None:
    bodies = [
        {"candidates": [{"finishReason": "STOP"}]},
        {"candidates": [{"content": None, "finishReason": "STOP"}]},
        {"candidates": [{"content": {"role": "model"}, "finishReason": "STOP"}]},
        {"candidates": [{"content": {"parts": None}, "finishReason": "STOP", "new": 1}]},
        {"candidates": [{"content": {"parts": [{}]}, "finishReason": "STOP"}], "error": None},
    ]
    for body in bodies:
        answer = read_answer(body)
        assert (answer.id, answer.model, answer.items) == ("", "", ())


@pytest.mark.parametrize(
    "body",
    [
        {"candidates": {}},
        {"candidates": [7]},
        {"candidates": [{"content": 7}]},
        {"candidates": [{"content": {"parts": {}}}]},
        {"candidates": [{"content": {"parts": [7]}}]},
        {"candidates": [{"content": {"parts": [{"text": 7}]}}]},
        {"candidates": [{"content": {"parts": [{"functionCall": {}}]}}]},
        {"candidates": [{"content": {"parts": [{"functionCall": {"name": "f", "args": []}}]}}]},
    ],
)
def test_garbage_is_called_so(body: dict[str, Any]) -> None:
    with pytest.raises(UpstreamGarbage):
        read_answer(body)
    with pytest.raises(UpstreamGarbage):
        events_of_stream(body)


@pytest.mark.parametrize("stream", [b"<html>no</html>\n\n", b"data: {\n\n", b"data: [1]\n\n"])
def test_streams_of_something_else(stream: bytes) -> None:
    try:
        events = events_of_bytes(stream)
    except UpstreamGarbage:
        return
    assert events == []


def test_an_answer_without_an_end_is_cut() -> None:
    with pytest.raises(UpstreamCut):
        read_answer({})


@given(st.lists(st.binary(max_size=60) | st.sampled_from([SSE[:200], ARRAY[:150]]), max_size=5))
def test_arbitrary_bytes_raise_garbage_alone(pieces: list[bytes]) -> None:
    try:
        events = events_of_bytes(*pieces)
    except UpstreamGarbage:
        return
    assert not any(isinstance(event, AnswerEnded) for event in events)
