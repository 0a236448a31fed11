"""`POST /v1/flights/ID/replay`: as it was, edited, of other models, several times; and what is
refused."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.flights import command
from llmgw_desktop.domain.access.principal import (
    ALL_SCOPES,
    LOCAL,
    Principal,
    PrincipalKind,
    Scope,
)
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.events import KeysGone
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.flights.flight_filter import parse_filter
from llmgw_desktop.engine.front import flight_work_door
from tests.engine.conftest import House, house_in
from tests.support.answers import Answer, Delivery

SECRET = "sk-ant-REDACTED" + "a1B2" * 12


def _asked(words: str = "Say ping.", **more: object) -> dict[str, Any]:
    messages = [{"role": "user", "content": words}]
    return {"model": "claude-stub", "max_tokens": 64, "messages": messages, **more}


async def _flown(house: House, path: str = "/v1/messages", **more: object) -> str:
    body = _asked(**more)  # type: ignore[arg-type]
    async with house.post(path, body, **{"anthropic-beta": "b-2026"}) as answer:
        assert answer.status == 200, await answer.text()
        await answer.read()
        flight_id = str(answer.headers["x-llmgw-flight"])
    await _written(house)
    return flight_id


async def _written(house: House) -> None:
    assert await asyncio.to_thread(house.container.recording.store.flush, 5.0)


async def _replay(
    house: House, flight_id: str, wish: dict[str, Any] | None = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    path = f"/v1/flights/{flight_id}/replay"
    async with house.post(path, wish or {}, **headers) as answer:
        return answer.status, await answer.json()


async def test_it_is_asked_again_as_it_was_and_linked(house: House) -> None:
    first = await _flown(house, system="Be brief.", temperature=0.25)
    status, told = await _replay(house, first)
    assert status == 200, told
    [flight] = told["replays"]
    assert (flight["replayOf"], flight["state"], flight["client"]) == (first, "ok", "local")
    assert flight["id"] != first
    before, after = house.lane.requests
    assert after.body == before.body
    assert after.header("anthropic-beta") == "b-2026"
    assert after.header("x-llmgw-replay") is None
    await _written(house)
    reader = house.container.recording.reader
    assert [
        each.id for each in reader.page(parse_filter(f"replay:{first}", 0), offset=0, limit=9)
    ] == [flight["id"]]
    found = reader.record(flight["id"])
    assert found is not None
    assert found.summary.replay_of == first
    assert found.request_body == json.dumps(_asked(system="Be brief.", temperature=0.25)).encode()
    assert reader.count(FlightQuery()) == 2


@pytest.mark.parametrize(
    "path",
    [
        "/v1/messages",
        "/v1/chat/completions",
        "/v1/responses",
        "/v1beta/models/MODEL:generateContent",
    ],
)
async def test_every_dialect_edited_and_of_another_model(house: House, path: str) -> None:
    model = "claude-stub"
    bodies: dict[str, dict[str, Any]] = {
        "/v1/responses": {"model": model, "input": "Say ping."},
        "/v1beta/models/MODEL:generateContent": {
            "contents": [{"role": "user", "parts": [{"text": "Say ping."}]}]
        },
    }
    body = bodies.get(path, _asked())
    async with house.post(path.replace("MODEL", model), body) as answer:
        assert answer.status == 200, await answer.text()
        first = answer.headers["x-llmgw-flight"]
    await _written(house)
    wish = {"models": ["gpt-stub", "claude-stub"], "times": 2, "lastMessage": "Say pong."}
    status, told = await _replay(house, first, wish)
    assert status == 200, told
    flown = told["replays"]
    assert [each["model"] for each in flown] == ["gpt-stub"] * 2 + ["claude-stub"] * 2
    assert {each["state"] for each in flown} == {"ok"}
    assert {each["replayOf"] for each in flown} == {first}
    said = [json.loads(each.body) for each in house.lane.requests[1:]]
    assert all("Say pong." in json.dumps(each) for each in said)
    assert not any("Say ping." in json.dumps(each) for each in said)


async def test_a_stream_stays_a_stream(house: House) -> None:
    first = await _flown(house, stream=True)
    [flight] = (await _replay(house, first))[1]["replays"]
    assert (flight["streaming"], flight["state"]) == (True, "ok")


async def test_members_are_set_and_taken_away(house: House) -> None:
    first = await _flown(house, temperature=0.5, top_k=3)
    status, _ = await _replay(house, first, {"set": {"temperature": 0, "top_k": None}})
    assert status == 200
    sent = json.loads(house.lane.requests[-1].body)
    assert sent["temperature"] == 0
    assert "top_k" not in sent


async def test_what_a_replay_is_asked_with_is_bounded(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await _flown(house)
    monkeypatch.setattr(flight_work_door, "MOST_WISH_BYTES", 200_000)
    status, _ = await _replay(house, first, {"lastMessage": "x" * 100_000})
    assert status == 200, "read beside the loop"
    status, told = await _replay(house, first, {"lastMessage": "x" * 300_000})
    assert (status, len(house.lane.requests)) == (413, 2), told


async def test_tools_of_the_answer_are_told_and_not_run(house: House) -> None:
    tools = [{"name": "rm", "description": "Removes.", "input_schema": {"type": "object"}}]
    first = await _flown(house, tools=tools)
    [flight] = (await _replay(house, first))[1]["replays"]
    assert flight["stopReason"] == "tool_use"
    assert len(house.lane.requests) == 2, "nobody went on with the tool's result"


async def test_a_dry_run_asks_nobody_and_says_route_and_estimate(house: House) -> None:
    first = await _flown(house)
    wish = {"models": ["claude-stub", "nobody-has-it"], "times": 3, "dryRun": True}
    status, told = await _replay(house, first, wish)
    assert status == 200
    same, unknown = told["plan"]
    assert same["route"] == [{"account": "claude", "model": "claude-stub"}]
    assert (same["times"], same["problem"]) == (3, None)
    assert same["inputTokens"]["provenance"] == "told"
    assert same["mostOutputTokens"] == 64
    others = {"models": ["gpt-stub"], "dryRun": True}
    [other] = (await _replay(house, first, others))[1]["plan"]
    counted = same["inputTokens"]["value"]
    assert other["inputTokens"] == {"value": counted, "provenance": "estimated"}
    longer = {"lastMessage": "word " * 4_000, "dryRun": True}
    [edited] = (await _replay(house, first, longer))[1]["plan"]
    assert edited["inputTokens"]["provenance"] == "estimated"
    assert edited["inputTokens"]["value"] > 4_000
    assert same["estimatedCostUsd"] is None, "no price is known of a stand-in"
    assert unknown["route"] == []
    assert "nobody-has-it" in unknown["problem"]
    assert len(house.lane.requests) == 1
    assert len(house.closed) == 1


async def test_an_estimate_in_dollars_by_the_persons_prices(tmp_path: Path) -> None:
    prices = '[[prices]]\nmodel = "claude-stub"\ninput = 10\noutput = 100\n'
    async with house_in(tmp_path / "home", prices) as house:
        first = await _flown(house)
        [plan] = (await _replay(house, first, {"dryRun": True}))[1]["plan"]
        tokens = plan["inputTokens"]["value"]
        assert plan["estimatedCostUsd"] == pytest.approx(
            (tokens * 10 + plan["outputTokens"] * 100) / 1e6
        )
        assert plan["mostCostUsd"] == pytest.approx((tokens * 10 + 64 * 100) / 1e6)


async def test_secrets_that_were_removed_are_asked_for_and_never_stored(house: House) -> None:
    words = f"My key is {SECRET}, say \\ it."
    first = await _flown(house, words=words)
    status, told = await _replay(house, first)
    assert status == 422
    assert told["error"]["code"] == "secrets_removed"
    assert "1 place" in told["error"]["message"]
    assert len(house.lane.requests) == 1
    given = 'another "secret" \\ of mine'
    status, told = await _replay(house, first, {"secrets": [given]})
    assert status == 200, told
    sent = json.loads(house.lane.requests[-1].body)
    assert sent["messages"][0]["content"] == words.replace(SECRET, given)
    await _written(house)
    kept = house.container.recording.reader.record(told["replays"][0]["id"])
    assert kept is not None
    assert b"[secret removed]" in (kept.request_body or b"")
    assert b"of mine" not in (kept.request_body or b"")
    for file in house.container.places.data_folder.rglob("*"):
        if file.is_file():
            assert given.encode() not in file.read_bytes(), file
    status, told = await _replay(house, first, {"keepMarks": True})
    assert status == 200
    assert b"[secret removed]" in house.lane.requests[-1].body
    for wrong in (["short"], [given, given], [""], [7]):
        assert (await _replay(house, first, {"secrets": wrong}))[0] == 400, wrong


async def test_secrets_are_not_taken_where_they_would_be_written_down(tmp_path: Path) -> None:
    async with house_in(tmp_path / "home", "[recorder]\nredact = false\n") as house:
        first = await _flown(house, words="My key is [secret removed].")
        status, told = await _replay(house, first, {"secrets": ["a long secret of mine"]})
        assert status == 400
        assert "recorder.redact" in told["error"]["message"]
        assert len(house.lane.requests) == 1


async def test_an_answer_that_is_kept_is_not_given_again(tmp_path: Path) -> None:
    route = '[[routes]]\nname = "kept"\ncache_s = 60\nto = ["claude:claude-stub"]\n'
    async with house_in(tmp_path / "home", route) as house:
        first = await _flown(house)
        await _flown(house)
        assert len(house.lane.requests) == 1, "the cache answered"
        [flight] = (await _replay(house, first))[1]["replays"]
        assert len(house.lane.requests) == 2
        assert flight["attemptCount"] == 1


async def test_a_client_replays_its_own_with_its_own_limits(tmp_path: Path) -> None:
    limits = '[clients.mine]\nmodels = ["claude-*"]\n'
    async with house_in(tmp_path / "home", limits) as house:
        container = house.container
        assert container.access.clients is not None
        keys = ClientKeys(container.access.clients, container.clock, TimedIds(container.clock))
        mine = keys.add("mine", (Scope.MODELS_USE, Scope.FLIGHTS_READ))
        reads = keys.add("reads", (Scope.FLIGHTS_READ,))
        headers = {"Authorization": f"Bearer {mine}"}
        async with house.post("/v1/messages", _asked(), **headers) as answer:
            own = answer.headers["x-llmgw-flight"]
        others = await _flown(house)
        assert (await _replay(house, others, **headers))[0] == 404
        status, told = await _replay(house, own, {"models": ["claude-stub", "gpt-stub"]}, **headers)
        assert status == 200, told
        allowed, forbidden = told["replays"]
        assert (allowed["state"], allowed["client"]) == ("ok", "mine")
        assert (forbidden["state"], forbidden["error"]["kind"]) == ("failed", "model_forbidden")
        dry = {"models": ["gpt-stub"], "dryRun": True}
        [plan] = (await _replay(house, own, dry, **headers))[1]["plan"]
        assert "may not use" in plan["problem"]
        alone = {"Authorization": f"Bearer {reads}"}
        assert (await _replay(house, own, **alone))[0] == 404
        principal = Principal(client_id="local", name="x", scopes=ALL_SCOPES - {Scope.MODELS_USE})
        box = container.mcp_offer().toolbox
        told = dict((await box.call("flight_replay", {"flightId": own}, principal)).structured)
        assert told["errorCategory"] == "permission_denied"


def _keys(house: House) -> ClientKeys:
    container = house.container
    assert container.access.clients is not None
    return ClientKeys(container.access.clients, container.clock, TimedIds(container.clock))


async def test_a_key_gives_no_secrets(house: House) -> None:
    """They are taken out of what everybody records: `claude-stub` would be in nobody's flights."""
    mine = _keys(house).add("mine", (Scope.MODELS_USE, Scope.FLIGHTS_READ))
    headers = {"Authorization": f"Bearer {mine}"}
    async with house.post("/v1/messages", _asked("[secret removed]"), **headers) as answer:
        own = answer.headers["x-llmgw-flight"]
    await _written(house)
    status, told = await _replay(house, own, {"secrets": ["claude-stub"]}, **headers)
    assert (status, len(house.lane.requests)) == (403, 1), told
    assert house.container.recording.redactor.clean(b'"claude-stub"') == b'"claude-stub"'
    many = {"secrets": [f"a long secret {number}" for number in range(51)]}
    assert (await _replay(house, own, many))[0] == 400


