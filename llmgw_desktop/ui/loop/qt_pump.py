"""What wakes a Qt-hosted asyncio loop, and how much the loop may do each time.

A friend of qt_hosted_loop, whose private parts it turns; it knows nothing of what runs there.
"""

from __future__ import annotations

import heapq
import logging
import math
import selectors
import socket
from time import monotonic
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import (
    QAbstractEventDispatcher,
    QCoreApplication,
    QEventLoop,
    QSocketNotifier,
    Qt,
    QTimer,
)

from llmgw_desktop.platform.channels import number_of

if TYPE_CHECKING:
    from llmgw_desktop.ui.loop.asyncio_insides import TurnedLoop

_log = logging.getLogger(__name__)

_BUDGET_S: Final = 0.004
"""A wake-up makes round after round while something is ready, but begins none after this."""

_LONGEST_WAKEUP_S: Final = 0.008
"""Even in mid-round: painting and input wait meanwhile, and a frame has 16 ms.

Not the same as the budget, because a round that is left costs the next ones: connections fall out
of step, and the processor no longer runs the same code for each in turn (10 % a request).
"""

_CALLBACKS_PER_LOOK: Final = 4
"""So many callbacks run between two looks at the clock."""

_GENERATIONS: Final = 3
"""So often what has become ready runs before the sockets are looked at again: a request that comes
wakes its connection, which wakes its task."""

_MANY_TIMERS: Final = 100
_LONGEST_TIMER_MS: Final = 3_600_000
_PATIENCE_MS: Final = 200


class QtPump:
    """Turns the loop from inside Qt. Lives for one run of it, in the thread of the windows."""

    def __init__(self, loop: TurnedLoop, descriptor: int) -> None:
        self.error: BaseException | None = None
        """What a callback raised that is for the caller of run_forever(), not for Qt."""
        self.wakeups = 0
        self._loop = loop
        self._is_open = True
        self._is_turning = False
        self._is_paused = False
        self._armed_for: float | None = None
        self._timer = QTimer()
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._on_timer)
        self._notifier = QSocketNotifier(descriptor, QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._on_wakeup)
        self._dispatcher = QAbstractEventDispatcher.instance()
        self._dispatcher.aboutToBlock.connect(self._on_qt_waits)

    def close(self) -> None:
        self._is_open = self._loop.qt_sleeps = False
        self._timer.stop()
        self._notifier.setEnabled(False)
        self._dispatcher.aboutToBlock.disconnect(self._on_qt_waits)

    def wake(self) -> None:
        """Ask Qt for a wake-up as soon as it has nothing else to do."""
        self._loop.qt_sleeps = False
        self._armed_for = 0.0
        self._timer.start(0)

    def arm(self) -> None:
        """See to it that a wake-up comes when the loop's next timer is due."""
        loop = self._loop
        scheduled = loop._scheduled
        while scheduled and scheduled[0]._cancelled:
            loop._timer_cancelled_count -= 1
            heapq.heappop(scheduled)._scheduled = False
        if not scheduled:
            return  # a wake-up for nothing, once, is cheaper than to stop the timer each time
        due = scheduled[0]._when
        if self._armed_for is not None and self._armed_for <= due:
            return  # an earlier wake-up is on its way and will arm again
        self._armed_for = due
        delay_ms = math.ceil((due - monotonic()) * 1000)
        self._timer.start(max(0, min(delay_ms, _LONGEST_TIMER_MS)))

    def _on_timer(self) -> None:
        self._armed_for = None
        self._on_wakeup()

    def _on_qt_waits(self) -> None:
        if self._is_turning:
            self._pause()

    def _on_wakeup(self) -> None:
        if not self._is_open:
            return  # Qt delivers the rest of its round even after exit()
        if self._is_turning:
            self._pause()
            return
        self.wakeups += 1
        self._is_turning, self._loop.qt_sleeps = True, False
        try:
            self._turn_within_budget()
        except BaseException as error:  # noqa: BLE001 - Qt would print it and go on
            self.error = error
            self._loop.stop()
        self._is_turning = False
        self._resume()
        self._hand_back()

    def _hand_back(self) -> None:
        loop = self._loop
        if loop._stopping:
            self._is_open = False
            QCoreApplication.exit(0)
        elif loop._ready:
            self.wake()
        else:
            loop.qt_sleeps = True
            self.arm()

    def _turn_within_budget(self) -> None:
        loop = self._loop
        start = monotonic()
        while True:
            if loop._debug or loop.has_many_cancelled_timers(_MANY_TIMERS):
                loop.turn_as_asyncio_does()  # reports slow callbacks, rebuilds the heap
            else:
                self._turn(start + _LONGEST_WAKEUP_S)
            now = monotonic()
            if loop._stopping or now >= start + _BUDGET_S:
                return
            if not loop._ready and not (loop._scheduled and loop._scheduled[0]._when <= now):
                return

    def _turn(self, end: float) -> None:
        """One round as asyncio makes it, but left at the end that is given.

        With hundreds of busy connections a full round takes tens of milliseconds.
        """
        loop = self._loop
        loop.look()
        if loop._scheduled:
            self._ready_timers()
        ready = loop._ready
        for _ in range(_GENERATIONS):
            for number in range(1, len(ready) + 1):
                handle = ready.popleft()
                if handle._cancelled:
                    continue
                try:  # what Handle._run() does, which is one call more
                    handle._context.run(handle._callback, *handle._args)
                except (SystemExit, KeyboardInterrupt):
                    raise
                except BaseException as error:  # noqa: BLE001 - as in asyncio
                    loop.report(handle, error)
                if number % _CALLBACKS_PER_LOOK == 0 and monotonic() >= end and not loop._stopping:
                    return
            if not ready or loop._stopping:
                return

    def _ready_timers(self) -> None:
        loop = self._loop
        scheduled = loop._scheduled
        due = monotonic() + loop._clock_resolution
        while scheduled and scheduled[0]._when < due:
            timer = heapq.heappop(scheduled)
            timer._scheduled = False
            if timer._cancelled:
                loop._timer_cancelled_count -= 1
            else:
                loop._ready.append(timer)

    def _pause(self) -> None:
        """A callback runs an event loop of Qt's: asyncio cannot be entered twice, so it waits."""
        if self._is_paused:
            return
        self._is_paused = True
        self._notifier.setEnabled(False)  # it would fire without end
        _log.error(
            "A Qt event loop was started inside an asyncio callback, and asyncio waits until it "
            "ends. Open the dialog with open(), or through qt_call().",
            stack_info=True,
        )

    def _resume(self) -> None:
        if self._is_paused:
            self._is_paused = False
            self._notifier.setEnabled(True)


def qt_watches_selectors() -> bool:
    """Try whether Qt notices that a selector's own descriptor has news."""
    near, far = socket.socketpair()
    noticed = False

    def notice() -> None:
        nonlocal noticed
        noticed = True
        waiting.quit()

    with near, far, selectors.DefaultSelector() as selector:
        selector.register(near, selectors.EVENT_READ)
        notifier = QSocketNotifier(number_of(selector), QSocketNotifier.Type.Read)
        notifier.activated.connect(notice)
        waiting = QEventLoop()
        QTimer.singleShot(_PATIENCE_MS, waiting.quit)
        far.send(b"\0")
        waiting.exec()
        notifier.setEnabled(False)
    return noticed
