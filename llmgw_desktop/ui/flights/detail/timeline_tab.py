"""The spans of a flight on one scale: read, route, connect, wait, stream, and the rest."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.route import (
    PHASE_WORDS,
    REST_WORD,
    rest_of_timeline,
    timeline_sentence,
)
from llmgw_desktop.app.words.figures import duration_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.flights.flight import FlightRecord, Phase, PhaseName
from llmgw_desktop.ui.palettes import Colours, mixed
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.panes import SheetTab
from llmgw_desktop.ui.widgets.words import said

_NICE_STEPS = (1, 2, 5)
_TICKS_MOST = 8


class TimelineTab(SheetTab):
    """The picture; where there is none, a sentence in its place."""

    def __init__(self, theme: Theme) -> None:
        content = QWidget()
        super().__init__(theme, content, "Timeline")
        self._chart = TimelineChart(theme)
        self._words = Label(theme, tone=Tone.MUTED)
        self._words.setWordWrap(True)
        self._words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        v_box(theme, self._chart, self._words, None, on=content, gap=4, margins=4)

    def show_record(self, record: FlightRecord) -> None:
        self._chart.show_phases(record.phases, record.summary.took_ms)
        words = timeline_sentence(record.phases, record.summary.took_ms)
        self._words.setText(words)
        self._words.setVisible(not record.phases)
        self._chart.setVisible(bool(record.phases))
        self.setAccessibleDescription(said(words))


class TimelineChart(QWidget):
    """One row a span, a scale above."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._phases: tuple[Phase, ...] = ()
        self._rest: tuple[tuple[float, float], ...] = ()
        self._end_ms = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_phases(self, phases: tuple[Phase, ...], took_ms: float | None) -> None:
        self._phases = phases
        self._rest = rest_of_timeline(phases, took_ms)
        ends = [phase.end_ms for phase in phases]
        self._end_ms = max([*ends, took_ms or 0.0, 0.001])
        self.setAccessibleDescription(said(timeline_sentence(phases, took_ms)))
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        space = self._theme.space
        rows = len(self._phases) + bool(self._rest)
        return QSize(space(100), space(6) + rows * space(8) if rows else 0)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.space(60), self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._phases:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_scale(painter)
        colours = self._theme.colours
        for row, phase in enumerate(self._phases):
            stretch = phase.start_ms, phase.end_ms
            words = PHASE_WORDS[phase.name][0], inert_line(phase.note, 60)
            self._paint_row(
                painter,
                row,
                words=words,
                stretches=(stretch,),
                ink=phase_colour(phase.name, colours),
            )
        if self._rest:
            faint = mixed(colours.muted, colours.surface, 0.35)
            self._paint_row(
                painter, len(self._phases), words=(REST_WORD, ""), stretches=self._rest, ink=faint
            )
        painter.end()

    @property
    def _plot(self) -> QRectF:
        """Where the bars are; names stand left of it, durations right."""
        space = self._theme.space
        return QRectF(space(20), 0, max(self.width() - space(40), space(20)), self.height())

    def _x(self, at_ms: float) -> float:
        return self._plot.left() + self._plot.width() * at_ms / self._end_ms

    def _paint_scale(self, painter: QPainter) -> None:
        theme, colours = self._theme, self._theme.colours
        painter.setFont(theme.font(TextSize.CAPTION))
        step = tick_step_ms(self._end_ms)
        at_ms = 0.0
        while at_ms <= self._end_ms:
            x = self._x(at_ms)
            painter.setPen(QPen(colours.grid, 1))
            painter.drawLine(QPointF(x, theme.space(5)), QPointF(x, self.height()))
            painter.setPen(colours.muted)
            area = QRectF(x - 60, 0, 120, theme.space(4.5))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, said(duration_text(at_ms)))
            at_ms += step

    def _paint_row(
        self,
        painter: QPainter,
        row: int,
        *,
        words: tuple[str, str],
        stretches: tuple[tuple[float, float], ...],
        ink: QColor,
    ) -> None:
        """`words` are its name and a note."""
        theme, plot = self._theme, self._plot
        height = theme.space(8)
        top = theme.space(6) + row * height
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font(TextSize.BODY, QFont.Weight.Medium))
        painter.setPen(theme.colours.text)
        painter.drawText(
            QRectF(0, top, plot.left() - theme.space(2), height), centre, said(words[0])
        )
        thick = theme.space(3.5)
        bar = QRectF()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        for start_ms, end_ms in stretches:
            left, right = self._x(start_ms), self._x(end_ms)
            bar = QRectF(left, top + (height - thick) / 2, max(right - left, 2.0), thick)
            painter.drawRoundedRect(bar, 2, 2)
        figure = duration_text(sum(end_ms - start_ms for start_ms, end_ms in stretches))
        area = QRectF(bar.right() + theme.space(2), top, self.width(), height)
        self._paint_figure(painter, said(figure), said(words[1]), area)

    def _paint_figure(self, painter: QPainter, figure: str, note: str, area: QRectF) -> None:
        """At the bar's end."""
        theme, colours = self._theme, self._theme.colours
        gap = theme.space(2)
        painter.setFont(theme.font(TextSize.BODY))
        metrics = painter.fontMetrics()
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(colours.text)
        painter.drawText(area, centre, figure)
        if note:
            painter.setPen(colours.muted)
            area.setLeft(area.left() + metrics.horizontalAdvance(figure) + gap)
            room = int(self.width() - area.left())
            painter.drawText(area, centre, metrics.elidedText(note, _ELIDE, room))


_ELIDE = Qt.TextElideMode.ElideRight


def tick_step_ms(end_ms: float) -> float:
    """1, 2 or 5 of some power of ten, so that at most eight ticks are on the scale."""
    power = 0.001
    while True:
        for nice in _NICE_STEPS:
            if end_ms / (nice * power) <= _TICKS_MOST:
                return nice * power
        power *= 10


def phase_colour(name: PhaseName, colours: Colours) -> QColor:
    ours = mixed(colours.muted, colours.surface, 0.6)
    return {
        PhaseName.READ: ours,
        PhaseName.ROUTE: ours,
        PhaseName.HELD: ours,
        PhaseName.QUEUED: ours,
        PhaseName.LOADING: colours.cache_write,
        PhaseName.CONNECT: colours.cache_write,
        PhaseName.WAIT: colours.fresh,
        PhaseName.STREAM: colours.running,
    }[name]
