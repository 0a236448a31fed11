"""The official OpenAI SDK through the gateway, to an upstream and to the practice provider."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest

from tests.support.answers import Answer, Delivery, Refusal
from tests.support.flight_log import wait_flight
from tests.support.house import House, open_house
from tests.support.lane import Lane
from tests.support.openai_dialect import VECTOR

pytestmark = pytest.mark.e2e

ASK: Any = [{"role": "user", "content": "ping"}]
ADD: Any = {
    "type": "function",
    "function": {
        "name": "add",
        "parameters": {
            "type": "object",
            "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
            "required": ["a", "b"],
        },
    },
}
WITH_USAGE: Any = {"include_usage": True}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("openai")) as opened:
        yield opened


@pytest.fixture
def lane(house: House) -> Lane:
    return house.fresh_lane("openai")


@pytest.fixture
def sdk(house: House) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{house.url}/v1", api_key=house.key, max_retries=0) as client:
        yield client


def ask(client: openai.OpenAI, model: str, **fields: Any) -> Any:
    return client.chat.completions.create(model=model, messages=ASK, **fields)


def text_of(chunks: Any) -> str:
    return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)


def test_a_whole_answer(house: House, lane: Lane, sdk: openai.OpenAI):
    raw = sdk.chat.completions.with_raw_response.create(model=lane.name, messages=ASK)
    answer = raw.parse()
    assert answer.choices[0].message.content == "pong from the upstream"
    assert answer.usage.prompt_tokens == 2317
    assert answer.usage.prompt_tokens_details.cached_tokens == 2000
    assert answer.usage.completion_tokens_details.reasoning_tokens == 4
    flight = wait_flight(house.gateway.home, raw.headers["x-llmgw-flight"])
    assert (flight.state, flight.status, flight.operation) == ("ok", 200, "generate")
    assert (flight.input_tokens, flight.output_tokens) == (2317, 9)
    assert (flight.cache_read_tokens, flight.cache_write_tokens) == (2000, None)
    assert (flight.stop_reason, flight.error_kind) == ("stop", None)


def test_a_stream_with_usage(lane: Lane, sdk: openai.OpenAI):
    chunks = list(ask(sdk, lane.name, stream=True, stream_options=WITH_USAGE))
    assert text_of(chunks) == "pong from the upstream"
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 9


def test_a_stream_without_usage(lane: Lane, sdk: openai.OpenAI):
    chunks = list(ask(sdk, lane.name, stream=True))
    assert text_of(chunks) == "pong from the upstream"
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_tool_loop(lane: Lane, sdk: openai.OpenAI, stream: bool):
    lane.always = Answer(tool_input={"a": 40, "b": 2})
    messages: Any = list(ASK)
    while True:
        answer = _turn(sdk, lane.name, messages, stream=stream)
        messages.append(answer.message)
        if answer.finish_reason != "tool_calls":
            break
        call = answer.message.tool_calls[0]
        given = json.loads(call.function.arguments)
        result = str(given["a"] + given["b"])
        messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    assert answer.message.content == "The tool said: 42"
    assert len(lane.requests) == 2


def _turn(sdk: openai.OpenAI, model: str, messages: Any, *, stream: bool) -> Any:
    asked: Any = {"model": model, "messages": messages, "tools": [ADD]}
    if not stream:
        return sdk.chat.completions.create(**asked).choices[0]
    with sdk.chat.completions.stream(**asked) as events:
        return events.get_final_completion().choices[0]


async def test_the_asynchronous_client(house: House, lane: Lane):
    async with openai.AsyncOpenAI(base_url=f"{house.url}/v1", api_key=house.key) as sdk:
        chunks = await sdk.chat.completions.create(model=lane.name, messages=ASK, stream=True)
        text = text_of([chunk async for chunk in chunks])
    assert text == "pong from the upstream"


@pytest.mark.parametrize("prefix", ["/v1", "/openai/v1", "/openai"])
def test_the_base_url_may_carry_the_drop_in_prefix(house: House, lane: Lane, prefix: str):
    with openai.OpenAI(base_url=house.url + prefix, api_key=house.key) as sdk:
        assert ask(sdk, lane.name).choices[0].message.content == "pong from the upstream"


def test_embeddings(house: House, lane: Lane, sdk: openai.OpenAI):
    raw = sdk.embeddings.with_raw_response.create(model=lane.name, input=["a", "b"])
    assert [item.embedding for item in raw.parse().data] == [list(VECTOR)] * 2
    flight = wait_flight(house.gateway.home, raw.headers["x-llmgw-flight"])
    assert (flight.operation, flight.input_tokens) == ("embed", 8)
    assert flight.output_tokens is None


def test_the_model_list(lane: Lane, sdk: openai.OpenAI):
    listed = {model.id: model for model in sdk.models.list()}
    assert listed[lane.name].object == "model"
    assert listed["practice/echo"].owned_by == "practice"
    assert sdk.models.retrieve(lane.name).id == lane.name
    assert sdk.models.retrieve("practice/echo").id == "practice/echo"
    with pytest.raises(openai.NotFoundError):
        sdk.models.retrieve("no-such-model")


class TestErrors:
    def test_wrong_key(self, house: House, lane: Lane):
        with (
            openai.OpenAI(base_url=f"{house.url}/v1", api_key="wrong", max_retries=0) as sdk,
            pytest.raises(openai.AuthenticationError) as caught,
        ):
            ask(sdk, lane.name)
        assert caught.value.code == "invalid_api_key"
        assert lane.requests == []

    def test_unknown_model(self, sdk: openai.OpenAI):
        with pytest.raises(openai.NotFoundError, match="no-such-model") as caught:
            ask(sdk, "no-such-model")
        assert caught.value.code == "model_not_found"

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (429, openai.RateLimitError),
            (500, openai.InternalServerError),
            (529, openai.InternalServerError),
        ],
    )
    def test_of_the_vendor(self, lane, sdk, status, error, stream):
        lane.then(Refusal(status=status, retry_after="7"))
        with pytest.raises(error) as caught:
            ask(sdk, lane.name, stream=stream)
        assert caught.value.status_code == status
        assert caught.value.response.headers["retry-after"] == "7"
        assert caught.value.request_id

    def test_of_a_vendor_that_refuses_our_key(self, lane, sdk):
        """A 401 would say that the caller's own key is bad."""
        lane.then(Refusal(status=401))
        with pytest.raises(openai.InternalServerError, match="Your own key is fine") as caught:
            ask(sdk, lane.name)
        assert caught.value.status_code == 502
        assert len(lane.requests) == 1, "nor is it asked again in vain"

    def test_in_the_middle_of_a_stream(self, lane: Lane, sdk: openai.OpenAI):
        lane.then(Answer(delivery=Delivery(cut_after=3)))
        with pytest.raises(openai.APIError):
            list(ask(sdk, lane.name, stream=True))


