"""Sparklines, shares, legend and tiles."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent, QRegion
from PySide6.QtWidgets import QApplication, QLabel, QToolTip
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.overview.line_lists import BarShare, RunningLine, RunningList, ShareBars
from llmgw_desktop.ui.overview.stat_tile import Sparkline, StatTile, TileFigure
from llmgw_desktop.ui.overview.tokens_card import Legend
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.label import Tone
from tests.ui.charts.paint_watch import laid_out, painted


def ink_columns(line: Sparkline, theme: Theme) -> set[int]:
    image = line.grab().toImage()
    accent = theme.colours.accent
    return {
        x
        for x in range(image.width())
        for y in range(image.height())
        if abs(image.pixelColor(x, y).hue() - accent.hue()) < 6
        and image.pixelColor(x, y).saturation() > 140
    }


def test_over_unknown_values_leads_a_faint_line(theme: Theme, qtbot: QtBot) -> None:
    line = Sparkline(theme)
    qtbot.addWidget(line)
    line.resize(200, 40)
    line.show_values([1, 2, 3, None, None, None, 2, 1, 1])
    inked = ink_columns(line, theme)
    assert {20, 180} <= inked
    assert not inked & set(range(75, 115)), "fainter than what is known"
    image = line.grab().toImage()
    ground = theme.colours.surface
    for x in (75, 90, 105):
        column = [image.pixelColor(x, y) for y in range(image.height() - 4)]
        assert any(colour != ground for colour in column), "but there"


@pytest.mark.parametrize(
    "values", [[], [None], [0, 0, 0], [5], [None, 3, None], [0.0, 1e12], [float(10**6)] * 90]
)
def test_any_values_can_be_drawn(theme: Theme, qtbot: QtBot, values: list[float | None]) -> None:
    line = Sparkline(theme)
    qtbot.addWidget(line)
    line.show_values(values)
    assert not line.grab().isNull()


def test_shares_grow_with_their_number_and_answer_clicks(theme: Theme, qtbot: QtBot) -> None:
    shares = ShareBars(theme, "Flights by provider")
    qtbot.addWidget(shares)
    one = BarShare(name="anthropic", share=0.7, words="7 · 70 %", note="1 error")
    other = BarShare(name="a name that is much too long for its line " * 4, share=0.3, words="3")
    shares.show_shares([one])
    low = shares.sizeHint().height()
    shares.show_shares([one, other])
    assert shares.sizeHint().height() == 2 * low
    assert "anthropic: 7 · 70 % 1 error" in shares.accessibleDescription()
    shares.resize(300, shares.sizeHint().height())
    shares.grab()
    clicked: list[int] = []
    shares.picked.connect(clicked.append)
    qtbot.mouseClick(shares, Qt.MouseButton.LeftButton, pos=QPoint(20, low // 2))
    qtbot.mouseClick(shares, Qt.MouseButton.LeftButton, pos=QPoint(20, low + low // 2))
    assert clicked == [0, 1]


def test_the_rest_is_one_low_line_that_names_all_it_stands_for(theme: Theme, qtbot: QtBot) -> None:
    shares = ShareBars(theme, "Flights by provider")
    qtbot.addWidget(shares)
    one = BarShare(name="a", share=0.6, words="6")
    rest = BarShare(name="and 2 more", share=0.4, words="4", hint="<b>: 3\nc: 1", is_rest=True)
    shares.show_shares([one])
    low = shares.sizeHint().height()
    shares.show_shares([one, rest])
    assert low < shares.sizeHint().height() < 2 * low
    assert shares.accessibleDescription() == "a: 6; and 2 more: 4 <b>: 3, c: 1"
    shares.resize(300, shares.sizeHint().height())
    shares.show()
    for row, shown in ((3, False), (low + 3, True)):
        at = QPoint(20, row)
        QApplication.sendEvent(shares, QHelpEvent(QEvent.Type.ToolTip, at, shares.mapToGlobal(at)))
        assert ("&lt;b&gt;: 3" in QToolTip.text()) is shown
    with qtbot.waitSignal(shares.picked) as picked:
        qtbot.mouseClick(shares, Qt.MouseButton.LeftButton, pos=QPoint(20, low + 3))
    assert picked.args == [1]


def test_a_long_list_of_running_flights_says_how_many_more(theme: Theme, qtbot: QtBot) -> None:
    running = RunningList(theme, most=3)
    qtbot.addWidget(running)
    lines = [
        RunningLine(
            flight_id=f"flt_{number}",
            client="codex " * 20,
            model="a model with a very long name " * 5,
            progress="waiting",
            elapsed="4.2 s",
        )
        for number in range(10)
    ]
    running.show_lines(lines, 10)
    height = running.sizeHint().height()
    running.show_lines(lines, 4)
    assert running.sizeHint().height() == height
    running.resize(running.sizeHint())
    running.grab()
    clicked: list[str] = []
    running.flight_wanted.connect(clicked.append)
    qtbot.mouseClick(running, Qt.MouseButton.LeftButton, pos=QPoint(20, height - 5))
    assert clicked == [], "the last line is no flight"
    qtbot.mouseClick(running, Qt.MouseButton.LeftButton, pos=QPoint(20, 5))
    assert clicked == ["flt_0"]


def running_lines(count: int, elapsed: str = "4.2 s") -> list[RunningLine]:
    return [
        RunningLine(
            flight_id=f"flt_{number}",
            client="codex",
            model="gpt",
            progress="waiting",
            elapsed=elapsed,
        )
        for number in range(count)
    ]


def test_the_list_keeps_its_room_for_a_while(theme: Theme, qtbot: QtBot) -> None:
    """Short flights come and go between two looks; the page must not jump with them."""
    running = RunningList(theme)
    running._calm.setInterval(200)
    qtbot.addWidget(running)
    heights = []
    for count in (0, 3, 0, 2, 1):
        running.show_lines(running_lines(count), count)
        heights.append(running.sizeHint().height() // running._line_height())
    assert heights == [1, 3, 3, 3, 3]
    qtbot.waitUntil(lambda: running.sizeHint().height() // running._line_height() == 2)
    qtbot.waitUntil(lambda: running.sizeHint().height() // running._line_height() == 1)
    qtbot.waitUntil(lambda: not running._calm.isActive())


def test_with_nothing_under_way_it_says_so(theme: Theme, qtbot: QtBot) -> None:
    running = RunningList(theme)
    qtbot.addWidget(running)
    running.show()
    running.show_lines(running_lines(1), 1)
    one = running.grab().toImage()
    running.show_lines([], 0)
    assert running.accessibleDescription() == "Nothing is under way."
    assert running.grab().toImage() != one


def test_as_time_goes_by_only_the_time_is_painted(theme: Theme, qtbot: QtBot) -> None:
    running = RunningList(theme)
    qtbot.addWidget(running)
    running.resize(400, 200)
    running.show()
    running.show_lines(running_lines(3), 3)
    with painted(running) as areas:
        running.show_lines(running_lines(3), 3)
    assert areas == []
    with painted(running) as areas:
        running.show_lines(running_lines(3, "4.7 s"), 3)
    assert len(areas) == 1
    assert areas[0].left() > 300
    with painted(running) as areas:
        running.show_lines(running_lines(3, "4.7 s"), 4)
        running.show_lines(running_lines(3, "4.7 s"), 400)
    assert areas


def test_only_shares_that_changed_are_painted(theme: Theme, qtbot: QtBot) -> None:
    shares = ShareBars(theme, "Flights by provider")
    qtbot.addWidget(shares)
    shares.resize(300, 200)
    shares.show()
    one, two = BarShare(name="a", share=0.6, words="6"), BarShare(name="b", share=0.4, words="4")
    shares.show_shares([one, two])
    with painted(shares) as areas:
        shares.show_shares([one, two])
    assert areas == []
    with painted(shares) as areas:
        shares.show_shares([one, BarShare(name="b", share=0.4, words="5")])
    assert len(areas) == 1
    assert areas[0].top() >= shares._line_height()


def test_of_a_sparkline_only_what_changed_is_painted(theme: Theme, qtbot: QtBot) -> None:
    line = Sparkline(theme)
    qtbot.addWidget(line)
    line.resize(240, 40)
    line.show()
    values = [float(5 + at % 7) for at in range(59)]
    line.show_values([*values, 3.0])
    before = line.grab().toImage()
    with painted(line) as areas:
        line.show_values([*values, 3.0])
    assert areas == []
    with painted(line) as areas:
        line.show_values([*values, 8.0])
    assert len(areas) == 1
    assert areas[0].left() > 200
    line.render(before, areas[0].topLeft(), QRegion(areas[0]))
    assert before == line.grab().toImage()
    with painted(line) as areas:
        line.show_values([*values, 80.0])
    assert areas == [line.rect()], "another scale"


def test_a_value_after_a_gap_has_the_way_to_it_painted(theme: Theme, qtbot: QtBot) -> None:
    line = Sparkline(theme)
    qtbot.addWidget(line)
    line.resize(240, 40)
    line.show()
    sparse: list[float | None] = [None] * 60
    sparse[20], sparse[30], sparse[45] = 5.0, 9.0, 3.0
    line.show_values(sparse)
    for at, value in (
        (55, 7.0),
        (45, None),
        (45, 4.0),
        (10, 6.0),
        (20, None),
        (25, 8.0),
        (46, 3.0),
        (47, 2.0),
        (45, None),
        (45, 9.0),
        (47, None),
    ):
        before = line.grab().toImage()
        sparse[at] = value
        with painted(line) as areas:
            line.show_values(sparse)
        assert len(areas) == 1
        line.render(before, areas[0].topLeft(), QRegion(areas[0]))
        assert before == line.grab().toImage(), (at, value)


def test_a_tile_shows_and_tells_its_figure(theme: Theme, qtbot: QtBot) -> None:
    tile = StatTile(theme, "Errors", hint="Flights that failed.")
    qtbot.addWidget(tile)
    assert tile.value == "–"
    assert "Click or Enter: its flights" in tile.toolTip(), "the chart below opens larger instead"
    tile.show_figure("3", [0, 1, 2], note="1 %", tone=Tone.ERROR)
    assert tile.accessibleName() == "Errors: 3 1 %"
    tile.show()
    image = tile.grab().toImage()
    inks = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
    assert theme.colours.error.rgb() in inks
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space):
        with qtbot.waitSignal(tile.opened):
            qtbot.keyClick(tile, key)


def test_a_legend_says_sums(theme: Theme, qtbot: QtBot) -> None:
    legend = Legend(theme, [("fresh", "Fresh"), ("cache_read", "Cache read")])
    qtbot.addWidget(legend)
    legend.show_sums(["416.1k", "–"])
    assert [label.text() for label in legend.findChildren(QLabel)] == [
        "Fresh",
        "416.1k",
        "Cache read",
        "–",
    ]
    legend.show()
    legend.show_sums(["416.1k", ""])
    shown = [label.text() for label in legend.findChildren(QLabel) if label.isVisible()]
    assert shown == ["Fresh", "416.1k"]


def test_a_narrow_tile_drops_its_note_rather_than_cutting_it(theme: Theme, qtbot: QtBot) -> None:
    tile = StatTile(theme, "First token")
    qtbot.addWidget(tile)
    tile.show_figure("912 ms", [], note="p95 3.5 s")
    tile.show()
    for width, shown in ((300, True), (130, False), (300, True)):
        tile.resize(width, tile.height())
        assert tile.findChild(TileFigure).shows_note is shown


def test_another_figure_of_the_same_width_moves_nothing(theme: Theme, qtbot: QtBot) -> None:
    tile = StatTile(theme, "Flights")
    qtbot.addWidget(tile)
    tile.show_figure("412", [])
    tile.show()
    with laid_out(tile) as requests:
        tile.show_figure("413", [], note="1 %")
    assert requests.requests == 0
    with laid_out(tile) as requests:
        tile.show_figure("1,413", [])
    assert requests.requests > 0
