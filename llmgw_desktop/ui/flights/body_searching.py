"""The search for words in bodies beside the list: started by a filter, followed, ended early.

What was found so far is shown as it comes; the list is that of the flights found.
"""

from dataclasses import replace
from threading import Event as Flag

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.app.words.figures import count_text, counted
from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.store.flights.body_search import MOST_FOUND, SearchStanding
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.widgets.notices import Banner, BannerKind

_LOOK_MS = 300


class BodySearching(QObject):
    """One search at a time; another filter ends it."""

    settled = Signal(FlightQuery)
    """What the list is to show: of flights that were found."""
    failed = Signal(object)

    def __init__(self, flights: Flights, banner: Banner, *, bridge: Bridge, widget: QWidget):
        super().__init__(widget)
        self._flights = flights
        self._banner = banner
        self._bridge = bridge
        self._query = FlightQuery()
        self._standing = SearchStanding()
        self._shown: tuple[str, ...] = ()
        self._enough = Flag()
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._show)

    @property
    def is_busy(self) -> bool:
        return self._look.isActive()

    def begin(self, query: FlightQuery) -> None:
        """Looks for what `query` says; without such words it is told at once."""
        self._enough.set()
        self._enough = enough = Flag()
        self._look.stop()
        self._banner.hide()
        self._query = query
        if not query.said:
            self.settled.emit(query)
            return
        self._standing, self._shown = SearchStanding(), ()
        self.settled.emit(replace(query, said=(), among=()))
        self._look.start()

        def goes_on(standing: SearchStanding) -> bool:
            if not enough.is_set():
                self._standing = standing
            return not enough.is_set()

        def done(standing: SearchStanding) -> None:
            if self._enough is enough:
                self._end(standing)

        def fail(error: Exception) -> None:
            if self._enough is enough:
                self._look.stop()
                self.failed.emit(error)

        self._bridge.fetch(
            self, lambda: self._flights.search(query, goes_on), done, fail, slow=True
        )

    def stop(self) -> None:
        """What was found stays."""
        self._enough.set()

    def _show(self) -> None:
        self._take(self._standing)
        standing = self._standing
        words = (
            f"{count_text(standing.searched)} of {counted(standing.total, 'flight')} looked"
            f" through, {count_text(len(standing.found))} found."
        )
        self._banner.say(BannerKind.INFO, "Searching in bodies", words, ("Stop", self.stop))

    def _take(self, standing: SearchStanding) -> None:
        if standing.found != self._shown:
            self._shown = standing.found
            self.settled.emit(standing.settled(self._query))

    def _end(self, standing: SearchStanding) -> None:
        self._look.stop()
        self._take(standing)
        why = _why(standing)
        if not why:
            self._banner.hide()
            return
        title = "Not all bodies were searched"
        self._banner.say(BannerKind.WARNING, title, why, ("Close", self._banner.hide))


def _why(standing: SearchStanding) -> str:
    """Empty where nothing was left out."""
    said = []
    if standing.unreadable:
        unread = counted(standing.unreadable, "flight")
        said.append(f"Of {unread} what was said cannot be read: it is encrypted, or damaged.")
    if len(standing.found) >= MOST_FOUND:
        said.append(f"The newest {count_text(len(standing.found))} are shown.")
    if not standing.is_whole:
        said.append(
            f"{count_text(standing.searched)} of {counted(standing.total, 'flight')} were looked"
            " through, the newest first. A narrower filter, such as since:2d, needs less time."
        )
    return " ".join(said)
