"""The Figures page: sums and times in words and tables first, plots when they have come."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QPoint, QPointF
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip
from pytestqt.qtbot import QtBot

from llmgw_desktop.app.flights.spending import Spending
from llmgw_desktop.app.validation.check_history import CheckedRun, CheckHistory
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.flights.flight_filter import parse_filter
from llmgw_desktop.domain.flights.spending import SumBy
from llmgw_desktop.domain.validation import ValidationRun
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.figures.page import FiguresPage
from llmgw_desktop.ui.figures.plot_card import PlotCard
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.notices import Banner
from tests.support.month_of_flights import price_of, write_month
from tests.support.plain_panels import made_check_run
from tests.ui.plain_gateway import NOW_S, StillClock

RUNS: list[ValidationRun] = []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flights.db"


@pytest.fixture
def page(path: Path, bridge: Bridge, theme: Theme, qtbot: QtBot) -> Iterator[FiguresPage]:
    spending = Spending(FlightReader(path), price_of, StillClock())
    made = FiguresPage(spending, CheckHistory(lambda _: RUNS, StillClock()), bridge, theme)
    qtbot.addWidget(made)
    made.resize(1000, 760)
    yield made
    theme.set_appearance(Appearance.LIGHT)


def _show(page: FiguresPage, qtbot: QtBot) -> None:
    page.show()
    qtbot.waitUntil(lambda: page.latency.hours.plot is not None, timeout=60_000)
    qtbot.waitUntil(lambda: bool(page.cost.sums.rows), timeout=60_000)
    qtbot.waitUntil(lambda: not page._refresh._busy, timeout=60_000)


def _show_empty(page: FiguresPage, qtbot: QtBot) -> None:
    page.show()
    qtbot.waitUntil(lambda: page.latency.hours.plot is not None, timeout=60_000)


def _cards(page: FiguresPage) -> tuple[PlotCard, ...]:
    return page.cost.days, page.latency.spread, page.latency.hours


def _saved(page: FiguresPage, qtbot: QtBot, file: Path) -> list[dict[str, str]]:
    with qtbot.waitSignal(page.said, timeout=60_000):
        page.write_csv(file)
    with file.open(encoding="utf-8-sig", newline="") as told:
        return list(csv.DictReader(told))


def test_without_flights_it_says_so(page: FiguresPage, qtbot: QtBot) -> None:
    _show_empty(page, qtbot)
    qtbot.waitUntil(
        lambda: any(each.isVisible() for each in page.findChildren(EmptyState)), timeout=60_000
    )
    assert not page.save.isEnabled()


def test_sums_times_and_charts(page: FiguresPage, path: Path, qtbot: QtBot) -> None:
    write_month(path, NOW_S, count=300)
    _show(page, qtbot)
    assert page.cost.sums.rows[0].key == "claude-sonnet-4-5"
    assert "est." in page.cost.instead.rows[0].cells[2]
    assert page.cost.waste.rows[0].cells[0] == "Broken off"
    assert page.latency.rows.rows[0].cells[9].endswith("µs")
    qtbot.waitUntil(lambda: all(card.accessibleDescription() for card in _cards(page)))
    qtbot.waitUntil(lambda: page.cost.days.plot.plotItem.opacity() == 1)
    assert not page.latency.spread.plot.plotItem.opacity(), "painted when it is first seen"
    page.show_tab("latency")
    for card in (page.latency.spread, page.latency.hours):
        qtbot.waitUntil(lambda card=card: card.plot.plotItem.opacity() == 1)
    for card in _cards(page):
        assert card.plot.accessibleDescription() == card.accessibleDescription()
        assert not card.shows_table
        card.turn_round()
        assert card.shows_table
        assert card.table.rows
    page.grab()


def test_a_change_of_the_scheme_draws_the_charts_in_sight_alone_each_in_its_turn(
    page: FiguresPage, path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_month(path, NOW_S, count=300)
    _show(page, qtbot)
    page.show_tab("latency")
    seen, hidden = (page.latency.spread.plot, page.latency.hours.plot), page.cost.days.plot
    qtbot.waitUntil(lambda: all(plot.plotItem.opacity() == 1 for plot in seen))
    plots = import_module("llmgw_desktop.ui.figures.plots")
    drawn: list[Any] = []
    for kind in (plots.BarPlot, plots.HeatPlot):
        monkeypatch.setattr(
            kind, "dress", lambda plot, dress=kind.dress: (drawn.append(plot), dress(plot))
        )
    page._theme.set_appearance(Appearance.DARK)
    assert drawn == list(seen)
    assert not any(plot.plotItem.opacity() for plot in seen), "painted in turns of their own"
    qtbot.waitUntil(lambda: all(plot.plotItem.opacity() == 1 for plot in seen))
    page._theme.set_appearance(Appearance.LIGHT)
    page._theme.set_appearance(Appearance.DARK)
    assert hidden not in drawn
    page.show_tab("cost")
    qtbot.waitUntil(lambda: hidden in drawn)
    assert drawn.count(hidden) == 1
    assert hidden.backgroundBrush().color() == page._theme.colours.surface
    page.grab()


def test_lines_of_a_chart_stand_at_round_places(
    page: FiguresPage, path: Path, qtbot: QtBot
) -> None:
    _show_empty(page, qtbot)
    plot = page.latency.spread.plot
    for most in (0.0004, 1, 3, 47, 1_000_000):
        plot.show_bars(["a", "b"], [most, None])
        marks = [
            at for at, _ in plot.plotItem.getAxis("left")._marks(*plot.plotItem.viewRange()[1])
        ]
        assert marks[0] == 0
        assert 2 <= len(marks) <= 6
        step = marks[1]
        assert f"{step:.0e}"[0] in "125"
        assert marks == pytest.approx([step * at for at in range(len(marks))])


def test_rows_and_bars_lead_to_their_flights(page: FiguresPage, path: Path, qtbot: QtBot) -> None:
    write_month(path, NOW_S, count=300)
    _show(page, qtbot)
    asked: list[str] = []
    page.flights_wanted.connect(asked.append)
    page.cost.sums.choose("gpt-5")
    page.cost.sums.opened.emit()
    page.cost.days.plot.picked.emit(3)
    page.latency.spread.plot.picked.emit(2)
    hour = next(n for n, row in enumerate(page.latency.hours._rows) if row.filter)
    page.latency.hours.plot.picked.emit(hour)
    assert asked[0] == "model:gpt-5"
    assert asked[1].startswith("since:20")
    assert "state:ok ttft>=" in asked[2]
    assert len(asked) == 4
    reader = FlightReader(path)
    counts = [reader.count(parse_filter(each, NOW_S)) for each in asked]
    assert counts[0] == int(page.cost.sums.chosen_item.cells[1])
    assert counts[1] == int(page.cost.days._rows[3].cells[1])
    assert counts[2] == int(page.latency.spread._rows[2].cells[1])
    assert counts[3] >= int(page.latency.hours._rows[hour].cells[1])


def test_what_is_under_the_mouse_is_told(
    page: FiguresPage, path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_month(path, NOW_S, count=300)
    page.show_tab("latency")
    _show(page, qtbot)
    told: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda at, words, widget: told.append(words))
    card = page.latency.hours
    number = next(n for n, row in enumerate(card._rows) if row.filter)
    day, hour = divmod(number, 24)
    scene = card.plot.plotItem.vb.mapViewToScene(QPointF(day + 0.5, hour + 0.5))
    for place in (card.plot.mapFromScene(scene), QPoint(1, 1)):
        asked = QHelpEvent(QEvent.Type.ToolTip, place, place)
        card.plot.viewportEvent(asked)
    assert f"Hour: {card._rows[number].cells[0]}" in told[0]
    assert "First token p50: " in told[0]
    assert told[1] == ""
    empty = next(n for n, row in enumerate(card._rows) if not row.filter)
    assert card.words_of(empty) == ""


def test_sums_by_something_else_are_saved(
    page: FiguresPage, path: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    write_month(path, NOW_S, count=100)
    _show(page, qtbot)
    page.cost.by.choose(SumBy.PROJECT)
    page.cost.by_chosen.emit()
    qtbot.waitUntil(lambda: "website" in {row.key for row in page.cost.sums.rows}, timeout=60_000)
    rows = _saved(page, qtbot, tmp_path / "sums.csv")
    assert {row["project"] for row in rows} == {"", "website"}


def test_times_are_saved_where_they_are_in_sight(
    page: FiguresPage, path: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    write_month(path, NOW_S, count=300)
    page.show_tab("latency")
    _show(page, qtbot)
    rows = _saved(page, qtbot, tmp_path / "times.csv")
    assert [row["model"] for row in rows] == [row.cells[0] for row in page.latency.rows.rows]
    assert float(rows[0]["first_token_p50_ms"]) <= float(rows[0]["first_token_p99_ms"])


def test_what_cannot_be_read_is_said_and_asked_for_again(
    page: FiguresPage, path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreUnavailable("flights.db: the disk reports an error.")

    with monkeypatch.context() as broken:
        broken.setattr(page._spending, "figures", fail)
        page.show()
        qtbot.waitUntil(lambda: page.findChild(Banner).isVisible(), timeout=60_000)
    write_month(path, NOW_S, count=60)
    page.span.choose("7")
    qtbot.waitUntil(lambda: not page.findChild(Banner).isVisible(), timeout=60_000)


def test_no_step_is_made_once_the_theme_or_the_page_is_gone(
    path: Path, bridge: Bridge, qapp: QApplication, qtbot: QtBot
) -> None:
    """A window that was closed may outlive its theme by some turns of the loop."""
    plots = import_module("llmgw_desktop.ui.figures.plots")
    for gone in ("theme", "page"):
        theme = Theme(qapp, Appearance.LIGHT)
        spending = Spending(FlightReader(path), price_of, StillClock())
        page = FiguresPage(spending, CheckHistory(lambda _: RUNS, StillClock()), bridge, theme)
        page._make_plots(plots)
        shiboken6.delete({"theme": theme, "page": page}[gone])
        for _ in range(9):
            qapp.processEvents()
        assert page.cost.days.plot is None
        for left in (page, theme):
            if shiboken6.isValid(left):
                shiboken6.delete(left)


def test_without_pyqtgraph_the_tables_are_in_sight(
    page: FiguresPage, path: Path, qtbot: QtBot
) -> None:
    write_month(path, NOW_S, count=60)
    page._asks_plots = True
    page.show()
    qtbot.waitUntil(lambda: bool(page.cost.sums.rows), timeout=60_000)
    page._miss_plots(ImportError("No module named 'pyqtgraph'"))
    assert all(card.shows_table for card in _cards(page))


def test_nothing_reads_in_what_draws_before_the_page_is_shown() -> None:
    code = (
        "import sys, llmgw_desktop.ui.figures.page, llmgw_desktop.ui.shell.page_makers;"
        "sys.exit('pyqtgraph' in sys.modules or 'numpy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_runs_are_read_when_they_are_looked_at(
    page: FiguresPage, path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They lie encrypted: a locked vault takes no figures away."""
    write_month(path, NOW_S, count=30)

    def locked() -> tuple[CheckedRun, ...]:
        raise StoreUnavailable("The vault is locked.")

    monkeypatch.setattr(page._checks, "runs", locked)
    _show(page, qtbot)
    trouble = page._trouble
    assert trouble.isHidden()
    page.show_tab("checks")
    qtbot.waitUntil(lambda: not trouble.isHidden(), timeout=60_000)
    page.show_tab("cost")
    qtbot.waitUntil(trouble.isHidden, timeout=60_000)


