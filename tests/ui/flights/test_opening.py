"""Opening flights: by click, step, from other pages; while they run; what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt

from llmgw_desktop.domain.events import FlightOpened
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from tests.support.flight_page import FlightBench, flight_bench
from tests.support.made_flights import flight_id, record, running, summary


def test_a_click_opens_and_steps_follow(bench: FlightBench, qtbot: object) -> None:
    place = QPoint(200, bench.table.rowViewportPosition(3) + 5)
    qtbot.mouseClick(bench.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bench.browser.is_open
    bench.wait_open(qtbot, flight_id(996))
    bench.table.step(1)
    bench.wait_open(qtbot, flight_id(995))


def test_running_through_rows_reads_only_where_it_stops(
    bench: FlightBench, qtbot: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    whole = bench.reader.record
    monkeypatch.setattr(bench.reader, "record", lambda fid: read.append(fid) or whole(fid))
    bench.table.choose_row(0)
    bench.browser.open_pane()
    for _ in range(20):
        bench.table.step(1)
    bench.wait_open(qtbot, flight_id(979))
    assert len(read) <= 4


def test_another_page_can_lead_to_a_flight(bench: FlightBench, qtbot: object) -> None:
    bench.page.show_query(FlightQuery(text="nothing"))
    bench.page.show_flight(flight_id(123))
    bench.wait_open(qtbot, flight_id(123))
    assert bench.table.chosen_row == 876
    assert bench.filter.query == FlightQuery()


def test_another_page_can_lead_here_before_the_list_is_read(
    theme: Theme, bridge: Bridge, tmp_path: Path, qtbot: object
) -> None:
    with flight_bench(theme, bridge, tmp_path) as bench:
        bench.page.show_flight(flight_id(700))
        bench.wait_open(qtbot, flight_id(700))
        assert bench.table.chosen_row == 299


def test_an_open_flight_goes_on_and_ends(bench: FlightBench, qtbot: object) -> None:
    bench.start(running(1000))
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1001)
    bench.table.choose_row(0)
    bench.browser.open_pane()
    bench.wait_open(qtbot, flight_id(1000))
    sentence = bench.pane._overview._sentence
    assert "waiting for anthropic" in sentence.text()
    bench.live = [running(1000, ttft_ms=12.0)]
    qtbot.waitUntil(lambda: "has been answering" in sentence.text())
    bench.end(summary(1000))
    qtbot.waitUntil(lambda: "answered in 4.0 s" in sentence.text())
    qtbot.waitUntil(lambda: bench.pane.record.request_body is not None)


def test_a_flight_that_was_not_recorded_still_opens(
    bench: FlightBench, qtbot: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.reader, "record", lambda _: None)
    bench.table.choose_row(0)
    bench.browser.open_pane()
    bench.wait_open(qtbot, flight_id(999))
    bench.pane.choose_tab("Request")
    assert (
        bench.pane._request._empty._title.text()
        == "The request's body was not recorded, or is kept no longer."
    )


def test_what_was_chosen_is_remembered(
    bench: FlightBench, theme: Theme, tmp_path: Path, qtbot: object
) -> None:
    bench.table.choose_row(0)
    bench.browser.open_pane()
    bench.pane.choose_tab("Request")
    bench.wait_open(qtbot, flight_id(999))
    bench.pane._request._switch.choose("json")
    bench.browser._pane.turn.click()
    bench.table.header.show_column("status", False)
    bench.table.header.show_column("error", True)
    bench.table.header.moveSection(2, 3)
    bench.settings.sync()
    with flight_bench(theme, Bridge(), tmp_path) as again:
        assert again.pane._tabs.currentIndex() == 1
        assert again.pane._request._wanted.value == "json"
        assert again.browser._splitter.orientation() is Qt.Orientation.Horizontal
        header = again.table.header
        at = {column.key: at for at, column in enumerate(again.model.columns)}
        assert header.isSectionHidden(at["status"])
        assert not header.isSectionHidden(at["error"])
        assert header.visualIndex(2) == 3


def test_columns_can_be_chosen_and_reset(bench: FlightBench) -> None:
    bench.page.resize(2000, 700)  # in a narrow window one more takes another's place
    header = bench.table.header
    menu = header.column_menu(bench.page)
    actions = {action.text(): action for action in menu.actions()}
    assert actions["State"].isChecked()
    assert not actions["Stop reason"].isChecked()
    hidden = header.hiddenSectionCount()
    actions["Stop reason"].trigger()
    assert header.hiddenSectionCount() == hidden - 1
    actions["Reset columns"].trigger()
    assert header.hiddenSectionCount() == hidden
    menu.close()


def test_a_flight_of_a_run_leads_to_its_job(bench: FlightBench, qtbot: object) -> None:
    asked = running(1000, job="job_7")
    bench.reader.records[asked.id] = record(summary=asked)
    bench.live = [asked]
    bench.tell(FlightOpened(flight_id=asked.id))
    qtbot.waitUntil(lambda: bench.ids(1) == [asked.id])
    wanted: list[str] = []
    bench.page.job_wanted.connect(wanted.append)
    bench.page.show_flight(flight_id(999))
    bench.wait_open(qtbot, flight_id(999))
    assert bench.pane._job.isHidden()
    bench.page.show_flight(asked.id)
    bench.wait_open(qtbot, asked.id)
    bench.pane._job.click()
    assert wanted == ["job_7"]
