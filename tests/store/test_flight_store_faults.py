"""The recorder when the disk, the file or its own parts fail: it says so, keeps what it can, counts
what it cannot, and is back by itself. What runs out of disk or rights is a process of its own.
"""

import json
import logging
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.events import RecorderStatus
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord, FlightState
from llmgw_desktop.store.database import database
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights import batch, flight_store
from llmgw_desktop.store.flights import queue as queue_module
from llmgw_desktop.store.flights.batch import LIGHT_BYTES, Batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_file import FlightFile
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.flight_store import FlightStore
from llmgw_desktop.store.flights.rows import CUT_OVERLAP
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from tests.store.recorder_child import WAIT_S, fly, states
from tests.store.set_clock import SetClock
from tests.support.made_flights import flight_id, record, running, summary
from tests.support.rights import without_roots_rights

ALL = FlightQuery()
ROOT = Path(__file__).parents[2]


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_damaged_file_at_start_is_said_while_recording_goes_on(
    make: Callable[..., FlightStore],
    path: Path,
    said: list[RecorderStatus],
    reader: FlightReader,
    caplog: pytest.LogCaptureFixture,
) -> None:
    path.write_bytes(b"garbage" * 3000)
    with caplog.at_level(logging.WARNING):
        store = make()
        fly(store, 1)
        assert store.flush(WAIT_S)
    assert said == [store.status]
    assert store.status.recording
    assert "was damaged; it is kept as flights.db.corrupt-" in store.status.problem
    assert reader.count(ALL) == 1


def test_newer_schema(
    make: Callable[..., FlightStore],
    path: Path,
    said: list[RecorderStatus],
    caplog: pytest.LogCaptureFixture,
) -> None:
    open_database(path, (*FLIGHTS_STEPS, ())).close()
    before = path.read_bytes()
    with caplog.at_level(logging.WARNING):
        store = make()
        fly(store, 1, 2)
        assert not store.flush(WAIT_S)
        store.stop(WAIT_S)
    fly(store, 3)
    assert not store.status.recording
    assert "later version" in store.status.problem
    assert store.status.dropped == 3
    assert path.read_bytes() == before


