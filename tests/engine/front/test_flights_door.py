"""`GET /v1/flights/ID` and `llmgw flights show`: one request with each figure's provenance."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.app.access.keys import ClientKeys
from llmgw_desktop.app.commands import parse
from llmgw_desktop.app.flights import command
from llmgw_desktop.domain.access.principal import Scope
from llmgw_desktop.domain.clock import TimedIds
from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.jobs.job import JobFigures, JobState, SessionTotals
from llmgw_desktop.domain.model.prompt import Operation
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import BillingFacts, Figure, Usage
from llmgw_desktop.engine.exchange.completion import CompletionResult
from llmgw_desktop.engine.mcp.tools import model_tools
from llmgw_desktop.engine.mcp.tools.job_words import job_told
from llmgw_desktop.wire.native.flights import FIGURE_NAMES, flight_object, provenance_member
from llmgw_desktop.wire.native.jobs import job_object, session_object
from tests.engine.conftest import House, house_in
from tests.support.made_flights import summary
from tests.support.plain_runs import plain_job, plain_session

ASKED = {
    "model": "claude-stub",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "ping"}],
}


async def _flown(house: House) -> str:
    async with house.post("/v1/messages", ASKED) as answer:
        assert answer.status == 200, await answer.text()
        return str(answer.headers["x-llmgw-flight"])


async def _seen(house: House, flight_id: str, **headers: str) -> tuple[int, dict[str, Any]]:
    async with house.get(f"/v1/flights/{flight_id}", **headers) as answer:
        return answer.status, await answer.json()


async def test_one_that_just_ended_is_told_with_where_each_figure_comes_from(house: House) -> None:
    flight_id = await _flown(house)
    status, told = await _seen(house, flight_id)
    assert status == 200
    flight, summary = told["flight"], house.closed[-1]
    assert (flight["id"], flight["state"], flight["status"]) == (flight_id, "ok", 200)
    assert flight["inputTokens"] == {"value": summary.usage.input_tokens, "provenance": "told"}
    assert flight["outputTokens"] == {"value": summary.usage.output_tokens, "provenance": "told"}
    assert flight["costUsd"] == {"value": None, "provenance": "unknown"}
    assert flight["timeToFirstTokenMs"]["provenance"] == "told"
    assert (flight["model"], flight["provider"]) == (summary.model_served, "claude")
    assert flight["client"] == "local"
    assert len(flight["attempts"]) == flight["attemptCount"] == 1
    assert flight["attempts"][0]["account"] == summary.account
    assert flight["routeReason"]
    assert "ping" not in json.dumps(told)


async def test_one_in_the_air_is_told_as_far_as_it_came(house: House) -> None:
    recorder = house.container.recording.recorder
    flight = recorder.open("/v1/messages", ModelProtocol.ANTHROPIC, Operation.GENERATE)
    try:
        status, told = await _seen(house, flight.id)
    finally:
        recorder.close(flight)
    assert status == 200
    assert (await _seen(house, flight.id))[1]["flight"]["state"] == "ok"
    assert told["flight"]["state"] == "running"
    assert told["flight"]["outputTokens"] == {"value": None, "provenance": "unknown"}


async def test_a_key_sees_its_own_if_it_may_and_an_administrators_all(house: House) -> None:
    container = house.container
    clients, clock = container.access.clients, container.clock
    assert clients is not None
    keys = ClientKeys(clients, clock, TimedIds(clock))
    mine = keys.add("mine", (Scope.MODELS_USE, Scope.FLIGHTS_READ))
    deaf = keys.add("deaf", (Scope.MODELS_USE,))
    chief = keys.add("chief", (Scope.FLIGHTS_READ, Scope.ADMIN))
    headers = {"Authorization": f"Bearer {mine}"}
    async with house.post("/v1/messages", ASKED, **headers) as answer:
        flight_id = answer.headers["x-llmgw-flight"]
    for key, status in ((mine, 200), (deaf, 403), (chief, 200)):
        told = await _seen(house, flight_id, Authorization=f"Bearer {key}")
        assert told[0] == status, told
    persons = await _flown(house)
    assert (await _seen(house, persons, **headers))[0] == 404


async def _listed(house: House, query: str = "", **headers: str) -> tuple[int, dict[str, Any]]:
    async with house.get(f"/v1/flights{query}", **headers) as answer:
        return answer.status, await answer.json()


async def _written(house: House) -> None:
    assert await asyncio.to_thread(house.container.recording.store.flush, 5.0)


async def test_they_are_listed_by_a_filter_the_newest_first_in_pages(house: House) -> None:
    flown = [await _flown(house) for _ in range(3)]
    async with house.post("/v1/chat/completions", {**ASKED, "model": "gpt-stub"}) as answer:
        other = answer.headers["x-llmgw-flight"]
    await _written(house)
    status, told = await _listed(house, "?filter=model:claude*%20-is:error&limit=2")
    assert status == 200
    assert [each["id"] for each in told["flights"]] == flown[:0:-1]
    assert (told["total"], told["next"]) == (3, 2)
    assert "attempts" not in told["flights"][0]
    assert told["flights"][0]["outputTokens"]["provenance"] == "told"
    _, rest = await _listed(house, "?filter=model:claude*&limit=2&offset=2")
    assert ([each["id"] for each in rest["flights"]], rest["next"]) == ([flown[0]], None)
    _, everything = await _listed(house)
    assert [each["id"] for each in everything["flights"]] == [other, *flown[::-1]]


@pytest.mark.parametrize("query", ["?filter=cost>much", "?limit=0", "?limit=501", "?offset=-1"])
async def test_what_cannot_be_read_is_refused_in_a_sentence(house: House, query: str) -> None:
    status, told = await _listed(house, query)
    assert status == 400
    assert told["error"]["message"]


async def test_a_key_lists_its_own_and_an_administrators_all(house: House) -> None:
    container = house.container
    assert container.access.clients is not None
    keys = ClientKeys(container.access.clients, container.clock, TimedIds(container.clock))
    mine = keys.add("mine", (Scope.MODELS_USE, Scope.FLIGHTS_READ))
    deaf = keys.add("deaf", (Scope.MODELS_USE,))
    headers = {"Authorization": f"Bearer {mine}"}
    async with house.post("/v1/messages", ASKED, **headers) as answer:
        own = answer.headers["x-llmgw-flight"]
    persons = await _flown(house)
    await _written(house)
    _, told = await _listed(house, "", **headers)
    assert ([each["id"] for each in told["flights"]], told["total"]) == ([own], 1)
    _, told = await _listed(house, "?filter=client:local", **headers)
    assert told["flights"] == []
    _, told = await _listed(house)
    assert [each["id"] for each in told["flights"]] == [persons, own]
    assert (await _listed(house, "", Authorization=f"Bearer {deaf}"))[0] == 403


async def test_the_command_lists_them_with_a_gateway_and_without(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    flown = await _flown(house)
    await _written(house)
    places = house.container.places

    def said(*words: str) -> tuple[int, str, str]:
        code = command.run(parse(["flights", "list", *words]), places, {})
        told = capsys.readouterr()
        return code, told.out, told.err

    code, lines, _ = await asyncio.to_thread(said, "model:claude*", "took<1h")
    assert code == 0
    assert [line.split("\t")[0] for line in lines.splitlines()] == ["ID", flown]
    code, lines, _ = await asyncio.to_thread(said, "--json", "is:error")
    assert json.loads(lines) == {"total": 0, "next": None, "flights": []}
    code, _, error = await asyncio.to_thread(said, "cost>much")
    assert (code, "no figure" in error) == (1, True)
    assert "took>10s" in said("--fields")[1]
    await house.container.stop()
    code, lines, _ = await asyncio.to_thread(said, "model:claude*")
    assert [line.split("\t")[0] for line in lines.splitlines()] == ["ID", flown]
    assert (await asyncio.to_thread(said, "cost>much"))[0] == 1


def _doubtful() -> FlightRecord:
    flight = summary(
        1,
        usage=Usage(
            input_tokens=100,
            output_tokens=20,
            estimated=int(Figure.INPUT),
            partial=int(Figure.OUTPUT | Figure.COST | Figure.CACHE_READ),
            billing=BillingFacts(
                service_tier="flex",
                fees=(("web_search", 2),),
                not_understood=("usage.magic",),
                unpriced=("web_search",),
                unsound=("more cached tokens than the prompt has",),
            ),
        ),
        cost_usd=0.02,
        list_cost_usd=0.011,
        is_billed_by_vendor=True,
        job="job_1",
        is_counted=False,
        ttft_ms=None,
    )
    return FlightRecord(summary=flight)


def test_every_figure_has_its_provenance_and_every_doubt_its_name() -> None:
    told = flight_object(_doubtful())
    found = {name: told[name]["provenance"] for name in FIGURE_NAMES.values()}
    assert found == {
        "inputTokens": "estimated",
        "outputTokens": "partial",
        "cacheReadTokens": "unknown",
        "cacheCreationTokens": "unknown",
        "reasoningTokens": "unknown",
        "costUsd": "partial",
        "timeToFirstTokenMs": "unknown",
    }
    assert set(FIGURE_NAMES) == set(Figure)
    assert told["fees"] == {"web_search": 2}
    assert (told["serviceTier"], told["listCostUsd"]) == ("flex", 0.011)
    assert (told["billedByVendor"], told["counted"], told["job"]) == (True, False, "job_1")
    named = [told[name] for name in ("notUnderstood", "unpriced", "unsound")]
    assert [list(each) for each in named] == [
        ["usage.magic"],
        ["web_search"],
        ["more cached tokens than the prompt has"],
    ]


def test_what_is_plain_is_not_said() -> None:
    usage = _doubtful().summary.usage
    tokens = {"inputTokens": "estimated", "outputTokens": "partial"}
    assert provenance_member(usage) == {"provenance": tokens}
    whole = provenance_member(usage, cost_usd=0.5)
    assert whole == {"provenance": tokens | {"costUsd": "partial"}}
    assert provenance_member(replace(usage, estimated=0, partial=0), cost_usd=0.5) == {}


async def _run(house: House, *words: str) -> int:
    arguments = parse(["flights", *words])
    return await asyncio.to_thread(command.run, arguments, house.container.places, {})


async def test_the_command_says_the_same_with_and_without_a_gateway(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with house_in(tmp_path / "home") as house:
        flight_id = await _flown(house)
        assert await _run(house, "show", flight_id, "--json") == 0
        asked = json.loads(capsys.readouterr().out)
        assert asked == (await _seen(house, flight_id))[1]
        assert await _run(house, "show", flight_id) == 0
        table = capsys.readouterr().out
        assert await _run(house, "show", "flt_never") == 1
        assert "There is no flight 'flt_never'" in capsys.readouterr().err
    assert "(told)" in table
    assert "– (unknown)" in table
    assert await _run(house, "show", flight_id, "--json") == 0
    assert json.loads(capsys.readouterr().out) == asked
    assert await _run(house, "show", flight_id) == 0
    assert capsys.readouterr().out == table
    assert await _run(house, "show", "flt_never") == 1


def test_the_table_marks_bounds_and_names_doubts(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(json.dumps(flight_object(_doubtful())))
    told["client"] = "\x1b[31mred"
    lines = dict(command._rows(told))
    assert lines["input tokens"] == "≈100 (estimated)"
    assert lines["output tokens"] == "≥20 (partial)"
    assert lines["cost"] == "≥$0.0200, the vendor's own bill; $0.0110 by list prices (partial)"
    assert lines["first token"] == "– (unknown)"
    assert lines["no price known of"] == "web_search"
    assert lines["not understood"] == "usage.magic"
    assert lines["cannot be true"] == "more cached tokens than the prompt has"


def test_jobs_sessions_and_tools_name_the_figures_that_were_not_told() -> None:
    usage = Usage(output_tokens=20, cache_write_tokens=3, partial=int(Figure.OUTPUT | Figure.COST))
    figures = JobFigures(usage=usage, cost_usd=0.5)
    job = plain_job(figures=figures, state=JobState.COMPLETED)
    doubts = {"outputTokens": "partial", "costUsd": "partial"}
    assert job_object(job)["provenance"] == job_told(job)["provenance"] == doubts
    session = plain_session(totals=SessionTotals(usage=usage, cost_usd=0.5))
    assert session_object(session)["provenance"] == doubts
    plain = plain_job(figures=replace(figures, usage=Usage(output_tokens=20)))
    assert "provenance" not in job_object(plain)
    asked = CompletionResult(usage=replace(usage, estimated=int(Figure.CACHE_WRITE)), cost_usd=0.5)
    told = model_tools._answer(asked, {}).structured
    assert told is not None
    assert told["provenance"] == doubts | {"cacheWriteTokens": "estimated"}


async def test_words_of_bodies_are_looked_for_over_http_and_in_a_terminal(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    first = await _flown(house)
    asked = {**ASKED, "messages": [{"role": "user", "content": "A Clock in a tool"}]}
    async with house.post("/v1/messages", asked) as answer:
        second = answer.headers["x-llmgw-flight"]
    await _written(house)
    reader = house.container.recording.reader
    while not all(
        (kept := reader.record(each)) is not None and kept.request_body for each in (first, second)
    ):
        await asyncio.sleep(0.01)  # what was said follows the figures
    status, told = await _listed(house, "?filter=body:%22clock%20in%22")
    assert (status, [each["id"] for each in told["flights"]]) == (200, [second])
    assert told["searched"]["whole"]
    assert (told["searched"]["flights"], told["searched"]["of"]) == (2, 2)
    _, told = await _listed(house, "?filter=body:clock%20model:gpt*")
    assert (told["flights"], told["searched"]["of"]) == ([], 0)
    assert (await _listed(house, "?filter=-body:clock"))[0] == 400
    async with house.get("/v1/flights/events?filter=body:clock") as answer:
        assert answer.status == 400
    arguments = parse(["flights", "list", 'body:"clock in" since:1h'])
    assert await asyncio.to_thread(command.run, arguments, house.container.places, {}) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["ID", second]
