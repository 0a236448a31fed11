"""The page over a real database, written by the real recorder's store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.events import FlightClosed, FlightOpened
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord, FlightState
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.flight_store import FlightStore
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from tests.support.flight_page import flight_bench
from tests.support.made_flights import failed, flight_id, record, running, summary


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "flights.db"


@pytest.fixture
def store(database: Path) -> Iterator[FlightStore]:
    ready = threading.Event()
    made = FlightStore(
        database,
        clock=SystemClock(),
        seal=Seal(bytes),
        on_status=lambda _: ready.set(),
        settings=RecorderSettings(),
    )
    made.start()
    yield made
    made.stop(5.0)


def write(store: FlightStore, *records: FlightRecord) -> None:
    for each in records:
        store.closed(each)
    assert store.flush(10.0)


def test_from_the_first_flight_to_filters_and_bodies(
    theme: Theme, bridge: Bridge, tmp_path: Path, database: Path, store: FlightStore, qtbot: object
) -> None:
    reader = FlightReader(database)
    with flight_bench(theme, bridge, tmp_path, reader=reader) as bench:
        qtbot.waitUntil(lambda: bench.states.is_first)
        write(store, *(record(number, summary=summary(number)) for number in range(600)))
        bench.tell(FlightClosed(summary=summary(599)))
        qtbot.waitUntil(lambda: bench.model.rowCount() == 600)
        bench.page.show_query(FlightQuery(text="SONNET", states=frozenset({FlightState.OK})))
        qtbot.waitUntil(lambda: bench.filter._count.text() == "600 flights")
        write(store, record(600, summary=failed(600, provider="openai")))
        bench.tell(FlightClosed(summary=failed(600, provider="openai")))
        bench.page.show_query(FlightQuery(text="rate LIMIT", provider="openai"))
        qtbot.waitUntil(lambda: bench.filter._count.text() == "1 of 601 flights")
        bench.table.choose_row(0)
        bench.browser.open_pane()
        qtbot.waitUntil(lambda: bench.pane.record is not None)
        assert bench.pane.record.summary == failed(600, provider="openai")
        bench.filter.clear()
        qtbot.waitUntil(lambda: bench.model.rowCount() == 601)
        bench.page.show_flight(flight_id(3))
        qtbot.waitUntil(lambda: bench.pane.record.summary.id == flight_id(3))
        assert bench.table.chosen_row == 597
        bench.pane.choose_tab("Response")
        transcript = bench.pane._response._transcript
        qtbot.waitUntil(lambda: "Rayleigh scattering." in transcript.toPlainText())
    reader.close()


def test_a_flight_under_way_is_written_twice_and_shown_once(
    theme: Theme, bridge: Bridge, tmp_path: Path, database: Path, store: FlightStore, qtbot: object
) -> None:
    write(store, record(1, summary=summary(1)))
    reader = FlightReader(database)
    with flight_bench(theme, bridge, tmp_path, reader=reader) as bench:
        bench.live = [running(2)]
        store.opened(flight_id(2), lambda: running(2))
        bench.tell(FlightOpened(flight_id=flight_id(2)))
        assert store.flush(10.0)
        qtbot.waitUntil(lambda: bench.model.rowCount() == 2)
        bench.table.choose_row(0)
        bench.browser.open_pane()
        qtbot.waitUntil(lambda: bench.pane.record is not None)
        bench.live = []
        bench.tell(FlightClosed(summary=summary(2)))
        qtbot.waitUntil(lambda: bench.model.window.at(0).summary.state is FlightState.OK)
        store.closed(record(2, summary=summary(2)))
        qtbot.waitUntil(lambda: bench.pane.record.request_body is not None)
        assert bench.ids(2) == [flight_id(2), flight_id(1)]
        assert bench.model.rowCount() == 2
    reader.close()


def test_a_damaged_file_is_said_and_does_no_harm(
    theme: Theme, bridge: Bridge, tmp_path: Path, database: Path, qtbot: object
) -> None:
    database.write_bytes(b"this is no database at all, however long it is" * 100)
    reader = FlightReader(database)
    with flight_bench(theme, bridge, tmp_path, reader=reader) as bench:
        failure = bench.states._failure
        qtbot.waitUntil(lambda: bench.states.currentWidget() is failure)
        assert failure._title.text() == "The flights database is damaged."
    reader.close()


def test_a_list_that_goes_on_below_is_read_by_pages(
    theme: Theme, bridge: Bridge, tmp_path: Path, database: Path, store: FlightStore, qtbot: object
) -> None:
    write(store, *(record(number, summary=summary(number)) for number in range(1500)))
    reader = FlightReader(database)
    with flight_bench(theme, bridge, tmp_path, reader=reader) as bench:
        qtbot.waitUntil(lambda: bench.model.rowCount() == 1500)
        bench.table.choose_row(1499)
        qtbot.waitUntil(lambda: bench.model.window.at(1499) is not None)
        assert bench.model.window.at(1499).summary == summary(0)
        bench.table.choose_row(700)
        qtbot.waitUntil(lambda: bench.model.window.at(700) is not None)
        assert bench.model.window.at(700).summary == summary(799)
    reader.close()
