"""The Figures page: sums and times in words and tables first, plots when they have come."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from llmgw_desktop.app.flights.spending import Spending
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.flights.flight_filter import parse_filter
from llmgw_desktop.domain.flights.spending import SumBy
from llmgw_desktop.store.flights.flight_reader import FlightReader
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.figures.page import FiguresPage
from llmgw_desktop.ui.figures.plot_card import PlotCard
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.notices import Banner
from tests.support.month_of_flights import price_of, write_month
from tests.ui.plain_gateway import NOW_S, StillClock


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flights.db"


@pytest.fixture
def page(path: Path, bridge: Bridge, theme: Theme, qtbot: QtBot) -> Iterator[FiguresPage]:
    spending = Spending(FlightReader(path), price_of, StillClock())
    made = FiguresPage(spending, bridge, theme)
    qtbot.addWidget(made)
    made.resize(1000, 760)
    yield made
    theme.set_appearance(Appearance.LIGHT)


def _show(page: FiguresPage, qtbot: QtBot) -> None:
    page.show()
    qtbot.waitUntil(lambda: page.latency.hours.plot is not None, timeout=60_000)
    qtbot.waitUntil(lambda: bool(page.cost.sums.rows), timeout=60_000)


def _cards(page: FiguresPage) -> tuple[PlotCard, ...]:
    return page.cost.days, page.latency.spread, page.latency.hours


def test_without_flights_it_says_so(page: FiguresPage, qtbot: QtBot) -> None:
    page.show()
    qtbot.waitUntil(
        lambda: any(each.isVisible() for each in page.findChildren(EmptyState)), timeout=60_000
    )
    assert not page.save.isEnabled()
    qtbot.waitUntil(lambda: page.latency.hours.plot is not None, timeout=60_000)


def test_sums_times_and_charts(page: FiguresPage, path: Path, qtbot: QtBot) -> None:
    write_month(path, NOW_S, count=300)
    _show(page, qtbot)
    assert page.cost.sums.rows[0].key == "claude-sonnet-4-5"
    assert "est." in page.cost.instead.rows[0].cells[2]
    assert page.cost.waste.rows[0].cells[0] == "Broken off"
    assert page.latency.rows.rows[0].cells[9].endswith("µs")
    for card in _cards(page):
        assert card.plot.accessibleDescription() == card.accessibleDescription() != ""
        assert not card.shows_table
        card.turn_round()
        assert card.shows_table
        assert card.table.rows
    page.grab()
    for appearance in (Appearance.DARK, Appearance.LIGHT):
        page._theme.set_appearance(appearance)
        page.grab()


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


def test_sums_by_something_else_are_saved(
    page: FiguresPage, path: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    write_month(path, NOW_S, count=100)
    _show(page, qtbot)
    page.cost.by.choose(SumBy.PROJECT)
    page.cost.by_chosen.emit()
    qtbot.waitUntil(lambda: "website" in {row.key for row in page.cost.sums.rows}, timeout=60_000)
    with qtbot.waitSignal(page.said, timeout=60_000):
        page.write_csv(tmp_path / "sums.csv")
    with (tmp_path / "sums.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["project"] for row in rows} == {"", "website"}


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
