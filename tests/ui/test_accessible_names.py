"""Every thing that can have the focus has a name for those who do not see it; all windows, both
schemes, in every state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAction
from PySide6.QtWidgets import QDialog, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from llmgw_desktop.domain.events import GatewayState
from llmgw_desktop.ui.desktop_shell import DesktopShell
from llmgw_desktop.ui.main_window import MainWindow
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.tray import Tray
from tests.ui.plain_gateway import PlainGateway, ended_flight, running_flight


@pytest.fixture(params=["empty", "full", "failed"])
def window(
    request: pytest.FixtureRequest, theme: Theme, qtbot: QtBot, tmp_path: Path
) -> Iterator[MainWindow]:
    gateway = PlainGateway(tmp_path / "access.key")
    if request.param == "full":
        gateway.reader.waves = True
        gateway.reader.flights = [ended_flight(number) for number in range(40)]
        gateway.under_way = [running_flight(1)]
    if request.param == "failed":
        gateway.control.move(GatewayState.FAILED, url="", problem="Port 3333 is taken.")
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    tray = Tray(theme.icons, lambda: False)
    shell = DesktopShell(gateway, theme, tray, settings)
    shell.show_window()
    assert shell.window is not None
    qtbot.wait(400)
    yield shell.window
    shell._bridge.close()
    tray.close()
    shell.window.hide()
    window = shell.window
    delete(shell)
    delete(window)  # at once: widgets that linger slow the next test


def walk(interface: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    yield interface
    for index in range(interface.childCount()):
        child = interface.child(index)
        if child is not None and child.isValid():
            yield from walk(child)


def nameless(window: QWidget) -> list[str]:
    found = []
    for each in window.findChildren(QWidget):
        if not each.isVisible() or each.focusPolicy() is Qt.FocusPolicy.NoFocus:
            continue
        interface = QAccessible.queryAccessibleInterface(each)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            found.append(f"{type(each).__name__} {each.objectName()} in {type(each.parent())}")
    return found


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_whatever_can_have_the_focus_has_a_name(
    window: MainWindow, theme: Theme, qtbot: QtBot, appearance: Appearance
) -> None:
    theme.set_appearance(appearance)
    for key in ("overview", "flights"):
        window.show_page(key)
        qtbot.wait(300)
        assert nameless(window) == []
    keys = next(a for a in window.findChildren(QAction) if a.text() == "&Keyboard shortcuts")
    keys.trigger()
    dialog = window.findChild(QDialog)
    assert isinstance(dialog, QDialog)
    assert nameless(dialog) == []
    dialog.close()


def test_the_test_itself_finds_a_nameless_button(window: MainWindow) -> None:
    from PySide6.QtWidgets import QPushButton

    button = QPushButton(window.centralWidget())
    button.show()
    assert any("QPushButton" in each for each in nameless(window))


def test_the_tree_for_screen_readers_holds_the_pages(window: MainWindow) -> None:
    root = QAccessible.queryAccessibleInterface(window)
    assert root is not None
    names = {each.text(QAccessible.Text.Name) for each in walk(root)}
    assert {"Overview", "Flights", "LLM Gateway"} <= names
