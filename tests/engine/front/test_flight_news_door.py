"""`GET /v1/flights/ID/bodies` and `/v1/flights/events`: what was said, and flights as they come."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.command_line import running_gateway
from llmgw_desktop.app.command_line.running_gateway import RunningGateway
from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.flights import command
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.events import FlightClosed, FlightOpened
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.engine.front import flight_news_door
from llmgw_desktop.engine.front.flight_news_door import FlightNews
from llmgw_desktop.wire.native.flights import bodies_object
from tests.support.made_flights import summary

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp

    from llmgw_desktop.engine.front.records_door import FlightShelf
    from tests.engine.conftest import House

SECRET = "sk-ant-api03-" + "Zq7" * 31 + "AA"
ASKED = {
    "model": "claude-stub",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": f"ping {SECRET}"}],
}


def _key(house: House, name: str, *scopes: Scope) -> dict[str, str]:
    container = house.container
    assert container.access.clients is not None
    keys = ClientKeys(container.access.clients, container.clock, TimedIds(container.clock))
    return {"Authorization": f"Bearer {keys.add(name, scopes)}"}


async def _flown(house: House, **headers: str) -> str:
    async with house.post("/v1/messages", ASKED, **headers) as answer:
        assert answer.status == 200, await answer.text()
        await answer.read()  # who goes before the end has broken it off
        flight_id = str(answer.headers["x-llmgw-flight"])
    async with asyncio.timeout(60):
        while flight_id not in {each.id for each in house.closed}:
            await asyncio.sleep(0.01)
    return flight_id


async def _bodies(house: House, flight_id: str, **headers: str) -> tuple[int, dict[str, Any]]:
    async with house.get(f"/v1/flights/{flight_id}/bodies", **headers) as answer:
        return answer.status, await answer.json()


async def test_what_was_said_is_told_to_its_owner_without_secrets(house: House) -> None:
    mine = _key(house, "mine", Scope.MODELS_USE, Scope.FLIGHTS_READ)
    flight_id = await _flown(house, **mine)
    status, told = await _bodies(house, flight_id, **mine)
    assert status == 200
    flight = told["flight"]
    assert (flight["id"], flight["path"]) == (flight_id, "/v1/messages")
    asked = json.loads(flight["request"]["text"])
    assert asked["model"] == "claude-stub"
    assert flight["request"]["whole"]
    assert json.loads(flight["response"]["text"])["type"] == "message"
    assert flight["response"]["status"] == 200
    assert SECRET not in json.dumps(told)
    deaf = _key(house, "deaf", Scope.MODELS_USE)
    other = _key(house, "other", Scope.FLIGHTS_READ)
    assert (await _bodies(house, flight_id, **deaf))[0] == 403
    assert (await _bodies(house, flight_id, **other))[0] == 404
    assert (await _bodies(house, "flt_never"))[0] == 404
    assert (await _bodies(house, flight_id))[0] == 200


async def test_of_one_that_runs_there_is_no_text_yet(house: House) -> None:
    recorder = house.container.recording.recorder
    flight = recorder.open("/v1/messages", ModelProtocol.ANTHROPIC, Operation.GENERATE)
    try:
        await asyncio.to_thread(house.container.recording.store.flush, 5.0)
        status, told = await _bodies(house, flight.id)
    finally:
        recorder.close(flight)
    assert status == 200
    assert told["flight"]["request"]["text"] is None
    assert not told["flight"]["request"]["whole"]


def test_bytes_that_are_no_text_and_halves_are_told_as_such() -> None:
    record = FlightRecord(
        summary=summary(1),
        request_body=b"\xff\x00",
        answer_body="süß".encode(),
        answer_body_whole=False,
        unreadable="",
    )
    told = bodies_object(record)
    assert (told["request"]["text"], told["request"]["base64"]) == (None, "/wA=")
    assert (told["response"]["text"], told["response"]["whole"]) == ("süß", False)
    locked = bodies_object(replace(record, request_body=None, unreadable="The vault is locked."))
    assert locked["unreadable"] == "The vault is locked."
    assert (locked["request"]["text"], locked["request"]["bytes"]) == (None, None)


@asynccontextmanager
async def _following(
    house: House, query: str = "", **headers: str
) -> AsyncIterator[aiohttp.ClientResponse]:
    async with house.get(f"/v1/flights/events{query}", **headers) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["content-type"] == "text/event-stream"
        assert await answer.content.readuntil(b"\n\n") == b": from now on\n\n"
        yield answer


async def _event(answer: aiohttp.ClientResponse) -> tuple[str, dict[str, Any]]:
    async with asyncio.timeout(60):
        frame = (await answer.content.readuntil(b"\n\n")).decode()
    name, data = frame.strip().split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))


async def test_flights_are_told_as_they_open_and_close(house: House) -> None:
    recorder = house.container.recording.recorder
    async with _following(house) as answer:
        flight_id = await _flown(house)
        name, told = await _event(answer)
        while name == "opened":
            name, told = await _event(answer)
        assert (name, told["id"], told["state"]) == ("closed", flight_id, "ok")
        flight = recorder.open("/v1/messages", ModelProtocol.ANTHROPIC, Operation.GENERATE)
        flight.owner = "somebody"
        try:
            name, told = await _event(answer)
            assert (name, told["id"], told["state"]) == ("opened", flight.id, "running")
        finally:
            recorder.close(flight)
        assert (await _event(answer))[0] == "closed"


async def test_who_listens_hears_its_own_and_what_its_filter_asks_for(house: House) -> None:
    mine = _key(house, "mine", Scope.MODELS_USE, Scope.FLIGHTS_READ)
    async with (
        _following(house, "?filter=model:claude*%20-state:running", **mine) as own,
        _following(house, "?filter=-state:running") as every,
    ):
        persons = await _flown(house)
        flight_id = await _flown(house, **mine)
        assert (await _event(own))[1]["id"] == flight_id
        assert [(await _event(every))[1]["id"] for _ in range(2)] == [persons, flight_id]
    async with house.get("/v1/flights/events?filter=cost>much") as answer:
        assert answer.status == 400
    deaf = _key(house, "deaf", Scope.MODELS_USE)
    async with house.get("/v1/flights/events", **deaf) as answer:
        assert answer.status == 403


async def test_only_so_many_listen_and_who_leaves_makes_room(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flight_news_door, "MOST_LISTENERS", 1)
    monkeypatch.setattr(flight_news_door, "SIGN_OF_LIFE_S", 0.01)
    async with _following(house), house.get("/v1/flights/events") as second:
        assert second.status == 429
    while True:
        async with house.get("/v1/flights/events") as again:
            if again.status == 200:
                break
        await asyncio.sleep(0.01)


async def test_one_client_does_not_take_the_places_of_others(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flight_news_door, "MOST_OF_ONE", 2)
    greedy = _key(house, "greedy", Scope.FLIGHTS_READ)
    async with _following(house, **greedy), _following(house, **greedy):
        async with house.get("/v1/flights/events", **greedy) as third:
            assert third.status == 429
            assert "2 times already" in await third.text()
        async with _following(house):
            pass


class _Shelf:
    """Of flights in the air."""

    def __init__(self, *flights: FlightRecord) -> None:
        self.flights = {each.summary.id: each for each in flights}

    def in_the_air(self, flight_id: str) -> FlightRecord | None:
        return self.flights.get(flight_id)


def _news(shelf: Any = None, owner: str | None = None) -> FlightNews:
    kept: FlightShelf = shelf or _Shelf()
    return FlightNews(kept, FlightQuery(owner=owner))


def test_who_reads_too_slowly_hears_how_much_was_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flight_news_door, "MOST_WAITING", 2)
    news = _news(owner="me")
    for number in range(5):
        news.hear(FlightClosed(summary=summary(number, owner="me")))
        news.hear(FlightClosed(summary=summary(number, owner="another")))
        news.hear(FlightOpened(flight_id=f"flt_{number}"))
    frames = [each for each in news.frames() if each]
    assert frames[0] == b'event: missed\ndata: {"flights":3}\n\n'
    assert [each.split(b"\n")[0] for each in frames[1:]] == [b"event: closed"] * 2
    assert not [each for each in news.frames() if each]


def test_one_whose_owner_is_not_known_yet_is_told_of_later() -> None:
    flight = summary(1, owner=None)
    shelf = _Shelf(FlightRecord(summary=flight))
    news = _news(shelf)
    news.hear(FlightOpened(flight_id=flight.id))
    assert b"".join(news.frames()) == b""
    assert news.came.is_set()
    shelf.flights[flight.id] = FlightRecord(summary=replace(flight, owner="me"))
    assert b"".join(news.frames()).startswith(b"event: opened")
    assert not news.came.is_set()


async def test_the_command_tells_each_as_it_ends_until_the_gateway_does(
    house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = threading.Event(), threading.Event()
    events = RunningGateway.events

    def told(gateway: RunningGateway, path: str) -> Any:
        for each in events(gateway, path):
            yield each
            ended.set()

    def read(lines: Any) -> Any:
        for line in lines:
            begun.set()
            yield line

    monkeypatch.setattr(RunningGateway, "events", told)
    monkeypatch.setattr(
        running_gateway, "_events", partial(_read_with, running_gateway._events, read)
    )
    places = house.container.places
    arguments = parse(["flights", "tail", "model:claude* -state:running"])
    running = asyncio.create_task(asyncio.to_thread(command.run, arguments, places, {}))
    assert await asyncio.to_thread(begun.wait, 60)
    flight_id = await _flown(house)
    assert await asyncio.to_thread(ended.wait, 60)
    await house.container.stop()
    assert await running == 1
    out, err = capsys.readouterr()
    assert [line.split("\t")[0] for line in out.splitlines()] == ["ID", flight_id]
    assert "llmgw: " in err
    assert await asyncio.to_thread(command.run, arguments, places, {}) == 1
    assert "does not run" in capsys.readouterr().err


def _read_with(events: Any, read: Any, lines: Any) -> Any:
    return events(read(lines))


async def test_the_command_says_what_the_gateway_refuses(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = parse(["flights", "tail", "cost>much"])
    assert await asyncio.to_thread(command.run, arguments, house.container.places, {}) == 1
    assert "no figure" in capsys.readouterr().err
