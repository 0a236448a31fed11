"""The Overview's charts, large, to be worked with: zoomed, moved, read point by point.

pyqtgraph draws them. It takes half a second to be read in, so the page reads this file in beside
the loop when a person first asks for it, and nothing else does (decision 10).
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFontInfo, QKeyEvent, QPalette
from PySide6.QtWidgets import QDialog, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.overview import OverviewFigures, in_words, input_sources
from llmgw_desktop.app.flights.provenance_words import sum_money
from llmgw_desktop.app.words.figures import count_text, counted, duration_text
from llmgw_desktop.domain.flights.flight import FlightBucket
from llmgw_desktop.ui.overview.stacked_bars import area_fill
from llmgw_desktop.ui.overview.tokens_card import bucket_time
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.toggles import SwitchLine

_SERIES = ("cache_read", "cache_write", "fresh", "outline")
_PARTS = ("cache_read", "cache_write", "fresh", "untold")
_TITLES = (
    "Input tokens by source",
    "First token in seconds: the median, and the 95th percentile above it",
    "Cost in US dollars",
)
_TOKENS, _LATENCY, _COST = range(3)
_SIZE_UNITS = (250, 180)
_LINES = ("ttft_p95_ms", "ttft_p50_ms")
_BAR_SHARE = 0.8
_ZOOM = 0.75
_HELP = "Wheel: zoom · drag: move · ← →: point by point · + −: zoom · 0: all · L: logarithmic"


class LargeCharts(QDialog):
    """Input tokens, time to the first token and cost, one below the other over one time axis."""

    flights_wanted = Signal(float, float)
    """Of a stretch: from and until, in seconds since the epoch."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._figures: OverviewFigures | None = None
        self._at = -1
        """The bucket that is read; -1: none."""
        self.setWindowTitle("Overview, larger")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.canvas: Any = pg.GraphicsLayoutWidget()
        self.canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plots: list[Any] = []
        for title in _TITLES:
            self.plots.append(self._plot(title))
        self._cursors: list[Any] = [pg.InfiniteLine(angle=90, movable=False) for _ in _TITLES]
        self._token_bars = [self._bars(_TOKENS) for _ in _SERIES]
        self._cost_bars = self._bars(_COST)
        self._lines: list[Any] = [
            self.plots[_LATENCY].plot(symbol="o", symbolSize=4, symbolPen=None, connect="finite")
            for _ in _LINES
        ]
        self._told = Label(theme, _HELP, size=TextSize.CAPTION, tone=Tone.MUTED)
        self.logarithmic = SwitchLine(theme, "Logarithmic latency")
        self.whole = Button(theme, "Show all")
        self.flights = Button(theme, "Show these flights", icon="flights")
        self._lay_out()
        self._connect()
        self._dress()

    @property
    def told(self) -> str:
        """What is said of the bucket that is read."""
        return self._told.text()

    @property
    def time_range(self) -> tuple[float, float]:
        """What of the time axis is in sight, in seconds since the epoch."""
        begin, end = self.plots[_TOKENS].viewRange()[0]
        return float(begin), float(end)

    def show_figures(self, figures: OverviewFigures) -> None:
        """What a person zoomed into stays in sight, as long as the span is the same."""
        is_new = self._figures is None or self._figures.span is not figures.span
        self._figures = figures
        self.setAccessibleDescription(in_words(figures))
        self._draw()
        if is_new:
            self._at = -1
            self._told.setText(_HELP)
            self.show_all()

    def show_all(self) -> None:
        if self._figures is not None:
            for plot in self.plots:
                plot.enableAutoRange(y=True)
            since_s, until_s = self._figures.since_s, self._figures.until_s
            self.plots[_TOKENS].setXRange(since_s, until_s, padding=0.01)

    def read_bucket(self, at: int) -> None:
        """Under the crosshair, and in words below."""
        if self._figures is None or not self._figures.buckets:
            return
        self._at = min(max(at, 0), len(self._figures.buckets) - 1)
        bucket = self._figures.buckets[self._at]
        for cursor in self._cursors:
            cursor.setPos(bucket.start_s + bucket.span_s / 2)
            cursor.show()
        self._told.setText(_bucket_words(bucket))
        self.flights.setEnabled(True)

    def zoom(self, by: float) -> None:
        """Around the bucket that is read, or the middle."""
        begin, end = self.time_range
        centre = (begin + end) / 2
        if self._at >= 0 and self._figures is not None:
            bucket = self._figures.buckets[self._at]
            centre = bucket.start_s + bucket.span_s / 2
        self.plots[_TOKENS].setXRange(
            centre - (centre - begin) * by, centre + (end - centre) * by, padding=0
        )

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        acts: dict[int, Callable[[], object]] = {
            Qt.Key.Key_Left: lambda: self.read_bucket(self._at - 1),
            Qt.Key.Key_Right: lambda: self.read_bucket(self._at + 1),
            Qt.Key.Key_Plus: lambda: self.zoom(_ZOOM),
            Qt.Key.Key_Minus: lambda: self.zoom(1 / _ZOOM),
            Qt.Key.Key_0: self.show_all,
            Qt.Key.Key_L: self.logarithmic.switch.click,
        }
        if act := acts.get(event.key()):
            act()
        else:
            super().keyPressEvent(event)

    def _plot(self, title: str) -> Any:
        plot = self.canvas.addPlot(
            row=len(self.plots), col=0, axisItems={"bottom": pg.DateAxisItem()}
        )
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=True, y=False)
        plot.getAxis("left").setWidth(self._theme.space(15))
        size = QFontInfo(self._theme.font()).pixelSize()
        plot.setTitle(title, size=f"{size}px", justify="left")
        if self.plots:
            plot.setXLink(self.plots[0])
        return plot

    def _bars(self, at: int) -> Any:
        bars = pg.BarGraphItem(x=[0.0], y0=[0.0], height=[0.0], width=[0.0])
        self.plots[at].addItem(bars)
        return bars

    def _lay_out(self) -> None:
        for plot, cursor in zip(self.plots, self._cursors, strict=True):
            plot.addItem(cursor, ignoreBounds=True)
            cursor.hide()
        self.flights.setEnabled(False)
        foot = h_box(
            self._theme,
            (self._told, 1),
            self.logarithmic,
            self.whole,
            self.flights,
            gap=3,
            margins=(2, 0),
        )
        v_box(self._theme, (self.canvas, 1), foot, on=self, gap=2, margins=3)
        space, room = self._theme.space, self.screen().availableGeometry()
        wide, tall = _SIZE_UNITS
        self.resize(min(space(wide), room.width()), min(space(tall), room.height()))

    def _connect(self) -> None:
        self.whole.clicked.connect(self.show_all)
        self.flights.clicked.connect(self._ask_flights)
        self.logarithmic.switch.toggled.connect(lambda _: self._draw())
        self._theme.changed.connect(self._dress)
        self.canvas.scene().sigMouseMoved.connect(self._on_moved)

    def _on_moved(self, at: QPointF) -> None:
        figures = self._figures
        for plot in self.plots:
            if figures is not None and plot.sceneBoundingRect().contains(at):
                time_s = plot.vb.mapSceneToView(at).x()
                self.read_bucket(_bucket_at(figures.buckets, time_s))

    def _ask_flights(self) -> None:
        if self._figures is not None and self._at >= 0:
            bucket = self._figures.buckets[self._at]
            self.flights_wanted.emit(bucket.start_s, bucket.start_s + bucket.span_s)

    def _dress(self) -> None:
        """In the colours of now."""
        colours = self._theme.colours
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Window, colours.surface)
        self.setPalette(palette)
        self.canvas.setBackground(colours.surface)
        for plot in self.plots:
            plot.showGrid(x=True, y=True, alpha=0.15)
            plot.titleLabel.setText(plot.titleLabel.text, color=colours.text)
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(colours.border)
                axis.setTextPen(colours.muted)
                axis.setTickFont(self._theme.font(TextSize.CAPTION))
        for cursor in self._cursors:
            cursor.setPen(pg.mkPen(colours.accent, width=1))
        self._draw()

    def _draw(self) -> None:
        """Items stay and are given other figures: scenes crash where items come and go."""
        if self._figures is None:
            return
        buckets, colours = self._figures.buckets, self._theme.colours
        sources = [input_sources(bucket.totals) for bucket in buckets]
        below = np.zeros(len(buckets))
        for bars, colour, part in zip(self._token_bars, _SERIES, _PARTS, strict=True):
            tall = np.array([0 if each is None else getattr(each, part) for each in sources], float)
            _set_bars(bars, buckets, tall, below, area_fill(colours, colour))
            below = below + tall
        known = [bucket for bucket in buckets if bucket.totals.cost_usd is not None]
        costs = np.array([bucket.totals.cost_usd for bucket in known], float)
        _set_bars(self._cost_bars, known, costs, np.zeros(len(known)), colours.accent)
        self.plots[_LATENCY].setLogMode(y=self.logarithmic.switch.isChecked())
        times = _middles(buckets)
        inks = (colours.warning, colours.accent)
        for line, (name, ink) in zip(self._lines, zip(_LINES, inks, strict=True), strict=True):
            told = [getattr(bucket.totals, name) for bucket in buckets]
            seconds = np.array([np.nan if each is None else each / 1000 for each in told])
            is_any = bool(np.isfinite(seconds).any())  # it falls on bounds of nothing
            line.setVisible(is_any)
            if is_any:
                line.setData(times, seconds)
            else:
                line.setData([], [])
            line.setPen(pg.mkPen(ink, width=1.5))
            line.setSymbolBrush(ink)


