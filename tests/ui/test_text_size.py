"""Text of 100 to 200 %: chosen in the menu, by keys, on the page Settings; kept; the window is made
anew for it and loses nothing; nothing is cut off in a small window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.application import _look
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.page import FlightsPage
from llmgw_desktop.ui.settings.own import TEXT_SIZE
from llmgw_desktop.ui.settings.page import SettingsPage
from llmgw_desktop.ui.settings.rows import OwnRow
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.theme import Appearance, TextScale, TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.fields import SearchField
from llmgw_desktop.ui.window.main_window import MainWindow
from tests.ui.at_once import run_at_once
from tests.ui.test_accessible_names import pause
from tests.ui.test_accessible_pages import made_shell, shown_pages, still_cut

_SMALL = (900, 600)


@pytest.fixture
def shell(theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DesktopShell]:
    monkeypatch.setattr(Bridge, "run", run_at_once)
    with made_shell(theme, tmp_path) as made:
        yield made


def press(window: MainWindow, qtbot: QtBot, key: Qt.Key) -> None:
    window.activateWindow()
    qtbot.keyClick(window, key, Qt.KeyboardModifier.ControlModifier)


def other_than(shell: DesktopShell, before: MainWindow) -> MainWindow:
    assert shell.window is not None
    assert shell.window is not before
    return shell.window


def test_steps_of_the_scale() -> None:
    assert [each.factor for each in TextScale] == [1, 1.25, 1.5, 1.75, 2]
    assert TextScale.USUAL.stepped(-1) is TextScale.USUAL
    assert TextScale.DOUBLE.stepped(1) is TextScale.DOUBLE
    assert TextScale.USUAL.stepped(2) is TextScale.HALF_MORE


def test_all_sizes_grow_together_and_come_back(theme: Theme) -> None:
    usual = {each: theme.font(each).pixelSize() for each in TextSize}
    space = theme.space(10)
    theme.set_text_scale(TextScale.DOUBLE)
    for each, px in usual.items():
        assert abs(theme.font(each).pixelSize() - 2 * px) <= 1
    assert abs(theme.space(10) - 2 * space) <= 10
    theme.set_text_scale(TextScale.USUAL)
    assert {each: theme.font(each).pixelSize() for each in TextSize} == usual


def test_keys_change_it_and_the_next_start_knows(shell: DesktopShell, qtbot: QtBot) -> None:
    window = shell.window
    assert window is not None
    for key, scale in (
        (Qt.Key.Key_Plus, TextScale.QUARTER_MORE),
        (Qt.Key.Key_Equal, TextScale.HALF_MORE),
        (Qt.Key.Key_Minus, TextScale.QUARTER_MORE),
        (Qt.Key.Key_0, TextScale.USUAL),
    ):
        before = shell.window
        assert before is not None
        press(before, qtbot, key)
        qtbot.waitUntil(lambda: shell.window is not before)  # noqa: B023
        assert shell._theme.text_scale is scale
        kept = QSettings(shell._settings.fileName(), QSettings.Format.IniFormat)
        assert _look(kept) == (Appearance.LIGHT, scale)


def test_a_spoilt_size_is_the_usual_one(tmp_path: Path) -> None:
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("window/text", "huge")
    assert _look(settings) == (Appearance.SYSTEM, TextScale.USUAL)


def test_the_window_that_is_made_anew_loses_nothing(shell: DesktopShell, qtbot: QtBot) -> None:
    before = shell.window
    assert before is not None
    before.resize(1200, 800)
    before.show_page("flights")
    page = before.page("flights")
    field = page.findChild(SearchField)
    assert isinstance(field, SearchField)
    field.setText("model:claude*")
    field.setFocus()
    shell._theme.set_text_scale(TextScale.HALF_MORE)
    window = other_than(shell, before)
    assert (window.page_key, window.size()) == ("flights", before.size())
    assert window.isVisible()
    assert not before.isVisible()
    again = window.page("flights")
    assert isinstance(again, FlightsPage)
    name = field.accessibleName()
    same = again.findChild(SearchField)
    assert isinstance(same, SearchField)
    assert same.accessibleName() == name
    assert same.text() == "model:claude*"
    assert same.font().pixelSize() > 1.4 * 13
    pause(50)  # the window of before goes in a turn of its own
    shell.open_job("job_0")
    shell._show_page("scratch")
    shell._ask_model("practice/echo")
    assert window.page_key == "scratch"


def test_a_dialog_that_asks_is_answered_first(shell: DesktopShell, qtbot: QtBot) -> None:
    before = shell.window
    assert before is not None
    before.show_page("routes")
    before.page("routes")
    pause(50)
    add = next(each for each in before.findChildren(Button) if each.text() == "Add route…")
    add.click()
    dialog = before.findChild(QDialog)
    assert isinstance(dialog, QDialog)
    shell._theme.set_text_scale(TextScale.DOUBLE)
    assert shell.window is before
    dialog.reject()
    qtbot.waitUntil(lambda: shell.window is not before)


def test_settings_offer_it(shell: DesktopShell, qtbot: QtBot) -> None:
    before = shell.window
    assert before is not None
    before.show_page("settings")
    page = before.page("settings")
    assert isinstance(page, SettingsPage)
    qtbot.waitUntil(lambda: TEXT_SIZE in page.rows)
    row = page.rows[TEXT_SIZE]
    assert isinstance(row, OwnRow)
    row.wanted.emit("150 %")
    qtbot.waitUntil(lambda: shell.window is not before)
    assert shell._theme.text_scale is TextScale.HALF_MORE
    after = other_than(shell, before).page("settings")
    assert isinstance(after, SettingsPage)
    qtbot.waitUntil(lambda: TEXT_SIZE in after.rows)
    told = after.rows[TEXT_SIZE].told
    assert getattr(told, "shown") == "150 %"  # noqa: B009 - rows tell of several kinds


def test_the_menu_offers_it(shell: DesktopShell) -> None:
    window = shell.window
    assert window is not None
    words = {each.text().replace("&", "") for each in window.findChildren(QAction)}
    assert {"Larger text", "Smaller text", "Usual size of text"} <= words


@pytest.mark.parametrize("scale", [TextScale.HALF_MORE, TextScale.DOUBLE])
def test_no_page_is_cut_in_a_small_window(
    shell: DesktopShell, qtbot: QtBot, scale: TextScale
) -> None:
    """What has no room is scrolled to; the sidebar gives its words up for that."""
    shell._theme.set_text_scale(scale)
    window = shell.window
    assert window is not None
    window.resize(*_SMALL)
    trouble = []
    for key in shown_pages(window):
        trouble += (f"{key}: {each}" for each in still_cut(window))
        assert (window.page_key, (window.width(), window.height())) == (key, _SMALL)
        entry = next(each for each in window._sidebar._buttons.values() if each.isChecked())
        assert entry.toolTip() == entry.text()
    assert trouble == []


def test_the_sidebar_gives_way_before_pages_scroll_sideways(shell: DesktopShell) -> None:
    """Jobs and Routes have no room beside its words in a window of the usual size."""
    shell._theme.set_text_scale(TextScale.HALF_MORE)
    window = shell.window
    assert window is not None
    window.resize(1160, 770)
    entries = window._sidebar._buttons.values()
    assert all(each.toolTip() == each.text() for each in entries)
    window.resize(1300, 770)
    assert not any(each.toolTip() for each in entries)
