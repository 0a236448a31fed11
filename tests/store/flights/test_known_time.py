"""A leap of the clock deletes nothing until a person has agreed."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.domain.events import HeldDeletion
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights.batch import make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_file import RETENTION_EVERY_S, FlightFile
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.retention import ASKED_AGAIN_S, DAY_S, KnownTime
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from tests.store.set_clock import SetClock
from tests.support.made_flights import BEGIN_S, record, summary

FLIGHTS = 70
MONTH = RecorderSettings()
"""Flights are kept for 30 days."""


@pytest.fixture
def clock() -> SetClock:
    return SetClock(BEGIN_S)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flights.db"


@pytest.fixture
def file(path: Path, clock: SetClock) -> Iterator[FlightFile]:
    """With a flight every eight hours, the last one now: 23 days."""
    file = FlightFile(path, clock)
    made = [
        record(summary=summary(number, started_at_s=BEGIN_S - number * DAY_S / 3))
        for number in range(FLIGHTS)
    ]
    file.write(make_batch({}, made, MONTH, Seal(bytes)))
    _tidy(file, clock)
    yield file
    file.close()


def _tidy(file: FlightFile, clock: SetClock) -> None:
    clock.forward(RETENTION_EVERY_S)
    while file.tidy(MONTH):
        pass


def _count(path: Path) -> int:
    reader = FlightReader(path)
    try:
        assert reader.totals(0, 3e9).flights == reader.count(FlightQuery())
        return reader.count(FlightQuery())
    finally:
        reader.close()


def _restart(file: FlightFile, path: Path, clock: SetClock) -> FlightFile:
    file.close()
    again = FlightFile(path, clock)
    again.open()
    _tidy(again, clock)
    return again


def test_leap_while_it_runs(file: FlightFile, path: Path, clock: SetClock) -> None:
    clock.leap(40 * DAY_S)
    _tidy(file, clock)
    assert file.held == HeldDeletion(flights=FLIGHTS, days=30, ahead_days=40)
    assert _count(path) == FLIGHTS
    clock.leap(-40 * DAY_S)
    _tidy(file, clock)
    assert file.held is None, "the clock was set right"
    assert _count(path) == FLIGHTS


@pytest.mark.parametrize("is_first", [True, False])
def test_leap_before_a_start(file: FlightFile, path: Path, clock: SetClock, is_first: bool) -> None:
    if is_first:  # of the version that knows the time
        connection = open_database(path, FLIGHTS_STEPS)
        connection.execute("DELETE FROM known_time")
        connection.close()
    clock.leap(40 * DAY_S)
    again = _restart(file, path, clock)
    assert again.held is not None
    for number in range(3):  # neither flights of the wrong time nor more starts make it known
        one = record(summary=summary(900 + number))
        again.write(make_batch({}, [one], MONTH, Seal(bytes)))
        again = _restart(again, path, clock)
        assert _count(path) == FLIGHTS + number + 1
    again.close()


def test_flights_of_the_wrong_time_do_not_make_it_known(
    file: FlightFile, path: Path, clock: SetClock
) -> None:
    clock.leap(40 * DAY_S)
    later = summary(999, started_at_s=clock.now_s())
    file.write(make_batch({}, [record(summary=later)], MONTH, Seal(bytes)))
    _tidy(file, clock)
    again = _restart(file, path, clock)
    assert _count(path) == FLIGHTS + 1
    again.close()


def test_other_ages_are_counted_by_the_same_time(file: FlightFile, clock: SetClock) -> None:
    began_s = file.known_now_s
    assert began_s == clock.now_s()
    clock.leap(40 * DAY_S)
    assert file.known_now_s == began_s, "before the next look too"
    _tidy(file, clock)
    assert file.known_now_s == began_s + RETENTION_EVERY_S
    file.decide(KnownTime.agree)
    _tidy(file, clock)
    assert file.known_now_s == clock.now_s()
    file.close()
    assert file.known_now_s is None


def test_person_agrees_once(file: FlightFile, path: Path, clock: SetClock) -> None:
    clock.leap(40 * DAY_S)
    _tidy(file, clock)
    file.decide(KnownTime.agree)
    while file.tidy(MONTH):  # at once, not at the next look
        pass
    assert (file.held, _count(path)) == (None, 0)
    again = _restart(file, path, clock)
    assert again.held is None
    again.close()


def test_person_keeps_them(file: FlightFile, path: Path, clock: SetClock) -> None:
    clock.leap(40 * DAY_S)
    _tidy(file, clock)
    file.decide(KnownTime.keep)
    _tidy(file, clock)
    assert (file.held, _count(path)) == (None, FLIGHTS)
    again = _restart(file, path, clock)
    assert again.held is None, "nobody is asked at each start"
    clock.leap(ASKED_AGAIN_S)
    _tidy(again, clock)
    assert again.held is not None
    assert _count(path) == FLIGHTS
    again.close()


def test_time_that_passes_makes_old(file: FlightFile, path: Path, clock: SetClock) -> None:
    """Also while a leap is held, and over some days in which the program did not run."""
    clock.forward(10 * DAY_S)
    _tidy(file, clock)
    left = _count(path)
    assert FLIGHTS - 12 < left < FLIGHTS - 6
    clock.leap(40 * DAY_S)
    _tidy(file, clock)
    assert _count(path) == left
    clock.forward(5 * DAY_S)
    _tidy(file, clock)
    assert file.held is not None
    assert left - 18 < _count(path) < left - 12
    clock.leap(-40 * DAY_S)
    left = _count(path)
    clock.leap(2 * DAY_S)
    again = _restart(file, path, clock)
    assert again.held is None
    assert left - 8 < _count(path) < left - 4
    again.close()


def test_clock_that_begins_in_1970_is_no_reason_to_ask(
    file: FlightFile, path: Path, clock: SetClock
) -> None:
    clock.leap(-BEGIN_S)
    again = _restart(file, path, clock)
    clock.leap(BEGIN_S)
    _tidy(again, clock)
    assert (again.held, _count(path)) == (None, FLIGHTS)
    again.close()


def test_nobody_is_asked_where_nothing_is_old(
    file: FlightFile, path: Path, clock: SetClock
) -> None:
    clock.leap(5 * DAY_S)
    again = _restart(file, path, clock)
    assert again.held is None
    again.close()


def test_bytes_are_bounded_all_the_same(file: FlightFile, path: Path, clock: SetClock) -> None:
    clock.leap(40 * DAY_S)
    clock.forward(RETENTION_EVERY_S)
    while file.tidy(RecorderSettings(max_bytes=1)):
        pass
    assert _count(path) == 0


def test_what_is_held_is_counted_anew_where_flights_are_kept_for_longer(
    file: FlightFile, path: Path, clock: SetClock
) -> None:
    file.close()
    clock.leap(40 * DAY_S)
    connection = open_database(path, FLIGHTS_STEPS)
    known = KnownTime(connection, clock)
    for days, flights in ((30, FLIGHTS), (50, FLIGHTS - 30)):
        known.look(days)
        assert known.held == HeldDeletion(flights=flights, days=days, ahead_days=40)
    connection.close()


def test_time_is_seldom_written(file: FlightFile, path: Path, clock: SetClock) -> None:
    def stored() -> float:
        connection = sqlite3.connect(path)
        found: float = connection.execute("SELECT seen_at_s FROM known_time").fetchone()[0]
        connection.close()
        return found

    first = stored()
    for _ in range(30):
        _tidy(file, clock)
    assert stored() == first
    clock.forward(300)
    _tidy(file, clock)
    assert stored() == clock.now_s()


def test_a_first_time_that_was_ahead_is_set_right_with_the_clock(tmp_path: Path) -> None:
    """Or else no leap up to there would ever be noticed."""
    clock, path = SetClock(BEGIN_S + 400 * DAY_S), tmp_path / "flights.db"
    file = FlightFile(path, clock)
    file.open()
    _tidy(file, clock)
    clock.leap(-400 * DAY_S)
    _tidy(file, clock)
    file = _restart(file, path, clock)
    one = record(summary=summary(1, started_at_s=clock.now_s()))
    file.write(make_batch({}, [one], MONTH, Seal(bytes)))
    clock.leap(40 * DAY_S)
    _tidy(file, clock)
    assert file.held is not None
    assert _count(path) == 1
    file.close()


def test_flights_from_before_the_clock_was_set_are_not_old_for_it(
    file: FlightFile, path: Path, clock: SetClock
) -> None:
    early = record(summary=summary(999, started_at_s=1000.0))
    file.write(make_batch({}, [early], MONTH, Seal(bytes)))
    _tidy(file, clock)
    assert (file.held, _count(path)) == (None, FLIGHTS + 1)
    clock.forward(31 * DAY_S)
    file.decide(KnownTime.agree)
    _tidy(file, clock)
    assert _count(path) == 0, "they go with the next that are old"
