"""Clients: who asks, what may it spend, how does it stand; and the programs that can be connected.

This file joins the two parts; each stands in `ui/clients/`.
"""

from PySide6.QtCore import Signal
from PySide6.QtGui import QFocusEvent
from typing_extensions import override

from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.ui.clients.client_section import ClientSection
from llmgw_desktop.ui.clients.program_section import ProgramSection
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import add_key
from llmgw_desktop.ui.widgets.panes import TabbedPage


class ClientsPage(TabbedPage):
    """What a client asked, ran and was allowed is shown by other pages, which it leads to."""

    said = Signal(str, object)
    """What was done, in a sentence, and what takes it back (None: nothing does)."""
    flights_wanted = Signal(object)
    """A FlightQuery."""
    jobs_wanted = Signal(str)
    """Of the client of this name."""
    access_wanted = Signal()

    def __init__(self, clients: ClientSection, programs: ProgramSection, theme: Theme) -> None:
        super().__init__()
        self.clients = clients
        self.programs = programs
        parts = {
            "clients": ("Clients", clients),
            "programs": ("Programs on this computer", programs),
        }
        self.lay_out_parts(theme, "Parts of Clients", parts)
        clients.follow(self._tabs)
        self._connect()

    def show_client(self, client_id: str) -> None:
        """With all that is known of it; an unknown or empty id leaves the list as it is."""
        self.show_tab("clients")
        self.clients.show_client(client_id)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """The page's own keys are those of the part in sight."""
        super().focusInEvent(event)
        self._in_sight.setFocus(event.reason())

    @property
    def _in_sight(self) -> ClientSection | ProgramSection:
        return self.clients if self.tab == "clients" else self.programs

    def _on_clients(self) -> ClientSection:
        """Where their keys lead from the whole page, also from its tabs."""
        self.show_tab("clients")
        return self.clients

    def _read(self) -> None:
        self._in_sight.read()

    def _connect(self) -> None:
        self.clients.programs_wanted.connect(lambda: self.show_tab("programs"))
        self.clients.work.said.connect(self.said)
        self.programs.said.connect(lambda words: self.said.emit(words, None))
        add_key(self, "Find a client", ["Ctrl+F", "/"], lambda: self._on_clients().search())
        add_key(self, "Make a key", ["N"], lambda: self._on_clients().work.ask_key())
        add_key(self, "Read the clients again", ["F5"], self._read)
        acts = self.clients.acts
        acts.flights_wanted.connect(
            lambda row: self.flights_wanted.emit(FlightQuery(client=row.known.name))
        )
        self.clients.pane.callers.flights_wanted.connect(self._show_caller)
        acts.jobs_wanted.connect(lambda row: self.jobs_wanted.emit(row.known.name))
        acts.access_wanted.connect(lambda _: self.access_wanted.emit())

    def _show_caller(self, label: str) -> None:
        row = self.clients.table.chosen_client
        if row is not None:
            self.flights_wanted.emit(FlightQuery(client=row.known.name, label=label))
