"""Bars and lines are picked with keys as with the mouse, and heard while they are chosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.overview.line_lists import BarShare, RunningLine, RunningList, ShareBars
from llmgw_desktop.ui.overview.pickable import Pickable
from llmgw_desktop.ui.overview.stacked_bars import Bar, StackedBars
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button


def shares(theme: Theme) -> ShareBars:
    made = ShareBars(theme, "Flights by provider")
    made.show_shares([BarShare(name=f"p{at}", share=0.2, words=f"{at} flights") for at in range(3)])
    return made


def running(theme: Theme) -> RunningList:
    made = RunningList(theme)
    lines = [
        RunningLine(
            flight_id=f"flt_{at}", client=f"c{at}", model="gpt", progress="waiting", elapsed="4.2 s"
        )
        for at in range(3)
    ]
    made.show_lines(lines, 3)
    return made


def bars(theme: Theme) -> StackedBars:
    made = StackedBars(theme, ("fresh",), name="Input tokens")
    made.show_bars(
        [Bar(parts=(1.0,), words=lambda at=at: f"bar {at}\nmore") for at in range(3)], 0, 45
    )
    return made


MAKE: dict[str, Callable[[Theme], Pickable]] = {
    "shares": shares,
    "running": running,
    "bars": bars,
}
KEYS = {
    "shares": (Qt.Key.Key_Up, Qt.Key.Key_Down),
    "running": (Qt.Key.Key_Up, Qt.Key.Key_Down),
    "bars": (Qt.Key.Key_Left, Qt.Key.Key_Right),
}


class Stage:
    def __init__(self, kind: str, theme: Theme, qtbot: QtBot) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        column = QVBoxLayout(self.window)
        self.before = Button(theme, "before")
        self.picture = MAKE[kind](theme)
        for each in (self.before, self.picture, Button(theme, "after")):
            column.addWidget(each)
        self.back, self.forth = KEYS[kind]
        self.picked: list[int] = []
        self.picture.picked.connect(self.picked.append)
        self.window.resize(500, 400)
        self.window.show()
        self.window.activateWindow()
        self.before.setFocus()
        qtbot.waitUntil(self.before.hasFocus)
        qtbot.keyClick(self.before, Qt.Key.Key_Tab)

    def heard(self) -> str:
        interface = QAccessible.queryAccessibleInterface(self.picture)
        return interface.text(QAccessible.Text.Name)


@pytest.fixture(params=list(MAKE))
def stage(request: pytest.FixtureRequest, theme: Theme, qtbot: QtBot) -> Stage:
    return Stage(request.param, theme, qtbot)


def test_tab_leads_to_it_arrows_within_enter_picks(stage: Stage, qtbot: QtBot) -> None:
    picture = stage.picture
    assert picture.hasFocus()
    for key in (Qt.Key.Key_Return, stage.forth, Qt.Key.Key_Space, stage.forth, stage.forth):
        qtbot.keyClick(picture, key)
    qtbot.keyClick(picture, Qt.Key.Key_Enter)
    for key in (stage.back, Qt.Key.Key_Return, Qt.Key.Key_Home, Qt.Key.Key_Return):
        qtbot.keyClick(picture, key)
    for key in (Qt.Key.Key_End, Qt.Key.Key_Return):
        qtbot.keyClick(picture, key)
    assert stage.picked == [0, 1, 2, 1, 0, 2]
    qtbot.keyClick(picture, Qt.Key.Key_Tab)
    assert not picture.hasFocus()


def test_a_screen_reader_hears_which_one(stage: Stage, qtbot: QtBot) -> None:
    name = stage.heard().partition(":")[0]
    first = stage.heard()
    qtbot.keyClick(stage.picture, stage.forth)
    assert stage.heard().startswith(f"{name}: ")
    assert stage.heard() != first
    assert "\n" not in stage.heard()
    stage.before.setFocus()
    assert stage.heard() == name


def test_the_chosen_one_is_marked_where_keys_led(stage: Stage, qtbot: QtBot) -> None:
    marked = stage.picture.grab().toImage()
    qtbot.keyClick(stage.picture, stage.forth)
    assert stage.picture.grab().toImage() != marked
    stage.before.setFocus()
    assert stage.picture.grab().toImage() != marked


def test_a_click_picks_what_is_under_it(stage: Stage, qtbot: QtBot) -> None:
    picture = stage.picture
    for index in (2, 0):
        qtbot.mouseClick(picture, Qt.MouseButton.LeftButton, pos=picture.area_of(index).center())
    qtbot.mouseClick(picture, Qt.MouseButton.RightButton, pos=picture.area_of(1).center())
    assert stage.picked == [2, 0]


def test_a_click_beside_them_picks_nothing(theme: Theme, qtbot: QtBot) -> None:
    stage = Stage("bars", theme, qtbot)
    beside = QPoint(2, stage.picture.height() // 2)
    assert not any(stage.picture.area_of(index).contains(beside) for index in range(3))
    qtbot.mouseClick(stage.picture, Qt.MouseButton.LeftButton, pos=beside)
    assert stage.picked == []


def test_where_there_is_nothing_tab_does_not_stop(theme: Theme, qtbot: QtBot) -> None:
    empty = RunningList(theme)
    qtbot.addWidget(empty)
    assert empty.focusPolicy() is Qt.FocusPolicy.NoFocus
    full = running(theme)
    qtbot.addWidget(full)
    assert full.focusPolicy() is Qt.FocusPolicy.TabFocus
    full.show_lines([], 0)
    assert full.focusPolicy() is Qt.FocusPolicy.NoFocus
    qtbot.keyClick(full, Qt.Key.Key_Return)


def test_fewer_things_leave_none_chosen_that_is_not_there(theme: Theme, qtbot: QtBot) -> None:
    stage = Stage("shares", theme, qtbot)
    qtbot.keyClick(stage.picture, Qt.Key.Key_End)
    stage.picture.show_shares([BarShare(name="only", share=1.0, words="1")])  # type: ignore[attr-defined]
    assert stage.heard() == "Flights by provider: only: 1"
    qtbot.keyClick(stage.picture, Qt.Key.Key_Return)
    assert stage.picked == [0]


def test_bars_tell_with_keys_what_they_tell_the_pointer(theme: Theme, qtbot: QtBot) -> None:
    stage = Stage("bars", theme, qtbot)
    qtbot.keyClick(stage.picture, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: QToolTip.text() == "bar 1\nmore")
    stage.before.setFocus()
    qtbot.waitUntil(lambda: QToolTip.text() == "")
