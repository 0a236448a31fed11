"""The Overview page on plain data: what it shows, when it reads, where it leads."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.flights.overview import OverviewFigures, OverviewSpan
from llmgw_desktop.app.providers.usage import kept_windows
from llmgw_desktop.domain.errors import StoreUnavailable, UpstreamGarbage
from llmgw_desktop.domain.events import GatewayState, RecorderChanged, RecorderStatus
from llmgw_desktop.domain.flights.flight import (
    Counted,
    FlightBucket,
    FlightQuery,
    FlightState,
    FlightTotals,
)
from llmgw_desktop.domain.flights.spending import SumBy
from llmgw_desktop.domain.provider import AccountStatus, QuotaWindow
from llmgw_desktop.domain.usage import Figure
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.overview.board import OverviewBoard, _known_line
from llmgw_desktop.ui.overview.cost_bars import CostBars
from llmgw_desktop.ui.overview.getting_started import GettingStarted
from llmgw_desktop.ui.overview.line_lists import RunningList, ShareBars
from llmgw_desktop.ui.overview.page import OverviewPage
from llmgw_desktop.ui.overview.stacked_bars import StackedBars
from llmgw_desktop.ui.overview.stat_tile import Sparkline, StatTile, TileFigure
from llmgw_desktop.ui.overview.tokens_card import LARGER_HINT, bucket_time
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.fields import ChoiceBox
from llmgw_desktop.ui.widgets.notices import Banner
from llmgw_desktop.ui.widgets.pacing import COST_SHARE
from llmgw_desktop.ui.widgets.texts import CodeBlock
from llmgw_desktop.ui.widgets.toggles import Segmented, Switch
from tests.ui import plain_gateway
from tests.ui.charts.paint_watch import painted
from tests.ui.plain_gateway import NOW_S, URL, PlainGateway, ended_flight, running_flight

LARGER = "Show charts larger"


@pytest.fixture
def gateway(tmp_path: Path, bridge: Bridge) -> Iterator[PlainGateway]:
    made = PlainGateway(tmp_path / "access.key")
    unsubscribe = made.control.subscribe(bridge.note)
    yield made
    unsubscribe()


@pytest.fixture
def page(gateway: PlainGateway, bridge: Bridge, theme: Theme, qtbot: QtBot) -> OverviewPage:
    made = OverviewPage(gateway.overview, gateway.control, bridge, theme)
    qtbot.addWidget(made)
    made.resize(1000, 740)
    return made


def test_windows_that_are_kept_for_the_person_stand_there_with_their_line(
    page: OverviewPage, gateway: PlainGateway
) -> None:
    board = page._board
    board.show_windows(())
    assert board._kept.isHidden()
    window = QuotaWindow(name="5h", used_share=0.5, resets_at_s=NOW_S + 600)
    statuses = [AccountStatus(account="claude", windows=(window,)), AccountStatus(account="b")]
    board.show_windows(kept_windows(statuses, 0.2, NOW_S))
    assert not board._kept.isHidden()
    ((name, bar, words),) = board._windows.shown
    assert name.text() == "claude · 5 h"
    assert "20 % kept for you" in words.text()
    assert bar._filling.mark == 0.2


def sight(page: OverviewPage, kind: type[QWidget]) -> bool:
    child = page.findChild(kind)
    return isinstance(child, QWidget) and child.isVisible()


def values(page: OverviewPage) -> list[str]:
    return [tile.value for tile in page.findChildren(StatTile)]


def button(page: QWidget, text: str) -> Button:
    return next(b for b in page.findChildren(Button) if b.text() == text and b.isVisible())


def words(page: QWidget) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def test_a_newcomer_is_shown_the_way(page: OverviewPage, qtbot: QtBot, tmp_path: Path) -> None:
    page.show()
    qtbot.waitUntil(lambda: sight(page, GettingStarted))
    assert not sight(page, OverviewBoard)
    codes = [code.text() for code in page.findChildren(CodeBlock)]
    assert f"{URL}/v1" in codes
    assert URL in codes
    assert own_command("key", "add", "NAME") in codes
    assert "Each program gets a key of its own; it is shown once." in words(page)
    curl = next(code for code in codes if "curl" in code)
    assert str(tmp_path / "access.key") in curl
    assert "practice/echo" in curl


def test_the_first_flight_brings_the_figures(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    page.show()
    qtbot.waitUntil(lambda: sight(page, GettingStarted))
    gateway.open_flight(running_flight(1))
    qtbot.waitUntil(lambda: sight(page, OverviewBoard))
    gateway.close_flight(ended_flight(1))
    qtbot.waitUntil(lambda: values(page)[0] == "1")


def test_a_flight_that_is_written_down_late_still_shows_at_once(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    page.show()
    qtbot.waitUntil(lambda: sight(page, GettingStarted))
    for number in (1, 2):
        gateway.open_flight(running_flight(number))
        qtbot.waitUntil(lambda: sight(page, OverviewBoard))
        whole = gateway.reader.calls + 3  # totals, buckets, providers
        gateway.end_flight(ended_flight(number))
        qtbot.waitUntil(lambda whole=whole: gateway.reader.calls >= whole)  # type: ignore[misc]
        gateway.write_flight(ended_flight(number))  # the first look came too soon
        qtbot.waitUntil(lambda number=number: values(page)[0] == str(number))  # type: ignore[misc]
        assert sight(page, OverviewBoard)


def test_tiles_show_the_figures_and_dash_what_is_unknown(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    assert values(page) == ["412", "83 %", "912 ms", "96.1k", "–", "3"]
    gateway.reader.waves = False
    gateway.close_flight(ended_flight(1))
    qtbot.waitUntil(lambda: values(page)[0] == "1", timeout=8000)
    assert values(page) == ["1", "–", "–", "–", "–", "0"]


@pytest.mark.parametrize("width", [512, 620, 740, 952, 1600])
def test_all_of_the_board_is_in_sight_from_side_to_side(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot, width: int
) -> None:
    gateway.reader.waves = True
    gateway.open_flight(running_flight(1))
    page.resize(width, 434)
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    qtbot.wait(20)
    board = page.findChild(OverviewBoard)
    assert isinstance(board, OverviewBoard)
    assert not board.horizontalScrollBar().isVisible()
    content = board.widget()
    assert content.width() == board.viewport().width()
    parts = [part for part in content.findChildren(QWidget) if part.isVisible()]
    assert len(parts) > 30
    for part in parts:
        left, right = (
            part.mapTo(content, corner).x()
            for corner in (part.rect().topLeft(), part.rect().topRight())
        )
        assert 0 <= left <= right < content.width(), part
    for label in content.findChildren(QLabel):
        assert not label.isVisible() or label.width() >= label.minimumSizeHint().width()


@pytest.mark.parametrize(("width", "expected"), [(512, [3, 3]), (1100, [6])])
def test_tiles_stand_in_as_many_rows_as_they_need(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot, width: int, expected: list[int]
) -> None:
    gateway.reader.waves = True
    page.resize(width, 700)
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    qtbot.wait(20)
    tops = [tile.y() for tile in page.findChildren(StatTile)]
    assert [tops.count(top) for top in sorted(set(tops))] == expected


def test_screen_readers_hear_the_figures(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    board, chart = page.findChild(OverviewBoard), page.findChild(StackedBars)
    assert isinstance(board, OverviewBoard)
    assert isinstance(chart, StackedBars)
    assert "412 flights, 3 errors" in board.accessibleDescription()
    assert "anthropic: 293 flights, 71 %" in board.accessibleDescription()
    assert "4,812,400 in all" in chart.accessibleDescription()
    tiles = [tile.accessibleName() for tile in page.findChildren(StatTile)]
    assert "First token: 912 ms p95 3.5 s" in tiles


def test_the_chart_can_be_read_as_a_table(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    from PySide6.QtWidgets import QTableWidget

    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    turn = next(b for b in page.findChildren(Button) if b.accessibleName() == "Show as table")
    qtbot.mouseClick(turn, Qt.MouseButton.LeftButton)
    table = page.findChild(QTableWidget)
    assert isinstance(table, QTableWidget)
    assert table.isVisible()
    assert turn.accessibleName() == "Show as chart"
    assert table.rowCount() == 56, "stretches without flights are left out"
    row = [table.item(0, column).text() for column in range(5)]
    assert row[1].isdigit()
    assert all(text.replace(",", "").isdigit() for text in row[2:])
    assert table.isColumnHidden(5), "every provider told of its cache"
    qtbot.mouseClick(turn, Qt.MouseButton.LeftButton)
    assert not table.isVisible()


def test_another_span_is_read_at_once(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    spans = page.findChild(Segmented)
    assert isinstance(spans, Segmented)
    spans.choose(OverviewSpan.DAY.value)
    board = page.findChild(OverviewBoard)
    assert isinstance(board, OverviewBoard)
    qtbot.waitUntil(lambda: "the last 24 hours" in board.accessibleDescription())


def test_a_disk_that_cannot_be_read_is_said_and_tried_again(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.trouble = StoreUnavailable("The disk is full.")
    page.show()
    banner = page.findChild(Banner)
    assert isinstance(banner, Banner)
    qtbot.waitUntil(banner.isVisible)
    assert "The disk is full." in banner.words
    gateway.reader.trouble = None
    gateway.reader.waves = True
    qtbot.wait(500)  # who reads it; before, no press is taken
    qtbot.mouseClick(button(page, "Try again"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    assert not banner.isVisible()


def test_what_is_under_way_is_listed_and_goes_when_it_ends(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.waves = True
    gateway.open_flight(running_flight(1, client="claude-code", model="claude-sonnet", chunks=214))
    page.show()
    running = page.findChild(RunningList)
    assert isinstance(running, RunningList)
    qtbot.waitUntil(running.isVisible)
    assert running.accessibleDescription() == "claude-code, claude-sonnet, 4.2 s"
    gateway.close_flight(ended_flight(1))
    qtbot.waitUntil(lambda: running.accessibleDescription() == "Nothing is under way.")


def test_nothing_is_read_while_it_is_hidden(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    page.hide()
    qtbot.wait(300)
    before = gateway.reader.calls
    for number in range(5):
        gateway.close_flight(ended_flight(number))
    qtbot.wait(700)
    assert gateway.reader.calls == before
    page.show()
    qtbot.waitUntil(lambda: gateway.reader.calls > before)


def test_a_flood_of_flights_is_read_at_most_four_times_a_second(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    before = gateway.reader.calls
    began, took_s, readings = time.monotonic(), 0.0, 0.0
    while took_s < 1.5 or (readings < 2 and took_s < 20):
        for number in range(50):
            gateway.close_flight(ended_flight(number))
        QApplication.processEvents()
        time.sleep(0.005)
        took_s, readings = time.monotonic() - began, (gateway.reader.calls - before) / 4
    assert 2 <= readings <= 4 * took_s + 1


def test_a_flight_that_ended_shows_as_soon_as_it_can_be_on_the_disk(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    """The recorder writes within a tenth of a second."""
    page.show()
    gateway.write_flight(ended_flight(100))
    qtbot.waitUntil(lambda: sight(page, OverviewBoard))
    for number in range(1, 25):
        qtbot.wait(700)  # whatever the last one led to is over
        flight = ended_flight(number, started_at_s=NOW_S - 4.012)
        gateway.end_flight(flight)
        began = time.monotonic()
        qtbot.wait(100)
        gateway.write_flight(flight)
        qtbot.waitUntil(lambda number=number: values(page)[0] == str(1 + number))  # type: ignore[misc]
        if time.monotonic() - began < 0.15:
            return  # once is enough: a busy machine may be late, a slow page always is
    pytest.fail("never within 50 ms of the disk")


def test_under_load_it_takes_a_small_part_of_a_core(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In processor time, so that a machine that is busy with other things changes nothing."""
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    readings, costs = [], []
    figures = gateway.overview.figures

    def costly(span: OverviewSpan, **how: Any) -> OverviewFigures:
        began = time.thread_time()
        while time.thread_time() < began + 0.01:
            pass
        found = figures(span, **how)
        readings.append(time.monotonic())
        costs.append(time.thread_time() - began)
        return found

    monkeypatch.setattr(gateway.overview, "figures", costly)
    began = time.monotonic()
    while time.monotonic() < began + 3 or (len(readings) < 3 and time.monotonic() < began + 30):
        for number in range(20):
            gateway.open_flight(running_flight(number))
            gateway.close_flight(ended_flight(number))
        qtbot.wait(20)
    assert len(readings) >= 3, "it goes on"
    assert sum(costs[:-1]) <= (readings[-1] - readings[0]) / COST_SHARE


