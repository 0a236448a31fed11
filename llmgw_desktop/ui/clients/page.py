"""Clients: who asks, what may it spend, how does it stand; and the programs that can be connected.

This file joins the two parts; each stands in `ui/clients/`.
"""

from PySide6.QtCore import QSettings, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QStackedWidget, QWidget
from typing_extensions import override

from llmgw_desktop.domain.flights.flight import FlightQuery
from llmgw_desktop.ui.clients.client_section import ClientSection
from llmgw_desktop.ui.clients.program_section import ProgramSection
from llmgw_desktop.ui.theme import Theme
from llmgw_desktop.ui.widgets.button import add_key
from llmgw_desktop.ui.widgets.layouts import h_box, v_box
from llmgw_desktop.ui.widgets.panes import LinedRow, TabStrip

_TABS = ("clients", "programs")
_WORDS = ("Clients", "Programs on this computer")
_TAB_KEY = "tab"


class ClientsPage(QWidget):
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
        self._theme = theme
        self._tabs = TabStrip(theme, name="Parts of Clients")
        self._stack = QStackedWidget()
        self._lay_out()
        self._connect()

    @property
    def tab(self) -> str:
        return _TABS[self._tabs.currentIndex()]

    def show_tab(self, key: str) -> None:
        """Unknown keys change nothing, so a remembered one may be stale."""
        if key in _TABS:
            self._tabs.setCurrentIndex(_TABS.index(key))

    def show_client(self, client_id: str) -> None:
        """With all that is known of it; an unknown or empty id leaves the list as it is."""
        self.show_tab("clients")
        self.clients.show_client(client_id)

    def save_state(self, settings: QSettings) -> None:
        settings.setValue(_TAB_KEY, self.tab)

    def restore_state(self, settings: QSettings) -> None:
        self.show_tab(str(settings.value(_TAB_KEY, "")))

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        """The page's own keys are those of the part in sight."""
        super().focusInEvent(event)
        part = self.clients if self.tab == "clients" else self.programs
        part.setFocus(event.reason())

    def _read(self) -> None:
        """What is in sight."""
        part = self.clients if self.tab == "clients" else self.programs
        part.read()

    def _connect(self) -> None:
        self._tabs.currentChanged.connect(self._stack.setCurrentIndex)
        self.clients.programs_wanted.connect(lambda: self.show_tab("programs"))
        self.clients.work.said.connect(self.said)
        self.programs.said.connect(lambda words: self.said.emit(words, None))
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

    def _lay_out(self) -> None:
        for words in _WORDS:
            self._tabs.addTab(words)
        for part in (self.clients, self.programs):
            self._stack.addWidget(part)
        across = LinedRow(self._theme)
        h_box(self._theme, (self._tabs, 1), on=across, margins=(3.5, 1, 3, 0))
        v_box(self._theme, across, (self._stack, 1), on=self, gap=0, margins=0)
        self.clients.follow(self._tabs)
