"""The page over a real database, written by the real recorder's store."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QMenu

from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.events import FlightClosed, FlightOpened
from llmgw_desktop.domain.flights.flight import FlightQuery, FlightRecord, FlightState
from llmgw_desktop.domain.settings.tables import RecorderSettings
from llmgw_desktop.domain.usage import Usage
from llmgw_desktop.store.flights.bodies import Seal
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.store.flights.flight_store import FlightStore
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.page_states import WorkSums
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


def test_what_a_conversation_came_to_stands_above_its_flights(
    theme: Theme, bridge: Bridge, tmp_path: Path, database: Path, store: FlightStore, qtbot: object
) -> None:
    usage = Usage(input_tokens=1000, output_tokens=10)
    made = [
        summary(at, conversation="c0ffee0001", agent=f"a{at % 3}", usage=usage, cost_usd=0.25)
        for at in range(6)
    ]
    other = summary(6, conversation="c0ffee0002", agent="b", usage=usage, cost_usd=1.0)
    write(store, *(record(at, summary=each) for at, each in enumerate([*made, other])))
    reader = FlightReader(database)
    with flight_bench(theme, bridge, tmp_path, reader=reader) as bench:
        qtbot.waitUntil(lambda: bench.model.rowCount() == 7)
        sums = bench.page.findChild(WorkSums)
        assert sums.isHidden(), "of all there are other pages"
        menu = QMenu()
        bench.filter.quick_menu(menu, made[0])
        only = {each.text(): each for each in menu.actions()}
        only["Only conversation c0ffee0001"].trigger()
        words = "6 requests by 3 agents: 6,000 tokens in, 60 out, $1.50."
        qtbot.waitUntil(lambda: sums.isVisible() and sums.words.text() == words)
        assert bench.model.rowCount() == 6
        only["Only agent a0"].trigger()
        qtbot.waitUntil(lambda: sums.words.text().startswith("2 requests: 2,000 tokens in"))
        more = replace(made[0], id=flight_id(7))
        write(store, record(7, summary=more))
        bench.tell(FlightClosed(summary=more))
        qtbot.waitUntil(lambda: sums.words.text().startswith("3 requests: "))
        bench.filter.clear()
        qtbot.waitUntil(sums.isHidden)
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
