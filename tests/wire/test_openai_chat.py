"""OpenAI Chat Completions: what is read of requests, answers and streams, and what is written."""

from __future__ import annotations

from typing import Any

import httpx2
import openai
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types import Model

from llmgw_desktop.domain.errors import MalformedRequest, UpstreamGarbage
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Figure, Provenance, Usage
from llmgw_desktop.wire.json_edits import read_request
from llmgw_desktop.wire.models import ModelEntry
from llmgw_desktop.wire.openai_chat import (
    ChatStreamReader,
    UsageChunkFilter,
    asks_for_usage,
    model_entry,
    model_list,
    read_answer,
    stream_error,
    with_stream_usage,
)
from tests.wire.streams import DONE, chunk, noisy, openai_chunk, split

pytestmark = pytest.mark.daily

FIGURES = {
    "prompt_tokens": 2317,
    "completion_tokens": 9,
    "total_tokens": 2326,
    "prompt_tokens_details": {"cached_tokens": 2000},
    "completion_tokens_details": {"reasoning_tokens": 4},
}
FULL = Usage(input_tokens=2317, output_tokens=9, cache_read_tokens=2000, reasoning_tokens=4)
USAGE_CHUNK = chunk({"id": "1", "model": "gpt-x", "choices": [], "usage": FIGURES})
STREAM = [
    openai_chunk("", usage=None),
    openai_chunk('say "usage" and "error" and [DONE]', usage=None),
    openai_chunk(finish="stop", usage=None),
    USAGE_CHUNK,
    DONE,
]


def read(*chunks: bytes) -> ChatStreamReader:
    reader = ChatStreamReader()
    for piece in chunks:
        reader.feed(piece)
    return reader


def facts(reader: ChatStreamReader) -> tuple[object, ...]:
    return (
        reader.usage,
        reader.stop_reason,
        reader.model,
        reader.is_complete,
        reader.has_finish,
        reader.error_text,
        reader.tail,
    )


def filtered(*chunks: bytes) -> bytes:
    usage_filter = UsageChunkFilter()
    return b"".join(usage_filter.feed(piece) for piece in chunks) + usage_filter.flush()


def test_a_request_is_read() -> None:
    body = b'{"model":"gpt-x","messages":[],"stream":true,"future":{"a":[1]}}'
    assert read_request(body) == (orjson.loads(body), "gpt-x", True)
    assert read_request(b'{"model":"m"}')[2] is False
    assert read_request(b'{"model":"m","stream":null}')[2] is False


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"{}", "model"),
        (b'{"model":""}', "model"),
        (b'{"model":7}', "model"),
        (b'{"model":"m","stream":"true"}', "stream"),
        (b'{"model":"m","stream":0}', "stream"),
        (b'{"model":"cheap","mod\\u0065l":"dear"}', "model"),
        (b"17", ""),
    ],
)
def test_wrong_types_are_refused_with_their_path(body: bytes, path: str) -> None:
    with pytest.raises(MalformedRequest) as caught:
        read_request(body)
    assert caught.value.path == path


@pytest.mark.parametrize(
    ("body", "asks", "edited"),
    [
        (b'{"model":"m"}', False, b'{"model":"m","stream_options":{"include_usage":true}}'),
        (b'{"stream_options":null}', False, b'{"stream_options":{"include_usage":true}}'),
        (b'{"stream_options":{} }', False, b'{"stream_options":{"include_usage":true} }'),
        (
            b'{"stream_options":{"include_obfuscation": false},"a":1}',
            False,
            b'{"stream_options":{"include_obfuscation": false,"include_usage":true},"a":1}',
        ),
        (
            b'{"stream_options":{"include_usage":false,"b":1e2}}',
            False,
            b'{"stream_options":{"include_usage":true,"b":1e2}}',
        ),
        (b'{"stream_options":"x"}', False, b'{"stream_options":"x"}'),
        (
            b'{"stream_options":{"include_usage":1}}',
            False,
            b'{"stream_options":{"include_usage":true}}',
        ),
        (b'{"stream_options":{"include_usage":true}}', True, None),
    ],
)
def test_usage_is_asked_for_when_the_client_did_not(
    body: bytes, asks: bool, edited: bytes | None
) -> None:
    fields = orjson.loads(body)
    assert asks_for_usage(fields) is asks
    if edited is not None:
        assert with_stream_usage(body, fields) == edited


