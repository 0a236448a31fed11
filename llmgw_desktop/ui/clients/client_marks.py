"""The mark of each way a program can stand: a shape of its own, and a colour."""

from llmgw_desktop.app.connect.standing import State
from llmgw_desktop.ui.widgets.label import Tone

_MARKS = {
    State.NOT_HERE: ("off", Tone.MUTED),
    State.READY: ("off", Tone.MUTED),
    State.SET_UP: ("ok", Tone.OK),
    State.BY_HAND: ("ok", Tone.OK),
    State.CHANGED: ("warning", Tone.WARNING),
    State.STALE: ("warning", Tone.WARNING),
    State.UNREADABLE: ("error", Tone.ERROR),
}


def state_mark(state: State) -> tuple[str, Tone]:
    """The icon's name, and the colour by its meaning."""
    return _MARKS[state]
