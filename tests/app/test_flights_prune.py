"""`llmgw flights prune`: tells what a leap of the clock holds, and deletes it when told to."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

import llmgw_desktop.__main__ as program
from llmgw_desktop.domain.audit import BY_ITSELF, ActorDoor, AuditQuery, act_as
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.audit.audit_store import AuditStore
from llmgw_desktop.store.flights.batch import make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_file import FlightFile
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.paths import Places
from tests.support.made_flights import record, summary

DAY_S = 86_400


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    """With 7 flights that ended as the clock then said 40 days ago."""
    monkeypatch.setenv("LLMGW_HOME", str(tmp_path / "home"))
    places = Places.of({"LLMGW_HOME": str(tmp_path / "home")})
    places.make()
    then_s = SystemClock().now_s() - 40.5 * DAY_S
    made = [record(summary=summary(number, started_at_s=then_s - number)) for number in range(7)]
    file = FlightFile(places.flights_db, SystemClock())
    file.write(make_batch({}, made, RecorderSettings(), Seal(bytes)))
    file.close()
    return places


def _run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["llmgw", "flights", "prune", *words])
    try:
        return program.main()
    finally:
        act_as(BY_ITSELF)


def _count(places: Places) -> int:
    reader = FlightReader(places.flights_db)
    count = reader.count(FlightQuery())
    reader.close()
    return count


def test_held_flights_are_told_and_deleted_on_a_word(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _forget_time(places)
    assert _run(monkeypatch) == 1
    said = capsys.readouterr().err
    assert "The clock is 40 days ahead" in said
    assert "7 flights would be older than 30 days" in said
    assert "flights prune --yes" in said
    assert _count(places) == 7
    assert _run(monkeypatch, "--yes") == 0
    assert capsys.readouterr().out == "7 flights older than 30 days deleted.\n"
    assert _count(places) == 0
    store = AuditStore(places.gateway_db, SystemClock())
    newest = store.page(AuditQuery(limit=1))[0]
    store.close()
    assert (newest.act.verb, newest.actor.door) == ("flights.given_up", ActorDoor.COMMAND)
    assert _run(monkeypatch, "--yes") == 0
    assert "No flight waits" in capsys.readouterr().out


def _forget_time(places: Places) -> None:
    """As a file of the version before: its newest flight tells the time."""
    with closing(sqlite3.connect(places.flights_db)) as connection, connection:
        connection.execute("DELETE FROM known_time")


def test_without_flights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LLMGW_HOME", str(tmp_path / "empty"))
    assert _run(monkeypatch) == 0
    assert capsys.readouterr().out == "No flights are recorded.\n"
