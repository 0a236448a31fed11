"""A row of choices of which one holds: «15 min | 1 h | 24 h»."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import marks_focus


class Segmented(QWidget):
    """Arrow keys move the choice. `name` says what is chosen here."""

    chosen = Signal(str)

    def __init__(
        self,
        theme: Theme,
        choices: Sequence[tuple[str, str]],
        *,
        name: str,
        parent: QWidget | None = None,
    ) -> None:
        """`choices` are pairs of key and word; the first holds."""
        super().__init__(parent)
        self._theme = theme
        self._choices = tuple(choices)
        self._name = name
        self._index = 0
        self._shows_focus = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(theme.font(TextSize.BODY, QFont.Weight.Medium))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._tell()
        theme.changed.connect(self.update)

    @property
    def key(self) -> str:
        return self._choices[self._index][0]

    def choose(self, key: str) -> None:
        """Unknown keys change nothing, so a remembered choice may be stale."""
        for index, (each, _) in enumerate(self._choices):
            if each == key:
                self._move_to(index)

    @override
    def sizeHint(self) -> QSize:
        height = self.fontMetrics().height() + 2 * self._theme.space(1.5)
        return QSize(sum(self._widths()), height)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self._shows_focus = True
            self._move_to(min(max(self._index + step, 0), len(self._choices) - 1))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        left = 0
        for index, width in enumerate(self._widths()):
            if left <= event.position().x() < left + width:
                self._move_to(index)
            left += width

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = marks_focus(event, self._shows_focus)
        super().focusInEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(colours.border, 1))
        painter.setBrush(colours.hover if not colours.is_dark else colours.side)
        painter.drawRoundedRect(area, 6, 6)
        left = 0
        for index, width in enumerate(self._widths()):
            part = QRectF(left, 0, width, self.height())
            holds = index == self._index
            if holds:
                focused = self.hasFocus() and self._shows_focus
                painter.setPen(QPen(colours.accent if focused else colours.border, 1))
                painter.setBrush(colours.surface if not colours.is_dark else colours.hover)
                painter.drawRoundedRect(part.adjusted(2.5, 2.5, -2.5, -2.5), 4.5, 4.5)
            painter.setPen(colours.text if holds else colours.muted)
            painter.drawText(part, Qt.AlignmentFlag.AlignCenter, self._choices[index][1])
            left += width
        painter.end()

    def _widths(self) -> list[int]:
        metrics, pad = self.fontMetrics(), 2 * self._theme.space(3)
        return [metrics.horizontalAdvance(word) + pad for _, word in self._choices]

    def _move_to(self, index: int) -> None:
        self.update()
        if index != self._index:
            self._index = index
            self._tell()
            self.chosen.emit(self.key)

    def _tell(self) -> None:
        self.setAccessibleName(f"{self._name}: {self._choices[self._index][1]}")
