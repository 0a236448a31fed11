"""A line of the size of a word: how one figure went over the span of its tile."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFocusEvent,
    QFont,
    QFontMetrics,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import marks_focus
from llmgw_desktop.ui.widgets.cards import CORNER_PX, Card
from llmgw_desktop.ui.widgets.label import Label, Tone, paragraphs, plays, put_tip
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.words import said

_FAINT = 0.4
_LEAST_WASHED = 3
"""Fewer values in a row are dots: a strip below them would look like a bar."""
_REACH = 5
"""A value has an influence on the picture as far as its neighbours, and a little more."""


class Sparkline(QWidget):
    """From zero up. A faint line leads over what is unknown, from the last known value to the next.

    The tile that holds it says the figure.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: tuple[float | None, ...] = ()
        self._top = 0.0
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_values(self, values: Sequence[float | None]) -> None:
        """Oldest first. What has not changed is not painted again."""
        before, shown = self._values, tuple(values)
        if shown == before:
            return
        top = max((value for value in shown if value is not None), default=0.0)
        is_same_scale = top == self._top and len(shown) == len(before)
        self._values, self._top = shown, top
        if not is_same_scale:
            self.update()
            return
        changed = [at for at, value in enumerate(shown) if value != before[at]]
        first = min(_known_from(values, changed[0] - 1, -1) for values in (before, shown))
        last = max(_known_from(values, changed[-1] + 1, 1) for values in (before, shown))
        step = self._step()
        left = self._inner().left() + (first - _LEAST_WASHED) * step
        right = self._inner().left() + (last + _LEAST_WASHED) * step
        self.update(QRectF(left, 0, right - left, self.height()).toAlignedRect())

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(20), self._theme.space(8))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), colours.surface)
        area, inner = self._area(), self._inner()
        painter.setPen(QPen(colours.grid, 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        runs = self._runs(event.rect().left(), event.rect().right())
        for run, following in pairwise(runs):
            _draw_bridge(painter, run[-1], following[0], colours.accent)
        for run in runs:
            _draw_run(painter, run, inner, colours.accent)
        painter.end()

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(0, 2, 0, -1.5)

    def _inner(self) -> QRectF:
        """A dot at the edge stays whole."""
        return self._area().adjusted(2, 0, -2, 0)

    def _step(self) -> float:
        return self._inner().width() / max(len(self._values) - 1, 1)

    def _runs(self, left: float, right: float) -> list[list[QPointF]]:
        """Stretches of known values as points on the screen, from one edge to the other."""
        inner, step = self._inner(), self._step()
        first, last = 0, len(self._values)
        if step > 0:
            first = max(int((left - inner.left()) / step) - _REACH, 0)
            last = min(int((right - inner.left()) / step) + _REACH + 1, last)
        first = max(_known_from(self._values, first, -1), 0)
        last = min(_known_from(self._values, last - 1, 1) + 1, len(self._values))
        scale = inner.height() / self._top if self._top > 0 else 0.0
        runs: list[list[QPointF]] = [[]]
        for index in range(first, last):
            value = self._values[index]
            if value is None:
                runs.append([])
            else:
                at = QPointF(inner.left() + index * step, inner.bottom() - value * scale)
                runs[-1].append(at)
        return [run for run in runs if run]


def _known_from(values: Sequence[float | None], at: int, way: int) -> int:
    """The first known value from here on, or one place before or behind all of them."""
    while 0 <= at < len(values) and values[at] is None:
        at += way
    return at


def _draw_bridge(painter: QPainter, start: QPointF, end: QPointF, colour: QColor) -> None:
    faint = QColor(colour)
    faint.setAlphaF(_FAINT)
    painter.setPen(QPen(faint, 1))
    painter.drawLine(start, end)


def _draw_run(painter: QPainter, run: list[QPointF], area: QRectF, colour: QColor) -> None:
    if len(run) < _LEAST_WASHED:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        for each in run:
            painter.drawEllipse(each, 1.75, 1.75)
    else:
        _draw_wash(painter, run, area, colour)
    painter.setPen(QPen(colour, 1.5, j=Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(QPolygonF(run))


def _draw_wash(painter: QPainter, run: list[QPointF], area: QRectF, colour: QColor) -> None:
    wash = QLinearGradient(area.topLeft(), area.bottomLeft())
    for at, alpha in ((0.0, 70), (1.0, 8)):
        stop = QColor(colour)
        stop.setAlpha(alpha)
        wash.setColorAt(at, stop)
    below = [QPointF(run[-1].x(), area.bottom()), QPointF(run[0].x(), area.bottom())]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(wash)
    painter.drawPolygon(QPolygonF(run + below))


LEADS = "Click or Enter: its flights"
"""As the chart's tip says that it opens larger."""


@plays(QAccessible.Role.Button)
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
        self._more = ""
        self._figure = TileFigure(theme)
        self._line = Sparkline(theme)
        put_tip(self, paragraphs((hint, LEADS)))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        v_box(
            theme,
            Label(theme, name, tone=Tone.MUTED, weight=QFont.Weight.Medium),
            self._figure,
            1,
            self._line,
            on=self,
            gap=1,
            margins=(4, 3),
        )
        self.setAccessibleName(said(name))

    def show_figure(
        self, value: str, line: Sequence[float | None], *, note: str = "", tone: Tone = Tone.TEXT
    ) -> None:
        self._figure.show_words(value, note, tone)
        self._line.show_values(line)
        self.setAccessibleName(said(f"{self._name}: {value} {note}".rstrip()))

    def explain(self, hint: str, more: str) -> None:
        """In its tip: what the figure is, and of what it is made."""
        if more == self._more:
            return
        self._more = more
        put_tip(self, paragraphs((hint, more, LEADS)))

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
        value, note = said(value), said(note)
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
