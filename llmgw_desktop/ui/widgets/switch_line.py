"""A switch with its words beside it, for dialogs."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.switch import Switch


class SwitchLine(QWidget):
    """The words are the switch's name."""

    def __init__(self, theme: Theme, words: str) -> None:
        super().__init__()
        self.switch = Switch(theme, name=words)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.space(2))
        row.addWidget(self.switch)
        row.addWidget(FlowingLabel(theme, words), 1)

    @property
    def is_on(self) -> bool:
        return self.switch.isChecked()

    def set_on(self, on: bool) -> None:
        self.switch.setChecked(on)
