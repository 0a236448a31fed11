"""Every text that is drawn can be read, light and dark: 4.5:1, measured in pictures of the window.

Of each widget that shows a text (also rows of tables, tabs, empty fields) the ground is its
commonest colour, the ink the one that differs most from it. Pictures are three times as large as on
screen, so that strokes hold their full colour.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtCore import QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.overview.pickable import Pickable
from llmgw_desktop.ui.overview.stat_tile import TileFigure
from llmgw_desktop.ui.shell.desktop_shell import DesktopShell
from llmgw_desktop.ui.theme import Appearance, Theme
from llmgw_desktop.ui.widgets.toggles import Segmented, Switch
from tests.ui.at_once import run_at_once
from tests.ui.test_accessible_pages import made_shell, shown_pages

_LEAST = 4.5
_SCALE = 3
_MANY = 6
"""Pixels of a colour that are no accident of smoothing."""
_WITH_TEXT = (
    QLabel,
    QAbstractButton,
    QLineEdit,
    QComboBox,
    QPlainTextEdit,
    QTextEdit,
    Segmented,
    Pickable,
    TileFigure,
)
_OPENERS = (("jobs", "New job…"), ("providers", "Add provider…"), ("routes", "Add route…"))
Pixels = npt.NDArray[np.uint32]


def picture(window: QWidget) -> Pixels:
    image = QImage(window.size() * _SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(_SCALE)
    image.fill(Qt.GlobalColor.magenta)
    painter = QPainter(image)
    window.render(painter, QPoint(0, 0))
    painter.end()
    bits = np.frombuffer(image.constBits(), np.uint32)
    return bits.reshape(image.height(), image.bytesPerLine() // 4).copy()


def luminance(colours: Pixels) -> npt.NDArray[np.float64]:
    channels = np.stack([colours >> 16 & 255, colours >> 8 & 255, colours & 255]) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return np.asarray([0.2126, 0.7152, 0.0722] @ linear)


def contrast_in(pixels: Pixels, area: QRect) -> float:
    """Of the ink there; 21 where the area is of one colour, so nothing stands there."""
    left, top = area.left() * _SCALE, area.top() * _SCALE
    part = pixels[max(top, 0) : top + area.height() * _SCALE, max(left, 0) :][
        :, : area.width() * _SCALE
    ]
    colours, counts = np.unique(part, return_counts=True)
    if len(colours) == 0:
        return 21.0
    ground = luminance(colours[np.argmax(counts)])
    inks = luminance(colours[counts >= _MANY])
    ratios = (np.maximum(inks, ground) + 0.05) / (np.minimum(inks, ground) + 0.05)
    return float(ratios.max(initial=0)) if ratios.max(initial=0) > 1.001 else 21.0


def shown_area(window: QWidget, widget: QWidget, own: QRect) -> QRect:
    """Of it what no other window part cuts off."""
    region = widget.visibleRegion().boundingRect().intersected(own)
    return QRect(widget.mapTo(window, region.topLeft()), region.size())


def texts(window: QWidget) -> Iterator[tuple[str, QRect]]:
    """Where texts stand, and what is there."""
    for each in window.findChildren(QWidget):
        if not each.isVisible() or not each.isEnabled() or isinstance(each, Switch):
            continue
        if isinstance(each, QAbstractItemView):
            yield from cells(window, each)
        elif isinstance(each, QTabBar):
            for at in range(each.count()):
                name = f"tab {each.tabText(at)}"
                yield name, shown_area(window, each, each.tabRect(at).adjusted(4, 4, -4, -4))
        elif isinstance(each, _WITH_TEXT) and words_of(each):
            inner = each.rect()
            if isinstance(each, QLineEdit | QComboBox | QPlainTextEdit):
                inner = inner.adjusted(4, 4, -4, -4)  # without its edge, which is brighter
            yield f"{type(each).__name__} “{words_of(each)[:40]}”", shown_area(window, each, inner)


def words_of(widget: QWidget) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    if isinstance(widget, QLineEdit):
        return widget.text() or widget.placeholderText()
    if isinstance(widget, QComboBox):
        return widget.currentText()
    if isinstance(widget, QPlainTextEdit):
        return widget.toPlainText() or widget.placeholderText()
    return widget.accessibleName() or type(widget).__name__


def cells(window: QWidget, view: QAbstractItemView) -> Iterator[tuple[str, QRect]]:
    model, place = view.model(), view.viewport()
    if model is None:
        return
    columns = 1 if isinstance(view, QListView) else model.columnCount(QModelIndex())
    for row in range(min(model.rowCount(QModelIndex()), 6)):
        for column in range(columns):
            index = model.index(row, column)
            area = view.visualRect(index).intersected(place.rect())
            if index.data() and area.width() > 8 and area.height() > 8:
                at = QRect(place.mapTo(window, area.topLeft()), area.size())
                yield f"cell “{str(index.data())[:40]}”", at


def faint_texts(window: QWidget) -> list[str]:
    pixels = picture(window)
    found = []
    for name, area in texts(window):
        if area.width() >= 8 and area.height() >= 8:
            ratio = contrast_in(pixels, area)
            found += [f"{name}: {ratio:.2f}"] * (ratio < _LEAST)
    return found


@pytest.fixture
def shell(theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DesktopShell]:
    monkeypatch.setattr(Bridge, "run", run_at_once)
    with made_shell(theme, tmp_path) as made:
        yield made


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_every_text_of_every_page_can_be_read(
    shell: DesktopShell, theme: Theme, appearance: Appearance
) -> None:
    theme.set_appearance(appearance)
    window = shell.window
    assert window is not None
    window.resize(1160, 760)
    trouble, seen = [], 0
    for key in shown_pages(window):
        seen += sum(1 for _ in texts(window))
        trouble += [f"{key}: {each}" for each in faint_texts(window)]
    assert not trouble, "\n".join(trouble)
    assert seen > 300


@pytest.mark.parametrize("appearance", [Appearance.LIGHT, Appearance.DARK])
def test_every_text_of_dialogs_can_be_read(
    shell: DesktopShell, theme: Theme, qtbot: QtBot, appearance: Appearance
) -> None:
    theme.set_appearance(appearance)
    window = shell.window
    assert window is not None
    trouble = []
    for key, words in (
        ("jobs", "New job…"),
        ("providers", "Add provider…"),
        ("routes", "Add route…"),
    ):
        window.show_page(key)
        page = window.page(key)
        qtbot.waitUntil(lambda: opener(page, words) is not None)  # noqa: B023
        opener(page, words).click()  # type: ignore[union-attr]
        dialog = window.findChild(QDialog)
        assert isinstance(dialog, QDialog)
        qtbot.waitUntil(dialog.isVisible)
        trouble += [f"{words}: {each}" for each in faint_texts(dialog)]
        dialog.reject()
        qtbot.waitUntil(lambda: not window.findChildren(QDialog))
    assert not trouble, "\n".join(trouble)


def opener(page: QWidget, words: str) -> QAbstractButton | None:
    buttons = page.findChildren(QAbstractButton)
    return next((each for each in buttons if each.text() == words and each.isVisible()), None)


def test_the_measure_finds_faint_ink(shell: DesktopShell, theme: Theme) -> None:
    assert shell.window is not None
    faint = QLabel("Hardly to be read", shell.window)
    ground = theme.colours.window.name()
    for ink, is_found in (("#9aa2af", True), (QColor("#161a22").name(), False)):
        faint.setStyleSheet(f"background: {ground}; color: {ink}; font-size: 20px")
        faint.resize(300, 40)
        faint.show()
        found = [each for each in faint_texts(shell.window) if "Hardly" in each]
        assert bool(found) is is_found, found
