"""Columns in tables of any width: what is cut, what goes, what the person wanted all the same."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication

from llmgw_desktop.domain.flights.flight import FlightSummary
from llmgw_desktop.ui.theme import Theme
from tests.support.flight_page import FlightBench
from tests.support.made_flights import BEGIN_S, summary


def shown(bench: FlightBench) -> list[str]:
    header = bench.table.header
    columns = bench.model.columns
    order = sorted(range(len(columns)), key=header.visualIndex)
    return [columns[at].key for at in order if not header.isSectionHidden(at)]


def width_of(bench: FlightBench, key: str) -> int:
    at = next(at for at, column in enumerate(bench.model.columns) if column.key == key)
    return bench.table.header.sectionSize(at)


def at(bench: FlightBench, row: int) -> FlightSummary | None:
    found = bench.model.window.at(row) if bench.model.rowCount() > row else None
    return found.summary if found else None


def resize(bench: FlightBench, width: int) -> None:
    bench.page.resize(width, 500)
    QApplication.processEvents()


@pytest.mark.parametrize("width", [512, 600, 760, 950, 1200, 1900])
def test_all_that_is_shown_is_in_sight(bench: FlightBench, width: int) -> None:
    resize(bench, width)
    assert not bench.table.horizontalScrollBar().isVisible()
    assert bench.table.header.length() == bench.table.viewport().width()
    assert {"state", "time", "client", "model"} <= set(shown(bench))
    assert width_of(bench, "model") >= 130


def test_what_has_no_room_is_told_beside_the_list(bench: FlightBench) -> None:
    button = bench.filter.columns
    resize(bench, 1900)
    assert (button.text(), button.toolTip()) == ("", "Columns")
    resize(bench, 640)
    missing = ("Tok/s", "Out", "In", "First token")
    assert button.text().startswith("+")
    assert int(button.text()) >= len(missing)
    assert all(each in button.toolTip() for each in missing)
    assert button.accessibleDescription().startswith("No room for ")
    resize(bench, 1900)
    assert button.text() == ""


def test_columns_come_back_with_the_room(bench: FlightBench) -> None:
    resize(bench, 1900)
    all_shown = shown(bench)
    resize(bench, 512)
    assert "rate" not in shown(bench)
    assert len(shown(bench)) < len(all_shown)
    resize(bench, 1900)
    assert shown(bench) == all_shown


def test_what_had_no_room_is_not_forgotten(bench: FlightBench) -> None:
    resize(bench, 512)
    menu = bench.table.header.column_menu(bench.page)
    rate = next(action for action in menu.actions() if action.text().startswith("Tok/s"))
    assert rate.text() == "Tok/s  (no room)"
    assert rate.isChecked()
    menu.close()
    bench.table.header.show_column("status", False)
    resize(bench, 1900)
    assert "rate" in shown(bench)
    assert "status" not in shown(bench)


def test_what_was_asked_for_pushes_out_what_was_not(bench: FlightBench) -> None:
    resize(bench, 700)
    bench.table.header.show_column("error", True)
    assert "error" in shown(bench)


def test_a_column_drawn_wide_stays_as_wide(bench: FlightBench) -> None:
    resize(bench, 900)
    at = next(at for at, column in enumerate(bench.model.columns) if column.key == "client")
    bench.table.header.resizeSection(at, 300)
    assert width_of(bench, "client") == 300
    assert bench.table.header.length() == bench.table.viewport().width()
    resize(bench, 1400)
    assert width_of(bench, "client") == 300


def test_times_of_another_day_have_the_room_for_it(
    bench: FlightBench, theme: Theme, qtbot: object
) -> None:
    resize(bench, 720)
    metrics = QFontMetrics(theme.font())
    assert width_of(bench, "time") >= metrics.horizontalAdvance("15:01:58") + 12
    for days, letters in ((3, 15), (400, 20)):
        at_s = BEGIN_S - days * 86_400
        bench.reader.make = lambda number, at_s=at_s: summary(number, started_at_s=at_s + number)
        bench.page._feed.reload()
        qtbot.waitUntil(lambda at_s=at_s: (at(bench, 0) or summary(0)).started_at_s < at_s + 2000)
        text = bench.model.window.at(0).cells[1]
        assert len(text) == letters
        needed = metrics.horizontalAdvance(text) + 12
        qtbot.waitUntil(lambda needed=needed: width_of(bench, "time") >= needed)
    bench.reader.make = summary
    bench.page._feed.reload()
    qtbot.waitUntil(lambda: width_of(bench, "time") < metrics.horizontalAdvance("28 Nov 15:01:58"))