def _set_bars(
    bars: Any, buckets: Sequence[FlightBucket], tall: Any, below: Any, brush: Any
) -> None:
    bars.setVisible(bool(buckets))
    if not buckets:
        return  # none at all have no bounds, on which it falls
    widths = np.array([bucket.span_s * _BAR_SHARE for bucket in buckets])
    bars.setOpts(x=_middles(buckets), y0=below, height=tall, width=widths, brush=brush, pen=None)


def _middles(buckets: Sequence[FlightBucket]) -> Any:
    return np.array([bucket.start_s + bucket.span_s / 2 for bucket in buckets])


def _bucket_at(buckets: Sequence[FlightBucket], time_s: float) -> int:
    """The one that the time lies in, or the nearest."""
    behind = sum(bucket.start_s <= time_s for bucket in buckets)
    return max(behind - 1, 0)


def _bucket_words(bucket: FlightBucket) -> str:
    totals = bucket.totals
    facts = (
        counted(totals.flights, "flight"),
        f"{count_text(totals.input_tokens)} tokens in",
        f"first token {duration_text(totals.ttft_p50_ms)}, p95 {duration_text(totals.ttft_p95_ms)}",
        f"cost {sum_money(totals)}",
    )
    return f"{bucket_time(bucket)} · {' · '.join(facts if totals.flights else facts[:1])}"
