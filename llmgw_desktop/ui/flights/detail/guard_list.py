"""What the guards found in a request: a sentence, and below it each rule with what it found."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.guard_words import guards_told
from llmgw_desktop.domain.flight import FlightSummary
from llmgw_desktop.ui.flights.detail.reason_list import ReasonList
from llmgw_desktop.ui.theme import Theme

TITLE = "Prompt guards"


class GuardList(ReasonList):
    """Hidden for a flight in which nothing was found."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, TITLE, "list of findings", parent)

    def show_flight(self, flight: FlightSummary) -> None:
        self.show_told(guards_told(flight))
