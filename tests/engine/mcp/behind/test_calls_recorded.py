"""Each call of a tool of another server is a flight: found, shown, counted nowhere twice."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from llmgw_desktop.app.flights.compared import compare_records
from llmgw_desktop.app.flights.conversation.transcript import conversation_of
from llmgw_desktop.app.flights.errors import explained
from llmgw_desktop.app.flights.formats import facts, sentence
from llmgw_desktop.domain.access.principal import LOCAL
from llmgw_desktop.domain.errors import NotReplayable
from llmgw_desktop.domain.flights.flight import FlightState, PhaseName
from llmgw_desktop.domain.jobs.approval import Decision
from llmgw_desktop.domain.jobs.run_errors import InvalidRun
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.wire.native.replay import ReplayWish, replay_request
from llmgw_desktop.wire.tokens import IMAGE_TOKENS, result_tokens
from tests.engine.conftest import House, house_in
from tests.engine.mcp.behind.test_calls_ask import _KEY, asked, say, waits
from tests.support.mcp_servers import client_of, odd, table, text_of


async def recorded(house: House) -> Any:
    """The flight that ended last."""
    async with asyncio.timeout(30):
        while not house.closed:
            await asyncio.sleep(0.005)
    await asyncio.to_thread(house.container.recording.store.flush, 5)
    found = await asyncio.to_thread(house.container.flights.record, house.closed[-1].id)
    assert found is not None
    return found


async def test_a_call_is_a_flight_with_all_that_was_said(tmp_path: Path) -> None:
    servers = table("odd", odd(str(tmp_path / "notes")))
    async with house_in(tmp_path / "home", servers) as house, client_of(house) as client:
        result = await client.call_tool("odd__echo", {"words": f"a {_KEY} b"})
        assert _KEY in text_of(result)
        record = await recorded(house)
    flight = record.summary
    assert (flight.protocol, flight.operation) == (ModelProtocol.MCP, Operation.CALL_TOOL)
    assert (flight.state, flight.client) == (FlightState.OK, "local")
    assert (flight.model_asked, flight.provider) == ("odd/echo", "mcp:odd")
    assert orjson.loads(record.request_body)["name"] == "echo"
    assert _KEY.encode() not in record.request_body + record.answer_body
    assert flight.request_bytes > 100
    assert flight.answer_bytes > 100
    assert flight.took_ms is not None
    assert [each.name for each in record.phases] == [PhaseName.CONNECT, PhaseName.WAIT]
    assert flight.usage.output_tokens == result_tokens(
        {"content": [{"type": "text", "text": text_of(result)}]}
    )
    assert flight.usage.estimated == Figure.OUTPUT
    assert (flight.cost_usd, flight.is_counted) == (None, False)
    assert sentence(flight, 0.0).startswith("local called odd/echo; mcp:odd answered in ")
    told = {each.label: each.value for each in facts(record)}
    assert told["Tool"] == "odd/echo"
    assert told["Counted"] == "With the request of the model that reads the result"
    (asked_for,) = conversation_of(record, of_request=True)
    assert asked_for.parts[0].title == "echo"
    (answered,) = conversation_of(record, of_request=False)
    assert answered.parts[0].text.startswith("echo: a ")
    assert replay_request(record, ReplayWish(keeps_marks=True)).is_as_before
    with pytest.raises(InvalidRun, match="neither a model nor messages"):
        replay_request(record, ReplayWish(keeps_marks=True), "other")


async def test_a_call_of_what_only_reads_is_made_again_and_compared(tmp_path: Path) -> None:
    servers = table("odd", odd(str(tmp_path / "notes")))
    async with house_in(tmp_path / "home", servers) as house, client_of(house) as client:
        await client.call_tool("odd__echo", {"words": "one"})
        first = await recorded(house)
        replays, who = house.container.flight_replays, LOCAL
        (plan,) = await replays.plan(first, ReplayWish(), who)
        assert (plan.problem, plan.usd) == ("", None)
        wish = ReplayWish(times=2, changes={"arguments": {"words": "two"}})
        flown = await replays.run(first, wish, who)
        assert [each.replay_of for each in flown] == [first.summary.id] * 2
        again = await recorded(house)
        assert orjson.loads(again.request_body)["arguments"] == {"words": "two"}
        assert b"echo: two" in again.answer_body
        assert len({each.id for each in flown} | {first.summary.id}) == 3
        both = compare_records(first, again)
        assert "two" in str(both)
        await client.call_tool("odd__wipe", {})
        other = await recorded(house)
        (plan,) = await replays.plan(other, ReplayWish(), who)
        assert "odd/wipe does not say that it only reads" in plan.problem
        with pytest.raises(NotReplayable, match="may change something each time"):
            await replays.run(other, ReplayWish(), who)
        assert house.closed[-1].id == other.summary.id, "nothing was called"


async def test_what_a_person_allowed_or_denied_is_told(tmp_path: Path) -> None:
    async with asked(tmp_path) as (house, client):
        going = asyncio.create_task(client.call_tool("odd__wipe", {}))
        say(house, await waits(house), Decision.ONCE)
        await going
        allowed = await recorded(house)
        going = asyncio.create_task(client.call_tool("odd__wipe", {}))
        say(house, await waits(house), Decision.DENY, "No.")
        await going
        denied = await recorded(house)
    assert allowed.phases[0].name is PhaseName.HELD
    assert allowed.summary.client == "Anna's editor"
    assert (denied.summary.state, denied.summary.error_kind) == (
        FlightState.FAILED,
        "tool_server_forbidden",
    )
    assert "They say: No." in denied.summary.error_text
    told = explained(denied.summary)
    assert told is not None
    assert told.what == "The tool was not called."


async def test_failures_and_calls_that_are_taken_back(tmp_path: Path) -> None:
    async with asked(tmp_path) as (house, client):
        assert (await client.call_tool("odd__crash", {})).is_error
        crashed = await recorded(house)
        assert crashed.summary.error_kind == "tool_server"
        assert "exit code 3" in crashed.summary.error_text
        going: asyncio.Task[Any] = asyncio.create_task(client.call_tool("odd__wipe", {}))
        await waits(house)
        going.cancel()
        async with asyncio.timeout(30):
            while len(house.closed) < 2:
                await asyncio.sleep(0.005)
        assert house.closed[-1].state is FlightState.CANCELED
        await client.list_tools()  # what came to the call that was taken back came before


async def test_it_is_found_by_its_words_and_counts_in_no_sum(tmp_path: Path) -> None:
    servers = table("odd", odd(str(tmp_path / "notes")))
    async with house_in(tmp_path / "home", servers) as house, client_of(house) as client:
        await client.call_tool("odd__echo", {"words": "marmalade"})
        await recorded(house)
        async with house.get("/v1/flights?filter=model:odd/echo") as answer:
            told = await answer.json()
        assert [each["protocol"] for each in told["flights"]] == ["mcp"]
        meters = house.container.recording.meters
        assert not meters.tokens


def test_the_estimate_counts_texts_and_pictures() -> None:
    picture = {"type": "image", "data": "x" * 90_000}
    told = {"content": [{"type": "text", "text": "x" * 400}, picture]}
    assert result_tokens(told) == 100 + IMAGE_TOKENS
    assert result_tokens({"content": [], "structuredContent": {"a": 1}}) == 2
    assert result_tokens({}) == 0
