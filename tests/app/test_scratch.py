"""The scratch pad in a whole gateway: each door, streamed and whole, canceled, refused."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from llmgw_desktop.app.composition.container import Container
from llmgw_desktop.app.routing.scratch import (
    DOORS,
    ScratchWish,
    answer_words,
    request_of,
    request_words,
    response_words,
    standing_words,
)
from llmgw_desktop.domain.errors import GatewayClosed
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.pipeline.scratch_client import ScratchTalk
from llmgw_desktop.store.paths import Places


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def container(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Container]:
    folder = tmp_path_factory.mktemp("scratch")
    env = {"LLMGW_HOME": str(folder / "home"), "HOME": str(folder), "PATH": os.environ["PATH"]}
    places = Places.of(env)
    places.make()
    places.config_file.write_text("[http]\nport = 0\n")
    made = Container(places, env)
    await made.start()
    yield made
    await made.stop()


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def asked(container: Container, wish: ScratchWish) -> ScratchTalk:
    talk = container.scratch.begin(wish)
    await container.scratch.ask(talk)
    return talk


@pytest.mark.parametrize("streams", [True, False])
@pytest.mark.parametrize("door", list(DOORS))
async def test_every_door_is_asked_and_read(
    container: Container, door: ModelProtocol, streams: bool
) -> None:
    wish = ScratchWish(
        model="practice/echo",
        prompt="Say “tea” — and mean it.",
        system="Be brief.",
        door=door,
        streams=streams,
        max_tokens="1,000",
        temperature="0.5",
    )
    talk = await asked(container, wish)
    assert talk.is_done
    assert "“tea” — and mean it." in answer_words(talk)
    assert (talk.status, talk.error) == (200, "")
    flight = talk.flight
    assert flight is not None
    assert (flight.state, flight.protocol, flight.streaming) == (FlightState.OK, door, streams)
    assert flight.client == "local"
    wire = request_words(talk.request)
    assert wire.startswith("POST /v1")
    assert "Be brief." in wire
    back = response_words(talk)
    assert back.startswith("HTTP 200\n")
    assert f"x-llmgw-flight: {flight.id}" in back
    words = standing_words(talk)
    assert words.startswith("practice")
    assert "tokens" in words
    record = container.flights.record(flight.id)
    assert record is None or record.summary.id == flight.id


async def test_what_is_sent_is_what_the_vendors_own_program_would(container: Container) -> None:
    wish = ScratchWish(model="m", prompt="hi", door=ModelProtocol.ANTHROPIC)
    body = json.loads(request_of(wish).body)
    assert (body["model"], body["max_tokens"], body["stream"]) == ("m", 1024, True)
    gemini = request_of(ScratchWish(model="a b/ü", prompt="hi", door=ModelProtocol.GEMINI))
    assert gemini.path == "/v1beta/models/a%20b/%C3%BC:streamGenerateContent"
    assert gemini.query == "alt=sse"


@pytest.mark.parametrize("door", list(DOORS))
async def test_a_refusal_is_said_in_its_own_words(
    container: Container, door: ModelProtocol
) -> None:
    talk = await asked(container, ScratchWish(model="nowhere-9", prompt="hi", door=door))
    assert talk.status == 404
    assert "nowhere-9" in talk.error
    assert standing_words(talk).startswith("Not answered (404")
    assert response_words(talk).startswith("HTTP 404\n")


async def test_who_stops_it_ends_it_and_its_flight_says_so(container: Container) -> None:
    wish = ScratchWish(model="practice/slow", prompt="word " * 200)
    talk = container.scratch.begin(wish)
    task = asyncio.create_task(container.scratch.ask(talk))
    while not talk.text:
        await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert talk.is_done
    assert talk.flight is not None
    assert talk.flight.state is FlightState.CANCELED
    assert standing_words(talk).startswith("Stopped.")


async def test_a_paused_gateway_asks_nobody(container: Container) -> None:
    container.control.pause()
    try:
        talk = container.scratch.begin(ScratchWish(model="practice/echo", prompt="hi"))
        with pytest.raises(GatewayClosed):
            await container.scratch.ask(talk)
        assert talk.is_done
    finally:
        container.control.resume()


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (ScratchWish(model=" ", prompt="hi"), "model"),
        (ScratchWish(model="m", prompt=" "), "prompt"),
        (ScratchWish(model="m", prompt="\ud800"), "prompt"),
        (ScratchWish(model="m", prompt="hi", max_tokens="0"), "maxTokens"),
        (ScratchWish(model="m", prompt="hi", max_tokens="many"), "maxTokens"),
        (ScratchWish(model="m", prompt="hi", temperature="hot"), "temperature"),
        (ScratchWish(model="m", prompt="hi", temperature="nan"), "temperature"),
    ],
)
async def test_what_cannot_be_asked_is_said_beside_its_field(wish: ScratchWish, field: str) -> None:
    with pytest.raises(InvalidRun) as told:
        request_of(wish)
    assert told.value.field == field


async def test_models_can_be_named_practice_last(container: Container) -> None:
    assert "practice/echo" in await container.scratch.models()
