"""Flights under way, one line each: who asks whom, for how long, how much has come."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import TextSize, Theme


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLine:
    """Words are ready to paint."""

    flight_id: str
    client: str
    model: str
    progress: str
    elapsed: str


class RunningList(QWidget):
    """The oldest `most`, and how many more there are. A click asks for the flight."""

    flight_clicked = Signal(str)

    def __init__(self, theme: Theme, *, most: int = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._most = most
        self._lines: tuple[RunningLine, ...] = ()
        self.setFont(theme.font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Flights under way")
        theme.changed.connect(self.update)

    def show_lines(self, lines: Sequence[RunningLine]) -> None:
        shown = tuple(lines)
        if shown == self._lines:
            return
        self._lines = shown
        self.setAccessibleDescription(
            "; ".join(f"{each.client}, {each.model}, {each.elapsed}" for each in shown)
        )
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        rows = min(len(self._lines), self._most) + (len(self._lines) > self._most)
        return QSize(self._theme.space(80), self._line_height() * max(rows, 1))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.space(50), self.sizeHint().height())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        row = int(event.position().y() // self._line_height())
        if 0 <= row < min(len(self._lines), self._most):
            self.flight_clicked.emit(self._lines[row].flight_id)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tall = self._line_height()
        for row, line in enumerate(self._lines[: self._most]):
            self._paint_line(painter, line, QRectF(0, row * tall, self.width(), tall))
        more = len(self._lines) - self._most
        if more > 0:
            area = QRectF(self._indent(), self._most * tall, self.width(), tall)
            painter.setPen(self._theme.colours.muted)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, f"and {more:,} more")
        painter.end()

    def _line_height(self) -> int:
        return self.fontMetrics().height() + self._theme.space(3)

    def _indent(self) -> int:
        return self._theme.space(5)

    def _paint_line(self, painter: QPainter, line: RunningLine, area: QRectF) -> None:
        colours, space = self._theme.colours, self._theme.space
        middle = area.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.running)
        painter.drawEllipse(QPointF(area.left() + space(1.5), middle), space(1), space(1))
        metrics = self.fontMetrics()
        baseline = middle + (metrics.ascent() - metrics.descent()) / 2
        right = area.right()
        painter.setFont(self._theme.font())
        painter.setPen(colours.text)
        right -= metrics.horizontalAdvance("88 m 88 s")
        width = metrics.horizontalAdvance(line.elapsed)
        painter.drawText(QPointF(area.right() - width, baseline), line.elapsed)
        painter.setFont(self._theme.font(TextSize.CAPTION))
        painter.setPen(colours.muted)
        width = painter.fontMetrics().horizontalAdvance(line.progress)
        right -= width + space(3)
        painter.drawText(QPointF(right, baseline), line.progress)
        self._paint_names(painter, line, QPointF(area.left() + self._indent(), baseline), right)

    def _paint_names(
        self, painter: QPainter, line: RunningLine, start: QPointF, right: float
    ) -> None:
        colours, space = self._theme.colours, self._theme.space
        room = int(right - start.x() - space(3))
        painter.setFont(self._theme.font(weight=QFont.Weight.Medium))
        metrics = painter.fontMetrics()
        client = metrics.elidedText(line.client, Qt.TextElideMode.ElideRight, room // 2)
        painter.setPen(colours.text)
        painter.drawText(start, client)
        left = start.x() + metrics.horizontalAdvance(client) + space(1.5)
        painter.setFont(self._theme.font())
        painter.setPen(colours.muted)
        room = int(right - left - space(3))
        model = painter.fontMetrics().elidedText(
            f"→ {line.model}", Qt.TextElideMode.ElideRight, room
        )
        painter.drawText(QPointF(left, start.y()), model)
