"""A box or a ring to tick, its words beside it; drawn by us, so that it is seen on every ground."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import marks_focus


class Tick(QAbstractButton):
    """A ring where `is_ring`: put those of which one holds into a QButtonGroup."""

    def __init__(
        self, theme: Theme, words: str, *, is_ring: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_ring = is_ring
        self._shows_focus = False
        self.setText(words)
        self.setAccessibleName(words)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(theme.font())
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        space = self._theme.space
        width = space(4) + space(2) + self.fontMetrics().horizontalAdvance(self.text()) + space(1)
        return QSize(width, self.fontMetrics().height() + space(1.5))

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = marks_focus(event, self._shows_focus)
        super().focusInEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours, space = self._theme.colours, self._theme.space
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = space(4)
        box = QRectF(0.75, (self.height() - side) / 2 + 0.75, side - 1.5, side - 1.5)
        holds = self.isChecked()
        painter.setPen(QPen(colours.accent if holds else colours.outline, 1.3))
        painter.setBrush(colours.accent if holds and not self._is_ring else colours.surface)
        if self._is_ring:
            painter.drawEllipse(box)
        else:
            painter.drawRoundedRect(box, 3.5, 3.5)
        if holds and self._is_ring:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.accent)
            painter.drawEllipse(box.adjusted(side * 0.24, side * 0.24, -side * 0.24, -side * 0.24))
        elif holds:
            painter.setPen(QPen(colours.on_accent, side * 0.12, c=Qt.PenCapStyle.RoundCap))
            points = ((0.26, 0.53), (0.43, 0.7), (0.75, 0.33))
            painter.drawPolyline(
                [
                    QPointF(box.left() + x * box.width(), box.top() + y * box.height())
                    for x, y in points
                ]
            )
        painter.setPen(colours.text if self.isEnabled() else colours.disabled)
        words = QRectF(side + space(2), 0, self.width(), self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.hasFocus() and self._shows_focus:
            painter.setPen(QPen(colours.accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            around = QRectF(self.rect()).adjusted(side + space(1), 0.5, -0.5, -0.5)
            painter.drawRoundedRect(around, 4, 4)
        painter.end()