def test_a_stream_is_read() -> None:
    reader = read(*STREAM)
    assert reader.usage == FULL
    assert (reader.stop_reason, reader.model) == ("stop", "gpt-x")
    assert reader.is_complete
    assert reader.has_finish
    assert reader.error_text is None


@pytest.mark.parametrize(
    "frames",
    [
        [openai_chunk("a"), openai_chunk(finish="stop"), USAGE_CHUNK, DONE],
        [openai_chunk("a"), openai_chunk(finish="stop", usage=FIGURES), DONE],
        [openai_chunk("a", usage={"prompt_tokens": 1}), openai_chunk("b", usage=FIGURES), DONE],
        [openai_chunk("a"), USAGE_CHUNK, openai_chunk(finish="stop", usage=None), DONE],
        [openai_chunk("a"), USAGE_CHUNK, openai_chunk(finish="stop", usage={}), DONE],
        [openai_chunk("a"), openai_chunk(finish="stop"), DONE, USAGE_CHUNK],
        [openai_chunk("a"), openai_chunk(finish="stop"), USAGE_CHUNK],
        [openai_chunk("a"), chunk({"choices": [{"finish_reason": "stop", "usage": FIGURES}]})],
        [openai_chunk("a"), chunk({"choices": [], "x_groq": {"id": "1", "usage": FIGURES}})],
        [openai_chunk("a"), b'data: { "choices": [] , "usage" : { "prompt_tokens" : 2317,'
         b'"completion_tokens" : 9,"prompt_tokens_details":{"cached_tokens":2000},'
         b'"completion_tokens_details":{"reasoning_tokens":4} } }\n\n'],
    ],
)  # fmt: skip
def test_usage_is_found_wherever_servers_put_it(frames: list[bytes]) -> None:
    assert read(*frames).usage == FULL
    assert read(b"".join(frames)).usage == FULL


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({}, UNKNOWN_USAGE),
        ({"prompt_tokens": 3}, Usage(input_tokens=3)),
        (
            {"prompt_tokens": 3, "completion_tokens": 0, "prompt_tokens_details": None},
            Usage(input_tokens=3, output_tokens=0),
        ),
        (
            {"prompt_tokens": 3, "prompt_tokens_details": {"cached_tokens": 0}},
            Usage(input_tokens=3, cache_read_tokens=0),
        ),
        (
            {"prompt_tokens": 8, "prompt_cache_hit_tokens": 5, "prompt_cache_miss_tokens": 3},
            Usage(input_tokens=8, cache_read_tokens=5),
        ),
        ({"prompt_tokens": 8, "cached_tokens": 6}, Usage(input_tokens=8, cache_read_tokens=6)),
        (
            {
                "prompt_tokens": 8,
                "prompt_tokens_details": {"cached_tokens": 1, "cache_write_tokens": 2},
            },
            Usage(input_tokens=8, cache_read_tokens=1, cache_write_tokens=2),
        ),
        # xAI: reasoning stands beside the completion, as the total shows
        (
            {
                "prompt_tokens": 32,
                "completion_tokens": 9,
                "total_tokens": 135,
                "completion_tokens_details": {"reasoning_tokens": 94},
            },
            Usage(input_tokens=32, output_tokens=103, reasoning_tokens=94),
        ),
        (
            {
                "prompt_tokens": 32,
                "completion_tokens": 103,
                "total_tokens": 135,
                "completion_tokens_details": {"reasoning_tokens": 94},
            },
            Usage(input_tokens=32, output_tokens=103, reasoning_tokens=94),
        ),
    ],
)
def test_the_vendors_ways_of_counting(figures: dict[str, Any], expected: Usage) -> None:
    assert read(openai_chunk(usage=figures)).usage == expected
    assert read_answer(orjson.dumps({"usage": figures})).usage == expected


@pytest.mark.parametrize("kept", range(5))
def test_a_cut_stream_is_known_as_cut(kept: int) -> None:
    reader = read(*STREAM[:kept])
    assert not reader.is_complete
    assert reader.has_finish == (kept >= 3)
    assert reader.usage == (FULL if kept == 4 else UNKNOWN_USAGE)


