"""Prints of prompts are written with their flights, found again, and go with them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from llmgw_desktop.domain.flights.flight import FlightRecord
from llmgw_desktop.domain.provider import ModelProtocol
from llmgw_desktop.domain.settings.tables import RecorderLevel
from llmgw_desktop.engine.prompt_cache.fingerprints import print_cell
from llmgw_desktop.store.flights.batch import LIGHT_BYTES
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.flight_store import FlightStore
from llmgw_desktop.store.flights.prints import MOST_NEAR
from tests.store.recorder_child import WAIT_S
from tests.support.made_flights import flight_id, record, summary

SEAL = Seal(bytes, print_cell=print_cell)


def asked(number: int, *said: str, words: str = "Be brief. ", **changes: object) -> FlightRecord:
    """A request of so many messages."""
    body = {
        "model": "m",
        "max_tokens": 9,
        "system": words * 300,
        "messages": [
            {"role": "assistant" if at % 2 else "user", "content": each}
            for at, each in enumerate(said)
        ],
    }
    return record(
        summary=summary(number, **{"owner": "me", **changes}),
        request_body=json.dumps(body).encode(),
    )


def has_print(reader: FlightReader, number: int) -> bool:
    near = reader.prints_near(flight_id(number), None)
    assert near is not None
    return near.own is not None


def test_earlier_ones_are_found_by_conversation_and_by_owner(
    make: Callable[..., FlightStore], reader: FlightReader
) -> None:
    store = make(seal=SEAL)
    store.closed(asked(1, "hello"))
    store.closed(asked(2, "another"))
    store.closed(asked(3, "hello", owner="you"))
    store.closed(asked(4, "hello", "yes", "go on"))
    assert store.flush(WAIT_S)
    near = reader.prints_near(flight_id(4), None)
    assert near is not None
    assert near.own is not None
    assert [each.flight.id for each in near.earlier] == [flight_id(n) for n in (3, 2, 1)]
    mine = reader.prints_near(flight_id(4), "me")
    assert mine is not None
    assert [each.flight.id for each in mine.earlier] == [flight_id(2), flight_id(1)]
    assert len(near.own.made.messages) == 3
    talk = reader.conversation(flight_id(4), "me")
    assert [each.flight.id for each in talk] == [flight_id(1), flight_id(4)]
    assert len(reader.conversation(flight_id(1), None)) == 3
    assert reader.prints_near("flt_none", None) is None
    assert reader.conversation("flt_none", None) == []


def test_of_a_long_conversation_the_latest_are_looked_at(
    make: Callable[..., FlightStore], reader: FlightReader
) -> None:
    store = make(seal=SEAL)
    for number in range(40):
        store.closed(asked(number, "hello", *(str(at) for at in range(2 * number))))
    assert store.flush(WAIT_S)
    near = reader.prints_near(flight_id(39), None)
    assert near is not None
    assert len(near.earlier) == MOST_NEAR - 1  # the flight itself is among the latest
    assert near.earlier[0].flight.id == flight_id(38)


def test_large_bodies_have_theirs_too(
    make: Callable[..., FlightStore], reader: FlightReader
) -> None:
    store = make(seal=SEAL)
    store.closed(asked(1, "hello", words="x" * (LIGHT_BYTES // 200)))
    assert store.flush(WAIT_S)
    assert has_print(reader, 1)


def test_what_has_none(make: Callable[..., FlightStore], reader: FlightReader) -> None:
    store = make(seal=SEAL)
    bodies = {
        1: b"",
        2: b'{"model": "m", "messages": [{"role": "us' + b"x" * 4000,
        3: b"[" * 5000,
        4: b'{"messages": "' + b"x" * 5_000_000 + b'"}',
        5: b"\xff" * 4000,
        6: json.dumps(
            {"messages": [{"role": "user", "content": [{"type": "odd"}] * 500}]}
        ).encode(),
    }
    for number, body in bodies.items():
        store.closed(record(summary=summary(number), request_body=body))
    store.closed(replace(asked(7, "half"), request_body_whole=False))
    store.closed(replace(asked(8, "a run"), summary=summary(8, protocol=ModelProtocol.CLI)))
    assert store.flush(WAIT_S)
    for number in range(1, 9):
        assert not has_print(reader, number), number
    assert store.status.dropped == store.status.left_out == 0


def test_nothing_is_printed_where_only_figures_are_kept(
    make: Callable[..., FlightStore], reader: FlightReader
) -> None:
    store = make(seal=SEAL, level=RecorderLevel.FIGURES)
    store.closed(asked(1, "hello"))
    assert store.flush(WAIT_S)
    assert not has_print(reader, 1)


def test_they_go_with_their_flight(
    make: Callable[..., FlightStore], path: Path, reader: FlightReader
) -> None:
    store = make(seal=SEAL)
    store.closed(asked(1, "hello"))
    assert store.flush(WAIT_S)
    store.stop(WAIT_S)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        assert connection.execute("SELECT count(*) FROM flight_prints").fetchone() == (1,)
        connection.execute("DELETE FROM flights")
        assert connection.execute("SELECT count(*) FROM flight_prints").fetchone() == (0,)


def test_what_was_said_is_not_in_them(make: Callable[..., FlightStore], path: Path) -> None:
    store = make(seal=SEAL)
    store.closed(asked(1, "a very private matter"))
    assert store.flush(WAIT_S)
    store.stop(WAIT_S)
    with closing(sqlite3.connect(path)) as connection:
        (parts,) = connection.execute("SELECT parts FROM flight_prints").fetchone()
    assert b"private" not in parts
    assert len(parts) < 100
