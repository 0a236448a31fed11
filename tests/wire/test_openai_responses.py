"""OpenAI Responses: what is read of requests, answers and streams, and what is written."""

from __future__ import annotations

import json
from typing import Any

import httpx2
import openai
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import MalformedRequest, UpstreamGarbage
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.json_edits import read_request
from llmgw_desktop.wire.openai_responses import (
    ResponsesStreamReader,
    read_answer,
    stream_error,
)
from tests.wire.streams import noisy, split

FIGURES = {
    "input_tokens": 2317,
    "input_tokens_details": {"cached_tokens": 2000, "cache_write_tokens": 5},
    "output_tokens": 9,
    "output_tokens_details": {"reasoning_tokens": 4},
    "total_tokens": 2326,
}
FULL = Usage(
    input_tokens=2317,
    output_tokens=9,
    cache_read_tokens=2000,
    cache_write_tokens=5,
    reasoning_tokens=4,
)


def event(kind: str, **members: Any) -> bytes:
    data = json.dumps({"type": kind, **members}, separators=(",", ":"))
    return f"event: {kind}\ndata: {data}\n\n".encode()


def response(status: str, **members: Any) -> dict[str, Any]:
    return {"id": "resp_1", "object": "response", "status": status, "model": "gpt-x", **members}


CREATED = event("response.created", response=response("in_progress", usage=None, error=None))
DELTA = event(
    "response.output_text.delta", delta='say "error" and response.completed', output_index=0
)
COMPLETED = event("response.completed", response=response("completed", usage=FIGURES, output=[]))
STREAM = [CREATED, DELTA, DELTA, COMPLETED]


def read(*chunks: bytes) -> ResponsesStreamReader:
    reader = ResponsesStreamReader()
    for piece in chunks:
        reader.feed(piece)
    return reader


def facts(reader: ResponsesStreamReader) -> tuple[object, ...]:
    return (
        reader.usage,
        reader.stop_reason,
        reader.model,
        reader.is_complete,
        reader.has_finish,
        reader.error_text,
        reader.tail,
    )


def test_a_request_is_read() -> None:
    body = b'{"model":"gpt-x","input":"hi","stream":true,"future":{"a":[1]}}'
    assert read_request(body) == (orjson.loads(body), "gpt-x", True)
    assert read_request(b'{"model":"m"}')[2] is False
    assert read_request(b'{"model":"m","stream":null}')[2] is False


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"{}", "model"),
        (b'{"model":7}', "model"),
        (b'{"model":"m","stream":"true"}', "stream"),
        (b'{"model":"cheap","mod\\u0065l":"dear"}', "model"),
        (b"17", ""),
    ],
)
def test_wrong_types_are_refused_with_their_path(body: bytes, path: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        read_request(body)
    assert caught.value.path == path


def test_a_stream_is_read() -> None:
    reader = read(*STREAM)
    assert facts(reader) == (FULL, "completed", "gpt-x", True, True, None, b"")


def test_an_incomplete_answer_is_an_end() -> None:
    told = response("incomplete", incomplete_details={"reason": "max_output_tokens"})
    reader = read(CREATED, DELTA, event("response.incomplete", response=told))
    assert (reader.stop_reason, reader.is_complete) == ("max_output_tokens", True)


def test_a_stream_without_its_last_event_is_not_complete() -> None:
    reader = read(CREATED, DELTA)
    reader.finish()
    assert (reader.is_complete, reader.has_finish, reader.model) == (False, False, "gpt-x")


def test_the_last_frame_counts_without_its_blank_line() -> None:
    reader = read(CREATED, COMPLETED[:-2])
    assert not reader.is_complete
    reader.finish()
    assert reader.is_complete


@pytest.mark.parametrize("kind", ["completed", "incomplete"])
def test_a_last_frame_that_is_torn_is_no_end(kind: str) -> None:
    last = COMPLETED.replace(b"response.completed", b"response.%b" % kind.encode())
    reader = read(CREATED, DELTA, last[:-20])
    reader.finish()
    assert not reader.is_complete
    assert reader.stop_reason is None
    assert reader.usage == UNKNOWN_USAGE


def test_a_last_event_of_megabytes_is_read() -> None:
    output = [{"type": "message", "content": [{"type": "output_text", "text": "A" * 3_000_000}]}]
    told = response("completed", usage=FIGURES, output=output)
    frame = event("response.completed", response=told)
    pieces = [frame[start : start + 65_536] for start in range(0, len(frame), 65_536)]
    assert facts(read(CREATED, *pieces))[:4] == (FULL, "completed", "gpt-x", True)


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (
            event(
                "response.failed",
                response=response("failed", error={"code": "server_error", "message": "Oh."}),
            ),
            "server_error: Oh.",
        ),
        (event("error", code="rate_limit_exceeded", message="Slow."), "rate_limit_exceeded: Slow."),
        (event("error", error={"type": "invalid", "message": "No."}), "invalid: No."),
        (b'data: {"error":{"message":"Bare."}}\n\n', "Bare."),
        (b"event: error\ndata: plain words\n\n", "plain words"),
    ],
)
def test_errors_inside_a_stream_are_told(frame: bytes, text: str) -> None:
    reader = read(CREATED, DELTA, frame)
    assert (reader.error_text, reader.is_complete) == (text, False)


