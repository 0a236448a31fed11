"""The official Anthropic SDK through the gateway, to an upstream and to the practice provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import httpx2
import pytest

from tests.support.answers import Answer, Delivery, Refusal
from tests.support.flight_log import wait_flight, wait_flights
from tests.support.house import House, open_house
from tests.support.lane import Lane

pytestmark = pytest.mark.e2e

ASK: Any = [{"role": "user", "content": "ping"}]
ADD: Any = {
    "name": "add",
    "description": "Adds two numbers",
    "input_schema": {
        "type": "object",
        "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}},
        "required": ["a", "b"],
    },
}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("anthropic")) as opened:
        yield opened


@pytest.fixture
def lane(house: House) -> Lane:
    return house.fresh_lane("anthropic")


@pytest.fixture
def sdk(house: House) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=house.url, api_key=house.key, max_retries=0) as client:
        yield client


def ask(client: anthropic.Anthropic, model: str, **fields: Any) -> Any:
    return client.messages.create(model=model, max_tokens=2048, messages=ASK, **fields)


def test_a_whole_answer(house: House, lane: Lane, sdk: anthropic.Anthropic):
    raw = sdk.messages.with_raw_response.create(model=lane.name, max_tokens=9, messages=ASK)
    message = raw.parse()
    assert message.content[0].text == "pong from the upstream"
    assert (message.usage.input_tokens, message.usage.output_tokens) == (17, 9)
    assert message.usage.cache_read_input_tokens == 2000
    assert message.usage.cache_creation.ephemeral_1h_input_tokens == 200
    flight = wait_flight(house.gateway.home, raw.headers["x-llmgw-flight"])
    assert (flight.state, flight.status, flight.operation) == ("ok", 200, "generate")
    assert (flight.input_tokens, flight.output_tokens) == (2317, 9)
    assert (flight.cache_read_tokens, flight.cache_write_tokens) == (2000, 300)
    assert (flight.stop_reason, flight.error_kind) == ("end_turn", None)


def test_a_stream_with_thinking(lane: Lane, sdk: anthropic.Anthropic):
    with sdk.messages.stream(
        model=lane.name,
        max_tokens=2048,
        thinking={"type": "enabled", "budget_tokens": 1024},
        messages=ASK,
    ) as stream:
        deltas = [event.type for event in stream]
        message = stream.get_final_message()
    assert {"thinking", "signature", "text"} <= set(deltas)
    thinking, text = message.content
    assert thinking.thinking == "The user says ping, so pong."
    assert thinking.signature
    assert text.text == "pong from the upstream"
    assert message.usage.output_tokens == 9


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
def test_a_tool_loop(lane: Lane, sdk: anthropic.Anthropic, stream: bool):
    lane.always = Answer(tool_input={"a": 40, "b": 2})
    messages: Any = list(ASK)
    while True:
        answer = _turn(sdk, lane.name, messages, stream=stream)
        messages.append({"role": "assistant", "content": answer.content})
        if answer.stop_reason != "tool_use":
            break
        call = answer.content[-1]
        result = str(call.input["a"] + call.input["b"])
        block = {"type": "tool_result", "tool_use_id": call.id, "content": result}
        messages.append({"role": "user", "content": [block]})
    assert answer.content[0].text == "The tool said: 42"
    assert len(lane.requests) == 2


def _turn(sdk: anthropic.Anthropic, model: str, messages: Any, *, stream: bool) -> Any:
    asked: Any = {"model": model, "max_tokens": 99, "messages": messages, "tools": [ADD]}
    if not stream:
        return sdk.messages.create(**asked)
    with sdk.messages.stream(**asked) as events:
        return events.get_final_message()


async def test_the_asynchronous_client(house: House, lane: Lane):
    async with (
        anthropic.AsyncAnthropic(base_url=house.url, auth_token=house.key, api_key=None) as sdk,
        sdk.messages.stream(model=lane.name, max_tokens=9, messages=ASK) as stream,
    ):
        text = "".join([part async for part in stream.text_stream])
    assert text == "pong from the upstream"
    assert lane.only.header("authorization") is None


@pytest.mark.parametrize("prefix", ["", "/anthropic"])
def test_the_base_url_may_carry_the_drop_in_prefix(house: House, lane: Lane, prefix: str):
    with anthropic.Anthropic(base_url=house.url + prefix, api_key=house.key) as sdk:
        assert ask(sdk, lane.name).content[0].text == "pong from the upstream"


def test_tokens_are_counted_by_the_vendor(house: House, lane: Lane, sdk: anthropic.Anthropic):
    counted = sdk.messages.count_tokens(model=lane.name, messages=ASK)
    assert counted.input_tokens == len(lane.only.body) // 4
    assert lane.only.path == "/v1/messages/count_tokens"
    flights = wait_flights(
        house.gateway.home,
        lambda found: any(f.model_asked == lane.name and f.state == "ok" for f in found),
    )
    mine = next(f for f in flights if f.model_asked == lane.name)
    assert mine.operation == "count_tokens"
    assert mine.output_tokens is None


def test_the_model_list(house: House, lane: Lane, sdk: anthropic.Anthropic):
    listed = {model.id: model for model in sdk.models.list(limit=1000)}
    assert lane.name in listed
    assert "practice/echo" in listed
    assert "practice" in listed["practice/echo"].display_name.lower()
    assert sdk.models.retrieve(lane.name).id == lane.name
    assert sdk.models.retrieve("practice/echo").id == "practice/echo"
    with pytest.raises(anthropic.NotFoundError):
        sdk.models.retrieve("no-such-model")


class TestErrors:
    def test_wrong_key(self, house: House, lane: Lane):
        with (
            anthropic.Anthropic(base_url=house.url, api_key="llmgw-wrong", max_retries=0) as sdk,
            pytest.raises(anthropic.AuthenticationError) as caught,
        ):
            ask(sdk, lane.name)
        assert caught.value.body["error"]["type"] == "authentication_error"
        assert lane.requests == []

    def test_unknown_model(self, sdk: anthropic.Anthropic):
        with pytest.raises(anthropic.NotFoundError, match="no-such-model"):
            ask(sdk, "no-such-model")

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    @pytest.mark.parametrize(
        ("status", "error"),
        [
            (429, anthropic.RateLimitError),
            (500, anthropic.InternalServerError),
            (529, anthropic.OverloadedError),
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
        with pytest.raises(anthropic.InternalServerError, match="Your own key is fine") as caught:
            ask(sdk, lane.name)
        assert caught.value.status_code == 502
        assert len(lane.requests) == 1, "nor is it asked again in vain"

    def test_in_the_middle_of_a_stream(self, lane: Lane, sdk: anthropic.Anthropic):
        lane.then(Answer(delivery=Delivery(cut_after=4)))
        with (
            pytest.raises(anthropic.APIError),
            sdk.messages.stream(model=lane.name, max_tokens=9, messages=ASK) as stream,
        ):
            list(stream)


class TestPractice:
    def test_echo(self, house: House, sdk: anthropic.Anthropic):
        raw = sdk.messages.with_raw_response.create(
            model="practice/echo", max_tokens=999, messages=ASK
        )
        message = raw.parse()
        assert "ping" in message.content[0].text
        assert message.usage.input_tokens > 0
        assert message.usage.output_tokens > 0
        flight = wait_flight(house.gateway.home, raw.headers["x-llmgw-flight"])
        assert (flight.provider, flight.output_tokens) == ("practice", message.usage.output_tokens)

    def test_slow_comes_in_pieces(self, sdk: anthropic.Anthropic):
        with sdk.messages.stream(model="practice/slow", max_tokens=999, messages=ASK) as stream:
            assert len(list(stream.text_stream)) > 3

    def test_thinking(self, sdk: anthropic.Anthropic):
        with sdk.messages.stream(model="practice/thinking", max_tokens=999, messages=ASK) as stream:
            blocks = stream.get_final_message().content
        assert [block.type for block in blocks] == ["thinking", "text"]
        assert blocks[0].thinking

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_tools(self, sdk: anthropic.Anthropic, stream: bool):
        answer = _turn(sdk, "practice/tools", ASK, stream=stream)
        assert answer.stop_reason == "tool_use"
        call = next(block for block in answer.content if block.type == "tool_use")
        assert call.name == "add"
        assert {"a", "b"} <= set(call.input)

    @pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])
    def test_long(self, sdk: anthropic.Anthropic, stream: bool):
        if stream:
            with sdk.messages.stream(model="practice/long", max_tokens=9, messages=ASK) as events:
                text = "".join(events.text_stream)
        else:
            text = ask(sdk, "practice/long").content[0].text
        assert len(text) >= 1_000_000

    @pytest.mark.parametrize(
        ("model", "error"),
        [
            ("practice/fault-401", anthropic.AuthenticationError),
            ("practice/fault-429", anthropic.RateLimitError),
            ("practice/fault-500", anthropic.InternalServerError),
            ("practice/fault-529", anthropic.OverloadedError),
        ],
    )
    def test_faults(self, sdk, model, error):
        with pytest.raises(error) as caught:
            ask(sdk, model)
        if error is anthropic.RateLimitError:
            assert int(caught.value.response.headers["retry-after"]) >= 0

    def test_cut(self, sdk: anthropic.Anthropic):
        received: list[str] = []
        with (
            pytest.raises((anthropic.APIError, httpx2.RemoteProtocolError)) as caught,
            sdk.messages.stream(model="practice/cut", max_tokens=9, messages=ASK) as stream,
        ):
            received.extend(stream.text_stream)
        assert received, "it breaks off in the middle, not before"
        assert not isinstance(caught.value, anthropic.NotFoundError)

    def test_tokens_are_counted(self, sdk: anthropic.Anthropic):
        counted = sdk.messages.count_tokens(model="practice/echo", messages=ASK)
        assert counted.input_tokens > 0

    def test_the_slash_may_come_encoded(self, sdk: anthropic.Anthropic):
        assert "ping" in ask(sdk, "practice%2Fecho").content[0].text
