"""A line of the size of a word: how one figure went over the span of its tile."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme


class Sparkline(QWidget):
    """From zero up; an unknown value leaves a gap. The tile that holds it says the figure."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: tuple[float | None, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_values(self, values: Sequence[float | None]) -> None:
        """Oldest first."""
        shown = tuple(values)
        if shown != self._values:
            self._values = shown
            self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(20), self._theme.space(8))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(0, 2, 0, -1.5)
        inner = area.adjusted(2, 0, -2, 0)  # a dot at the edge stays whole
        painter.setPen(QPen(colours.grid, 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        for run in _runs(self._values, inner):
            _draw_run(painter, run, inner, colours.accent)
        painter.end()


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


def _runs(values: Sequence[float | None], area: QRectF) -> list[list[QPointF]]:
    """Stretches of known values as points on the screen."""
    top = max((value for value in values if value is not None), default=0.0)
    step = area.width() / max(len(values) - 1, 1)
    runs: list[list[QPointF]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            height = area.height() * value / top if top > 0 else 0.0
            runs[-1].append(QPointF(area.left() + index * step, area.bottom() - height))
    return [run for run in runs if run]
