"""The same table was changed in the window and by hand: both are shown, and a person chooses."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.inert_text import inert
from llmgw_desktop.domain.errors import SettingsConflict
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.text_field import TextLines

_GONE = "(it is not in the file any more)"
_TO_BE_GONE = "(it would be removed)"


class ConflictDialog(QDialog):
    """Open it with `open()`. Accepted means: mine is to be kept. Esc keeps the file as it is."""

    def __init__(self, theme: Theme, conflict: SettingsConflict, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        space = theme.space
        self.setWindowTitle("The settings were changed by hand")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sides = QHBoxLayout()
        sides.setSpacing(space(3))
        sides.addLayout(self._side("Your change here", conflict.mine or _TO_BE_GONE), 1)
        sides.addLayout(self._side("In the file now", conflict.theirs or _GONE), 1)
        self.keep_theirs = Button(theme, "Keep the file as it is")
        self.keep_theirs.setDefault(True)
        self.keep_theirs.clicked.connect(self.reject)
        self.keep_mine = Button(theme, "Make my change")
        self.keep_mine.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.setSpacing(space(2))
        foot.addStretch(1)
        foot.addWidget(self.keep_theirs)
        foot.addWidget(self.keep_mine)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(6), space(5), space(6), space(5))
        column.setSpacing(space(3))
        title = f"[{conflict.table}] was changed in the file meanwhile"
        column.addWidget(Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold))
        column.addWidget(FlowingLabel(theme, _WHAT, tone=Tone.MUTED))
        column.addLayout(sides, 1)
        column.addLayout(foot)
        self.resize(space(190), space(100))

    def _side(self, title: str, text: str) -> QVBoxLayout:
        theme, space = self._theme, self._theme.space
        label = Label(theme, title, weight=QFont.Weight.Medium)
        view = TextLines(theme, inert(text.strip("\n")), name=title)
        view.setReadOnly(True)
        label.setBuddy(view)
        column = QVBoxLayout()
        column.setSpacing(space(1))
        column.addWidget(label)
        column.addWidget(view, 1)
        return column


_WHAT = (
    "Nothing has been written. Making your change touches only the keys that it is about; the rest"
    " of the table stays as it is in the file."
)
