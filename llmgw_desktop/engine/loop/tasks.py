"""The engine's own tasks: started in this one place, named, kept, and awaited when it stops.

A request runs in the task that the HTTP server made for it; what goes on without a request, such as
the following of a job, runs here.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_log = logging.getLogger(__name__)


class Tasks:
    """Of one part of the engine. A failure is logged, never lost."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, object], *, name: str) -> asyncio.Task[Any]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    async def ended(self, within_s: float) -> None:
        """Let all end by themselves, for so long at most."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=within_s)

    async def finish(self, within_s: float) -> None:
        """Let all end by themselves; what has not is canceled then."""
        await self.ended(within_s)
        await self.stop()

    async def stop(self) -> None:
        """Cancel all and wait until they have ended."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("task %s failed", task.get_name(), exc_info=error)
