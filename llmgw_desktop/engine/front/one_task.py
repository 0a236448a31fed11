"""Requests of a connection are answered in the task that the connection has anyway.

aiohttp makes one more for each request, so that each has context variables of its own; nothing
here keeps any. A task costs its making and two turns of the loop. From Python 3.12 on aiohttp's
begin to run at once, and there they stay.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sized
from typing import Any, Final, cast

NEEDED: Final = sys.version_info < (3, 12)


class OneTaskLoop:
    """What a connection asks its loop for, but for `create_task`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, others: Sized) -> None:
        """`others` are the requests that have come after the one that is answered."""
        self._loop = loop
        self._others = others
        self.time: Callable[[], float] = loop.time
        self.call_at = loop.call_at
        self.call_later = loop.call_later
        self.create_future = loop.create_future

    def create_task(self, work: Coroutine[Any, Any, Any]) -> Any:
        """The work itself, to be awaited where it was made.

        While other requests of the connection wait it is a task: else a thousand that are answered
        at once would be answered in one turn.
        """
        return self._loop.create_task(work) if self._others else work

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)


def in_one_task(loop: asyncio.AbstractEventLoop, others: Sized) -> asyncio.AbstractEventLoop:
    """The loop for a connection whose own task runs already."""
    return cast("asyncio.AbstractEventLoop", OneTaskLoop(loop, others)) if NEEDED else loop
