"""Words and small pictures: a label in the theme's sizes and tones, one that gives way, a mark,
tips."""

import html
from collections.abc import Iterable
from enum import StrEnum

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget
from typing_extensions import override

from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import TextSize, Theme


class Tone(StrEnum):
    """A colour by its meaning; the values are names of fields of Colours."""

    TEXT = "text"
    MUTED = "muted"
    ACCENT = "accent"
    OK = "ok"
    ERROR = "error"
    WARNING = "warning"
    RUNNING = "running"


def colour_of(tone: Tone, colours: Colours) -> QColor:
    colour: QColor = getattr(colours, tone.value)
    return colour


class Label(QLabel):
    """Plain text always: what comes from outside is never read as markup."""

    def __init__(
        self,
        theme: Theme,
        text: str = "",
        *,
        size: TextSize = TextSize.BODY,
        tone: Tone = Tone.TEXT,
        weight: QFont.Weight = QFont.Weight.Normal,
    ) -> None:
        super().__init__(text)
        self._theme = theme
        self._tone = tone
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(theme.font(size, weight))
        self._paint_tone()
        theme.changed.connect(self._paint_tone)

    def set_tone(self, tone: Tone) -> None:
        if tone is not self._tone:
            self._tone = tone
            self._paint_tone()

    def say(self, words: str) -> None:
        """Hidden where it has nothing to say."""
        self.setText(words)
        self.setVisible(bool(words))

    def _paint_tone(self) -> None:
        palette = QPalette(self.palette())
        ink = colour_of(self._tone, self._theme.colours)
        palette.setColor(QPalette.ColorRole.WindowText, ink)
        self.setPalette(palette)


class MarkIcon(QWidget):
    """Not for the keyboard, and nothing that a screen reader would miss."""

    def __init__(self, theme: Theme, icon: str, tone: Tone = Tone.MUTED) -> None:
        super().__init__()
        self._theme = theme
        self._icon_name = icon
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_mark(self, icon: str, tone: Tone) -> None:
        if (icon, tone) != (self._icon_name, self._tone):
            self._icon_name, self._tone = icon, tone
            self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._theme.space(4.5), self._theme.space(5))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colour = colour_of(self._tone, self._theme.colours)
        size = self._theme.space(4.5)
        painter = QPainter(self)
        top = (self.height() - size) / 2
        self._theme.icons.paint(painter, self._icon_name, QRectF(0, top, size, size), colour)
        painter.end()


_LONG = 80


def tip(text: str) -> str:
    """For `setToolTip` and models: Qt would read what looks like markup as markup, and open the
    pictures that it names, also such as lie on another machine. Long texts get lines that wrap."""
    if "<" not in text and len(text) <= _LONG:
        return text
    return f"<p style='white-space: pre-wrap'>{html.escape(text)}</p>"


def paragraphs(texts: Iterable[str]) -> str:
    """As `tip`, each of these by itself; empty ones are left out."""
    return "".join(f"<p>{html.escape(text)}</p>" for text in texts if text)


class ElidedLabel(Label):
    """Never asks for more room than a few letters."""

    @override
    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(tip(text))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * 8, self.fontMetrics().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), _ELIDE, self.width())
        painter.drawText(self.rect(), self.alignment() | Qt.AlignmentFlag.AlignVCenter, text)
        painter.end()


_ELIDE = Qt.TextElideMode.ElideRight
