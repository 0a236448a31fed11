"""Buttons, banners, tabs, choices, code blocks: what they say and what they answer to."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor, QGuiApplication, QImage
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QTableWidget, QWidget
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind, CopyButton
from llmgw_desktop.ui.widgets.cards import Card, EmptyState, Line
from llmgw_desktop.ui.widgets.dialogs import FormDialog
from llmgw_desktop.ui.widgets.fields import SearchField
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.panes import TabStrip, ThinSplitter
from llmgw_desktop.ui.widgets.texts import CodeBlock, MarkdownText
from llmgw_desktop.ui.widgets.toggles import Segmented
from llmgw_desktop.ui.widgets.view_clothes import dress_header, dress_view


def picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


@pytest.mark.parametrize("kind", list(ButtonKind))
def test_a_button_shows_each_of_its_states(theme: Theme, qtbot: QtBot, kind: ButtonKind) -> None:
    button = Button(theme, "Send", kind=kind, icon="send")
    qtbot.addWidget(button)
    button.show()
    calm = picture(button)
    button.setDown(True)
    pressed = picture(button)
    button.setDown(False)
    button.setEnabled(False)
    off = picture(button)
    button.setEnabled(True)
    button.activateWindow()
    qtbot.waitUntil(button.isActiveWindow)
    button.clearFocus()  # the window that came up may have given it away already
    button.setFocus(Qt.FocusReason.TabFocusReason)
    focused = picture(button)
    shown = [calm, pressed, off, focused]
    assert all(one != other for i, one in enumerate(shown) for other in shown[i + 1 :])


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_presses_the_button_that_has_the_focus(
    theme: Theme, qtbot: QtBot, key: Qt.Key
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = FormDialog(theme, "New route", "Add route", window)
    said: list[str] = []
    dialog.save_wanted.connect(lambda: said.append("saved"))
    dialog.rejected.connect(lambda: said.append("left"))
    dialog.show()
    qtbot.keyClick(dialog._save, key)
    assert said == ["saved"]
    qtbot.keyClick(dialog._cancel, key, Qt.KeyboardModifier.ControlModifier)
    assert said == ["saved"]
    qtbot.keyClick(dialog._cancel, key)
    assert said == ["saved", "left"]


def test_a_click_leaves_the_focus_where_it_was(theme: Theme, qtbot: QtBot) -> None:
    box = QWidget()
    row = QHBoxLayout(box)
    field, button = SearchField(theme, "Filter"), Button(theme, "Go")
    row.addWidget(field)
    row.addWidget(button)
    qtbot.addWidget(box)
    box.show()
    box.activateWindow()
    qtbot.waitUntil(box.isActiveWindow)
    field.setFocus()
    with qtbot.waitSignal(button.clicked):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert field.hasFocus()
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert button.hasFocus()
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_Space)


def test_a_button_is_wide_enough_for_its_words(theme: Theme, qtbot: QtBot) -> None:
    short, long = Button(theme, "Go"), Button(theme, "Send a test flight", icon="send")
    for each in (short, long):
        qtbot.addWidget(each)
        assert each.sizeHint().width() > each.fontMetrics().horizontalAdvance(each.text())
    assert short.sizeHint().height() == long.sizeHint().height()
    square = Button(theme, icon="copy", name="Copy")
    qtbot.addWidget(square)
    assert square.sizeHint().width() == square.sizeHint().height()
    assert (square.accessibleName(), square.toolTip()) == ("Copy", "Copy")


def test_copying_takes_the_text_of_the_moment_and_says_so(theme: Theme, qtbot: QtBot) -> None:
    texts = iter(["first", "second"])
    button = CopyButton(theme, lambda: next(texts), name="id")
    qtbot.addWidget(button)
    assert button.accessibleName() == "Copy id"
    before = picture(button)
    button.click()
    assert QGuiApplication.clipboard().text() == "first"
    assert picture(button) != before
    button.click()
    assert QGuiApplication.clipboard().text() == "second"
    qtbot.waitUntil(lambda: picture(button) == before)


def test_a_code_block_is_copied_whole(theme: Theme, qtbot: QtBot) -> None:
    block = CodeBlock(theme, "curl \\\n  -d '{}'", name="request")
    qtbot.addWidget(block)
    block.set_text("curl <b>x</b>")
    block.findChild(CopyButton).click()
    assert QGuiApplication.clipboard().text() == "curl <b>x</b>"


def test_labels_never_read_markup(theme: Theme, qtbot: QtBot) -> None:
    label = Label(theme, "<b>bold</b>")
    plain = QLabel("<b>bold</b>")
    for each in (label, plain):
        qtbot.addWidget(each)
    plain.setFont(label.font())
    assert label.sizeHint().width() > plain.sizeHint().width()


def test_a_label_s_tone_follows_the_scheme(theme: Theme, qtbot: QtBot) -> None:
    label = Label(theme, "3", tone=Tone.ERROR)
    qtbot.addWidget(label)
    for appearance in (Appearance.DARK, Appearance.LIGHT):
        theme.set_appearance(appearance)
        red = theme.colours.error
        qtbot.waitUntil(lambda red=red: label.palette().windowText().color() == red)
    label.set_tone(Tone.OK)
    assert label.palette().windowText().color() == theme.colours.ok


def test_a_banner_says_what_and_why_and_offers_one_way_out(theme: Theme, qtbot: QtBot) -> None:
    banner = Banner(theme)
    qtbot.addWidget(banner)
    assert banner.isHidden()
    mended: list[str] = []
    banner.say(
        BannerKind.ERROR,
        "The gateway is not running.",
        "Port 3333 is held by ollama (pid 812).",
        ("Try again", lambda: mended.append("tried")),
    )
    assert banner.words == "The gateway is not running. Port 3333 is held by ollama (pid 812)."
    assert banner.accessibleDescription() == banner.words
    act, *others, close = banner.findChildren(Button)
    assert all(other.isHidden() for other in others)
    qtbot.mouseClick(act, Qt.MouseButton.LeftButton)
    assert mended == ["tried"]
    banner.say(BannerKind.WARNING, "Something else.")
    assert banner.words == "Something else."
    assert not act.isVisible()
    ways = [(each, partial(mended.append, each)) for each in ("one", "two", "three")]
    banner.say(BannerKind.ERROR, "Choose.", "", *ways)
    for button in (act, *others):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert mended[1:] == ["one", "two", "three"]
    with qtbot.waitSignal(banner.dismissed):
        qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert banner.isHidden()


def test_a_banner_that_moves_the_page_lets_no_press_go_astray(
    theme: Theme, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hand that was on its way meets what has moved under it."""
    page, banner, below = QWidget(), Banner(theme), Button(theme, "Remove")
    qtbot.addWidget(page)
    v_box(theme, banner, below, on=page)
    presses: list[int] = []
    below.clicked.connect(lambda: presses.append(1))
    page.show()
    pointer = [QPoint(-1, -1)]
    monkeypatch.setattr(QCursor, "pos", lambda: pointer[0])
    banner.say(BannerKind.INFO, "Nobody points here.")
    qtbot.mouseClick(below, Qt.MouseButton.LeftButton)
    assert len(presses) == 1
    pointer[0] = page.geometry().center()
    banner.say(BannerKind.INFO, "It stood there before.")
    qtbot.mouseClick(below, Qt.MouseButton.LeftButton)
    assert len(presses) == 2
    banner.say(BannerKind.INFO, "")
    qtbot.mouseClick(below, Qt.MouseButton.LeftButton)
    assert len(presses) == 2, "what lay under the pointer has just moved"
    below.click()
    assert len(presses) == 3, "a key is no pointer"

    def pressed_again() -> None:
        qtbot.mouseClick(below, Qt.MouseButton.LeftButton)
        assert len(presses) == 4

    qtbot.waitUntil(pressed_again)


