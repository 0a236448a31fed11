"""A flight at a glance: a sentence, what went wrong, its tokens, its losses."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.app.flights.errors import explained
from llmgw_desktop.app.flights.formats import (
    TOKEN_WORDS,
    ShownTokens,
    facts,
    sentence,
    token_parts,
    tokens_sentence,
)
from llmgw_desktop.app.flights.losses import guards_told, losses_told
from llmgw_desktop.app.flights.run_errors import place_named
from llmgw_desktop.app.words.figures import UNKNOWN, hit_rate_text
from llmgw_desktop.domain.flights.flight import FlightRecord, FlightState, FlightSummary
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.ui.flights.detail.reason_list import ReasonList
from llmgw_desktop.ui.flights.table.flight_delegate import state_colour, state_icon
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.cards import CORNER_PX
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.kept_rows import FactList
from llmgw_desktop.ui.widgets.label import Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import SheetTab
from llmgw_desktop.ui.widgets.words import said, told


class ErrorCard(QWidget):
    """Hidden for a flight without trouble. Where its sentences name a page or a setting, a button
    leads there."""

    place_wanted = Signal(str)
    """The key of a page, or the name of a setting."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._state = FlightState.FAILED
        self._what = FlowingLabel(theme, weight=QFont.Weight.DemiBold)
        self._why = FlowingLabel(theme)
        self._advice = FlowingLabel(theme)
        self._said = FlowingLabel(theme, tone=Tone.MUTED)
        self._said.setFont(theme.mono_font(TextSize.CAPTION))
        self._place = ""
        self.lead = Button(theme, icon="right")
        self.lead.clicked.connect(lambda: self.place_wanted.emit(self._place))
        v_box(
            theme,
            self._what,
            self._why,
            self._advice,
            h_box(theme, self.lead, None),
            self._said,
            on=self,
            gap=1,
            margins=(11, 3, 4, 3),
        )
        theme.changed.connect(self.update)
        self.hide()

    def show_flight(self, flight: FlightSummary) -> None:
        found = explained(flight)
        self.setVisible(found is not None)
        if found is None:
            return
        self._state = flight.state
        for label, text in (
            (self._what, found.what),
            (self._why, found.why),
            (self._advice, found.advice),
            (self._said, found.said),
        ):
            label.say(text)
        self._place = place_named(found.what, found.why, found.advice)
        is_setting = "." in self._place
        words = "Show the setting" if is_setting else f"Go to {self._place.capitalize()}"
        self.lead.setText(words)
        self.lead.setAccessibleName(said(f"{words} {self._place}" if is_setting else words))
        self.lead.setVisible(bool(self._place))
        self.setAccessibleDescription(told(found.what, found.why, found.advice))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, colours = self._theme, self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_ground(self._state, colours))
        painter.drawRoundedRect(QRectF(self.rect()), CORNER_PX, CORNER_PX)
        size = theme.space(5)
        area = QRectF(theme.space(3.5), theme.space(2.75), size, size)
        theme.icons.paint(
            painter, state_icon(self._state), area, state_colour(self._state, colours)
        )
        painter.end()


def _ground(state: FlightState, colours: Colours) -> QColor:
    grounds = {
        FlightState.LOST: colours.warning_ground,
        FlightState.CANCELED: colours.alternate,
    }
    return grounds.get(state, colours.error_ground)


_LEAST_PX = 3.0


