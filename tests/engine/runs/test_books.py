"""What runs used and their flights: the figures are the run's own, whoever ends it."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmgw_desktop.app.flights.conversation.transcript import conversation_of
from llmgw_desktop.app.flights.copies import curl_text
from llmgw_desktop.app.flights.errors import explained
from llmgw_desktop.app.flights.formats import sentence
from llmgw_desktop.clis.cli import SideUsage
from llmgw_desktop.domain.cli import RunUsageTold
from llmgw_desktop.domain.flights.cache_state import linked_flights
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.domain.jobs.job import JobFigures, JobState, SessionTotals, session_totals_of
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Figure, Usage
from llmgw_desktop.engine.jobs.outcome import RunAccount
from llmgw_desktop.engine.runs.cache_states import settled
from llmgw_desktop.engine.runs.cli_files import read_side_usage
from tests.engine.runs.conftest import MakeHouse, RunHouse
from tests.support.made_flights import summary

KEY = "sk-ant-0123456789abcdef0123456789"
COUNTS = st.integers(0, 10**9) | st.none()


async def _flight(house: RunHouse, flight_id: str) -> Any:
    """As it was written down."""
    recorder = house.container.runs._flights
    await recorder._closing.finish(10.0)
    assert house.container.recording.store.flush(10.0)
    return house.container.flights._reader.record(flight_id)


async def test_a_run_is_a_flight(house: RunHouse) -> None:
    told = await house.run(f"answer hello 0.02 10 5; : {KEY}", model="sonnet")
    flight = await _flight(house, told["flightId"])
    summary = flight.summary
    assert (summary.protocol, summary.provider) == (ModelProtocol.CLI, "claude-cli")
    assert (summary.state, summary.client) == (FlightState.OK, "local")
    assert (summary.model_asked, summary.model_served) == ("claude-cli/sonnet", "claude-fake")
    assert (summary.cost_usd, summary.usage.input_tokens) == (0.02, 13)
    assert flight.answer_body == b"hello"
    asked = orjson.loads(flight.request_body)
    assert (asked["cli"], asked["model"]) == ("claude", "sonnet")
    assert asked["prompt"] == "answer hello 0.02 10 5; : [secret removed]"
    for of_request, text in ((True, asked["prompt"]), (False, "hello")):
        (message,) = conversation_of(flight, of_request=of_request)
        assert message.parts[0].text == text
    again = curl_text(flight, {"Anthropic": "http://x"}, "key")
    assert "http://x/v1/jobs" in again
    assert [each.id for each in house.closed] == [told["flightId"]]


async def test_a_run_that_failed_is_a_flight_that_says_so(house: RunHouse) -> None:
    told = await house.run("refuse 529 busy")
    summary = (await _flight(house, told["flightId"])).summary
    assert (summary.state, summary.error_kind) == (FlightState.FAILED, "upstream_error")
    assert "busy" in summary.error_text
    assert summary.cost_usd is None
    explained_to_a_person = explained(summary)
    assert explained_to_a_person is not None
    assert explained_to_a_person.what == "The CLI's vendor failed."


async def test_a_canceled_run_is_no_client_that_left(house: RunHouse) -> None:
    _, told = await house.call("POST", "/v1/jobs", {"cli": "claude", "prompt": "begin; sleep 60"})
    await house.call("POST", f"/v1/jobs/{told['id']}/cancel", {})
    summary = (await _flight(house, told["flightId"])).summary
    assert (summary.state, summary.error_kind) == (FlightState.CANCELED, "canceled")
    assert "the run was canceled" in sentence(summary, 0.0)
    assert getattr(explained(summary), "what", "") == "The run was canceled."


async def test_a_shared_run_is_one_flight(house: RunHouse) -> None:
    body = {"cli": "claude", "prompt": "begin; sleep 0.3; answer x", "wait": True}
    one, two = await asyncio.gather(*(house.call("POST", "/v1/jobs", body) for _ in range(2)))
    assert one[1]["flightId"] == two[1]["flightId"]
    await _flight(house, one[1]["flightId"])
    assert len(house.closed) == 1


async def test_what_is_asked_again_has_a_flight_and_a_session_of_its_own(house: RunHouse) -> None:
    supervisor = house.container.runs.supervisor
    first = await house.run("answer one 0.02")
    more = await house.run("answer two 0.03", sessionId=first["sessionId"])
    for told, session in ((first, None), (more, first["sessionId"])):
        folders = supervisor._parts.folders
        asked = folders.asked(folders.find(told["id"]))
        anew = replace(asked, force_refresh=True, flight_id="", correlation_id="")
        job = (await supervisor.submit(anew)).job
        ended = await supervisor.wait(job.id)
        assert ended is not None
        assert ended.state is JobState.COMPLETED
        assert ended.flight_id not in ("", told["flightId"])
        assert (ended.session_id == session) if session else ended.session_id != told["sessionId"]
        assert (await _flight(house, ended.flight_id)).summary.state is FlightState.OK
    begun, _, begun_again, resumed_again = house.asked
    assert begun.split()[0] != begun_again.split()[0]
    assert first["providerSessionId"] not in begun_again
    assert f"--resume={first['providerSessionId']}" in resumed_again
    # It told 0.03 for the whole session, as the run before: nothing was added.
    assert ended.figures.cost_usd == 0


async def test_the_next_program_ends_the_flight(make_house: MakeHouse) -> None:
    house = await make_house()
    waits = 'begin; while [ ! -e "$HOME/go" ]; do sleep 0.02; done; answer late 0.04'
    first = await house.run("answer first 0.01")
    body = {"cli": "claude", "prompt": waits, "sessionId": first["sessionId"]}
    _, live = await house.call("POST", "/v1/jobs", body)
    while len(house.asked) < 2:
        await asyncio.sleep(0.02)
    await house.container.stop()
    database = sqlite3.connect(house.container.places.flights_db)
    states = dict(database.execute("SELECT id, state FROM flights").fetchall())
    assert states[live["flightId"]] == "running"
    sums = "SELECT sum(flights) FROM flight_sums WHERE span_s = 60"
    assert database.execute(sums).fetchone() == (1,)
    (house.home / "go").touch()
    again = await make_house()
    while not again.closed:
        await asyncio.sleep(0.02)
    summary = (await _flight(again, live["flightId"])).summary
    assert (summary.state, summary.cost_usd) == (FlightState.OK, 0.03)
    assert summary.client == "local"
    assert summary.took_ms > 0
    assert database.execute(sums).fetchone() == (2,)
    database.close()
    _, told = await again.call("GET", f"/v1/sessions/{first['sessionId']}")
    assert told["session"]["costUsd"] == 0.04


async def test_a_side_file_is_read_and_a_whole_sessions_figures_are_not_a_runs(
    house: RunHouse,
) -> None:
    first = await house.run("rollout 100 100 7; answer one 100 7", cli="codex")
    assert first["usage"]["inputTokens"] == 100
    # The output tells of the whole session, the file of this run.
    second = await house.run(
        "rollout 150 50 2; answer two 150 9", cli="codex", sessionId=first["sessionId"]
    )
    assert (second["usage"]["inputTokens"], second["usage"]["outputTokens"]) == (50, 2)
    # No file: the difference.
    third = await house.run(
        'rm -r "$HOME/.codex"; answer three 190 10', cli="codex", sessionId=first["sessionId"]
    )
    assert (third["usage"]["inputTokens"], third["usage"]["outputTokens"]) == (40, 1)
    fork = await house.run(
        "answer four 200 12", cli="codex", sessionId=first["sessionId"], forkSession=True
    )
    assert (fork["usage"]["inputTokens"], fork["usage"]["outputTokens"]) == (10, 2)
    assert fork["sessionId"] != first["sessionId"]
    assert fork["costUsd"] is None


def test_side_files(tmp_path: Path) -> None:
    side = SideUsage(
        path="a/*/{session_id}.txt",
        read=lambda content: RunUsageTold(usage=Usage(output_tokens=int(content))),
    )
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "s-1.txt").write_text("7")

    def read(session_id: str = "s-1", *, since_s: float = 0.0, of: SideUsage = side) -> Any:
        return read_side_usage(
            of, session_id=session_id, home=tmp_path, temp=tmp_path / "a", since_s=since_s
        )

    assert read().usage.output_tokens == 7
    for odd in ("", "*", "../b/s-1", ".", "..", "s-2", "a/b"):
        assert read(odd) is None
    assert read(since_s=2e10) is None
    in_run = SideUsage(path="{folder}/b/s-1.txt", read=side.read)
    assert read("", of=in_run).usage.output_tokens == 7
    (tmp_path / "a" / "b" / "s-1.txt").write_text("odd")
    assert read() is None


@given(st.lists(COUNTS, min_size=1, max_size=8), st.booleans())
def test_runs_of_a_session_add_up_to_what_was_told_last(
    counts: list[int | None], is_fresh: bool
) -> None:
    """Of a CLI that tells the whole session's figures; unknown ones are never made up."""
    totals: SessionTotals | None = None
    whole = 0
    was_known = is_fresh
    for number, count in enumerate(counts):
        account = RunAccount()
        if count is not None:
            whole += count
            account.whole_usage = Usage(output_tokens=whole)
            account.whole_cost_usd = float(whole)
        figures, totals = settled(account, None, totals, is_fresh=is_fresh and number == 0)
        if count is None or not was_known:
            assert figures.usage.output_tokens is None
            assert figures.cost_usd is None
        else:
            assert figures.usage.output_tokens == count
            assert figures.cost_usd == count
        was_known = count is not None
    assert totals.usage.output_tokens == (None if counts[-1] is None else whole)
    assert figures.usage.input_tokens is None


