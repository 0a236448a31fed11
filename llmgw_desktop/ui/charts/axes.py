"""What charts share: round numbers upward, round times along, the colour of large areas."""

import math
from collections.abc import Sequence

from PySide6.QtGui import QColor

from llmgw_desktop.app.figures import local_time
from llmgw_desktop.ui.palettes import Colours, mixed

_TIME_STEPS_S = (
    60,
    120,
    180,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10800,
    14400,
    21600,
    43200,
    86400,
    172800,
)


def round_top(largest: float, steps: int = 4) -> tuple[float, float]:
    """The top of an axis from 0 and the distance of its lines: 1, 2, 2.5 or 5 times a power of 10.

    Counts are drawn here, so no line stands at a fraction.
    """
    rough = max(largest, 1.0) / steps
    power = 10 ** math.floor(math.log10(rough))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.999)
    step = max(1.0, step if step >= 10 else math.ceil(step))
    return math.ceil(max(largest, 1.0) / step) * step, step


def time_marks(since_s: float, until_s: float, most: int) -> Sequence[tuple[float, str]]:
    """Moments of the local clock that are round, with their words; at most `most`."""
    span_s = until_s - since_s
    step_s = next((s for s in _TIME_STEPS_S if span_s / s <= most), _TIME_STEPS_S[-1])
    offset = local_time(since_s).utcoffset()
    shift_s = offset.total_seconds() if offset is not None else 0.0
    at_s = math.ceil((since_s + shift_s) / step_s) * step_s - shift_s
    marks = []
    while at_s < until_s:
        marks.append((at_s, _word(at_s, step_s)))
        at_s += step_s
    return marks


def _word(at_s: float, step_s: float) -> str:
    at = local_time(at_s)
    if step_s >= 86400 or (step_s >= 10800 and at.hour == 0 and at.minute == 0):
        return f"{at:%a} {at.day}"
    return f"{at:%H:%M}"


def area_fill(colours: Colours, name: str) -> QColor:
    """The colour of that name, softened: large areas take less of it than thin text does."""
    colour: QColor = getattr(colours, name)
    return mixed(colour, colours.surface, 0.85)
