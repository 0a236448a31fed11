"""One quiet sentence across a page, that can be put away."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.mark import Mark


class QuietLine(QWidget):
    """Hidden until `say`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = FlowingLabel(theme, tone=Tone.MUTED)
        self.close_button = Button(theme, kind=ButtonKind.QUIET, icon="cross", name="Dismiss")
        self.close_button.clicked.connect(self.hide)
        space = theme.space
        row = QHBoxLayout(self)
        row.setContentsMargins(space(4), space(1), space(3), 0)
        row.setSpacing(space(2))
        row.addWidget(Mark(theme, "info"))
        row.addWidget(self._words, 1)
        row.addWidget(self.close_button)
        self.hide()

    @property
    def text(self) -> str:
        return self._words.text() if not self.isHidden() else ""

    def say(self, sentence: str) -> None:
        self._words.setText(sentence)
        self.setVisible(bool(sentence))
