"""What stands on the page while there is no provider: three ways to get one."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout, QWidget

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.card import Card
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.reflow import Flowed, Reflow

_CARD_UNITS = 54


class FirstProvider(QWidget):
    """Each card has one button."""

    vendor_wanted = Signal()
    server_wanted = Signal()
    ollama_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        space = theme.space
        self._look = Button(theme, "Look for Ollama")
        self._look.clicked.connect(self.ollama_wanted)
        vendor = Button(theme, "Add a vendor…", kind=ButtonKind.PRIMARY)
        vendor.clicked.connect(self.vendor_wanted)
        server = Button(theme, "Add a server…")
        server.clicked.connect(self.server_wanted)
        cards = [
            self._card("A vendor's API", _VENDOR, vendor),
            self._card("A server of your own", _SERVER, server),
            self._card("Ollama on this computer", _OLLAMA, self._look),
        ]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(space(2))
        title = Label(theme, "No provider yet", size=TextSize.TITLE, weight=QFont.Weight.DemiBold)
        column.addWidget(title)
        column.addWidget(FlowingLabel(theme, _WHAT, tone=Tone.MUTED))
        column.addSpacing(space(2))
        column.addWidget(
            Reflow(
                [Flowed(card, comfortable=space(_CARD_UNITS)) for card in cards],
                [(3,), (1, 1, 1)],
                spacing=space(3),
            )
        )

    def show_looking(self, *, is_under_way: bool) -> None:
        self._look.setEnabled(not is_under_way)
        self._look.setText("Looking …" if is_under_way else "Look for Ollama")

    def _card(self, title: str, words: str, button: Button) -> Card:
        theme, space = self._theme, self._theme.space
        card = Card(theme)
        column = QVBoxLayout(card)
        column.setContentsMargins(space(5), space(4), space(5), space(4))
        column.setSpacing(space(2))
        column.addWidget(Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold))
        column.addWidget(FlowingLabel(theme, words, tone=Tone.MUTED))
        column.addStretch(1)
        column.addWidget(button)
        return card


_WHAT = (
    "A provider answers the requests of your programs. Until there is one, the practice models do:"
    " offline and free."
)
_VENDOR = "Anthropic, OpenAI, Google, Groq or OpenRouter, with a key of yours."
_SERVER = "LM Studio, vLLM, llama.cpp or anything else that speaks as OpenAI does."
_OLLAMA = "Asks 127.0.0.1:11434 once, when you press the button."
