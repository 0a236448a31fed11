"""Switches, quota bars, marks, fields and the notice with a way back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from llmgw_desktop.domain.provider import AccountState
from llmgw_desktop.ui.providers.account_row import standing_mark
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.widgets import notices
from llmgw_desktop.ui.widgets.fields import ChoiceBox, Field, TextLine
from llmgw_desktop.ui.widgets.kept_rows import FilledBar, Filling
from llmgw_desktop.ui.widgets.label import MarkIcon, Tone
from llmgw_desktop.ui.widgets.notices import UndoNotice
from llmgw_desktop.ui.widgets.toggles import Switch


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def grey(widget: QWidget) -> QImage:
    """As those see it who see no colours."""
    return picture(widget).convertToFormat(QImage.Format.Format_Grayscale8)


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_a_switch_tells_its_state_without_colour(
    theme: Theme, qtbot: QtBot, appearance: Appearance
) -> None:
    theme.set_appearance(appearance)
    switch = Switch(theme, name="Use it")
    qtbot.addWidget(switch)
    switch.show()
    off = grey(switch)
    switch.setChecked(True)
    assert grey(switch) != off


def test_keys_turn_a_switch(theme: Theme, qtbot: QtBot) -> None:
    switch = Switch(theme, name="Use it")
    qtbot.addWidget(switch)
    switch.show()
    with qtbot.waitSignal(switch.clicked):
        QTest.keyClick(switch, Qt.Key.Key_Space)
    assert switch.isChecked()


def test_every_state_has_a_shape_of_its_own(theme: Theme, qtbot: QtBot) -> None:
    icons = [standing_mark(state)[0] for state in AccountState]
    assert len(set(icons)) == len(AccountState)
    mark = MarkIcon(theme, "ok")
    qtbot.addWidget(mark)
    drawn = []
    for icon in icons:
        mark.show_mark(icon, Tone.TEXT)
        drawn.append(picture(mark))
    assert all(one != other for i, one in enumerate(drawn) for other in drawn[i + 1 :])


def test_a_bar_tells_much_little_and_unknown_apart(theme: Theme, qtbot: QtBot) -> None:
    bar = FilledBar(theme)
    qtbot.addWidget(bar)
    drawn = []
    for share in (1.0, 0.4, 0.0, None):
        bar.show_filling(Filling(share))
        drawn.append(grey(bar))
    assert all(one != other for i, one in enumerate(drawn) for other in drawn[i + 1 :])


def test_a_field_says_what_is_wrong_in_place_of_its_hint(theme: Theme, qtbot: QtBot) -> None:
    line = TextLine(theme)
    field = Field(theme, "Name", line, "Small letters.")
    qtbot.addWidget(field)
    assert (line.accessibleName(), field.note) == ("Name", "Small letters.")
    field.set_wrong("Taken already.")
    assert (field.note, line.accessibleDescription()) == ("Taken already.", "Taken already.")
    field.set_wrong("")
    assert field.note == "Small letters."


def test_a_choice_says_of_what_it_is_beside_its_hint(theme: Theme, qtbot: QtBot) -> None:
    """On Linux the name of a box is what is chosen: its description alone can say it."""
    choice = ChoiceBox(theme, [("a", "One")], name="Kind")
    field = Field(theme, "Kind", choice, "How it is spoken with.")
    qtbot.addWidget(field)
    field.set_hint("Over the network.")
    assert choice.accessibleDescription() == "Kind. Over the network."
    field.set_hint("")
    assert choice.accessibleDescription() == "Kind"


def test_a_choice_keeps_to_what_it_knows(theme: Theme, qtbot: QtBot) -> None:
    choice = ChoiceBox(theme, [("a", "One"), ("b", "Two")], name="Kind")
    qtbot.addWidget(choice)
    choice.choose("b")
    choice.choose("stale")
    assert (choice.key, choice.currentText()) == ("b", "Two")


class Way:
    """Back."""

    def __init__(self) -> None:
        self.taken = 0

    def __call__(self) -> None:
        self.taken += 1


@pytest.fixture
def room(theme: Theme, qtbot: QtBot) -> QWidget:
    room = QWidget()
    room.resize(400, 300)
    qtbot.addWidget(room)
    room.show()
    return room


def test_the_way_back_is_offered_once(theme: Theme, room: QWidget) -> None:
    notice, way = UndoNotice(theme, room), Way()
    notice.say("It is off.", way)
    assert notice.isVisible()
    assert room.rect().contains(notice.geometry())
    notice.undo()
    notice.undo()
    assert way.taken == 1
    assert not notice.isVisible()


def test_the_way_back_ends_by_itself(
    theme: Theme, room: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert notices.SHOWN_MS == 10_000
    monkeypatch.setattr(notices, "SHOWN_MS", 20)
    notice, way = UndoNotice(theme, room), Way()
    notice.say("It is off.", way)
    qtbot.waitUntil(lambda: not notice.isVisible())
    notice.undo()
    assert way.taken == 0


def test_a_box_of_choices_is_named_in_its_own_sheet(theme: Theme, qtbot: QtBot) -> None:
    box = ChoiceBox(theme, [("a", "A")], name="Letter")
    qtbot.addWidget(box)
    rules = [rule.split("{")[0] for rule in box.styleSheet().split("}") if "{" in rule]
    name = box.metaObject().className()
    assert rules
    assert all(rule.split()[0].split(":")[0] == name for rule in rules), rules
