"""The plots of the Figures page, drawn by pyqtgraph: bars along an axis, a map of hours by days.

They take half a second to be read in: the page does so beside the loop when it is first shown, and
nothing else does (decision 10). Each has a table beside it that says the same.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QColor, QHelpEvent, QPainter, QShowEvent
from PySide6.QtWidgets import QToolTip
from typing_extensions import override

from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.label import plain_tip, plays
from llmgw_desktop.ui.widgets.pacing import MadeInSteps
from llmgw_desktop.ui.widgets.words import said

_BAR_SHARE = 0.8
_MOST_TICKS = 9
_MOST_LINES = 5
_HOURS = 24
_BELOW = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextDontClip
_BESIDE = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
_TINTS = 64


@plays(QAccessible.Role.Chart)
class _Plot(pg.GraphicsView, MadeInSteps):
    """Zoomed by the wheel along its axis. `picked`: the number of the bar or cell of a click."""

    picked = Signal(int)

    def __init__(self, theme: Theme, name: str, words: Callable[[float], str]) -> None:
        super().__init__()
        self.enableMouse(False)
        self._theme = theme
        self._count = 0
        self._is_stale = False
        self.words_of: Callable[[int], str] = lambda _: ""
        """What is told of a bar or cell under the mouse, by its number."""
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(said(name))
        self.setMinimumHeight(theme.space(40))
        self._begin(self._made(words))

    def _made(self, words: Callable[[float], str]) -> Iterator[None]:
        theme = self._theme
        axes = {"left": _Axis(theme, "left", words), "bottom": _Axis(theme, "bottom")}
        box = pg.ViewBox(enableMenu=False)
        yield
        self.plotItem: Any = pg.PlotItem(viewBox=box, axisItems=axes, enableMenu=False)
        yield
        self.plotItem.setOpacity(0)
        self.plotItem.hideButtons()
        self.plotItem.disableAutoRange()
        self.plotItem.setMouseEnabled(x=True, y=False)
        self.setCentralItem(self.plotItem)
        yield
        self._fill()
        yield
        self.dress()
        self.scene().sigMouseClicked.connect(self._on_clicked)
        self._theme.changed.connect(self._dress_anew)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._dress_anew()
        if not self.plotItem.opacity():
            QTimer.singleShot(0, self, self._unveil)

    def _unveil(self) -> None:
        """In a turn of its own, and painted there: the first time takes long, and other plots are
        shown beside it."""
        self.plotItem.setOpacity(1)
        self.viewport().repaint()

    def _fill(self) -> None:
        """With what it shows, without a colour yet."""
        raise NotImplementedError

    def _dress_anew(self) -> None:
        """Where nobody looks, when it is looked at; and painted after the page, as at first."""
        self._is_stale = not self.isVisible()
        if not self._is_stale:
            self.dress()
            self.plotItem.setOpacity(0)
            QTimer.singleShot(0, self, self._unveil)

    def dress(self) -> None:
        """In the colours of now."""
        self.setBackground(self._theme.colours.surface)

    @override
    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            at = self._under(self.mapToScene(event.pos()))
            words = "" if at is None else self.words_of(at)
            QToolTip.showText(event.globalPos(), plain_tip(words) if words else "", self)
            return True
        return bool(super().viewportEvent(event))

    def _on_clicked(self, event: Any) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        at = self._under(event.scenePos())
        if at is not None:
            self.picked.emit(at)

    def _under(self, at: QPointF) -> int | None:
        """The number of the bar or cell at a place of the scene."""
        box = self.plotItem.vb
        if not box.sceneBoundingRect().contains(at):
            return None
        place = box.mapSceneToView(at)
        number = self._number_at(place.x(), place.y())
        return number if 0 <= number < self._count else None

    def _number_at(self, x: float, y: float) -> int:
        raise NotImplementedError


class BarPlot(_Plot):
    """One bar a word; where a value is not known stands a grey column."""

    def __init__(self, theme: Theme, name: str, words: Callable[[float], str]) -> None:
        self._values: Sequence[float | None] = ()
        self._most = 0.0
        super().__init__(theme, name, words)

    @override
    def _fill(self) -> None:
        self._bars, self._unknown = (_no_bars(), _no_bars())
        for each in (self._unknown, self._bars):
            self.plotItem.addItem(each)
        self.plotItem.getAxis("left").setWidth(self._theme.space(14))
        self.plotItem.showGrid(x=False, y=True)
        self.plotItem.getAxis("left").setZValue(-1)  # its lines behind the bars

    def show_bars(
        self,
        labels: Sequence[str],
        values: Sequence[float | None],
        *,
        at_edges: bool = False,
        most: float = 0.0,
    ) -> None:
        """`at_edges`: a label says where its bar begins. `most`: what none can be more than."""
        self._values, self._count, self._most = values, len(values), most
        step = max(math.ceil(len(labels) / _MOST_TICKS), 1)
        edge = 0.5 if at_edges else 0.0
        ticks = [(at - edge, said(label)) for at, label in enumerate(labels) if at % step == 0]
        self.plotItem.getAxis("bottom").setTicks([ticks])
        right = max(len(values) - 0.4, 0.6)
        self.plotItem.setLimits(xMin=-0.6, xMax=right, minXRange=2, maxXRange=right + 0.6)
        self.plotItem.setXRange(-0.6, right, padding=0)
        self._draw()

    @override
    def dress(self) -> None:
        super().dress()
        self._draw()

    def _draw(self) -> None:
        tallest = max([each for each in self._values if each is not None], default=0.0) or 1.0
        top = self._most or tallest
        self.plotItem.setYRange(0, top * 1.08, padding=0)
        known = [(at, each) for at, each in enumerate(self._values) if each]
        is_any = any(each is not None for each in self._values)
        self.plotItem.getAxis("left").setTicks(None if is_any or self._most else [])
        unknown = [(at, top * 1.08) for at, each in enumerate(self._values) if each is None]
        _set_bars(self._bars, known, self._theme.colours.accent)
        _set_bars(self._unknown, unknown, _unknown_fill(self._theme.colours))

    @override
    def _number_at(self, x: float, y: float) -> int:
        return round(x)


class HeatPlot(_Plot):
    """Hours from top to bottom, days from left to right; the more the darker, by its logarithm."""

    def __init__(self, theme: Theme, name: str) -> None:
        self._cells: Any = np.zeros((0, 0))
        super().__init__(theme, name, _hour_words)

    @override
    def _fill(self) -> None:
        self._image = pg.ImageItem()
        self.plotItem.addItem(self._image)
        self.plotItem.invertY(True)
        self.plotItem.getAxis("left").setTicks(
            [[(at + 0.5, f"{at:02d}") for at in range(0, _HOURS, 3)]]
        )
        self.plotItem.getAxis("left").setWidth(self._theme.space(8))

    def show_cells(self, labels: Sequence[str], cells: Sequence[Sequence[float | None]]) -> None:
        """A column of 24 hours a day; None where nothing was."""
        self._cells = np.array(
            [[np.nan if it is None else it for it in day] for day in cells], float
        )
        self._count = len(cells) * _HOURS
        step = max(math.ceil(len(labels) / _MOST_TICKS), 1)
        ticks = [(at + 0.5, said(label)) for at, label in enumerate(labels) if at % step == 0]
        self.plotItem.getAxis("bottom").setTicks([ticks])
        width = max(len(cells), 1)
        self.plotItem.setLimits(xMin=0, xMax=width, minXRange=min(2, width), maxXRange=width)
        self.plotItem.setXRange(0, width, padding=0)
        self.plotItem.setYRange(0, _HOURS, padding=0)
        self._draw()

    @override
    def dress(self) -> None:
        super().dress()
        self._draw()

    def _draw(self) -> None:
        self._image.setVisible(bool(self._cells.size))
        if not self._cells.size:
            return
        known = np.isfinite(self._cells) & (self._cells > 0)
        logs = np.log(np.where(known, self._cells, 1.0))
        low, high = (logs[known].min(), logs[known].max()) if known.any() else (0.0, 1.0)
        share = (logs - low) / max(high - low, 1e-9) * (_TINTS - 1)
        colours = self._theme.colours
        tints = np.array(
            [
                _between(colours.hover, colours.accent, 0.25 + 0.75 * at / _TINTS)
                for at in range(_TINTS)
            ]
        )
        ground = colours.surface
        picture = np.where(
            known[..., None],
            tints[np.clip(share, 0, _TINTS - 1).astype(int)],
            np.array([ground.red(), ground.green(), ground.blue()]),
        )
        self._image.setImage(picture.astype(np.ubyte), autoLevels=False)

    @override
    def _number_at(self, x: float, y: float) -> int:
        return math.floor(x) * _HOURS + min(max(math.floor(y), 0), _HOURS - 1)


class _Axis(pg.AxisItem):
    """Its words and lines, painted straight in the colours of now: pyqtgraph measures each word
    and plays a picture back, which takes ten times as long, for each of a plot's two axes."""

    def __init__(
        self, theme: Theme, side: str, words: Callable[[float], str] = lambda _: ""
    ) -> None:
        super().__init__(side)
        self._theme = theme
        self._words = words
        self._is_upright = side == "left"
        if not self._is_upright:
            self.setHeight(theme.space(6))

    @override
    def paint(self, painter: QPainter, option: Any, widget: Any) -> None:
        low, high = self.range
        bounds = self.mapRectFromParent(self.geometry())
        if low == high or bounds.isEmpty():
            return
        colours = self._theme.colours
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.setFont(self._theme.font(TextSize.CAPTION))
        painter.setPen(colours.border)
        if self._is_upright:
            painter.drawLine(bounds.topRight(), bounds.bottomRight())
        else:
            painter.drawLine(bounds.topLeft(), bounds.topRight())
        for value, words in self._marks(low, high):
            share = (value - low) / (high - low)
            if 0 <= share <= 1:
                self._paint_mark(painter, bounds, share, words)

    def _paint_mark(self, painter: QPainter, bounds: QRectF, share: float, words: str) -> None:
        tall, gap = self._theme.space(5), self._theme.space(1)
        if not self._is_upright:
            x = bounds.left() + share * bounds.width()
            place = QRectF(x - bounds.width() / 2, bounds.top() + gap, bounds.width(), tall)
            side = _BELOW
        else:
            y = bounds.bottom() - share * bounds.height()
            place = QRectF(bounds.left(), y - tall / 2, bounds.width() - 1.5 * gap, tall)
            side = _BESIDE
            if self.grid is not False:
                painter.setPen(_faint(self._theme.colours))
                painter.drawLine(
                    QPointF(bounds.right(), y), QPointF(self.boundingRect().right(), y)
                )
        painter.setPen(self._theme.colours.muted)
        painter.drawText(place, side, words)

    def _marks(self, low: float, high: float) -> Iterator[tuple[float, str]]:
        if self._tickLevels is not None:
            for level in self._tickLevels:
                yield from level
            return
        step = _round_step((high - low) / _MOST_LINES)
        for at in range(math.ceil(low / step), math.floor(high / step) + 1):
            yield at * step, said(self._words(at * step))


