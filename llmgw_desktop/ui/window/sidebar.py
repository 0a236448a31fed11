"""The window's left edge: who we are, which pages there are, which one is in sight."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QWidget,
)
from typing_extensions import override

from llmgw_desktop.ui.page import Page
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import HearsWishes, MarksFocus
from llmgw_desktop.ui.widgets.label import Label
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.words import said

_WIDTH_UNITS = 52


class Sidebar(QWidget):
    """Entries from top to bottom; `add_foot` puts something at the lower end."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, pages: Sequence[Page]) -> None:
        super().__init__()
        self._theme = theme
        space = theme.space
        self.setFixedWidth(space(_WIDTH_UNITS))
        self._column = v_box(theme, self._wordmark(), 4, on=self, gap=0.5, margins=(3, 4, 3, 3))
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _Entry] = {}
        for page in pages:
            button = _Entry(theme, page)
            button.clicked.connect(self._chooser(page.key))
            self._group.addButton(button)
            self._buttons[page.key] = button
            self._column.addWidget(button)
        self._column.addStretch(1)
        theme.changed.connect(self.update)

    def choose(self, key: str) -> None:
        """Marks it; says nothing. The Tab key leads there, arrows to the others."""
        self._buttons[key].setChecked(True)
        for each, button in self._buttons.items():
            is_stop = each == key or button.hasFocus()
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus if is_stop else Qt.FocusPolicy.NoFocus)

    def show_badge(self, key: str, count: int, words: str) -> None:
        """Nothing where there is none of it; `words` say of what it is a number."""
        self._buttons[key].show_badge(f"{count:,}" if count else "", words if count else "")

    def add_foot(self, widget: QWidget) -> None:
        self._column.addWidget(widget)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.fillRect(self.rect(), colours.side)
        painter.fillRect(self.width() - 1, 0, 1, self.height(), colours.border)
        painter.end()

    def _wordmark(self) -> QHBoxLayout:
        theme, space = self._theme, self._theme.space
        mark = QLabel()
        size = space(6)
        mark.setPixmap(
            theme.icons.pixmap(
                "app", theme.colours.accent, size, max(2.0, self.devicePixelRatioF())
            )
        )
        return h_box(
            self._theme,
            mark,
            (Label(theme, "LLM Gateway", size=TextSize.HEADING, weight=QFont.Weight.DemiBold), 1),
            gap=2,
            margins=(1.5, 0, 0, 0),
        )

    def _chooser(self, key: str) -> Callable[[], None]:
        return lambda: self.chosen.emit(key)


class _Entry(HearsWishes, MarksFocus, QAbstractButton):
    """One page's line."""

    def __init__(self, theme: Theme, page: Page) -> None:
        super().__init__()
        self._theme = theme
        self._page = page
        self._badge = ""
        self.setText(page.title)
        self.setCheckable(True)
        self.hear_wishes()
        self.setAutoExclusive(True)  # one of several, to those who hear it
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(theme.font(weight=QFont.Weight.Medium))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.update)

    def show_badge(self, badge: str, words: str) -> None:
        self.setAccessibleDescription(said(words))
        if badge != self._badge:
            self._badge = badge
            self.update()

    @override
    def sizeHint(self) -> QSize:
        height = self.fontMetrics().height() + 2 * self._theme.space(2)
        return QSize(self._theme.space(40), height)

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours, space = self._theme.colours, self._theme.space
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        if self.isChecked() or self.underMouse():
            ground = colours.selection if self.isChecked() else colours.hover
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(area, 6, 6)
        if self.hasFocus() and self._shows_focus:
            painter.setPen(QPen(colours.accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), 5, 5)
        icon = space(4.5)
        ink = colours.accent if self.isChecked() else colours.muted
        at = QRectF(space(2), (self.height() - icon) / 2, icon, icon)
        self._theme.icons.paint(painter, self._page.icon, at, ink)
        painter.setPen(colours.text)
        left = space(2) + icon + space(2.5)
        words = QRectF(left, 0, self.width() - left - space(2), self.height())
        painter.setFont(self.font())
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._badge:
            painter.setFont(self._theme.font(TextSize.CAPTION, QFont.Weight.Medium))
            painter.setPen(colours.running)
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(words, right, self._badge)
        painter.end()
