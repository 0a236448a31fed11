"""The window's left edge: who we are, which pages there are, which one is in sight."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

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
from llmgw_desktop.ui.widgets.label import Label, plain_tip, put_tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import Scrolled
from llmgw_desktop.ui.widgets.words import said

_WIDTH_UNITS, _FOLDED_UNITS = 52, 19


@runtime_checkable
class Folds(Protocol):
    """What stands at the foot, where it can do with less room."""

    def fold(self, *, is_narrow: bool) -> None: ...


class Sidebar(QWidget):
    """Entries from top to bottom; `add_foot` puts something at the lower end."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, pages: Sequence[Page]) -> None:
        super().__init__()
        self._theme = theme
        self._name = Label(
            theme, "LLM Gateway", size=TextSize.HEADING, weight=QFont.Weight.DemiBold
        )
        entries = QWidget()
        self._entries = Scrolled(theme, entries)
        entries.setAutoFillBackground(False)  # the sidebar's own colour
        self._column = v_box(
            theme, self._wordmark(), 4, (self._entries, 1), on=self, gap=0.5, margins=(3, 4, 3, 3)
        )
        column = v_box(theme, on=entries, gap=0.5, margins=0)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, _Entry] = {}
        self._is_folded: bool | None = None
        self.fold(is_narrow=False)
        for page in pages:
            button = _Entry(theme, page)
            button.clicked.connect(self._chooser(page.key))
            self._group.addButton(button)
            self._buttons[page.key] = button
            column.addWidget(button)
        column.addStretch(1)
        theme.changed.connect(self.update)

    def fold(self, *, is_narrow: bool) -> None:
        """Without its words where these would leave the pages too little room."""
        if is_narrow is self._is_folded:
            return
        self._is_folded = is_narrow
        space = self._theme.space
        self.setFixedWidth(space(_FOLDED_UNITS if is_narrow else _WIDTH_UNITS))
        side = space(1 if is_narrow else 3)
        self._column.setContentsMargins(side, space(4), side, space(3))
        self._name.setVisible(not is_narrow)
        for each in self._buttons.values():
            each.fold(is_narrow=is_narrow)
        for foot in self.children():
            if isinstance(foot, Folds):
                foot.fold(is_narrow=is_narrow)

    def choose(self, key: str) -> None:
        """Marks it; says nothing. The Tab key leads there, arrows to the others."""
        self._buttons[key].setChecked(True)
        self._entries.ensureWidgetVisible(self._buttons[key])
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
            (self._name, 1),
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
        self._badge, self._is_folded = "", False
        self.setText(page.title)
        self.setCheckable(True)
        self.hear_wishes()
        self.setAutoExclusive(True)  # one of several, to those who hear it
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(theme.font(weight=QFont.Weight.Medium))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.update)

    def fold(self, *, is_narrow: bool) -> None:
        self._is_folded = is_narrow
        put_tip(self, plain_tip(self.text()) if is_narrow else "")
        self.update()

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
        if not self._is_folded:
            painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._badge:
            painter.setFont(self._theme.font(TextSize.CAPTION, QFont.Weight.Medium))
            painter.setPen(colours.running)
            right = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(words, right, self._badge)
        painter.end()
