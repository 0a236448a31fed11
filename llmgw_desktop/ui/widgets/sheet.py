"""What a small sheet over the bottom of a page is, whatever it says: its ground and its place."""

from PySide6.QtCore import QEvent, QObject, QRectF
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme


class Sheet(QWidget):
    """Hidden at first; stays in the middle of its parent's bottom edge."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._over = parent
        parent.installEventFilter(self)
        theme.changed.connect(self.update)
        self.hide()

    def come_up(self) -> None:
        self._place()
        self.show()
        self.raise_()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colours.outline)
        painter.setBrush(colours.alternate)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()

    def _place(self) -> None:
        room, space = self._over.size(), self._theme.space
        width = min(self.sizeHint().width(), room.width() - space(8))
        tall = self.heightForWidth(width) if self.hasHeightForWidth() else self.sizeHint().height()
        self.resize(width, tall)
        self.move((room.width() - width) // 2, room.height() - space(5) - tall)
