"""The CLIs that are not here, in one line; how to install them is a click away."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.cli_cards import CliCard
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.card import Card
from llmgw_desktop.ui.widgets.code_block import CodeBlock
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone


class NotInstalled(Card):
    """`is_open`: how each is installed is to be seen."""

    edit_wanted = Signal(str)
    """By the CLI's name: its program may only have another name here."""

    def __init__(self, theme: Theme, cards: Sequence[CliCard], *, is_open: bool) -> None:
        super().__init__(theme)
        space = theme.space
        titles = ", ".join(card.title for card in cards)
        self._turn = Button(theme, "", kind=ButtonKind.QUIET)
        head = QHBoxLayout()
        head.setSpacing(space(3))
        head.addWidget(FlowingLabel(theme, f"Not installed: {titles}", tone=Tone.MUTED), 1)
        head.addWidget(self._turn, 0, Qt.AlignmentFlag.AlignTop)
        self._rows = QWidget()
        self._turn.clicked.connect(lambda: self._unfold(not self.is_open))
        grid = QGridLayout(self._rows)
        grid.setContentsMargins(0, space(1), 0, space(1))
        grid.setHorizontalSpacing(space(4))
        grid.setVerticalSpacing(space(2))
        grid.setColumnStretch(1, 1)
        for at, card in enumerate(cards):
            self._add_row(theme, grid, at, card)
        column = QVBoxLayout(self)
        column.setContentsMargins(space(5), space(2), space(3), space(2))
        column.setSpacing(space(1))
        column.addLayout(head)
        column.addWidget(self._rows)
        self.setAccessibleName(f"Not installed: {titles}")
        self._unfold(is_open)

    @property
    def is_open(self) -> bool:
        return not self._rows.isHidden()

    def _add_row(self, theme: Theme, grid: QGridLayout, at: int, card: CliCard) -> None:
        title = Label(theme, card.title, weight=QFont.Weight.Medium)
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
            "Hide how to install the CLIs" if is_open else "How to install the CLIs"
        )
