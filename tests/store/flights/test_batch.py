"""Batches: whole or not at all, and one odd flight costs only itself."""

import logging
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from llmgw_desktop.domain.flights.flight import (
    FlightQuery,
    FlightRecord,
    FlightState,
    FlightSummary,
)
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights.batch import Batch, BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import FLIGHTS_A_GLANCE, GLANCE_BYTES, Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.rows import BODY_COLUMNS
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from tests.support.made_flights import flight_id, record, running, summary

ALL = FlightQuery()
SETTINGS = RecorderSettings()
_REQUEST_BODY = BODY_COLUMNS.index("request_body")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flights.db"


@pytest.fixture
def connection(path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_database(path, FLIGHTS_STEPS)
    yield connection
    connection.close()


@pytest.fixture
def writer(connection: sqlite3.Connection) -> BatchWriter:
    return BatchWriter(connection)


@pytest.fixture
def reader(path: Path) -> Iterator[FlightReader]:
    reader = FlightReader(path)
    yield reader
    reader.close()


def _batch(opened: tuple[FlightSummary, ...] = (), *closed: FlightRecord) -> Batch:
    snapshots = {each.id: lambda each=each: each for each in opened}
    return make_batch(snapshots, closed, SETTINGS, Seal(bytes))  # type: ignore[arg-type]


def _all(reader: FlightReader) -> list[FlightSummary]:
    return reader.page(ALL, offset=0, limit=1000)


@pytest.mark.parametrize("count", [0, 1, 24, 25, 26, 60, 500])
def test_every_flight_arrives(writer: BatchWriter, reader: FlightReader, count: int) -> None:
    made = [record(summary=summary(number)) for number in range(count)]
    writer.write(_batch((), *made))
    assert _all(reader) == [each.summary for each in reversed(made)]
    for each in made[::37]:
        assert reader.record(each.summary.id) == each
    assert reader.totals(0, 3e9).flights == count


def test_flights_that_differ_keep_what_is_theirs(writer: BatchWriter, reader: FlightReader) -> None:
    made = [
        record(
            summary=summary(
                number,
                client=f"client {number % 3}",
                provider=None if number % 5 == 0 else f"vendor {number % 5}",
                error_text=f"error {number}" if number % 7 == 0 else None,
                status=200 + number % 2,
            ),
            path=f"/path/{number % 4}",
            request_body=b"body %d" % number,
        )
        for number in range(90)
    ]
    writer.write(_batch((), *made))
    assert _all(reader) == [each.summary for each in reversed(made)]
    assert [reader.record(each.summary.id) for each in made] == made
    assert reader.totals(0, 3e9).flights == len(made)


def test_open_then_closed(writer: BatchWriter, reader: FlightReader) -> None:
    writer.write(_batch((running(1), running(2))))
    assert _all(reader) == [running(2), running(1)]
    assert reader.record(flight_id(1)) == FlightRecord(summary=running(1))
    assert reader.totals(0, 3e9).flights == 0
    closed = record(summary=summary(1))
    writer.write(_batch((), closed))
    assert _all(reader) == [running(2), summary(1)]
    assert reader.record(flight_id(1)) == closed
    assert reader.totals(0, 3e9).flights == 1


def test_beginning_never_overwrites_an_end(writer: BatchWriter, reader: FlightReader) -> None:
    writer.write(_batch((), record(summary=summary(1))))
    writer.write(_batch((running(1),)))
    assert _all(reader) == [summary(1)]


def test_snapshot_that_has_ended_meanwhile_is_left_to_its_record(
    writer: BatchWriter, reader: FlightReader
) -> None:
    writer.write(_batch((summary(1),)))
    assert _all(reader) == []


def test_flights_that_fail_to_become_rows(
    writer: BatchWriter, reader: FlightReader, caplog: pytest.LogCaptureFixture
) -> None:
    def seal(body: bytes) -> bytes:
        if b"bad" in body:
            raise RuntimeError("seal")
        return body

    def snapshot() -> FlightSummary:
        raise RuntimeError("snapshot")

    writer.write(_batch((running(2),)))
    made = [record(summary=summary(number)) for number in (1, 2, 3)]
    made[1] = record(summary=summary(2), request_body=b"a bad one")
    with caplog.at_level(logging.ERROR):
        batch = make_batch({"x": snapshot}, made, SETTINGS, Seal(seal))
    assert batch.refused == 1
    writer.write(batch)
    assert [(each.id, each.state) for each in _all(reader)] == [
        (flight_id(3), FlightState.OK),
        (flight_id(2), FlightState.LOST),
        (flight_id(1), FlightState.OK),
    ]
    assert "flight_id" not in caplog.text
    assert flight_id(2) in caplog.text
    assert reader.totals(0, 3e9).flights == 3


def test_values_that_sqlite_refuses_cost_only_themselves(
    writer: BatchWriter, reader: FlightReader, caplog: pytest.LogCaptureFixture
) -> None:
    made = [record(summary=summary(number)) for number in range(60)]
    made[7] = record(summary=summary(7, model_asked="half \ud83d"), path="/\udcff")
    made[8] = record(summary=summary(8, request_bytes=2**70))
    made[9] = record(summary=summary(9, started_at_s=float("nan")))
    made[10] = record(summary=summary(10, started_at_s=float("inf")))
    writer.write(_batch((running(100, client="\ud800"),)))
    batch = _batch((), *made)
    with caplog.at_level(logging.ERROR):
        writer.write(batch)
    assert batch.refused == 3
    found = {each.id: each for each in _all(reader)}
    assert len(found) == 58
    assert found[flight_id(7)].model_asked == "half ?"
    assert found[flight_id(100)].client == "?"
    assert flight_id(8) not in found
    assert flight_id(9) not in found
    assert flight_id(10) not in found
    assert reader.totals(0, 3e9).flights == 57
    kept = reader.record(flight_id(7))
    assert kept is not None
    assert kept.path == "/?"


def test_all_or_nothing(
    writer: BatchWriter, connection: sqlite3.Connection, reader: FlightReader
) -> None:
    writer.write(_batch((), record(summary=summary(1))))
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 3}")
    large = [
        record(summary=summary(number), request_body=os.urandom(4000)) for number in range(2, 40)
    ]
    with pytest.raises(sqlite3.OperationalError, match="full"):
        writer.write(_batch((), *large))
    assert _all(reader) == [summary(1)]
    assert reader.totals(0, 3e9).flights == 1
    connection.execute("PRAGMA max_page_count = 100000")
    batch = _batch((), *large)
    writer.write(batch)
    assert batch.refused == 0
    assert reader.count(ALL) == 39


