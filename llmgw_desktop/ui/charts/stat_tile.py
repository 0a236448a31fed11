"""One figure of the Overview: its name, its value large, and how it went."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.ui.charts.sparkline import Sparkline
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import marks_focus
from llmgw_desktop.ui.widgets.card import CORNER_PX, Card
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.tip import paragraphs, tip


class StatTile(Card):
    """A click or Enter asks for the flights behind the figure."""

    opened = Signal()

    def __init__(
        self, theme: Theme, name: str, *, hint: str = "", parent: QWidget | None = None
    ) -> None:
        """`hint` explains the figure under the pointer."""
        super().__init__(theme, parent)
        self._name = name
        self._shows_focus = False
        self._figure = TileFigure(theme)
        self._line = Sparkline(theme)
        self.setToolTip(tip(hint))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        space = theme.space
        column = QVBoxLayout(self)
        column.setContentsMargins(space(4), space(3), space(4), space(3))
        column.setSpacing(space(1))
        column.addWidget(Label(theme, name, tone=Tone.MUTED, weight=QFont.Weight.Medium))
        column.addWidget(self._figure)
        column.addSpacing(space(1))
        column.addWidget(self._line)
        self.setAccessibleName(name)

    def show_figure(
        self, value: str, line: Sequence[float | None], *, note: str = "", tone: Tone = Tone.TEXT
    ) -> None:
        self._figure.show_words(value, note, tone)
        self._line.show_values(line)
        self.setAccessibleName(f"{self._name}: {value} {note}".rstrip())

    def explain(self, hint: str, more: str) -> None:
        """In its tip: what the figure is, and of what it is made."""
        if more == self.accessibleDescription():
            return
        if more:
            self.setToolTip(paragraphs((hint, more)))
        else:
            self.setToolTip(tip(hint))
        self.setAccessibleDescription(more)

    @property
    def value(self) -> str:
        return self._figure.value

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        self._shows_focus = marks_focus(event, self._shows_focus)
        self.update()
        super().focusInEvent(event)

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self._shows_focus:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.colours.accent, 1.5))
            area = QRectF(self.rect()).adjusted(2, 2, -2, -2)
            painter.drawRoundedRect(area, CORNER_PX - 1.5, CORNER_PX - 1.5)
            painter.end()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.opened.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
        else:
            super().keyPressEvent(event)


class TileFigure(QWidget):
    """A value, and behind it a note where all of it fits: half a note would mislead.

    Painted here and not by labels, whose every change has the whole page laid out anew.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.value = "–"
        self._note = ""
        self._tone = Tone.TEXT
        self.setFont(theme.font(TextSize.FIGURE, QFont.Weight.DemiBold))
        self._note_font = theme.font(TextSize.CAPTION)
        self._value_px = self.fontMetrics().horizontalAdvance(self.value)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_words(self, value: str, note: str, tone: Tone) -> None:
        if (value, note, tone) == (self.value, self._note, self._tone):
            return
        self.value, self._note, self._tone = value, note, tone
        needed = self.fontMetrics().horizontalAdvance(value)
        if needed != self._value_px:
            self._value_px = needed
            self.updateGeometry()
        self.update()

    @property
    def shows_note(self) -> bool:
        needed = self._note_left + QFontMetrics(self._note_font).horizontalAdvance(self._note)
        return bool(self._note) and needed <= self.width()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._value_px, self.fontMetrics().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        ink: QColor = getattr(colours, self._tone.value)
        painter = QPainter(self)
        painter.fillRect(event.rect(), colours.surface)
        painter.setPen(ink)
        line = self.fontMetrics().ascent()
        painter.drawText(QPointF(0, line), self.value)
        if self.shows_note:
            painter.setFont(self._note_font)
            painter.setPen(colours.muted)
            painter.drawText(QPointF(self._note_left, line), self._note)
        painter.end()

    @property
    def _note_left(self) -> int:
        return self._value_px + self._theme.space(1.5)
