"""`GET /v1/flights/A/diff/B`, `llmgw flights diff`, `flight_diff`: one's own, or not found."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.flights import command
from llmgw_desktop.domain.access.principal import ALL_SCOPES, LOCAL, Principal, Scope
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from tests.engine.conftest import House, house_in


def _asked(words: str, **changes: object) -> dict[str, Any]:
    messages = [{"role": "user", "content": words}]
    return {"model": "claude-stub", "max_tokens": 64, "messages": messages, **changes}


async def _flown(house: House, words: str, path: str = "/v1/messages", **changes: object) -> str:
    async with house.post(path, _asked(words, **changes)) as answer:
        assert answer.status == 200, await answer.text()
        return str(answer.headers["x-llmgw-flight"])


async def _diff(house: House, one: str, other: str, **headers: str) -> tuple[int, dict[str, Any]]:
    async with house.get(f"/v1/flights/{one}/diff/{other}", **headers) as answer:
        return answer.status, await answer.json()


async def _written(house: House) -> None:
    assert await asyncio.to_thread(house.container.recording.store.flush, 5.0)


async def test_two_are_told_beside_each_other(house: House) -> None:
    one = await _flown(house, "Say ping.")
    other = await _flown(house, "Say pong.", temperature=0.5)
    await _written(house)
    status, told = await _diff(house, one, other)
    assert status == 200, told
    found = told["diff"]
    assert [each["id"] for each in found["flights"]] == [one, other]
    assert found["request"]["same"] is False
    assert found["request"]["parameters"] == [
        {"change": "added", "name": "temperature", "values": [None, "0.5"]}
    ]
    [message] = found["request"]["messages"]
    changed = [run["text"] for run in message["words"] if run["change"] != "same"]
    assert changed == ["ping", "pong"]
    assert found["figures"]["inputTokens"][0]["provenance"] == "told"
    assert {each["phase"] for each in found["timeline"]} >= {"read", "route"}


async def test_of_two_dialects_what_they_say_is_compared(house: House) -> None:
    one = await _flown(house, "Say ping.")
    other = await _flown(house, "Say ping.", "/v1/chat/completions")
    await _written(house)
    found = (await _diff(house, one, other))[1]["diff"]
    assert found["request"]["messages"] == [{"change": "same", "count": 1}]
    assert [each["protocol"] for each in found["flights"]] == ["anthropic", "openai-chat"]


async def test_a_key_compares_its_own_alone(house: House) -> None:
    container = house.container
    clients, clock = container.access.clients, container.clock
    assert clients is not None
    keys = ClientKeys(clients, clock, TimedIds(clock))
    mine = keys.add("mine", (Scope.MODELS_USE, Scope.FLIGHTS_READ))
    deaf = keys.add("deaf", (Scope.MODELS_USE,))
    headers = {"Authorization": f"Bearer {mine}"}
    async with house.post("/v1/messages", _asked("a"), **headers) as answer:
        own = answer.headers["x-llmgw-flight"]
    others = await _flown(house, "b")
    assert (await _diff(house, own, own, **headers))[0] == 200
    assert (await _diff(house, own, own, Authorization=f"Bearer {deaf}"))[0] == 403
    for pair in ((own, others), (others, own), (own, "flt_none")):
        status, told = await _diff(house, *pair, **headers)
        assert status == 404, told
    assert (await _diff(house, own, others))[0] == 200, "the person sees all"


async def test_one_that_still_runs_says_what_is_not_there_yet(house: House) -> None:
    one = await _flown(house, "Say ping.")
    recorder = house.container.recording.recorder
    flight = recorder.open("/v1/messages", ModelProtocol.ANTHROPIC, Operation.GENERATE)
    try:
        status, told = await _diff(house, one, flight.id)
    finally:
        recorder.close(flight)
    assert status == 200
    assert told["diff"]["request"]["same"] is None
    assert told["diff"]["flights"][1]["missing"]


async def test_an_agent_compares_two(house: House) -> None:
    one, other = await _flown(house, "Say ping."), await _flown(house, "Say pong.")
    await _written(house)
    box = house.container.mcp_offer().toolbox
    given = {"flightId": one, "otherFlightId": other}
    told = (await box.call("flight_diff", given, LOCAL)).structured
    assert told["diff"]["request"]["same"] is False
    stranger = Principal(client_id="cli_other", name="other", scopes=ALL_SCOPES - {Scope.ADMIN})
    for who, ids in ((LOCAL, given | {"otherFlightId": "flt_none"}), (stranger, given)):
        told = (await box.call("flight_diff", ids, who)).structured
        assert told["errorCategory"] == "not_found"


async def test_the_command_tells_the_same_with_and_without_a_gateway(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house_in(tmp_path) as house:
        one, other = await _flown(house, "Say ping."), await _flown(house, "Say \x1b[2Jpong.")
        await _written(house)
        places, env = house.container.places, house.container.env

        def told(*words: str) -> tuple[int, str, str]:
            code = command.run(parse(["flights", "diff", *words]), places, env)
            shown = capsys.readouterr()
            return code, shown.out, shown.err

        with_gateway = await asyncio.to_thread(told, one, other)
        as_json = await asyncio.to_thread(told, one, other, "--json")
        assert (await asyncio.to_thread(told, one, "flt_none"))[0] == 1
    code, out, _ = with_gateway
    assert code == 0
    assert "[-ping-]" in out
    assert "\x1b" not in out
    assert "request: differs" in out
    assert json.loads(as_json[1])["diff"]["flights"][0]["id"] == one
    code, alone, _ = told(one, other)
    assert code == 0
    assert [line[0] for line in alone.splitlines() if line[:2] in ("- ", "+ ")] == ["-", "+"]
    code, _, error = told(one, "flt_none")
    assert code == 1
    assert "There is no flight 'flt_none'" in error