def test_flights_that_come_and_go_move_nothing_else(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    gateway.under_way = [running_flight(number) for number in range(3)]
    page._show_running()
    chart = page.findChild(StackedBars)
    assert isinstance(chart, StackedBars)
    with painted(chart, *page.findChildren(StatTile)) as areas:
        for count in (1, 0, 2, 3, 0):
            gateway.under_way = [running_flight(number) for number in range(count)]
            page._show_running()
    assert areas == []


def test_a_reading_that_finds_the_same_paints_nothing(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    parts = [part for part in page.findChildren(QWidget) if part.isVisible()]
    before = gateway.reader.calls
    with painted(*parts) as areas:
        page._refresh.ask(at_once=True)
        qtbot.waitUntil(lambda: gateway.reader.calls > before)
        qtbot.wait(100)
    assert areas == []


def test_one_more_flight_paints_its_figures_and_its_bar(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    one_more = replace(plain_gateway.WAVE_TOTALS, flights=413)
    monkeypatch.setattr(plain_gateway, "WAVE_TOTALS", one_more)
    chart = page.findChild(StackedBars)
    assert isinstance(chart, StackedBars)
    figure, *others = page.findChildren(TileFigure)
    parts = [chart, *page.findChildren(StatTile), *page.findChildren(Sparkline)]
    with painted(*parts, *others) as elsewhere, painted(figure) as here:
        page._refresh.ask(at_once=True)
        qtbot.waitUntil(lambda: values(page)[0] == "413")
    assert elsewhere == []
    assert len(here) == 1


def test_what_nobody_told_of_is_found_when_the_page_is_shown_again(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []
    figures = gateway.overview.figures

    def noted(span: OverviewSpan, **how: Any) -> OverviewFigures:
        asked.append(how["anew"])
        return figures(span, **how)

    monkeypatch.setattr(gateway.overview, "figures", noted)
    page.show()
    qtbot.waitUntil(lambda: asked == [True])
    gateway.close_flight(ended_flight(1))
    qtbot.waitUntil(lambda: len(asked) > 1)
    assert asked[1] is False
    gateway.control.publish(RecorderChanged(status=RecorderStatus(recording=True)))
    gateway.close_flight(ended_flight(2))
    qtbot.waitUntil(lambda: asked[-1] is True)
    qtbot.wait(50)
    page.hide()
    count = len(asked)
    page.show()
    qtbot.waitUntil(lambda: len(asked) > count)
    assert asked[count] is True


def test_figures_lead_to_the_flights_behind_them(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    wanted: list[FlightQuery] = []
    page.flights_wanted.connect(wanted.append)
    flights, *_, errors = page.findChildren(StatTile)
    qtbot.mouseClick(flights, Qt.MouseButton.LeftButton)
    qtbot.keyClick(errors, Qt.Key.Key_Return)
    assert wanted[0].states == frozenset()
    assert wanted[0].since_s is not None
    assert wanted[1].states == {FlightState.FAILED, FlightState.CUT}
    chart = page.findChild(StackedBars)
    assert isinstance(chart, StackedBars)
    assert chart.accessibleDescription().endswith(f"{LARGER_HINT}.")
    qtbot.mouseMove(chart, chart.rect().center())
    qtbot.waitUntil(lambda: chart.cursor().shape() is Qt.CursorShape.PointingHandCursor)
    qtbot.mouseClick(chart, Qt.MouseButton.LeftButton, pos=chart.rect().center())
    qtbot.waitUntil(lambda: page._large is not None, timeout=60_000)
    page._large.flights.click()
    assert wanted[2].since_s is not None
    assert wanted[2].until_s == wanted[2].since_s + 15


def test_a_flight_under_way_can_be_opened(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.waves = True
    gateway.open_flight(running_flight(7))
    page.show()
    running = page.findChild(RunningList)
    assert isinstance(running, RunningList)
    qtbot.waitUntil(running.isVisible)
    with qtbot.waitSignal(page.flight_wanted) as caught:
        qtbot.mouseClick(running, Qt.MouseButton.LeftButton)
    assert caught.args == [running_flight(7).id]


def test_addresses_follow_the_gateway(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.control.move(GatewayState.FAILED, url="")
    page.show()
    qtbot.waitUntil(lambda: sight(page, GettingStarted))
    assert "The gateway is not open" in words(page)
    assert not sight(page, CodeBlock), "nothing to copy that does not work"
    gateway.control.move(GatewayState.RUNNING, url="http://127.0.0.1:4444")
    qtbot.waitUntil(lambda: sight(page, CodeBlock))
    assert "Ready for your first flight" in words(page)
    assert button(page, "Send a test flight").isEnabled()
    codes = [code.text() for code in page.findChildren(CodeBlock)]
    assert "http://127.0.0.1:4444/v1" in codes


async def turn_until(condition: object) -> None:
    """Let Qt and asyncio turn in step: this test's loop is not hosted by Qt."""
    for _ in range(400):
        QApplication.processEvents()
        await asyncio.sleep(0.005)
        if condition():  # type: ignore[operator]
            return
    pytest.fail("it did not come about in time")


async def test_the_test_flight_is_sent_once(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    page.show()
    await turn_until(lambda: sight(page, GettingStarted))
    send = button(page, "Send a test flight")
    qtbot.mouseClick(send, Qt.MouseButton.LeftButton)
    assert not send.isEnabled()
    qtbot.mouseClick(send, Qt.MouseButton.LeftButton)
    await turn_until(send.isEnabled)
    assert gateway.control.test_flights == 1


async def test_a_test_flight_that_fails_says_why(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.control.test_flight_trouble = UpstreamGarbage("The gateway answered with status 500.")
    page.show()
    await turn_until(lambda: sight(page, GettingStarted))
    qtbot.mouseClick(button(page, "Send a test flight"), Qt.MouseButton.LeftButton)
    said = "The test flight failed: The gateway answered with status 500."
    await turn_until(lambda: said in words(page))
    assert button(page, "Send a test flight").isEnabled()


def test_output_is_nothing_where_nothing_flew_and_unknown_where_nobody_told() -> None:
    told, silent = FlightTotals(flights=1, output_tokens=7), FlightTotals(flights=2)
    buckets = [told, silent, FlightTotals()]
    assert _known_line(told, buckets, "output_tokens") == [7, None, 0]
    for whole in (silent, FlightTotals()):
        assert _known_line(whole, buckets, "output_tokens") == []


def test_with_many_providers_the_chart_keeps_its_room(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.flights = [ended_flight()]
    gateway.reader.by_provider = lambda *_: {
        f"provider-{number}": FlightTotals(flights=20 - number, errors=number % 2)
        for number in range(9)
    }
    page.resize(1072, 794)
    page.show()
    qtbot.waitUntil(lambda: bool(page.findChildren(ShareBars)) and sight(page, ShareBars))
    bars, chart = page.findChild(ShareBars), page.findChild(StackedBars)
    assert bars.count_of_things() == 6
    assert bars.words_of(5).startswith("and 4 more: 54  ·  ")
    assert "provider-8: 12" in bars.accessibleDescription()
    qtbot.waitUntil(lambda: chart.height() >= 160)
    board = page.findChild(OverviewBoard)
    qtbot.waitUntil(lambda: not board.verticalScrollBar().isVisible())
    asked: list[FlightQuery] = []
    board.flights_wanted.connect(asked.append)
    bars.picked.emit(5)
    bars.picked.emit(1)
    assert [query.provider for query in asked] == ["", "provider-1"]
    page.resize(700, 300)
    qtbot.waitUntil(board.verticalScrollBar().isVisible)
    assert chart.height() >= 160


def test_practice_is_left_out_until_somebody_switches_it_on(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.reader.waves = True
    asked: list[tuple[str, ...]] = []
    totals = gateway.reader.totals

    def noted(since_s: float, until_s: float, *, without: tuple[str, ...] = ()) -> FlightTotals:
        asked.append(without)
        return totals(since_s, until_s)

    monkeypatch.setattr(gateway.reader, "totals", noted)
    monkeypatch.setattr(gateway.overview, "_practice", lambda: ("practice",))
    page.show()
    qtbot.waitUntil(lambda: "Practice, 4 left out" in words(page))
    assert asked == [("practice",)]
    assert "4 practice flights left out" in board(page).accessibleDescription()
    switch = page.findChild(Switch)
    assert isinstance(switch, Switch)
    span = page.findChild(Segmented)
    assert isinstance(span, Segmented)
    after = span.nextInFocusChain()
    while not isinstance(after, Switch | StatTile):
        after = after.nextInFocusChain()
    assert after is switch, "Tab goes as the eye does"
    switch.click()
    qtbot.waitUntil(lambda: "Practice" in words(page))
    assert asked == [("practice",), ()]
    state = QSettings(str(gateway.places.data_folder / "s.ini"), QSettings.Format.IniFormat)
    page.save_state(state)
    board(page).choose_practice(on=False)
    page.restore_state(state)
    assert board(page).with_practice


def test_a_sum_that_is_not_whole_says_so_and_of_how_many_it_is(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway.reader.waves = True
    found = Counted(told=201, estimated=3, partial=2, unknown=8)
    counted = {Figure.OUTPUT: found, Figure.COST: Counted(told=1, estimated=1)}
    whole = replace(plain_gateway.WAVE_TOTALS, cost_usd=3.2, counted=counted)
    monkeypatch.setattr(plain_gateway, "WAVE_TOTALS", whole)
    page.show()
    qtbot.waitUntil(lambda: "≥96.1k" in values(page))
    assert "≈$3.20" in values(page)
    tips = [tile.toolTip() for tile in page.findChildren(StatTile)]
    told = "Told by 201 of 214 answers; 3 estimated; 2 broke off; 8 unknown."
    assert sum(told in each for each in tips) == 1


def board(page: OverviewPage) -> OverviewBoard:
    found = page.findChild(OverviewBoard)
    assert isinstance(found, OverviewBoard)
    return found


def test_the_charts_open_larger_and_can_be_worked_with(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.open_flight(running_flight(1))
    gateway.close_flight(ended_flight(1))
    page.show()
    qtbot.waitUntil(lambda: sight(page, OverviewBoard))
    board = page.findChild(OverviewBoard)
    qtbot.waitUntil(lambda: values(page)[0] == "1")
    larger = next(each for each in page.findChildren(Button) if each.accessibleName() == LARGER)
    assert larger.focusPolicy() & Qt.FocusPolicy.TabFocus
    QTest.keyClick(larger, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: page._large is not None, timeout=60_000)
    large = page._large
    assert large.windowHandle().transientParent() is None, "its flights are not hidden by it"
    whole = large.time_range
    assert [len(plot.listDataItems()) for plot in large.plots] == [4, 2, 1]

    QTest.keyClick(large, Qt.Key.Key_Plus)
    begin, end = large.time_range
    assert end - begin < whole[1] - whole[0], "closer"
    wanted: list[FlightQuery] = []
    page.flights_wanted.connect(wanted.append)
    at, buckets = 4, list(board.figures.buckets)
    totals = FlightTotals(flights=1, input_tokens=9, ttft_p50_ms=412.0, ttft_p95_ms=412.0)
    buckets[at] = replace(buckets[at], totals=totals)
    large.show_figures(replace(board.figures, buckets=tuple(buckets)))
    large.read_bucket(at - 1)
    QTest.keyClick(large, Qt.Key.Key_Right)
    assert "1 flight · " in large.told
    assert "first token 412 ms" in large.told
    large.flights.click()
    assert wanted[0].since_s == board.figures.buckets[at].start_s
    assert large.time_range == (begin, end), "what was zoomed into stays in sight"
    large.show_figures(board.figures)
    assert large.time_range == (begin, end)
    QTest.keyClick(large, Qt.Key.Key_0)
    assert large.time_range == pytest.approx(whole)
    QTest.keyClick(large, Qt.Key.Key_L)
    assert large.plots[1].getAxis("left").logMode
    QTest.keyClick(large, Qt.Key.Key_Escape)
    assert page._large is None


def test_keys_reach_the_charts_and_a_click_keeps_the_point(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    chart = page.findChild(StackedBars)
    chart.setFocus()
    QTest.keyClick(chart, Qt.Key.Key_End)
    QTest.keyClick(chart, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page._large is not None, timeout=60_000)
    large, last = page._large, board(page).figures.buckets[-1]
    assert bucket_time(last) in large.told, "the bar that Enter was pressed on"
    assert large.focusWidget() is large.canvas
    QTest.keyClick(large.canvas, Qt.Key.Key_Home)
    QTest.keyClick(large.canvas, Qt.Key.Key_Left)
    before = board(page).figures.buckets[-2]
    assert bucket_time(before) in large.told
    assert large.canvas.accessibleName() == f"Charts: {large.told}"
    large.canvas.pointed.emit(last.start_s + 1)
    assert bucket_time(before) in large.told, "the pointer leaves a kept point as it is"
    large.canvas.clicked.emit(before.start_s + 1, False)
    large.canvas.pointed.emit(last.start_s + 1)
    assert bucket_time(last) in large.told, "a click on it lets go of it"
    large.canvas.clicked.emit(before.start_s + 1, False)
    large.canvas.pointed.emit(last.start_s + 1)
    assert bucket_time(before) in large.told, "a click keeps another one"
    with qtbot.waitSignal(page.flights_wanted) as wanted:
        large.canvas.clicked.emit(last.start_s + 1, True)
    assert wanted.args[0].since_s == last.start_s
    page.close()
    assert page._large is None, "it goes with the window"


def test_unknown_is_a_gap_in_large_charts_and_nothing_is_said_to_be_so(
    theme: Theme, qtbot: QtBot
) -> None:
    from llmgw_desktop.ui.overview.large_charts import LargeCharts

    told = FlightTotals(flights=1, input_tokens=9, ttft_p50_ms=0.0, ttft_p95_ms=400.0, cost_usd=0.0)
    large = LargeCharts(theme)
    qtbot.addWidget(large)
    large.show_figures(stretches(told, FlightTotals(flights=2), FlightTotals(), told))
    large.show()
    tokens, latency, cost = large.canvas._unknown
    for grey in (tokens, latency, cost):
        assert grey.isVisible()
        assert list(grey.opts["x"]) == [NOW_S + 90], "where flights were and nobody told"
    assert not any(each.isVisible() for each in large.canvas._nothing)
    median = large.canvas._lines[1]
    assert [bool(each >= 0) for each in median.yData] == [True, False, False, True]
    QTest.keyClick(large, Qt.Key.Key_L)
    assert median.getData()[1][0] == pytest.approx(-4), "0 has no logarithm"
    begin, end = large.plots[1].viewRange()[1]
    assert -5 < begin < -4 < -0.4 < end < 1
    large.show_figures(stretches(FlightTotals(flights=2), FlightTotals()))
    assert [each.isVisible() for each in large.canvas._nothing] == [True] * 3
    assert large.canvas._nothing[2].toPlainText() == "No price of these flights is known."
    large.show_figures(stretches(FlightTotals(), FlightTotals()))
    assert not tokens.isVisible()
    assert large.canvas._nothing[0].toPlainText() == "No flights in the last 15 minutes."
    assert not large.plots[0].getAxis("left").style["showValues"], "no figures beside nothing"


def test_who_sees_all_of_the_large_charts_goes_on_to_see_all(theme: Theme, qtbot: QtBot) -> None:
    from llmgw_desktop.ui.overview.large_charts import LargeCharts

    told = FlightTotals(flights=1, input_tokens=9)
    large = LargeCharts(theme)
    qtbot.addWidget(large)
    figures = stretches(*[told] * 10)
    large.show_figures(figures)
    large.read_bucket(4)
    said, whole = large.told, large.time_range
    later = stretches(*[told] * 10, since_s=NOW_S + 60)
    large.show_figures(later)
    assert large.time_range == pytest.approx((whole[0] + 60, whole[1] + 60))
    assert large.told == said, "the same stretch is read, which stands elsewhere now"
    large.zoom(0.5)
    zoomed = large.time_range
    large.show_figures(stretches(*[told] * 10, since_s=NOW_S + 120))
    assert large.time_range == pytest.approx(zoomed)
    for _ in range(20):
        large.zoom(3)
    assert large.time_range[1] - large.time_range[0] <= whole[1] - whole[0] + 1e-3


def stretches(*totals: FlightTotals, since_s: float = NOW_S) -> OverviewFigures:
    """A minute each."""
    return OverviewFigures(
        span=OverviewSpan.QUARTER,
        since_s=since_s,
        until_s=since_s + 60 * len(totals),
        bucket_s=60,
        totals=FlightTotals(flights=sum(each.flights for each in totals)),
        buckets=tuple(
            FlightBucket(start_s=since_s + 60 * at, span_s=60, totals=each)
            for at, each in enumerate(totals)
        ),
        providers=(),
        has_any=True,
    )


def test_where_large_charts_cannot_be_drawn_it_is_said(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> object:
        raise ImportError("PLEASE READ THIS\n\nOriginal error was: libblas.so\n")

    monkeypatch.setattr("llmgw_desktop.ui.overview.page.with_numpy", missing)
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    page._read_large()
    banner = page.findChild(Banner)
    qtbot.waitUntil(lambda: banner.isVisible())
    assert "The larger charts cannot be drawn." in words(page)
    [how] = [each for each in words(page) if "pip install pyqtgraph" in each]
    assert how.endswith("Original error was: libblas.so"), "the last line, which says why"
    assert "PLEASE" not in how
    page._read_all()
    qtbot.wait(50)
    assert banner.isVisible(), "figures that come do not take it away"


def test_what_draws_large_charts_is_not_read_in_before() -> None:
    """By the page, the window or a start: it takes half a second."""
    code = (
        "import sys, llmgw_desktop.ui.overview.page, llmgw_desktop.ui.shell.desktop_shell\n"
        "print({'numpy', 'pyqtgraph'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_costs_by_model_client_or_conversation_lead_to_their_flights(
    page: OverviewPage, gateway: PlainGateway, qtbot: QtBot
) -> None:
    gateway.reader.waves = True
    page.show()
    qtbot.waitUntil(lambda: values(page)[0] == "412")
    card = page.findChild(CostBars)
    assert isinstance(card, CostBars)
    bars, by = card.findChild(ShareBars), card.findChild(ChoiceBox)
    assert isinstance(bars, ShareBars)
    assert isinstance(by, ChoiceBox)
    assert bars.words_of(0) == "claude-sonnet-4-5: $2.21 · 69 %"
    assert bars.words_of(3) == "qwen3-coder:30b: –", "what is not known is not nothing"
    wanted: list[object] = []
    page.flights_wanted.connect(wanted.append)
    bars.picked.emit(0)
    assert wanted == ["model:claude-sonnet-4-5 since:15m"]
    by.choose(SumBy.CONVERSATION.value)
    by.activated.emit(2)
    qtbot.waitUntil(lambda: bars.count_of_things() == 6)
    assert bars.words_of(0).startswith("no conversation: $0.900"), "has no words in a filter"
    assert bars.words_of(5).startswith("and 4 more: ")
    bars.picked.emit(0)
    bars.picked.emit(5)
    assert board(page).figures is not None
    assert wanted[1:] == [FlightQuery(since_s=board(page).figures.since_s)] * 2
    state = QSettings(str(gateway.places.data_folder / "s.ini"), QSettings.Format.IniFormat)
    page.save_state(state)
    board(page).choose_costs_by("client")
    page.restore_state(state)
    assert board(page).costs_by is SumBy.CONVERSATION
    board(page).choose_costs_by("weather")
    assert board(page).costs_by is SumBy.CONVERSATION
