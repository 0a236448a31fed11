"""Tells which parts of a widget were painted, and when all painting is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject, QRect
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override


class PaintWatch(QObject):
    """Notes the bounds of each painting."""

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self.areas: list[QRect] = []
        self.painted: list[QWidget] = []
        for widget in widgets:
            widget.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent) and isinstance(watched, QWidget):
            self.areas.append(event.rect())
            self.painted.append(watched)
        return False


@contextmanager
def painted(*widgets: QWidget) -> Iterator[list[QRect]]:
    """What is painted of these until the block ends and all that it asked for is done."""
    settle()
    watch = PaintWatch(*widgets)
    yield watch.areas
    settle()
    for widget in widgets:
        widget.removeEventFilter(watch)


class LayoutCount(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.requests = 0

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.requests += event.type() is QEvent.Type.LayoutRequest
        return False


@contextmanager
def laid_out(widget: QWidget) -> Iterator[LayoutCount]:
    """Counts how often the widget's layout is asked to be made anew."""
    settle()
    count = LayoutCount()
    widget.installEventFilter(count)
    yield count
    settle()
    widget.removeEventFilter(count)


def settle() -> None:
    for _ in range(5):
        QApplication.processEvents()
