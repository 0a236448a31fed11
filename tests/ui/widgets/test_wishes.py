"""What serves people who use neither mouse nor keys toggles a switch: that is their wish, too."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QWidget
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.label import put_tip, tip
from llmgw_desktop.ui.widgets.toggles import Switch, Tick


def does(button: QAbstractButton, action: str) -> None:
    interface = QAccessible.queryAccessibleInterface(button)
    assert interface is not None
    acting = interface.actionInterface()
    assert action in acting.actionNames()
    acting.doAction(action)


@pytest.mark.parametrize("action", ["Toggle", "Press"])
def test_a_wish_is_told_once(theme: Theme, qtbot: QtBot, action: str) -> None:
    switch = Switch(theme, name="Provider on")
    qtbot.addWidget(switch)
    told: list[bool] = []
    switch.clicked[bool].connect(told.append)
    does(switch, action)  # what is pressed stays down for a moment, and is a click after it
    qtbot.waitUntil(lambda: (switch.isChecked(), told) == (True, [True]))
    does(switch, action)
    qtbot.waitUntil(lambda: (switch.isChecked(), told) == (False, [True, False]))


def test_a_fact_is_no_wish(theme: Theme, qtbot: QtBot) -> None:
    switch = Switch(theme, name="Provider on")
    qtbot.addWidget(switch)
    told: list[bool] = []
    switch.clicked[bool].connect(told.append)
    switch.setChecked(True)
    assert told == []
    switch.click()
    assert told == [False]


def test_one_of_several_tells_of_itself_alone(theme: Theme, qtbot: QtBot) -> None:
    ring, told = QButtonGroup(), []
    ticks = [Tick(theme, word, is_ring=True) for word in ("All", "Some")]
    for tick in ticks:
        qtbot.addWidget(tick)
        ring.addButton(tick)
        tick.clicked.connect(lambda on, tick=tick: told.append((tick.text(), on)))
    ticks[0].setChecked(True)
    does(ticks[1], "Toggle")
    assert told == [("Some", True)]
    role = QAccessible.queryAccessibleInterface(ticks[1]).role()
    assert role is QAccessible.Role.RadioButton


def test_a_tip_is_heard_without_its_markup(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    put_tip(widget, tip("<b>" + "word " * 30))
    assert widget.accessibleDescription() == ("<b>" + "word " * 30).strip()
    put_tip(widget, tip("short"))
    assert (widget.toolTip(), widget.accessibleDescription()) == ("short", "")
    widget.setAccessibleDescription("its own")
    put_tip(widget, tip("word " * 30))
    assert widget.accessibleDescription() == "its own"