def test_damage_while_running_stops_recording_and_nothing_else(
    make: Callable[..., FlightStore],
    path: Path,
    said: list[RecorderStatus],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        store = make()
        fly(store, *range(1000))
        assert store.flush(WAIT_S)
        checkpoint = sqlite3.connect(path)
        checkpoint.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        checkpoint.close()
        with path.open("r+b") as opened:
            opened.write(os.urandom(path.stat().st_size))
        fly(store, *range(1000, 1500))
        assert not store.flush(0.5)
    assert not store.status.recording
    assert "Flights are not recorded: flights.db is damaged" in store.status.problem
    assert said[-1] == store.status
    store.stop(WAIT_S)
    assert store.status.dropped == 500
    assert list(path.parent.glob("*.corrupt-*")) == []
    with caplog.at_level(logging.WARNING):
        following = make()
        fly(following, 1)
        assert following.flush(WAIT_S)
    assert following.status.recording
    assert len(list(path.parent.glob("flights.db.corrupt-*"))) >= 1


def test_locked_file_is_waited_for(
    make: Callable[..., FlightStore],
    path: Path,
    reader: FlightReader,
    said: list[RecorderStatus],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A backup holds the lock for longer than SQLite waits."""
    monkeypatch.setattr(database, "BUSY_S", 0.2)
    store = make()
    fly(store, 1)
    assert store.flush(WAIT_S)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with caplog.at_level(logging.WARNING):
        fly(store, 2)
        wait_until(lambda: not store.status.recording)
    assert not store.flush(0.1)
    assert "another program keeps it locked" in store.status.problem
    other.execute("COMMIT")
    other.close()
    assert store.flush(WAIT_S)
    assert store.status == RecorderStatus(recording=True)
    assert [status.recording for status in said] == [False, True]
    assert reader.count(ALL) == 2


def test_disk_that_refuses_is_not_asked_all_the_time(
    store: FlightStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[object] = []

    def refuse(*what: object) -> None:
        asked.append(what)
        raise StoreUnavailable("flights.db cannot be used: the disk is full.")

    assert store.flush(WAIT_S)
    monkeypatch.setattr(flight_store, "FIRST_PAUSE_S", 60.0)
    with caplog.at_level(logging.WARNING), monkeypatch.context() as patch:
        patch.setattr(FlightFile, "write", refuse)
        fly(store, 1)
        assert not store.flush(0.5)
        assert not store.flush(0.1)
    assert 1 <= len(asked) <= 3, "once by itself, once more for each who waits"
    assert store.flush(WAIT_S), "who waits need not wait for the pause to end"
    assert store.status == RecorderStatus(recording=True)


def test_drops_are_counted_exactly_and_leave_no_flight_running(
    make: Callable[..., FlightStore],
    path: Path,
    reader: FlightReader,
    said: list[RecorderStatus],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(queue_module, "MOST_FLIGHTS", 100)
    store = make()
    store.opened(flight_id(5000), lambda: running(5000))
    assert store.flush(WAIT_S)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with caplog.at_level(logging.WARNING):
        store.closed(record(summary=summary(1000)))
        wait_until(lambda: store._queue.is_empty)  # the writer has it and takes nothing else now
        fly(store, *range(350))
        store.closed(record(summary=summary(5000)))
        assert store.status.dropped == 252
        other.execute("COMMIT")
        other.close()
        assert store.flush(WAIT_S)
        fly(store, 999)
        assert store.flush(WAIT_S)
    found = states(reader)
    assert len(found) == 102
    assert found[flight_id(5000)] is FlightState.LOST
    assert store.status == RecorderStatus(recording=True, dropped=252, fell_behind=True)
    assert said[-1].dropped == 252


def test_storm_of_large_bodies_costs_bodies_and_no_figures(
    make: Callable[..., FlightStore],
    path: Path,
    reader: FlightReader,
    said: list[RecorderStatus],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is counted, told in the log once, and over some minutes after the last."""
    monkeypatch.setattr(queue_module, "MOST_BODY_BYTES", 500_000)
    clock = SetClock()
    store = make(clock=clock)
    store.opened(flight_id(3), lambda: running(3))
    assert store.flush(WAIT_S)
    with caplog.at_level(logging.WARNING):
        for turn in range(2):
            other = sqlite3.connect(path, isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            for number in range(20 * turn, 20 * turn + 20):
                store.closed(record(summary=summary(number), request_body=b"x" * 100_000))
            other.execute("COMMIT")
            other.close()
            assert store.flush(WAIT_S)
    assert set(states(reader).values()) == {FlightState.OK}
    assert reader.count(ALL) == reader.totals(0, 3e9).flights == 40
    kept = [reader.record(flight_id(number)) for number in range(40)]
    marks = [(each.request_body is None, each.request_body_whole) for each in kept if each]
    left_out = store.status.left_out
    assert marks.count((True, False)) == left_out >= 30
    assert marks.count((False, True)) == 40 - left_out >= 2
    expected = RecorderStatus(recording=True, left_out=left_out, fell_behind=True)
    assert store.status == said[-1] == expected
    assert caplog.text.count("more comes at once than can be written down") == 1
    clock.forward(3600)
    assert store.status == RecorderStatus(recording=True, left_out=left_out)


def test_figures_are_on_the_disk_before_large_bodies_are_looked_at(
    make: Callable[..., FlightStore], reader: FlightReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And those of flights that end meanwhile are written before the body is packed."""
    monkeypatch.setattr(queue_module, "BATCH_S", 0.0)
    before_look: list[int] = []
    written: list[tuple[int, int]] = []
    write = FlightFile.write

    def note(file: FlightFile, batch: Batch) -> None:
        written.append((batch.ended_count, len(batch.late)))
        write(file, batch)

    def seal(body: bytes) -> bytes:
        if len(body) > LIGHT_BYTES:
            before_look.append(reader.count(ALL))
            store.closed(record(summary=summary(2), request_body=b"small"))
        return body

    monkeypatch.setattr(FlightFile, "write", note)
    store = make(seal=Seal(seal))
    large = record(summary=summary(1), request_body=os.urandom(900_000), answer_body=b"short")
    store.closed(large)
    assert store.flush(WAIT_S)
    assert before_look == [1]
    assert written == [(1, 0), (1, 0), (0, 1)]
    assert reader.record(flight_id(1)) == large


def test_large_body_that_cannot_be_sealed_is_left_out(
    make: Callable[..., FlightStore], reader: FlightReader, caplog: pytest.LogCaptureFixture
) -> None:
    def seal(body: bytes) -> bytes:
        if len(body) > LIGHT_BYTES:
            raise RuntimeError("no seal")
        return body

    with caplog.at_level(logging.ERROR):
        store = make(seal=Seal(seal))
        store.closed(record(summary=summary(1), request_body=b"x" * 900_000))
        assert store.flush(WAIT_S)
    assert (store.status.dropped, store.status.left_out) == (0, 1)
    kept = reader.record(flight_id(1))
    assert kept is not None
    assert (kept.request_body, kept.request_body_whole) == (None, False)


def test_no_more_of_a_body_waits_than_is_kept(make: Callable[..., FlightStore]) -> None:
    """Eight requests of 30 MB are not too much where 8 MB are kept of each."""
    store = make(max_body_bytes=10_000)
    store.stop(WAIT_S)
    held: list[FlightRecord] = []
    store._queue.closed = held.append  # type: ignore[method-assign]
    store.closed(record(request_body=b"x" * 100_000))
    assert held[0].request_body is not None
    assert len(held[0].request_body) == 10_000 + CUT_OVERLAP
    assert not held[0].request_body_whole


def test_deleted_file_is_begun_anew(store: FlightStore, path: Path, reader: FlightReader) -> None:
    fly(store, 1)
    assert store.flush(WAIT_S)
    for each in path.parent.glob("flights.db*"):
        each.unlink()
    fly(store, 2)
    assert store.flush(WAIT_S)
    assert list(states(reader)) == [flight_id(2)]
    assert store.status.recording


def test_listener_and_seal_that_fail(
    make: Callable[..., FlightStore], path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def on_status(status: RecorderStatus) -> None:
        raise RuntimeError("deaf")

    def seal(body: bytes) -> bytes:
        raise RuntimeError("no seal")

    path.write_bytes(b"garbage" * 3000)
    with caplog.at_level(logging.WARNING):
        store = make(on_status=on_status, seal=Seal(seal))
        fly(store, 1, 2)
        store.flush(WAIT_S)
    assert store.status.recording
    assert store.status.dropped == 2
    assert "the recorder's status could not be told" in caplog.text


def test_fault_of_ours_costs_one_batch(
    store: FlightStore,
    reader: FlightReader,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fault(*_: object) -> None:
        raise KeyError("a fault")

    assert store.flush(WAIT_S)
    with caplog.at_level(logging.ERROR), monkeypatch.context() as patch:
        patch.setattr(batch, "add_sums", fault)
        fly(store, 1, 2, 3)
        assert store.flush(WAIT_S)
    assert store.status == RecorderStatus(recording=True, dropped=3, fell_behind=True)
    fly(store, 4)
    assert store.flush(WAIT_S)
    assert list(states(reader)) == [flight_id(4)]


def test_recorder_that_dies_says_so_and_holds_nobody_up(
    make: Callable[..., FlightStore],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    said: list[RecorderStatus],
) -> None:
    def fault(*_: object) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr(FlightFile, "tidy", fault)
    with caplog.at_level(logging.ERROR):
        store = make()
        store.opened(flight_id(0), lambda: running(0))
        assert store._thread is not None
        store._thread.join(WAIT_S)
    fly(store, 1, 2)
    assert store.flush(WAIT_S) is False
    assert store.status.dropped == 2
    assert not store.status.recording
    assert said[-1].problem == "Flights are not recorded: the recorder failed; the log says why."


def _run_child(work: str, path: Path, before: Sequence[str] = ()) -> list[dict[str, Any]]:
    child = subprocess.run(
        [*before, sys.executable, "-m", "tests.store.recorder_child", work, str(path)],
        capture_output=True,
        text=True,
        timeout=100,
        cwd=ROOT,
    )
    assert child.returncode == 0, child.stderr
    return [json.loads(line) for line in child.stdout.splitlines()]


def test_full_disk(path: Path, reader: FlightReader) -> None:
    told = _run_child("small_disk", path)
    assert told[0] == {"first": True}
    statuses = [each for each in told if "problem" in each]
    # A file that is full may take a last small batch before it takes none.
    turns = [each["recording"] for each in statuses]
    assert turns == [False, True] * (len(turns) // 2)
    assert statuses[0]["problem"].startswith("Flights are not recorded: flights.db cannot be used")
    assert {"while_full": False} in told
    assert {"after": True} in told
    assert told[-1] == {"recording": True, "dropped": 0}
    assert reader.count(ALL) == 400
    assert reader.totals(0, 3e9).flights == 400


def test_folder_that_cannot_be_written_and_then_can(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    told = _run_child(
        "folder_closed_and_opened", folder / "flights.db", before=without_roots_rights()
    )
    assert [each["recording"] for each in told if "recording" in each] == [False, True]
    assert "access is denied" in told[0]["problem"]
    assert {"while_closed": False} in told
    assert {"after": True} in told
    assert told[-1] == {"dropped": 0}
    reader = FlightReader(folder / "flights.db")
    assert reader.count(ALL) == 10
    reader.close()


def test_idle_recorder_sleeps(path: Path) -> None:
    told = _run_child("idle", path)[-1]
    assert told["cpu_s"] < 0.01
    assert told["wakes"] < 7
