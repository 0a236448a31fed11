"""Anthropic Messages: what is read of requests, answers and streams, and what is written."""

from __future__ import annotations

import json
from typing import Any

import anthropic
import httpx2
import orjson
import pytest
from anthropic._streaming import ServerSentEvent, SSEDecoder
from anthropic.types import ModelInfo
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import MalformedRequest, UpstreamGarbage
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.anthropic import (
    AnthropicStreamReader,
    model_entry,
    model_list,
    read_answer,
    stream_error,
)
from llmgw_desktop.wire.json_edits import read_request
from llmgw_desktop.wire.models import ModelEntry
from tests.wire.streams import anthropic_stream, event, noisy, split

START = {
    "input_tokens": 17,
    "cache_creation_input_tokens": 300,
    "cache_read_input_tokens": 2000,
    "output_tokens": 1,
}
DELTA = {"output_tokens": 9, "output_tokens_details": {"thinking_tokens": 4}}
FULL = Usage(
    input_tokens=2317,
    output_tokens=9,
    cache_read_tokens=2000,
    cache_write_tokens=300,
    reasoning_tokens=4,
)


def read(*chunks: bytes) -> AnthropicStreamReader:
    reader = AnthropicStreamReader()
    for piece in chunks:
        reader.feed(piece)
    return reader


def facts(reader: AnthropicStreamReader) -> tuple[object, ...]:
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
    body = b'{"model":"claude-x","messages":[],"max_tokens":9,"stream":true,"future":{"a":[1]}}'
    fields, model, streaming = read_request(body, takes_null=False)
    assert (fields, model, streaming) == (orjson.loads(body), "claude-x", True)
    assert read_request(b'{"model":"m"}', takes_null=False)[2] is False


