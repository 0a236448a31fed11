"""A prompt as one bar of its blocks, and a conversation as a strip of its requests.

What was read, written and fresh is told by colour and by pattern: full, slanted, dotted.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QBrush,
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.cache_sheet import FATE_WORDS, SheetTurn
from llmgw_desktop.domain.flights.cache_words import BlockFate, PromptBlock
from llmgw_desktop.ui.palettes import Colours, mixed
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.label import tip
from llmgw_desktop.ui.widgets.words import said

_PATTERNS = {
    BlockFate.READ: Qt.BrushStyle.SolidPattern,
    BlockFate.WRITTEN: Qt.BrushStyle.BDiagPattern,
    BlockFate.FRESH: Qt.BrushStyle.Dense6Pattern,
    BlockFate.UNKNOWN: Qt.BrushStyle.NoBrush,
}
_LEAST_PX = 1.0


def fate_colour(fate: BlockFate, colours: Colours) -> QColor:
    return {
        BlockFate.READ: colours.cache_read,
        BlockFate.WRITTEN: colours.cache_write,
        BlockFate.FRESH: colours.fresh,
        BlockFate.UNKNOWN: colours.muted,
    }[fate]


def paint_fate(painter: QPainter, area: QRectF, fate: BlockFate, colours: Colours) -> None:
    """Its ground in a quiet shade, its pattern over it."""
    ink = fate_colour(fate, colours)
    painter.fillRect(area, mixed(ink, colours.surface, 0.3))
    painter.fillRect(area, QBrush(ink, _PATTERNS[fate]))


class _Told(QWidget):
    """A picture whose tip tells of what is under the pointer."""

    def words_at(self, x: float) -> str:
        raise NotImplementedError

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tip(self.words_at(event.pos().x())), self)
            return True
        return super().event(event)


class BlockBar(_Told):
    """Blocks from left to right, as wide as they are long; a line parts them, a triangle stands
    over the first difference."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._blocks: Sequence[PromptBlock] = ()
        self._tip_of: Callable[[int], str] = lambda _: ""
        self.setAccessibleName(said("The prompt as its blocks"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_blocks(
        self, blocks: Sequence[PromptBlock], words: str, tip_of: Callable[[int], str]
    ) -> None:
        """`tip_of` says more of a block, by its number."""
        self._blocks, self._tip_of = blocks, tip_of
        self.setAccessibleDescription(said(words))
        self.setVisible(bool(blocks))
        self.update()

    def block_at(self, x: float) -> int | None:
        for at, area in enumerate(self._areas()):
            if area.left() <= x < max(area.right(), area.left() + _LEAST_PX):
                return at
        return None

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(100), self._theme.space(11))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.space(40), self.sizeHint().height())

    @override
    def words_at(self, x: float) -> str:
        at = self.block_at(x)
        return "" if at is None else self._tip_of(at)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colours = QPainter(self), self._theme.colours
        areas = self._areas()
        for fate, area in self._runs(areas):
            paint_fate(painter, area, fate, colours)
        painter.setPen(QPen(colours.surface, 1))
        for area in areas[1:]:
            if area.width() > 3:
                painter.drawLine(area.topLeft(), area.bottomLeft())
        for block, area in zip(self._blocks, areas, strict=True):
            if block.is_changed:
                self._paint_difference(painter, area)
        self._paint_marks(painter, areas)
        painter.end()

    def _areas(self) -> list[QRectF]:
        top, height = self._theme.space(3), self._theme.space(6)
        areas, left = [], 0.0
        for block in self._blocks:
            width = block.share * self.width()
            areas.append(QRectF(left, top, max(width, _LEAST_PX), height))
            left += width
        return areas

    def _runs(self, areas: Sequence[QRectF]) -> list[tuple[BlockFate, QRectF]]:
        """Neighbours of one fate together: a pattern is dear to begin."""
        runs: list[tuple[BlockFate, QRectF]] = []
        for block, area in zip(self._blocks, areas, strict=True):
            if runs and runs[-1][0] is block.fate:
                runs[-1] = block.fate, runs[-1][1].united(area)
            else:
                runs.append((block.fate, area))
        return runs

    def _paint_difference(self, painter: QPainter, area: QRectF) -> None:
        colours, half = self._theme.colours, self._theme.space(1.25)
        x = min(max(area.center().x(), half), self.width() - half)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.error)
        top = area.top() - 1
        corners = [QPointF(x - half, 0), QPointF(x + half, 0), QPointF(x, top)]
        painter.drawPolygon(QPolygonF(corners))
        painter.setPen(QPen(colours.error, 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(area.adjusted(0, 0, 0, 0))
        painter.restore()

    def _paint_marks(self, painter: QPainter, areas: Sequence[QRectF]) -> None:
        """Small posts below the bar, where the caller wanted the cache to end."""
        painter.setPen(QPen(self._theme.colours.text, 2))
        for block, area in zip(self._blocks, areas, strict=True):
            if block.is_marked:
                x = min(area.right(), self.width() - 1)
                painter.drawLine(QPointF(x, area.bottom()), QPointF(x, self.height()))


class FateLegend(QWidget):
    """What the patterns mean."""

    _SHOWN = (BlockFate.READ, BlockFate.WRITTEN, BlockFate.FRESH)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._words: tuple[str, ...] = ("", "", "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_counts(self, counts: Sequence[str]) -> None:
        """Of tokens, in the order of the legend."""
        self._words = tuple(
            f"{FATE_WORDS[fate]} {count}" for fate, count in zip(self._SHOWN, counts, strict=True)
        )
        self.setAccessibleDescription(", ".join(map(said, self._words)))
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(60), self._theme.space(5))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        painter.setFont(theme.font(TextSize.CAPTION))
        metrics, left, side = painter.fontMetrics(), 0.0, theme.space(2.5)
        for fate, words in zip(self._SHOWN, map(said, self._words), strict=True):
            square = QRectF(left, (self.height() - side) / 2, side, side)
            paint_fate(painter, square, fate, theme.colours)
            painter.setPen(theme.colours.muted)
            left += side + theme.space(1.5)
            area = QRectF(left, 0, metrics.horizontalAdvance(words) + 2, self.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, words)
            left += area.width() + theme.space(4)
        painter.setPen(QPen(theme.colours.text, 2))
        middle, half = self.height() / 2, theme.space(1)
        painter.drawLine(QPointF(left, middle - half), QPointF(left, middle + half))
        painter.setPen(theme.colours.muted)
        area = QRectF(left + theme.space(1.5), 0, self.width(), self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, said("marked for the cache"))
        painter.end()


class TurnStrip(_Told):
    """A bar for each request of a conversation: from the foot what was read, written and fresh. A
    cross stands over one that missed; the one that is shown is framed. Arrows and Enter, or a
    click, lead to another."""

    flight_wanted = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._turns: Sequence[SheetTurn] = ()
        self._at = -1
        self.setAccessibleName(said("Requests of the conversation"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_turns(self, turns: Sequence[SheetTurn]) -> None:
        self._turns = turns
        self._at = next((at for at, each in enumerate(turns) if each.is_shown), -1)
        misses = [each.words for each in turns if each.is_miss]
        told = f"{len(turns)} requests, {len(misses)} missed the cache. "
        self.setAccessibleDescription(said(told + "; ".join(misses[:20])))
        self.update()

    def turn_at(self, x: float) -> int | None:
        step = self._step
        at = int(x // step) if step else -1
        return at if 0 <= at < len(self._turns) else None

    @property
    def _step(self) -> float:
        """No bar is wider than a finger, and all have room."""
        if not self._turns:
            return 0.0
        return min(self.width() / len(self._turns), float(self._theme.space(6)))

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(100), self._theme.space(18))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.space(40), self.sizeHint().height())

    @override
    def words_at(self, x: float) -> str:
        at = self.turn_at(x)
        return "" if at is None else self._turns[at].words

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # its release counts

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self.turn_at(event.position().x())
        if at is not None and event.button() == Qt.MouseButton.LeftButton:
            self.flight_wanted.emit(self._turns[at].flight_id)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None and self._turns:
            self._at = min(max(self._at + step, 0), len(self._turns) - 1)
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at >= 0:
            self.flight_wanted.emit(self._turns[self._at].flight_id)
        else:
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, step = QPainter(self), self._step
        gap = 1.0 if step > 3 else 0.0
        for at, turn in enumerate(self._turns):
            self._paint_turn(painter, turn, at * step, max(step - gap, _LEAST_PX))
        if self._at >= 0:
            ink = self._theme.colours.accent if self.hasFocus() else self._theme.colours.text
            painter.setPen(QPen(ink, 2))
            painter.drawRect(self._frame(self._at * step, max(step - gap, 2.0)))
        painter.end()

    def _frame(self, left: float, width: float) -> QRectF:
        top = self._theme.space(4)
        return QRectF(left, top, width, self.height() - top - 1)

    def _paint_turn(self, painter: QPainter, turn: SheetTurn, left: float, width: float) -> None:
        colours, area = self._theme.colours, self._frame(left, width)
        if turn.read is None or turn.written is None:
            painter.fillRect(area, QBrush(colours.border, Qt.BrushStyle.Dense7Pattern))
        else:
            bottom = area.bottom()
            fresh = 1.0 - turn.read - turn.written
            for fate, share in (
                (BlockFate.READ, turn.read),
                (BlockFate.WRITTEN, turn.written),
                (BlockFate.FRESH, fresh),
            ):
                height = share * area.height()
                paint_fate(painter, QRectF(left, bottom - height, width, height), fate, colours)
                bottom -= height
        if turn.is_miss:
            self._paint_cross(painter, left + width / 2)

    def _paint_cross(self, painter: QPainter, x: float) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colours.error, 2))
        arm, y = self._theme.space(1), self._theme.space(2)
        painter.drawLine(QPointF(x - arm, y - arm), QPointF(x + arm, y + arm))
        painter.drawLine(QPointF(x - arm, y + arm), QPointF(x + arm, y - arm))
        painter.restore()
