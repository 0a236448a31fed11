"""`GET /v1/flights/sums` and `/v1/flights/latency`, `llmgw flights cost|latency`: sums of one's
own flights, and of all for who may see them."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.flights import command
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights.batch import BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from llmgw_desktop.store.jobs.job_store import JobStore
from llmgw_desktop.store.paths import Places
from tests.engine.conftest import House
from tests.support.made_flights import summary
from tests.support.plain_runs import plain_job

ASKED = {
    "model": "claude-stub",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "ping"}],
}


async def _told(house: House, path: str, **headers: str) -> tuple[int, dict[str, Any]]:
    async with house.get(path, **headers) as answer:
        return answer.status, await answer.json()


async def test_a_client_reads_the_sums_of_its_own_flights(house: House) -> None:
    container = house.container
    clients, clock = container.access.clients, container.clock
    assert clients is not None
    keys = ClientKeys(clients, clock, TimedIds(clock))
    mine = keys.add("mine", (Scope.MODELS_USE, Scope.FLIGHTS_READ))
    deaf = keys.add("deaf", (Scope.MODELS_USE,))
    headers = {"Authorization": f"Bearer {mine}"}
    for own in (headers, {}, {}):
        async with house.post("/v1/messages", ASKED, **own) as answer:
            assert answer.status == 200
    assert await asyncio.to_thread(container.recording.store.flush, 5.0)
    status, told = await _told(house, "/v1/flights/sums?by=client", **headers)
    assert status == 200
    assert [(each["key"], each["flights"]) for each in told["sums"]] == [("mine", 1)]
    cost = told["total"]["costUsd"]
    assert (cost["value"], cost["provenance"], cost["unknownFlights"]) == (None, "unknown", 1)
    _, everybodys = await _told(house, "/v1/flights/sums?by=model&filter=since:1d")
    assert everybodys["total"]["flights"] == 3
    assert everybodys["sums"][0]["tokens"]["input"] > 0
    _, timed = await _told(house, "/v1/flights/latency", **headers)
    assert [each["total"]["flights"] for each in timed["latency"]] == [1]
    assert timed["latency"][0]["gateway"]["p50Ms"] > 0
    deafs = {"Authorization": f"Bearer {deaf}"}
    assert (await _told(house, "/v1/flights/sums", **deafs))[0] == 403


async def test_what_cannot_be_read_is_said(house: House) -> None:
    status, told = await _told(house, "/v1/flights/sums?by=colour")
    assert (status, "client, model" in json.dumps(told)) == (400, True)
    assert (await _told(house, "/v1/flights/latency?filter=modle:x"))[0] == 400


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
    places.make()
    flights = [
        summary(0, cost_usd=0.25, client="=zed"),
        summary(1, cost_usd=0.5, attempts=2),
        summary(2, cost_usd=None, usage=Usage()),
    ]
    with closing(open_database(places.flights_db, FLIGHTS_STEPS)) as connection:
        records = [FlightRecord(summary=each) for each in flights]
        BatchWriter(connection).write(make_batch({}, records, RecorderSettings(), Seal(bytes)))
    return places


def test_in_a_terminal(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(parse(["flights", "cost", "--by", "client"]), places, {}) == 0
    out, err = capsys.readouterr()
    assert "claude-code\t2\t≥48,200\t≥310\t43,862\t≥$0.500\t1" in out
    assert "The cost of 1 flight is not known." in err
    assert "1 attempt in vain" in err
    assert command.run(parse(["flights", "cost", "--csv", "--by", "client"]), places, {}) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["client"], row["costUsd"]) for row in rows] == [
        ("claude-code", "0.5"),
        ("'=zed", "0.25"),
    ]
    assert command.run(parse(["flights", "latency", "--json"]), places, {}) == 0
    (row,) = json.loads(capsys.readouterr().out)["latency"]
    assert (row["total"]["p50Ms"], row["gateway"]["p50Ms"]) == (4000.0, None)
    assert command.run(parse(["flights", "latency", "--since", "soon"]), places, {}) == 1
    assert "no moment" in capsys.readouterr().err


def test_runs_of_one_session_stand_together(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    jobs = [
        plain_job(id=f"job_{number}", session_id="talk" if number < 2 else "")
        for number in range(3)
    ]
    with closing(JobStore(places.gateway_db)) as store:
        for job in jobs:
            store.add(job)
        assert store.sessions_of(["job_0", "job_2", "job_9"]) == {"job_0": "talk"}
    flights = [summary(10 + n, cost_usd=1.0, job=f"job_{n}") for n in range(3)]
    with closing(open_database(places.flights_db, FLIGHTS_STEPS)) as connection:
        records = [FlightRecord(summary=each) for each in flights]
        BatchWriter(connection).write(make_batch({}, records, RecorderSettings(), Seal(bytes)))
    assert command.run(parse(["flights", "cost", "--by", "session", "--json"]), places, {}) == 0
    told = json.loads(capsys.readouterr().out)["sums"]
    assert [(each["key"], each["costUsd"]["exact"]) for each in told] == [
        ("talk", "2"),
        (None, "1"),
    ]


async def test_words_of_bodies_are_refused_and_not_told_as_nothing(house: House) -> None:
    for path in ("sums", "latency"):
        status, told = await _told(house, f"/v1/flights/{path}?filter=body:ping")
        assert (status, told["error"]["param"]) == (400, "filter"), told
