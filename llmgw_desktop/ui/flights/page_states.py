"""What stands in place of the table before the first flight: a request to paste, or to send."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from llmgw_desktop.app.flights.copies import first_curl_text
from llmgw_desktop.app.words.figures import counted
from llmgw_desktop.domain.errors import LlmgwError, SchemaTooNew, StoreCorrupt
from llmgw_desktop.domain.events import RecorderStatus
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.cards import EmptyState
from llmgw_desktop.ui.widgets.label import Label, Tone
from llmgw_desktop.ui.widgets.layouts import v_box
from llmgw_desktop.ui.widgets.texts import CodeBlock

_WORDS = "Point a program at this gateway, or paste this into a terminal."
_UNRECORDED = (
    "Flights are not being recorded: the latest are listed, and gone when this program ends."
)
_CLOSED = "The gateway is not running. Its address will stand here when it is."


class _WideState(EmptyState):
    """A command line is wider than a sentence."""

    _WIDTH_UNITS = 190


class FirstFlight(QWidget):
    """`send_wanted` is the button."""

    send_wanted = Signal()

    def __init__(self, theme: Theme, key_file: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key_file = key_file
        self._state = _WideState(theme, icon="flights", title="No flights yet. Send one:")
        self._curl = CodeBlock(theme, "", name="request")
        self._send = Button(theme, _SEND, kind=ButtonKind.PRIMARY, icon="send")
        self._send.clicked.connect(self.send_wanted)
        self._unrecorded = Label(theme, _UNRECORDED, tone=Tone.WARNING)
        self._unrecorded.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._unrecorded.setWordWrap(True)
        self._unrecorded.hide()
        self._state.add(self._curl)
        self._state.add_buttons(self._send)
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


class PageStates(QStackedWidget):
    """Blank until the first reading has come."""

    clear_wanted = Signal()
    retry_wanted = Signal()

    def __init__(
        self, theme: Theme, browser: QWidget, for_browser: QWidget, first: FirstFlight
    ) -> None:
        super().__init__()
        self._browser = browser
        self._first = first
        self._blank = QWidget()
        self._no_match = EmptyState(theme, icon="search", title="Nothing matches.")
        clear = Button(theme, "Clear filter", kind=ButtonKind.PRIMARY)
        clear.clicked.connect(self.clear_wanted)
        self._no_match.add_buttons(clear)
        self._failure = EmptyState(theme, icon="database", title="")
        retry = Button(theme, "Try again", icon="retry")
        retry.clicked.connect(self.retry_wanted)
        self._failure.add_buttons(retry)
        for each in (self._blank, browser, first, self._no_match, self._failure):
            self.addWidget(each)
        self._keyboards: dict[QWidget | None, QWidget] = {
            browser: for_browser,
            first: first.for_keyboard,
            self._no_match: clear,
            self._failure: retry,
        }

    @property
    def for_keyboard(self) -> QWidget | None:
        """Of what is in sight; a focus proxy would hide the rest of the page from the Tab key."""
        return self._keyboards.get(self.currentWidget())

    @property
    def is_browsing(self) -> bool:
        return self.currentWidget() is self._browser

    @property
    def is_first(self) -> bool:
        """There is not one flight yet."""
        return self.currentWidget() is self._first

    def show_browser(self) -> None:
        self.setCurrentWidget(self._browser)

    def show_counts(self, matching: int, total: int) -> None:
        if matching:
            self.show_browser()
        elif total:
            words = f"{counted(total, 'flight')} without the filter."
            self._no_match.set_words("Nothing matches.", words)
            self.setCurrentWidget(self._no_match)
        else:
            self.setCurrentWidget(self._first)

    def show_failure(self, error: Exception) -> None:
        self._failure.set_words(*failure_words(error))
        self.setCurrentWidget(self._failure)


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
