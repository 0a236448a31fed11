"""A switch for what is on or off: shape and place of its knob say it, not its colour alone."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import marks_focus
from llmgw_desktop.ui.widgets.tip import tip


class Switch(QAbstractButton):
    """`name` says what is switched; `clicked` tells of a person's wish, `setChecked` of a fact."""

    def __init__(self, theme: Theme, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shows_focus = False
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setToolTip(tip(name))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        space = self._theme.space
        return QSize(space(8.5) + 6, space(4.75) + 6)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = marks_focus(event, self._shows_focus)
        super().focusInEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(3.5, 3.5, -3.5, -3.5)
        round_px = area.height() / 2
        on, usable = self.isChecked(), self.isEnabled()
        if on:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.accent if usable else colours.disabled)
        else:
            painter.setPen(QPen(colours.outline if usable else colours.disabled, 1.3))
            painter.setBrush(colours.hover if self.underMouse() and usable else colours.surface)
        painter.drawRoundedRect(area, round_px, round_px)
        inset = 2.6
        size = area.height() - 2 * inset
        left = area.right() - inset - size if on else area.left() + inset
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.on_accent if on else colours.outline)
        painter.drawEllipse(QRectF(left, area.top() + inset, size, size))
        if self.hasFocus() and self._shows_focus:
            painter.setPen(QPen(colours.accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(-2.5, -2.5, 2.5, 2.5), round_px + 2, round_px + 2)
        painter.end()