def test_what_shrank_is_unknown() -> None:
    account = RunAccount()
    account.whole_usage = Usage(output_tokens=3)
    before = SessionTotals(usage=Usage(output_tokens=5), cost_usd=1.0)
    figures, totals = settled(account, None, before, is_fresh=False)
    assert figures.usage == UNKNOWN_USAGE
    assert totals == SessionTotals(usage=Usage(output_tokens=3), cost_usd=None)


def test_what_its_requests_used_counts_and_the_cli_is_still_told_apart_from_its_own_sum() -> None:
    """A CLI that tells of its whole session: linked, then asked elsewhere, then linked again."""
    totals: SessionTotals | None = None
    told_s = [(7, 0.125), (37, 0.625), (77, 0.875)]
    linked_s = [Usage(input_tokens=40, output_tokens=7), None, Usage(input_tokens=9)]
    runs = []
    for number, (whole, linked) in enumerate(zip(told_s, linked_s, strict=True)):
        account = RunAccount()
        account.whole_usage = Usage(output_tokens=whole[0])
        account.whole_cost_usd = whole[1]
        own = None
        if linked is not None:
            own = linked_flights([summary(1, usage=linked, cost_usd=0.125, model_served="m")])
        figures, totals = settled(account, None, totals, is_fresh=number == 0, linked=own)
        runs.append(figures)
    first, second, third = runs
    assert (first.usage.input_tokens, first.usage.output_tokens) == (40, 7)
    assert (first.cost_usd, first.model, first.requests) == (0.125, "m", 1)
    assert (second.usage.output_tokens, second.cost_usd, second.requests) == (30, 0.5, None)
    assert third.usage.input_tokens == 9
    assert totals is not None
    assert totals.cost_usd == pytest.approx(0.125 + 0.5 + 0.125)
    assert session_totals_of(asdict(totals)) == totals
    assert session_totals_of({"usage": asdict(Usage()), "cost_usd": 2.0}).cost_usd == 2.0


