"""What was lost in translation: a sentence, and below it each loss with its reason."""

from PySide6.QtWidgets import QWidget

from llmgw_desktop.app.flight_losses import losses_told
from llmgw_desktop.domain.flight import FlightSummary
from llmgw_desktop.ui.flights.detail.reason_list import ReasonList
from llmgw_desktop.ui.theme import Theme

TITLE = "Lost in translation"


class LossList(ReasonList):
    """Hidden for a flight that was not translated."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, TITLE, "list of losses", parent)

    def show_flight(self, flight: FlightSummary) -> None:
        self.show_told(losses_told(flight))
