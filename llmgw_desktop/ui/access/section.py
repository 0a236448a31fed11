"""What the parts of the Access page have in common: a line above, a list, and what went wrong."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from llmgw_desktop.app.inert_text import inert_line
from llmgw_desktop.ui.access.entry_card import Act, Entry
from llmgw_desktop.ui.access.entry_list import EntryList
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.banner import Banner, BannerKind
from llmgw_desktop.ui.widgets.empty_state import EmptyState
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone

_T = TypeVar("_T")


class Section(QWidget):
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

    def read(self) -> None:
        """What there is now; shown when it is here."""
        raise NotImplementedError

    def acts_of(self, key: str) -> Sequence[Act]:
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
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._trouble)
        column.addLayout(self._bar)
        column.addWidget(self.list, 1)
