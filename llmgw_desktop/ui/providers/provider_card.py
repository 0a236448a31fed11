"""A provider as a card: its accounts, how it stands; and the card that offers the first."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.providers.cards import AccountLine, ProviderCard
from llmgw_desktop.app.providers.probe import COST_WORDS
from llmgw_desktop.app.providers.providers import AccountTest
from llmgw_desktop.ui.providers.account_row import AccountRow, standing_mark
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card, Line, card_head
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import Flowed, Reflow, h_box, v_box
from llmgw_desktop.ui.widgets.toggles import Switch
from llmgw_desktop.ui.widgets.words import said, told


class OfferCard(Card):
    """`action` is empty where there is only something to say."""

    taken = Signal()
    declined = Signal()

    def __init__(self, theme: Theme, words: str, action: str = "") -> None:
        super().__init__(theme)
        self.words = words
        self._take = Button(
            theme, action, name=f"{said(action)}: {said(words)}" if action else "Nothing to do"
        )
        put_tip(self._take, "")
        self._take.clicked.connect(self.taken)
        leave = f"{said('Dismiss')}: {said(words)}"
        self._leave = Button(theme, kind=ButtonKind.QUIET, icon="cross", name=leave)
        put_tip(self._leave, tip("Not now"))
        self._leave.clicked.connect(self.declined)
        h_box(
            theme,
            (MarkIcon(theme, "info", Tone.RUNNING), 0, Qt.AlignmentFlag.AlignVCenter),
            (FlowingLabel(theme, words), 1),
            self._take,
            self._leave,
            on=self,
            gap=2.5,
            margins=(5, 2, 3, 2),
        )
        self._take.setVisible(bool(action))


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
        column = v_box(theme, on=self, gap=2, margins=0)
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
        theme, _space = self._theme, self._theme.space
        card = Card(theme)
        v_box(
            self._theme,
            Label(theme, title, size=TextSize.HEADING, weight=QFont.Weight.DemiBold),
            FlowingLabel(theme, words, tone=Tone.MUTED),
            None,
            button,
            on=card,
            gap=2,
            margins=(5, 4),
        )
        return card


_WHAT = (
    "A provider answers the requests of your programs. Until there is one, the practice models do:"
    " offline and free."
)
_VENDOR = "Anthropic, OpenAI, Google, Groq or OpenRouter, with a key of yours."
_SERVER = "LM Studio, vLLM, llama.cpp or anything else that speaks as OpenAI does."
_OLLAMA = "Asks 127.0.0.1:11434 once, when you press the button."


_MORE_WORDS = "Another key for the same provider: by turns, or when the first is used up"


class ProviderCardView(Card):
    """Made for one provider and its accounts; `shape` says whether another card still fits it."""

    toggled = Signal(bool)
    account_toggled = Signal(str, bool)
    """By the account's own name."""
    ask_again_wanted = Signal(str)
    test_wanted = Signal()
    models_wanted = Signal()
    edit_wanted = Signal()
    remove_wanted = Signal()
    account_wanted = Signal()
    """Another one."""
    account_edit_wanted = Signal(str)
    account_remove_wanted = Signal(str)

    def __init__(self, theme: Theme, card: ProviderCard) -> None:
        super().__init__(theme)
        self._theme = theme
        self._card = card
        self._mark = MarkIcon(theme, "ok")
        self._name = FlowingLabel(
            theme,
            card.name,
            size=TextSize.HEADING,
            weight=QFont.Weight.DemiBold,
            is_verbatim=True,
        )
        self._state = Label(theme, weight=QFont.Weight.Medium)
        self._kind = FlowingLabel(theme, tone=Tone.MUTED)
        self._models = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._spending = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._test = Button(theme, "Test")
        self._list = Button(theme, "Models…", name=f"Models of {card.name}")
        self._more = Button(theme, "Account…", icon="plus")
        self._more.setAccessibleName(said(f"Add an account to {card.name}"))
        put_tip(self._more, tip(_MORE_WORDS))
        self._edit = Button(theme, kind=ButtonKind.QUIET, icon="edit", name=f"Edit {card.name}")
        self._remove = Button(
            theme, kind=ButtonKind.QUIET, icon="trash", name=f"Remove {card.name}"
        )
        self._switch = Switch(theme, name=f"Use provider {card.name}")
        self._rows = {
            line.id: AccountRow(theme, line, is_only=len(card.accounts) == 1)
            for line in card.accounts
        }
        self.setAccessibleName(card.name)
        self._lay_out()
        self._connect()
        self.show_card(card)

    @staticmethod
    def shape(card: ProviderCard) -> tuple[object, ...]:
        return (card.name, card.is_practice, tuple(each.id for each in card.accounts))

    def show_card(self, card: ProviderCard) -> None:
        self._card = card
        icon, tone = standing_mark(card.state, card.trial)
        self._mark.show_mark(icon, tone)
        self._state.setText(card.words)
        self._state.set_tone(tone)
        self._kind.setText(" · ".join(each for each in (card.kind, card.address) if each))
        self._models.setText(card.models)
        self._spending.say(card.spending)
        self._switch.setChecked(card.enabled)
        self._test.setEnabled(card.enabled)
        self.setAccessibleDescription(told(card.words, card.kind, card.models, card.spending))
        for line in card.accounts:
            self._rows[line.id].show_line(line)

    def show_testing(self, *, is_under_way: bool) -> None:
        self._test.setText("Testing …" if is_under_way else "Test")
        self._test.setEnabled(not is_under_way and self._card.enabled)
        if is_under_way:
            for row in self._rows.values():
                row.show_test("", is_well=True)

    def show_tests(self, tests: Mapping[str, AccountTest]) -> None:
        for named, row in self._rows.items():
            if named in tests:
                row.show_test(tests[named].words, is_well=tests[named].is_well)

    def _connect(self) -> None:
        self._switch.clicked.connect(self.toggled)
        self._test.clicked.connect(self.test_wanted)
        self._list.clicked.connect(self.models_wanted)
        self._more.clicked.connect(self.account_wanted)
        self._edit.clicked.connect(self.edit_wanted)
        self._remove.clicked.connect(self.remove_wanted)
        for line in self._card.accounts:
            self._connect_row(self._rows[line.id], line)

    def _connect_row(self, row: AccountRow, line: AccountLine) -> None:
        row.toggled.connect(lambda on: self.account_toggled.emit(line.name, on))
        row.ask_again_wanted.connect(lambda: self.ask_again_wanted.emit(line.id))
        row.edit_wanted.connect(lambda: self.account_edit_wanted.emit(line.name))
        row.remove_wanted.connect(lambda: self.account_remove_wanted.emit(line.name))
        row.key_wanted.connect(row.edit_wanted if line.can_be_switched else self.edit_wanted)

    def _lay_out(self) -> None:
        column = v_box(self._theme, on=self, gap=2, margins=(5, 3.5, 4, 4))
        acts = (self._list, self._test, self._more, self._edit, self._remove)
        column.addWidget(
            card_head(
                self._theme,
                (self._mark, self._name, self._state),
                facts=(self._kind, self._models, self._spending),
                acts=acts,
                switch=self._switch,
            )
        )
        for widget in (*acts, self._switch):
            widget.setVisible(not self._card.is_practice)
        put_tip(self._test, tip(COST_WORDS))
        self._test.setAccessibleName(said(f"Test {self._card.name}"))
        self._test.setAccessibleDescription(said(COST_WORDS))
        for row in self._rows.values():
            column.addWidget(Line(self._theme))
            column.addWidget(row)
