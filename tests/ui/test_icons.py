"""Every shipped icon can be drawn, at every scale."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QIcon, QImage, QPixmap

from llmgw_desktop.store.resources import resource_path
from llmgw_desktop.ui.theme import Icons

NAMES = sorted(path.stem for path in resource_path("icons").glob("*.svg"))


def _inked(pixmap: QPixmap) -> float:
    image = pixmap.toImage().convertToFormat(QImage.Format.Format_ARGB32)
    seen = sum(
        image.pixelColor(x, y).alpha() > 40
        for x in range(image.width())
        for y in range(image.height())
    )
    return seen / (image.width() * image.height())


def test_there_are_icons() -> None:
    assert {"app", "tray-running", "tray-paused", "tray-failed", "tray-trouble"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_each_can_be_seen(qapp: object, name: str, scale: float) -> None:
    pixmap = Icons().pixmap(name, QColor("#336699"), 16, scale)
    assert pixmap.width() == 16 * scale
    assert 0.01 < _inked(pixmap) < 0.98


def test_a_disabled_control_shows_the_other_colour(qapp: object) -> None:
    icon = Icons().icon("running", QColor("red"), QColor("blue"), 16)
    colours = {
        mode: icon.pixmap(16, mode).toImage().pixelColor(8, 8)
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled)
    }
    assert colours == {
        QIcon.Mode.Normal: QColor("red"),
        QIcon.Mode.Disabled: QColor("blue"),
    }


def test_tray_states_differ_in_shape_not_only_in_colour(qapp: object) -> None:
    def shape(name: str) -> tuple[bool, ...]:
        image = Icons().pixmap(name, QColor(), 22, 1.0).toImage()
        bright = [
            image.pixelColor(x, y).lightness() > 200 and image.pixelColor(x, y).alpha() > 128
            for x in range(22)
            for y in range(22)
        ]
        return (*bright, image.pixelColor(4, 11).alpha() > 128)

    shapes = [
        shape(f"tray-{state}")
        for state in ("running", "paused", "failed", "stopped", "trouble", "waiting")
    ]
    assert len(set(shapes)) == len(shapes)


def test_an_unknown_name_is_an_error_at_once(qapp: object) -> None:
    with pytest.raises(FileNotFoundError):
        Icons().pixmap("no-such-icon", QColor(), 16, 1.0)
