"""All by keyboard, with real keys: each page, each button, each dialog that a button opens, the
menus; where the focus goes, and that nothing holds it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QMenu,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.page import FlightsPage
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.page_makers import PAGES
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.panes import TabStrip
from llmgw_desktop.ui.window.main_window import MainWindow
from tests.ui.at_once import run_at_once
from tests.ui.test_accessible_names import mouse_alone, name_of, pause, tab_stops
from tests.ui.test_accessible_pages import made_shell

_KEYS = {page.key: page.shortcut for page in PAGES}
_MOST_STOPS = 120
_FEWEST_DIALOGS = 12


@pytest.fixture
def shell(theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DesktopShell]:
    monkeypatch.setattr(Bridge, "run", run_at_once)
    for each in ("getOpenFileName", "getSaveFileName", "getExistingDirectory"):  # the system's own
        monkeypatch.setattr(QFileDialog, each, lambda *_, **__: ("", ""))
    with made_shell(theme, tmp_path) as made:
        yield made


def by_key(window: MainWindow, key: str, qtbot: QtBot) -> QWidget:
    """The page, come to by its keys alone."""
    window.activateWindow()
    QTest.keySequence(window, QKeySequence(_KEYS[key]))
    qtbot.waitUntil(lambda: key in window.made_pages)
    pause(200)
    assert window.page_key == key
    return window.page(key)


def dialogs(window: MainWindow) -> list[QDialog]:
    return [each for each in window.findChildren(QDialog) if each.isVisible()]


def walked(dialog: QDialog, qtbot: QtBot) -> list[QWidget]:
    """Where Tab leads within it, once around."""
    stops: list[QWidget] = []
    while (at := QApplication.focusWidget()) not in stops:
        assert at is not None
        assert len(stops) < _MOST_STOPS, "the Tab key does not come back"
        stops.append(at)
        qtbot.keyClick(at, Qt.Key.Key_Tab)
    return stops


def closed_by_escape(dialog: QDialog, window: MainWindow, qtbot: QtBot) -> None:
    """A list that came up in it goes first."""
    for _ in range(3):
        if dialog not in dialogs(window):
            break
        qtbot.keyClick(QApplication.activePopupWidget() or dialog, Qt.Key.Key_Escape)
        pause(20)
    qtbot.waitUntil(lambda: dialog not in window.findChildren(QDialog))


def test_each_page_is_come_to_by_its_keys_and_has_the_focus(
    shell: DesktopShell, qtbot: QtBot
) -> None:
    window = shell.window
    assert window is not None
    assert len(set(_KEYS.values())) == len(PAGES)
    assert all(_KEYS.values())
    for key in _KEYS:
        page = by_key(window, key, qtbot)
        focused = QApplication.focusWidget()
        assert focused is not None, key
        assert page.isAncestorOf(focused) or focused is page, (key, name_of(focused))


def test_tab_comes_to_all_that_a_mouse_can_press(shell: DesktopShell, qtbot: QtBot) -> None:
    """And back to where it began: nothing holds it."""
    window = shell.window
    assert window is not None
    trouble = []
    for key in _KEYS:
        by_key(window, key, qtbot)
        stops = tab_stops(window, qtbot)
        trouble += (f"{key}: {each}" for each in mouse_alone(window, stops))
    assert trouble == []


def test_each_dialog_of_a_button_opens_walks_and_closes_by_keys(
    shell: DesktopShell, qtbot: QtBot
) -> None:
    """Space opens it, the focus goes in, Tab comes around, Escape closes it, the focus is back."""
    window = shell.window
    assert window is not None
    opened: dict[str, set[str]] = {}
    for key in _KEYS:
        page = by_key(window, key, qtbot)
        for _ in parts(page, qtbot):
            for words in dict.fromkeys(each.text() for each in openers(page)):
                if walks_dialog(window, page, words, qtbot):
                    opened.setdefault(key, set()).add(words)
                elif window.page_key != key:
                    by_key(window, key, qtbot)  # it led to another page
    assert {"compare", "providers", "routes", "clients", "tools", "access"} <= set(opened), opened
    assert sum(map(len, opened.values())) >= _FEWEST_DIALOGS, opened


def walks_dialog(window: MainWindow, page: QWidget, words: str, qtbot: QtBot) -> bool:
    """Whether this button opened one."""
    button = next((each for each in openers(page) if each.text() == words), None)
    if button is None:
        return False
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(button, Qt.Key.Key_Space)
    pause(150)
    if (popup := QApplication.activePopupWidget()) is not None:
        qtbot.keyClick(popup, Qt.Key.Key_Escape)
    if not dialogs(window):
        return False
    dialog = dialogs(window)[-1]
    dialog.activateWindow()
    qtbot.waitUntil(lambda: dialog.isAncestorOf(QApplication.focusWidget() or window))
    stops = walked(dialog, qtbot)
    assert any(isinstance(each, QAbstractButton) for each in stops), words
    assert all(dialog.isAncestorOf(each) for each in stops), words
    closed_by_escape(dialog, window, qtbot)
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is button)
    return True


def parts(page: QWidget, qtbot: QtBot) -> Iterator[None]:
    """Tab by tab, with the arrow keys."""
    strip = next((each for each in page.findChildren(TabStrip) if each.isVisible()), None)
    yield
    for at in range(1, strip.count() if strip is not None else 0):
        assert strip is not None
        strip.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.keyClick(strip, Qt.Key.Key_Right)
        assert strip.currentIndex() == at
        pause(150)
        yield


def openers(page: QWidget) -> list[Button]:
    """Buttons that say by «…» that something comes up."""
    return [
        each
        for each in page.findChildren(Button)
        if each.isVisible() and each.isEnabled() and each.text().endswith("…")
    ]


def test_menus_open_by_alt_and_give_the_focus_back(shell: DesktopShell, qtbot: QtBot) -> None:
    window = shell.window
    assert window is not None
    by_key(window, "flights", qtbot)
    before = QApplication.focusWidget()
    for letter in (Qt.Key.Key_G, Qt.Key.Key_V, Qt.Key.Key_H):
        qtbot.keyClick(window, letter, Qt.KeyboardModifier.AltModifier)
        qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        chosen = []
        for _ in menu.actions():
            qtbot.keyClick(menu, Qt.Key.Key_Down)
            chosen.append(menu.activeAction())
        wanted = [each for each in menu.actions() if each.isEnabled() and not each.isSeparator()]
        assert [each.text() for each in wanted if each not in chosen] == []
        qtbot.keyClick(menu, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
        qtbot.keyClick(window.menuBar(), Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: QApplication.focusWidget() is before)


def test_a_row_is_chosen_opened_and_left_by_keys(shell: DesktopShell, qtbot: QtBot) -> None:
    window = shell.window
    assert window is not None
    page = by_key(window, "flights", qtbot)
    assert isinstance(page, FlightsPage)
    table = page.findChild(QTableView)
    assert isinstance(table, QTableView)
    table.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(table, Qt.Key.Key_Home)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    row = table.currentIndex().row()
    assert row >= 0
    qtbot.keyClick(table, Qt.Key.Key_Return)
    pause(200)
    inside = QApplication.focusWidget()
    assert inside is not None
    qtbot.keyClick(inside, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.focusWidget() is table)
    assert table.currentIndex().row() == row
