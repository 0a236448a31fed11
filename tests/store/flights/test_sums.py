"""Sums follow the flights: added with them, forgotten with them."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights.alike import Alike, flight_parts
from llmgw_desktop.store.flights.counts import bin_of, packed, to_bytes
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from llmgw_desktop.store.flights.sums import (
    HOUR_S,
    MINUTE_S,
    SLOT_S,
    SLOTS_KEPT_S,
    SUMMED,
    add_sums,
    forget_before,
    forget_slots,
    teach,
)
from tests.support.made_flights import summary

HOUR = 1_795_269_600 - 1_795_269_600 % HOUR_S


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_database(tmp_path / "flights.db", FLIGHTS_STEPS)
    teach(connection)
    yield connection
    connection.close()


def _stored(connection: sqlite3.Connection, span_s: int) -> dict[tuple[int, str], int]:
    rows = connection.execute(
        "SELECT start_s, account, flights FROM flight_sums WHERE span_s = ?", (span_s,)
    )
    return {((start_s - HOUR) // span_s, provider): flights for start_s, provider, flights in rows}


def _alike(*flights: FlightSummary) -> Alike:
    parts = [flight_parts(flight) for flight in flights]
    return Alike(parts[0][0], own=[own for _, own in parts])


def _add(connection: sqlite3.Connection, *minutes: float, provider: str = "a") -> None:
    add_sums(
        connection,
        [
            _alike(summary(number, started_at_s=HOUR + minute * 60, provider=provider))
            for number, minute in enumerate(minutes)
        ],
    )


def test_by_slot_minute_and_hour(connection: sqlite3.Connection) -> None:
    _add(connection, 0, 0.99, 1, 59.5, 60)
    _add(connection, 0.5, 61, provider="b")
    _add(connection, 0.2)
    assert _stored(connection, SLOT_S) == {
        (0, "a"): 2,
        (3, "a"): 1,
        (4, "a"): 1,
        (238, "a"): 1,
        (240, "a"): 1,
        (2, "b"): 1,
        (244, "b"): 1,
    }
    assert _stored(connection, MINUTE_S) == {
        (0, "a"): 3,
        (1, "a"): 1,
        (59, "a"): 1,
        (60, "a"): 1,
        (0, "b"): 1,
        (61, "b"): 1,
    }
    assert _stored(connection, HOUR_S) == {(0, "a"): 5, (1, "a"): 1, (0, "b"): 1, (1, "b"): 1}


def test_sums_of_unknown_figures_stay_unknown(connection: sqlite3.Connection) -> None:
    for usage in (Usage(), Usage(input_tokens=5), Usage(), Usage(input_tokens=0)):
        add_sums(connection, [_alike(summary(1, started_at_s=HOUR, usage=usage))])
    stored = connection.execute(
        "SELECT input_tokens, output_tokens, cache_known_input_tokens FROM flight_sums"
    ).fetchall()
    assert stored == [(5, None, None)] * 3


def test_a_batch_of_flights_that_are_not_alike(connection: sqlite3.Connection) -> None:
    def made(number: int, **changes: object) -> Alike:
        return _alike(summary(number, started_at_s=HOUR + number, **changes))

    silent = Usage()
    for _ in range(2):
        add_sums(
            connection,
            [
                made(1, usage=Usage(input_tokens=5), ttft_ms=None),
                made(
                    2, usage=Usage(input_tokens=7, cache_read_tokens=3), ttft_ms=2.0, cost_usd=0.25
                ),
                made(3, usage=silent, ttft_ms=900.0, cost_usd=0.5, state=FlightState.FAILED),
                made(4, usage=silent, ttft_ms=2.0, state=FlightState.CUT),
            ],
        )
    stored = connection.execute(f"SELECT {', '.join(SUMMED)}, ttft FROM flight_sums").fetchall()
    bins = packed({bin_of(2.0): 4, bin_of(900.0): 2})
    assert stored == [(8, 4, 24, None, 6, None, 14, 1.5, to_bytes(bins))] * 3


@pytest.mark.parametrize("edge", [0, 30, 60, 90, 120])
def test_forgetting_cuts_an_hour_in_two(connection: sqlite3.Connection, edge: int) -> None:
    minutes = range(0, 120, 10)
    _add(connection, *minutes)
    _add(connection, *minutes, provider="b")
    forget_before(connection, HOUR + edge * 60)
    left = [minute for minute in minutes if minute >= edge]
    assert _stored(connection, MINUTE_S) == {(m, p): 1 for m in left for p in "ab"}
    hours = {hour: sum(m // 60 == hour for m in left) for hour in (0, 1)}
    assert _stored(connection, HOUR_S) == {
        (hour, p): count for hour, count in hours.items() if count for p in "ab"
    }
    assert _stored(connection, SLOT_S) == {(m * 4, p): 1 for m in left for p in "ab"}


def test_slots_are_kept_twice_as_long_as_they_are_read(connection: sqlite3.Connection) -> None:
    minutes = range(0, 240, 10)
    _add(connection, *minutes)
    forget_slots(connection)
    left = [minute for minute in minutes if minute * 60 >= 230 * 60 - 2 * SLOTS_KEPT_S]
    assert _stored(connection, SLOT_S) == {(minute * 4, "a"): 1 for minute in left}
    assert len(_stored(connection, MINUTE_S)) == len(minutes)
    assert len(left) < len(minutes)