async def test_an_agent_whose_key_is_revoked_asks_no_more(house: House) -> None:
    """Over MCP a call is a task by itself, of which only what goes on is cut."""
    keys = _keys(house)
    keys.add("mine", (Scope.MODELS_USE, Scope.FLIGHTS_READ, Scope.MCP))
    [client] = [each for each in keys.all() if each.name == "mine"]
    first = await _flown(house)
    scopes = ALL_SCOPES
    principal = Principal(client_id=client.id, name="mine", kind=PrincipalKind.KEY, scopes=scopes)
    house.lane.always = Answer(delivery=Delivery(stall_after=1))
    box = house.container.mcp_offer().toolbox
    asked = {"flightId": first, "times": 5}
    call = asyncio.create_task(box.call("flight_replay", asked, principal))
    while len(house.lane.requests) < 2:
        await asyncio.sleep(0.01)
    house.container.bus.publish(KeysGone(client_ids=frozenset({client.id})))
    told = (await asyncio.wait_for(call, 5)).structured
    assert told["success"] is False
    assert len(house.lane.requests) == 2


async def test_a_plan_is_of_the_model_that_is_set(house: House) -> None:
    first = await _flown(house)
    for wish in ({"set": {"model": "gpt-stub"}}, {"body": _asked() | {"model": "gpt-stub"}}):
        _, told = await _replay(house, first, {**wish, "dryRun": True})
        [plan] = told["plan"]
        assert (plan["model"], plan["route"][0]["model"]) == ("gpt-stub", "gpt-stub")
        _, told = await _replay(house, first, wish)
        assert told["replays"][0]["model"] == "gpt-stub"


