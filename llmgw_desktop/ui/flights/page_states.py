"""What the Flights page shows below its filter: the browser, or why there is nothing to browse.

The keyboard goes to whichever of them is in sight.
"""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from llmgw_desktop.app.figures import counted
from llmgw_desktop.domain.errors import LlmgwError, SchemaTooNew, StoreCorrupt
from llmgw_desktop.ui.flights.first_flight import FirstFlight
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import Button, ButtonKind
from llmgw_desktop.ui.widgets.empty_state import EmptyState


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
