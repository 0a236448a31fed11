"""Asks before something is done that cannot be taken back. Esc and Enter leave all as it is."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone

_WIDTH_UNITS = 115


def fit(dialog: QDialog, width: int) -> None:
    """As tall as its flowing words need; Qt itself asks only for their one line."""
    layout = dialog.layout()
    if layout is not None:
        layout.activate()
        height = layout.totalHeightForWidth(width)
        dialog.setMinimumSize(width, height)
        dialog.resize(width, height)


class QuestionDialog(QDialog):
    """Open it with `open()`; accepted means: do it."""

    def __init__(
        self, theme: Theme, *, title: str, text: str, yes: str, no: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        space = theme.space
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.no = Button(theme, no)
        self.no.setDefault(True)
        self.no.clicked.connect(self.reject)
        self.yes = Button(theme, yes)
        self.yes.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setSpacing(space(2))
        foot.addStretch(1)
        foot.addWidget(self.no)
        foot.addWidget(self.yes)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(6), space(5), space(6), space(5))
        column.setSpacing(space(3))
        head = FlowingLabel(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        column.addWidget(head)
        column.addWidget(FlowingLabel(theme, text, tone=Tone.MUTED))
        column.addSpacing(space(1))
        column.addLayout(foot)
        fit(self, space(_WIDTH_UNITS))
        self.no.setFocus()
