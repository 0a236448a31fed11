"""Help → About: the version, and every part's licence."""

from importlib.metadata import version
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.overview import PAGE
from llmgw_desktop.ui.page import BoundPage
from llmgw_desktop.ui.shell.about import AboutBox, offer_about
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.window.main_window import MainWindow
from tests.ui.test_main_window import PlainPage


@pytest.fixture
def bridge(qtbot: QtBot) -> Bridge:
    return Bridge()


def shown(box: AboutBox) -> str:
    return "\n".join(label.text() for label in box.findChildren(QLabel))


def click(box: AboutBox, word: str) -> None:
    next(each for each in box.findChildren(QAbstractButton) if each.text() == word).click()


def test_it_tells_version_and_licences(
    qtbot: QtBot, theme: Theme, bridge: Bridge, tmp_path: object
) -> None:
    settings = QSettings(f"{tmp_path}/window.ini", QSettings.Format.IniFormat)
    window = MainWindow(theme, [BoundPage(page=PAGE, make=PlainPage)], settings, lambda: True)
    qtbot.addWidget(window)
    offer_about(window, theme, bridge, lambda: Path(f"{tmp_path}/config.toml"))
    about = next(a for a in window.findChildren(QAction) if a.text().startswith("&About"))
    about.trigger()
    (box,) = window.findChildren(AboutBox)
    assert version("llmgw-desktop") in shown(box)
    qtbot.waitUntil(lambda: box.choice.count() > 20, timeout=60_000)
    assert "download.qt.io" in box.text.toPlainText()
    box.choice.choose("GPL-3.0")
    assert "GNU GENERAL PUBLIC LICENSE" in box.text.toPlainText()
    box.choice.choose(f"aiohttp {version('aiohttp')}")
    assert "Apache License" in box.text.toPlainText()
    click(box, "Look for a newer version")
    qtbot.waitUntil(lambda: "nobody is asked" in shown(box), timeout=60_000)
    box.accept()
    bridge.close()
