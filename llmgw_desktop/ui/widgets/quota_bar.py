"""How much of something is left, as a bar. The words stand beside it."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.palettes import mixed
from llmgw_desktop.ui.theme import Theme


class QuotaBar(QWidget):
    """Hatched where nobody knows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._left_share: float | None = None
        self._is_low = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_left(self, share: float | None, *, is_low: bool) -> None:
        self._left_share, self._is_low = share, is_low
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(32), self._theme.space(4.5))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thick = self._theme.space(1.5)
        bar = QRectF(0, (self.height() - thick) / 2, self.width(), thick)
        ink = colours.error if self._is_low else colours.accent
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(ink, colours.surface, 0.16))
        painter.drawRoundedRect(bar, thick / 2, thick / 2)
        if self._left_share is None:
            painter.setBrush(Qt.BrushStyle.BDiagPattern)
            painter.drawRoundedRect(bar, thick / 2, thick / 2)
        elif self._left_share > 0:
            filled = QRectF(bar)
            filled.setWidth(max(bar.width() * self._left_share, thick))
            painter.setBrush(ink)
            painter.drawRoundedRect(filled, thick / 2, thick / 2)
        painter.end()
