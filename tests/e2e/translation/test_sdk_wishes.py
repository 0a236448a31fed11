"""What the vendors' SDKs offer beyond talk: parsed answers, raw headers, asynchronous streams."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import anthropic
import openai
import pytest
from google import genai
from google.genai import types
from pydantic import BaseModel

from tests.support.answers import Answer
from tests.support.talks.matrix import TALKS, Matrix
from tests.support.talks.upstreams import UPSTREAMS

pytestmark = pytest.mark.e2e

PONG = "pong from the upstream"
THOUGHT = "The user says ping, so pong."
PING: Any = [{"role": "user", "content": "ping"}]
VENDORS = ("anthropic", "responses", "gemini", "chat")


class Weather(BaseModel):
    city: str
    degrees: int


BERN = Weather(city="Bern", degrees=21)


def of_chat(sdk: openai.OpenAI, model: str) -> Any:
    answer = sdk.chat.completions.parse(model=model, messages=PING, response_format=Weather)
    return answer.choices[0].message.parsed


def of_responses(sdk: openai.OpenAI, model: str) -> Any:
    return sdk.responses.parse(model=model, input=PING, text_format=Weather).output_parsed


def of_anthropic(sdk: anthropic.Anthropic, model: str) -> Any:
    answer = sdk.messages.parse(model=model, max_tokens=99, messages=PING, output_format=Weather)
    return answer.parsed_output


def of_gemini(sdk: genai.Client, model: str) -> Any:
    config = types.GenerateContentConfig(
        response_mime_type="application/json", response_schema=Weather
    )
    return sdk.models.generate_content(model=model, contents="ping", config=config).parsed


PARSED = {
    "anthropic": of_anthropic,
    "chat": of_chat,
    "responses": of_responses,
    "gemini": of_gemini,
}


def pairs(*clients: str) -> Any:
    told = [(client, upstream) for client in clients for upstream in VENDORS if client != upstream]
    return pytest.mark.parametrize(("client", "upstream"), told, ids=map("-".join, told))


@pairs(*PARSED)
def test_an_answer_of_a_schema_is_parsed(matrix: Matrix, client: str, upstream: str):
    lane = matrix.fresh_lane(upstream)
    lane.then(Answer(text=BERN.model_dump_json()))
    assert PARSED[client](matrix.sdk(client, upstream), UPSTREAMS[upstream].model) == BERN
    assert lane.only.status == 200
    assert b'"degrees"' in lane.only.body, "the schema went along"


def raw_chat(sdk: openai.OpenAI, model: str, headers: dict[str, str]) -> Any:
    return sdk.chat.completions.with_raw_response.create(
        model=model, messages=PING, logit_bias={"1": 5}, extra_headers=headers
    ).headers


def raw_responses(sdk: openai.OpenAI, model: str, headers: dict[str, str]) -> Any:
    return sdk.responses.with_raw_response.create(
        model=model, input="ping", truncation="auto", extra_headers=headers
    ).headers


def raw_anthropic(sdk: anthropic.Anthropic, model: str, headers: dict[str, str]) -> Any:
    return sdk.messages.with_raw_response.create(
        model=model, max_tokens=99, messages=PING, inference_geo="eu", extra_headers=headers
    ).headers


def raw_gemini(sdk: genai.Client, model: str, headers: dict[str, str]) -> Any:
    config = types.GenerateContentConfig(
        media_resolution=types.MediaResolution.MEDIA_RESOLUTION_LOW,
        http_options=types.HttpOptions(headers=headers),
    )
    answer = sdk.models.generate_content(model=model, contents="ping", config=config)
    assert answer.sdk_http_response is not None
    return answer.sdk_http_response.headers


RAW: dict[str, tuple[Callable[..., Any], str]] = {
    "anthropic": (raw_anthropic, "field:inference_geo"),
    "chat": (raw_chat, "field:logit_bias"),
    "responses": (raw_responses, "field:truncation"),
    "gemini": (raw_gemini, "field:generationConfig.mediaResolution"),
}


@pairs(*RAW)
def test_what_is_lost_is_told(matrix: Matrix, client: str, upstream: str):
    matrix.fresh_lane(upstream)
    ask, lost = RAW[client]
    headers = ask(matrix.sdk(client, upstream), UPSTREAMS[upstream].model, {})
    assert lost in [each.strip() for each in headers["x-llmgw-dropped"].split(",")]


@pairs(*RAW)
def test_who_wants_all_or_nothing_gets_the_sdk_s_own_error(
    matrix: Matrix, client: str, upstream: str
):
    lane = matrix.fresh_lane(upstream)
    ask, lost = RAW[client]
    talk = TALKS[client]
    with pytest.raises(talk.errors, match=lost) as caught:
        ask(matrix.sdk(client, upstream), UPSTREAMS[upstream].model, {"x-llmgw-strict": "1"})
    assert talk.status_of(caught.value) == 400
    assert lane.requests == []


async def stream_anthropic(url: str, key: str, model: str) -> list[str]:
    async with (
        anthropic.AsyncAnthropic(base_url=url, api_key=key, max_retries=0) as sdk,
        sdk.messages.stream(model=model, max_tokens=99, messages=PING) as stream,
    ):
        pieces = [text async for text in stream.text_stream]
        assert (await stream.get_final_message()).stop_reason == "end_turn"
        return pieces


async def stream_chat(url: str, key: str, model: str) -> list[str]:
    async with (
        openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0) as sdk,
        sdk.chat.completions.stream(model=model, messages=PING) as stream,
    ):
        deltas = [event.delta async for event in stream if event.type == "content.delta"]
        final = await stream.get_final_completion()
        assert final.choices[0].finish_reason == "stop"
        assert deltas[0] == "", "the role comes first, with an empty text"
        return deltas[1:]


async def stream_responses(url: str, key: str, model: str) -> list[str]:
    async with (
        openai.AsyncOpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0) as sdk,
        sdk.responses.stream(model=model, input="ping") as stream,
    ):
        pieces = [each.delta async for each in stream if each.type == "response.output_text.delta"]
        assert (await stream.get_final_response()).status == "completed"
        return pieces


async def stream_gemini(url: str, key: str, model: str) -> list[str]:
    options = types.HttpOptions(base_url=url, retry_options=types.HttpRetryOptions(attempts=1))
    async with genai.Client(api_key=key, http_options=options).aio as sdk:
        stream = await sdk.models.generate_content_stream(model=model, contents="ping")
        return [chunk.text async for chunk in stream if chunk.text]


STREAMED: dict[str, Callable[[str, str, str], Awaitable[list[str]]]] = {
    "anthropic": stream_anthropic,
    "chat": stream_chat,
    "responses": stream_responses,
    "gemini": stream_gemini,
}


@pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")
@pairs(*STREAMED)
async def test_asynchronous_streams(matrix: Matrix, client: str, upstream: str):
    matrix.fresh_lane(upstream)
    pieces = await STREAMED[client](*matrix.door, UPSTREAMS[upstream].model)
    assert "".join(pieces) == PONG
    assert len(pieces) == 3, "as the upstream sent them"


@pytest.mark.parametrize("sees", [None, False, True])
@pytest.mark.parametrize("upstream", ["anthropic", "compatible"])
def test_thoughts_are_shown_to_those_who_set_it(matrix: Matrix, upstream: str, sees: bool | None):
    """With `includeThoughts`, however hard the model is to think."""
    lane = matrix.fresh_lane(upstream)
    config = types.GenerateContentConfig(
        max_output_tokens=4096,
        thinking_config=types.ThinkingConfig(thinking_budget=2048, include_thoughts=sees),
    )
    answer = matrix.sdk("gemini", upstream).models.generate_content(
        model=UPSTREAMS[upstream].model, contents="ping", config=config
    )
    parts = answer.candidates[0].content.parts
    if sees is not False:  # who says no may be asked for nothing to show
        assert THOUGHT.encode() in bytes(lane.only.sent)
    assert [part.text for part in parts if part.thought] == ([THOUGHT] if sees else [])
    assert answer.text == PONG
