"""Every thing that can have the focus has a name for those who do not see it; all windows, both
schemes, in every state."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QPoint, QRect, QSettings, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleInterface, QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QScrollArea,
    QSplitterHandle,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from llmgw_desktop.domain.events import GatewayState
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.ui.access.page import AccessPage
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.compare.page import ComparePage
from llmgw_desktop.ui.flights.page import FlightsPage
from llmgw_desktop.ui.flights.table.flight_header import FlightHeader
from llmgw_desktop.ui.overview.pickable import Pickable
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.shell.tray import Tray
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.window.main_window import MainWindow
from llmgw_desktop.ui.window.sidebar import Sidebar
from tests.support.access_scene import set_access_scene
from tests.support.cli_scene import set_cli_scene
from tests.support.job_scene import set_job_scene
from tests.support.plain_panels import dissent, with_failures
from tests.support.routing_scene import set_full_scene
from tests.ui.at_once import run_at_once
from tests.ui.plain_gateway import NOW_S, PlainGateway, ended_flight, running_flight


@pytest.fixture(params=["empty", "full", "failed"])
def window(
    request: pytest.FixtureRequest,
    theme: Theme,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MainWindow]:
    monkeypatch.setattr(Bridge, "run", run_at_once)
    gateway = PlainGateway(tmp_path / "access.key")
    if request.param == "full":
        gateway.reader.waves = True
        gateway.reader.flights = [ended_flight(number) for number in range(40)]
        gateway.under_way = [running_flight(1)]
        set_full_scene(gateway)
        set_cli_scene(gateway)
        gateway.compare.fill()
        gateway.compare.panels.keep(dissent(NOW_S))
        gateway.compare.panels.keep(with_failures(NOW_S - 60))
        set_access_scene(gateway)
        set_job_scene(gateway.runs, gateway.places.jobs_folder)
        gateway.settings.env["GEMINI_API_KEY"] = "found"
    if request.param == "failed":
        gateway.control.move(GatewayState.FAILED, url="", problem="Port 3333 is taken.")
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    tray = Tray(theme.icons, lambda: False)
    shell = DesktopShell(gateway, theme, tray, settings)
    shell.show_window()
    assert shell.window is not None
    shell.window.activateWindow()
    pause(400)
    yield shell.window
    shell._bridge.close()
    gateway.close()
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


MOUSE_ALONE = (FlightHeader, FlowingLabel, QSplitterHandle)
"""What these do with the mouse can be done with keys elsewhere: the column menu, the copy buttons,
the button that moves the pane."""


def is_interactive(widget: QWidget) -> bool:
    return (
        widget.focusPolicy() is not Qt.FocusPolicy.NoFocus
        or isinstance(widget, QAbstractButton | QLineEdit | QComboBox | QTabBar)
        or hears_mouse(widget)
    )


def hears_mouse(widget: QWidget) -> bool:
    """Whether one of our own classes does something with a click."""
    events = ("mousePressEvent", "mouseReleaseEvent")
    return any(
        name in vars(kind)
        for kind in type(widget).__mro__
        if kind.__module__.startswith("llmgw_desktop")
        for name in events
    )


def nameless(window: QWidget) -> list[str]:
    found = []
    for each in window.findChildren(QWidget):
        if not each.isVisible() or not is_interactive(each):
            continue
        interface = QAccessible.queryAccessibleInterface(each)
        if interface is None or not interface.text(QAccessible.Text.Name).strip():
            found.append(f"{type(each).__name__} {each.objectName()} in {type(each.parent())}")
    return found


def roleless(window: QWidget) -> list[str]:
    """What can have the focus and is nothing in particular to a screen reader."""
    found = []
    for each in window.findChildren(QWidget):
        if each.isVisible() and is_interactive(each) and not isinstance(each, QScrollArea):
            interface = QAccessible.queryAccessibleInterface(each)
            if interface is None or interface.role() in NO_ROLES:
                found.append(f"{type(each).__name__} {name_of(each)}")
    return found


NO_ROLES = (QAccessible.Role.NoRole, QAccessible.Role.Client)


def tab_stops(window: QWidget, qtbot: QtBot) -> list[QWidget]:
    """Where the Tab key leads, beginning at the left upper entry, once around."""
    stops: list[QWidget] = []
    next(each for each in window.findChildren(QAbstractButton) if each.isVisible()).setFocus()
    for _ in range(200):
        at = QApplication.focusWidget()
        assert at is not None
        if at in stops:
            return stops
        stops.append(at)
        qtbot.keyClick(at, Qt.Key.Key_Tab)
    pytest.fail("the Tab key does not come back")


def place(window: QWidget, widget: QWidget) -> QRect:
    """As if nothing were scrolled: the Tab key scrolls what it comes to into sight."""
    at = widget.mapTo(window, QPoint(0, 0))
    for area in window.findChildren(QScrollArea):
        if area.isAncestorOf(widget):
            at += QPoint(0, area.verticalScrollBar().value())
    return QRect(at, widget.size())


def steps_back(window: QWidget, stops: list[QWidget]) -> list[str]:
    """Steps that a reader's eye would not make: upwards, or left within a line."""
    found = []
    for one, other in pairwise(stops):
        here, there = place(window, one), place(window, other)
        is_right_of = there.left() >= here.right()
        is_below = there.top() >= here.bottom() or there.center().y() > here.center().y()
        is_inside = here.contains(there)
        if not (is_right_of or is_below or is_inside):
            found.append(f"{name_of(one)} → {name_of(other)}")
    return found


