"""A label that breaks what is too long for a line, and still gives it back whole."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QClipboard, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel

LONG = "vendor-" + "x" * 300 + "-end"


@pytest.fixture
def label(theme: Theme, qtbot: QtBot) -> FlowingLabel:
    made = FlowingLabel(theme, LONG)
    qtbot.addWidget(made)
    made.resize(200, made.heightForWidth(200))
    made.show()
    return made


def test_it_asks_for_no_more_width_than_a_few_letters(label: FlowingLabel) -> None:
    assert label.minimumSizeHint().width() < 100
    assert label.sizeHint().width() > 1000, "alone on a line where there is room for it"


def test_it_grows_downwards(label: FlowingLabel) -> None:
    line = label.fontMetrics().height()
    assert label.heightForWidth(10_000) < 2 * line
    assert label.heightForWidth(200) > 5 * line
    label.setText("short")
    assert label.heightForWidth(200) < 2 * line


def test_a_layout_gives_it_the_height_it_needs(theme: Theme, qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    column = QVBoxLayout(box)
    label = FlowingLabel(theme, LONG)
    column.addWidget(label)
    column.addStretch(1)
    box.resize(240, 600)
    box.show()
    assert label.height() == label.heightForWidth(label.width()) > 50


def test_words_are_broken_only_where_they_do_not_fit(theme: Theme, qtbot: QtBot) -> None:
    label = FlowingLabel(theme, "one two three four five six seven eight nine ten")
    qtbot.addWidget(label)
    lines = label.lines(120)
    assert len(lines) > 2
    assert " ".join(line.strip() for line in lines) == label.text()
    label.setText(LONG)
    assert "".join(label.lines(120)) == LONG


def test_readers_hear_the_words_unbroken(label: FlowingLabel) -> None:
    interface = QAccessible.queryAccessibleInterface(label)
    assert interface.text(QAccessible.Text.Name) == LONG
    assert interface.role() is QAccessible.Role.StaticText


def test_what_the_mouse_marked_is_copied_whole(label: FlowingLabel, qtbot: QtBot) -> None:
    QTest.mousePress(label, Qt.MouseButton.LeftButton, pos=QPoint(0, 2))
    QTest.mouseMove(label, QPoint(label.width(), label.height()))
    QTest.mouseRelease(
        label, Qt.MouseButton.LeftButton, pos=QPoint(label.width() - 1, label.height() - 1)
    )
    assert label.selectedText() == LONG
    QTest.keySequence(label, QKeySequence(QKeySequence.StandardKey.Copy))
    assert QGuiApplication.clipboard().text(QClipboard.Mode.Clipboard) == LONG
    QTest.mouseClick(label, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert label.selectedText() == ""


def test_a_double_click_marks_a_word(label: FlowingLabel, qtbot: QtBot) -> None:
    label.setText("alpha beta gamma")
    at = label.fontMetrics().horizontalAdvance("alpha b")
    QTest.mouseDClick(label, Qt.MouseButton.LeftButton, pos=QPoint(at, 5))
    assert label.selectedText() == "beta"


def test_the_menu_copies_all_where_nothing_is_marked(label: FlowingLabel, qtbot: QtBot) -> None:
    label.setText("alpha beta")
    menu = label.copy_menu()
    assert isinstance(menu, QMenu)
    menu.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == "alpha beta"


def test_new_words_take_the_marks_away(label: FlowingLabel, qtbot: QtBot) -> None:
    QTest.keySequence(label, QKeySequence(QKeySequence.StandardKey.SelectAll))
    assert label.selectedText() == LONG
    label.setText("other")
    assert label.selectedText() == ""
    assert not label.grab().isNull()


def test_nothing_is_no_trouble(label: FlowingLabel) -> None:
    label.setText("")
    assert label.sizeHint().width() < 10
    QTest.mouseDClick(label, Qt.MouseButton.LeftButton, pos=QPoint(3, 3))
    assert label.selectedText() == ""
    assert not label.grab().isNull()


def test_letters_beyond_two_bytes_are_marked_whole(label: FlowingLabel) -> None:
    label.setText("🛫🛬 flight\nnext")
    assert label.heightForWidth(1000) > 1.5 * label.fontMetrics().height()
    QTest.keySequence(label, QKeySequence(QKeySequence.StandardKey.SelectAll))
    assert label.selectedText() == "🛫🛬 flight\nnext"


def test_it_is_painted_in_its_tone(label: FlowingLabel, theme: Theme) -> None:
    image = label.grab().toImage()
    text = theme.colours.text
    inked = sum(
        image.pixelColor(x, y).lightness() < (text.lightness() + 255) / 2
        for x in range(0, image.width(), 2)
        for y in range(0, image.height(), 2)
    )
    assert inked > 100
