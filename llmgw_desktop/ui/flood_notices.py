"""What the window does about who holds too many connections: a notice, and a banner while it is
so."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from llmgw_desktop.app.flood_words import flood_text, flood_title
from llmgw_desktop.domain.clock import Clock
from llmgw_desktop.domain.events import Event, FloodsChanged
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.main_window import MainWindow

if TYPE_CHECKING:
    from llmgw_desktop.domain.flood import Flood

NOTICED_EVERY_S = 600.0
Say = Callable[[str, str, Callable[[], None]], bool]


class FloodNotices(QObject):
    """`say` tells by the tray, while nobody has the window before them."""

    client_wanted = Signal(str)
    """By its id; empty: all of them."""

    def __init__(self, bridge: Bridge, say: Say, clock: Clock, parent: QObject) -> None:
        super().__init__(parent)
        self._say = say
        self._clock = clock
        self._window: MainWindow | None = None
        self._floods: tuple[Flood, ...] = ()
        self._noticed_at_s = -math.inf
        bridge.events.connect(self._on_events)

    def watch_over(self, window: MainWindow) -> None:
        """Right after it was made."""
        self._window = window
        self._show()

    def _on_events(self, events: Sequence[Event]) -> None:
        changes = [each for each in events if isinstance(each, FloodsChanged)]
        if not changes:
            return
        before, self._floods = self._floods, changes[-1].floods
        if len(self._floods) > len(before) and not self._is_in_front():
            self._notice()
        self._show()

    def _notice(self) -> None:
        """Seldom: a program at its bound comes and goes."""
        now_s = self._clock.monotonic_s()
        if now_s - self._noticed_at_s >= NOTICED_EVERY_S:
            self._noticed_at_s = now_s
            self._say(flood_title(self._floods), self._text(), self._look)

    def _show(self) -> None:
        if self._window is not None:
            what = flood_title(self._floods)
            action = "Show client" if self._client_id() else "Show clients"
            self._window.troubles.show_floods(what, self._text(), action, self._look)

    def _text(self) -> str:
        return flood_text(self._floods, self._clock.now_s()) if self._floods else ""

    def _client_id(self) -> str:
        return self._floods[0].client_id if len(self._floods) == 1 else ""

    def _is_in_front(self) -> bool:
        window = self._window
        return window is not None and window.isVisible() and QApplication.activeWindow() is not None

    def _look(self) -> None:
        self.client_wanted.emit(self._client_id())
