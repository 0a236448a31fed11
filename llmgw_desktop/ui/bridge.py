"""Where the engine's world meets Qt's: events come in bursts, blocking work goes to a thread.

Everything here lives on the Qt thread; only `note` may be called from others. What the events
mean is left to whoever connects to `events`.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer, Signal

from llmgw_desktop.domain.events import Event

_log = logging.getLogger(__name__)
_BURST_MS = 100
_FIRST_MS = 25
"""Before a burst that comes after a rest. A request that is on its way right now goes on first:
painting takes longer than a local server takes to answer."""
_SLOW_AT_ONCE = 3
"""Some programs take seconds to say their version; a click meanwhile is not to wait for them."""
_T = TypeVar("_T")


class Bridge(QObject):
    """One for the program. `close` it before the loop ends."""

    events = Signal(tuple)
    """Domain events in the order in which they came, at most ten bursts a second."""
    _woken = Signal()
    _fetched = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._noted: list[Event] = []
        self._last_burst = QElapsedTimer()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._emit_burst)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ui-fetch")
        self._slow_worker = ThreadPoolExecutor(_SLOW_AT_ONCE, thread_name_prefix="ui-ask")
        self._tasks: set[asyncio.Task[Any]] = set()
        self._closed = False
        self._telling = threading.Lock()
        """Held while another thread tells this one, which is not to be taken apart meanwhile."""
        self._woken.connect(self._arm, Qt.ConnectionType.AutoConnection)
        self._fetched.connect(lambda deliver: deliver(), Qt.ConnectionType.QueuedConnection)

    def note(self, event: Event) -> None:
        """Listen with this: cheap, and allowed from any thread."""
        with self._telling:
            if self._closed:
                return
            self._noted.append(event)
            if len(self._noted) == 1:
                self._woken.emit()

    def fetch(
        self,
        owner: QObject,
        work: Callable[[], _T],
        done: Callable[[_T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        slow: bool = False,
    ) -> None:
        """Run blocking `work` in the one worker thread, then `done` on the Qt thread.

        `slow`: it waits for another program, and is done beside, where it holds up no page.
        Nothing is delivered to an owner that is gone. Without `failed` a failure is logged.
        """
        if self._closed:
            return

        def deliver(finished: Future[_T]) -> None:
            if self._closed or finished.cancelled() or not shiboken6.isValid(owner):
                return
            error = finished.exception()
            if error is None:
                done(finished.result())
            elif failed is not None and isinstance(error, Exception):
                failed(error)
            else:
                _log.error("work for %s failed", type(owner).__name__, exc_info=error)

        def finish(finished: Future[_T]) -> None:
            with self._telling:
                if not self._closed:
                    self._fetched.emit(lambda: deliver(finished))

        worker = self._slow_worker if slow else self._worker
        worker.submit(work).add_done_callback(finish)

    def run(self, work: Coroutine[Any, Any, object], *, name: str) -> asyncio.Task[Any]:
        """Start a task on the hosted loop from a slot; a failure is logged, never lost."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._on_task_done)
        return task

    def close(self) -> None:
        """Deliver nothing more. Waits for nobody: what is being read may take its time to end."""
        with self._telling:
            self._closed = True
        self._timer.stop()
        self._noted.clear()
        for task in tuple(self._tasks):
            task.cancel()
        for worker in (self._worker, self._slow_worker):
            worker.shutdown(wait=False, cancel_futures=True)

    def _arm(self) -> None:
        if self._timer.isActive() or self._closed:
            return
        since_ms = self._last_burst.elapsed() if self._last_burst.isValid() else _BURST_MS
        self._timer.start(max(_FIRST_MS, _BURST_MS - since_ms))

    def _emit_burst(self) -> None:
        # Swapped in one step: another thread may append at any time.
        burst, self._noted = self._noted, []
        self._last_burst.start()
        if burst:
            self.events.emit(tuple(burst))

    def _on_task_done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("task %s failed", task.get_name(), exc_info=error)
