"""The plots of the large charts, drawn by pyqtgraph.

They take half a second to be read in, beside the loop when a person first asks for large charts
(decision 10).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFocusEvent,
    QFontInfo,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from typing_extensions import override

from llmgw_desktop.app.flights.overview import OverviewFigures, charted, input_sources, none_words
from llmgw_desktop.app.words.figures import duration_text, money_text
from llmgw_desktop.domain.flights.flight import FlightBucket, FlightTotals
from llmgw_desktop.ui.overview.stacked_bars import (
    LEAST_LOGGED,
    area_fill,
    axis_ends,
    axis_text,
    unknown_fill,
)
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import marks_focus
from llmgw_desktop.ui.widgets.label import plays
from llmgw_desktop.ui.widgets.pacing import MadeInSteps, in_turns
from llmgw_desktop.ui.widgets.words import said

_SOURCES = (
    ("cache_read", "cache_read", "Cache read"),
    ("cache_write", "cache_write", "Cache write"),
    ("fresh", "fresh", "Fresh"),
    ("outline", "untold", "Not told"),
)
"""Colour, field of InputSources, word; foot first."""
_LINES = (("warning", "ttft_p95_ms", "95th percentile"), ("accent", "ttft_p50_ms", "Median"))
_TOKENS, _LATENCY, _COST = range(3)
_TITLES = ("Input tokens by source", "Time to the first token", "Cost")
_NOTHING = (
    "No provider told how many tokens it read.",
    "No answer came with its time to the first token.",
    "No price of these flights is known.",
)
_MARK = "<span style='color: {}'>■</span> {}"
_BAR_SHARE = 0.8


@plays(QAccessible.Role.Chart)
class LargePlots(pg.GraphicsLayoutWidget, MadeInSteps):
    """Input tokens, time to the first token and cost, one below the other over one time axis.

    Stretches with flights of which a figure is not known are a grey column there: neither a bar nor
    a line, for unknown is not nothing. Takes the focus, and leaves all keys to the window.
    """

    pointed = Signal(float)
    """At a time, in seconds since the epoch."""
    clicked = Signal(float, bool)
    """At a time, and whether for the second time."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._begin(self._made(theme))

    def _made(self, theme: Theme) -> Iterator[None]:
        self._theme = theme
        self._figures: OverviewFigures | None = None
        self._shows_focus = False
        self._is_log = self._is_fitting = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(said("Charts"))
        yield
        self.plots: list[Any] = []
        kept: tuple[list[Any], list[Any], list[Any], list[Any]] = ([], [], [], [])
        self._unknown, self._nothing, self._cursors, self._levels = kept
        for words in (axis_text, lambda seconds: duration_text(seconds * 1000), money_text):
            self._add_plot(_ValueAxis(words))
            yield
        self._token_bars = [self._bars(_TOKENS) for _ in _SOURCES]
        yield
        self._cost_bars = self._bars(_COST)
        self._lines: list[Any] = [
            self.plots[_LATENCY].plot(symbol="o", symbolSize=4, symbolPen=None, connect="finite")
            for _ in _LINES
        ]
        yield
        self.scene().sigMouseMoved.connect(self._on_moved)
        self.scene().sigMouseClicked.connect(self._on_clicked)
        self.plots[_TOKENS].sigXRangeChanged.connect(lambda *_: self._fit())
        yield
        self.dress()

    @property
    def time_range(self) -> tuple[float, float]:
        """What of the time axis is in sight, in seconds since the epoch."""
        begin, end = self.plots[_TOKENS].viewRange()[0]
        return float(begin), float(end)

    @property
    def shows_all(self) -> bool:
        return self._figures is not None and bool(
            np.allclose(self.time_range, _whole(self._figures), rtol=0, atol=1e-3)
        )

    def show_figures(self, figures: OverviewFigures, *, all_of_them: bool) -> None:
        """`all_of_them`: else what is in sight stays so."""
        self._figures = figures
        begin, end = _whole(figures)
        least = figures.bucket_s * 3
        for plot in self.plots:
            plot.setLimits(xMin=begin, xMax=end, minXRange=least, maxXRange=end - begin)
        if all_of_them:
            self.show_times(begin, end)
        self._draw()

    def show_all(self) -> None:
        if self._figures is not None:
            self.show_times(*_whole(self._figures))

    def show_times(self, begin_s: float, end_s: float) -> None:
        self.plots[_TOKENS].setXRange(begin_s, end_s, padding=0)

    def show_logarithmic(self, on: bool) -> None:
        """Of the times to the first token."""
        self._is_log = on
        self._draw()

    def point_at(self, at_s: float | None, words: str) -> None:
        """The crosshair; `words` are what stands there, for who does not see it."""
        for cursor in self._cursors:
            cursor.setVisible(at_s is not None)
            if at_s is not None:
                cursor.setPos(at_s)
        self.setAccessibleName(f"{said('Charts')}: {said(words)}")

    def _add_plot(self, values: "_ValueAxis") -> None:
        axes = {"bottom": pg.DateAxisItem(), "left": values}
        plot = self.addPlot(row=len(self.plots), col=0, axisItems=axes)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=True, y=False)
        plot.disableAutoRange()
        plot.setOpacity(0)
        values.setWidth(self._theme.space(15))
        if self.plots:
            plot.setXLink(self.plots[0])
        self.plots.append(plot)
        unknown = _no_bars()
        nothing = pg.TextItem(anchor=(0.5, 0.5))
        nothing.setFont(self._theme.font())
        cursor = pg.InfiniteLine(angle=90, movable=False)
        level = pg.InfiniteLine(
            angle=0, movable=False, label="", labelOpts={"position": 0.97, "anchors": [(1, 1)] * 2}
        )
        kept = (self._unknown, self._nothing, self._cursors, self._levels)
        for items, item in zip(kept, (unknown, nothing, cursor, level), strict=True):
            plot.vb.addItem(item, ignoreBounds=True)
            item.hide()
            items.append(item)

    def _bars(self, at: int) -> Any:
        bars = _no_bars()
        self.plots[at].addItem(bars)
        return bars

    def _plot_at(self, at: QPointF) -> tuple[int, QPointF]:
        """Which one lies there on the screen, and where on its axes; -1: none."""
        for number, plot in enumerate(self.plots):
            if plot.vb.sceneBoundingRect().contains(at):
                return number, plot.vb.mapSceneToView(at)
        return -1, QPointF()

    def _on_moved(self, at: QPointF) -> None:
        number, place = self._plot_at(at)
        self._show_level(number, place.y())
        if number >= 0:
            self.pointed.emit(place.x())

    def _on_clicked(self, event: Any) -> None:
        number, place = self._plot_at(event.scenePos())
        if number >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self.clicked.emit(place.x(), event.double())

    def _show_level(self, found: int, value: float) -> None:
        """How high the pointer is, across the plot that it is on; -1: on none."""
        for number, (plot, level) in enumerate(zip(self.plots, self._levels, strict=True)):
            level.setVisible(number == found)
            if number == found:
                level.setPos(value)
                level.label.setFormat(plot.getAxis("left").words_of(value))

    def dress(self) -> None:
        """In the colours of now."""
        colours = self._theme.colours
        self.setBackground(colours.surface)
        for plot in self.plots:
            plot.showGrid(x=True, y=True, alpha=0.15)
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(colours.border)
                axis.setTextPen(colours.muted)
                axis.setTickFont(self._theme.font(TextSize.CAPTION))
        for item in (*self._cursors, *self._levels):
            item.setPen(pg.mkPen(colours.accent, width=1))
        for level in self._levels:
            level.label.fill = pg.mkBrush(colours.surface)
            level.label.setColor(colours.text)
        for text in self._nothing:
            text.setColor(colours.muted)
        self._draw()

    def _draw(self) -> None:
        """Items stay and are given other figures: scenes crash where items come and go."""
        if self._figures is None:
            return
        buckets, colours = self._figures.buckets, self._theme.colours
        sources = [input_sources(bucket.totals) for bucket in buckets]
        below = np.zeros(len(buckets))
        for bars, (colour, part, _) in zip(self._token_bars, _SOURCES, strict=True):
            tall = np.array([0 if each is None else getattr(each, part) for each in sources], float)
            _set_bars(bars, buckets, tall=tall, below=below, brush=area_fill(colours, colour))
            below = below + tall
        known = [bucket for bucket in buckets if bucket.totals.cost_usd is not None]
        costs = np.array([bucket.totals.cost_usd for bucket in known], float)
        zeros = np.zeros(len(known))
        _set_bars(self._cost_bars, known, tall=costs, below=zeros, brush=colours.accent)
        self.plots[_LATENCY].setLogMode(y=self._is_log)
        for line, (colour, name, _) in zip(self._lines, _LINES, strict=True):
            self._draw_line(line, name, getattr(colours, colour))
        self._name_plots(colours)
        self._fit()

    def _draw_line(self, line: Any, name: str, ink: QColor) -> None:
        assert self._figures is not None
        told = [getattr(bucket.totals, name) for bucket in self._figures.buckets]
        seconds = np.array([np.nan if each is None else each / 1000 for each in told], float)
        if self._is_log:
            seconds = np.maximum(seconds, LEAST_LOGGED)
        is_any = bool(np.isfinite(seconds).any())  # it falls on bounds of nothing
        line.setVisible(is_any)
        line.setData(*((_middles(self._figures.buckets), seconds) if is_any else ([], [])))
        dashes = Qt.PenStyle.DashLine if name == "ttft_p95_ms" else Qt.PenStyle.SolidLine
        line.setPen(pg.mkPen(ink, width=1.5, style=dashes))
        line.setSymbolBrush(ink)

    def _name_plots(self, colours: Colours) -> None:
        """What stands in each, and which colour means what."""
        totals = [bucket.totals for bucket in self._figures.buckets] if self._figures else []
        found = [each for each in map(input_sources, totals) if each is not None]
        tokens = [
            (area_fill(colours, colour), word)
            for colour, part, word in _SOURCES
            if part != "untold" or any(each.untold for each in found)
        ]
        lines = [
            (getattr(colours, colour), word)
            for colour, name, word in reversed(_LINES)
            if any(getattr(each, name) is not None for each in totals)
        ]
        px = QFontInfo(self._theme.font()).pixelSize()
        for at, keys in enumerate((tokens, lines, [])):
            if any(_is_unknown(each, at) for each in totals):
                keys = [*keys, (unknown_fill(colours), "Not known")]
            shown = [_MARK.format(ink.name(), said(word)) for ink, word in keys]
            words = "&nbsp;&nbsp;&nbsp;".join([said(_TITLES[at]) + ":" * bool(shown), *shown])
            title = self.plots[at].titleLabel
            if (words, colours.text) != (title.text, title.opts.get("color")):
                self.plots[at].setTitle(words, size=f"{px}px", justify="left", color=colours.text)
                title.setMinimumWidth(0)  # else a narrow window cuts the plot off

    def _fit(self) -> None:
        """As high as what is in sight. To fit one may tell once more of the times of all."""
        figures = self._figures
        if figures is None or self._is_fitting:
            return
        self._is_fitting = True
        begin, end = self.time_range
        seen = [b for b in figures.buckets if b.start_s + b.span_s > begin and b.start_s < end]
        for at, plot in enumerate(self.plots):
            values = [each for bucket in seen for each in charted(bucket.totals)[at]]
            low, high = axis_ends(values, is_log=at == _LATENCY and self._is_log)
            plot.setYRange(low, high, padding=0)
            plot.getAxis("left").setStyle(showValues=bool(values))
            unknown = [each for each in figures.buckets if _is_unknown(each.totals, at)]
            tall, below = np.full(len(unknown), high - low), np.full(len(unknown), low)
            brush = unknown_fill(self._theme.colours)
            _set_bars(self._unknown[at], unknown, tall=tall, below=below, brush=brush, share=1.0)
            nothing = self._nothing[at]
            nothing.setText(said(_NOTHING[at] if figures.totals.flights else none_words(figures)))
            nothing.setPos((begin + end) / 2, (low + high) / 2)
            nothing.setVisible(not any(charted(each.totals)[at] for each in figures.buckets))
        self._is_fitting = False

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        in_turns(self._revealing(), self, self._theme)

    def _revealing(self) -> Iterator[None]:
        """To paint all plots takes longer than one turn of the loop may."""
        for plot in self.plots:
            plot.setOpacity(1)
            yield

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._shows_focus = True
        self.viewport().update()
        event.ignore()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._show_level(-1, 0.0)
        super().leaveEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        if self.hasFocus():  # a dialog that is shown sends one that is none
            self._shows_focus = marks_focus(event, self._shows_focus)
        super().focusInEvent(event)
        self.viewport().update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and self._shows_focus:
            painter = QPainter(self.viewport())
            painter.setPen(pg.mkPen(self._theme.colours.accent, width=1))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
            painter.end()


