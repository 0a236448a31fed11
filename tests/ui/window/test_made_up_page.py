"""A page is one value: the window needs nothing else to name it, reach it and make it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QAction
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from llmgw_desktop.ui.shell import page_makers
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from tests.ui.at_once import run_at_once
from tests.ui.plain_gateway import PlainGateway

VALUE = """
from llmgw_desktop.ui.page import Page

def _make(tools):
    from made_up.page import MadeUpPage
    page = MadeUpPage()
    yield
    page.wanted.connect(tools.links.page_wanted)
    return page

PAGE = Page(
    key="madeup", title="Made up", icon="access", shortcut="Ctrl+9", place=2,
    reads=("made_up.page",), make=_make,
)
"""
WIDGET = """
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

class MadeUpPage(QWidget):
    wanted = Signal(str)

    def show_jobs(self, words): ...
"""


@pytest.fixture
def shell(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[DesktopShell]:
    package = tmp_path / "made_up"
    package.mkdir()
    (package / "__init__.py").write_text(VALUE)
    (package / "page.py").write_text(WIDGET)
    monkeypatch.syspath_prepend(tmp_path)
    made_up = importlib.import_module("made_up")
    monkeypatch.setattr(page_makers, "PAGES", (*page_makers.PAGES, made_up.PAGE))
    monkeypatch.setattr("llmgw_desktop.ui.bridge.Bridge.run", run_at_once)
    gateway = PlainGateway(tmp_path / "run" / "key")
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    made = DesktopShell(gateway, theme, Tray(theme.icons, lambda: True), settings)
    yield made
    made._bridge.close()
    gateway.close()
    if made.window is not None:
        delete(made.window)  # at once: a page may still be on its way
    for name in ("made_up.page", "made_up"):
        sys.modules.pop(name, None)


def test_a_made_up_page_is_named_reached_and_made_by_its_value_alone(
    shell: DesktopShell, qtbot: QtBot
) -> None:
    shell.show_window()
    window = shell.window
    assert window is not None
    assert list(window._pages)[:4] == ["overview", "flights", "madeup", "figures"], "by its place"
    assert "made_up.page" not in sys.modules, "read in when it is first shown"
    way = next(each for each in window.findChildren(QAction) if each.text() == "&Made up")
    assert way.shortcut().toString() == "Ctrl+9"
    assert window._sidebar._buttons["madeup"].text() == "Made up"

    way.trigger()
    qtbot.waitUntil(lambda: "madeup" in window._made)
    page = window.page("madeup")
    assert type(page).__name__ == "MadeUpPage"
    assert window.windowTitle() == "Made up — LLM Gateway"
    assert page.accessibleName() == "Made up"
    page.wanted.emit("routes")  # type: ignore[attr-defined]
    assert window.page_key == "routes"


def test_each_page_has_a_key_a_place_and_a_shortcut_of_its_own() -> None:
    pages = page_makers.PAGES
    for what in ("key", "title", "place", "shortcut"):
        assert len({getattr(page, what) for page in pages}) == len(pages), what
