"""Each banner's buttons do what they say: all of them are pressed, and what came of it is seen.

Those of errors in flights are walked in `flights/test_error_places.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

import llmgw_desktop.ui
from llmgw_desktop.domain.events import (
    GatewayState,
    HeldDeletion,
    RecorderStatus,
    StoreAnswer,
    StoreQuestion,
)
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.settings.page import SettingsPage
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.window.main_window import MainWindow
from llmgw_desktop.ui.window.trouble_area import TroubleArea
from tests.ui.at_once import run_at_once
from tests.ui.plain_gateway import PlainGateway

PRESSED_HERE = {
    *("Try again", "Show the setting", "Open settings file", "Open data folder"),
    *("Start anew", "Back", "Keep", "Delete %", "% …", "Don't quit", "Look…", "Show clients"),
    *("Show the requests", "Open its page"),
}
"""Those of the whole window."""
PRESSED_ELSEWHERE = {
    "figures/page.py": "test_figures_are_tried_again (below)",
    "overview/page.py": "pages/test_overview_page.py",
    "flights/page.py": "test_flights_are_tried_again (below)",
    "flights/flight_export.py": "flights/test_exporting.py, and the next test",
    "flights/body_searching.py": "flights/test_body_searching.py",
    "flights/imported_window.py": "flights/test_imported_window.py",
    "jobs/job_pane.py": "jobs/test_job_questions.py, jobs/test_hand_over.py, and below",
    "clients/program_section.py": "test_a_wrong_setting_of_programs_is_shown (below)",
}


def _ways() -> Iterator[tuple[str, str]]:
    """(File, words) of each button that a banner is given in the code."""
    root = Path(llmgw_desktop.ui.__file__).parent
    for path in sorted(root.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if not isinstance(call, ast.Call) or getattr(call.func, "attr", "") != "say":
                continue
            kinds = [each for each in call.args if "BannerKind" in ast.unparse(each)]
            for each in call.args if kinds else ():
                if isinstance(each, ast.Tuple):
                    yield path.relative_to(root).as_posix(), _words(each.elts[0])


def _words(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        parts = (str(p.value) if isinstance(p, ast.Constant) else "%" for p in node.values)
        return "".join(parts)
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def test_every_button_of_a_banner_is_pressed_somewhere() -> None:
    unknown = [
        (file, words)
        for file, words in _ways()
        if file not in PRESSED_ELSEWHERE
        and words not in PRESSED_HERE | {"action", "_DO_IT[answer]"}
    ]
    assert unknown == []


class Stage:
    def __init__(self, theme: Theme, folder: Path) -> None:
        self.gateway = PlainGateway(folder / "access.key")
        self.opened: list[Path] = []
        settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.shell = DesktopShell(
            self.gateway, theme, Tray(theme.icons, lambda: False), settings, open_path=self._open
        )
        self.shell.show_window()

    @property
    def window(self) -> MainWindow:
        assert self.shell.window is not None
        return self.shell.window

    @property
    def troubles(self) -> TroubleArea:
        return self.window.troubles

    def press(self, words: str, within: QWidget | None = None) -> None:
        for each in (within or self.troubles).findChildren(QAbstractButton):
            if each.text() == words and each.isVisible():
                each.click()
                return
        pytest.fail(f"no button {words}")

    def _open(self, path: Path) -> bool:
        self.opened.append(path)
        return True


@pytest.fixture
def stage(
    theme: Theme, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stage]:
    monkeypatch.setattr(Bridge, "run", run_at_once)
    made = Stage(theme, tmp_path)
    yield made
    made.shell._bridge.close()
    made.gateway.close()
    window = made.window
    delete(made.shell)
    delete(window)


def test_the_gateway_is_started_again_or_its_port_is_shown(stage: Stage) -> None:
    control = stage.gateway.control
    control.move(GatewayState.FAILED, url="", problem="Port 3333 is taken: choose http.port.")
    stage.window.show_status(control.status(), {})
    stage.press("Show the setting")
    assert stage.window.page_key == "settings"
    page = stage.window.page("settings")
    assert isinstance(page, SettingsPage)
    assert "http.port" in " ".join(_shown(page))
    before = list(stage.gateway.log)
    stage.press("Try again")
    assert stage.gateway.log == [*before, "start"]


def _shown(page: QWidget) -> Iterator[str]:
    for each in page.findChildren(QWidget):
        if each.isVisible():
            yield str(getattr(each, "text", str)()) if callable(getattr(each, "text", "")) else ""


def test_what_cannot_be_recorded_or_read_leads_to_its_folder_and_file(stage: Stage) -> None:
    stage.window.show_recording(RecorderStatus(recording=False, problem="The disk is full."))
    stage.press("Open data folder")
    assert stage.opened == [stage.gateway.places.data_folder]
    stage.window.show_recording(RecorderStatus(recording=True))
    stage.troubles.show_settings("config.toml, line 4: wrong")
    stage.press("Open settings file")
    assert stage.opened[-1] == stage.gateway.control.settings_file()
    assert stage.opened[-1].exists()


def test_what_a_leap_of_the_clock_made_old_goes_or_stays(stage: Stage) -> None:
    held = HeldDeletion(flights=68, days=30, ahead_days=40)
    stage.window.show_recording(RecorderStatus(recording=True, held=held))
    stage.press("Keep")
    stage.press("Delete 68 flights")
    assert stage.gateway.control.held_decisions == [False, True]


def test_a_store_in_question_is_answered_or_left(stage: Stage, qtbot: QtBot) -> None:
    question = StoreQuestion(what="gateway.db was emptied.", backup="10:00", can_stay=True)
    stage.troubles.show_store(question)
    stage.press("Begin anew …")
    stage.press("Back")
    stage.press("Begin anew …")
    with qtbot.waitSignal(stage.troubles.store_answered) as told:
        stage.press("Begin anew")
    assert told.args == [StoreAnswer.ANEW]
    stage.troubles.show_store(replace(question, is_in_use=True))
    with qtbot.waitSignal(stage.troubles.store_answered) as told:
        stage.press("Start anew")
    assert told.args == [None]


def test_what_a_banner_was_given_is_done(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What each of these does is its owner's, whose test presses it as well."""
    done: list[str] = []
    troubles = stage.troubles
    troubles.show_quitting("2 jobs run", lambda: done.append("stay"))
    stage.press("Don't quit")
    troubles.show_questions("2 questions wait", "One", lambda: done.append("look"))
    stage.press("Look…")
    troubles.show_budgets("ci is near", "", is_up=False, on_look=lambda: done.append("clients"))
    stage.press("Show clients")
    troubles.show_floods("ci", "", "Show client", lambda: done.append("client"))
    stage.press("Show client")
    troubles.show_alarms("An account", "", lambda: done.append("requests"))
    stage.press("Show the requests")
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: done.append(url.toString()))
    troubles.show_update("1.2 is there", "https://example.com/new")
    stage.press("Open its page")
    told = ["stay", "look", "clients", "client", "requests", "https://example.com/new"]
    assert done == told


