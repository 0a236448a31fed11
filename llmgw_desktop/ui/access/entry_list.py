"""Cards one below the other, or words where there are none."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from llmgw_desktop.ui.access.entry_card import Act, Entry, EntryCard
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.empty_state import EmptyState
from llmgw_desktop.ui.widgets.view_clothes import dress_view


class EntryList(QStackedWidget):
    """The same entries again leave everything as it stands: focus, place, and what is pressed."""

    def __init__(
        self,
        theme: Theme,
        nothing: EmptyState,
        acts_of: Callable[[str], Sequence[Act]],
    ) -> None:
        """`acts_of`: what can be done with the entry of this key."""
        super().__init__()
        self._theme = theme
        self._acts_of = acts_of
        self._shown: tuple[Entry, ...] | None = None
        self.cards: dict[str, EntryCard] = {}
        self._scroll = QScrollArea()
        dress_view(self._scroll, theme)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.viewport().setAutoFillBackground(False)
        self._nothing = nothing
        self.addWidget(nothing)
        self.addWidget(self._scroll)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        if tuple(entries) == self._shown:
            return
        self._shown = tuple(entries)
        focused = next((key for key, card in self.cards.items() if self._holds_focus(card)), "")
        space = self._theme.space
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(space(6), space(1), space(6), space(6))
        column.setSpacing(space(2))
        self.cards = {
            each.key: EntryCard(self._theme, each, self._acts_of(each.key)) for each in entries
        }
        for card in self.cards.values():
            column.addWidget(card)
        column.addStretch(1)
        at = self._scroll.verticalScrollBar().value()
        self._scroll.setWidget(content)
        self._scroll.verticalScrollBar().setValue(at)
        self.setCurrentIndex(1 if entries else 0)
        if focused in self.cards and self.cards[focused].buttons:
            self.cards[focused].buttons[0].setFocus()

    def _holds_focus(self, card: EntryCard) -> bool:
        return any(button.hasFocus() for button in card.buttons)
