"""The chart of input tokens: heights are right, the unknown is empty, the pointer is answered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage, QRegion
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.overview.stacked_bars import Bar, StackedBars, area_fill
from llmgw_desktop.ui.theme import Appearance, Theme
from tests.ui.charts.paint_watch import painted

NAMES = ("cache_read", "cache_write", "fresh")


@pytest.fixture
def chart(theme: Theme, qtbot: QtBot) -> StackedBars:
    made = StackedBars(theme, NAMES, name="Input tokens")
    qtbot.addWidget(made)
    made.resize(640, 300)
    made.show()
    return made


def bars(*parts: tuple[float, ...] | None) -> list[Bar]:
    return [
        Bar(parts=each, words=lambda index=index: f"bar {index}")
        for index, each in enumerate(parts)
    ]


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
    chart.picked.connect(clicked.append)
    chart.show_bars(bars((1, 1, 1), (2, 2, 2), (3, 3, 3)), 0, 180)
    for x in columns(chart, 3):
        qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(x, 150))
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(4, 150))
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=QPoint(300, 297))
    assert clicked == [0, 1, 2]


def test_only_bars_that_changed_are_painted_again(chart: StackedBars, qtbot: QtBot) -> None:
    made = [(float(number), 10.0, 5.0) for number in range(1, 60)]
    chart.show_bars(bars((90, 10, 10), *made), 0, 900)
    with painted(chart) as areas:
        chart.show_bars(bars((90, 10, 10), *made), 0, 900)
    assert areas == []
    changed = [*made[:-1], (61.0, 54.0, 5.0)]
    with painted(chart) as areas:
        chart.show_bars(bars((90, 10, 10), *changed), 0, 900)
    assert len(areas) == 1
    assert areas[0].width() < 20
    assert areas[0].contains(QPoint(columns(chart, 60)[-1], 150))
    for other in (
        lambda: chart.show_bars(bars((200, 10, 10), *changed), 0, 900),
        lambda: chart.show_bars(bars((200, 10, 10), *changed), 15, 915),
        lambda: chart.show_bars(bars((200, 10, 10), *changed[1:]), 15, 915),
    ):
        with painted(chart) as areas:
            other()
        assert areas == [chart.rect()], "another scale is another picture"


def test_a_part_painted_again_is_as_if_all_had_been(chart: StackedBars, qtbot: QtBot) -> None:
    made = [(float(number), 10.0, 5.0) for number in range(1, 60)]
    changed = [*made[:30], (1.0, 40.0, 9.0), *made[31:-1], None]
    chart.show_bars(bars((90, 10, 10), *made), 0, 900)
    before = chart.grab().toImage()
    with painted(chart) as areas:
        chart.show_bars(bars((90, 10, 10), *changed), 0, 900)
    assert len(areas) == 1
    after = chart.grab().toImage()
    assert after != before
    assert patched(chart, before, (31, 59)) == after


def patched(chart: StackedBars, picture: QImage, numbers: tuple[int, ...]) -> QImage:
    """The older picture with the columns of these bars painted anew."""
    for number in numbers:
        area = chart._column(number).adjusted(-1, -1, 1, 1).toAlignedRect()
        chart.render(picture, area.topLeft(), QRegion(area))
    return picture


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
