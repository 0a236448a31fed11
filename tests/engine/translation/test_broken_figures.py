"""What a flight tells of an answer that broke off: a lower bound, and marked as one."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.usage import Figure, Provenance
from tests.engine.conftest import House, house_in
from tests.support.answers import Delivery, stream_of

PROVIDERS = """
[providers.answers]
kind = "openai-compatible"
base_url = "{base_url}"
api_key_env = "STUB_KEY"
protocols = ["openai-responses"]
models = ["resp-stub"]
local = true
[providers.google]
kind = "google"
base_url = "{root_url}/v1beta"
api_key_env = "STUB_KEY"
models = ["gemini-stub"]
local = true
[[prices]]
provider = "*"
input = 1.0
output = 10.0
"""
WORDS = [f"word{number} and more " for number in range(8)]
LAST_WORDS = WORDS[-1].strip().encode()


def event(kind: str, **members: Any) -> bytes:
    return b"event: %b\n%b" % (kind.encode(), data({"type": kind, **members}))


def data(payload: Any) -> bytes:
    return b"data: %b\n\n" % json.dumps(payload).encode()


def anthropic() -> list[bytes]:
    usage = {"input_tokens": 40, "output_tokens": 1}
    message = {"id": "msg_1", "type": "message", "model": "claude-stub", "content": []}
    return [
        event("message_start", message=message | {"usage": usage}),
        event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
        *(
            event("content_block_delta", index=0, delta={"type": "text_delta", "text": words})
            for words in WORDS
        ),
    ]


def chat() -> list[bytes]:
    head = {"id": "c", "model": "gpt-stub", "object": "chat.completion.chunk", "created": 1}
    return [
        data(head | {"choices": [{"index": 0, "delta": {"content": words}, "finish_reason": None}]})
        for words in WORDS
    ]


def responses() -> list[bytes]:
    begun = {"id": "resp_1", "model": "resp-stub", "status": "in_progress", "output": []}
    message = {"id": "m", "type": "message", "role": "assistant", "content": []}
    part = {"type": "output_text", "text": "", "annotations": []}
    place = {"item_id": "m", "output_index": 0, "content_index": 0}
    return [
        event("response.created", sequence_number=0, response=begun),
        event("response.output_item.added", sequence_number=1, output_index=0, item=message),
        event("response.content_part.added", sequence_number=2, part=part, **place),
        *(
            event("response.output_text.delta", sequence_number=3 + at, delta=words, **place)
            for at, words in enumerate(WORDS)
        ),
    ]


def gemini() -> list[bytes]:
    """Its usage grows with the answer."""
    return [
        data(
            {
                "candidates": [
                    {"content": {"parts": [{"text": words}], "role": "model"}, "index": 0}
                ],
                "usageMetadata": {"promptTokenCount": 40, "candidatesTokenCount": 5 * at},
                "modelVersion": "gemini-stub",
            }
        )
        for at, words in enumerate(WORDS, 1)
    ]


STREAMS = {
    "claude-stub": anthropic,
    "gpt-stub": chat,
    "resp-stub": responses,
    "gemini-stub": gemini,
}
TOLD_INPUT = {"claude-stub": 40, "gemini-stub": 40}
DOORS = {
    "/v1/messages": {"max_tokens": 99, "messages": [{"role": "user", "content": "go"}]},
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "go"}]},
    "/v1/responses": {"input": "go"},
    "/v1beta/models/{model}:streamGenerateContent?alt=sse": {
        "contents": [{"role": "user", "parts": [{"text": "go"}]}]
    },
}


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    # the stand-in's address is known only when it runs, so the tables are written then
    async with house_in(tmp_path / "home") as house:
        config = house.container.places.config_file
        more = PROVIDERS.format(base_url=house.lane.base_url, root_url=house.lane.root_url)
        config.write_text(config.read_text() + more)
        house.container.check_settings()
        yield house


def ask(door: str, model: str) -> tuple[str, dict[str, Any]]:
    if "{model}" in door:
        return door.format(model=model), DOORS[door]
    return door, {**DOORS[door], "model": model, "stream": True}


async def closed(house: House) -> FlightSummary:
    """The one that has ended since this was asked last."""
    async with asyncio.timeout(5):
        while not house.closed:
            await asyncio.sleep(0.01)
    flight = house.closed.pop()
    assert not house.closed
    return flight


def is_bounded(flight: FlightSummary, model: str) -> None:
    """At least what came is told, never more than was said, and the cost is marked."""
    said = sum(len(words.split()) for words in WORDS)
    assert flight.usage.output_tokens is not None
    assert said <= flight.usage.output_tokens <= max(said, 5 * len(WORDS))
    assert flight.provenance(Figure.OUTPUT) is Provenance.PARTIAL
    if model in TOLD_INPUT:
        assert flight.usage.input_tokens == TOLD_INPUT[model]
        assert flight.provenance(Figure.INPUT) is Provenance.TOLD
    assert flight.cost_usd is not None
    assert flight.provenance(Figure.COST) is Provenance.PARTIAL


@pytest.mark.parametrize("door", DOORS)
async def test_the_upstream_cuts(house: House, door: str) -> None:
    for model, stream in STREAMS.items():
        frames = stream()
        house.lane.then(stream_of(*frames, delivery=Delivery(cut_after=len(frames), cut_by="fin")))
        path, body = ask(door, model)
        async with house.post(path, body) as answer:
            assert answer.status == 200, await answer.text()
            heard = await answer.read()
        assert LAST_WORDS in heard
        if (door, model) == ("/v1/responses", "resp-stub"):
            numbers = re.findall(rb'"sequence_number": ?(\d+)', heard)
            assert [int(each) for each in numbers] == list(range(len(frames) + 1))
        flight = await closed(house)
        assert flight.state is FlightState.CUT
        is_bounded(flight, model)


@pytest.mark.parametrize("door", DOORS)
async def test_the_client_leaves(house: House, door: str) -> None:
    for model, stream in STREAMS.items():
        house.lane.then(stream_of(*stream(), delivery=Delivery(linger=True)))
        path, body = ask(door, model)
        async with house.post(path, body) as answer:
            heard = b""
            while LAST_WORDS not in heard:
                heard += await answer.content.readany()
            answer.close()
        flight = await closed(house)
        assert flight.state is FlightState.CANCELED
        is_bounded(flight, model)


@pytest.mark.parametrize("door", ["/v1/chat/completions", "/v1/messages"])
async def test_a_last_word_without_a_reason_to_stop_is_a_cut(house: House, door: str) -> None:
    """Go-betweens say [DONE] whatever became of the answer."""
    usage = {"prompt_tokens": 40, "completion_tokens": 30}
    told = data({"id": "c", "model": "gpt-stub", "choices": [], "usage": usage})
    house.lane.then(stream_of(*chat(), told, b"data: [DONE]\n\n"))
    path, body = ask(door, "gpt-stub")
    async with house.post(path, body) as answer:
        heard = await answer.read()
    assert b"without finishing it" in heard
    flight = await closed(house)
    assert (flight.state, flight.error_kind) == (FlightState.CUT, "upstream_cut")
    assert flight.usage.output_tokens == 30
    assert flight.provenance(Figure.OUTPUT) is Provenance.PARTIAL