def _round_step(least: float) -> float:
    """1, 2 or 5 with noughts, of at least that."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(each * power for each in (1, 2, 5, 10) if each * power >= least * (1 - 1e-9))


def _faint(colours: Colours) -> QColor:
    return QColor(*_between(colours.surface, colours.border, 0.6))


def _hour_words(hour: float) -> str:
    return f"{int(hour):02d}"


def _between(one: QColor, other: QColor, share: float) -> tuple[int, int, int]:
    def part(low: int, high: int) -> int:
        return round(low + (high - low) * share)

    return (
        part(one.red(), other.red()),
        part(one.green(), other.green()),
        part(one.blue(), other.blue()),
    )


def _unknown_fill(colours: Colours) -> QColor:
    """Of a stretch of which a figure is not known; quieter than any bar."""
    return QColor(*_between(colours.surface, colours.outline, 0.22))


def _no_bars() -> Any:
    bars = pg.BarGraphItem(x=[0.0], y0=[0.0], height=[0.0], width=[0.0])
    bars.hide()
    return bars


def _set_bars(bars: Any, tall: Sequence[tuple[int, float]], brush: QColor) -> None:
    bars.setVisible(bool(tall))
    if tall:  # none at all have no bounds, on which it falls
        places, heights = zip(*tall, strict=True)
        bars.setOpts(x=places, y0=0, height=heights, width=_BAR_SHARE, brush=brush, pen=None)
