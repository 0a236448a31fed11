"""The gateway's own questions go the way of all requests, and tell how they ended."""

from __future__ import annotations

import asyncio

import pytest

from llmgw_desktop.domain.access.principal import LOCAL, Principal, Scope
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.engine.pipeline.in_process_client import InProcessClient
from tests.engine.conftest import House
from tests.support.answers import Answer, Delivery, Hangup, Refusal, Silence

ANNA = Principal(client_id="cli_1", name="anna", scopes=frozenset({Scope.MODELS_USE}))
KINDS = ["claude-stub", "gpt-stub"]


def asking(house: House) -> InProcessClient:
    return house.container.gateway._engine.models


@pytest.mark.parametrize("model", KINDS)
async def test_the_text_comes_in_pieces_and_then_the_whole(house: House, model: str) -> None:
    house.lane.always = Answer(delivery=Delivery(pace_s=0.02))
    asked = asking(house).ask(model, "ping", ANNA, system="be short", max_tokens=40)
    pieces = [piece async for piece in asked]
    result = await asked.result()

    assert len(pieces) > 1
    assert "".join(pieces) == result.text == "pong from the upstream"
    assert result.is_well
    assert result.provider == {"claude-stub": "claude", "gpt-stub": "chat"}[model]
    assert result.model == model
    assert result.usage.output_tokens == 9
    assert result.stop_reason is not None
    (flight,) = house.closed
    assert (flight.id, flight.client) == (result.flight_id, "anna")
    assert (flight.state, flight.account) == (FlightState.OK, result.account)
    sent = house.lane.only.json()
    assert "be short" in str(sent)
    assert sent["max_tokens"] == 40


async def test_it_is_listened_to_any_number_of_times_or_not_at_all(house: House) -> None:
    asked = asking(house).ask("practice/echo", "say this again", ANNA)
    first = "".join([piece async for piece in asked])
    assert "".join([piece async for piece in asked]) == first
    assert (await asked.result()).text == first
    assert (
        "say this again"
        in (await asking(house).ask("practice/echo", "say this again", ANNA).result()).text
    )


@pytest.mark.parametrize("model", KINDS)
@pytest.mark.parametrize(
    ("status", "category"),
    [(401, "auth_error"), (429, "rate_limit"), (400, "invalid_input"), (500, "upstream_error")],
)
async def test_a_vendors_refusal_has_its_category(
    house: House, model: str, status: int, category: str
) -> None:
    house.lane.always = Refusal(status=status, message="no, says the vendor")
    result = await asking(house).ask(model, "ping", ANNA).result()
    assert result.error is not None
    assert result.error.category == category
    assert result.text == ""
    assert house.closed[0].id == result.flight_id


async def test_secrets_in_a_vendors_words_are_left_out(house: House) -> None:
    secret = "sk-ant-api03-" + "x" * 60
    house.lane.always = Refusal(status=400, message=f"bad {secret}")
    for model in KINDS:
        result = await asking(house).ask(model, "ping", ANNA).result()
        assert "bad" in str(result.error)
        assert "sk-ant" not in str(result.error)


@pytest.mark.parametrize("model", KINDS)
async def test_a_cut_stream_keeps_what_came_and_says_so(house: House, model: str) -> None:
    house.lane.always = Answer(text="one two three", delivery=Delivery(cut_after=4))
    result = await asking(house).ask(model, "ping", ANNA).result()
    assert result.error is not None
    assert result.error.reason == "upstream_cut"
    assert result.error.is_passing
    assert "one two three".startswith(result.text)


async def test_nobody_there_and_nobody_answering(house: House) -> None:
    house.lane.always = Hangup()
    gone = await asking(house).ask("gpt-stub", "ping", ANNA).result()
    house.lane.always = Silence()
    silent = await asking(house).ask("gpt-stub", "ping", ANNA).result()
    unknown = await asking(house).ask("no-such", "ping", ANNA).result()
    assert gone.error is not None
    assert gone.error.category == "upstream_error"
    assert silent.error is not None
    assert silent.error.category == "timeout"
    assert unknown.error is not None
    assert unknown.error.category == "invalid_input"
    assert "no-such" in str(unknown.error)