def test_lost_at_start(writer: BatchWriter, reader: FlightReader) -> None:
    writer.write(_batch(tuple(running(number) for number in range(1100))))
    writer.write(_batch((), record(summary=summary(5000))))
    assert writer.mark_lost() == 1100
    assert writer.mark_lost() == 0
    assert reader.count(FlightQuery(states=frozenset({FlightState.LOST}))) == 1100
    assert reader.count(FlightQuery(states=frozenset({FlightState.RUNNING}))) == 0
    totals = reader.totals(0, 3e9)
    assert (totals.flights, totals.errors) == (1101, 0)


def test_one_glance_is_for_many_bodies() -> None:
    glances: list[list[bytes]] = []

    def may_hold(bodies: Iterable[bytes]) -> bool:
        glances.append([*bodies])
        return any(b"secret" in body for body in glances[-1])

    seal = Seal(lambda body: body.replace(b"secret", b"[...]"), may_hold)
    made = [
        record(summary=summary(number), request_body=b"q%d" % number, answer_body=None)
        for number in range(2 * FLIGHTS_A_GLANCE)
    ]
    made[3] = record(summary=summary(3), request_body=b"a secret", answer_body=b"")
    ended = make_batch({}, made, SETTINGS, seal).ended
    bodies = [row[_REQUEST_BODY] for alike in ended for row in alike.bodies]
    assert bodies == [b"a [...]" if at == 3 else b"q%d" % at for at in range(len(made))]
    assert len(glances) == 2


def test_headers_that_many_have_are_looked_at_once_and_cleaned_in_each() -> None:
    looked_at: list[bytes] = []
    cleaned: list[bytes] = []

    def may_hold(texts: Iterable[bytes]) -> bool:
        looked_at.extend(texts)
        return any(b"secret" in text for text in texts)

    def clean(text: bytes) -> bytes:
        cleaned.append(text)
        return text.replace(b"secret", b"[...]")

    def headers(word: str) -> tuple[tuple[str, str], ...]:
        """Other objects each time, as heads that say the same are."""
        return (("".join(["x-", "said"]), "".join(["a ", word])),)

    words = ["secret"] * 5 + ["word"]
    made = [
        record(
            summary=summary(at),
            request_body=b"q%d" % at,
            answer_body=None,
            request_headers=headers(word),
            answer_headers=headers("secret"),
        )
        for at, word in enumerate(words)
    ]
    ended = make_batch({}, made, SETTINGS, Seal(clean, may_hold)).ended
    rows = [row for alike in ended for row in alike.bodies]
    asked, answered = map(BODY_COLUMNS.index, ("request_headers", "answer_headers"))
    assert [row[asked] for row in rows] == ['[["x-said","a [...]"]]'] * 5 + [
        '[["x-said","a word"]]'
    ]
    assert {row[answered] for row in rows} == {'[["x-said","a [...]"]]'}
    assert sum(text.startswith(b"[a ") for text in looked_at) == 2
    assert sum(b"x-said" in text for text in cleaned) == 2


def test_a_glance_is_for_as_many_bodies_as_it_may_hold() -> None:
    """Streams are large: together they are many times what is put together for one."""
    glances: list[int] = []

    def may_hold(bodies: Iterable[bytes]) -> bool:
        found = list(bodies)
        glances.append(sum(map(len, found)))
        return any(b"secret" in body for body in found)

    seal = Seal(lambda body: body.replace(b"secret", b"[...]"), may_hold)
    third = b"." * (GLANCE_BYTES // 3)
    made = [
        record(summary=summary(at), request_body=third + (b"secret" if at == 4 else b""))
        for at in range(9)
    ]
    ended = make_batch({}, made, SETTINGS, seal).ended
    kept = [row[_REQUEST_BODY] for alike in ended for row in alike.bodies]
    assert len(kept) == len(made)
    assert not any(b"secret" in zlib.decompress(body) for body in kept)
    assert max(glances) <= GLANCE_BYTES
    assert sum(glances) >= 9 * len(third)
    assert len(glances) <= 5


def test_bodies_too_large_to_be_put_together_are_cleaned_each() -> None:
    seal = Seal(lambda body: body.replace(b"secret", b"[...]"), lambda _: False)
    large = record(request_body=b"secret" + b"." * GLANCE_BYTES)
    row = make_batch({}, [large], SETTINGS, seal).ended[0].bodies[0]
    assert b"secret" not in row[_REQUEST_BODY]