def name_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else "?"


def make_poses(window: MainWindow, qtbot: QtBot) -> Iterator[str]:
    """The window in all that a person can bring it to without leaving it."""
    for size in ((1160, 760), (720, 560)):
        window.resize(*size)
        for key in ("overview", "compare", "scratch", "providers", "routes", "flights"):
            window.show_page(key)
            window.page(key)
            pause(300)
            yield f"{key} at {size}"
        yield from parts_of_access(window, size)
        yield from comparisons(window, size)
        page = window.findChild(FlightsPage)
        assert isinstance(page, FlightsPage)
        if page._states.is_browsing:
            page._table.choose_row(3)
            page._browser.open_pane()
            for tab in ("Request", "Response", "Timeline", "Route", "Raw", "Overview"):
                page._browser._pane.choose_tab(tab)
                pause(150)
                yield f"{tab} of a flight at {size}"
            page.show_query(FlightQuery(client="claude-code", since_s=0.0))
            pause(300)
            yield f"filtered flights at {size}"
            page.show_query(FlightQuery())
            pause(100)


def parts_of_access(window: MainWindow, size: tuple[int, int]) -> Iterator[str]:
    window.show_page("access")
    page = window.page("access")
    assert isinstance(page, AccessPage)
    for tab in ("waiting", "holders", "decisions", "changes", "workspaces", "worktrees"):
        page.show_tab(tab)
        pause(300)
        yield f"{tab} of access at {size}"
    page.show_tab("waiting")


def comparisons(window: MainWindow, size: tuple[int, int]) -> Iterator[str]:
    page = window.findChild(ComparePage)
    assert isinstance(page, ComparePage)
    window.show_page("compare")
    for panel_id in tuple(page._compare.panels.runs):  # type: ignore[attr-defined]
        page.open_panel(panel_id)
        pause(500)
        yield f"comparison {panel_id} at {size}"
        page.bar.change.click()
        pause(300)
        yield f"comparison {panel_id} being changed at {size}"
    page._begin_anew()
    window.show_page("flights")
    pause(200)


def pause(ms: int) -> None:
    """In a loop of Qt's own: a waiting test would keep the interpreter's lock from the reader."""
    waiting = QEventLoop()
    QTimer.singleShot(ms, waiting.quit)
    waiting.exec()


def test_names_keys_and_the_tab_key_in_every_pose(window: MainWindow, qtbot: QtBot) -> None:
    """All of it on one walk: to bring the window from pose to pose is what takes time."""
    poses = 0
    for pose in make_poses(window, qtbot):
        assert nameless(window) == [], pose
        assert roleless(window) == [], pose
        stops = tab_stops(window, qtbot)
        assert mouse_alone(window, stops) == [], pose
        assert_goes_as_the_eye_does(window, stops, pose)
        poses += 1
    assert poses >= 16


def mouse_alone(window: QWidget, stops: list[QWidget]) -> list[str]:
    """What the mouse can do and keys cannot."""
    groups = {each.group() for each in stops if isinstance(each, QAbstractButton)} - {None}
    found = []
    for each in window.findChildren(QWidget):
        if not each.isVisible() or not each.isEnabled() or isinstance(each, MOUSE_ALONE):
            continue
        is_button = isinstance(each, QAbstractButton)
        if is_button and each.group() in groups:
            continue  # arrows lead from one to the other
        is_ours = (is_button or hears_mouse(each)) and not is_part_of_a_view(each)
        if is_ours and each not in stops and counts(each):
            found.append(f"{type(each).__name__} {name_of(each)}")
    return found


