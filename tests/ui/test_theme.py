"""Light and dark, fonts and distances."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from llmgw_desktop.ui.palettes import dark_colours
from llmgw_desktop.ui.theme import Appearance, TextSize, Theme
from llmgw_desktop.ui.widgets.fields import TextLine
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.view_clothes import SHEETS


def test_the_scheme_changes_everything_at_once(
    qapp: QApplication, theme: Theme, qtbot: QtBot
) -> None:
    light = qapp.palette().color(QPalette.ColorRole.Window)
    with qtbot.waitSignal(theme.changed):
        theme.set_appearance(Appearance.DARK)
    assert theme.colours.is_dark
    assert qapp.palette().color(QPalette.ColorRole.Window) == theme.colours.window != light


def test_a_change_puts_on_style_sheets_a_few_in_a_turn_and_first_what_is_in_sight(
    theme: Theme, qtbot: QtBot
) -> None:
    """Each takes Qt half a millisecond, and a window has a hundred."""
    fields = [TextLine(theme) for _ in range(40)]
    labels = [Label(theme, "x", tone=Tone.ERROR) for _ in range(300)]
    for each in (*fields, *labels):
        qtbot.addWidget(each)
    fields[30].show()
    dark, turns = dark_colours().surface.name(), list[list[int]]()

    def note() -> None:
        worn = [at for at, each in enumerate(fields) if dark in each.styleSheet()]
        turns.append(worn)
        if len(worn) < len(fields):
            QTimer.singleShot(0, note)

    theme.set_appearance(Appearance.DARK)
    note()
    qtbot.waitUntil(lambda: len(turns[-1]) == len(fields))
    assert 30 in next(filter(None, turns))
    sizes = [len(worn) for worn in turns]
    assert max(later - sooner for sooner, later in pairwise([0, *sizes])) <= SHEETS
    qtbot.waitUntil(
        lambda: all(it.palette().windowText().color() == theme.colours.error for it in labels)
    )


def test_what_is_gone_before_its_turn_is_left_out(theme: Theme, qtbot: QtBot) -> None:
    fields = [TextLine(theme) for _ in range(30)]
    theme.set_appearance(Appearance.DARK)
    for each in fields[:29]:
        delete(each)
    with qtbot.capture_exceptions() as raised:
        qtbot.waitUntil(lambda: theme.colours.surface.name() in fields[29].styleSheet())
    assert raised == []
    delete(fields[29])


def test_the_same_choice_again_changes_nothing(theme: Theme, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_appearance(Appearance.LIGHT)


def test_the_system_is_followed_only_when_asked(qapp: QApplication, theme: Theme) -> None:
    hints = qapp.styleHints()
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert not theme.colours.is_dark
    theme.set_appearance(Appearance.SYSTEM)
    assert theme.colours.is_dark
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert not theme.colours.is_dark
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Unknown)
    assert not theme.colours.is_dark


@pytest.mark.parametrize(
    ("appearance", "dark"), [(Appearance.LIGHT, False), (Appearance.DARK, True)]
)
def test_what_the_system_says_is_seen_in_the_palette_where_qt_cannot_tell(
    qapp: QApplication, theme: Theme, appearance: Appearance, dark: bool
) -> None:
    theme.set_appearance(appearance)
    second = Theme(qapp, Appearance.SYSTEM)
    assert second.colours.is_dark is dark


def test_the_shipped_fonts_are_used(theme: Theme) -> None:
    assert QFontInfo(theme.font()).family() == "Inter"
    assert QFontInfo(theme.font(weight=QFont.Weight.DemiBold)).weight() == 600
    assert QFontInfo(theme.mono_font()).family() == "JetBrains Mono"
    assert QFontInfo(theme.mono_font()).fixedPitch()


def test_figures_are_of_one_width_in_every_size(theme: Theme) -> None:
    for size in TextSize:
        metrics = QFontMetrics(theme.font(size))
        assert len({metrics.horizontalAdvance(digit * 4) for digit in "0123456789"}) == 1


def test_sizes_rise_and_distances_follow_the_text(theme: Theme) -> None:
    heights = [QFontMetrics(theme.font(size)).height() for size in TextSize]
    assert heights == sorted(set(heights))
    assert theme.space() == 4
    assert theme.space(2) == pytest.approx(2 * theme.space(), abs=1)


def test_icons_take_the_colour_of_the_scheme(theme: Theme) -> None:
    def middle(name: str) -> str:
        image = theme.icon(name).pixmap(16, 16).toImage()
        return image.pixelColor(8, 8).name()

    assert middle("running") == theme.colours.text.name()
    theme.set_appearance(Appearance.DARK)
    assert middle("running") == theme.colours.text.name()
