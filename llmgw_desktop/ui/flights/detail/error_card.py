"""What went wrong with a flight: what, why, what to do, and the words that came with it."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from llmgw_desktop.app.flight_errors import explained
from llmgw_desktop.domain.flight import FlightState, FlightSummary
from llmgw_desktop.ui.flights.table.state_marks import state_colour, state_icon
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import TextSize, Theme
from llmgw_desktop.ui.widgets.card import CORNER_PX
from llmgw_desktop.ui.widgets.flowing_label import FlowingLabel
from llmgw_desktop.ui.widgets.label import Tone


class ErrorCard(QWidget):
    """Hidden for a flight without trouble."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = FlightState.FAILED
        self._what = FlowingLabel(theme, weight=QFont.Weight.DemiBold)
        self._why = FlowingLabel(theme)
        self._advice = FlowingLabel(theme)
        self._said = FlowingLabel(theme, tone=Tone.MUTED)
        self._said.setFont(theme.mono_font(TextSize.CAPTION))
        space = theme.space
        column = QVBoxLayout(self)
        column.setContentsMargins(space(11), space(3), space(4), space(3))
        column.setSpacing(space(1))
        for label in (self._what, self._why, self._advice, self._said):
            column.addWidget(label)
        theme.changed.connect(self.update)
        self.hide()

    def show_flight(self, flight: FlightSummary) -> None:
        found = explained(flight)
        self.setVisible(found is not None)
        if found is None:
            return
        self._state = flight.state
        for label, text in (
            (self._what, found.what),
            (self._why, found.why),
            (self._advice, found.advice),
            (self._said, found.said),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        self.setAccessibleDescription(f"{found.what} {found.why} {found.advice}")
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, colours = self._theme, self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_ground(self._state, colours))
        painter.drawRoundedRect(QRectF(self.rect()), CORNER_PX, CORNER_PX)
        size = theme.space(5)
        area = QRectF(theme.space(3.5), theme.space(2.75), size, size)
        theme.icons.paint(
            painter, state_icon(self._state), area, state_colour(self._state, colours)
        )
        painter.end()


def _ground(state: FlightState, colours: Colours) -> QColor:
    match state:
        case FlightState.LOST:
            return colours.warning_ground
        case FlightState.CANCELED:
            return colours.alternate
        case _:
            return colours.error_ground
