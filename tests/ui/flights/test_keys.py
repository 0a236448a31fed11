"""Every key of the flights list, as the keyboard gives it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from llmgw_desktop.domain.flights.flight import FlightQuery
from tests.support.flight_page import FlightBench
from tests.support.made_flights import flight_id, summary

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def table_has_focus(bench: FlightBench, qtbot: object) -> None:
    bench.table.setFocus()
    qtbot.waitUntil(bench.table.hasFocus)


def press(qtbot: object, widget: QWidget, key: Qt.Key, *modifiers: Qt.KeyboardModifier) -> None:
    qtbot.keyClick(widget, key, *modifiers)


def test_j_and_k_and_arrows_move(bench: FlightBench, qtbot: object) -> None:
    rows = []
    for key in (Qt.Key.Key_J, Qt.Key.Key_J, Qt.Key.Key_K, Qt.Key.Key_Down, Qt.Key.Key_Up):
        press(qtbot, bench.table, key)
        rows.append(bench.table.chosen_row)
    assert rows == [0, 1, 0, 1, 0]


def test_enter_opens_and_esc_goes_back_step_by_step(bench: FlightBench, qtbot: object) -> None:
    press(qtbot, bench.table, Qt.Key.Key_J)
    assert not bench.browser.is_open
    press(qtbot, bench.table, Qt.Key.Key_Return)
    assert bench.browser.is_open
    bench.wait_open(qtbot, flight_id(999))
    inside = QApplication.focusWidget()
    assert bench.pane.isAncestorOf(inside)
    press(qtbot, inside, Qt.Key.Key_Escape)
    assert bench.table.hasFocus()
    assert bench.browser.is_open
    press(qtbot, bench.table, Qt.Key.Key_Escape)
    assert not bench.browser.is_open


def test_the_filter_is_one_key_away_and_ctrl_l_clears_it(bench: FlightBench, qtbot: object) -> None:
    field = bench.filter._field
    press(qtbot, bench.table, Qt.Key.Key_Slash)
    assert field.hasFocus()
    qtbot.keyClicks(field, "a/b")
    assert field.text() == "a/b"
    qtbot.waitUntil(lambda: bench.filter.query.text == "a/b")
    press(qtbot, field, Qt.Key.Key_L, CTRL)
    assert field.text() == ""
    assert bench.filter.query == FlightQuery()
    bench.table.setFocus()
    press(qtbot, bench.table, Qt.Key.Key_F, CTRL)
    assert field.hasFocus()
    press(qtbot, field, Qt.Key.Key_Return)
    qtbot.waitUntil(bench.table.hasFocus)


def test_space_follows_the_newest(bench: FlightBench, qtbot: object) -> None:
    press(qtbot, bench.table, Qt.Key.Key_Space)
    assert bench.filter.follow.isChecked()
    assert bench.table.chosen_row == 0
    bench.record(2)
    qtbot.waitUntil(lambda: bench.model.rowCount() == 1002)
    assert bench.table.chosen_flight() == summary(1001)
    press(qtbot, bench.table, Qt.Key.Key_J)
    assert not bench.filter.follow.isChecked()


def test_home_and_end(bench: FlightBench, qtbot: object) -> None:
    press(qtbot, bench.table, Qt.Key.Key_End)
    assert bench.table.chosen_row == 999
    press(qtbot, bench.table, Qt.Key.Key_Home)
    assert bench.table.chosen_row == 0


def test_letters_look_for_nothing(bench: FlightBench, qtbot: object) -> None:
    calls = len(bench.reader.calls)
    qtbot.keyClicks(bench.table, "claude")
    assert len(bench.reader.calls) == calls


def test_all_keys_are_actions_with_words(bench: FlightBench) -> None:
    actions = [*bench.page.actions(), *bench.table.actions()]
    keys = {key.toString() for action in actions for key in action.shortcuts()}
    assert keys >= {"Ctrl+F", "/", "Ctrl+L", "J", "K", "Return", "Esc", "Space", "Ctrl+Shift+C"}
    assert all(action.text() for action in actions)