def test_banners_look_as_bad_as_they_are(theme: Theme, qtbot: QtBot) -> None:
    banner = Banner(theme)
    qtbot.addWidget(banner)
    banner.resize(500, 50)
    pictures = []
    for kind in BannerKind:
        banner.say(kind, "The same words.")
        pictures.append(picture(banner))
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]


def test_the_choice_moves_by_click_and_by_arrows(theme: Theme, qtbot: QtBot) -> None:
    spans = Segmented(theme, [("a", "15 min"), ("b", "1 hour"), ("c", "24 hours")], name="Span")
    qtbot.addWidget(spans)
    spans.resize(spans.sizeHint())
    chosen: list[str] = []
    spans.chosen.connect(chosen.append)
    assert (spans.key, spans.accessibleName()) == ("a", "Span: 15 min")
    right = QPoint(spans.width() - 10, spans.height() // 2)
    qtbot.mouseClick(spans, Qt.MouseButton.LeftButton, pos=right)
    qtbot.mouseClick(spans, Qt.MouseButton.LeftButton, pos=right)
    assert chosen == ["c"]
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Left, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(spans, key)
    assert chosen == ["c", "b", "a"]
    assert spans.accessibleName() == "Span: 15 min"
    spans.choose("gone")
    assert spans.key == "a"


def test_tabs_mark_the_chosen_one(theme: Theme, qtbot: QtBot) -> None:
    tabs = TabStrip(theme, name="Parts of the flight")
    qtbot.addWidget(tabs)
    for word in ("Overview", "Request", "Raw"):
        tabs.addTab(word)
    tabs.resize(400, tabs.sizeHint().height())
    tabs.show()
    first = picture(tabs)
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=tabs.tabRect(2).center())
    assert tabs.currentIndex() == 2
    assert picture(tabs) != first
    assert tabs.accessibleName() == "Parts of the flight"


