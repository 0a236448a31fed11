"""One thing of a list as a card: its name, a few quiet lines, and what can be done with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QVBoxLayout

from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.card import Card
from llmgw_desktop.ui.widgets.card_head import card_head
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.mark import Mark
from llmgw_desktop.ui.widgets.tip import tip


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A button. `name` is what a screen reader says: the word with what it is done to."""

    word: str
    name: str
    do: Callable[[], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a card shows."""

    key: str
    title: str
    lines: tuple[str, ...]
    icon: str
    tone: Tone = Tone.MUTED
    note: str = ""
    """Beside the title, quiet."""
    hint: str = ""
    """For whoever points at it."""


class EntryCard(Card):
    """Made anew when what it shows changes."""

    def __init__(self, theme: Theme, entry: Entry, acts: Sequence[Act]) -> None:
        super().__init__(theme)
        space = theme.space
        title = FlowingLabel(theme, entry.title, weight=QFont.Weight.DemiBold)
        note = Label(theme, entry.note, size=TextSize.CAPTION, tone=Tone.ACCENT)
        facts = [FlowingLabel(theme, line, tone=Tone.MUTED) for line in entry.lines if line]
        self.buttons = [self._button(theme, act) for act in acts]
        column = QVBoxLayout(self)
        column.setContentsMargins(space(4), space(3), space(3.5), space(3))
        head = (Mark(theme, entry.icon, entry.tone), title, note)
        column.addWidget(card_head(theme, head, facts, self.buttons))
        if not entry.note:
            note.hide()
        self.setToolTip(tip(entry.hint))
        self.setAccessibleName(entry.title)
        self.setAccessibleDescription(
            ". ".join(line for line in (entry.note, *entry.lines) if line)
        )

    def _button(self, theme: Theme, act: Act) -> Button:
        button = Button(theme, act.word)
        button.setAccessibleName(act.name)
        button.clicked.connect(lambda: act.do())
        return button
