"""A run of a CLI behind every door: told in frames, answered in the caller's dialect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import orjson
import pytest
from multidict import CIMultiDict

from llmgw_desktop.domain.flights.price import Price, PriceRule, Rates
from llmgw_desktop.domain.provider import KINDS, ModelProtocol, ProviderKind
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.engine.upstream.answer import UpstreamCall
from llmgw_desktop.engine.upstream.practice import PracticeAnswer, PracticeClient
from llmgw_desktop.wire.cli import CliFrames
from tests.engine.conftest import House
from tests.engine.translation.test_doors import LAST, REQUESTS, TEXT, WORDS, ask

TOLD = CliFrames()
USAGE = Usage(input_tokens=10, output_tokens=3)
ANSWER = (TOLD.begun("run_1", "sonnet"), TOLD.text("po"), TOLD.text("ng"))
COST_USD = 0.25
COMPUTED_USD = 13.0
"""By the price below."""


class Runs:
    """In the place of whoever runs CLIs: says the same frames, streamed or not."""

    def __init__(self, frames: Sequence[bytes]) -> None:
        self.frames = frames
        self.bodies: list[dict[str, object]] = []

    async def send(self, call: UpstreamCall) -> PracticeAnswer:
        call.connected()
        self.bodies.append(orjson.loads(bytes(call.body)))
        headers = CIMultiDict({"content-type": "text/event-stream"})
        return PracticeAnswer(200, headers, self.frames)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, house: House) -> Runs:
    """The practice provider speaks as runs of CLIs do, and has a price."""
    runs = Runs([*ANSWER, TOLD.usage(USAGE, COST_USD), TOLD.ended("end_turn")])
    facts = replace(KINDS[ProviderKind.PRACTICE], protocols=(ModelProtocol.CLI,))
    monkeypatch.setitem(KINDS, ProviderKind.PRACTICE, facts)
    monkeypatch.setattr(PracticeClient, "send", lambda _self, call: runs.send(call))
    price = Price(rates=Rates(input=1e6, output=1e6))
    rule = PriceRule(provider="*", model="*", price=price)
    house.container.recording.recorder.pricing.apply((), [rule])
    return runs


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("door", REQUESTS)
async def test_every_door_reaches_a_cli(
    house: House, runs: Runs, door: str, *, streaming: bool
) -> None:
    path, body = ask(door, "practice/echo", streaming=streaming)
    async with house.post(path, body) as reply:
        assert reply.status == 200, await reply.text()
        if streaming:
            assert LAST[door] in await reply.read()
        else:
            assert TEXT[door](await reply.json()) == "pong"
        dropped = reply.headers.get("x-llmgw-dropped", "")
    assert runs.bodies == [{"prompt": WORDS, "system": ""}]
    (flight,) = house.closed
    assert flight.state == "ok"
    assert flight.upstream_protocol is ModelProtocol.CLI
    # Responses has no answer without figures of a cache and of reasoning
    counted = 0 if door == "responses" else None
    assert replace(flight.usage, estimated=0) == replace(
        USAGE, cache_read_tokens=counted, cache_write_tokens=counted, reasoning_tokens=counted
    )
    assert flight.stop_reason == "end_turn"
    assert flight.cost_usd == COST_USD
    assert dropped == ", ".join(flight.losses)


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
async def test_a_cost_that_was_not_told_is_computed(
    house: House, runs: Runs, *, streaming: bool
) -> None:
    runs.frames = [*ANSWER, TOLD.usage(USAGE), TOLD.ended()]
    path, body = ask("chat", "practice/echo", streaming=streaming)
    async with house.post(path, body) as reply:
        assert b"ng" in await reply.read()
    (flight,) = house.closed
    assert flight.cost_usd == COMPUTED_USD


async def test_a_strict_caller_is_refused_before_anything_runs(house: House, runs: Runs) -> None:
    path, body = ask("chat", "practice/echo", streaming=False)
    async with house.post(path, {**body, "seed": 7}, **{"x-llmgw-strict": "1"}) as reply:
        assert reply.status == 400
        assert "seed" in (await reply.json())["error"]["message"]
    assert runs.bodies == []


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
async def test_a_run_that_is_cut_never_ends_well(
    house: House, runs: Runs, *, streaming: bool
) -> None:
    runs.frames = ANSWER
    path, body = ask("anthropic", "practice/echo", streaming=streaming)
    async with house.post(path, body) as reply:
        assert LAST["anthropic"] not in await reply.read()
    (flight,) = house.closed
    assert flight.error_kind == "upstream_cut"


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
async def test_a_failure_in_the_place_of_an_answer_is_an_error_like_any_other(
    house: House, runs: Runs, *, streaming: bool
) -> None:
    runs.frames = [TOLD.failed("Sign in first.", "authentication_error", 401)]
    path, body = ask("chat", "practice/echo", streaming=streaming)
    async with house.post(path, body) as reply:
        assert reply.status >= 400
        assert "Sign in first." in await reply.text()
    (flight,) = house.closed
    assert flight.error_text is not None
    assert "Sign in first." in flight.error_text


async def test_a_failure_within_a_stream_is_told_at_its_end(house: House, runs: Runs) -> None:
    runs.frames = [*ANSWER, TOLD.failed("Too many requests.", "rate_limit_error", 429)]
    path, body = ask("anthropic", "practice/echo", streaming=True)
    async with house.post(path, body) as reply:
        stream = await reply.read()
    assert b"Too many requests." in stream
    assert LAST["anthropic"] not in stream
    (flight,) = house.closed
    assert (flight.state, flight.error_kind) == ("cut", "upstream_stream_error")


async def test_tokens_are_estimated(house: House, runs: Runs) -> None:
    _, body = ask("anthropic", "practice/echo", streaming=False)
    async with house.post("/v1/messages/count_tokens", body) as reply:
        assert reply.status == 200
        assert (await reply.json())["input_tokens"] > 0
        assert reply.headers["x-llmgw-estimate"] == "true"
    assert runs.bodies == []
