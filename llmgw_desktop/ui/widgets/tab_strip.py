"""Tabs drawn as words with a line under the chosen one; QTabBar does the rest."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QTabBar, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import marks_focus


class TabStrip(QTabBar):
    """Use it alone over a QStackedWidget, or as the bar of a QTabWidget."""

    def __init__(self, theme: Theme, *, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shows_focus = False
        self.setAccessibleName(name)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setMouseTracking(True)
        self.setFont(theme.font(TextSize.BODY, QFont.Weight.Medium))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @override
    def tabSizeHint(self, index: int) -> QSize:
        space = self._theme.space
        metrics = self.fontMetrics()
        return QSize(
            metrics.horizontalAdvance(self.tabText(index)) + 2 * space(2.5),
            metrics.height() + 2 * space(2),
        )

    @override
    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = marks_focus(event, self._shows_focus)
        super().focusInEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._shows_focus = True
        super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(0, self.height() - 1, self.width(), 1, colours.border)
        under_mouse = self.tabAt(self.mapFromGlobal(self.cursor().pos()))
        inset = self._theme.space(2.5)
        for index in range(self.count()):
            area = QRectF(self.tabRect(index))
            chosen = index == self.currentIndex()
            ink = colours.text if chosen or index == under_mouse else colours.muted
            painter.setPen(ink if self.isTabEnabled(index) else colours.disabled)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.tabText(index))
            if not chosen:
                continue
            painter.fillRect(
                QRectF(area.left() + inset, area.bottom() - 2, area.width() - 2 * inset, 2),
                colours.accent,
            )
            if self.hasFocus() and self._shows_focus:
                painter.setPen(QPen(colours.accent, 1))
                painter.drawRoundedRect(area.adjusted(2.5, 3.5, -2.5, -5.5), 5, 5)
        painter.end()
