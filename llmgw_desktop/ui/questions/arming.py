"""When the buttons that allow something may be pressed: a while after the person looks at them.

Whoever types or clicks without looking meets buttons that do nothing yet. Leaving the dialog,
anything that moves or changes what stands in it, and each click or key that comes too early start
the while again: no rhythm that is quicker than it ever allows.
"""

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

LEAST_MS = 1500
MOST_MS = 10_000
CHOICES_MS = (1500, 3000, 5000, 10_000)
_KEY = "questions/arm-after-ms"


def arm_after_ms(settings: QSettings) -> int:
    """As long as the person chose; never shorter than the least."""
    try:
        chosen = int(str(settings.value(_KEY, LEAST_MS)))
    except ValueError:
        chosen = LEAST_MS
    return min(max(chosen, LEAST_MS), MOST_MS)


def keep_arm_after_ms(settings: QSettings, chosen: int) -> None:
    settings.setValue(_KEY, min(max(chosen, LEAST_MS), MOST_MS))


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
