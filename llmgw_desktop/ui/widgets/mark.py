"""A small picture in a colour that means something; words for it stand beside it."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.label import Tone


class Mark(QWidget):
    """Not for the keyboard, and nothing that a screen reader would miss."""

    def __init__(
        self, theme: Theme, icon: str, tone: Tone = Tone.MUTED, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icon_name = icon
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_mark(self, icon: str, tone: Tone) -> None:
        if (icon, tone) != (self._icon_name, self._tone):
            self._icon_name, self._tone = icon, tone
            self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(4.5), self._theme.space(5))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colour: QColor = getattr(self._theme.colours, self._tone.value)
        size = self._theme.space(4.5)
        painter = QPainter(self)
        top = (self.height() - size) / 2
        self._theme.icons.paint(painter, self._icon_name, QRectF(0, top, size, size), colour)
        painter.end()