class _ValueAxis(pg.AxisItem):
    """Says its values as the rest of the window does."""

    def __init__(self, words: Callable[[float], str]) -> None:
        super().__init__("left")
        self._words = words

    def words_of(self, at: float) -> str:
        return said(self._words(10**at if self.logMode else at))

    @override
    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        return [self.words_of(each) for each in values]


def _no_bars() -> Any:
    bars = pg.BarGraphItem(x=[0.0], y0=[0.0], height=[0.0], width=[0.0])
    bars.hide()
    return bars


def _set_bars(
    bars: Any,
    buckets: Sequence[FlightBucket],
    *,
    tall: Any,
    below: Any,
    brush: Any,
    share: float = _BAR_SHARE,
) -> None:
    bars.setVisible(bool(buckets))
    if not buckets:
        return  # none at all have no bounds, on which it falls
    widths = np.array([bucket.span_s * share for bucket in buckets])
    bars.setOpts(x=_middles(buckets), y0=below, height=tall, width=widths, brush=brush, pen=None)


def _middles(buckets: Sequence[FlightBucket]) -> Any:
    return np.array([bucket.start_s + bucket.span_s / 2 for bucket in buckets])


def _whole(figures: OverviewFigures) -> tuple[float, float]:
    """With a little room beside the first and the last bar."""
    room = (figures.until_s - figures.since_s) * 0.01
    return figures.since_s - room, figures.until_s + room


def _is_unknown(totals: FlightTotals, at: int) -> bool:
    return bool(totals.flights) and not charted(totals)[at]
