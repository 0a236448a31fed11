"""What a page may offer the window that holds it. A page is any QWidget; each part is optional."""

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QSettings

from llmgw_desktop.domain.flight import FlightQuery


@runtime_checkable
class HasFilter(Protocol):
    """The window's Ctrl+F comes here; the page needs no shortcut of its own for it."""

    def focus_filter(self) -> None: ...


@runtime_checkable
class KeepsState(Protocol):
    """Splitters, columns, the chosen time span: restored before the first show, saved at the end.

    Keys are below the page's own group: plain names do.
    """

    def save_state(self, settings: QSettings) -> None: ...

    def restore_state(self, settings: QSettings) -> None: ...


@runtime_checkable
class ShowsFlights(Protocol):
    """Where other pages send those who want to see the flights behind a figure."""

    def show_flights(self, query: FlightQuery) -> None: ...

    def open_flight(self, flight_id: str) -> None: ...