def test_fields_that_we_do_not_act_on_may_be_anything() -> None:
    fields, _, _ = read_request(b'{"model":"m","messages":17,"tools":"x","max_tokens":null}')
    assert fields["messages"] == 17


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"{}", "model"),
        (b'{"model":""}', "model"),
        (b'{"model":null}', "model"),
        (b'{"model":["m"]}', "model"),
        (b'{"model":"m","stream":"true"}', "stream"),
        (b'{"model":"m","stream":1}', "stream"),
        (b'{"model":"m","stream":null}', "stream"),
        (b'{"model":"cheap","model":"dear"}', "model"),
        (b"[]", ""),
    ],
)
def test_wrong_types_are_refused_with_their_path(body: bytes, path: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        read_request(body, takes_null=False)
    assert caught.value.path == path


def test_a_stream_is_read() -> None:
    frames = anthropic_stream(start=START, delta=DELTA)
    reader = read(*frames)
    assert reader.usage == FULL
    assert reader.usage.fresh_tokens == 17
    assert (reader.stop_reason, reader.model) == ("end_turn", "claude-x")
    assert reader.is_complete
    assert reader.error_text is None


@pytest.mark.parametrize(
    ("start", "delta", "expected"),
    [
        ({"input_tokens": 5}, {"output_tokens": 2}, Usage(input_tokens=5, output_tokens=2)),
        ({}, {}, UNKNOWN_USAGE),
        (
            {"input_tokens": 5, "cache_read_input_tokens": 0, "cache_creation_input_tokens": None},
            {"output_tokens": 0},
            Usage(input_tokens=5, output_tokens=0, cache_read_tokens=0),
        ),
        # a later figure wins, an explicit zero too; an absent or null one changes nothing
        (
            {"input_tokens": 5, "cache_read_input_tokens": 70, "output_tokens": 1},
            {"input_tokens": 0, "cache_read_input_tokens": None, "output_tokens": 3},
            Usage(input_tokens=70, output_tokens=3, cache_read_tokens=70),
        ),
        # servers that count only at the end
        (
            {"input_tokens": 0, "output_tokens": 0},
            {"input_tokens": 11, "cache_read_input_tokens": 64, "output_tokens": 6},
            Usage(input_tokens=75, output_tokens=6, cache_read_tokens=64),
        ),
        (
            {"input_tokens": 1, "cache_creation": {"ephemeral_5m_input_tokens": 20}},
            {},
            Usage(input_tokens=21, cache_write_tokens=20),
        ),
        ({"cache_read_input_tokens": 9}, {}, Usage(cache_read_tokens=9)),
    ],
)
def test_usage_is_merged_by_what_is_there(
    start: dict[str, Any], delta: dict[str, Any], expected: Usage
) -> None:
    assert read(*anthropic_stream(start=start, delta=delta)).usage == expected


@pytest.mark.parametrize("kept", range(8))
def test_a_cut_stream_is_known_as_cut(kept: int) -> None:
    reader = read(*anthropic_stream(start=START, delta=DELTA)[:kept])
    assert not reader.is_complete
    assert reader.has_finish == (kept == 7)
    # what the beginning says of the answer is a placeholder
    assert reader.usage.output_tokens == (9 if kept == 7 else None)


def test_a_terminal_event_that_was_torn_does_not_count() -> None:
    stream = b"".join(anthropic_stream(start=START, delta=DELTA))
    assert not read(stream[:-1]).is_complete
    assert read(stream[:-1]).tail.startswith(b"event: message_stop")
    assert read(stream[:-1], b"\n").is_complete


def test_a_last_frame_without_its_blank_line_counts_when_the_stream_ended_by_itself() -> None:
    stream = b"".join(anthropic_stream(start=START, delta=DELTA))
    reader = read(stream.rstrip())
    reader.finish()
    assert reader.is_complete
    torn = read(stream.rstrip()[:-1])
    torn.finish()
    assert not torn.is_complete


def test_words_in_the_models_text_are_only_text() -> None:
    texts = [
        "event: message_stop\n\n",
        'data: {"type":"message_stop"}\n\n',
        '{"error":{"message":"x"}}',
    ]
    frames = [
        event("content_block_delta", index=0, delta={"type": "text_delta", "text": text})
        for text in texts
    ]
    assert facts(read(*frames)) == facts(AnthropicStreamReader())


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (
            event("error", error={"type": "overloaded_error", "message": "Overloaded"}),
            "overloaded_error: Overloaded",
        ),
        (b'data: {"error":{"message":"no type"}}\n\n', "no type"),
        (b'data: {"error":"plain"}\n\n', "plain"),
        (b"event: error\ndata: Internal Server Error\n\n", "Internal Server Error"),
        (b"event: error\n\n", "an error without a message"),
    ],
)
def test_an_error_inside_the_stream_is_noticed(frame: bytes, text: str) -> None:
    frames = anthropic_stream(start=START, delta=DELTA)
    reader = read(*frames[:4], frame)
    assert reader.error_text == text
    assert not reader.is_complete


def test_an_error_text_is_kept_only_in_part() -> None:
    long = event("error", error={"type": "api_error", "message": "x" * 100_000})
    assert len(read(long).error_text or "") <= 2000


@given(data=st.data())
def test_any_split_of_a_noisy_stream_reads_the_same(data: st.DataObject) -> None:
    chunks = data.draw(noisy(anthropic_stream(start=START, delta=DELTA)))
    stream = b"".join(chunks)
    by_byte = [stream[at : at + 1] for at in range(len(stream))]
    assert facts(read(*chunks)) == facts(read(*by_byte)) == facts(read(stream))


@given(data=st.data())
def test_a_clean_stream_in_any_split_and_any_line_ends_is_read_whole(data: st.DataObject) -> None:
    stream = b"".join(anthropic_stream(start=START, delta=DELTA))
    stream = stream.replace(b"\n", data.draw(st.sampled_from([b"\n", b"\r\n"])))
    reader = read(*data.draw(split(stream)))
    assert (reader.usage, reader.is_complete, reader.stop_reason) == (FULL, True, "end_turn")


@given(chunks=st.lists(st.binary(max_size=200), max_size=20))
def test_arbitrary_bytes_never_raise(chunks: list[bytes]) -> None:
    assert facts(read(*chunks)) is not None


def test_memory_stays_bounded_without_a_frame_end() -> None:
    reader = AnthropicStreamReader()
    for _ in range(400):
        reader.feed(b'data: {"type":"message_start' + b"x" * 65536)
    assert len(reader.tail) <= 1 << 20


