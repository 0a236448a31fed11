"""What stands above the table, and in its place before the first flight: sums of a piece of work; a
request to paste, or to send."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.flights.agents import agents_words, is_of_a_piece_of_work
from llmgw_desktop.app.flights.copies import first_curl_text
from llmgw_desktop.app.flights.recording import Flights
from llmgw_desktop.domain.errors import LlmgwError, SchemaTooNew, StoreCorrupt
from llmgw_desktop.domain.events import RecorderStatus
from llmgw_desktop.domain.flights.spending import AgentSpending
from llmgw_desktop.ui.bridge import Bridge
from llmgw_desktop.ui.flights.table.flight_feed import FlightFeed
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.texts import CodeBlock

_WORDS = "Point a program at this gateway, or paste this into a terminal."
_UNRECORDED = (
    "Flights are not being recorded: the latest are listed, and gone when this program ends."
)
_SOON_MS = 100
"""Several that end at once are read together."""
_CLOSED = "The gateway is not running. Its address will stand here when it is."


class WorkSums(QWidget):
    """What a conversation, an agent or a run came to, while the list is of one; else hidden."""

    def __init__(self, theme: Theme, flights: Flights, feed: FlightFeed, bridge: Bridge) -> None:
        super().__init__()
        self._flights, self._feed, self._bridge = flights, feed, bridge
        self.words = FlowingLabel(theme, tone=Tone.MUTED)
        v_box(theme, self.words, on=self, gap=0, margins=(4, 1.5))
        self._soon = QTimer(self, singleShot=True, interval=_SOON_MS)
        self._soon.timeout.connect(self._read)
        feed.counted.connect(self._look)
        self.hide()

    def _look(self) -> None:
        if not is_of_a_piece_of_work(self._feed.query):
            self.hide()
        elif not self._soon.isActive():
            self._soon.start()

    def _read(self) -> None:
        query = self._feed.query

        def take(found: Sequence[AgentSpending]) -> None:
            if query == self._feed.query:
                words = agents_words(found) if is_of_a_piece_of_work(query) else ""
                self.words.say(words)
                self.setVisible(bool(words))

        self._bridge.fetch(self, lambda: self._flights.agents(query), take, lambda _: self.hide())


class _WideState(EmptyState):
    """A command line is wider than a sentence."""

    _WIDTH_UNITS = 190


class FirstFlight(QWidget):
    """`send_wanted` is the button; there may be flights to be read that were asked elsewhere."""

    send_wanted = Signal()
    imported_wanted = Signal()

    def __init__(self, theme: Theme, key_file: str) -> None:
        super().__init__()
        self._key_file = key_file
        self._state = _WideState(theme, icon="flights", title="No flights yet. Send one:")
        self._curl = CodeBlock(theme, "", name="request")
        self._send = Button(theme, _SEND, kind=ButtonKind.PRIMARY, icon="send")
        self._send.clicked.connect(self.send_wanted)
        self._imported = Button(theme, "Imported flights", icon="folder")
        self._imported.clicked.connect(self.imported_wanted)
        self._unrecorded = Label(theme, _UNRECORDED, tone=Tone.WARNING)
        self._unrecorded.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._unrecorded.setWordWrap(True)
        self._unrecorded.hide()
        self._state.add(self._curl)
        self._state.add_buttons(self._send, self._imported)
        self._state.add(self._unrecorded)
        v_box(theme, self._state, on=self, margins=0)

    @property
    def for_keyboard(self) -> QWidget:
        return self._send

    def show_addresses(self, base_urls: Mapping[str, str]) -> None:
        """Empty while the gateway has no address."""
        command = first_curl_text(base_urls, self._key_file)
        self._curl.set_text(command)
        self._curl.setVisible(bool(command))
        self._send.setEnabled(bool(command))
        self._state.set_words("No flights yet. Send one:", _WORDS if command else _CLOSED)

    def show_recording(self, status: RecorderStatus) -> None:
        """Why an empty list may stay empty. The window says it on all pages, with the reason."""
        self._unrecorded.setVisible(not status.recording)

    def show_sending(self, sending: bool) -> None:
        self._send.setEnabled(not sending)
        self._send.setText("Sending …" if sending else _SEND)


_SEND = "Send a test flight"


def failure_words(error: Exception) -> tuple[str, str]:
    """What happened, and what is known of why."""
    said = str(error) if isinstance(error, LlmgwError) else f"{type(error).__name__}: {error}"
    match error:
        case StoreCorrupt():
            what = "The flights database is damaged."
        case SchemaTooNew():
            what = "The flights database belongs to a later version of this program."
        case _:
            what = "The recorded flights cannot be read."
    return what, said
