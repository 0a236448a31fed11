"""Both schemes can be read: measured, not judged."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QPalette

from llmgw_desktop.ui.palettes import (
    Colours,
    contrast,
    dark_colours,
    light_colours,
    make_palette,
    mixed,
)

GROUNDS = ("window", "side", "surface", "alternate", "hover", "selection")
INKS = (
    "text",
    "muted",
    "accent",
    "ok",
    "error",
    "warning",
    "running",
    "fresh",
    "cache_write",
    "cache_read",
)
SCHEMES = pytest.mark.parametrize(
    "colours", [light_colours(), dark_colours()], ids=["light", "dark"]
)


def test_the_measure_itself_is_right() -> None:
    assert contrast(QColor("black"), QColor("white")) == pytest.approx(21)
    assert contrast(QColor("#777777"), QColor("white")) == pytest.approx(4.48, abs=0.01)


@SCHEMES
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", INKS)
def test_text_is_readable_on_every_ground(colours: Colours, ground: str, ink: str) -> None:
    assert contrast(getattr(colours, ink), getattr(colours, ground)) >= 4.5


@SCHEMES
@pytest.mark.parametrize("status", ["ok", "error", "warning", "running"])
def test_status_colours_are_readable_on_their_own_ground(colours: Colours, status: str) -> None:
    ground = getattr(colours, f"{status}_ground")
    assert contrast(getattr(colours, status), ground) >= 4.5
    assert contrast(colours.text, ground) >= 4.5


@SCHEMES
def test_controls_stand_out(colours: Colours) -> None:
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    for ground in ("window", "side", "surface", "alternate"):
        assert contrast(colours.outline, getattr(colours, ground)) >= 3


@SCHEMES
def test_qt_wears_the_same_colours(colours: Colours) -> None:
    palette = make_palette(colours)
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        text = palette.color(group, QPalette.ColorRole.Text)
        assert contrast(text, palette.color(group, QPalette.ColorRole.Base)) >= 4.5
        chosen = palette.color(group, QPalette.ColorRole.HighlightedText)
        assert contrast(chosen, palette.color(group, QPalette.ColorRole.Highlight)) >= 4.5
    disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text)
    assert disabled != palette.color(QPalette.ColorGroup.Active, QPalette.ColorRole.Text)


def test_mixing_lays_one_colour_over_another() -> None:
    assert mixed(QColor("#ffffff"), QColor("#000000"), 0.5) == QColor(128, 128, 128)
    assert mixed(QColor("#ff0000"), QColor("#00ff00"), 1.0) == QColor("#ff0000")
