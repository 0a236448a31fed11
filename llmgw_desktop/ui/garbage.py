"""Collects Python's garbage on Qt's thread alone.

Python collects in whichever thread has just made something, and what dies there may be a circle
with a widget in it. Qt's objects have to die in the thread that made them; elsewhere they now and
then corrupt the heap, or wait for each other for ever.
"""

import gc

from PySide6.QtCore import QObject, Qt, QTimer

_LOOK_MS = 250
_YOUNG = 10_000
_MIDDLE_EVERY = 20
_OLD_EVERY = 50


class GarbageCollector(QObject):
    """Made on Qt's thread; until its `close` nobody else collects."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, interval=_LOOK_MS, timerType=Qt.TimerType.CoarseTimer)
        self._timer.timeout.connect(self.look)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._timer.start()

    def settle(self) -> None:
        """Spare the rounds what stays for good. Call when the window stands and the engine serves.

        Without this each full collection goes through all of Qt's classes and stops the window
        for some 50 ms.
        """
        gc.collect()
        gc.freeze()

    def look(self) -> None:
        """Collect what is due, by the rules that Python itself has, with longer pauses."""
        young, middle, old = gc.get_count()
        if young <= _YOUNG:
            return
        if old > _OLD_EVERY:
            gc.collect(2)
        else:
            gc.collect(1 if middle > _MIDDLE_EVERY else 0)

    def close(self) -> None:
        self._timer.stop()
        if self._was_enabled:
            gc.enable()
