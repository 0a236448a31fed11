"""The recorder: what is told to it is written, soon and once."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from llmgw_desktop.domain.events import HeldDeletion, RecorderStatus
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightState, FlightSummary
from llmgw_desktop.domain.settings.tables import RecorderLevel, RecorderSettings
from llmgw_desktop.store.flights import queue as queue_module
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_file import RETENTION_EVERY_S
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.flight_store import FlightStore
from tests.store.recorder_child import WAIT_S, fly, states
from tests.store.set_clock import SetClock
from tests.support.made_flights import flight_id, record, running, summary

ALL = FlightQuery()


def test_flight_is_there_while_it_runs_and_when_it_ended(
    store: FlightStore, reader: FlightReader, said: list[RecorderStatus]
) -> None:
    asked: list[int] = []

    def snapshot() -> FlightSummary:
        asked.append(threading.get_ident())
        return running(1)

    store.opened(flight_id(1), snapshot)
    assert store.flush(WAIT_S)
    assert reader.page(ALL, offset=0, limit=5) == [running(1)]
    assert len(asked) == 1
    assert asked[0] != threading.get_ident()
    closed = record(summary=summary(1))
    store.closed(closed)
    assert store.flush(WAIT_S)
    assert reader.record(flight_id(1)) == closed
    assert reader.count(ALL) == 1
    assert store.status == RecorderStatus(recording=True)
    assert said == []


def test_quick_flight_is_never_asked_for(
    store: FlightStore, reader: FlightReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "BATCH_S", 60.0)
    asked: list[str] = []

    def snapshot() -> FlightSummary:
        asked.append("asked")
        return running(1)

    store.opened(flight_id(1), snapshot)
    store.closed(record(summary=summary(1)))
    assert store.flush(WAIT_S)
    assert asked == []
    assert reader.count(ALL) == 1


def test_thousands_arrive(store: FlightStore, reader: FlightReader) -> None:
    fly(store, *range(3000))
    assert store.flush(WAIT_S)
    assert reader.count(ALL) == 3000
    assert reader.totals(0, 3e9).flights == 3000
    assert store.status.dropped == 0


def test_without_a_flush_it_is_written_soon(store: FlightStore, reader: FlightReader) -> None:
    fly(store, 1)
    for _ in range(600):
        if reader.count(ALL):
            return
        threading.Event().wait(0.05)
    pytest.fail("nobody wrote it")


def test_stop_writes_what_is_left(make: Callable[..., FlightStore], reader: FlightReader) -> None:
    store = make()
    fly(store, *range(700))
    store.stop(WAIT_S)
    assert reader.count(ALL) == 700
    fly(store, 1000)
    assert store.status.dropped == 1
    store.stop(WAIT_S)


def test_stop_without_start_and_flush_after_stop(path: Path) -> None:
    store = FlightStore(
        path, clock=SetClock(), seal=Seal(bytes), on_status=print, settings=RecorderSettings()
    )
    store.stop(WAIT_S)
    store = FlightStore(
        path, clock=SetClock(), seal=Seal(bytes), on_status=print, settings=RecorderSettings()
    )
    store.start()
    store.stop(WAIT_S)
    assert store.flush(0.1)


def test_bodies_are_sealed_before_they_reach_the_disk(
    make: Callable[..., FlightStore], path: Path
) -> None:
    store = make(seal=Seal(lambda body: body.replace(b"sk-secret", b"[...]")))
    store.closed(record(request_body=b"key sk-secret", answer_body=b"sk-secret " * 2000))
    assert store.flush(WAIT_S)
    store.stop(WAIT_S)
    for file in path.parent.iterdir():
        assert b"sk-secret" not in file.read_bytes()


def test_levels(make: Callable[..., FlightStore], reader: FlightReader, path: Path) -> None:
    off = make(level=RecorderLevel.OFF)
    fly(off, 1)
    assert off.flush(WAIT_S)
    assert off.status == RecorderStatus(recording=False)
    off.stop(WAIT_S)
    assert not path.exists()
    figures = make(level=RecorderLevel.FIGURES)
    fly(figures, 1)
    assert figures.flush(WAIT_S)
    kept = reader.record(flight_id(1))
    assert kept is not None
    assert (kept.request_body, kept.answer_body, kept.request_headers) == (None, None, ())
    assert kept.summary == summary(1)


def test_level_can_change_while_running(store: FlightStore, reader: FlightReader) -> None:
    store.apply(RecorderSettings(level=RecorderLevel.OFF, retention_days=36500))
    fly(store, 1)
    assert not store.status.recording
    store.apply(RecorderSettings(level=RecorderLevel.FIGURES, retention_days=36500))
    fly(store, 2)
    assert store.flush(WAIT_S)
    assert store.status.recording
    assert list(states(reader)) == [flight_id(2)]


def test_left_running_is_lost_at_the_next_start(
    make: Callable[..., FlightStore], reader: FlightReader
) -> None:
    first = make()
    first.opened(flight_id(1), lambda: running(1))
    first.stop(WAIT_S)
    assert states(reader) == {flight_id(1): FlightState.RUNNING}
    second = make()
    assert second.flush(WAIT_S)
    fly(second, 2)
    assert second.flush(WAIT_S)
    assert states(reader) == {flight_id(2): FlightState.OK, flight_id(1): FlightState.LOST}


def test_old_flights_go_at_start(
    make: Callable[..., FlightStore], path: Path, reader: FlightReader
) -> None:
    first = make()
    fly(first, *range(1200))
    first.stop(WAIT_S)
    second = make(retention_days=1, max_bytes=1)
    for _ in range(600):
        if reader.count(ALL) == 0:
            break
        threading.Event().wait(0.05)
    assert reader.count(ALL) == 0
    assert second.status == RecorderStatus(recording=True)


def test_leap_of_the_clock_waits_for_a_word(
    make: Callable[..., FlightStore],
    reader: FlightReader,
    said: list[RecorderStatus],
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = SetClock()
    store = make(clock=clock, retention_days=30)
    fly(store, *range(68))
    assert store.flush(WAIT_S)
    clock.leap(40 * 86_400)
    clock.forward(RETENTION_EVERY_S)
    fly(store, 100)
    assert store.flush(WAIT_S)
    # the writer may have looked at the clock before the last one came to it
    held = [HeldDeletion(flights=each, days=30, ahead_days=40) for each in (68, 69)]
    _wait(lambda: bool(said))
    assert said in [[RecorderStatus(recording=True, held=each)] for each in held]
    assert "flights would be older than 30 days" in caplog.text
    assert reader.count(ALL) == 69
    store.delete_held()  # nothing else wakes the writer
    _wait(lambda: reader.count(ALL) == 0)
    _wait(lambda: said[-1] == RecorderStatus(recording=True))


def _wait(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        threading.Event().wait(0.05)
    pytest.fail("it did not come to that")
