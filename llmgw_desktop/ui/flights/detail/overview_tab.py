"""A flight at a glance: a sentence, what went wrong, its tokens, its losses,
what guards found, its facts."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from llmgw_desktop.app.flight_formats import facts, sentence
from llmgw_desktop.domain.flight import FlightRecord
from llmgw_desktop.ui.flights.detail.error_card import ErrorCard
from llmgw_desktop.ui.flights.detail.fact_list import FactList
from llmgw_desktop.ui.flights.detail.guard_list import GuardList
from llmgw_desktop.ui.flights.detail.loss_list import LossList
from llmgw_desktop.ui.flights.detail.token_bar import TokenBar
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.view_clothes import dress_view


class OverviewTab(QScrollArea):
    """Words come from `app/flight_formats.py`, `flight_errors.py`, `flight_losses.py` and
    `guard_words.py`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = FlowingLabel(theme, size=TextSize.HEADING, weight=QFont.Weight.Medium)
        self._error = ErrorCard(theme)
        self._tokens = TokenBar(theme)
        self._losses = LossList(theme)
        self._guards = GuardList(theme)
        self._facts = FactList(theme)
        space = theme.space
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(space(4), space(4), space(4), space(4))
        column.setSpacing(space(4))
        sections = (self._tokens, self._guards, self._losses, self._facts)
        for widget in (self._sentence, self._error, *sections):
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Overview of the flight")
        self.viewport().setAutoFillBackground(False)
        content.setAutoFillBackground(False)
        self.setWidget(content)
        dress_view(self, theme)

    def show_record(self, record: FlightRecord, now_s: float) -> None:
        flight = record.summary
        self._sentence.setText(sentence(flight, now_s))
        self._error.show_flight(flight)
        self._tokens.show_usage(flight.usage, was_asked=flight.provider is not None)
        self._losses.show_flight(flight)
        self._guards.show_flight(flight)
        self._facts.show_facts(facts(record))
        self.setAccessibleDescription(self._sentence.text())
