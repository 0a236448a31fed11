"""The Overview's lists, of which each line can be picked: flights under way, one line each (who
asks whom, for how long, how much has come); and how a whole divides among a few, with a line for
the rest."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QFont, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.overview import NO_PROVIDER, ProviderShare
from llmgw_desktop.app.words.figures import count_text, counted, share_text
from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.overview.pickable import INSET_UNITS, Pickable
from llmgw_desktop.ui.palettes import mixed
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.label import plays, tip
from llmgw_desktop.ui.widgets.words import said

MOST = 6
NOTHING = "Nothing is under way."


@value
class RunningLine:
    """Words are ready to paint."""

    flight_id: str
    client: str
    model: str
    progress: str
    elapsed: str


_CALM_MS = 5000
"""Lines come and go many times a second where answers are short; the page must not go with them."""
_WIDEST_ELAPSED = "88 m 88 s"


class RunningList(Pickable):
    """The oldest, and how many more there are. A click asks for the flight.

    It grows at once, and gives its room back when fewer lines have been enough for a while.
    """

    flight_wanted = Signal(str)

    def __init__(self, theme: Theme, *, most: int = MOST, parent: QWidget | None = None) -> None:
        super().__init__(theme, "Flights under way", parent=parent)
        self._most = most
        self._lines: tuple[RunningLine, ...] = ()
        self._more = 0
        self._held_rows = self._lately_rows = 1
        self._calm = QTimer(self, singleShot=True, interval=_CALM_MS)
        self._calm.timeout.connect(self._shrink)
        self.setFont(theme.font())
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.picked.connect(lambda row: self.flight_wanted.emit(self._lines[row].flight_id))

    def show_lines(self, lines: Sequence[RunningLine], count: int) -> None:
        """`count` flights are under way; the first `most` of them are enough as lines."""
        before, shown, more = self._lines, tuple(lines[: self._most]), count - self._most
        self._lines = shown
        if more != self._more or len(shown) != len(before):
            self._more = more
            self.update()
        else:
            for row, line in enumerate(shown):
                self._update_row(row, before[row], line)
        if shown != before:
            words = "; ".join(map(self.words_of, range(len(shown))))
            self.setAccessibleDescription(words or said(NOTHING))
            self.things_changed()
        self._hold(self._rows())

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(80), self._line_height() * self._held_rows)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.space(50), self.sizeHint().height())

    @override
    def count_of_things(self) -> int:
        return len(self._lines)

    @override
    def area_of(self, index: int) -> QRect:
        return QRect(0, index * self._line_height(), self.width(), self._line_height())

    @override
    def words_of(self, index: int) -> str:
        line = self._lines[index]
        return f"{line.client}, {line.model}, {line.elapsed}"

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), self._theme.colours.surface)
        tall, inset = self._line_height(), self._theme.space(INSET_UNITS)
        for row, line in enumerate(self._lines):
            area = self.area_of(row)
            if area.intersects(event.rect()):
                self._paint_line(painter, line, QRectF(area.adjusted(inset, 0, -inset, 0)))
        if not self._lines:
            painter.setPen(self._theme.colours.muted)
            painter.drawText(QPointF(inset, self.fontMetrics().ascent()), said(NOTHING))
        if self._more > 0:
            last = QRectF(inset + self._indent(), self._most * tall, self.width(), tall)
            painter.setPen(self._theme.colours.muted)
            painter.drawText(last, Qt.AlignmentFlag.AlignVCenter, said(f"and {self._more:,} more"))
        self.paint_focus(painter)
        painter.end()

    def _rows(self) -> int:
        """That the lines need."""
        return max(len(self._lines) + (self._more > 0), 1)

    def _hold(self, rows: int) -> None:
        self._lately_rows = max(self._lately_rows, rows)
        if rows > self._held_rows:
            self._held_rows = rows
            self.updateGeometry()
        elif rows < self._held_rows and not self._calm.isActive():
            self._lately_rows = rows
            self._calm.start()

    def _shrink(self) -> None:
        if self._lately_rows < self._held_rows:
            self._held_rows = self._lately_rows
            self.updateGeometry()
        self._lately_rows = self._rows()
        if self._lately_rows < self._held_rows:
            self._calm.start()

    def _update_row(self, row: int, before: RunningLine, now: RunningLine) -> None:
        if now == before:
            return
        area = self.area_of(row)
        if now == replace(before, elapsed=now.elapsed):
            beside = self._elapsed_width() + self._theme.space(INSET_UNITS)
            area.setLeft(area.right() - beside)
        self.update(area)

    def _elapsed_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(_WIDEST_ELAPSED)

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
        right -= self._elapsed_width()
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


@value
class BarShare:
    """One line. `note` is what should not be overlooked («3 errors»); `hint` is for the pointer.

    `is_rest` is for a line that stands for several: quieter, without a bar.
    """

    name: str
    share: float
    words: str
    note: str = ""
    hint: str = ""
    is_rest: bool = False


@plays(QAccessible.Role.Chart)
class ShareBars(Pickable):
    """As tall as its lines need."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, name, parent=parent)
        self._shares: tuple[BarShare, ...] = ()
        self.setFont(theme.font())
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, shares: Sequence[BarShare]) -> None:
        before, self._shares = self._shares, tuple(shares)
        if self._shares == before:
            return
        lines = (f"{self.words_of(at)} {said(each.hint)}" for at, each in enumerate(shares))
        self.setAccessibleDescription("; ".join(map(str.rstrip, lines)).replace("\n", ", "))
        self.things_changed()
        if [each.is_rest for each in shares] != [each.is_rest for each in before]:
            self.updateGeometry()
            self.update()
            return
        for index, share in enumerate(shares):
            if share != before[index]:
                self.update(self.area_of(index))

    @override
    def count_of_things(self) -> int:
        return len(self._shares)

    @override
    def area_of(self, index: int) -> QRect:
        """A rest stands last, so that all before it are of one height."""
        tall = self._line_height()
        own = self._rest_height() if self._shares[index].is_rest else tall
        return QRect(0, index * tall, self.width(), own)

    @override
    def words_of(self, index: int) -> str:
        share = self._shares[index]
        name = said(share.name) if " " in share.name else share.name
        return f"{name}: {said(share.words)} {said(share.note)}".rstrip()

    @override
    def sizeHint(self) -> QSize:
        tall = self.area_of(len(self._shares) - 1).bottom() + 1 if self._shares else 0
        return QSize(self._theme.space(60), tall or self._line_height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.space(40), self.sizeHint().height())

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() is QEvent.Type.ToolTip:
            self._show_hint(event)
            return True
        return super().event(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), self._theme.colours.surface)
        inset, lift = self._theme.space(INSET_UNITS), self._theme.space(0.75)
        for index, share in enumerate(self._shares):
            line = self.area_of(index)
            if line.intersects(event.rect()):
                self._paint_line(painter, share, QRectF(line.adjusted(inset, lift, -inset, 0)))
        self.paint_focus(painter)
        painter.end()

    def _line_height(self) -> int:
        return self.fontMetrics().height() + self._theme.space(5)

    def _rest_height(self) -> int:
        return self.fontMetrics().height() + self._theme.space(2)

    def _show_hint(self, event: QHelpEvent) -> None:
        index = self.thing_under(event.pos())
        hint = self._shares[index].hint if index >= 0 else ""
        area = self.area_of(index) if hint else QRect()
        QToolTip.showText(event.globalPos(), tip(hint), self, area)

    def _paint_line(self, painter: QPainter, share: BarShare, area: QRectF) -> None:
        self._paint_words(painter, share, area)
        if not share.is_rest:
            self._paint_bar(painter, share, area)

    def _paint_words(self, painter: QPainter, share: BarShare, area: QRectF) -> None:
        colours, space = self._theme.colours, self._theme.space
        metrics = self.fontMetrics()
        baseline = area.top() + metrics.ascent() + space(0.5)
        painter.setFont(self._theme.font(weight=QFont.Weight.Medium))
        painter.setPen(colours.muted if share.is_rest else colours.text)
        words, note = said(share.words), said(share.note)
        words_width = painter.fontMetrics().horizontalAdvance(words)
        room = int(area.width()) - words_width - space(3)
        name = metrics.elidedText(
            said(share.name) if share.is_rest else share.name, Qt.TextElideMode.ElideRight, room
        )
        painter.drawText(QPointF(area.left(), baseline), name)
        painter.drawText(QPointF(area.right() - words_width, baseline), words)
        if note:
            painter.setFont(self._theme.font(TextSize.CAPTION))
            painter.setPen(colours.error)
            left = metrics.horizontalAdvance(name) + space(3)
            if left + painter.fontMetrics().horizontalAdvance(note) < room:
                painter.drawText(QPointF(area.left() + left, baseline), note)

    def _paint_bar(self, painter: QPainter, share: BarShare, area: QRectF) -> None:
        colours, space = self._theme.colours, self._theme.space
        top = area.top() + self.fontMetrics().height() + space(1.5)
        thick = space(1.5)
        bar = QRectF(area.left(), top, area.width(), thick)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(mixed(colours.accent, colours.surface, 0.14))
        painter.drawRoundedRect(bar, thick / 2, thick / 2)
        if not share.share:  # nothing, or not known
            return
        filled = QRectF(bar)
        filled.setWidth(max(bar.width() * min(share.share, 1.0), thick))
        painter.setBrush(colours.accent)
        painter.drawRoundedRect(filled, thick / 2, thick / 2)


