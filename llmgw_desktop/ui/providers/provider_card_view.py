"""One provider as a card: switch, state, models, its accounts, and a test that costs nothing."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout

from llmgw_desktop.app.provider_cards import AccountLine, ProviderCard
from llmgw_desktop.app.provider_probe import COST_WORDS
from llmgw_desktop.app.providers import AccountTest
from llmgw_desktop.ui.providers.account_row import AccountRow
from llmgw_desktop.ui.providers.standing_marks import standing_mark
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.card import Card, Line
from llmgw_desktop.ui.widgets.card_head import card_head
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.mark import Mark
from llmgw_desktop.ui.widgets.switch import Switch

_MORE_WORDS = "Another key for the same provider: by turns, or when the first is used up"


class ProviderCardView(Card):
    """Made for one provider and its accounts; `shape` says whether another card still fits it."""

    toggled = Signal(bool)
    account_toggled = Signal(str, bool)
    """By the account's own name."""
    ask_again_wanted = Signal(str)
    test_wanted = Signal()
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
        self._mark = Mark(theme, "ok")
        self._name = FlowingLabel(
            theme, card.name, size=TextSize.HEADING, weight=QFont.Weight.DemiBold
        )
        self._state = Label(theme, weight=QFont.Weight.Medium)
        self._kind = FlowingLabel(theme, tone=Tone.MUTED)
        self._models = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._spending = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._test = Button(theme, "Test")
        self._more = Button(theme, "Account…", icon="plus")
        self._more.setAccessibleName(f"Add an account to {card.name}")
        self._more.setToolTip(_MORE_WORDS)
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
        icon, tone = standing_mark(card.state)
        self._mark.show_mark(icon, tone)
        self._state.setText(card.words)
        self._state.set_tone(tone)
        self._kind.setText(" · ".join(each for each in (card.kind, card.address) if each))
        self._models.setText(card.models)
        self._spending.setText(card.spending)
        self._spending.setVisible(bool(card.spending))
        self._switch.setChecked(card.enabled)
        self._test.setEnabled(card.enabled)
        self.setAccessibleDescription(f"{card.words}. {card.kind}. {card.models} {card.spending}")
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
        space = self._theme.space
        column = QVBoxLayout(self)
        column.setContentsMargins(space(5), space(3.5), space(4), space(4))
        column.setSpacing(space(2))
        acts = (self._test, self._more, self._edit, self._remove)
        column.addWidget(
            card_head(
                self._theme,
                (self._mark, self._name, self._state),
                (self._kind, self._models, self._spending),
                acts,
                self._switch,
            )
        )
        for widget in (*acts, self._switch):
            widget.setVisible(not self._card.is_practice)
        self._test.setToolTip(COST_WORDS)
        self._test.setAccessibleName(f"Test {self._card.name}")
        self._test.setAccessibleDescription(COST_WORDS)
        for row in self._rows.values():
            column.addWidget(Line(self._theme))
            column.addWidget(row)
