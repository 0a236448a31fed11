"""A row with a line of border colour along its lower edge, for tabs that do not fill it."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from llmgw_desktop.ui.theme import Theme


class LinedRow(QWidget):
    """Put a layout on it. Draws the line where a tab strip itself does not reach."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        theme.changed.connect(self.update)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() - 1, self.width(), 1, self._theme.colours.border)
        painter.end()
