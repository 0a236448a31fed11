"""A vendor's CLI as a card, and those that are not installed."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QWidget

from llmgw_desktop.app.clis.cards import CliCard
from llmgw_desktop.app.clis.use import SignInOpened
from llmgw_desktop.ui.providers.account_row import standing_mark
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import Card, card_head
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.kept_rows import QuotaRows
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.texts import CodeBlock
from llmgw_desktop.ui.widgets.toggles import Switch
from llmgw_desktop.ui.widgets.words import said, told


class NotInstalled(Card):
    """`is_open`: how each is installed is to be seen."""

    edit_wanted = Signal(str)
    """By the CLI's name: its program may only have another name here."""

    def __init__(self, theme: Theme, cards: Sequence[CliCard], *, is_open: bool) -> None:
        super().__init__(theme)
        space = theme.space
        titles = ", ".join(card.title for card in cards)
        self._turn = Button(theme, "", kind=ButtonKind.QUIET)
        head = h_box(
            theme,
            (FlowingLabel(theme, f"Not installed: {titles}", tone=Tone.MUTED), 1),
            (self._turn, 0, Qt.AlignmentFlag.AlignTop),
            gap=3,
        )
        self._rows = QWidget()
        self._turn.clicked.connect(lambda: self._unfold(not self.is_open))
        grid = QGridLayout(self._rows)
        grid.setContentsMargins(0, space(1), 0, space(1))
        grid.setHorizontalSpacing(space(4))
        grid.setVerticalSpacing(space(2))
        grid.setColumnStretch(1, 1)
        for at, card in enumerate(cards):
            self._add_row(theme, grid, at, card)
        v_box(theme, head, self._rows, on=self, gap=1, margins=(5, 2, 3, 2))
        self.setAccessibleName(said(f"Not installed: {titles}"))
        self._unfold(is_open)

    @property
    def is_open(self) -> bool:
        return not self._rows.isHidden()

    def _add_row(self, theme: Theme, grid: QGridLayout, at: int, card: CliCard) -> None:
        title = Label(theme, card.title, weight=QFont.Weight.Medium, is_verbatim=True)
        grid.addWidget(title, at, 0, Qt.AlignmentFlag.AlignVCenter)
        if card.reason:  # another command is set, and it is wrong
            grid.addWidget(FlowingLabel(theme, card.reason, tone=Tone.WARNING), at, 1)
        else:
            grid.addWidget(CodeBlock(theme, card.install, name=f"command for {card.title}"), at, 1)
        edit = Button(
            theme, kind=ButtonKind.QUIET, icon="settings", name=f"Settings of {card.title}…"
        )
        edit.clicked.connect(lambda: self.edit_wanted.emit(card.cli.value))
        grid.addWidget(edit, at, 2, Qt.AlignmentFlag.AlignVCenter)

    def _unfold(self, is_open: bool) -> None:
        self._rows.setVisible(is_open)
        self._turn.setText("Hide" if is_open else "How to install")
        self._turn.setAccessibleName(
            said("Hide how to install the CLIs" if is_open else "How to install the CLIs")
        )


_SIGN_IN_HINT = "Opens its own sign-in in a terminal"
_CHECK_HINT = (
    "Asks the program for its version and flags, and ends its rest; its vendor is not asked"
)
_OPENED = "Its sign-in is open in a terminal. Press Check when you are done there."
_NO_TERMINAL = "No terminal could be opened. Run this in one, then press Check:"


