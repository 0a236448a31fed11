"""The tokens of a flight as one bar with a legend: fresh, written, read, output."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.app.figures import UNKNOWN, hit_rate_text
from llmgw_desktop.app.flight_formats import TOKEN_WORDS, TokenKind, token_parts, tokens_sentence
from llmgw_desktop.domain.usage import UNKNOWN_USAGE, Usage
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.tip import tip

_LEAST_PX = 3.0


class TokenBar(QWidget):
    """Says the same in words to a screen reader."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._usage = UNKNOWN_USAGE
        self._sentence = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_usage(self, usage: Usage, *, was_asked: bool = True) -> None:
        self._usage = usage
        self._sentence = tokens_sentence(usage, was_asked=was_asked)
        self.setAccessibleDescription(self._sentence)
        self.setToolTip(tip(self._sentence))
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
            painter.drawText(self.rect(), _LEFT, self._sentence)
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
            (TOKEN_WORDS[part.kind], part.text, token_colour(part.kind, colours))
            for part in token_parts(self._usage)
        ]
        if rate != UNKNOWN:
            entries.append(("Cache hit rate", rate, None))
        for word, figure, ink in entries:
            left = self._paint_entry(painter, QPointF(left, top), word, figure, ink)

    def _paint_entry(
        self, painter: QPainter, at: QPointF, word: str, figure: str, ink: QColor | None
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


def token_colour(kind: TokenKind, colours: Colours) -> QColor:
    match kind:
        case TokenKind.FRESH:
            return colours.fresh
        case TokenKind.CACHE_WRITE:
            return colours.cache_write
        case TokenKind.CACHE_READ:
            return colours.cache_read
        case TokenKind.OUTPUT:
            return colours.accent
        case TokenKind.INPUT:
            return colours.muted
