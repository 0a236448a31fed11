"""Says above an output that it is not the whole, and where the whole is."""

from PySide6.QtGui import QAction, QPainter, QPaintEvent
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

    def __init__(self, theme: Theme, files: QAction, parent: QWidget | None = None) -> None:
        """`files` leads to the whole, and is called there as the button is here."""
        super().__init__(parent)
        self._theme = theme
        words = FlowingLabel(theme, _WORDS, size=TextSize.CAPTION, tone=Tone.WARNING)
        self._files = files
        self._button = Button(theme, files.text(), kind=ButtonKind.QUIET, icon="folder")
        self._button.clicked.connect(files.trigger)
        files.changed.connect(self._name_files)
        space = theme.space
        row = QHBoxLayout(self)
        row.setContentsMargins(space(4), space(0.5), space(2), space(0.5))
        row.addWidget(words, 1)
        row.addWidget(self._button)
        theme.changed.connect(self.update)
        self.hide()

    def _name_files(self) -> None:
        self._button.setText(self._files.text())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.colours.warning_ground)
        painter.end()
