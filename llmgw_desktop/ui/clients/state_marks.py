"""The mark of each way a client can stand: a shape of its own, and a colour."""

from PySide6.QtGui import QColor

from llmgw_desktop.app.client_desk.rows import ClientState
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.widgets.label import Tone

_MARKS = {
    ClientState.READY: ("ok", Tone.OK),
    ClientState.RUNNING: ("running", Tone.RUNNING),
    ClientState.CROWDING: ("warning", Tone.WARNING),
    ClientState.RESTING: ("clock", Tone.WARNING),
    ClientState.SPENT: ("warning", Tone.ERROR),
    ClientState.EXPIRED: ("error", Tone.ERROR),
    ClientState.PAUSED: ("pause", Tone.WARNING),
    ClientState.OUTSIDE: ("off", Tone.MUTED),
    ClientState.REVOKED: ("canceled", Tone.MUTED),
    ClientState.SETTINGS: ("off", Tone.MUTED),
}


def client_mark(state: ClientState) -> tuple[str, Tone]:
    """The icon's name, and the colour by its meaning."""
    return _MARKS[state]


def client_colour(state: ClientState, colours: Colours) -> QColor:
    colour: QColor = getattr(colours, _MARKS[state][1].value)
    return colour