def test_escape_empties_the_filter_first(theme: Theme, qtbot: QtBot) -> None:
    field = SearchField(theme, "Filter flights")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "openai")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert field.accessibleName() == "Filter flights"


def test_a_filter_that_is_not_understood_says_why(theme: Theme, qtbot: QtBot) -> None:
    field = SearchField(theme, "Filter flights")
    qtbot.addWidget(field)
    field.resize(300, 30)
    fine = picture(field)
    field.set_wrong("There is no word «dura:».")
    assert field.toolTip() == field.accessibleDescription() == "There is no word «dura:»."
    assert picture(field) != fine
    field.set_wrong("")
    assert picture(field) == fine


def test_an_empty_state_has_room_for_a_way_on(theme: Theme, qtbot: QtBot) -> None:
    empty = EmptyState(theme, icon="flights", title="No flights yet", text="Send one.")
    qtbot.addWidget(empty)
    button = Button(theme, "Send a test flight")
    empty.add(CodeBlock(theme, "curl", name="request"))
    empty.add_buttons(button)
    empty.resize(700, 500)
    empty.show()
    assert empty.rect().contains(button.mapTo(empty, button.rect().center()))
    empty.set_words("Nothing matches")
    shown = [label.text() for label in empty.findChildren(QLabel) if label.isVisible()]
    assert "Nothing matches" in shown
    assert "Send one." not in shown


def test_dressed_views_follow_the_scheme(theme: Theme, qtbot: QtBot) -> None:
    table, splitter, area = QTableWidget(40, 2), ThinSplitter(theme), QScrollArea()
    splitter.setOrientation(Qt.Orientation.Vertical)
    splitter.addWidget(table)
    splitter.addWidget(area)
    qtbot.addWidget(splitter)
    dress_view(table, theme)
    dress_view(area, theme)
    dress_header(table.horizontalHeader(), theme)
    splitter.resize(400, 400)
    splitter.show()
    light = picture(splitter)
    theme.set_appearance(Appearance.DARK)
    assert picture(splitter) != light
    assert not splitter.childrenCollapsible()


def test_what_has_gone_is_not_painted_any_more(theme: Theme, qtbot: QtBot) -> None:
    """Everything hangs on the theme's signal, and the theme outlives it."""
    from shiboken6 import delete

    box = QWidget()
    row = QHBoxLayout(box)
    for each in (Card(theme), Line(theme), Label(theme, "x"), Button(theme, "x"), Banner(theme)):
        row.addWidget(each)
    row.addWidget(Segmented(theme, [("a", "b")], name="n"))
    row.addWidget(SearchField(theme, "n"))
    table = QTableWidget(2, 2)
    dress_view(table, theme)
    row.addWidget(table)
    delete(box)
    with qtbot.capture_exceptions() as raised:
        theme.set_appearance(Appearance.DARK)
    assert raised == []
    qtbot.wait(20)


def test_what_stands_behind_a_list_is_no_point_of_it(theme: Theme, qtbot: QtBot) -> None:
    """Agents write so; Markdown by itself would hang it on to the last point."""
    view = MarkdownText(theme, "Answer", margin=2)
    qtbot.addWidget(view)
    view.show_markdown("Risks:\n- one\n  goes on\n1. two\n\nStep: keep it\n- three\nNext: try\n")
    document, points = view.document(), list[str]()
    block = document.begin()
    while block.isValid():
        points += [block.text()] if block.textList() is not None else []
        block = block.next()
    assert points == ["one goes on", "two", "three"]
    assert "Next: try" in view.toPlainText().splitlines()