class TokenBar(QWidget):
    """Says the same in words to a screen reader."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._usage = UNKNOWN_USAGE
        self._sentence = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_usage(self, usage: Usage, *, was_asked: bool = True) -> None:
        self._usage = usage
        self._sentence = tokens_sentence(usage, was_asked=was_asked)
        self.setAccessibleDescription(said(self._sentence))
        put_tip(self, tip(self._sentence))
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        space = self._theme.space
        if not token_parts(self._usage):
            return QSize(space(60), space(5))
        return QSize(space(60), space(3) + space(2.5) + space(9))

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if token_parts(self._usage):
            self._paint_bar(painter)
            self._paint_legend(painter)
        else:
            painter.setPen(self._theme.colours.muted)
            painter.drawText(self.rect(), _LEFT, said(self._sentence))
        painter.end()

    def _paint_bar(self, painter: QPainter) -> None:
        parts = token_parts(self._usage)
        total = sum(part.tokens for part in parts)
        height = self._theme.space(3)
        clip = QPainterPath()
        clip.addRoundedRect(QRectF(0, 0, self.width(), height), 4, 4)
        painter.setClipPath(clip)
        free = self.width() - _LEAST_PX * len(parts)
        left = 0.0
        for part in parts:
            width = _LEAST_PX + free * part.tokens / total
            ink = token_colour(part.kind, self._theme.colours)
            painter.fillRect(QRectF(left, 0, width - 1, height), ink)
            left += width
        painter.setClipping(False)

    def _paint_legend(self, painter: QPainter) -> None:
        theme, colours = self._theme, self._theme.colours
        top, left = theme.space(5.5), 0.0
        rate = hit_rate_text(self._usage)
        entries: list[tuple[str, str, QColor | None]] = [
            (said(TOKEN_WORDS[part.kind]), said(part.text), token_colour(part.kind, colours))
            for part in token_parts(self._usage)
        ]
        if rate != UNKNOWN:
            entries.append((said("Cache hit rate"), said(rate), None))
        for word, figure, ink in entries:
            left = self._paint_entry(painter, QPointF(left, top), word=word, figure=figure, ink=ink)

    def _paint_entry(
        self, painter: QPainter, at: QPointF, *, word: str, figure: str, ink: QColor | None
    ) -> float:
        """Where the next one begins."""
        theme, colours = self._theme, self._theme.colours
        dot = theme.space(2)
        indent = dot + theme.space(1.5) if ink is not None else 0
        line = theme.space(4.5)
        if ink is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawRoundedRect(QRectF(at.x(), at.y() + (line - dot) / 2, dot, dot), 2, 2)
        painter.setFont(theme.font(TextSize.CAPTION))
        painter.setPen(colours.muted)
        width = float(painter.fontMetrics().horizontalAdvance(word))
        painter.drawText(QRectF(at.x() + indent, at.y(), 400, line), _LEFT, word)
        painter.setFont(theme.font(TextSize.BODY, QFont.Weight.DemiBold))
        painter.setPen(colours.text)
        width = max(width, painter.fontMetrics().horizontalAdvance(figure))
        painter.drawText(QRectF(at.x() + indent, at.y() + line, 400, line), _LEFT, figure)
        return at.x() + indent + width + theme.space(6)


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def token_colour(kind: ShownTokens, colours: Colours) -> QColor:
    return {
        ShownTokens.FRESH: colours.fresh,
        ShownTokens.CACHE_WRITE: colours.cache_write,
        ShownTokens.CACHE_READ: colours.cache_read,
        ShownTokens.OUTPUT: colours.accent,
        ShownTokens.INPUT: colours.muted,
    }[kind]


class OverviewTab(SheetTab):
    """Words come from `app/flights/formats.py`, `flight_errors.py`, `flight_losses.py` and
    `guard_words.py`."""

    def __init__(self, theme: Theme) -> None:
        content = QWidget()
        super().__init__(theme, content, "Overview of the flight")
        self._sentence = FlowingLabel(theme, size=TextSize.HEADING, weight=QFont.Weight.Medium)
        self.error = ErrorCard(theme)
        self._tokens = TokenBar(theme)
        self._losses = ReasonList(theme, "Lost in translation", "list of losses")
        self._guards = ReasonList(theme, "Prompt guards", "list of findings")
        self._facts = FactList(theme)
        column = v_box(theme, on=content, gap=4, margins=4)
        sections = (self._tokens, self._guards, self._losses, self._facts)
        for widget in (self._sentence, self.error, *sections):
            column.addWidget(widget)
        column.addStretch(1)

    def show_record(self, record: FlightRecord, now_s: float) -> None:
        flight = record.summary
        self._sentence.setText(sentence(flight, now_s))
        self.error.show_flight(flight)
        self._tokens.show_usage(flight.usage, was_asked=flight.provider is not None)
        lost = losses_told(flight)
        self._losses.show_told(lost, "" if lost is None else lost.title)
        self._guards.show_told(guards_told(flight))
        self._facts.show_lines(facts(record))
        self.setAccessibleDescription(said(self._sentence.text()))
