"""When the buttons that allow something may be pressed: a while after the person looks at them.

Whoever types or clicks without looking meets buttons that do nothing yet. Leaving the dialog,
anything that moves or changes what stands in it, and each click or key that comes too early start
the while again. So does a press that only goes on with what a hand did anyhow: where the pointer
has lain still, or in step with the presses before it. So no rhythm ever allows, quick or slow.
"""

import time
from collections import deque
from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import QObject, QPoint, QSettings, QTimer, Signal

LEAST_MS = 1500
MOST_MS = 10_000
CHOICES_MS = (1500, 3000, 5000, 10_000)
_KEY = "questions/arm-after-ms"
_STEADY = 3
"""So many intervals that are alike are a rhythm."""
_ALIKE, _ALIKE_MS = 0.08, 20.0
"""A person's differ by more, who reads between them."""


def arm_after_ms(settings: QSettings) -> int:
    """As long as the person chose; never shorter than the least."""
    try:
        chosen = int(str(settings.value(_KEY, LEAST_MS)))
    except ValueError:
        chosen = LEAST_MS
    return min(max(chosen, LEAST_MS), MOST_MS)


def keep_arm_after_ms(settings: QSettings, chosen: int) -> None:
    settings.setValue(_KEY, min(max(chosen, LEAST_MS), MOST_MS))


class Hands:
    """What a person's hands do in one dialog: which of their presses go on without a look."""

    def __init__(self, now_ms: Callable[[], float] = lambda: time.monotonic() * 1000) -> None:
        self._now_ms = now_ms
        self._still_at: QPoint | None = None
        self._presses: deque[float] = deque(maxlen=_STEADY + 1)

    def rest(self, at: QPoint | None) -> None:
        """The pointer lies there as it did before anything could be read; None: wherever it is."""
        self._still_at = at

    def moved(self, to: QPoint) -> None:
        """Who moves it has seen where it is."""
        if to != self._still_at:
            self._still_at = None

    def pressed(self, at: QPoint | None = None) -> bool:
        """Whether it may be meant. `at` of the pointer; None: a key."""
        self._presses.append(self._now_ms())
        was_still = at is not None and at == self._still_at
        if at is not None:
            self._still_at = at
        return not was_still and not self._is_steady

    @property
    def are_still(self) -> bool:
        """The pointer has not moved since it pressed, or since anything could be read."""
        return self._still_at is not None

    @property
    def _is_steady(self) -> bool:
        gaps = [after - before for before, after in pairwise(self._presses)]
        if len(gaps) < _STEADY:
            return False
        return max(gaps) - min(gaps) <= max(_ALIKE * max(gaps), _ALIKE_MS)


class Arming(QObject):
    """Armed only while it is both in front and complete, and has been for the whole delay."""

    changed = Signal(bool)

    def __init__(self, delay_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self._delay_ms = max(delay_ms, LEAST_MS)
        self._is_active = False
        self._is_complete = True
        self._is_armed = False
        self._timer = QTimer(self, singleShot=True, interval=self._delay_ms)
        self._timer.timeout.connect(lambda: self._set(True))

    @property
    def is_armed(self) -> bool:
        return self._is_armed

    @property
    def is_active(self) -> bool:
        """Whether the dialog has the keyboard: the while goes on only then."""
        return self._is_active

    @property
    def delay_ms(self) -> int:
        return self._delay_ms

    def set_active(self, active: bool) -> None:
        """Whether the dialog has the keyboard."""
        if active is not self._is_active:
            self._is_active = active
            self.begin_again()

    def set_complete(self, complete: bool) -> None:
        """Whether all that is asked stands there to be read."""
        if complete is not self._is_complete:
            self._is_complete = complete
            self.begin_again()

    def begin_again(self) -> None:
        """Something changed under the person's eyes or pointer."""
        self._timer.stop()
        self._set(False)
        if self._is_active and self._is_complete:
            self._timer.start()

    def _set(self, armed: bool) -> None:
        if armed is not self._is_armed:
            self._is_armed = armed
            self.changed.emit(armed)
