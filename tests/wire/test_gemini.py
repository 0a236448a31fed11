"""Gemini: what is read of addresses, answers and streams, and what is written."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.domain.errors import MalformedRequest, UpstreamGarbage
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.wire.gemini import (
    GeminiStreamReader,
    countable,
    error_body,
    model_entry,
    model_list,
    read_address,
    read_answer,
    status_word,
    stream_error,
)
from llmgw_desktop.wire.json_edits import read_object
from llmgw_desktop.wire.models import ModelEntry
from llmgw_desktop.wire.translate.usage import count_body
from tests.wire.streams import noisy, split

FIGURES = {
    "promptTokenCount": 100,
    "candidatesTokenCount": 20,
    "thoughtsTokenCount": 30,
    "cachedContentTokenCount": 40,
    "toolUsePromptTokenCount": 5,
    "totalTokenCount": 155,
}
FULL = Usage(input_tokens=105, output_tokens=50, cache_read_tokens=40, reasoning_tokens=30)


def piece(text: str | None, *, finish: str | None = None, **more: Any) -> dict[str, Any]:
    candidate: dict[str, Any] = {"index": 0}
    if text is not None:
        candidate["content"] = {"parts": [{"text": text}], "role": "model"}
    if finish is not None:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "gemini-x", **more}


PIECES = [
    piece("a", usageMetadata={"promptTokenCount": 100, "totalTokenCount": 100}),
    piece('say "finishReason" and "error" and }]'),
    piece("", finish="STOP", usageMetadata=FIGURES),
]


def events(*pieces: Any) -> list[bytes]:
    return [b"data: %b\r\n\r\n" % json.dumps(each).encode() for each in pieces]


def array(*pieces: Any) -> bytes:
    return b"[" + b"\n,\r\n".join(json.dumps(each, indent=2).encode() for each in pieces) + b"\n]"


def read(*chunks: bytes) -> GeminiStreamReader:
    reader = GeminiStreamReader()
    for chunk in chunks:
        reader.feed(chunk)
    reader.finish()
    return reader


def facts(reader: GeminiStreamReader) -> tuple[object, ...]:
    return (
        reader.usage,
        reader.stop_reason,
        reader.model,
        reader.is_complete,
        reader.has_finish,
        reader.error_text,
        reader.tail,
    )


WHOLE = (FULL, "STOP", "gemini-x", True, True, None, b"")


@pytest.mark.parametrize(
    ("path", "model", "action"),
    [
        ("/v1beta/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro", "generateContent"),
        ("/v1beta/models/practice/echo:countTokens", "practice/echo", "countTokens"),
        (
            "/gemini/v1beta/models/practice%2Fecho:streamGenerateContent",
            "practice/echo",
            "streamGenerateContent",
        ),
        ("/v1beta/models/models/g:generateContent", "g", "generateContent"),
        ("/v1beta/models/models%2Fg%3AgenerateContent", "g", "generateContent"),
        ("/v1beta/tunedModels/mine:generateContent", "tunedModels/mine", "generateContent"),
        ("/v1beta/models/llama3:8b:generateContent", "llama3:8b", "generateContent"),
        ("/v1beta/models/llama3:8b", "llama3:8b", ""),
        (
            "/v1/projects/p/locations/l/publishers/google/models/g:countTokens",
            "g",
            "countTokens",
        ),
        # as a client sends names that have a slash already
        ("/v1beta/ant/claude-x:generateContent", "ant/claude-x", "generateContent"),
        ("/gemini/v1beta/ant/claude-x:countTokens", "ant/claude-x", "countTokens"),
        ("/gemini/ant%2Fclaude-x:streamGenerateContent", "ant/claude-x", "streamGenerateContent"),
        ("/v1/ollama/llama3:8b:generateContent", "ollama/llama3:8b", "generateContent"),
        ("/v1beta/v1/x:generateContent", "v1/x", "generateContent"),
        # as a vendor calls its models
        (
            "/v1beta/fw/accounts/fireworks/models/llama:generateContent",
            "fw/accounts/fireworks/models/llama",
            "generateContent",
        ),
        (
            "/v1beta/models/accounts/fireworks/models/llama:countTokens",
            "accounts/fireworks/models/llama",
            "countTokens",
        ),
        ("/v1beta/a%2Fmodels%2Fb:generateContent", "a/models/b", "generateContent"),
    ],
)
def test_model_and_action_stand_in_the_address(path: str, model: str, action: str) -> None:
    assert read_address(path) == (model, action)


@pytest.mark.parametrize(
    "path", ["/v1beta/models/:generateContent", "/v1beta/:countTokens", "/v1beta/files/x", "/", ""]
)
def test_an_address_without_a_model_is_refused(path: str) -> None:
    with pytest.raises(MalformedRequest):
        read_address(path)


def test_a_request_is_read() -> None:
    assert read_object(b'{"contents":[],"future":1}') == {"contents": [], "future": 1}
    with pytest.raises(MalformedRequest):
        read_object(b"[]")


def test_a_count_may_hold_a_whole_request() -> None:
    inner = {"model": "models/g", "contents": []}
    assert countable({"generateContentRequest": inner}) is inner
    assert countable({"generate_content_request": inner}) is inner
    assert countable(inner) is inner


@pytest.mark.parametrize("stream", [b"".join(events(*PIECES)), array(*PIECES)])
@given(data=st.data())
def test_a_stream_is_read_however_it_is_split(stream: bytes, data: st.DataObject) -> None:
    assert facts(read(*data.draw(split(stream)))) == WHOLE


@given(noisy(events(*PIECES), line_end=False))
def test_noise_does_no_harm(chunks: list[bytes]) -> None:
    reader = read(*chunks)
    assert reader.usage in (FULL, UNKNOWN_USAGE) or reader.usage.input_tokens is not None
    assert reader.stop_reason in ("STOP", None)


def test_a_reason_with_every_object_and_figures_read_on_the_way() -> None:
    reader = GeminiStreamReader()
    for each in events(
        piece("a", finish="STOP", usageMetadata={"promptTokenCount": 1}),
        piece("b", finish="STOP", usageMetadata={"promptTokenCount": 2}),
        piece("c", finish="MAX_TOKENS", usageMetadata=FIGURES),
    ):
        reader.feed(each)
        assert reader.usage.input_tokens is not None
        assert reader.is_complete
    assert (reader.usage, reader.stop_reason) == (FULL, "MAX_TOKENS")


def test_without_a_reason_a_stream_is_not_complete() -> None:
    reader = read(*events(*PIECES[:2]))
    assert not reader.is_complete
    assert not reader.has_finish


def test_an_array_must_be_closed() -> None:
    reader = read(array(*PIECES)[:-1])
    assert reader.has_finish
    assert not reader.is_complete


def test_a_blocked_prompt_is_complete() -> None:
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {}}
    reader = read(*events(blocked))
    assert (reader.stop_reason, reader.is_complete) == ("SAFETY", True)


@pytest.mark.parametrize("frame", [events, lambda each: [array(each)]])
def test_an_error_in_a_stream_is_told(frame: Any) -> None:
    error = {"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}
    reader = read(*frame(error))
    assert reader.error_text == "UNAVAILABLE: overloaded"
    assert not reader.is_complete


def test_a_whole_answer_is_read() -> None:
    facts_of = read_answer(orjson.dumps(piece("x", finish="STOP", usageMetadata=FIGURES)))
    assert (facts_of.usage, facts_of.stop_reason, facts_of.model) == (FULL, "STOP", "gemini-x")
    blocked = read_answer(b'{"promptFeedback":{"blockReason":"OTHER"}}')
    assert (blocked.stop_reason, blocked.usage) == ("OTHER", UNKNOWN_USAGE)
    with pytest.raises(UpstreamGarbage):
        read_answer(b"<html>")


@pytest.mark.parametrize(
    ("figures", "usage"),
    [
        ({"promptTokenCount": 3}, Usage(input_tokens=3)),
        (
            {"promptTokenCount": 3, "thoughtsTokenCount": 4},
            Usage(input_tokens=3, output_tokens=4, reasoning_tokens=4),
        ),
        ({}, UNKNOWN_USAGE),
    ],
)
def test_unknown_figures_stay_unknown(figures: dict[str, Any], usage: Usage) -> None:
    assert read_answer(orjson.dumps({"usageMetadata": figures})).usage == usage


def test_a_broken_event_stream_ends_with_an_error() -> None:
    begun = b"".join(events(PIECES[0]))
    stream = begun + stream_error("it broke", "upstream_cut", tail=read(begun).tail)
    told = orjson.loads(stream.split(b"data: ")[-1])
    assert told == {"error": {"code": 503, "message": "it broke", "status": "UNAVAILABLE"}}


@pytest.mark.parametrize("end", ["[", "}", ","])
def test_a_broken_array_is_still_json_where_no_object_is_torn(end: str) -> None:
    whole = array(*PIECES[:2])
    begun = {"[": b"[", "}": whole[:-2], ",": whole[:-2] + b"\n,\r\n"}[end]
    reader = GeminiStreamReader()
    reader.feed(begun)
    pieces = json.loads(begun + stream_error("late", "upstream_timeout", tail=reader.tail))
    assert pieces[-1]["error"]["status"] == "DEADLINE_EXCEEDED"
    assert all("finishReason" not in each for each in pieces)


@pytest.mark.parametrize("length", range(1, 60, 7))
def test_a_torn_object_never_ends_well(length: int) -> None:
    for stream in (b"".join(events(*PIECES)), array(*PIECES)):
        reader = GeminiStreamReader()
        reader.feed(stream[:length])
        ended = read(stream[:length], stream_error("m", "upstream_cut", tail=reader.tail))
        assert not ended.is_complete


def test_errors_have_googles_words() -> None:
    assert orjson.loads(error_body(429, "slow down")) == {
        "error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}
    }
    assert status_word(418) == "INVALID_ARGUMENT"
    assert status_word(599) == "INTERNAL"


def test_lists_of_models_and_counts() -> None:
    model = ModelEntry(id="practice/echo", provider="practice", is_practice=True)
    listed = orjson.loads(model_list([model]))["models"]
    assert listed == [orjson.loads(model_entry(model))]
    assert listed[0]["name"] == "models/practice/echo"
    assert "generateContent" in listed[0]["supportedGenerationMethods"]
    assert orjson.loads(count_body(ModelProtocol.GEMINI, 7)) == {"totalTokens": 7}


def test_an_error_of_a_stream_comes_in_an_array() -> None:
    body = b'[{\n "error": {"code": 429, "message": "slow", "status": "RESOURCE_EXHAUSTED"}}\n]\n'
    assert read_answer(body).error_text == "RESOURCE_EXHAUSTED: slow"
    for other in (b'[{"candidates": []}]', b'[{"error": {}}, {}]', b'[{"error": {}}'):
        with pytest.raises(UpstreamGarbage):
            read_answer(other)
