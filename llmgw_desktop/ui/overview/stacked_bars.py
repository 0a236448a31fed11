"""What charts share: round numbers upward, round times along, the colour of large areas."""

import math
from collections.abc import Callable, Sequence
from dataclasses import field

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from llmgw_desktop.app.words.figures import local_time, short_count_text
from llmgw_desktop.domain.plain_text import weekday_text
from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.overview.pickable import Pickable
from llmgw_desktop.ui.palettes import Colours, mixed
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.label import plays, tip
from llmgw_desktop.ui.widgets.words import said

_TIME_STEPS_S = (
    60,
    120,
    180,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10800,
    14400,
    21600,
    43200,
    86400,
    172800,
)


def round_top(largest: float, steps: int = 4) -> tuple[float, float]:
    """The top of an axis from 0 and the distance of its lines: 1, 2, 2.5 or 5 times a power of 10.

    Counts are drawn here, so no line stands at a fraction.
    """
    rough = max(largest, 1.0) / steps
    power = 10 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    step = max(1.0, step if step >= 10 else math.ceil(step))
    return math.ceil(max(largest, 1.0) / step) * step, step


_ROOM_ABOVE = 1.06
LEAST_LOGGED = 1e-4
"""The foot of a logarithmic axis, in seconds: nothing is quicker, and 0 has no logarithm."""


def axis_ends(values: Sequence[float], *, is_log: bool) -> tuple[float, float]:
    """Foot and top of an axis on which all of these are seen; their logarithms if `is_log`."""
    if is_log and values:
        least, most = (math.log10(max(each, LEAST_LOGGED)) for each in (min(values), max(values)))
        return math.floor(least * 5) / 5 - 0.1, math.ceil(most * 5) / 5 + 0.1
    top = max(values, default=0.0)
    return (0.0, top * _ROOM_ABOVE) if top > 0 else (0.0, 1.0)


def time_marks(since_s: float, until_s: float, most: int) -> Sequence[tuple[float, str]]:
    """Moments of the local clock that are round, with their words; at most `most`."""
    span_s = until_s - since_s
    step_s = next((s for s in _TIME_STEPS_S if span_s / s <= most), _TIME_STEPS_S[-1])
    offset = local_time(since_s).utcoffset()
    shift_s = offset.total_seconds() if offset is not None else 0.0
    at_s = math.ceil((since_s + shift_s) / step_s) * step_s - shift_s
    marks = []
    while at_s < until_s:
        marks.append((at_s, _word(at_s, step_s)))
        at_s += step_s
    return marks


def _word(at_s: float, step_s: float) -> str:
    at = local_time(at_s)
    if step_s >= 86400 or (step_s >= 10800 and at.hour == 0 and at.minute == 0):
        return f"{weekday_text(at)} {at.day}"
    return f"{at:%H:%M}"


def area_fill(colours: Colours, name: str) -> QColor:
    """The colour of that name, softened: large areas take less of it than thin text does."""
    colour: QColor = getattr(colours, name)
    return mixed(colour, colours.surface, 0.85)


def unknown_fill(colours: Colours) -> QColor:
    """Of a column where something was and its figure is not known."""
    return mixed(colours.outline, colours.surface, 0.22)


@value
class Bar:
    """One stretch of time; `parts` stand on each other, the first at the foot."""

    parts: tuple[float, ...] | None
    """None where the figures are unknown: nothing is drawn, and the words say so."""
    words: Callable[[], str] = field(compare=False)
    """Shown under the pointer, and asked for only then."""