def test_an_answer_is_read() -> None:
    body = orjson.dumps(response("completed", usage=FIGURES, error=None, output=[]))
    told = read_answer(body)
    assert (told.usage, told.stop_reason, told.model) == (FULL, "completed", "gpt-x")
    assert told.error_text is None
    failed = read_answer(orjson.dumps(response("failed", error={"code": "x", "message": "y"})))
    assert failed.error_text == "x: y"
    with pytest.raises(UpstreamGarbage):
        read_answer(b"<html>")


@given(data=st.data())
def test_any_split_gives_the_same_facts(data: st.DataObject) -> None:
    pieces = data.draw(split(b"".join(STREAM)))
    assert facts(read(*pieces)) == facts(read(*STREAM))


@given(data=st.data())
def test_noise_never_raises(data: st.DataObject) -> None:
    reader = read(*data.draw(noisy(STREAM)))
    reader.finish()
    assert isinstance(reader.usage, Usage)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_never_raise(noise: bytes) -> None:
    reader = read(noise)
    reader.finish()
    assert reader.usage == UNKNOWN_USAGE


@pytest.mark.parametrize("tail", [b"", b"event: response.output_te", b"event: x\n"])
def test_the_sdk_raises_for_a_stream_that_broke(tail: bytes) -> None:
    frame = stream_error("The provider broke off.", "upstream_cut", tail=tail)

    def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(
            200,
            headers={"content-type": "text/event-stream"},
            content=CREATED + DELTA + tail + frame,
        )

    client = openai.OpenAI(
        api_key="k",
        base_url="http://127.0.0.1:1/v1",
        max_retries=0,
        http_client=httpx2.Client(transport=httpx2.MockTransport(answer)),
    )
    with (
        pytest.raises(openai.APIError, match="broke off"),
        client.responses.create(model="m", input="x", stream=True) as stream,
    ):
        list(stream)
    client.close()


def test_half_json_is_closed_before_the_error() -> None:
    tail = b'event: response.output_text.delta\ndata: {"type":"resp'
    frames = (tail + stream_error("Gone.", "upstream_cut", tail=tail)).split(b"\n\n")
    assert frames[0] == tail
    assert frames[1].startswith(b"event: error\ndata: {")


@given(data=st.data())
def test_the_next_number_follows_the_last_whole_event(data: st.DataObject) -> None:
    frames = [
        event("response.output_text.delta", sequence_number=number, delta='"sequence_number":9,')
        for number in range(3, 13)
    ]
    kept = data.draw(st.integers(0, 9))
    torn = frames[kept][: data.draw(st.integers(0, len(frames[kept]) - 2))]
    reader = read(*data.draw(split(b"".join(frames[:kept]) + torn)))
    assert reader.next_number == (kept + 3 if kept else 0)