@pytest.mark.parametrize(
    ("last", "provenance"),
    [
        ([b'{"choices":[{"delta":{},"finish_reason":"stop"}]}'], Provenance.PARTIAL),
        (
            [
                b'{"choices":[{"delta":{},"finish_reason":"stop"}]}',
                b'{"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5}}',
            ],
            Provenance.TOLD,
        ),
        (
            [
                b'{"choices":[{"delta":{},"finish_reason":"stop"}],'
                b'"usage":{"prompt_tokens":9,"completion_tokens":5}}'
            ],
            Provenance.TOLD,
        ),
    ],
)
def test_usage_from_before_the_end_is_a_lower_bound(
    last: list[bytes], provenance: Provenance
) -> None:
    """Some servers tell it with every chunk."""
    reader = ChatStreamReader()
    early = (
        b'{"choices":[{"delta":{"content":"x"}}],"usage":{"prompt_tokens":9,"completion_tokens":5}}'
    )
    reader.feed(b"".join(b"data: %b\n\n" % each for each in (early, *last)))
    assert (reader.usage.input_tokens, reader.usage.output_tokens) == (9, 5)
    assert reader.usage.provenance(Figure.OUTPUT) is provenance
    assert reader.usage.provenance(Figure.INPUT) is Provenance.TOLD


def test_a_server_that_ends_without_done_still_said_why_it_stopped() -> None:
    reader = read(openai_chunk("a"), openai_chunk(finish="length"))
    assert (reader.is_complete, reader.has_finish, reader.stop_reason) == (False, True, "length")


@pytest.mark.parametrize("end", [b"data: [DONE]", b"data: [DONE]\n", b"data: [DONE]\r\n\r"])
def test_a_last_frame_without_its_blank_line_counts_when_the_stream_ended_by_itself(
    end: bytes,
) -> None:
    reader = read(*STREAM[:4], end)
    assert not reader.is_complete
    reader.finish()
    assert reader.is_complete
    torn = read(*STREAM[:4], b'data: {"error":{"mess')
    torn.finish()
    assert (torn.is_complete, torn.error_text) == (False, None)


def test_the_model_is_taken_from_the_first_chunk_that_names_it() -> None:
    first = chunk({"model": "", "choices": [], "prompt_filter_results": []})
    assert read(first, openai_chunk("a"), chunk({"model": "other", "choices": []})).model == "gpt-x"
    nameless = [chunk({"choices": []})] * 8
    assert read(*nameless, openai_chunk("a")).model is None


def test_words_in_the_models_text_are_only_text() -> None:
    texts = ["\n\ndata: [DONE]\n\n", '{"usage":{"prompt_tokens":1}}', '"finish_reason":"stop"']
    reader = read(*[openai_chunk(text) for text in texts])
    assert (reader.is_complete, reader.usage, reader.stop_reason) == (False, UNKNOWN_USAGE, None)


@pytest.mark.parametrize(
    ("frame", "text"),
    [
        (chunk({"error": {"message": "boom", "type": "server_error"}}), "server_error: boom"),
        (chunk({"error": {"message": "boom", "code": 502}}), "502: boom"),
        (chunk({"error": "boom"}), "boom"),
        (chunk({"object": "error", "message": "boom", "type": "BadRequest"}), "BadRequest: boom"),
        (chunk({"choices": [], "error": None}), None),
    ],
)
def test_an_error_inside_the_stream_is_noticed(frame: bytes, text: str | None) -> None:
    reader = read(openai_chunk("a"), frame)
    assert reader.error_text == text
    assert not reader.is_complete


@given(data=st.data())
def test_any_split_of_a_noisy_stream_reads_the_same(data: st.DataObject) -> None:
    chunks = data.draw(noisy(STREAM))
    stream = b"".join(chunks)
    by_byte = [stream[at : at + 1] for at in range(len(stream))]
    assert facts(read(*chunks)) == facts(read(*by_byte)) == facts(read(stream))


@given(data=st.data())
def test_a_clean_stream_in_any_split_and_any_line_ends_is_read_whole(data: st.DataObject) -> None:
    stream = b"".join(STREAM).replace(b"\n", data.draw(st.sampled_from([b"\n", b"\r\n"])))
    reader = read(*data.draw(split(stream)))
    assert (reader.usage, reader.is_complete, reader.stop_reason) == (FULL, True, "stop")


@given(chunks=st.lists(st.binary(max_size=200), max_size=20))
def test_arbitrary_bytes_never_raise_and_pass_the_filter_unharmed(chunks: list[bytes]) -> None:
    assert facts(read(*chunks)) is not None
    assert filtered(*chunks) == b"".join(chunks)


def test_memory_stays_bounded_without_a_frame_end() -> None:
    reader, usage_filter, passed = ChatStreamReader(), UsageChunkFilter(), 0
    for _ in range(100):
        reader.feed(b"x" * 65536)
        passed += len(usage_filter.feed(b"x" * 65536))
    assert len(reader.tail) <= 1 << 20
    assert passed >= 5 << 20
    assert passed + len(usage_filter.flush()) == 100 * 65536


