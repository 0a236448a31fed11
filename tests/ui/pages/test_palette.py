"""Ctrl+K finds pages, actions, jobs, clients and settings, and flights by id; F1 lists the keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from llmgw_desktop.ui.settings.page import SettingsPage
from llmgw_desktop.ui.shell.palette import Palette, PaletteEntry, score, sorted_by_fit
from llmgw_desktop.ui.window.window_menus import ShortcutList
from tests.support.job_scene import set_job_scene
from tests.ui.pages.routing_stage import RoutingStage
from tests.ui.test_accessible_names import nameless

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


def found(words: str, kind: str = "Action", more: str = "") -> PaletteEntry:
    return PaletteEntry(kind=kind, words=words, run=lambda: None, more=more)


async def opened(stage: RoutingStage, *, whole: bool = True) -> Palette:
    if stage.shell.window is None:
        await stage.open("overview")
    stage.window.activateWindow()
    await stage.turns()
    QTest.keyClick(stage.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    await stage.until(lambda: stage.window.findChild(Palette) is not None)
    palette = stage.one(Palette)
    if whole:
        await stage.until(lambda: any(each.kind == "Setting" for each in palette._found))
    return palette


def type_in(palette: Palette, words: str) -> None:
    palette.field.clear()
    QTest.keyClicks(palette.field, words)


def test_each_word_must_fit_and_what_begins_with_it_comes_first() -> None:
    port = found("http.port", "Setting", "The port it listens on.")
    assert score("port", port) > score("ort", port) > score("htprt", port) > 0
    assert score("setting listens", port) > 0  # what it is, and what it is about
    assert score("port zebra", port) == 0
    assert score("tropptth", port) == 0  # letters in their order
    both = [found("Export flights"), found("Open port"), port]
    assert [each.words for each in sorted_by_fit("port", both, ())] == [
        "Open port",
        "http.port",
        "Export flights",
    ]


def test_of_equals_what_was_chosen_lately_comes_first() -> None:
    every = [found("Pause"), found("Quit"), found("Back up")]
    assert sorted_by_fit("", every, ("Action/Back up", "Action/Quit"))[:2] == [every[2], every[1]]
    assert [each.words for each in sorted_by_fit("", every, ())] == ["Pause", "Quit", "Back up"]


async def test_a_page_is_found_and_opened_by_keys_alone(stage: RoutingStage) -> None:
    palette = await opened(stage, whole=False)
    assert QApplication.focusWidget() is palette.field
    type_in(palette, "clie")
    assert palette.shown[0].words == "Clients"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    await stage.until(lambda: stage.window.page_key == "clients")
    await stage.until(lambda: stage.window.findChild(Palette) is None)
    palette = await opened(stage, whole=False)
    assert palette.shown[0].words == "Clients"  # chosen lately


async def test_arrows_move_and_escape_goes_back(stage: RoutingStage) -> None:
    palette = await opened(stage)
    first, second = palette.shown[:2]
    assert palette.list.currentRow() == 0
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 1
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    QTest.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentRow() == palette.list.count() - 1
    assert first.key != second.key
    type_in(palette, "clie")
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)  # once, whatever was typed
    await stage.until(lambda: stage.window.findChild(Palette) is None)
    assert stage.window.page_key == "overview"


async def test_actions_of_the_menus_are_done(stage: RoutingStage) -> None:
    palette = await opened(stage)
    type_in(palette, "appearance dark")
    assert palette.shown[0].words == "Appearance: Dark"
    before = stage.shell._theme.appearance
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert stage.shell._theme.appearance.value == "dark"
    stage.shell._theme.set_appearance(before)
    words = {each.words for each in palette._found if each.kind == "Action"}
    assert {"Pause gateway", "Open settings file", "Keyboard shortcuts", "Quit"} <= words
    assert "Clients" not in words  # a page, once


async def test_a_setting_is_found_by_its_meaning(stage: RoutingStage) -> None:
    palette = await opened(stage)
    type_in(palette, "setting http.port")
    hit = next(each for each in palette.shown if each.words == "http.port")
    palette.accept()
    hit.run()
    page = stage.one(SettingsPage)
    await stage.until(lambda: page.is_whole)
    assert [row.told.name for row in page.shown] == ["http.port"]


async def test_jobs_are_found(stage: RoutingStage, tmp_path: Path) -> None:
    set_job_scene(stage.gateway.runs, tmp_path)
    palette = await opened(stage)
    jobs = [each for each in palette._found if each.kind.endswith(" job")]
    assert jobs
    jobs[0].run()
    await stage.until(lambda: stage.window.page_key == "jobs")


async def test_a_flight_is_opened_by_its_id_and_words_become_a_filter(
    stage: RoutingStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    palette = await opened(stage)
    wanted: list[str] = []
    monkeypatch.setattr(stage.window, "open_flight", wanted.append)
    monkeypatch.setattr(stage.window, "show_flights", wanted.append)
    whole = "flt_" + "0" * 28
    for typed, told in ((whole, whole), ("flt_00ab", "id:flt_00ab*"), ("zebra", "zebra")):
        type_in(palette, typed)
        assert palette.shown[-1].kind.startswith("Flight")
        palette.shown[-1].run()
        assert wanted[-1] == told


async def test_it_is_there_in_the_same_turn(stage: RoutingStage) -> None:
    """What lies on the disk comes later."""
    await stage.open("overview")
    stage.window.menus.palette_wanted.emit()
    assert stage.one(Palette).isVisible()
    assert stage.one(Palette).shown


@pytest.mark.bench
async def test_it_opens_in_fifty_milliseconds(stage: RoutingStage) -> None:
    """Of the quickest of some, for others have the machine as well."""
    await stage.open("overview")
    took_ms: list[int] = []
    for _ in range(7):
        watch = QElapsedTimer()
        watch.start()
        stage.window.menus.palette_wanted.emit()
        QApplication.processEvents()
        took_ms.append(watch.elapsed())
        stage.one(Palette).reject()
        await stage.until(lambda: stage.window.findChild(Palette) is None)
    print("palette opens in ms:", took_ms)
    assert min(took_ms) < 50


async def test_the_list_of_keys_is_grouped_and_fits_a_small_screen(stage: RoutingStage) -> None:
    await stage.open("overview")
    keys = next(a for a in stage.window.findChildren(QAction) if a.text() == "&Keyboard shortcuts")
    keys.trigger()
    await stage.until(lambda: stage.window.findChild(ShortcutList) is not None)
    sheet = stage.one(ShortcutList)
    titles = [label.text() for label in sheet.findChildren(QLabel)]
    assert [each for each in ("Pages", "Everywhere", "Flights", "Jobs") if each in titles]
    assert {"Ctrl+K", "F1", "Ctrl+/"} <= set(titles)
    room = sheet.screen().availableGeometry()
    assert sheet.height() <= min(room.height(), 768)
    assert sheet.width() <= room.width()
    for label in sheet.findChildren(QLabel):  # nothing is cut at the side
        right = label.mapTo(sheet, label.rect().topRight()).x()
        assert right <= sheet.width(), label.text()
    sheet.reject()


async def test_whoever_does_not_see_hears_what_is_chosen(stage: RoutingStage) -> None:
    palette = await opened(stage)
    assert nameless(palette) == []
    type_in(palette, "log")
    index = palette.list.model().index(0, 0)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Log, Page · Ctrl+9"
