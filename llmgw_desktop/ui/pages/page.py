"""What a page may offer the window that holds it. A page is any QWidget; each part is optional.

The QActions that a page adds to itself stand in the window's View menu while it is in sight, and
in the list of keys.
"""

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QSettings

from llmgw_desktop.domain.flight import FlightQuery


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
class ShowsFlights(Protocol):
    """Where other pages send those who want to see the flights behind a figure."""

    def show_query(self, query: FlightQuery) -> None: ...

    def show_flight(self, flight_id: str) -> None: ...
