"""The window: pages, keys, banners, memory of where it stood."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSettings, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QLineEdit, QMenu, QWidget
from pytestqt.qtbot import QtBot

from llmgw_desktop.app.gateway.control import base_urls
from llmgw_desktop.domain.events import GatewayState, GatewayStatus, RecorderStatus
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.ui import flights, overview
from llmgw_desktop.ui.page import BoundPage
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.window.main_window import MainWindow, fitted

URL = "http://127.0.0.1:3333"
URLS = base_urls(URL, "/mcp")
RUNNING = GatewayStatus(state=GatewayState.RUNNING, url=URL)
PAUSED = GatewayStatus(state=GatewayState.PAUSED, url=URL)


class PlainPage(QWidget):
    """Nothing but a word."""

    def __init__(self) -> None:
        super().__init__()
        QLabel("Overview here", self)


class ListPage(QWidget):
    """Offers a window everything that a page can offer."""

    def __init__(self) -> None:
        super().__init__()
        self.field = QLineEdit(self)
        find = QAction("Filter flights", self)
        find.setShortcut(QKeySequence("Ctrl+F"))
        find.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.triggered.connect(self.field.setFocus)
        self.addAction(find)
        self.queries: list[FlightQuery] = []
        self.opened: list[str] = []
        self.split = "one"

    def show_query(self, query: FlightQuery) -> None:
        self.queries.append(query)

    def show_flight(self, flight_id: str) -> None:
        self.opened.append(flight_id)

    def save_state(self, settings: QSettings) -> None:
        settings.setValue("split", self.split)

    def restore_state(self, settings: QSettings) -> None:
        self.split = str(settings.value("split", self.split))


class Room:
    """A window with two pages, and where it remembers things."""

    def __init__(self, qtbot: QtBot, theme: Theme, folder: Path) -> None:
        self._qtbot = qtbot
        self._theme = theme
        self.file = folder / "window.ini"
        self.may_close = True
        self.list_page = ListPage()
        self.window = self._make()

    def again(self) -> MainWindow:
        """As the next start makes it."""
        self.list_page = ListPage()
        self.window = self._make()
        return self.window

    def _make(self) -> MainWindow:
        pages = [
            BoundPage(page=overview.PAGE, make=PlainPage),
            BoundPage(page=flights.PAGE, make=lambda: self.list_page),
        ]
        settings = QSettings(str(self.file), QSettings.Format.IniFormat)
        window = MainWindow(self._theme, pages, settings, lambda: self.may_close)
        self._qtbot.addWidget(window, before_close_func=self._let_close)
        return window

    def _let_close(self, _: object) -> None:
        self.may_close = True


@pytest.fixture
def room(qtbot: QtBot, theme: Theme, tmp_path: Path) -> Room:
    return Room(qtbot, theme, tmp_path)


def action(window: MainWindow, text: str) -> QAction:
    return next(a for a in window.findChildren(QAction) if a.text().replace("&", "") == text)


def press(qtbot: QtBot, window: MainWindow, keys: str) -> None:
    QTest.keySequence(window, QKeySequence(keys))


def sidebar_entry(window: MainWindow, title: str) -> QAbstractButton:
    return next(b for b in window.findChildren(QAbstractButton) if b.text() == title)


def shown(qtbot: QtBot, window: MainWindow) -> MainWindow:
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return window


def test_keys_lead_to_pages_and_to_the_filter(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    assert window.page_key == "overview"
    press(qtbot, window, "Ctrl+2")
    assert window.page_key == "flights"
    assert window.windowTitle() == "Flights — LLM Gateway"
    press(qtbot, window, "Ctrl+F")
    assert room.list_page.field.hasFocus()
    press(qtbot, window, "Ctrl+1")
    assert window.page_key == "overview"


def test_a_page_s_own_keys_work_wherever_one_came_from(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    qtbot.mouseClick(sidebar_entry(window, "Flights"), Qt.MouseButton.LeftButton)
    press(qtbot, window, "Ctrl+F")
    assert room.list_page.field.hasFocus()


def test_the_view_menu_holds_what_the_page_in_sight_offers(room: Room) -> None:
    view = room.window.menuBar().actions()[1].menu()
    assert isinstance(view, QMenu)
    for _ in range(2):
        room.window.show_page("flights")
        assert [each.text() for each in view.actions()].count("Filter flights") == 1
        room.window.show_page("overview")
        assert "Filter flights" not in [each.text() for each in view.actions()]


def test_the_sidebar_leads_to_pages(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    qtbot.mouseClick(sidebar_entry(window, "Flights"), Qt.MouseButton.LeftButton)
    assert window.page_key == "flights"


def test_no_two_actions_want_the_same_keys(room: Room) -> None:
    room.window.page("flights")
    keys = [
        sequence.toString()
        for each in room.window.findChildren(QAction)
        for sequence in each.shortcuts()
    ]
    assert sorted(keys) == sorted(set(keys))
    assert {"Ctrl+1", "Ctrl+2", "Ctrl+W", "Ctrl+Q", "Ctrl+F", "F1"} <= set(keys)


def test_no_two_entries_of_a_menu_want_the_same_letter(room: Room) -> None:
    bar = room.window.menuBar()
    menus = [bar, *[each.menu() for each in bar.actions()]]
    assert len(menus) > 3
    for menu in menus:
        assert menu is not None
        letters = [
            each.text().partition("&")[2][:1].lower()
            for each in menu.actions()
            if "&" in each.text()
        ]
        assert letters
        assert sorted(letters) == sorted(set(letters))


def test_f1_lists_every_key_there_is(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    press(qtbot, window, "F1")
    dialog = window.findChild(QDialog)
    assert dialog is not None
    words = [label.text() for label in dialog.findChildren(QLabel)]
    for each in window.findChildren(QAction):
        for sequence in each.shortcuts():
            assert sequence.toString(QKeySequence.SequenceFormat.NativeText) in words
            assert each.text().replace("&", "") in words
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.findChild(QDialog) is None)


def test_closing_ends_the_program_where_it_may(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    with qtbot.waitSignal(window.quit_wanted):
        press(qtbot, window, "Ctrl+W")
    assert not window.isVisible()


def test_closing_only_hides_where_it_may_not(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    room.may_close = False
    with qtbot.waitSignal(window.put_away), qtbot.assertNotEmitted(window.quit_wanted):
        window.close()
    assert not window.isVisible()
    window.come_forward()
    assert window.isVisible()


def test_quit_asks_to_quit_whether_or_not_it_may_close(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    room.may_close = False
    with qtbot.waitSignal(window.quit_wanted):
        press(qtbot, window, "Ctrl+Q")


def test_the_next_start_stands_where_this_one_did(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    window.show_page("flights")
    window.resize(760, 700)
    room.list_page.split = "two"
    window.close()
    later = room.again()
    assert later.page_key == "flights"
    assert (later.width(), later.height()) == (760, 700)
    assert room.list_page.split == "two"


def test_the_window_fits_the_screen(room: Room, qtbot: QtBot) -> None:
    screen = room.window.screen().availableGeometry()
    assert screen.contains(QRect(screen.topLeft(), room.window.size()))
    window = shown(qtbot, room.window)
    window.resize(1600, 1000)
    window.close()
    assert screen.contains(QRect(screen.topLeft(), room.again().size()))


def test_it_may_be_made_as_small_as_half_a_small_screen(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    window.resize(720, 460)
    assert (window.width(), window.height()) == (720, 460)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (QRect(10, 40, 760, 460), QRect(10, 40, 760, 460)),
        (QRect(0, 0, 1160, 760), QRect(0, 32, 800, 468)),
        (QRect(700, 400, 760, 460), QRect(40, 40, 760, 460)),
        (QRect(-2000, -900, 300, 200), QRect(0, 32, 300, 200)),
    ],
)
def test_a_window_that_does_not_fit_is_moved_and_made_smaller(
    window: QRect, expected: QRect
) -> None:
    assert fitted(window, QRect(0, 32, 800, 468)) == expected


def test_a_spoilt_memory_does_no_harm(room: Room, qtbot: QtBot) -> None:
    room.file.write_text("[window]\ngeometry=nonsense\npage=gone\n[page-flights]\nsplit=\n")
    later = room.again()
    assert later.page_key == "overview"
    shown(qtbot, later)


def test_figures_lead_to_the_flights_behind_them(room: Room) -> None:
    query = FlightQuery(provider="openai")
    room.window.show_flights(query)
    assert room.window.page_key == "flights"
    room.window.show_page("overview")
    room.window.open_flight("flt_1")
    assert room.window.page_key == "flights"
    assert (room.list_page.queries, room.list_page.opened) == ([query], ["flt_1"])


def test_pause_and_resume_are_asked_for(room: Room, qtbot: QtBot) -> None:
    window = room.window
    window.show_status(RUNNING, URLS)
    with qtbot.waitSignal(window.pause_wanted):
        action(window, "Pause gateway").trigger()
    window.show_status(PAUSED, URLS)
    with qtbot.waitSignal(window.resume_wanted):
        action(window, "Resume gateway").trigger()
    window.show_status(GatewayStatus(state=GatewayState.STOPPED), {})
    assert not action(window, "Pause gateway").isEnabled()


def test_base_urls_can_be_copied(room: Room) -> None:
    room.window.show_status(RUNNING, URLS)
    action(room.window, f"OpenAI   {URL}/v1").trigger()
    assert QGuiApplication.clipboard().text() == f"{URL}/v1"
    action(room.window, f"Anthropic   {URL}").trigger()
    assert QGuiApplication.clipboard().text() == URL


def test_banners_come_and_go_with_their_cause(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    window.show_status(RUNNING, URLS)
    window.show_recording(RecorderStatus(recording=True))
    assert window.troubles.words == []
    problem = "Port 3333 on 127.0.0.1 is held by ollama (pid 812)."
    window.show_status(GatewayStatus(state=GatewayState.FAILED, problem=problem), {})
    window.show_recording(RecorderStatus(recording=False, problem="The disk is full.", dropped=12))
    window.troubles.show_settings("config.toml, line 4: http.port: a number is expected", ["odd"])
    said = window.troubles.words
    assert len(said) == 3
    assert problem in said[0]
    assert "The disk is full. 12 flights not kept." in said[1]
    assert "config.toml, line 4" in said[2]
    assert "odd" not in said[2]
    window.troubles.show_settings("", ["config.toml: htp is no setting.", "second", "third"])
    said = window.troubles.words
    assert "something in it is not as it should be" in said[2]
    assert "htp is no setting. (and 2 more)" in said[2]
    window.show_status(RUNNING, URLS)
    window.show_recording(RecorderStatus(recording=True))
    window.troubles.show_settings("")
    assert window.troubles.words == []


def test_what_could_not_be_recorded_is_said_until_it_is_dismissed(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    window.show_status(RUNNING, URLS)
    behind = RecorderStatus(recording=True, left_out=1200, dropped=1, fell_behind=True)
    window.show_recording(behind)
    assert window.troubles.words == [
        "Not everything could be recorded. Requests still go through. More came at once than can "
        "be written down. Since the start kept with their figures alone: 1,200 flights. "
        "Since the start not kept: 1 flight."
    ]
    close = next(
        child
        for child in window.troubles.findChildren(QAbstractButton)
        if child.isVisible() and child.accessibleName() == "Dismiss"
    )
    close.click()
    window.show_recording(behind)
    assert window.troubles.words == []
    window.show_recording(replace(behind, left_out=1201))
    assert "1,201" in window.troubles.words[0]
    window.show_recording(RecorderStatus(recording=True, left_out=1201, dropped=1))
    assert window.troubles.words == []


def test_a_gateway_that_failed_can_be_tried_again(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    window.show_status(GatewayStatus(state=GatewayState.FAILED, problem="No."), {})
    button = next(
        child
        for child in window.findChildren(QWidget)
        if getattr(child, "text", str)() == "Try again" and child.isVisible()
    )
    with qtbot.waitSignal(window.troubles.retry_wanted):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_recording_that_was_switched_off_is_no_trouble(room: Room, qtbot: QtBot) -> None:
    window = shown(qtbot, room.window)
    window.show_recording(RecorderStatus(recording=False))
    assert window.troubles.words == []
    labels = [label.text() for label in window.findChildren(QLabel) if label.isVisible()]
    assert "Recording is off" in labels


def test_the_look_is_chosen_in_the_menu(room: Room, theme: Theme) -> None:
    assert action(room.window, "Light").isChecked()
    action(room.window, "Dark").trigger()
    assert theme.appearance is Appearance.DARK
    assert action(room.window, "Dark").isChecked()
    assert not action(room.window, "Light").isChecked()
    action(room.window, "As the system").trigger()
    assert theme.appearance is Appearance.SYSTEM
