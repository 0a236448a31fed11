"""Old flights go, in short steps, and the sums go with them."""

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights import retention
from llmgw_desktop.store.flights.batch import BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.retention import FLIGHTS_A_STEP, Retention
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from tests.support.made_flights import BEGIN_S, record, running, summary

ALL = FlightQuery()
DAY_S = 86_400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flights.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_database(path, FLIGHTS_STEPS)
    connection.execute("PRAGMA synchronous = OFF")
    yield connection
    connection.close()


@pytest.fixture
def reader(path: Path) -> Iterator[FlightReader]:
    reader = FlightReader(path)
    yield reader
    reader.close()


def _write(connection: sqlite3.Connection, *records: FlightRecord) -> None:
    BatchWriter(connection).write(make_batch({}, records, RecorderSettings(), Seal(bytes)))


def _at(number: int, at_s: float, body: bytes = b"") -> FlightRecord:
    return record(number, summary=summary(number, started_at_s=at_s), request_body=body)


def _agree(reader: FlightReader) -> None:
    """Rows, sums by minute and by hour say the same."""
    times = [each.started_at_s for each in reader.page(ALL, offset=0, limit=100_000)]
    assert reader.totals(0, 3e9).flights == len(times)
    if times:
        first, last = min(times) // 3600 * 3600, max(times)
        for span in (60, 3600):
            buckets = reader.buckets(first, last + 1, span)
            for bucket in buckets:
                inside = [at for at in times if 0 <= at - bucket.start_s < span]
                assert bucket.totals.flights == len(inside)


def _run(connection: sqlite3.Connection, now_s: float, settings: RecorderSettings) -> int:
    keeper = Retention(connection)
    steps = 0
    while keeper.step(now_s, settings):
        steps += 1
        assert steps < 1000
    return steps


def test_nothing_to_do(connection: sqlite3.Connection, reader: FlightReader) -> None:
    assert _run(connection, BEGIN_S, RecorderSettings()) == 0
    _write(connection, _at(1, BEGIN_S))
    assert _run(connection, BEGIN_S + DAY_S, RecorderSettings()) == 0
    assert reader.count(ALL) == 1


def test_days(connection: sqlite3.Connection, reader: FlightReader, path: Path) -> None:
    hours = [_at(number, BEGIN_S + number * 3600 + 17) for number in range(100)]
    _write(connection, *hours)
    now_s = BEGIN_S + 50 * 3600 + DAY_S
    assert _run(connection, now_s, RecorderSettings(retention_days=1)) == 1
    assert reader.count(ALL) == 50
    assert reader.page(ALL, offset=49, limit=1)[0].id == hours[50].summary.id
    assert connection.execute("SELECT count(*) FROM flight_bodies").fetchone() == (50,)
    _agree(reader)


def test_steps_are_short_and_agree_at_the_end(
    connection: sqlite3.Connection, reader: FlightReader
) -> None:
    count = FLIGHTS_A_STEP * 3 + 100
    made = [_at(number, BEGIN_S + number * 0.7) for number in range(count)]
    for start in range(0, count, 500):
        _write(connection, *made[start : start + 500])
    keeper, settings = Retention(connection), RecorderSettings(retention_days=1)
    now_s = BEGIN_S + 900 + DAY_S
    left = count
    while keeper.step(now_s, settings):
        now_left = reader.count(ALL)
        assert 0 <= left - now_left <= FLIGHTS_A_STEP
        left = now_left
    expected = sum(each.summary.started_at_s >= (BEGIN_S + 900) // 60 * 60 for each in made)
    assert left == expected
    _agree(reader)


def test_flights_that_still_run_stay(connection: sqlite3.Connection, reader: FlightReader) -> None:
    open_one = running(1, started_at_s=BEGIN_S)
    BatchWriter(connection).write(
        make_batch(
            {open_one.id: lambda: open_one}, [_at(2, BEGIN_S)], RecorderSettings(), Seal(bytes)
        )
    )
    _run(connection, BEGIN_S + 90 * DAY_S, RecorderSettings(retention_days=1))
    assert reader.page(ALL, offset=0, limit=9) == [open_one]
    assert _run(connection, BEGIN_S + 90 * DAY_S, RecorderSettings(retention_days=1)) == 0


def test_bytes(connection: sqlite3.Connection, reader: FlightReader, path: Path) -> None:
    made = [_at(number, BEGIN_S + number * 60, os.urandom(20_000)) for number in range(300)]
    _write(connection, *made)
    settings = RecorderSettings(retention_days=36500, max_bytes=3_000_000)
    assert _run(connection, BEGIN_S + DAY_S, settings) > 0
    pages, free = (
        connection.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("page_count", "freelist_count")
    )
    assert 2_700_000 < (pages - free) * 8192 <= 3_000_000, "no more goes than must"
    assert reader.count(ALL) < 300
    _agree(reader)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    assert path.stat().st_size <= 3_000_000 * 1.1 + 8192
    assert _run(connection, BEGIN_S + DAY_S, settings) == 0


def test_large_bodies_make_steps_shorter(
    connection: sqlite3.Connection, reader: FlightReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BODY_BYTES_A_STEP", 160_000)
    made = [_at(number, BEGIN_S + number, os.urandom(50_000)) for number in range(7)]
    _write(connection, *made)
    keeper, settings = Retention(connection), RecorderSettings(retention_days=1)
    now_s = BEGIN_S + 2 * DAY_S
    left = []
    while keeper.step(now_s, settings):
        left.append(reader.count(ALL))
    assert left[:3] == [4, 1, 0]
    _agree(reader)


def test_one_minute_larger_than_the_limit(
    connection: sqlite3.Connection, reader: FlightReader
) -> None:
    made = [_at(number, BEGIN_S + number * 0.01, os.urandom(4000)) for number in range(700)]
    _write(connection, *made)
    settings = RecorderSettings(retention_days=36500, max_bytes=1_000_000)
    _run(connection, BEGIN_S + 60, settings)
    _agree(reader)
    assert reader.count(ALL) < 700


def test_what_was_said_goes_before_the_figures(
    connection: sqlite3.Connection, reader: FlightReader
) -> None:
    count = FLIGHTS_A_STEP + 20
    made = [_at(number, BEGIN_S + number * 60) for number in range(count)]
    made = [
        replace(each, request_body=b"{}", answer_body=b"{}", request_headers=(("a", "b"),))
        for each in made
    ]
    _write(connection, *made)
    settings, now_s = RecorderSettings(body_days=1), BEGIN_S + DAY_S + (count - 10) * 60
    assert _run(connection, now_s, settings) == 2
    assert reader.count(ALL) == count
    told = [reader.record(each.summary.id) for each in (made[0], made[-11], made[-10])]
    assert [each and each.request_body for each in told] == [None, None, b"{}"]
    assert [each and each.request_headers for each in told] == [(), (), (("a", "b"),)]
    assert told[0] is not None
    assert told[0].summary == made[0].summary
    assert _run(connection, now_s, settings) == 2, "once more by another process, to no harm"
    assert _run(connection, now_s, RecorderSettings()) == 0
    _agree(reader)
