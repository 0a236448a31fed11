"""What every window test has: patience, and one theme, light, that is put away afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from pytestqt.wait_signal import SignalBlocker
from shiboken6 import delete

from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Appearance, Theme

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_PATIENCE_MS = 30_000


class PatientBot(QtBot):
    """Gives up after what no busy machine needs; pytest-qt does after five seconds."""

    def waitUntil(
        self, callback: Callable[[], bool | None], *, timeout: int = _PATIENCE_MS
    ) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(
        self, signal: Any, *, timeout: int = _PATIENCE_MS, **options: Any
    ) -> SignalBlocker:
        return super().waitSignal(signal, timeout=timeout, **options)

    @staticmethod
    def mouseMove(widget: QWidget, pos: QPoint, delay: int = -1) -> None:
        """To this widget, whatever else stands where the one pointer of all tests is."""
        at, none = QPointF(pos), Qt.MouseButton.NoButton
        move, keys = QEvent.Type.MouseMove, Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(move, at, widget.mapToGlobal(at), none, none, keys)
        QApplication.sendEvent(widget, event)


@pytest.fixture
def qtbot(qapp: QApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientBot(request)


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    if qapp.style().objectName() != "fusion":  # it has each widget begin anew, of earlier tests too
        qapp.setStyle("Fusion")
    before = qapp.font()
    made = Theme(qapp, Appearance.LIGHT)
    yield made
    delete(made)
    qapp.setFont(before)  # the next theme takes its size from it


@pytest.fixture
def bridge(qapp: QApplication) -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.close()
