"""Marked flights: kept beyond retention, bounded, found by the filter."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.errors import NoSuchFlight
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.flights.flight_filter import matches, parse_filter
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.database.schema import FlightRow
from llmgw_desktop.store.flights import marks
from llmgw_desktop.store.flights.batch import BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.marks import FlightMarks, NotMarked
from llmgw_desktop.store.flights.retention import Retention
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from tests.support.made_flights import BEGIN_S, flight_id, record, running, summary

ALL = FlightQuery()
DAY_S = 86_400
MUCH = 1 << 30


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flights.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_database(path, FLIGHTS_STEPS)
    yield connection
    connection.close()


@pytest.fixture
def reader(path: Path) -> Iterator[FlightReader]:
    reader = FlightReader(path)
    yield reader
    reader.close()


def _write(connection: sqlite3.Connection, count: int, body: bytes = b"{}") -> None:
    records = [
        record(n, summary=summary(n, started_at_s=BEGIN_S + n), request_body=body)
        for n in range(count)
    ]
    BatchWriter(connection).write(make_batch({}, records, RecorderSettings(), Seal(bytes)))


def _ids(reader: FlightReader, text: str) -> list[str]:
    """What the store finds; the filter decides likewise of each flight that is at hand."""
    query = parse_filter(text, BEGIN_S + DAY_S)
    found = [each.id for each in reader.page(query, offset=0, limit=100)]
    assert found == [
        each.id for each in reader.page(ALL, offset=0, limit=100) if matches(query, each)
    ]
    assert reader.count(query) == len(found)
    return sorted(found)


def test_a_mark_and_its_note_are_found(
    connection: sqlite3.Connection, path: Path, reader: FlightReader
) -> None:
    _write(connection, 4)
    kept = FlightMarks(path, lambda text: text.replace("sk-secret", "[secret removed]"))
    kept.mark(flight_id(1), "", most_bytes=MUCH)
    kept.mark(flight_id(2), "Too  dear:\n100% of sk-secret's_cache", most_bytes=MUCH)
    assert _ids(reader, "marked:yes") == [flight_id(1), flight_id(2)]
    assert _ids(reader, "marked:no") == _ids(reader, "-marked:yes") == [flight_id(0), flight_id(3)]
    assert len(_ids(reader, "marked:yes,no")) == 4
    assert _ids(reader, 'note:"DEAR: 100%"') == [flight_id(2)]
    assert _ids(reader, "note:removed]") == [flight_id(2)]
    assert _ids(reader, "note:100_") == []
    assert len(_ids(reader, "-note:dear")) == 3
    found = reader.record(flight_id(2))
    assert found is not None
    assert found.summary.note == "Too dear: 100% of [secret removed]'s_cache"
    kept.mark(flight_id(2), "another", most_bytes=MUCH)
    assert _ids(reader, "note:another") == [flight_id(2)]
    kept.unmark(flight_id(2))
    assert _ids(reader, "marked:yes") == [flight_id(1)]
    with pytest.raises(NoSuchFlight):
        kept.mark("flt_none", "", most_bytes=MUCH)
    with pytest.raises(NoSuchFlight):
        kept.unmark("flt_none")


def test_what_is_marked_outlives_its_days_with_its_bodies(
    connection: sqlite3.Connection, path: Path, reader: FlightReader
) -> None:
    _write(connection, 6)
    kept = FlightMarks(path)
    kept.mark(flight_id(3), "why", most_bytes=MUCH)

    def keep(now_s: float, settings: RecorderSettings) -> None:
        keeper = Retention(connection)
        while keeper.step(now_s, settings):
            pass

    bodies = replace(RecorderSettings(), body_days=1)
    keep(BEGIN_S + 3 * DAY_S, bodies)
    found = reader.record(flight_id(3))
    assert found is not None
    assert found.request_body == b"{}"
    other = reader.record(flight_id(2))
    assert other is not None
    assert other.request_body is None
    late = BEGIN_S + 4_000 * DAY_S
    keep(late, bodies)
    assert [each.id for each in reader.page(ALL, offset=0, limit=9)] == [flight_id(3)]
    keep(late, replace(bodies, max_bytes=1))
    assert reader.count(ALL) == 1
    kept.unmark(flight_id(3))
    keep(late, bodies)
    assert reader.count(ALL) == 0


def test_marks_are_bounded(
    connection: sqlite3.Connection, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(connection, 5, bytes(4_000))
    opened = {running(9).id: lambda: running(9)}
    BatchWriter(connection).write(make_batch(opened, [], RecorderSettings(), Seal(bytes)))
    kept = FlightMarks(path)
    with pytest.raises(NotMarked, match="ended"):
        kept.mark(running(9).id, "", most_bytes=MUCH)
    with pytest.raises(NotMarked, match="500"):
        kept.mark(flight_id(1), "x" * 501, most_bytes=MUCH)
    with pytest.raises(NotMarked, match="quarter"):
        kept.mark(flight_id(1), "", most_bytes=4_000)
    monkeypatch.setattr(marks, "MOST_MARKED", 3)
    monkeypatch.setattr(marks, "MOST_OF_ONE", 2)
    for number in (0, 1):
        kept.mark(flight_id(number), "", most_bytes=MUCH, is_persons=False)
    with pytest.raises(NotMarked, match="2 flights are marked"):
        kept.mark(flight_id(2), "", most_bytes=MUCH, is_persons=False)
    kept.mark(flight_id(2), "", most_bytes=MUCH)
    with pytest.raises(NotMarked, match="3 flights are marked"):
        kept.mark(flight_id(3), "", most_bytes=MUCH)
    kept.mark(flight_id(2), "one that is marked gets another note", most_bytes=MUCH)


def test_the_few_that_are_marked_are_found_by_their_index(
    connection: sqlite3.Connection, path: Path, reader: FlightReader
) -> None:
    _write(connection, 3)
    FlightMarks(path).mark(flight_id(1), "look", most_bytes=MUCH)
    for text in ("marked:yes", "note:look", "note:look,again marked:yes,no", "marked:yes took>1ms"):
        sql, parameters = reader._compose(parse_filter(text, BEGIN_S), FlightRow.seq)
        sql = sql.replace('"flights" AS "t1"', '"flights" AS "t1" INDEXED BY flights_marked')
        [plan] = connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
        assert "flights_marked" in plan[-1], text
        assert _ids(reader, text) == [flight_id(1)]
    assert len(_ids(reader, "marked:yes,no")) == 3
    assert len(_ids(reader, "-note:other")) == 3