async def test_who_may_not_use_models_has_no_flight(house: House) -> None:
    reader = Principal(client_id="cli_2", name="ben", scopes=frozenset({Scope.MCP}))
    result = await asking(house).ask("gpt-stub", "ping", reader).result()
    assert result.error is not None
    assert result.error.category == "permission_denied"
    assert (result.flight_id, house.closed, house.lane.requests) == ("", [], [])


async def test_a_paused_gateway_asks_nobody(house: House) -> None:
    house.container.gateway.pause()
    result = await asking(house).ask("gpt-stub", "ping", LOCAL).result()
    assert result.error is not None
    assert result.error.category == "saturated"
    assert house.lane.requests == []


@pytest.mark.parametrize("model", KINDS)
@pytest.mark.parametrize("way", ["cancel", "task", "context"])
async def test_a_cancelled_question_lets_the_vendor_go(house: House, model: str, way: str) -> None:
    house.lane.always = Answer(text="one two three", delivery=Delivery(stall_after=4))
    asked = asking(house).ask(model, "ping", ANNA)

    async def listen() -> None:
        async for _ in asked:
            heard.set()

    heard = asyncio.Event()
    if way == "context":
        async with asked:
            async for _ in asked:
                break
    else:
        listener = asyncio.create_task(listen())
        await heard.wait()
        if way == "cancel":
            asked.cancel()
            await listener
        else:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
    result = await asked.result()

    assert result.error is not None
    assert result.error.category == "canceled"
    assert house.closed[0].state is FlightState.CANCELED
    seen = house.lane.only
    assert await asyncio.to_thread(seen.wait_over)
    assert seen.peer_closed_at is not None


async def test_a_question_cancelled_before_it_began_ends_too(house: House) -> None:
    asked = asking(house).ask("gpt-stub", "ping", ANNA)
    asked.cancel()
    result = await asked.result()
    assert result.error is not None
    assert result.error.category == "canceled"
    assert house.lane.requests == []


async def test_the_gateways_stop_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmgw_desktop.engine.gateway.GRACE_S", 0.05)
    house.lane.always = Answer(delivery=Delivery(begin_s=30))
    asked = asking(house).ask("gpt-stub", "ping", ANNA)
    await asyncio.to_thread(house.lane.wait_for, 1)
    await house.container.gateway.stop()
    result = await asked.result()
    assert result.error is not None
    assert result.error.reason == "gateway_closed"


async def test_project_and_no_fallback_are_said(house: House) -> None:
    seen: list[tuple[str, bool]] = []
    router = house.container.gateway._engine.pipeline.router
    route = router.route

    def noted(request):  # type: ignore[no-untyped-def]
        seen.append((request.project, request.headers.get("X-LLMGW-No-Fallback") == "true"))
        return route(request)

    router.route = noted  # type: ignore[method-assign]
    await asking(house).ask("gpt-stub", "p", ANNA, project="acme", strict=True).result()
    await asking(house).ask("gpt-stub", "p", ANNA).result()
    assert seen == [("acme", True), ("", False)]


async def test_too_long_an_answer_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llmgw_desktop.engine.pipeline.in_process_client.LONGEST_TEXT", 10)
    result = await asking(house).ask("gpt-stub", "ping", ANNA).result()
    assert result.error is not None
    assert result.error.reason == "upstream_garbage"
    assert len(result.text) <= 10


async def test_what_no_request_can_hold_is_refused_in_words(house: House) -> None:
    half = await asking(house).ask("gpt-stub", "a\ud800b", ANNA).result()
    assert half.error is not None
    assert half.error.category == "invalid_input"
    assert "half a character" in str(half.error)
    assert house.lane.requests == []
