"""Says above an output that it is not the whole, and where the whole is."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.job_output import MOST_LINES
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone

_WORDS = f"Earlier output is left out: the last {MOST_LINES:,} lines are shown."


class LeftOutBar(QWidget):
    """Hidden until there is something left out."""

    files_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        words = FlowingLabel(theme, _WORDS, size=TextSize.CAPTION, tone=Tone.WARNING)
        files = Button(theme, "Open its files", kind=ButtonKind.QUIET, icon="folder")
        files.clicked.connect(self.files_wanted)
        space = theme.space
        row = QHBoxLayout(self)
        row.setContentsMargins(space(4), space(0.5), space(2), space(0.5))
        row.addWidget(words, 1)
        row.addWidget(files)
        theme.changed.connect(self.update)
        self.hide()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colours.warning_ground)
        painter.end()