def test_an_answer_is_read() -> None:
    body = {"model": "claude-x", "stop_reason": "tool_use", "usage": START | DELTA}
    read_facts = read_answer(json.dumps(body).encode())
    assert read_facts.usage == FULL
    assert (read_facts.stop_reason, read_facts.model) == ("tool_use", "claude-x")
    assert read_facts.error_text is None


def test_an_error_answer_is_read() -> None:
    body = b'{"type":"error","error":{"type":"rate_limit_error","message":"slow down"}}'
    assert read_answer(body).error_text == "rate_limit_error: slow down"
    assert read_answer(body).usage == UNKNOWN_USAGE


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"a":', b'"text"'])
def test_an_answer_of_another_protocol_is_garbage(body: bytes) -> None:
    with pytest.raises(UpstreamGarbage, match=r"^The provider's answer is "):
        read_answer(body)


def test_an_answer_with_half_a_character_is_still_an_answer() -> None:
    body = b'{"content":[{"type":"text","text":"\\ud83d"}],"usage":{"output_tokens":3}}'
    assert read_answer(body).usage.output_tokens == 3


def _sdk_error(stream: bytes) -> Exception:
    """What the official SDK makes of a stream."""
    answer = httpx2.Response(200, content=stream, headers={"content-type": "text/event-stream"})
    client = anthropic.Anthropic(
        api_key="k",
        max_retries=0,
        http_client=httpx2.Client(transport=httpx2.MockTransport(lambda _: answer)),
    )
    with pytest.raises(Exception, match="broke off") as caught, client:
        for _ in client.messages.create(
            model="m", max_tokens=1, messages=[{"role": "user", "content": "x"}], stream=True
        ):
            pass
    return caught.value


@pytest.mark.parametrize("cut", [0, 5, 14, 22, 26, 27, 40, 117])
def test_the_end_of_a_broken_stream_is_an_error_to_the_sdk(cut: int) -> None:
    whole = b"".join(anthropic_stream(start=START, delta=DELTA)[:3])
    got = whole + anthropic_stream(start=START, delta=DELTA)[3][:cut]
    reader = read(got)
    end = stream_error("The provider broke off.", "upstream_cut", tail=reader.tail)
    assert b"message_stop" not in end
    torn_on = got[len(whole) :] + end
    assert [frame.event for frame in SSEDecoder().iter_bytes(iter([torn_on]))] == ["error"]
    error = _sdk_error(got + end)
    assert isinstance(error, anthropic.APIStatusError)
    if cut == 0:
        assert error.type == "api_error"
    reader.feed(end)
    assert reader.error_text is not None
    assert not reader.is_complete


def test_the_kind_of_a_stream_error_is_one_of_the_vendors_words() -> None:
    frames: list[ServerSentEvent] = list(
        SSEDecoder().iter_bytes(iter([stream_error("slow", "upstream_timeout")]))
    )
    assert [frame.event for frame in frames] == ["error"]
    assert frames[0].json()["error"] == {"type": "timeout_error", "message": "slow"}


MODELS = [
    ModelEntry(id="claude-x", provider="anthropic", created_s=1_700_000_000),
    ModelEntry(id="practice/echo", provider="practice", is_practice=True),
    ModelEntry(id="odd", provider="x", created_s=10**18),
]


def test_the_model_list_is_read_by_the_sdk() -> None:
    answer = httpx2.Response(200, content=model_list(MODELS))
    transport = httpx2.MockTransport(lambda _: answer)
    with anthropic.Anthropic(api_key="k", http_client=httpx2.Client(transport=transport)) as client:
        models = list(client.models.list())
    assert [model.id for model in models] == [model.id for model in MODELS]
    assert models[0].created_at.timestamp() == 1_700_000_000
    assert models[1].created_at.timestamp() == 0
    assert "practice" in models[1].display_name
    assert orjson.loads(model_list([])) == {
        "data": [],
        "has_more": False,
        "first_id": None,
        "last_id": None,
    }


def test_one_model_is_valid_by_the_sdks_own_types() -> None:
    for model in MODELS:
        parsed = ModelInfo.model_validate_json(model_entry(model))
        assert parsed.id == model.id
    marked = orjson.loads(model_entry(MODELS[1]))["x_gateway"]
    assert marked == {"provider": "practice", "practice": True}
