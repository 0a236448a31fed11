"""Text in one of the theme's sizes and tones, that follows a change of scheme."""

from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QLabel, QWidget

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
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
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

    def _paint_tone(self) -> None:
        palette = QPalette(self.palette())
        colour: QColor = getattr(self._theme.colours, self._tone.value)
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        self.setPalette(palette)