def _page(stage: Stage, key: str) -> QWidget:
    stage.window.show_page(key)
    return stage.window.page(key)


def _banner(page: QObject) -> Banner:
    found = [each for each in page.findChildren(Banner) if each.isVisible()]
    assert len(found) == 1, [each.words for each in found]
    return found[0]


def test_figures_are_tried_again(stage: Stage, qtbot: QtBot) -> None:
    from llmgw_desktop.domain.errors import StoreUnavailable

    page: Any = _page(stage, "figures")
    asked: list[bool] = []
    page._show_trouble(StoreUnavailable("The disk is full."))
    page._refresh.ask = lambda *, at_once=False: asked.append(at_once)
    stage.press("Try again", _banner(page))
    assert asked == [True]


def test_flights_are_tried_again(stage: Stage) -> None:
    from llmgw_desktop.domain.errors import StoreUnavailable

    page: Any = _page(stage, "flights")
    page._states.show_browser()
    asked: list[str] = []
    page._feed.reload = lambda: asked.append("reload")
    page._on_failed(StoreUnavailable("The disk is full."))
    stage.press("Try again", _banner(page))
    assert asked == ["reload"]


def test_a_wrong_setting_of_programs_is_shown(stage: Stage) -> None:
    from llmgw_desktop.ui.clients.program_section import ProgramSection

    page = _page(stage, "clients")
    section = page.findChild(ProgramSection)
    assert isinstance(section, ProgramSection)
    section.setting_wanted.emit("http.port")
    assert stage.window.page_key == "settings"


def test_a_banner_does_nothing_that_it_does_not_offer(theme: Theme) -> None:
    banner, done = Banner(theme), list[str]()
    banner.say(BannerKind.ERROR, "One", "", ("Do it", lambda: done.append("it")))
    old = next(each for each in banner.findChildren(QAbstractButton) if each.text() == "Do it")
    banner.say(BannerKind.ERROR, "Two")
    old.click()
    assert done == []
