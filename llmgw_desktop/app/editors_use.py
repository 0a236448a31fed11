"""An engine that `llmgw mcp` started: it ends when no editor needs it, and gives way to the app."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from llmgw_desktop.engine.jobs.processes import ProcessMark, send, started_ticks
from llmgw_desktop.store.instance_lock import InstanceLock
from llmgw_desktop.store.use_lock import UseLock

FOR_EDITORS = "for editors"
"""The note of its instance lock."""
TAKE_OVER_S = 20.0
_LOOKS, _LOOK_S = 20, 0.05
_SHORTEST_S = 0.2
_log = logging.getLogger(__name__)


class EditorsUse:
    """Says when it is time to end."""

    def __init__(self, path: Path, linger_s: int) -> None:
        self._lock = UseLock(path)
        self._linger_s = linger_s

    async def wait_unneeded(self, is_busy: Callable[[], bool]) -> None:
        """Until no editor has held on to it for `linger_s` and it is not busy. Whoever comes then
        waits for its end, and starts another."""
        while True:
            await self._wait_unused()
            await asyncio.sleep(max(self._linger_s, _SHORTEST_S))
            if not is_busy() and self._lock.end_unused():
                _log.info("no editor has needed this gateway for %d s: it ends", self._linger_s)
                return

    async def _wait_unused(self) -> None:
        """In a thread that may be left waiting when the program ends."""
        loop = asyncio.get_running_loop()
        unused = asyncio.Event()

        def wait() -> None:
            self._lock.wait_unused()
            if not loop.is_closed():
                loop.call_soon_threadsafe(unused.set)

        threading.Thread(target=wait, name="editors", daemon=True).start()
        await unused.wait()


def quiet_from_now_on() -> None:
    """Nobody reads what it says, and what it was started with may be gone; its log is in files."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for handle in (1, 2):
        os.dup2(nowhere, handle)
    os.close(nowhere)


def take_over(lock: InstanceLock) -> bool:
    """Have the engine that holds the lock end in order, if it is one for editors, and take its
    place. Its jobs go on. Raises OSError."""
    for _ in range(_LOOKS):
        pid, note = lock.holder()
        ticks = None if pid is None else started_ticks(pid)
        if pid is not None and ticks is not None:
            if note != FOR_EDITORS:
                return False
            _log.info("taking over from the gateway for editors (pid %d)", pid)
            send(ProcessMark(pid=pid, started_ticks=ticks), signal.SIGTERM)
            return lock.take_within(TAKE_OVER_S)
        if lock.take_within(_LOOK_S):  # it has not written down yet who it is, or has gone
            return True
    return False
