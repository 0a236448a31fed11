"""A splitter whose handle is one line with room around it, bright under the pointer."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme


class ThinSplitter(QSplitter):
    """Paints its handle itself: a style sheet cannot give a splitter's handle a margin."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setHandleWidth(theme.space(1.25))
        self.setChildrenCollapsible(False)
        theme.changed.connect(self._repaint)

    @override
    def createHandle(self) -> QSplitterHandle:
        return _Handle(self._theme, self.orientation(), self)

    def _repaint(self) -> None:
        for at in range(self.count()):
            self.handle(at).update()


class _Handle(QSplitterHandle):
    def __init__(self, theme: Theme, orientation: Qt.Orientation, parent: QSplitter) -> None:
        super().__init__(orientation, parent)
        self._theme = theme

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        ink = colours.accent if self.underMouse() else colours.border
        painter = QPainter(self)
        if self.orientation() is Qt.Orientation.Vertical:
            painter.fillRect(0, self.height() // 2, self.width(), 1, ink)
        else:
            painter.fillRect(self.width() // 2, 0, 1, self.height(), ink)
        painter.end()
