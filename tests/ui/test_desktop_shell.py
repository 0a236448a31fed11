"""What opening, closing, pausing, failing and quitting mean, on a plain gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
import pytest_asyncio
from PySide6.QtCore import QEvent, QObject, QSettings
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QSystemTrayIcon, QWidget
from shiboken6 import delete

from llmgw_desktop.app.safekeeping.safekeeping import FILE, finish_restore
from llmgw_desktop.domain.access.principal import Client, Scope
from llmgw_desktop.domain.clock import SystemClock
from llmgw_desktop.domain.errors import StoreUnavailable
from llmgw_desktop.domain.events import (
    GatewayState,
    HeldDeletion,
    RecorderChanged,
    RecorderStatus,
    SettingsChanged,
    StoreAnswer,
    StoreQuestion,
)
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.settings.whole import Settings
from llmgw_desktop.store.access.clients import ClientStore
from llmgw_desktop.store.safekeeping.backups import backups_in, make_backup
from llmgw_desktop.ui.overview.page import OverviewPage
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.store_desk import RestoreDialog
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.window.main_window import MainWindow
from tests.ui.plain_gateway import PlainGateway, running_flight

# the offscreen platform has no tray to watch
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", extend=True)


oddly_set = pytest.mark.parametrize(
    "stage", [("config.toml: htp is no setting.", "second")], indirect=True, ids=["oddly set"]
)


class Stage:
    """A shell with its gateway, its tray and whether the desktop has one."""

    def __init__(self, theme: Theme, folder: Path, warnings: tuple[str, ...] = ()) -> None:
        self.has_tray = True
        self.theme = theme
        self.gateway = PlainGateway(folder / "access.key")
        self.gateway.warnings = warnings
        self.settings = QSettings(str(folder / "window.ini"), QSettings.Format.IniFormat)
        self.tray = Tray(theme.icons, lambda: self.has_tray)
        self.opened: list[Path] = []
        self.can_open = True
        self.shell = DesktopShell(
            self.gateway, theme, self.tray, self.settings, open_path=self._open
        )
        self._is_stopped = False

    @property
    def window(self) -> MainWindow:
        assert self.shell.window is not None
        return self.shell.window

    def _open(self, path: Path) -> bool:
        self.opened.append(path)
        return self.can_open

    def choose(self, words: str) -> None:
        actions = self.window.findChildren(QAction)
        next(each for each in actions if each.text().replace("&", "") == words).trigger()

    def tray_line(self, text: str) -> QAction:
        return next(each for each in self.tray.menu.actions() if each.text() == text)

    async def stop(self) -> None:
        if not self._is_stopped:
            self._is_stopped = True
            await self.shell.stop()


@pytest_asyncio.fixture
async def stage(
    request: pytest.FixtureRequest, theme: Theme, qapp: QApplication, tmp_path: Path
) -> AsyncIterator[Stage]:
    made = Stage(theme, tmp_path, warnings=getattr(request, "param", ()))
    yield made
    await made.stop()
    if made.shell.window is not None:
        delete(made.shell.window)  # at once: widgets that linger slow the next test


async def turn_until(condition: Callable[[], object]) -> None:
    """Let Qt and asyncio turn in step: this test's loop is not hosted by Qt."""
    for _ in range(600):
        QApplication.processEvents()
        await asyncio.sleep(0.005)
        if condition():
            return
    pytest.fail("it did not come about in time")


