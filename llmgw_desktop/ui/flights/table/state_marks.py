"""The mark of each state of a flight: a shape of its own, and a colour.

Shapes tell without colour: a tick, a filled dot, an exclamation mark, a cross, a dash, a broken
ring. Words for them stand in `app/flight_columns.py`.
"""

from PySide6.QtGui import QColor, QPixmap

from llmgw_desktop.domain.flight import FlightState
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.theme import Theme

_ICONS = {
    FlightState.RUNNING: "running",
    FlightState.OK: "ok",
    FlightState.FAILED: "error",
    FlightState.CUT: "cut",
    FlightState.CANCELED: "canceled",
    FlightState.LOST: "lost",
}


def state_icon(state: FlightState) -> str:
    return _ICONS[state]


def state_colour(state: FlightState, colours: Colours) -> QColor:
    match state:
        case FlightState.RUNNING:
            return colours.running
        case FlightState.OK:
            return colours.ok
        case FlightState.FAILED | FlightState.CUT:
            return colours.error
        case FlightState.LOST:
            return colours.warning
        case FlightState.CANCELED:
            return colours.muted


class StateMarks:
    """Pixmaps of the marks, drawn once for each scale and scheme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._drawn: dict[tuple[FlightState, float], QPixmap] = {}
        theme.changed.connect(self._drawn.clear)

    @property
    def size_px(self) -> int:
        return self._theme.space(4)

    def pixmap(self, state: FlightState, scale: float) -> QPixmap:
        key = (state, scale)
        if key not in self._drawn:
            colour = state_colour(state, self._theme.colours)
            self._drawn[key] = self._theme.icons.pixmap(
                state_icon(state), colour, self.size_px, scale
            )
        return self._drawn[key]
