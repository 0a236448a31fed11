"""What the parts of the Access page have in common: a line above, cards, and what went wrong."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from llmgw_desktop.app.words.inert_text import inert_line
from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.button import Button
from llmgw_desktop.ui.widgets.cards import Card, EmptyState, card_head
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, MarkIcon, Tone, put_tip, tip
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind
from llmgw_desktop.ui.widgets.pacing import in_turns
from llmgw_desktop.ui.widgets.panes import Scrolled
from llmgw_desktop.ui.widgets.words import said

_AT_ONCE = 3
"""Cards that are made in one turn of the loop."""


@value
class EntryAction:
    """A button. `name` is what a screen reader says: the word with what it is done to."""

    word: str
    name: str
    do: Callable[[], None]


@value
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

    def __init__(self, theme: Theme, entry: Entry, acts: Sequence[EntryAction]) -> None:
        super().__init__(theme)
        space = theme.space
        title = FlowingLabel(
            theme, said(entry.title), weight=QFont.Weight.DemiBold, is_verbatim=True
        )
        note = Label(theme, entry.note, size=TextSize.CAPTION, tone=Tone.ACCENT)
        facts = [FlowingLabel(theme, line, tone=Tone.MUTED) for line in entry.lines if line]
        self.buttons = [self._button(theme, act) for act in acts]
        column = QVBoxLayout(self)
        column.setContentsMargins(space(4), space(3), space(3.5), space(3))
        head = (MarkIcon(theme, entry.icon, entry.tone), title, note)
        column.addWidget(card_head(theme, head, facts=facts, acts=self.buttons))
        if not entry.note:
            note.hide()
        put_tip(self, tip(entry.hint))
        self.setAccessibleName(said(entry.title))
        self.setAccessibleDescription(
            ". ".join(said(line).rstrip(".") for line in (entry.note, *entry.lines) if line)
        )

    def _button(self, theme: Theme, act: EntryAction) -> Button:
        button = Button(theme, act.word)
        button.setAccessibleName(said(act.name))
        button.clicked.connect(lambda: act.do())
        return button


class EntryList(QStackedWidget):
    """The same entries again leave everything as it stands: focus, place, and what is pressed."""

    def __init__(
        self,
        theme: Theme,
        nothing: EmptyState,
        acts_of: Callable[[str], Sequence[EntryAction]],
    ) -> None:
        """`acts_of`: what can be done with the entry of this key."""
        super().__init__()
        self._theme = theme
        self._acts_of = acts_of
        self._shown: tuple[Entry, ...] | None = None
        self.cards: dict[str, EntryCard] = {}
        self._scroll = Scrolled(theme)
        self._nothing = nothing
        self.addWidget(nothing)
        self.addWidget(self._scroll)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        if tuple(entries) == self._shown:
            return
        self._shown = tuple(entries)
        focused = next((key for key, card in self.cards.items() if self._holds_focus(card)), "")
        content = QWidget()
        column = v_box(self._theme, on=content, gap=2, margins=(6, 1, 6, 6))
        column.addStretch(1)
        self.cards = {}
        place = self._scroll.verticalScrollBar().value()
        self._scroll.setWidget(content)
        self.setCurrentIndex(1 if entries else 0)
        in_turns(self._filling(column, self._shown, focused, place), content, self._theme)

    def _filling(
        self, column: QVBoxLayout, entries: Sequence[Entry], focused: str, place: int
    ) -> Iterator[None]:
        """The first of them at once; a hundred together would hold the loop. `place`: how far it
        was scrolled before."""
        for at, each in enumerate(entries):
            if at and not at % _AT_ONCE:
                yield
            card = self.cards[each.key] = EntryCard(self._theme, each, self._acts_of(each.key))
            column.insertWidget(column.count() - 1, card)
            if each.key == focused and card.buttons:
                card.buttons[0].setFocus()
        if place:
            yield  # when they have been laid out
            self._scroll.verticalScrollBar().setValue(place)

    def _holds_focus(self, card: EntryCard) -> bool:
        return any(button.hasFocus() for button in card.buttons)


_T = TypeVar("_T")


class AccessSection(QWidget):
    """A list of cards; who makes one of it says what is read and what can be done."""

    said = Signal(str, object)
    """What was done, in a sentence, and what takes it back (None: nothing does)."""

    def __init__(self, theme: Theme, bridge: Bridge, *, words: str, nothing: EmptyState) -> None:
        """`words` say what stands here."""
        super().__init__()
        self._theme = theme
        self._bridge = bridge
        self._trouble = Banner(theme)
        self._words = FlowingLabel(theme, words, tone=Tone.MUTED)
        self.list = EntryList(theme, nothing, self.acts_of)
        self._bar = QHBoxLayout()
        self._lay_out()

    @property
    def trouble(self) -> str:
        return "" if self._trouble.isHidden() else self._trouble.words

    @property
    def words(self) -> str:
        """What stands above the list."""
        return self._words.text()

    def read(self) -> None:
        """What there is now; shown when it is here."""
        raise NotImplementedError

    def acts_of(self, key: str) -> Sequence[EntryAction]:
        """What can be done with the entry of this key."""
        return ()

    def add_to_bar(self, widget: QWidget) -> None:
        self._bar.addWidget(widget)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        self._trouble.hide()
        self.list.show_entries(entries)

    def fetch(self, work: Callable[[], _T], done: Callable[[_T], None], failed: str) -> None:
        """Beside the loop; `failed` says what was not done."""
        self._bridge.fetch(self, work, done, lambda error: self.show_trouble(failed, error))

    def show_trouble(self, what: str, error: Exception) -> None:
        self._trouble.say(BannerKind.ERROR, what, inert_line(str(error), 400))

    def _lay_out(self) -> None:
        space = self._theme.space
        self._bar.setContentsMargins(space(6), space(3), space(6), space(3))
        self._bar.setSpacing(space(2))
        self._bar.addWidget(self._words, 1)
        v_box(self._theme, self._trouble, self._bar, (self.list, 1), on=self, gap=0, margins=0)