async def test_a_start_shows_the_window_and_the_address(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    await turn_until(lambda: stage.window.isVisible())
    assert stage.tray_line("Running on 127.0.0.1:3333")
    assert stage.gateway.log == ["start"]


async def test_a_hidden_start_builds_no_window(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=True)
    assert stage.shell.window is None
    stage.tray.open_wanted.emit()
    assert stage.window.isVisible()


async def test_a_hidden_start_without_a_tray_shows_the_window(stage: Stage) -> None:
    stage.has_tray = False
    await stage.shell.start()
    stage.shell.open(hidden=True)
    assert stage.window.isVisible()


async def test_with_a_tray_closing_hides_and_says_so_once(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(
        QSystemTrayIcon, "showMessage", lambda self, title, *rest: said.append(title)
    )
    await stage.shell.start()
    stage.shell.open(hidden=False)
    stage.window.close()
    assert not stage.window.isVisible()
    assert not stage.shell.quit_asked.is_set()
    stage.shell.show_window()
    assert stage.window.isVisible()
    stage.window.close()
    assert said == ["LLM Gateway is still running"]


async def test_without_a_tray_closing_quits(stage: Stage) -> None:
    stage.has_tray = False
    await stage.shell.start()
    stage.shell.open(hidden=False)
    stage.window.close()
    assert stage.shell.quit_asked.is_set()


async def test_a_tray_that_vanished_counts_at_the_next_close(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    stage.has_tray = False
    stage.window.close()
    assert stage.shell.quit_asked.is_set()


async def test_a_tray_that_came_late_counts_too(stage: Stage) -> None:
    stage.has_tray = False
    await stage.shell.start()
    stage.shell.open(hidden=False)
    stage.has_tray = True
    stage.window.close()
    assert not stage.shell.quit_asked.is_set()
    assert stage.tray.is_shown


async def test_quit_stops_the_gateway_then_everything_is_still(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    stage.tray_line("Quit LLM Gateway").trigger()
    assert stage.shell.quit_asked.is_set()
    await stage.stop()
    assert stage.gateway.log == ["start", "stop"]
    assert not stage.window.isVisible()
    assert not stage.tray.is_shown
    assert stage.gateway.control.listeners == []


async def test_pause_and_resume_from_the_tray_show_in_the_window(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    stage.tray_line("Pause gateway").trigger()
    assert stage.gateway.control.status().state is GatewayState.PAUSED
    await turn_until(lambda: any(a.text() == "&Resume gateway" for a in actions(stage.window)))
    await turn_until(lambda: stage.tray_line("Resume gateway"))
    next(a for a in actions(stage.window) if a.text() == "&Resume gateway").trigger()
    assert stage.gateway.control.status().state is GatewayState.RUNNING


def actions(window: MainWindow) -> list[QAction]:
    return [each for each in window.findChildren(QAction) if isinstance(each, QAction)]


async def test_a_start_that_fails_is_shown_and_can_be_tried_again(stage: Stage) -> None:
    stage.gateway.start_trouble = OSError("Port 3333 is held by ollama (pid 812).")
    await stage.shell.start()
    stage.shell.open(hidden=False)
    assert "held by ollama" in " ".join(stage.window.troubles.words)
    assert stage.tray_line("Port 3333 is held by ollama (pid 812).").isVisible()
    stage.gateway.start_trouble = None
    stage.window.troubles.retry_wanted.emit()
    await turn_until(lambda: stage.window.troubles.words == [])
    assert stage.gateway.log == ["start", "start"]


async def test_trouble_while_running_is_shown_and_goes(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    control = stage.gateway.control
    control.recorder = RecorderStatus(recording=False, problem="The disk is full.")
    control.publish(RecorderChanged(status=control.recorder))
    control.publish(SettingsChanged(settings=Settings(), problem="config.toml, line 4: wrong"))
    await turn_until(lambda: len(stage.window.troubles.words) == 2)
    control.recorder = RecorderStatus(recording=True)
    control.publish(RecorderChanged(status=control.recorder))
    control.publish(SettingsChanged(settings=Settings()))
    await turn_until(lambda: stage.window.troubles.words == [])
    assert control.recorder.recording


async def test_what_a_leap_of_the_clock_holds_waits_for_a_word(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    control = stage.gateway.control
    held = HeldDeletion(flights=68, days=30, ahead_days=40)
    control.recorder = RecorderStatus(recording=True, held=held)
    control.publish(RecorderChanged(status=control.recorder))
    await turn_until(lambda: len(stage.window.troubles.words) == 1)
    assert "are 68 flights older than 30 days?" in stage.window.troubles.words[0]
    buttons = {
        each.text(): each
        for each in stage.window.troubles.findChildren(QAbstractButton)
        if each.isVisible()
    }
    buttons["Delete 68 flights"].click()
    buttons["Keep"].click()
    assert control.held_decisions == [True, False]
    control.recorder = RecorderStatus(recording=True)
    control.publish(RecorderChanged(status=control.recorder))
    await turn_until(lambda: stage.window.troubles.words == [])


async def test_a_store_in_question_is_answered_by_a_person(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    control = stage.gateway.control
    lost = {each: f"Lost by «{each.value}»." for each in StoreAnswer}
    control.question = StoreQuestion(
        what="gateway.db was emptied.", backup="10:00", can_stay=True, lost=lost
    )
    control.move(GatewayState.RUNNING, problem="gateway.db was emptied.")
    await turn_until(lambda: len(stage.window.troubles.words) == 1)
    assert "gateway.db was emptied." in stage.window.troubles.words[0]

    def buttons() -> dict[str, QAbstractButton]:
        found = stage.window.troubles.findChildren(QAbstractButton)
        return {each.text(): each for each in found if each.isVisible() and each.text()}

    ways = ["Restore the backup of 10:00", "Begin anew", "Use it as it is"]
    assert set(buttons()) == {f"{words} …" for words in ways}
    short = ["Restore it", *ways[1:]]
    for words, do_it, answer in zip(ways, short, StoreAnswer, strict=True):
        buttons()[f"{words} …"].click()
        assert stage.window.troubles.words == [f"{words}? {lost[answer]}"]
        assert list(buttons()) == ["Back", do_it], "who clicks twice does nothing"
        buttons()["Back"].click()
    assert control.store_answers == []
    control.store_trouble = StoreUnavailable("The disk is full.")
    buttons()["Restore the backup of 10:00 …"].click()
    buttons()["Restore it"].click()
    assert buttons() == {}, "once is enough"
    await turn_until(lambda: "The disk is full." in " ".join(stage.window.troubles.words))
    control.store_trouble = None
    buttons()["Begin anew …"].click()
    buttons()["Begin anew"].click()
    await turn_until(lambda: "emptied" not in " ".join(stage.window.troubles.words))
    control.question = StoreQuestion(what="gateway.db is older.", can_stay=True)
    control.move(GatewayState.RUNNING, problem="gateway.db is older.")
    await turn_until(lambda: set(buttons()) == {"Begin anew …", "Use it as it is …"})
    buttons()["Use it as it is …"].click()
    buttons()["Use it as it is"].click()
    await turn_until(lambda: "older" not in " ".join(stage.window.troubles.words))
    assert control.store_answers == [StoreAnswer.RESTORE, StoreAnswer.ANEW, StoreAnswer.AS_IT_IS]
    control.question = StoreQuestion(what="gateway.db was cut off.", is_in_use=True)
    control.move(GatewayState.RUNNING, problem="gateway.db was cut off.")
    await turn_until(lambda: set(buttons()) == {"Start anew"})
    buttons()["Start anew"].click()
    assert stage.gateway.restarts == 1


def _client(name: str) -> Client:
    return Client(
        id=name,
        name=name,
        key_digest=name.encode() * 32,
        key_hint="",
        scopes=frozenset({Scope.MODELS_USE}),
        created_at_s=1.0,
    )


async def test_a_home_is_backed_up_and_comes_back_with_the_next_start(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "llmgw_desktop.store.vault.vault_backup.COST", {"n": 1 << 10, "r": 8, "p": 1}
    )
    places = stage.gateway.places
    places.make()
    places.config_file.write_text("# then\n")
    await stage.shell.start()
    stage.shell.open(hidden=False)
    made = stage.shell._store_desk.ask_backup()
    assert made is not None
    file = tmp_path / "home.backup"
    made._file.line.setText(str(file))
    made._once.setText("correct horse battery")
    assert not made._save.isEnabled()
    made._again.setText("another")
    made._save.click()
    assert made._again_field.note == "It is not the same."
    made._again.setText("correct horse battery")
    made._save.click()
    await turn_until(file.exists)
    places.config_file.write_text("# now\n")
    with closing(ClientStore(places.gateway_db, SystemClock())) as clients:
        clients.add(_client("a"))
        assert make_backup(places.gateway_db, places.backups_folder, 1e9) is not None
        clients.add(_client("b"))
    stage.shell._store_desk.ask_restore()

    def restoring() -> RestoreDialog | None:
        return next(iter(stage.window.findChildren(RestoreDialog)), None)

    await turn_until(lambda: restoring() is not None)
    dialog = restoring()
    assert dialog is not None
    automatic = backups_in(places.backups_folder)[0].path.name
    dialog.choose(automatic)
    assert dialog._save.isEnabled()
    await turn_until(lambda: "Key made (1)" in dialog._choice.note)
    dialog.choose(FILE)
    await turn_until(lambda: "All that was done and recorded" in dialog._choice.note)
    assert not dialog._save.isEnabled(), "no file is named"
    dialog._file.line.setText(str(file))
    dialog._secret.setText("another passphrase")
    dialog._save.click()
    await turn_until(lambda: "not the right one" in dialog.problem)
    dialog._secret.setText("correct horse battery")
    dialog._save.click()
    await turn_until(lambda: stage.gateway.restarts == 1)
    assert places.config_file.read_text() == "# now\n"
    finish_restore(places, {})
    assert places.config_file.read_text() == "# then\n"


async def test_what_is_under_way_is_counted_in_tray_and_sidebar(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    stage.gateway.open_flight(running_flight(1))
    stage.gateway.open_flight(running_flight(2))
    line = "Running on 127.0.0.1:3333 · 2 flights under way"
    await turn_until(lambda: any(a.text() == line for a in stage.tray.menu.actions()))
    assert sum(a.text() == line for a in stage.tray.menu.actions()) == 1


async def test_the_overview_leads_to_the_flights_page(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    overview = stage.window.page("overview")
    assert isinstance(overview, OverviewPage)
    overview.flights_wanted.emit(FlightQuery(provider="openai"))
    assert stage.window.page_key == "flights"
    stage.window.show_page("overview")
    overview.flight_wanted.emit("flt_000000000001")
    assert stage.window.page_key == "flights"


async def test_the_look_is_remembered(stage: Stage) -> None:
    stage.theme.set_appearance(Appearance.DARK)
    assert stage.settings.value("window/appearance") == "dark"


async def test_settings_that_are_saved_are_looked_at_without_a_request(stage: Stage) -> None:
    file = stage.gateway.control.settings_file()
    file.parent.mkdir(parents=True)
    await stage.shell.start()
    file.write_text("[http]")
    await turn_until(lambda: stage.gateway.control.settings_looks == 1)
    await stage.stop()
    file.write_text("[http] # again")
    await asyncio.sleep(0.3)
    QApplication.processEvents()
    assert stage.gateway.control.settings_looks == 1


async def test_what_is_odd_in_the_settings_is_said(stage: Stage) -> None:
    await stage.shell.start()
    stage.gateway.control.publish(SettingsChanged(settings=Settings(), warnings=("htp is odd.",)))
    stage.shell.open(hidden=False)
    await turn_until(lambda: "htp is odd." in " ".join(stage.window.troubles.words))
    stage.gateway.control.publish(SettingsChanged(settings=Settings()))
    await turn_until(lambda: not stage.window.troubles.words)
    assert stage.window.troubles.words == []


@oddly_set
async def test_what_was_odd_in_the_settings_at_the_start_is_said_until_it_is_put_away(
    stage: Stage,
) -> None:
    assert stage.gateway.warnings, "the stage was made with some"
    await stage.shell.start()
    stage.shell.open(hidden=False)
    said = stage.window.troubles.words
    assert len(said) == 1
    assert "htp is no setting. (and 1 more)" in said[0]
    close = next(
        button
        for button in stage.window.troubles.findChildren(Button)
        if button.isVisible() and button.accessibleName() == "Dismiss"
    )
    close.click()
    assert stage.window.troubles.words == []
    stage.window.close()
    stage.shell.show_window()
    assert stage.window.troubles.words == [], "put away is put away"


@oddly_set
async def test_settings_mended_before_the_window_is_opened_leave_nothing_to_say(
    stage: Stage,
) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=True)
    stage.gateway.control.publish(SettingsChanged(settings=Settings()))
    await turn_until(lambda: stage.shell._settings_words == ("", ()))
    stage.shell.show_window()
    assert stage.window.troubles.words == []


async def test_the_settings_file_is_made_and_opened(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    file = stage.gateway.control.settings_file()
    stage.choose("Open settings file")
    assert stage.opened == [file]
    assert file.read_text().startswith("#")
    assert file.read_text().count("\n") == 1
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text("[http]")
    stage.choose("Open settings file")
    assert file.read_text() == "[http]"


async def test_what_cannot_be_opened_is_named(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    stage.can_open = False
    stage.choose("Open data folder")
    folder = stage.gateway.places.data_folder
    assert stage.opened == [folder]
    assert str(folder) in stage.window.troubles.words[0]
    stage.can_open = True
    stage.choose("Open data folder")
    assert stage.window.troubles.words == []


async def test_the_log_is_a_click_away(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    stage.choose("Open log folder")
    assert stage.opened == [stage.gateway.places.log_folder]


async def test_a_settings_file_that_cannot_be_made_is_said(stage: Stage) -> None:
    await stage.shell.start()
    stage.shell.open(hidden=False)
    file = stage.gateway.control.settings_file()
    file.parent.write_text("a file in the folder's place")
    stage.choose("Open settings file")
    assert stage.opened == []
    assert str(file) in stage.window.troubles.words[0]


class WindowWatch(QObject):
    """Notes what comes up as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.came.append(type(watched).__name__)
        return False


async def test_a_page_is_made_when_it_is_first_shown_and_nothing_else_comes_up(
    stage: Stage, qapp: QApplication
) -> None:
    watch = WindowWatch()
    qapp.installEventFilter(watch)
    await stage.shell.start()
    stage.shell.open(hidden=False)
    await turn_until(lambda: list(stage.window._made) == ["overview"])
    for key in stage.window._pages:
        stage.window.show_page(key)
        await turn_until(lambda key=key: key in stage.window._made)  # type: ignore[misc]
    assert list(stage.window._made) == list(stage.window._pages)
    assert watch.came == ["MainWindow"]
