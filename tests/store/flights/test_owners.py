"""What is recorded of each client: summed by its id, with what its program called itself."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from llmgw_desktop.domain.access.principal import ClientFigures
from llmgw_desktop.domain.flights.flight import FlightState, FlightSummary
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Figure, Provenance, Usage
from llmgw_desktop.store.database.database import open_database
from llmgw_desktop.store.flights import sums
from llmgw_desktop.store.flights.batch import BatchWriter, make_batch
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.steps import FLIGHTS_STEPS
from tests.support.made_flights import BEGIN_S, record, summary


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_database(tmp_path / "flights.db", FLIGHTS_STEPS)
    yield connection
    connection.close()


def _flight(number: int, owner: str | None, **more: object) -> FlightSummary:
    values = {"usage": UNKNOWN_USAGE, "cost_usd": None} | more
    return summary(number, started_at_s=BEGIN_S + number, owner=owner, **values)


def test_each_client_has_its_own_figures(connection: sqlite3.Connection, tmp_path: Path) -> None:
    ten = Usage(input_tokens=10, output_tokens=5)
    flights = [
        (_flight(1, "cli_a", usage=ten, cost_usd=9.0), "old/1"),
        (_flight(20, "cli_a", usage=ten, cost_usd=0.5), "old/1"),
        (_flight(21, "cli_a", usage=Usage(output_tokens=2), state=FlightState.FAILED), "new/2"),
        (_flight(22, "local", usage=Usage(), cost_usd=None), ""),
        (_flight(2, "proxied:ada"), "curl/8"),
        (_flight(23, None), "stranger/1"),
    ]
    closed = [
        replace(
            record(summary=each),
            request_headers=(("USER-agent", agent),) if agent else (("a", "b"),),
        )
        for each, agent in flights
    ]
    BatchWriter(connection).write(make_batch({}, closed, RecorderSettings(), Seal(bytes)))
    reader = FlightReader(tmp_path / "flights.db")
    found = reader.by_client(BEGIN_S + 10)
    reader.close()
    assert list(found) == ["cli_a", "local", "proxied:ada"]
    assert found["cli_a"] == ClientFigures(
        flights=2,
        errors=1,
        tokens=17,
        cost_usd=0.5,
        tokens_provenance=Provenance.TOLD,
        cost_provenance=Provenance.TOLD,
        last_at_s=BEGIN_S + 21,
        agent="new/2",
    )
    assert found["local"] == ClientFigures(flights=1, last_at_s=BEGIN_S + 22)
    assert found["proxied:ada"] == ClientFigures(last_at_s=BEGIN_S + 2, agent="curl/8")


def test_the_table_itself_is_read_for_a_last_flight_alone(connection: sqlite3.Connection) -> None:
    for sql, parameters in ((sums._SUMS, ("a", 0.0)), (sums._OWNERS, (9,))):
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        looked = [each for each in plan if "flights" in each]
        assert looked, plan
        assert all("COVERING INDEX flights_owner" in each for each in looked), plan
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sums._LAST}", ("a",))]
    assert any("flights_owner" in each for each in plan), plan
    assert not any("TEMP B-TREE" in each for each in plan), plan


def test_no_file_has_no_clients(tmp_path: Path) -> None:
    assert FlightReader(tmp_path / "none.db").by_client(0.0) == {}


@pytest.mark.parametrize("headers", [None, "", "not json", "[1]", '[["user-agent", null]]'])
def test_headers_that_are_not_understood_name_no_program(headers: str | None) -> None:
    assert sums._agent_in(headers) == ""


def test_sums_of_which_a_part_is_not_known_say_so(
    connection: sqlite3.Connection, tmp_path: Path
) -> None:
    ten = Usage(input_tokens=10, output_tokens=5)
    counted = replace(ten, estimated=int(Figure.INPUT | Figure.COST))
    cut = replace(ten, partial=int(Figure.OUTPUT | Figure.COST))
    flights = [
        _flight(1, "plain", usage=ten, cost_usd=1.0),
        _flight(2, "counted", usage=counted, cost_usd=1.0),
        _flight(3, "cut", usage=ten, cost_usd=1.0),
        _flight(4, "cut", usage=cut, cost_usd=1.0),
        _flight(5, "silent", usage=ten, cost_usd=1.0),
        _flight(6, "silent"),
        _flight(7, "priceless", usage=ten, cost_usd=1.0),
        _flight(8, "priceless", usage=ten),
        _flight(9, "job", usage=ten, cost_usd=1.0),
        _flight(10, "job", usage=cut, cost_usd=1.0, is_counted=False),
    ]
    closed = [record(summary=each) for each in flights]
    BatchWriter(connection).write(make_batch({}, closed, RecorderSettings(), Seal(bytes)))
    reader = FlightReader(tmp_path / "flights.db")
    found = reader.by_client(0.0)
    reader.close()
    told = {name: (each.tokens_provenance, each.cost_provenance) for name, each in found.items()}
    assert told == {
        "plain": ("told", "told"),
        "counted": ("estimated", "estimated"),
        "cut": ("partial", "partial"),
        "silent": ("partial", "told"),
        "priceless": ("told", "partial"),
        "job": ("told", "told"),
    }
