"""Help → About: the version, and every part's licence."""

from collections.abc import Iterator
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
from llmgw_desktop.ui.shell.about import AboutBox, UpdateWatch, offer_about
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.window.main_window import MainWindow
from tests.app.test_updates import Feed
from tests.ui.test_main_window import PlainPage


@pytest.fixture
def feed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Feed]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made = Feed()
    yield made
    made.end()


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
    news = next(a for a in window.findChildren(QAction) if a.text() == "What is &new")
    news.trigger()
    box = window.findChildren(AboutBox)[-1]
    qtbot.waitUntil(lambda: box.choice.key == "What is new", timeout=60_000)
    assert "Ctrl+K" in box.text.toPlainText()
    box.accept()
    bridge.close()


def test_nobody_is_asked_for_a_newer_version_until_a_person_says_so(
    qtbot: QtBot, theme: Theme, bridge: Bridge, tmp_path: Path, feed: Feed
) -> None:
    file = tmp_path / "config.toml"
    kept = QSettings(f"{tmp_path}/window.ini", QSettings.Format.IniFormat)
    window = MainWindow(theme, [BoundPage(page=PAGE, make=PlainPage)], kept, lambda: True)
    qtbot.addWidget(window)
    watch = UpdateWatch(window, bridge, lambda: file)
    feed.tell(version="99.0.0", url="https://example.com/get")
    said = f'[updates]\nfeed = "{feed.settings.feed}"\nkey = "{feed.settings.key}"\n'
    told: list[object] = []

    def look() -> None:
        told.clear()
        watch.look()
        bridge.fetch(watch, lambda: None, told.append, slow=True)
        bridge.fetch(watch, lambda: None, told.append, slow=True)
        bridge.fetch(watch, lambda: None, told.append, slow=True)

    file.write_text(said)
    look()
    qtbot.waitUntil(lambda: len(told) == 3)
    assert feed.asked == []
    file.write_text(f"{said}daily = true\n")
    look()
    qtbot.waitUntil(lambda: any("99.0.0" in each for each in window.troubles.words))
    assert len(feed.asked) == 2  # the feed and its signature; nothing else
    look()  # on the same day
    qtbot.waitUntil(lambda: len(told) == 3)
    assert len(feed.asked) == 2
    bridge.close()


def test_a_feed_that_cannot_be_read_troubles_nobody(
    qtbot: QtBot, theme: Theme, bridge: Bridge, tmp_path: Path, feed: Feed
) -> None:
    file = tmp_path / "config.toml"
    said = f'[updates]\nfeed = "{feed.settings.feed}"\nkey = "{feed.settings.key}"\ndaily = true\n'
    file.write_text(said)
    kept = QSettings(f"{tmp_path}/window.ini", QSettings.Format.IniFormat)
    window = MainWindow(theme, [BoundPage(page=PAGE, make=PlainPage)], kept, lambda: True)
    qtbot.addWidget(window)
    UpdateWatch(window, bridge, lambda: file).look()
    qtbot.waitUntil(lambda: kept.value("updates/asked-at-s") is not None)
    assert window.troubles.words == []
    bridge.close()
