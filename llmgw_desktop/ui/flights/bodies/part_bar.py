"""What must be known of a shown body: a notice, and the way to the rest of a large one."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.figures import size_text
from llmgw_desktop.app.flight_texts import PREVIEW_BYTES
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.label import Label, Tone


class PartBar(QWidget):
    """Hidden when there is nothing to say."""

    all_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = Label(theme, size=TextSize.CAPTION, tone=Tone.WARNING)
        self._words.setWordWrap(True)
        self._load = Button(theme, "Load all")
        self._load.clicked.connect(self.all_wanted)
        space = theme.space
        row = QHBoxLayout(self)
        row.setContentsMargins(space(3), space(1), space(2), space(1))
        row.addWidget(self._words, 1)
        row.addWidget(self._load)
        theme.changed.connect(self.update)
        self.hide()

    def tell(self, notice: str, whole_bytes: int) -> None:
        """`whole_bytes` above 0: only the beginning is shown."""
        part = f"Only the first {size_text(PREVIEW_BYTES)} are shown." if whole_bytes else ""
        words = " ".join(text for text in (notice, part) if text)
        self._words.setText(words)
        self._load.setVisible(bool(whole_bytes))
        self._load.setText(f"Load all ({size_text(whole_bytes)})")
        self.setVisible(bool(words))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colours.warning_ground)
        painter.end()
