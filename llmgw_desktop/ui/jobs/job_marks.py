"""The mark of each state of a job: a shape of its own, and a colour."""

from PySide6.QtGui import QColor

from llmgw_desktop.domain.job import JobState
from llmgw_desktop.ui.palettes import Colours
from llmgw_desktop.ui.widgets.label import Tone

_MARKS = {
    JobState.QUEUED: ("clock", Tone.MUTED),
    JobState.RUNNING: ("running", Tone.RUNNING),
    JobState.COMPLETED: ("ok", Tone.OK),
    JobState.FAILED: ("error", Tone.ERROR),
    JobState.CANCELED: ("canceled", Tone.MUTED),
    JobState.ORPHANED: ("lost", Tone.WARNING),
}


def job_icon(state: JobState) -> str:
    return _MARKS[state][0]


def job_tone(state: JobState) -> Tone:
    return _MARKS[state][1]


def job_colour(state: JobState, colours: Colours) -> QColor:
    colour: QColor = getattr(colours, job_tone(state).value)
    return colour