@given(data=st.data())
def test_only_the_chunk_with_usage_alone_is_taken_out(data: st.DataObject) -> None:
    stream = b"".join(STREAM)
    line_end = data.draw(st.sampled_from([b"\n", b"\r\n"]))
    wanted = stream.replace(USAGE_CHUNK, b"").replace(b"\n", line_end)
    assert filtered(*data.draw(split(stream.replace(b"\n", line_end)))) == wanted


@pytest.mark.parametrize(
    "frame",
    [
        openai_chunk(finish="stop", usage=FIGURES),
        openai_chunk("a", usage=None),
        chunk({"choices": [], "prompt_filter_results": [], "usage": None}),
        chunk({"choices": [], "usage": FIGURES, "error": {"message": "boom"}}),
        b'data: {"usage":{"prompt_tok\n\n',
        b": comment\n\n",
        b"\n\n",
    ],
)
def test_the_filter_leaves_everything_else(frame: bytes) -> None:
    assert filtered(frame, DONE) == frame + DONE


def test_the_filter_does_not_hold_back_whole_frames() -> None:
    usage_filter = UsageChunkFilter()
    frame = openai_chunk("a")
    assert usage_filter.feed(frame) == frame
    assert usage_filter.feed(frame + frame[:9]) == frame
    assert usage_filter.feed(frame[9:]) == frame


def test_an_answer_is_read() -> None:
    body = {"model": "gpt-x", "choices": [{"index": 0, "finish_reason": "stop"}], "usage": FIGURES}
    read_facts = read_answer(orjson.dumps(body))
    assert read_facts.usage == FULL
    assert (read_facts.stop_reason, read_facts.model) == ("stop", "gpt-x")
    assert read_answer(b'{"error":{"message":"m","type":"t"}}').error_text == "t: m"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"a":', b'"text"'])
def test_an_answer_of_another_protocol_is_garbage(body: bytes) -> None:
    with pytest.raises(UpstreamGarbage, match=r"^The provider's answer is "):
        read_answer(body)


def _client(answer: httpx2.Response) -> openai.OpenAI:
    transport = httpx2.MockTransport(lambda _: answer)
    return openai.OpenAI(
        api_key="k",
        base_url="http://127.0.0.1/v1",
        max_retries=0,
        http_client=httpx2.Client(transport=transport),
    )


def test_the_end_of_a_broken_stream_is_an_error_to_the_sdk() -> None:
    end = stream_error("The provider broke off.", "upstream_cut")
    answer = httpx2.Response(
        200, content=STREAM[0] + end, headers={"content-type": "text/event-stream"}
    )
    with _client(answer) as client, pytest.raises(openai.APIError, match="broke off") as caught:
        for _ in client.chat.completions.create(model="m", messages=[], stream=True):
            pass
    assert caught.value.code == "upstream_cut"


def test_a_torn_frame_never_ends_cleanly() -> None:
    torn = openai_chunk("abc")[:-20]
    reader = read(STREAM[0], torn)
    stream = STREAM[0] + torn + stream_error("broke off", "upstream_cut", tail=reader.tail)
    answer = httpx2.Response(200, content=stream, headers={"content-type": "text/event-stream"})
    with _client(answer) as client, pytest.raises(ValueError, match=r"JSON|Unterminated|delimiter"):
        for _ in client.chat.completions.create(model="m", messages=[], stream=True):
            pass
    assert b"[DONE]" not in stream


MODELS = [
    ModelEntry(id="gpt-x", provider="work-openai", created_s=1_700_000_000),
    ModelEntry(id="practice/echo", provider="practice", is_practice=True),
]


def test_the_model_list_is_read_by_the_sdk() -> None:
    with _client(httpx2.Response(200, content=model_list(MODELS))) as client:
        models = list(client.models.list())
    assert [(model.id, model.owned_by) for model in models] == [
        ("gpt-x", "work-openai"),
        ("practice/echo", "practice"),
    ]
    assert orjson.loads(model_list([])) == {"object": "list", "data": []}


def test_one_model_is_valid_by_the_sdks_own_types() -> None:
    for model in MODELS:
        assert Model.model_validate_json(model_entry(model)).id == model.id
    marked = orjson.loads(model_entry(MODELS[1]))["x_gateway"]
    assert marked == {"provider": "practice", "practice": True}