class TestPractice:
    def test_echo(self, house: House, sdk: openai.OpenAI):
        raw = sdk.chat.completions.with_raw_response.create(model="practice/echo", messages=ASK)
        answer = raw.parse()
        assert "ping" in answer.choices[0].message.content
        usage = answer.usage
        assert usage.prompt_tokens > 0
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
        flight = wait_flight(house.gateway.home, raw.headers["x-llmgw-flight"])
        assert (flight.provider, flight.output_tokens) == ("practice", usage.completion_tokens)

    def test_slow_comes_in_pieces(self, sdk: openai.OpenAI):
        chunks = [c for c in ask(sdk, "practice/slow", stream=True) if c.choices[0].delta.content]
        assert len(chunks) > 3

    def test_usage_only_when_asked_for(self, sdk: openai.OpenAI):
        without = list(ask(sdk, "practice/echo", stream=True))
        assert text_of(without)
        assert all(chunk.choices and chunk.usage is None for chunk in without)
        chunks = list(ask(sdk, "practice/echo", stream=True, stream_options=WITH_USAGE))
        assert chunks[-1].usage.completion_tokens > 0

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_tools(self, sdk: openai.OpenAI, stream: bool):
        answer = _turn(sdk, "practice/tools", ASK, stream=stream)
        assert answer.finish_reason == "tool_calls"
        function = answer.message.tool_calls[0].function
        assert function.name == "add"
        assert {"a", "b"} <= set(json.loads(function.arguments))

    def test_thinking_ends_in_an_answer(self, sdk: openai.OpenAI):
        assert text_of(ask(sdk, "practice/thinking", stream=True))

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_long(self, sdk: openai.OpenAI, stream: bool):
        answer = ask(sdk, "practice/long", stream=stream)
        text = text_of(answer) if stream else answer.choices[0].message.content
        assert len(text) >= 1_000_000

    @pytest.mark.parametrize(
        ("model", "error"),
        [
            ("practice/fault-401", openai.AuthenticationError),
            ("practice/fault-429", openai.RateLimitError),
            ("practice/fault-500", openai.InternalServerError),
            ("practice/fault-529", openai.InternalServerError),
        ],
    )
    def test_faults(self, sdk, model, error):
        with pytest.raises(error) as caught:
            ask(sdk, model)
        if error is openai.RateLimitError:
            assert int(caught.value.response.headers["retry-after"]) >= 0

    def test_cut(self, sdk: openai.OpenAI):
        received: list[Any] = []
        with pytest.raises((openai.APIError, httpx2.RemoteProtocolError)) as caught:
            received.extend(ask(sdk, "practice/cut", stream=True))
        assert received, "it breaks off in the middle, not before"
        assert not isinstance(caught.value, openai.NotFoundError)
