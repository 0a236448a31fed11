"""The chart of input tokens: heights are right, the unknown is empty, the pointer is answered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.charts.axes import area_fill
from llmgw_desktop.ui.charts.stacked_bars import Bar, StackedBars
from llmgw_desktop.ui.theme import Appearance, Theme

NAMES = ("cache_read", "cache_write", "fresh")


@pytest.fixture
def chart(theme: Theme, qtbot: QtBot) -> StackedBars:
    made = StackedBars(theme, NAMES)
    qtbot.addWidget(made)
    made.resize(640, 300)
    made.show()
    return made


def bars(*parts: tuple[float, ...] | None) -> list[Bar]:
    return [Bar(parts=each, words=f"bar {index}") for index, each in enumerate(parts)]


def column_heights(image: QImage, x: int, colour: QColor) -> int:
    return sum(image.pixelColor(x, y) == colour for y in range(image.height()))


def columns(chart: StackedBars, count: int) -> list[int]:
    plot = chart._plot()
    return [round(plot.left() + plot.width() * (index + 0.5) / count) for index in range(count)]


def test_parts_stand_on_each_other_in_proportion(chart: StackedBars, theme: Theme) -> None:
    chart.show_bars(bars((60, 20, 20), (120, 40, 40)), 0, 120)
    image = chart.grab().toImage()
    low, high = columns(chart, 2)
    for name, share in zip(NAMES, (0.6, 0.2, 0.2), strict=True):
        colour = area_fill(theme.colours, name)
        one, two = column_heights(image, low, colour), column_heights(image, high, colour)
        assert one > 10
        assert two == pytest.approx(2 * one, abs=3)
        assert two == pytest.approx(chart._plot().height() * share, rel=0.15)


def test_unknown_is_empty_not_zero_and_not_high(chart: StackedBars, theme: Theme) -> None:
    chart.show_bars(bars((50, 0, 0), None, (50, 0, 0)), 0, 180)
    image = chart.grab().toImage()
    colour = area_fill(theme.colours, "cache_read")
    heights = [column_heights(image, x, colour) for x in columns(chart, 3)]
    assert heights[0] > 50
    assert heights[1] == 0


def test_it_says_that_there_is_nothing(chart: StackedBars) -> None:
    chart.show_bars(bars(None, None), 0, 120)
    empty = chart.grab().toImage()
    chart.show_bars(bars(None, None), 0, 120, nothing="No flights in the last hour.")
    assert chart.grab().toImage() != empty


def test_the_pointer_hears_what_a_bar_means(chart: StackedBars, qtbot: QtBot) -> None:
    chart.show_bars(bars((1, 1, 1), (2, 2, 2)), 0, 120)
    x = columns(chart, 2)[1]
    qtbot.mouseMove(chart, QPoint(x, 150))
    qtbot.waitUntil(lambda: QToolTip.text() == "bar 1")


def test_a_click_names_the_bar_and_a_click_beside_does_not(
    chart: StackedBars, qtbot: QtBot
) -> None:
    clicked: list[int] = []
    chart.bar_clicked.connect(clicked.append)
    chart.show_bars(bars((1, 1, 1), (2, 2, 2), (3, 3, 3)), 0, 180)
    for x in columns(chart, 3):
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(x, 150))
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(4, 150))
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(300, 297))
    assert clicked == [0, 1, 2]


def test_without_bars_it_stands_still(chart: StackedBars, qtbot: QtBot) -> None:
    chart.grab()
    qtbot.mouseMove(chart, QPoint(300, 150))
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(300, 150))


def test_it_follows_the_scheme(chart: StackedBars, theme: Theme) -> None:
    chart.show_bars(bars((1, 1, 1)), 0, 60)
    light = chart.grab().toImage()
    theme.set_appearance(Appearance.DARK)
    dark = chart.grab().toImage()
    assert light != dark
    assert column_heights(dark, columns(chart, 1)[0], area_fill(theme.colours, "fresh")) > 10
