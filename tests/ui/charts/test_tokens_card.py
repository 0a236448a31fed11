"""The card of input tokens says what was told, and says so where it was not."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel, QTableWidget, QToolTip
from pytestqt.qtbot import QtBot

from llmgw_desktop.app.flights.overview import OverviewFigures, OverviewSpan
from llmgw_desktop.domain.flights.flight import FlightBucket, FlightTotals
from llmgw_desktop.ui.overview.stacked_bars import StackedBars
from llmgw_desktop.ui.overview.tokens_card import LARGER_HINT, TokensCard
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button

START_S = 1_763_726_400.0
TOLD = FlightTotals(
    flights=2,
    input_tokens=1_000,
    cache_known_input_tokens=1_000,
    cache_read_tokens=700,
    cache_write_tokens=100,
)
SILENT = FlightTotals(flights=1, input_tokens=500)
UNKNOWN = FlightTotals(flights=3)


@pytest.fixture
def card(theme: Theme, qtbot: QtBot, tmp_path: Path) -> TokensCard:
    made = TokensCard(theme)
    qtbot.addWidget(made)
    made.resize(800, 340)
    made.show()
    return made


def figures(whole: FlightTotals, *stretches: FlightTotals) -> OverviewFigures:
    return OverviewFigures(
        span=OverviewSpan.HOUR,
        since_s=START_S,
        until_s=START_S + 60 * len(stretches),
        bucket_s=60,
        totals=whole,
        buckets=tuple(
            FlightBucket(start_s=START_S + 60 * index, span_s=60, totals=totals)
            for index, totals in enumerate(stretches)
        ),
        providers=(),
        has_any=True,
    )


def legend(card: TokensCard) -> list[str]:
    return [label.text() for label in card.findChildren(QLabel) if label.isVisible()][1:]


def pointed(card: TokensCard, qtbot: QtBot, share: float) -> str:
    chart = card.findChild(StackedBars)
    assert isinstance(chart, StackedBars)
    plot = chart._plot()
    before = QToolTip.text()
    qtbot.mouseMove(chart, QPoint(round(plot.left() + plot.width() * share), 100))
    qtbot.waitUntil(lambda: QToolTip.text() not in ("", before))
    return QToolTip.text().removesuffix("</p>")


def test_what_providers_told_stands_in_the_legend(card: TokensCard) -> None:
    card.show_figures(figures(TOLD, TOLD))
    assert legend(card) == ["Cache read", "700", "Cache write", "100", "Fresh", "200"]


def test_what_they_did_not_tell_is_not_called_fresh(card: TokensCard) -> None:
    card.show_figures(figures(SILENT, SILENT))
    assert legend(card) == [
        *("Cache read", "–"),
        *("Cache write", "–"),
        *("Fresh", "–"),
        *("Not told", "500"),
    ]


def test_each_bar_tells_its_own(card: TokensCard, qtbot: QtBot) -> None:
    card.show_figures(figures(TOLD, TOLD, SILENT, UNKNOWN, FlightTotals()))
    told = pointed(card, qtbot, 0.1).splitlines()
    assert told[1:-1] == ["2 flights", "Cache read: 700", "Cache write: 100", "Fresh: 200"]
    assert told[-1] == LARGER_HINT
    silent = pointed(card, qtbot, 0.4).splitlines()
    assert silent[1:-1] == [
        "1 flight",
        "Cache read: –",
        "Cache write: –",
        "Fresh: –",
        "Not told: 500",
    ]
    assert pointed(card, qtbot, 0.6).splitlines()[1:3] == ["3 flights", "Cache read: –"]
    assert pointed(card, qtbot, 0.9).splitlines()[1:] == ["0 flights", LARGER_HINT]


def test_the_table_says_the_same(card: TokensCard) -> None:
    card.show_figures(figures(TOLD, TOLD, SILENT, FlightTotals()))
    card.findChild(Button).click()
    table = card.findChild(QTableWidget)
    assert isinstance(table, QTableWidget)
    rows = [
        [table.item(row, column).text() for column in range(1, 6)]
        for row in range(table.rowCount())
    ]
    assert rows == [["1", "–", "–", "–", "500"], ["2", "700", "100", "200", "0"]]
    card.show_figures(figures(SILENT, SILENT))
    assert table.rowCount() == 1, "it follows while it is in sight"


def test_a_fourth_entry_finds_room_in_the_same_row(theme: Theme, qtbot: QtBot) -> None:
    """It appears while the legend is only as wide as the entries before it."""
    both = FlightTotals(
        flights=3,
        input_tokens=509_665,
        cache_known_input_tokens=509_000,
        cache_read_tokens=440_000,
        cache_write_tokens=35_400,
    )
    card = TokensCard(theme)
    qtbot.addWidget(card)
    card.resize(800, 300)
    card.show_figures(figures(UNKNOWN))
    card.show()
    qtbot.wait(20)
    card.show_figures(figures(both))
    card.resize(1014, 300)
    entries = card._legend._entries
    qtbot.waitUntil(lambda: {each.isVisible() for each in entries} == {True})
    qtbot.wait(20)
    assert len({each.y() for each in entries}) == 1
