"""The Cache tab: verdict, blocks, first difference, strip, and the time that is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from llmgw_desktop.app.flights.cache_sheet import CacheSheet, SheetTurn
from llmgw_desktop.domain.flights.cache_verdict import Warmth
from llmgw_desktop.domain.flights.cache_words import BlockFate, PromptBlock
from llmgw_desktop.domain.flights.prompt_print import PromptSection
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.detail.cache_tab import CacheTab
from llmgw_desktop.ui.theme import Theme
from tests.support.flight_page import FlightBench
from tests.support.made_flights import BEGIN_S, flight_id, record, running, summary


class Clock:
    def __init__(self) -> None:
        self.at_s = BEGIN_S

    def now_s(self) -> float:
        return self.at_s

    def monotonic_s(self) -> float:
        return self.at_s


def _block(at: int, fate: BlockFate, **changes: Any) -> PromptBlock:
    made = PromptBlock(section=PromptSection.TOOLS, index=at, tokens=100, share=0.25, fate=fate)
    return replace(made, **changes)


SHEET = CacheSheet(
    flight_id=flight_id(1),
    headline="tools[2].description changed: a clock.",
    advice="Keep a clock out.",
    is_miss=True,
    facts=[("Sent again", "7,000 tokens")],
    blocks=[
        _block(0, BlockFate.READ, is_marked=True),
        _block(1, BlockFate.READ),
        _block(2, BlockFate.WRITTEN, is_changed=True),
        _block(3, BlockFate.FRESH),
    ],
    names=["Bash", "Read", "Time", "Write"],
    difference="@@ tools[2].description, from byte 6\n- 14:02\n+ 14:03",
    warmth=Warmth(BEGIN_S + 200),
    turns=[
        SheetTurn(
            flight_id=flight_id(at),
            words=f"request {at}",
            read=0.0 if at == 1 else 0.9,
            written=0.1,
            is_miss=at == 1,
            is_shown=at == 1,
        )
        for at in range(3)
    ],
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tab(theme: Theme, bridge: Bridge, clock: Clock, qtbot: Any) -> CacheTab:
    made = CacheTab(theme, bridge, lambda flight: replace(SHEET, flight_id=flight), clock)
    qtbot.addWidget(made)
    made.resize(700, 800)
    made.show()
    return made


def _shown(tab: CacheTab, qtbot: Any) -> None:
    tab.show_record(record(summary=summary(1)))
    qtbot.waitUntil(lambda: tab._headline.text() == SHEET.headline)


def test_everything_is_said_in_words_too(tab: CacheTab, qtbot: Any) -> None:
    _shown(tab, qtbot)
    assert tab._advice.text() == "Keep a clock out."
    assert "7,000 tokens" in tab._facts.text()
    assert tab._difference.toPlainText().endswith("+ 14:03")
    described = tab._bar.accessibleDescription()
    assert described.startswith("2 blocks read, 1 block written, 1 block fresh")
    assert "tools[2]" in described
    assert "1 missed" in tab._strip.accessibleDescription()
    lines = tab._list.toPlainText().splitlines()
    assert [line.split()[-1] for line in lines] == ["Bash", "Read", "Time", "Write"]
    assert tab._list.textCursor().blockNumber() == 2
    assert "read 43.9k" in tab._legend.accessibleDescription()


def test_blocks_are_painted_in_their_places(tab: CacheTab, qtbot: Any, theme: Theme) -> None:
    _shown(tab, qtbot)
    bar = tab._bar
    width = bar.width()
    assert [bar.block_at(width * share) for share in (0.1, 0.3, 0.6, 0.9)] == [0, 1, 2, 3]
    assert bar.block_at(width + 5) is None
    picture = bar.grab().toImage()
    scale = picture.width() / width

    def at(share: float) -> QColor:
        return picture.pixelColor(int(width * share * scale), int(theme.space(6) * scale))

    assert at(0.1) == theme.colours.cache_read
    assert at(0.6) != at(0.1)


def test_the_time_that_is_left_runs_while_it_is_seen(
    tab: CacheTab, qtbot: Any, clock: Clock
) -> None:
    _shown(tab, qtbot)
    assert tab._warm.text().startswith("In the cache for 3:20 more")
    assert tab._tick.isActive()
    assert tab._tick.interval() == 1000
    clock.at_s += 5
    tab._tick.timeout.emit()
    assert tab._warm.text().startswith("In the cache for 3:15 more")
    tab.hide()
    assert not tab._tick.isActive()
    tab.show()
    assert tab._tick.isActive()
    clock.at_s += 500
    tab._tick.timeout.emit()
    assert tab._warm.text().startswith("No longer in the cache")
    assert not tab._tick.isActive()


def test_the_strip_leads_to_other_requests(tab: CacheTab, qtbot: Any) -> None:
    _shown(tab, qtbot)
    wanted: list[str] = []
    tab.flight_wanted.connect(wanted.append)
    strip = tab._strip
    place = QPoint(int(strip._step * 2.5), strip.height() // 2)
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=place)
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert wanted == [flight_id(2), flight_id(0)]


def test_one_that_runs_is_not_read(tab: CacheTab, qtbot: Any) -> None:
    tab.show_record(record(summary=running(1)))
    assert tab._headline.text() == "The request has not been answered yet."
    assert not tab._bar.isVisible()
    _shown(tab, qtbot)


def test_a_failure_is_told(theme: Theme, bridge: Bridge, clock: Clock, qtbot: Any) -> None:
    def fail(_: str) -> CacheSheet:
        raise OSError("the disk is gone")

    made = CacheTab(theme, bridge, fail, clock)
    qtbot.addWidget(made)
    made.show_record(record(summary=summary(1)))
    qtbot.waitUntil(lambda: "the disk is gone" in made._headline.text())


def test_it_is_a_tab_of_the_page(bench: FlightBench, qtbot: Any) -> None:
    bench.pane.choose_tab("Cache")
    bench.table.choose_row(0)
    bench.browser.open_pane()
    newest = flight_id(999)
    bench.wait_open(qtbot, newest)
    cache = bench.pane._cache
    qtbot.waitUntil(lambda: "Nothing is known" in cache._headline.text())
    bench.pane.flight_wanted.emit(flight_id(990))
    bench.wait_open(qtbot, flight_id(990))
