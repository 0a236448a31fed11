"""How often a page may read again: one reading at a time, four a second at most, none unseen.

A reading that took long makes the next one wait, so that a large database never keeps a core busy.
"""

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget
from typing_extensions import override

LEAST_MS = 250
_REST_FACTOR = 19
"""Rest so many times as long as a reading took: at most a twentieth of the time goes into it."""
_LONGEST_REST_MS = 10_000


class PacedRefresh(QObject):
    """`ask` as often as you like; `begin` is called when it is time; then say `ended`.

    What is asked while the widget is hidden is made up for when it is shown.
    """

    def __init__(self, widget: QWidget, begin: Callable[[], None]) -> None:
        super().__init__(widget)
        self._widget = widget
        self._begin = begin
        self._asked = False
        self._busy = False
        self._took = QElapsedTimer()
        self._rest = QTimer(self, singleShot=True)
        self._rest.timeout.connect(self._go)
        widget.installEventFilter(self)

    def ask(self) -> None:
        self._asked = True
        self._go()

    def ended(self) -> None:
        """The reading is done, well or not."""
        self._busy = False
        rest_ms = min(self._took.elapsed() * _REST_FACTOR, _LONGEST_REST_MS)
        self._rest.start(max(LEAST_MS, rest_ms))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and self._asked:
            self._go()
        return False

    def _go(self) -> None:
        if self._asked and not self._busy and not self._rest.isActive() and self._is_seen():
            self._asked = False
            self._busy = True
            self._took.start()
            self._begin()

    def _is_seen(self) -> bool:
        return self._widget.isVisible() and not self._widget.window().isMinimized()
