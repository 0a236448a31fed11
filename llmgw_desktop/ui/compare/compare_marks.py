"""The marks of a comparison: a shape of its own for each state and verdict, and a colour."""

from llmgw_desktop.domain.validation import SeatState, Stance
from llmgw_desktop.ui.widgets.label import Tone

_STATES = {
    SeatState.RUNNING: ("running", Tone.RUNNING),
    SeatState.COMPLETED: ("ok", Tone.OK),
    SeatState.FAILED: ("error", Tone.ERROR),
    SeatState.CANCELED: ("canceled", Tone.MUTED),
    SeatState.ORPHANED: ("lost", Tone.WARNING),
    SeatState.SKIPPED: ("off", Tone.WARNING),
}
_STANCES = {
    Stance.AGREE: ("check", Tone.OK),
    Stance.DISAGREE: ("cross", Tone.ERROR),
    Stance.MIXED: ("warning", Tone.WARNING),
    Stance.UNCLEAR: ("lost", Tone.WARNING),
    Stance.ANSWERED: ("ok", Tone.MUTED),
    Stance.PENDING: ("clock", Tone.MUTED),
    Stance.NOT_RUN: ("off", Tone.MUTED),
}


def state_mark(state: SeatState) -> tuple[str, Tone]:
    return _STATES[state]


def stance_mark(stance: Stance) -> tuple[str, Tone]:
    return _STANCES[stance]