async def test_what_cannot_be_asked_again_says_why(house: House) -> None:
    first = await _flown(house)
    for wish, status, words in (
        ({"times": 0}, 400, "times"),
        ({"times": 21}, 400, "times"),
        ({"models": ["a"] * 2 + [f"m{n}" for n in range(10)]}, 400, "models"),
        ({"models": [f"m{n}" for n in range(9)], "times": 20}, 400, "replays at most"),
        ({"models": "claude-stub"}, 400, "models"),
        ({"nonsense": 1}, 400, "not known"),
        ({"set": []}, 400, "set"),
    ):
        got, told = await _replay(house, first, wish)
        assert (got, words in told["error"]["message"]) == (status, True), told
    assert (await _replay(house, "flt_none"))[0] == 404
    reader = house.container.recording.reader
    whole = reader.record(first)
    assert whole is not None
    assert len(house.lane.requests) == 1


async def test_a_failure_is_a_replay_too(house: House) -> None:
    first = await _flown(house)
    status, told = await _replay(house, first, {"models": ["nobody-has-it"]})
    assert status == 200
    [flight] = told["replays"]
    assert (flight["state"], flight["replayOf"]) == ("failed", first)
    assert flight["error"]["message"]


async def test_whoever_leaves_cancels_what_goes_on(house: House) -> None:
    first = await _flown(house, stream=True)
    house.lane.always = Answer(delivery=Delivery(stall_after=1))
    house.closed.clear()
    leaving = asyncio.create_task(_replay(house, first, {"times": 3}))
    while len(house.lane.requests) < 2:
        await asyncio.sleep(0.01)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    while not house.closed:
        await asyncio.sleep(0.01)
    assert [each.state.value for each in house.closed] == ["canceled"]
    assert len(house.lane.requests) == 2


