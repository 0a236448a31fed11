"""Something that was found on this computer, offered once: it is used only if a person says so."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout

from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.card import Card
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone
from llmgw_desktop.ui.widgets.mark import Mark


class OfferCard(Card):
    """`action` is empty where there is only something to say."""

    taken = Signal()
    declined = Signal()

    def __init__(self, theme: Theme, words: str, action: str = "") -> None:
        super().__init__(theme)
        space = theme.space
        self.words = words
        self._take = Button(theme, action, name=f"{action}: {words}" if action else "Nothing to do")
        self._take.setToolTip("")
        self._take.clicked.connect(self.taken)
        self._leave = Button(theme, kind=ButtonKind.QUIET, icon="cross", name=f"Dismiss: {words}")
        self._leave.setToolTip("Not now")
        self._leave.clicked.connect(self.declined)
        row = QHBoxLayout(self)
        row.setContentsMargins(space(5), space(2), space(3), space(2))
        row.setSpacing(space(2.5))
        row.addWidget(Mark(theme, "info", Tone.RUNNING), 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(FlowingLabel(theme, words), 1)
        row.addWidget(self._take)
        row.addWidget(self._leave)
        self._take.setVisible(bool(action))
