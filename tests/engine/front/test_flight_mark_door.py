"""`POST` and `DELETE /v1/flights/ID/mark`, `llmgw flights mark`, the tool: one's own flights."""

from __future__ import annotations

import asyncio
import io
import sys
from dataclasses import replace

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.flights import command
from llmgw_desktop.domain.access.principal import ALL_SCOPES, LOCAL, Scope
from llmgw_desktop.domain.clock import TimedIds
from tests.engine.conftest import House

ASKED = {
    "model": "claude-stub",
    "max_tokens": 9,
    "messages": [{"role": "user", "content": "Hello"}],
}


async def _flown(house: House, **headers: str) -> str:
    async with house.post("/v1/messages", ASKED, **headers) as answer:
        await answer.read()
        flight = str(answer.headers["x-llmgw-flight"])
    assert await asyncio.to_thread(house.container.recording.store.flush, 5.0)
    return flight


async def test_a_flight_is_marked_listed_and_unmarked(house: House) -> None:
    flight = await _flown(house)
    path = f"/v1/flights/{flight}/mark"
    async with house.post(path, {"note": "my key is sk-ant-REDACTED" + "a1B2" * 12}) as answer:
        assert answer.status == 200, await answer.text()
        told = (await answer.json())["flight"]
    assert (told["id"], told["marked"]) == (flight, True)
    assert "a1B2" not in told["note"]
    async with house.get("/v1/flights?filter=marked:yes%20note:key") as answer:
        assert [each["id"] for each in (await answer.json())["flights"]] == [flight]
    for wrong in ({"note": 7}, {"words": "x"}, {"note": "x" * 501}):
        async with house.post(path, wrong) as answer:
            assert answer.status == 400, wrong
    headers = house.headers()
    async with house.session.delete(f"{house.url}{path}", headers=headers) as answer:
        assert (await answer.json())["flight"]["marked"] is False
    async with house.post("/v1/flights/flt_none/mark", {}) as answer:
        assert answer.status == 404


async def test_anothers_flight_is_not_there(house: House) -> None:
    container = house.container
    keys = ClientKeys(container.access.clients, container.clock, TimedIds(container.clock))
    other = keys.add("other", (Scope.MODELS_USE, Scope.FLIGHTS_READ))
    headers = {"Authorization": f"Bearer {other}"}
    persons, own = await _flown(house), await _flown(house, **headers)
    async with house.post(f"/v1/flights/{persons}/mark", {}, **headers) as answer:
        assert answer.status == 404
    async with house.post(f"/v1/flights/{own}/mark", {}, **headers) as answer:
        assert answer.status == 200
    toolbox = container.mcp_offer().toolbox
    agent = replace(LOCAL, client_id="agent", scopes=ALL_SCOPES - {Scope.ADMIN})
    told = await toolbox.call("flight_mark", {"flightId": own, "unmark": True}, agent)
    assert told.is_error


@pytest.mark.parametrize("is_running", [True, False])
async def test_by_command_with_a_gateway_and_without(house: House, is_running: bool) -> None:
    flight = await _flown(house)
    places = house.container.places
    if not is_running:
        await house.container.gateway.stop()
        places.run_file.unlink(missing_ok=True)

    def told(*words: str) -> tuple[int, str]:
        out, kept = io.StringIO(), (sys.stdout, sys.stderr)
        sys.stdout = sys.stderr = out
        try:
            return command.run(parse(["flights", *words]), places, {}), out.getvalue()
        finally:
            sys.stdout, sys.stderr = kept

    code, said = await asyncio.to_thread(told, "mark", flight, "--note", "look again")
    assert (code, said) == (0, f"{flight} is marked, and kept.\n")
    assert flight in (await asyncio.to_thread(told, "list", "note:again"))[1]
    assert "marked                look again" in (await asyncio.to_thread(told, "show", flight))[1]
    code, _ = await asyncio.to_thread(told, "unmark", flight)
    assert "marked  " not in (await asyncio.to_thread(told, "show", flight))[1]
    assert code == 0
    assert flight not in (await asyncio.to_thread(told, "list", "marked:yes"))[1]
    assert (await asyncio.to_thread(told, "mark", "flt_none"))[0] == 1