async def test_an_agent_asks_again(house: House) -> None:
    first = await _flown(house)
    box = house.container.mcp_offer().toolbox
    told = (await box.call("flight_replay", {"flightId": first, "times": 2}, LOCAL)).structured
    assert [each["state"] for each in told["replays"]] == ["ok", "ok"]
    told = (await box.call("flight_replay", {"flightId": "flt_x"}, LOCAL)).structured
    assert told["errorCategory"] == "not_found"


async def test_the_command_replays_and_plans(
    house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await _flown(house, words=f"My key is {SECRET}.")
    places, env = house.container.places, house.container.env

    def told(*words: str) -> tuple[int, str, str]:
        code = command.run(parse(["flights", "replay", first, *words]), places, env)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    code, _, error = await asyncio.to_thread(told)
    assert code == 1
    assert "--ask-secret asks for it" in error
    code, out, error = await asyncio.to_thread(told, "--keep-marks", "--dry-run")
    assert (code, error) == (0, "")
    assert "claude-stub, 1 time: claude:claude-stub" in out
    monkeypatch.setattr(sys, "stdin", io.StringIO("a long secret of mine\n"))
    code, out, _ = await asyncio.to_thread(
        told, "--ask-secret", "--set", "temperature=0.5", "--set", "user=me", "--times", "2"
    )
    assert code == 0
    assert [line.split("\t")[2] for line in out.splitlines()] == ["STATE", "ok", "ok"]
    sent = json.loads(house.lane.requests[-1].body)
    assert (sent["temperature"], sent["user"]) == (0.5, "me")
    assert sent["messages"][0]["content"] == "My key is a long secret of mine."
    code, _, error = await asyncio.to_thread(told, "--set", "nothing")
    assert (code, "NAME=VALUE" in error) == (1, True)
    code, out, _ = await asyncio.to_thread(told, "--keep-marks", "--model", "nobody-has-it")
    assert (code, "failed" in out) == (1, True)
