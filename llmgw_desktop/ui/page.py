"""What a page is: one value says all that the window must know of it, and how it is made.

A page is a package with a value `PAGE` in its `__init__`, which reads in nothing of the page
itself; `shell/page_makers` lists them. The widget is any QWidget. What it may offer the window that
holds it are the protocols below; each is optional. The QActions that it adds to itself stand in the
window's View menu while it is in sight, and in the list of keys.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import QObject, QSettings, Signal
from PySide6.QtWidgets import QWidget

from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.domain.values import value
from llmgw_desktop.ui.widgets.pacing import Steps

if TYPE_CHECKING:
    from llmgw_desktop.ui.bridge import Bridge
    from llmgw_desktop.ui.desktop_container import DesktopContainer
    from llmgw_desktop.ui.settings_changes import SettingsChanger
    from llmgw_desktop.ui.theme import Theme


class PageLinks(QObject):
    """What pages ask of the rest of the window: mostly to be led elsewhere."""

    flights_wanted = Signal(object)
    """A FlightQuery, or a filter as it is typed."""
    flight_wanted = Signal(str)
    job_wanted = Signal(str)
    new_job_wanted = Signal(str, str, str)
    """With this prompt, in this folder, which goes on from the conversation of this flight; what
    is empty stays as it was last."""
    jobs_wanted = Signal(str)
    """Of the client of this name."""
    page_wanted = Signal(str)
    setting_wanted = Signal(str)
    """By its name."""
    holders_wanted = Signal()
    """Who has access."""
    welcome_wanted = Signal()
    scratch_wanted = Signal(str)
    """A model, to be asked from the scratch pad."""
    question_wanted = Signal(str)
    path_wanted = Signal(object)
    """A Path, to be opened."""
    said = Signal(str, object)
    """What was done, in words, and how it is undone: a callable or None."""
    clis_found = Signal()
    notices_switched = Signal()
    """Which notices are wanted."""


@value(kw_only=False)
class PageTools:
    """What pages work with."""

    container: "DesktopContainer"
    bridge: "Bridge"
    theme: "Theme"
    settings: QSettings
    changer: "SettingsChanger"
    links: PageLinks


@value
class Page:
    """A page as sidebar and menus name it, and the way to its widget."""

    key: str
    title: str
    icon: str
    shortcut: str
    place: int
    """Sidebar and menu have the smallest on top."""
    reads: tuple[str, ...]
    """Modules that are read in beside the loop before `make` is called: the page's libraries are
    most of its first opening."""
    use_case: str = ""
    """Of the container: made beside the loop as well, where it is costly."""
    make: Callable[[PageTools], Steps[QWidget]]
    """In steps that are short for a turn of the loop."""


@value
class BoundPage:
    """A page with all that it needs: made when it is first shown, and not before."""

    page: Page
    make: Callable[[], QWidget | Steps[QWidget]]
    """In steps, or at once."""
    read_in: Callable[[Callable[[], None]], None] = lambda then: then()
    """What `make` needs is read in beside the loop; then it calls back, now or later."""


@runtime_checkable
class KeepsState(Protocol):
    """Splitters, columns, the chosen time span: restored before the first show, saved at the end.

    Keys are below the page's own group: plain names do.
    """

    def save_state(self, settings: QSettings) -> None: ...

    def restore_state(self, settings: QSettings) -> None: ...


@runtime_checkable
class ShowsJobs(Protocol):
    """Where it is said how many jobs run and wait; empty words where none does."""

    def show_jobs(self, words: str) -> None: ...


@runtime_checkable
class ShowsClient(Protocol):
    """Where those are sent who want to see all about one client."""

    def show_client(self, client_id: str) -> None: ...


@runtime_checkable
class ShowsSettings(Protocol):
    """Where those are sent who look for one setting."""

    def show_setting(self, words: str) -> None: ...


@runtime_checkable
class ShowsFlights(Protocol):
    """Where other pages send those who want to see the flights behind a figure."""

    def show_query(self, query: FlightQuery | str) -> None: ...

    def show_flight(self, flight_id: str) -> None: ...