def assert_goes_as_the_eye_does(window: QWidget, stops: list[QWidget], pose: str) -> None:
    assert len(stops) >= 2, pose
    assert all(each.isVisible() for each in stops), pose
    sidebar = window.findChild(Sidebar)  # folded to its icons where the window is narrow
    side = [each for each in stops if sidebar.isAncestorOf(each)]
    page = [each for each in stops if each not in side]
    assert stops == side + page, f"first the sidebar, then the page: {pose}"
    assert steps_back(window, side) == [], pose
    assert steps_back(window, page) == [], pose


def counts(widget: QWidget) -> bool:
    """A picture of nothing has nothing to pick."""
    return not isinstance(widget, Pickable) or widget.count_of_things() > 0


def is_part_of_a_view(widget: QWidget) -> bool:
    """Corner and clear buttons that Qt itself makes."""
    return isinstance(widget.parentWidget(), QLineEdit | QAbstractItemView | QTabBar)


def test_the_test_itself_finds_a_step_back(window: MainWindow, qtbot: QtBot) -> None:
    entry, pause_button = (
        next(each for each in window.findChildren(QAbstractButton) if name_of(each) == name)
        for name in ("Overview", "Pause gateway")
    )
    assert steps_back(window, [entry, pause_button]) == []
    assert steps_back(window, [pause_button, entry]) != []


def test_arrows_and_space_lead_from_page_to_page(window: MainWindow, qtbot: QtBot) -> None:
    entry = tab_stops(window, qtbot)[0]
    entry.setFocus()
    qtbot.keyClick(entry, Qt.Key.Key_Down)
    at = QApplication.focusWidget()
    assert at is not None
    qtbot.keyClick(at, Qt.Key.Key_Space)
    assert window.page_key == "flights"


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_whatever_can_have_the_focus_has_a_name(
    window: MainWindow, theme: Theme, qtbot: QtBot, appearance: Appearance
) -> None:
    theme.set_appearance(appearance)
    for key in ("overview", "flights", "compare", "providers", "routes"):
        window.show_page(key)
        window.page(key)
        qtbot.wait(300)
        assert nameless(window) == []
    keys = next(a for a in window.findChildren(QAction) if a.text() == "&Keyboard shortcuts")
    keys.trigger()
    qtbot.waitUntil(lambda: window.findChild(QDialog) is not None)
    dialog = window.findChild(QDialog)
    assert isinstance(dialog, QDialog)
    assert nameless(dialog) == []
    dialog.close()


@pytest.mark.parametrize("page", ["providers", "routes"])
def test_dialogs_are_walked_with_keys(window: MainWindow, qtbot: QtBot, page: str) -> None:
    window.show_page(page)
    window.page(page)
    qtbot.wait(100)
    adders = [each for each in window.findChildren(Button) if each.text() in ADDERS]
    next(each for each in adders if each.isVisible()).click()
    dialog = window.findChild(QDialog)
    assert isinstance(dialog, QDialog)
    qtbot.waitUntil(dialog.isVisible)
    dialog.activateWindow()
    qtbot.waitUntil(lambda: dialog.isAncestorOf(QApplication.focusWidget() or window))
    assert nameless(dialog) == []
    stops: list[QWidget] = []
    while (at := QApplication.focusWidget()) not in stops:
        assert at is not None
        stops.append(at)
        qtbot.keyClick(at, Qt.Key.Key_Tab)
    assert len(stops) >= 5
    assert steps_back(dialog, stops) == []
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not window.findChildren(QDialog))


ADDERS = {"Add a vendor…", "Add provider…", "Add route…"}


def test_the_test_itself_finds_a_nameless_button(window: MainWindow) -> None:
    from PySide6.QtWidgets import QPushButton

    button = QPushButton(window.centralWidget())
    button.show()
    assert any("QPushButton" in each for each in nameless(window))
    assert "QPushButton " in mouse_alone(window, stops=[])


def test_the_tree_for_screen_readers_holds_the_pages(window: MainWindow) -> None:
    root = QAccessible.queryAccessibleInterface(window)
    assert root is not None
    names = {each.text(QAccessible.Text.Name) for each in walk(root)}
    assert {"Overview", "Flights", "Compare", "Providers", "Routes", "LLM Gateway"} <= names