LINES_MOST = 5
"""So many providers have a line of their own: the chart above needs its room."""


def provider_lines(providers: Sequence[ProviderShare]) -> list[BarShare]:
    """In the order of the providers, the greatest first."""
    lines = [_line(each) for each in providers]
    rest = providers[LINES_MOST:]
    return [*lines[:LINES_MOST], _rest(rest, lines[LINES_MOST:])] if rest else lines


def is_rest_line(index: int, shares: Sequence[object]) -> bool:
    return index == LINES_MOST < len(shares)


def _line(share: ProviderShare) -> BarShare:
    return BarShare(
        name=inert_line(share.provider, 60) or NO_PROVIDER,
        share=share.share,
        words=_words(share.flights, share.share),
        note=_errors(share.errors),
    )


def _rest(rest: Sequence[ProviderShare], lines: Sequence[BarShare]) -> BarShare:
    flights, share = sum(each.flights for each in rest), sum(each.share for each in rest)
    return BarShare(
        name=f"and {len(rest):,} more",
        share=share,
        words=_words(flights, share),
        note=_errors(sum(each.errors for each in rest)),
        hint="\n".join(
            f"{each.name}: {said(each.words)}  {said(each.note)}".rstrip() for each in lines
        ),
        is_rest=True,
    )


def _words(flights: int, share: float) -> str:
    return f"{count_text(flights)}  ·  {share_text(share)}"


def _errors(count: int) -> str:
    return counted(count, "error") if count else ""