@pytest.mark.parametrize(
    ("told", "beside"),
    [
        (Usage(), None),
        (Usage(input_tokens=40, output_tokens=7), None),
        (Usage(input_tokens=30), None),
        (Usage(input_tokens=500_000, output_tokens=3), (499_960, 0)),
        (Usage(input_tokens=41, output_tokens=8), (1, 1)),
    ],
)
def test_where_a_cli_tells_of_more_than_passed_here_that_counts_besides(
    told: Usage, beside: tuple[int, int] | None
) -> None:
    """One small request to this gateway, and all others elsewhere."""
    account = RunAccount()
    account.figures = JobFigures(usage=told, cost_usd=9.5)
    usage = Usage(input_tokens=40, output_tokens=7)
    flight = summary(1, usage=usage, cost_usd=0.125)
    figures, totals = settled(account, None, None, is_fresh=True, linked=linked_flights([flight]))
    more = beside or (0, 0)
    assert (figures.usage.input_tokens, figures.usage.output_tokens) == (40 + more[0], 7 + more[1])
    assert figures.cost_usd == (9.5 if beside else 0.125)
    assert totals.usage == figures.usage
    if beside is None:
        assert (figures.beside, figures.beside_usd) == (Usage(), None)
    else:
        assert (figures.beside.input_tokens, figures.beside.output_tokens) == beside
        assert figures.beside_usd == 9.375


def test_what_the_gateways_cache_answered_is_not_told_from_what_was_asked_elsewhere() -> None:
    account = RunAccount()
    account.figures = JobFigures(usage=Usage(input_tokens=90, output_tokens=7), cost_usd=9.5)
    asked = summary(1, usage=Usage(input_tokens=40, output_tokens=7), cost_usd=0.125)
    replayed = summary(2, usage=Usage(), cost_usd=0.0, attempts=0)
    linked = linked_flights([asked, replayed])
    figures, _ = settled(account, None, None, is_fresh=True, linked=linked)
    assert (figures.usage.input_tokens, figures.beside) == (40, Usage())
    assert figures.usage.partial == Figure.INPUT | Figure.COST
