"""Light and dark, fonts and distances."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontInfo, QFontMetrics, QPalette
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.theme import Appearance, TextSize, Theme


def test_the_scheme_changes_everything_at_once(
    qapp: QApplication, theme: Theme, qtbot: QtBot
) -> None:
    light = qapp.palette().color(QPalette.ColorRole.Window)
    with qtbot.waitSignal(theme.changed):
        theme.set_appearance(Appearance.DARK)
    assert theme.colours.is_dark
    assert qapp.palette().color(QPalette.ColorRole.Window) == theme.colours.window != light


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
