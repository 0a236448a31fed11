"""Shows a new key, once. What was copied goes off the clipboard after a while."""

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.ui.dialogs.question_dialog import fit
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.code_block import CodeBlock
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone

CLIPBOARD_MS = 60_000
_WIDTH_UNITS = 120
_ONCE = (
    "It is shown this once and cannot be shown again: only its digest is kept. Copy it into the"
    " program's settings. A minute after it was copied it goes off the clipboard."
)


class KeyShown(QDialog):
    """Open it with `open()`. The key is forgotten when it closes."""

    def __init__(self, theme: Theme, title: str, key: str, note: str, parent: QWidget) -> None:
        super().__init__(parent)
        space = theme.space
        self.setWindowTitle(title)
        self.code = CodeBlock(theme, key, name="key")
        self.code.copy.clicked.connect(lambda: clear_later(self.code.text()))
        done = Button(theme, "Done", kind=ButtonKind.PRIMARY)
        done.setDefault(True)
        done.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(done)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(6), space(5), space(6), space(5))
        column.setSpacing(space(3))
        head = FlowingLabel(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        column.addWidget(head)
        column.addWidget(self.code)
        column.addWidget(FlowingLabel(theme, _ONCE, tone=Tone.WARNING))
        if note:
            column.addWidget(FlowingLabel(theme, note, tone=Tone.MUTED))
        column.addLayout(foot)
        self.finished.connect(self._forget)
        fit(self, space(_WIDTH_UNITS))
        self.code.copy.setFocus()

    def _forget(self) -> None:
        self.code.set_text("")
        self.deleteLater()


def clear_later(key: str) -> None:
    """Unless something else has been copied since."""

    def clear() -> None:
        clipboard = QGuiApplication.clipboard()
        if clipboard.text() == key:
            clipboard.clear()

    QTimer.singleShot(CLIPBOARD_MS, clear)
