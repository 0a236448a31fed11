"""A line of the size of a word: how one figure went over the span of its tile."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme

_REACH = 2
"""A value has an influence on the picture as far as its neighbours, and a little more."""


class Sparkline(QWidget):
    """From zero up; an unknown value leaves a gap. The tile that holds it says the figure."""

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
        step = self._step()
        left = self._inner().left() + (changed[0] - _REACH) * step
        right = self._inner().left() + (changed[-1] + _REACH) * step
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
        for run in self._runs(event.rect().left(), event.rect().right()):
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


def _draw_run(painter: QPainter, run: list[QPointF], area: QRectF, colour: QColor) -> None:
    if len(run) == 1:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(run[0], 1.75, 1.75)
        return
    wash = QLinearGradient(area.topLeft(), area.bottomLeft())
    for at, alpha in ((0.0, 70), (1.0, 8)):
        stop = QColor(colour)
        stop.setAlpha(alpha)
        wash.setColorAt(at, stop)
    below = [QPointF(run[-1].x(), area.bottom()), QPointF(run[0].x(), area.bottom())]
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(wash)
    painter.drawPolygon(QPolygonF(run + below))
    painter.setPen(QPen(colour, 1.5, j=Qt.PenJoinStyle.RoundJoin))
    painter.drawPolyline(QPolygonF(run))