def test_runs_over_time_are_a_chart_that_leads_to_each(
    page: FiguresPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = made_check_run("chk_9", NOW_S - 30, fallen=3)
    other = replace(other, request=replace(other.request, question="=other"))
    runs = [made_check_run(f"chk_{n}", NOW_S - 86_400 * n, fallen=n - 1) for n in (1, 2, 3)]
    monkeypatch.setattr(f"{__name__}.RUNS", [other, *runs])
    page.show_tab("checks")
    page.show()
    part = page.checks
    qtbot.waitUntil(lambda: len(part.runs.rows) == 4, timeout=60_000)
    qtbot.waitUntil(lambda: part.time.plot is not None, timeout=60_000)
    assert len(part.time._rows) == 1, "of the newest run's set alone"
    part.runs.choose("chk_1")
    assert [row.key for row in part.time._rows] == ["chk_3", "chk_2", "chk_1"]
    assert [round(each) for each in part.time.plot._values] == [33, 67, 100]
    assert part.time.accessibleDescription() == "3 runs; of the last 3 of 3 passed."
    part.time.plot.picked.emit(0)
    assert part.runs.chosen_item.key == "chk_3"
    assert [row.cells[0] for row in part.answers.rows] == ["Fell", "Fell", "Passed"]
    rows = _saved(page, qtbot, tmp_path / "runs.csv")
    assert [row["passed"] for row in rows] == ["0 of 3", "3 of 3", "2 of 3", "1 of 3"]
    assert rows[0]["set"].startswith("'=other")
    part.time.turn_round()
    assert part.time.shows_table
    page.grab()


def test_runs_of_regression_sets_and_what_fell_first(
    page: FiguresPage, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = made_check_run("chk_2", NOW_S - 60, fallen=2)
    monkeypatch.setattr(f"{__name__}.RUNS", [newest, made_check_run("chk_1", NOW_S - 90_000)])
    page.show_tab("checks")
    page.show()
    part = page.checks
    qtbot.waitUntil(lambda: len(part.runs.rows) == 2, timeout=60_000)
    first, second = part.runs.rows
    assert (first.cells[4], second.cells[4]) == ("1 of 3", "3 of 3")
    assert first.cells[6].startswith("case 1 · claude-opus-5-5: regex: Nothing in it fits")
    assert second.cells[6] == "–"
    assert [row.cells[0] for row in part.answers.rows] == ["Fell", "Fell", "Passed"]
    part.runs.choose_row(1)
    assert [row.cells[0] for row in part.answers.rows] == ["Passed"] * 3
    with qtbot.waitSignal(page.flight_wanted) as opened:
        part.answers.choose_row(2)
        part.answers.opened.emit()
    assert opened.args == ["flt_3"]
    page.grab()
    qtbot.waitUntil(lambda: page.latency.hours.plot is not None, timeout=60_000)
