"""What a newcomer sees in place of figures: the addresses, and a first request ready to send."""

from collections.abc import Mapping
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from llmgw_desktop.app.command_line.this_program import own_command
from llmgw_desktop.app.flights.copies import first_curl_text
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.texts import CodeBlock
from llmgw_desktop.ui.widgets.view_clothes import dress_view

_WIDTH_UNITS = 200
_KEY_LINE = 8
"""Below all addresses, which come one by one."""
_WAITING = "Its addresses, and a first request to send, will stand here as soon as it is."


class GettingStarted(QScrollArea):
    """Shown until the first flight was recorded."""

    test_flight_wanted = Signal()

    def __init__(self, theme: Theme, key_file: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._key_file = key_file
        self._addresses: dict[str, CodeBlock] = {}
        self._address_grid = QGridLayout()
        self._title = Label(theme, size=TextSize.TITLE, weight=_BOLD)
        self._what = _wrapped(theme, "")
        self._key = CodeBlock(theme, own_command("key", "add", "NAME"), name="key command")
        self._curl = CodeBlock(theme, "", name="request")
        self._send = Button(theme, "Send a test flight", kind=ButtonKind.PRIMARY, icon="send")
        self._send.clicked.connect(self.test_flight_wanted)
        self._said = Label(theme, _FREE, tone=Tone.MUTED)
        self._said.setWordWrap(True)
        dress_view(self, theme)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        self._cards = [self._address_card(), self._request_card()]
        self.setWidget(self._content())
        self.show_addresses({})

    def show_addresses(self, base_urls: Mapping[str, str]) -> None:
        """Empty while the gateway has no address."""
        for vendor, url in base_urls.items():
            if vendor not in self._addresses:
                self._add_address(vendor)
            self._addresses[vendor].set_text(url)
        self._curl.set_text(first_curl_text(base_urls, self._key_file))
        is_open = bool(base_urls)
        self._title.setText("Ready for your first flight" if is_open else "The gateway is not open")
        self._what.setText(_WHAT if is_open else _WAITING)
        for card in self._cards:
            card.setVisible(is_open)

    def show_sending(self, sending: bool) -> None:
        self._send.setEnabled(not sending)
        self._send.setText("Sending …" if sending else "Send a test flight")

    def show_failure(self, sentence: str) -> None:
        self._said.setText(sentence or _FREE)
        self._said.set_tone(Tone.ERROR if sentence else Tone.MUTED)

    def _content(self) -> QWidget:
        space = self._theme.space
        column = v_box(self._theme, self._title, self._what, 2, *self._cards, gap=4)
        body = QWidget()
        body.setLayout(column)
        body.setMaximumWidth(space(_WIDTH_UNITS))
        across = h_box(self._theme, None, (body, 100), None)
        content = QWidget()
        v_box(self._theme, across, None, on=content, margins=(6, 8))
        return content

    def _address_card(self) -> Card:
        theme, space = self._theme, self._theme.space
        card = Card(theme)
        column = v_box(
            self._theme,
            _step(theme, "Point a program here"),
            _wrapped(theme, _POINT),
            1,
            on=card,
            gap=2,
            margins=(5, 4, 5, 5),
        )
        self._address_grid.setHorizontalSpacing(space(4))
        self._address_grid.setVerticalSpacing(space(2))
        self._address_grid.setColumnStretch(1, 1)
        self._address_grid.addWidget(Label(theme, "API key", weight=_MEDIUM), _KEY_LINE, 0)
        self._address_grid.addWidget(self._key, _KEY_LINE, 1)
        self._address_grid.addWidget(_wrapped(theme, _KEY), _KEY_LINE + 1, 1)
        column.addLayout(self._address_grid)
        return card

    def _request_card(self) -> Card:
        theme, space = self._theme, self._theme.space
        card = Card(theme)
        column = v_box(
            self._theme,
            _step(theme, "Or try it now"),
            _wrapped(theme, _TRY),
            1,
            self._curl,
            on=card,
            gap=2,
            margins=(5, 4, 5, 5),
        )
        row = h_box(self._theme, self._send, (self._said, 1), gap=4)
        column.addSpacing(space(1))
        column.addLayout(row)
        return card

    def _add_address(self, vendor: str) -> None:
        block = CodeBlock(self._theme, "", name=f"{vendor} base URL")
        line = len(self._addresses)
        self._address_grid.addWidget(Label(self._theme, vendor, weight=_MEDIUM), line, 0)
        self._address_grid.addWidget(block, line, 1)
        self._addresses[vendor] = block
        # What came last stands first: the Tab key goes as the eye does.
        copies = [each.copy for each in (*self._addresses.values(), self._key, self._curl)]
        for before, after in pairwise([*copies, self._send]):
            QWidget.setTabOrder(before, after)


_BOLD, _MEDIUM = QFont.Weight.DemiBold, QFont.Weight.Medium
_WHAT = (
    "Programs on this computer ask their models through LLM Gateway, and every request shows up"
    " here: what was asked, who answered, how fast, how much came from the cache."
)
_POINT = "Set one of these as the base URL in an editor, a coding agent or a script."
_KEY = "Each program gets a key of its own; it is shown once."
_TRY = "Paste this into a terminal, or let the gateway send a request to itself."
_FREE = "Answered by the built-in practice model: free and offline."


def _step(theme: Theme, words: str) -> Label:
    return Label(theme, words, size=TextSize.HEADING, weight=_BOLD)


def _wrapped(theme: Theme, words: str) -> Label:
    label = Label(theme, words, tone=Tone.MUTED)
    label.setWordWrap(True)
    return label
