"""What is on or off, or one of a few: switches, boxes to tick, segments."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import HearsWishes, MarksFocus
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import plays, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box
from llmgw_desktop.ui.widgets.words import said


class Switch(HearsWishes, MarksFocus, QAbstractButton):
    """`name` says what is switched; `clicked` tells of a person's wish, `setChecked` of a fact."""

    def __init__(self, theme: Theme, *, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setCheckable(True)
        self.hear_wishes()
        self.setAccessibleName(said(name))
        put_tip(self, tip(name))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        space = self._theme.space
        return QSize(space(8.5) + 6, space(4.75) + 6)

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


class SwitchLine(QWidget):
    """The words are the switch's name."""

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__()
        self.switch = Switch(theme, name=words)
        h_box(theme, self.switch, (FlowingLabel(theme, words), 1), on=self, gap=2, margins=0)

    @property
    def is_on(self) -> bool:
        return self.switch.isChecked()

    def set_on(self, on: bool) -> None:
        self.switch.setChecked(on)


class Tick(HearsWishes, MarksFocus, QAbstractButton):
    """A ring where `is_ring`: put those of which one holds into a QButtonGroup."""

    def __init__(self, theme: Theme, words: str, *, is_ring: bool = False) -> None:
        super().__init__()
        self._theme = theme
        self._is_ring = is_ring
        self.setAutoExclusive(is_ring)
        self.setText(said(words))
        self.setAccessibleName(said(words))
        self.setCheckable(True)
        self.hear_wishes()
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


@plays(QAccessible.Role.ComboBox)
class Segmented(MarksFocus, QWidget):
    """Arrow keys move the choice. `name` says what is chosen here."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, choices: Sequence[tuple[str, str]], *, name: str) -> None:
        """`choices` are pairs of key and word; the first holds."""
        super().__init__()
        self._theme = theme
        self._choices = tuple((key, said(word)) for key, word in choices)
        self._name = said(name)
        self._index = 0
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
