"""One program as a card: whether it uses this gateway, where it is set, and when it last asked."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout

from llmgw_desktop.app.connect.clients import ClientCard
from llmgw_desktop.app.connect.standing import State
from llmgw_desktop.ui.clients.client_marks import state_mark
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.card import Card
from llmgw_desktop.ui.widgets.card_head import card_head
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.mark import Mark

_WORDS = {State.READY: "Connect…", State.BY_HAND: "Connect…", State.SET_UP: "Change…"}


class ClientCardView(Card):
    """Shows what it is told; what is asked for is done by the page."""

    connect_wanted = Signal()
    undo_wanted = Signal()

    def __init__(self, theme: Theme, card: ClientCard) -> None:
        super().__init__(theme)
        self._mark = Mark(theme, "off")
        name = FlowingLabel(theme, card.title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold)
        self._state = Label(theme, weight=QFont.Weight.Medium)
        self._facts = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._used = FlowingLabel(theme, tone=Tone.MUTED)
        self._why = FlowingLabel(theme)
        self._connect = Button(theme, "Connect…")
        self._undo = Button(theme, "Undo…")
        self._undo.setAccessibleName(f"Undo {card.title}")
        self._undo.setToolTip("Shows what would be taken out of its settings")
        self._connect.setToolTip("Shows what would be written into its settings")
        self._connect.clicked.connect(self.connect_wanted)
        self._undo.clicked.connect(self.undo_wanted)
        space = theme.space
        column = QVBoxLayout(self)
        column.setContentsMargins(space(5), space(3.5), space(4), space(4))
        column.setSpacing(space(1.5))
        column.addWidget(
            card_head(
                theme,
                (self._mark, name, self._state),
                (self._used, self._facts),
                (self._undo, self._connect),
            )
        )
        column.addWidget(self._why)
        self.setAccessibleName(card.title)
        self.show_card(card)

    def show_card(self, card: ClientCard) -> None:
        icon, tone = state_mark(card.state)
        self._mark.show_mark(icon, tone)
        self._state.setText(card.words)
        self._state.set_tone(tone)
        self._facts.setText(card.facts)
        for label, words in ((self._used, card.used), (self._why, card.why)):
            label.setText(words)
            label.setVisible(bool(words))
        self._why.set_tone(Tone.ERROR if tone is Tone.ERROR else Tone.TEXT)
        self._connect.setText(_WORDS.get(card.state, "Connect again…"))
        self._connect.setAccessibleName(f"{self._connect.text().rstrip('…')} {card.title}")
        self._connect.setVisible(card.can_connect)
        self._undo.setVisible(card.can_undo)
        parts = (card.words, card.used, card.why, card.facts)
        self.setAccessibleDescription(". ".join(part for part in parts if part))
