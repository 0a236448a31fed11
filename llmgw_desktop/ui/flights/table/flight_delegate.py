"""The mark of each state of a flight: a shape of its own, and a colour.

Shapes tell without colour: a tick, a filled dot, an exclamation mark, a cross, a dash, a broken
ring. Words for them stand in `app/flights/columns.py`.
"""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QStyleOptionViewItem, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.columns import ShownFlight
from llmgw_desktop.app.words.figures import UNKNOWN
from llmgw_desktop.domain.flights.flight import FlightState
from llmgw_desktop.ui.flights.table.flight_model import NOT_HERE, FlightModel
from llmgw_desktop.ui.palettes import Colours, mixed
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.label import Tone, colour_of
from llmgw_desktop.ui.widgets.tables import RowDelegate
from llmgw_desktop.ui.widgets.texts import LaidOutTexts
from llmgw_desktop.ui.widgets.words import said

_MARKS = {
    FlightState.RUNNING: ("running", Tone.RUNNING),
    FlightState.OK: ("ok", Tone.OK),
    FlightState.FAILED: ("error", Tone.ERROR),
    FlightState.CUT: ("cut", Tone.ERROR),
    FlightState.CANCELED: ("canceled", Tone.MUTED),
    FlightState.LOST: ("lost", Tone.WARNING),
}


def state_icon(state: FlightState) -> str:
    return _MARKS[state][0]


def state_colour(state: FlightState, colours: Colours) -> QColor:
    return colour_of(_MARKS[state][1], colours)


def state_mark(theme: Theme, state: FlightState, scale: float) -> QPixmap:
    """In the colours of now, for a screen of this scale."""
    colour = state_colour(state, theme.colours)
    return theme.icons.drawn(state_icon(state), colour, theme.space(4), scale)


_QUIET = frozenset({"time", "provider", "protocol", "stop", "id"})
_BAD = frozenset({FlightState.FAILED, FlightState.CUT})
_AT_END = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_Index = QModelIndex | QPersistentModelIndex
_Painter = Callable[[QPainter, QRect, ShownFlight, int], None]


class FlightDelegate(RowDelegate):
    """A repaint comes here hundreds of times, so whatever can be is measured and laid out once:
    distances, colours, and the texts themselves, of which most stand in many cells.
    """

    def __init__(self, theme: Theme, model: FlightModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model = model
        self._font = theme.font()
        self._texts = LaidOutTexts(self._font)
        self._note_font = theme.font(TextSize.CAPTION)
        self._note_metrics = QFontMetrics(self._note_font)
        self._pad = theme.space(1.5)
        self._mark_px = theme.space(4)
        self._bar_px = theme.space(1.25)
        self._least_bar_px = theme.space(3)
        self._figure_px = self._pad * 2 + QFontMetrics(self._font).horizontalAdvance("≈100 %")
        self._colours = theme.colours
        self._bar_ground = QColor()
        self._painters = [self._painter_of(column.key) for column in model.columns]
        self._wear()
        theme.changed.connect(self._wear)

    @property
    def row_height(self) -> int:
        return self._theme.space(7.5)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        area: QRect = option.rect
        row, column = index.row(), index.column()
        self.paint_ground(painter, option, row, self._colours)
        painter.setFont(self._font)
        shown = self._model.shown(row)
        if shown is None:
            painter.setPen(self._colours.muted)
            self._cell(painter, area, NOT_HERE, column)
            return
        self._painters[column](painter, area, shown, column)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(self._theme.space(20), self.row_height)

    def _wear(self) -> None:
        self._colours = self._theme.colours
        self._bar_ground = mixed(self._colours.cache_read, self._colours.surface, 0.2)

    def _painter_of(self, key: str) -> _Painter:
        own: dict[str, _Painter] = {
            "state": self._paint_mark,
            "cache": self._paint_cache,
            "status": self._paint_status,
            "error": self._paint_error,
            "took": self._paint_took,
            "model": self._paint_model,
        }
        return own.get(key, self._paint_quiet if key in _QUIET else self._paint_plain)

    def _paint_mark(self, painter: QPainter, area: QRect, shown: ShownFlight, _: int) -> None:
        size = self._mark_px
        scale = painter.device().devicePixelRatioF()
        pixmap = state_mark(self._theme, shown.summary.state, scale)
        left = area.left() + (area.width() - size) / 2
        painter.drawPixmap(QPointF(left, area.top() + (area.height() - size) / 2), pixmap)

    def _paint_plain(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        text = shown.cells[at]
        colours = self._colours
        painter.setPen(colours.muted if text == UNKNOWN else colours.text)
        self._cell(painter, area, text, at)

    def _paint_quiet(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        painter.setPen(self._colours.muted)
        self._cell(painter, area, shown.cells[at], at)

    def _paint_status(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        state, colours = shown.summary.state, self._colours
        painter.setPen(state_colour(state, colours) if state in _BAD else colours.muted)
        self._cell(painter, area, shown.cells[at], at)

    def _paint_took(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        if not shown.summary.is_running:
            self._paint_plain(painter, area, shown, at)
            return
        painter.setPen(self._colours.running)
        self._cell(painter, area, shown.cells[at], at)

    def _paint_model(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        """What was asked for stands out from what served it; at the end, what is unusual."""
        area = self._paint_notes(painter, area, shown)
        asked, arrow, served = shown.cells[at].partition(" → ")
        painter.setPen(self._colours.text)
        width = self._texts.paint(painter, self._inside(area), asked)
        rest = area.adjusted(int(width), 0, 0, 0)
        if arrow and rest.width() > 4 * self._pad:
            painter.setPen(self._colours.muted)
            self._texts.paint(painter, self._inside(rest), f"{arrow}{served}")

    def _paint_notes(self, painter: QPainter, area: QRect, shown: ShownFlight) -> QRect:
        """From the right, as many as leave the model's name enough; gives what is left."""
        if not (shown.loss_note or shown.operation_note):
            return area
        least = area.width() * 2 // 5
        painter.setFont(self._note_font)
        for note, colour in (
            (said(shown.loss_note), self._colours.warning),
            (said(shown.operation_note), self._colours.muted),
        ):
            width = self._note_metrics.horizontalAdvance(note) + 2 * self._pad if note else 0
            if not width or area.width() - width < least:
                continue
            painter.setPen(colour)
            painter.drawText(area.adjusted(0, 0, -self._pad, 0), _AT_END, note)
            area = area.adjusted(0, 0, -width, 0)
        painter.setFont(self._font)
        return area

    def _paint_error(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        painter.setPen(state_colour(shown.summary.state, self._colours))
        self._cell(painter, area, shown.cells[at], at)

    def _cell(self, painter: QPainter, area: QRect, text: str, at: int) -> None:
        column = self._model.columns[at]
        own = said(text) if column.is_words or column.is_number else text
        self._texts.paint(painter, self._inside(area), own, is_number=column.is_number)

    def _inside(self, area: QRect) -> QRect:
        return area.adjusted(self._pad, 0, -self._pad, 0)

    def _paint_cache(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        self._paint_plain(painter, area, shown, at)
        rate = shown.summary.usage.cache_hit_rate
        left = area.left() + self._pad
        width = area.width() - self._pad - self._figure_px
        if rate is None or width < self._least_bar_px:
            return
        top = area.top() + (area.height() - self._bar_px) // 2
        painter.fillRect(left, top, width, self._bar_px, self._bar_ground)
        full = round(width * min(max(rate, 0.0), 1.0))
        painter.fillRect(left, top, full, self._bar_px, self._colours.cache_read)
