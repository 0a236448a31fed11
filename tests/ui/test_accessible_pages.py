"""Each page of the window, for those who do not see it, do not use a mouse, or need large text:
names and roles, the Tab key, where the focus goes, text at 200 %, nothing that moves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

import llmgw_desktop.ui
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.page_makers import PAGES
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.window.main_window import MainWindow
from tests.support.access_scene import set_access_scene
from tests.support.cli_scene import set_cli_scene
from tests.support.job_scene import set_job_scene
from tests.support.routing_scene import set_full_scene
from tests.ui.at_once import run_at_once
from tests.ui.plain_gateway import PlainGateway, ended_flight
from tests.ui.test_accessible_names import (
    nameless,
    pause,
    roleless,
    steps_back,
    tab_stops,
)

_ANIMATED = (
    "QPropertyAnimation",
    "QVariantAnimation",
    "QTimeLine",
    "QMovie",
    "QParallelAnimationGroup",
)


@contextmanager
def made_shell(theme: Theme, folder: Path) -> Iterator[DesktopShell]:
    gateway = PlainGateway(folder / "access.key")
    gateway.reader.waves = True
    gateway.reader.flights = [ended_flight(number) for number in range(40)]
    set_full_scene(gateway)
    set_cli_scene(gateway)
    set_access_scene(gateway)
    set_job_scene(gateway.runs, gateway.places.jobs_folder)
    settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
    tray = Tray(theme.icons, lambda: False)
    made = DesktopShell(gateway, theme, tray, settings)
    made.show_window()
    assert made.window is not None
    made.window.activateWindow()
    pause(300)
    yield made
    made._bridge.close()
    gateway.close()
    tray.close()
    window = made.window
    window.hide()
    delete(made)
    delete(window)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bridge, "run", run_at_once)


@pytest.fixture
def shell(theme: Theme, qtbot: QtBot, tmp_path: Path) -> Iterator[DesktopShell]:
    with made_shell(theme, tmp_path) as made:
        yield made


def shown_pages(window: MainWindow) -> Iterator[str]:
    for page in PAGES:
        window.show_page(page.key)
        window.page(page.key)
        pause(300)
        yield page.key


def cut_labels(window: QWidget) -> list[str]:
    """Plain labels, buttons that are narrower or lower than what they say."""
    found = []
    for each in window.findChildren(QWidget):
        if not each.isVisible() or not isinstance(each, QLabel | QAbstractButton):
            continue
        text = each.text()
        if not text or (isinstance(each, QLabel) and each.wordWrap()):
            continue
        needs = each.minimumSizeHint()
        if isinstance(each, QAbstractButton):  # what stands around its words may give way
            needs.setHeight(min(needs.height(), each.fontMetrics().height()))
        if each.height() + 1 < needs.height() or each.width() + 1 < needs.width():
            found.append(f"{type(each).__name__} “{text[:40]}” {each.size()} < {needs}")
    return found


def still_cut(window: QWidget) -> list[str]:
    """When all has come: rows of a page are made in turns of the loop."""
    found = cut_labels(window)
    for _ in range(50):
        if not found:
            break
        pause(100)
        found = cut_labels(window)
    return found


def test_every_page_by_name_role_and_tab_key(shell: DesktopShell, qtbot: QtBot) -> None:
    window = shell.window
    assert window is not None
    window.resize(1160, 760)
    trouble: list[str] = []
    for key in shown_pages(window):
        trouble += (f"{key}: nameless {each}" for each in nameless(window))
        trouble += (f"{key}: no role {each}" for each in roleless(window))
        stops = tab_stops(window, qtbot)
        assert all(each.isVisible() for each in stops), key
        side = [each for each in stops if each.mapTo(window, each.rect().topLeft()).x() < 200]
        page = [each for each in stops if each not in side]
        back = [each for each in steps_back(window, page) if "→ Reset " not in each]
        trouble += (f"{key}: back {each}" for each in back)  # a field, then what undoes it
    assert trouble == []


def test_the_test_itself_finds_what_plays_nothing(shell: DesktopShell) -> None:
    assert shell.window is not None
    odd = QWidget(shell.window.centralWidget())
    odd.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    odd.show()
    assert any(each.startswith("QWidget ") for each in roleless(shell.window))
    label = QLabel("cut", shell.window.centralWidget())
    label.setFixedSize(5, 5)
    label.show()
    assert any("“cut”" in each for each in cut_labels(shell.window))


def test_the_focus_comes_back_where_it_was(shell: DesktopShell, qtbot: QtBot) -> None:
    """From each dialog that a button of a page opens."""
    window = shell.window
    assert window is not None
    opened = 0
    for key, words in (("providers", "Add provider…"), ("routes", "Add route…")):
        window.show_page(key)
        window.page(key)
        pause(300)
        buttons = [each for each in window.findChildren(QAbstractButton) if each.isVisible()]
        button = next((each for each in buttons if each.text() == words), None)
        if button is None:
            continue
        button.setFocus()
        qtbot.keyClick(button, Qt.Key.Key_Space)
        dialog = window.findChild(QDialog)
        assert isinstance(dialog, QDialog)
        dialog.activateWindow()
        qtbot.waitUntil(lambda: dialog.isAncestorOf(QApplication.focusWidget() or window))  # noqa: B023
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: not window.findChildren(QDialog))
        window.activateWindow()
        qtbot.waitUntil(lambda: QApplication.focusWidget() is button)  # noqa: B023
        opened += 1
    assert opened == 2


def test_text_of_twice_the_size_is_not_cut(
    qapp: QApplication, theme: Theme, qtbot: QtBot, request: pytest.FixtureRequest
) -> None:
    """The system's font, twice as large; the window of a large screen."""
    before = qapp.font()
    large = QFont(before)
    large.setPixelSize(2 * theme.font().pixelSize())
    qapp.setFont(large)
    second = Theme(qapp, Appearance.LIGHT)
    try:
        assert second.font().pixelSize() == 2 * theme.font().pixelSize()
        with made_shell(second, request.getfixturevalue("tmp_path")) as shell:
            assert shell.window is not None
            shell.window.resize(2000, 1400)
            window = shell.window
            for key in shown_pages(window):  # a busy machine lays out late
                qtbot.waitUntil(lambda: not cut_labels(window))
                assert window.page_key == key
    finally:
        delete(second)
        qapp.setFont(before)


def test_nothing_moves_by_itself() -> None:
    """So there is nothing to be reduced for those whom motion makes ill."""
    folder = Path(llmgw_desktop.ui.__file__).parent
    found = {
        str(path.relative_to(folder)): node.id
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Name) and node.id in _ANIMATED
    }
    assert found == {}
