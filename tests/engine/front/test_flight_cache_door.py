"""`GET /v1/flights/ID/cache`, its tool, its resource and `llmgw flights why`: a whole gateway tells
why a cache missed."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.flights import command
from llmgw_desktop.domain.access.principal import LOCAL, Principal, Scope
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.engine.mcp.tool import NotFound
from llmgw_desktop.engine.mcp.tools.cache_tools import cache_resources, cache_tools
from tests.engine.conftest import House, house_in
from tests.support.answers import Answer, Spent

WORDS = "The gateway tells what became of every request. " * 40
PRICED = """
[[prices]]
provider = "claude"
model = "*"
input = 3.0
output = 15.0
cache_read = 0.3
cache_write_5m = 3.75
"""


def _asked(clock: str, *said: str) -> dict[str, Any]:
    """A request whose thirteenth tool tells the time."""
    tools = [
        {
            "name": f"tool_{at}",
            "description": f"{WORDS}{clock if at == 12 else ''}",
            "input_schema": {"type": "object", "properties": {}},
        }
        for at in range(13)
    ]
    messages = [
        {"role": "assistant" if at % 2 else "user", "content": each} for at, each in enumerate(said)
    ]
    mark = {"type": "ephemeral"}
    system = [{"type": "text", "text": WORDS, "cache_control": mark}]
    return {
        "model": "claude-stub",
        "max_tokens": 64,
        "tools": tools,
        "system": system,
        "messages": messages,
    }


async def _flown(house: House, asked: dict[str, Any], spent: Spent, **headers: str) -> str:
    house.lane.always = Answer(spent=spent)
    async with house.post("/v1/messages", asked, **headers) as answer:
        assert answer.status == 200, await answer.text()
        return str(answer.headers["x-llmgw-flight"])


async def _told(house: House, flight_id: str, **headers: str) -> tuple[int, dict[str, Any]]:
    async with house.get(f"/v1/flights/{flight_id}/cache", **headers) as answer:
        told = await answer.json()
        return answer.status, told.get("cache", told)


FIRST = Spent(input_tokens=10, cache_read=0, cache_write_5m=7000, cache_write_1h=0)
AGAIN = Spent(input_tokens=10, cache_read=0, cache_write_5m=7020, cache_write_1h=0)


async def _missed(house: House) -> tuple[str, str]:
    one = await _flown(house, _asked("It is 14:02:11.", "go"), FIRST)
    two = await _flown(house, _asked("It is 14:02:59.", "go", "yes", "on"), AGAIN)
    return one, two


async def test_a_clock_in_a_tool_is_named_with_what_it_cost(tmp_path: Any) -> None:
    async with house_in(tmp_path / "home", PRICED) as house:
        one, two = await _missed(house)
        status, first = await _told(house, one)
        assert (status, first["cause"], first["isMiss"]) == (200, "first_request", False)
        status, told = await _told(house, two)
    assert status == 200
    assert (told["cause"], told["place"]) == ("tools", "tools[12].description")
    assert told["words"] == "tools[12].description changed: a clock."
    assert told["comparedWith"] == one
    difference = told["difference"]
    assert difference["byte"] == len(WORDS) + len("It is 14:02:")
    assert difference["before"].endswith("It is 14:02:11.")
    assert difference["now"].endswith("It is 14:02:59.")
    assert difference["looksLike"] == "clock"
    assert told["lostTokens"] == {"value": 7000, "provenance": "told"}
    assert told["rewrittenTokens"] == 7000
    assert told["lostUsd"] == pytest.approx(7000 * (3.75 - 0.3) / 1e6)
    assert "Keep a clock out" in told["advice"]
    changed = [each["place"] for each in told["blocks"] if each["changed"]]
    assert changed == ["tools[12]"]
    assert told["warmUntil"] is not None


async def test_a_flight_is_its_owners_and_compared_with_the_owners_alone(house: House) -> None:
    container = house.container
    assert container.access.clients is not None
    keys = ClientKeys(container.access.clients, container.clock, TimedIds(container.clock))
    mine = keys.add("mine", (Scope.MODELS_USE, Scope.FLIGHTS_READ))
    deaf = keys.add("deaf", (Scope.MODELS_USE,))
    headers = {"Authorization": f"Bearer {mine}"}
    persons = await _flown(house, _asked("", "go"), FIRST)
    own = await _flown(house, _asked("", "go", "yes", "on"), AGAIN, **headers)
    status, told = await _told(house, own, **headers)
    assert (status, told["cause"], told["comparedWith"]) == (200, "first_request", None)
    _, seen = await _told(house, own)
    assert (seen["cause"], seen["comparedWith"]) == ("provider", persons)
    assert (await _told(house, persons, **headers))[0] == 404
    assert (await _told(house, own, Authorization=f"Bearer {deaf}"))[0] == 403
    assert (await _told(house, "flt_never"))[0] == 404


async def test_tool_and_resource_say_the_same(house: House) -> None:
    _, two = await _missed(house)
    _, told = await _told(house, two)
    explainer = house.container.recording.explainer
    (tool,) = cache_tools(explainer)
    (resource,) = cache_resources(explainer)
    person = LOCAL
    read = json.loads(await resource.read(person, {"flightId": two}))
    assert read == told
    stranger: Principal = replace(person, client_id="other", scopes=frozenset({Scope.FLIGHTS_READ}))
    with pytest.raises(NotFound):
        await resource.read(stranger, {"flightId": two})
    assert tool.scope is Scope.FLIGHTS_READ


async def test_the_command_says_why_with_a_gateway_and_without(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house_in(tmp_path / "home", PRICED) as house:
        _, two = await _missed(house)
        await _told(house, two)
        places = house.container.places

        def said(*words: str) -> tuple[int, str, str]:
            code = command.run(parse(["flights", "why", *words]), places, {})
            told = capsys.readouterr()
            return code, told.out, told.err

        code, lines, _ = await asyncio.to_thread(said, two)
        assert code == 0
        assert "tools[12].description changed: a clock." in lines
        assert "$0.0242" in lines
        assert (await asyncio.to_thread(said, "flt_never"))[0] == 1
        whole = json.loads((await asyncio.to_thread(said, two, "--json"))[1])
        assert whole["cache"]["cause"] == "tools"
    code, lines, _ = await asyncio.to_thread(said, two)
    assert code == 0
    assert "tools[12].description changed" in lines
    assert "cannot be read" in lines  # the words lie encrypted, and the vault is the gateway's
    assert (await asyncio.to_thread(said, "flt_never"))[0] == 1


async def test_what_was_noted_under_another_key_is_not_compared(house: House) -> None:
    one, two = await _missed(house)
    await _told(house, two)
    moved = f"""UPDATE flight_prints SET key = key + 7
        WHERE flight = (SELECT seq FROM flights WHERE id = '{one}')"""
    await asyncio.to_thread(_change, house, moved)
    _, told = await _told(house, two)
    assert (told["cause"], told["isMiss"]) == ("unknown", False)
    assert "another key" in told["words"]


async def test_bodies_that_are_gone_leave_the_verdict(house: House) -> None:
    one, two = await _missed(house)
    await _told(house, two)
    await asyncio.to_thread(_change, house, "UPDATE flight_bodies SET request_body = NULL")
    _, told = await _told(house, two)
    assert (told["cause"], told["place"], told["comparedWith"]) == (
        "tools",
        "tools[12].description",
        one,
    )
    assert told["difference"] is None
    assert "not kept" in told["differenceUnknown"]


def _change(house: House, statement: str) -> None:
    with closing(sqlite3.connect(house.container.places.flights_db)) as connection, connection:
        connection.execute(statement)
