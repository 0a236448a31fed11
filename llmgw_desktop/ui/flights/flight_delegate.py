"""Paints the cells of the flights table: marks, texts, the cache bar. Asks the model for nothing
but the row, whose texts are ready.
"""

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from llmgw_desktop.app.figures import UNKNOWN
from llmgw_desktop.app.flight_columns import ShownFlight
from llmgw_desktop.domain.flight import FlightState
from llmgw_desktop.ui.flights.flight_model import NOT_HERE, FlightModel
from llmgw_desktop.ui.flights.state_marks import StateMarks, state_colour
from llmgw_desktop.ui.palettes import mixed
from llmgw_desktop.ui.theme import Theme

_QUIET = frozenset({"time", "provider", "protocol", "stop", "id"})
_BAD = frozenset({FlightState.FAILED, FlightState.CUT})
_Index = QModelIndex | QPersistentModelIndex
_Painter = Callable[[QPainter, QRect, ShownFlight, int], None]


class FlightDelegate(QStyledItemDelegate):
    """`hovered_row` is set by the table."""

    def __init__(self, theme: Theme, model: FlightModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.hovered_row = -1
        self._theme = theme
        self._model = model
        self._marks = StateMarks(theme)
        self._font = theme.font()
        self._metrics = QFontMetrics(self._font)
        self._widest = max(self._metrics.horizontalAdvance(letter) for letter in "WM@—")
        self._pad = theme.space(1.5)
        self._painters = [self._painter_of(column.key) for column in model.columns]

    @property
    def row_height(self) -> int:
        return self._theme.space(7.5)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        row, column = index.row(), index.column()
        colours = self._theme.colours
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, colours.selection)
        elif row == self.hovered_row:
            painter.fillRect(area, colours.hover)
        shown = self._model.shown(row)
        painter.setFont(self._font)
        if shown is None:
            painter.setPen(colours.disabled)
            self._text(painter, area, NOT_HERE, self._model.columns[column].is_number)
            return
        self._painters[column](painter, area, shown, column)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(self._theme.space(20), self.row_height)

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
        size = self._marks.size_px
        pixmap = self._marks.pixmap(shown.summary.state, painter.device().devicePixelRatioF())
        left = area.left() + (area.width() - size) / 2
        painter.drawPixmap(QPointF(left, area.top() + (area.height() - size) / 2), pixmap)

    def _paint_plain(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        text = shown.cells[at]
        colours = self._theme.colours
        painter.setPen(colours.disabled if text == UNKNOWN else colours.text)
        self._text(painter, area, text, self._model.columns[at].is_number)

    def _paint_quiet(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        painter.setPen(self._theme.colours.muted)
        self._text(painter, area, shown.cells[at], self._model.columns[at].is_number)

    def _paint_status(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        state, colours = shown.summary.state, self._theme.colours
        bad = state in _BAD
        painter.setPen(state_colour(state, colours) if bad else colours.muted)
        self._text(painter, area, shown.cells[at], is_number=True)

    def _paint_took(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        if not shown.summary.is_running:
            self._paint_plain(painter, area, shown, at)
            return
        painter.setPen(self._theme.colours.running)
        self._text(painter, area, shown.cells[at], is_number=True)

    def _paint_model(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        """What was asked for stands out from what served it."""
        asked, arrow, served = shown.cells[at].partition(" → ")
        colours = self._theme.colours
        painter.setPen(colours.text)
        self._text(painter, area, asked, is_number=False)
        if arrow:
            width = self._metrics.horizontalAdvance(asked)
            painter.setPen(colours.muted)
            rest = area.adjusted(width, 0, 0, 0)
            if rest.width() > 4 * self._pad:
                self._text(painter, rest, f"{arrow}{served}", is_number=False)

    def _paint_error(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        painter.setPen(state_colour(shown.summary.state, self._theme.colours))
        self._text(painter, area, shown.cells[at], is_number=False)

    def _paint_cache(self, painter: QPainter, area: QRect, shown: ShownFlight, at: int) -> None:
        self._paint_plain(painter, area, shown, at)
        rate = shown.summary.usage.cache_hit_rate
        if rate is None:
            return
        colours = self._theme.colours
        space = self._theme.space
        right = area.right() - self._pad - self._metrics.horizontalAdvance("100 %") - space(1.5)
        left, height = area.left() + self._pad, space(1.25)
        if right - left < space(3):
            return
        top = area.top() + (area.height() - height) / 2
        track = QRectF(left, top, right - left, height)
        painter.fillRect(track, mixed(colours.cache_read, colours.surface, 0.2))
        track.setWidth(track.width() * min(max(rate, 0.0), 1.0))
        painter.fillRect(track, colours.cache_read)

    def _text(self, painter: QPainter, area: QRect, text: str, is_number: bool) -> None:
        inner = area.adjusted(self._pad, 0, -self._pad, 0)
        width = inner.width()
        if len(text) * self._widest > width and self._metrics.horizontalAdvance(text) > width:
            text = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, width)
        side = Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft
        painter.drawText(inner, side | Qt.AlignmentFlag.AlignVCenter, text)