@plays(QAccessible.Role.Chart)
class StackedBars(Pickable):
    """Bars of equal width over `[since_s, until_s)`. The page gives the accessible text."""

    def __init__(
        self,
        theme: Theme,
        colours: Sequence[str],
        *,
        name: str,
        hint: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`colours` are names of fields of Colours, one for each part, foot first; `hint` says what
        picking a bar does."""
        super().__init__(theme, name, Qt.Orientation.Horizontal, parent)
        self._colour_names = tuple(colours)
        self._hint = hint
        self._bars: tuple[Bar, ...] = ()
        self._scale: tuple[float, float] | None = None
        """The top of the axis and the distance of its lines; None where no bar has a height."""
        self._since_s = 0.0
        self._until_s = 0.0
        self._nothing = ""
        self._under_pointer = -1
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFont(theme.font(TextSize.CAPTION))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_bars(
        self, bars: Sequence[Bar], since_s: float, until_s: float, nothing: str = ""
    ) -> None:
        """`nothing` is said across the empty chart when no bar has a height.

        Bars that are as they were are not painted again.
        """
        before, shown = self._bars, tuple(bars)
        if len(shown) != len(before):
            self._point_at(-1)
        frame = (self._scale, self._since_s, self._until_s, self._nothing)
        largest = max((sum(bar.parts) for bar in shown if bar.parts), default=0.0)
        scale = round_top(largest) if largest > 0 else None
        self._bars, self._scale, self._nothing = shown, scale, nothing
        self._since_s, self._until_s = since_s, until_s
        self.things_changed()
        if len(shown) != len(before) or frame != (scale, since_s, until_s, nothing):
            self.update()
            return
        for index, bar in enumerate(shown):
            if bar != before[index]:
                self._update_column(index)

    @override
    def count_of_things(self) -> int:
        return len(self._bars)

    @override
    def area_of(self, index: int) -> QRect:
        return self._column(index).toAlignedRect()

    @override
    def words_of(self, index: int) -> str:
        return self._bars[index].words().replace("\n", ", ")

    @override
    def thing_moved_to(self, index: int) -> None:
        self._point_at(index)

    @override
    def thing_at(self, event: QMouseEvent) -> int:
        return self._bar_at(event.position())

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._point_at(-1)
        super().focusOutEvent(event)

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(100), self._theme.space(52))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.space(50), self._theme.space(40))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._bar_at(event.position()))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(-1)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), self._theme.colours.surface)
        plot = self._plot()
        if event.rect().bottom() >= plot.bottom():
            self._paint_times(painter, plot)
        if self._scale is not None:
            self._paint_grid(painter, plot, *self._scale)
            self._paint_bars(painter, plot.height() / self._scale[0], event.rect())
        else:
            painter.setPen(self._theme.colours.muted)
            painter.setFont(self._theme.font())
            painter.drawText(plot, Qt.AlignmentFlag.AlignCenter, said(self._nothing))
        self.paint_focus(painter)
        painter.end()

    def _plot(self) -> QRectF:
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance("888.8k") + self._theme.space(2)
        foot = metrics.height() + self._theme.space(1.5)
        return QRectF(self.rect()).adjusted(left, metrics.height() / 2 + 1, -1, -foot)

    def _paint_grid(self, painter: QPainter, plot: QRectF, top: float, step: float) -> None:
        colours, gap = self._theme.colours, self._theme.space(2)
        height = self.fontMetrics().height()
        right_middle = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for line in range(round(top / step) + 1):
            y = round(plot.bottom() - plot.height() * line * step / top) + 0.5
            painter.setPen(QPen(colours.grid if line else colours.border, 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(colours.muted)
            words = QRectF(0, y - height / 2, plot.left() - gap, height)
            painter.drawText(words, right_middle, said(axis_text(line * step)))

    def _paint_times(self, painter: QPainter, plot: QRectF) -> None:
        if self._until_s <= self._since_s:
            return
        metrics = self.fontMetrics()
        room = metrics.horizontalAdvance("88:88") * 2.2
        most = max(2, int(plot.width() / room))
        scale = plot.width() / (self._until_s - self._since_s)
        painter.setPen(self._theme.colours.muted)
        for at_s, mark in time_marks(self._since_s, self._until_s, most):
            word = said(mark)
            x = plot.left() + (at_s - self._since_s) * scale
            width = metrics.horizontalAdvance(word)
            left = min(max(x - width / 2, plot.left()), plot.right() - width)
            painter.drawText(QPointF(left, self.height() - metrics.descent() - 1), word)

    def _paint_bars(self, painter: QPainter, scale: float, asked: QRect) -> None:
        plot = self._plot()
        fills = [area_fill(self._theme.colours, name) for name in self._colour_names]
        width = plot.width() / len(self._bars)
        gap = 1.0 if width < 8 else 2.0
        painter.setPen(Qt.PenStyle.NoPen)
        if self._under_pointer >= 0:
            painter.fillRect(self._column(self._under_pointer), self._theme.colours.hover)
        for index, bar in enumerate(self._bars):
            left = plot.left() + index * width + gap / 2
            if bar.parts and left <= asked.right() + 1 and left + width >= asked.left():
                heights = [part * scale for part in bar.parts]
                foot = QRectF(left, plot.bottom(), width - gap, 0)
                _paint_stack(painter, foot, heights, fills)

    def _update_column(self, index: int) -> None:
        self.update(self._column(index).adjusted(-1, -1, 1, 1).toAlignedRect())

    def _column(self, index: int) -> QRectF:
        plot = self._plot()
        width = plot.width() / max(len(self._bars), 1)
        return QRectF(plot.left() + index * width, plot.top(), width, plot.height())

    def _bar_at(self, position: QPointF) -> int:
        plot = self._plot()
        if not self._bars or not plot.contains(position):
            return -1
        width = plot.width() / len(self._bars)
        return min(int((position.x() - plot.left()) / width), len(self._bars) - 1)

    def _point_at(self, index: int) -> None:
        if index == self._under_pointer:
            return
        before, self._under_pointer = self._under_pointer, index
        for each in (before, index):
            if each >= 0:
                self._update_column(each)
        if index < 0:
            self.unsetCursor()
            QToolTip.hideText()
            return
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        column = self._column(index)
        place = self.mapToGlobal(QPoint(round(column.right()), round(column.top())))
        QToolTip.showText(
            place,
            tip("\n".join(filter(None, (self._bars[index].words(), self._hint)))),
            self,
            column.toRect(),
        )


def _paint_stack(
    painter: QPainter, foot: QRectF, heights: Sequence[float], fills: Sequence[QColor]
) -> None:
    """Parts on each other; the upper corners of the uppermost are round."""
    parts = [(tall, fill) for tall, fill in zip(heights, fills, strict=True) if tall > 0]
    bottom = foot.bottom()
    for number, (tall, fill) in enumerate(parts, start=1):
        area = QRectF(foot.left(), bottom - tall, foot.width(), tall)
        bottom -= tall
        if number == len(parts):
            corner = min(2.5, area.width() / 3, tall / 2)
            painter.setBrush(fill)
            painter.drawRoundedRect(area, corner, corner)
            area.adjust(0, corner, 0, 0)
        painter.fillRect(area, fill)


def axis_text(value: float) -> str:
    """«150k», not «150.0k»: the lines stand at round values."""
    return short_count_text(round(value)).replace(".0", "")