class CliCardView(Card):
    """Made for one CLI that is installed."""

    toggled = Signal(bool)
    sign_in_wanted = Signal()
    check_wanted = Signal()
    edit_wanted = Signal()

    def __init__(self, theme: Theme, card: CliCard) -> None:
        super().__init__(theme)
        self._theme = theme
        self._card = card
        self._mark = MarkIcon(theme, "ok")
        self._name = FlowingLabel(
            theme,
            card.title,
            size=TextSize.HEADING,
            weight=QFont.Weight.DemiBold,
            is_verbatim=True,
        )
        self._state = Label(theme, weight=QFont.Weight.Medium)
        self._facts = FlowingLabel(theme, tone=Tone.MUTED)
        self._use = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._reason = FlowingLabel(theme)
        self._drift = FlowingLabel(theme, tone=Tone.WARNING)
        self._error = FlowingLabel(theme, size=TextSize.CAPTION, tone=Tone.MUTED)
        self._quotas = QuotaRows(theme)
        self._opened = FlowingLabel(theme)
        self._command = CodeBlock(theme, card.sign_in_command, name="sign-in command")
        self._sign_in = Button(theme, "Sign in…")
        self._check = Button(theme, "Check")
        self._edit = Button(
            theme, kind=ButtonKind.QUIET, icon="settings", name=f"Settings of {card.title}…"
        )
        self._switch = Switch(theme, name=f"Use {card.title}")
        self.setAccessibleName(card.name)
        self._lay_out()
        self._connect()
        self.show_card(card)

    @property
    def command(self) -> str:
        """What stands there to be copied; empty while nothing does."""
        return "" if self._command.isHidden() else self._command.text()

    def show_card(self, card: CliCard) -> None:
        self._card = card
        icon, tone = standing_mark(card.state)
        self._mark.show_mark(icon, tone)
        self._state.setText(card.words)
        self._state.set_tone(tone)
        self._facts.setText(card.facts)
        self._use.setText(f"{card.sign_in} · {card.use}")
        self._switch.setChecked(card.enabled)
        self._sign_in.setVisible(card.can_sign_in)
        self._check.setEnabled(card.enabled)
        self._reason.set_tone(Tone.ERROR if tone is Tone.ERROR else Tone.TEXT)
        for label, words in (
            (self._reason, card.reason),
            (self._drift, card.drift if card.enabled else ""),
            (self._error, card.last_error),
        ):
            label.say(words)
        self._quotas.show_lines(card.quotas)
        self.setAccessibleDescription(told(card.words, card.facts, card.use, card.reason))

    def show_checking(self, *, is_under_way: bool) -> None:
        self._check.setText("Checking …" if is_under_way else "Check")
        self._check.setEnabled(not is_under_way and self._card.enabled)
        if is_under_way:
            self._opened.hide()
            self._command.hide()

    def show_opening(self) -> None:
        self._sign_in.setEnabled(False)

    def show_opened(self, opened: SignInOpened) -> None:
        """A terminal that shows it, or the command for one's own."""
        self._sign_in.setEnabled(True)
        self._opened.setText(_OPENED if opened.is_open else _NO_TERMINAL)
        self._opened.show()
        self._command.set_text(opened.command)
        self._command.setVisible(not opened.is_open)

    def _connect(self) -> None:
        self._switch.clicked.connect(self.toggled)
        self._sign_in.clicked.connect(self.sign_in_wanted)
        self._check.clicked.connect(self.check_wanted)
        self._edit.clicked.connect(self.edit_wanted)

    def _lay_out(self) -> None:
        for button, words, hint in (
            (self._sign_in, "Sign in with", _SIGN_IN_HINT),
            (self._check, "Check", _CHECK_HINT),
        ):
            button.setAccessibleName(said(f"{words} {self._card.title}"))
            button.setAccessibleDescription(said(hint))
            put_tip(button, tip(hint))
        column = v_box(
            self._theme,
            card_head(
                self._theme,
                (self._mark, self._name, self._state),
                facts=(self._facts, self._use),
                acts=(self._sign_in, self._check, self._edit),
                switch=self._switch,
            ),
            on=self,
            gap=1.5,
            margins=(5, 3.5, 4, 4),
        )
        told = (self._reason, self._drift, self._quotas, self._error, self._opened, self._command)
        for widget in told:
            column.addWidget(widget)
        self._opened.hide()
        self._command.hide()
