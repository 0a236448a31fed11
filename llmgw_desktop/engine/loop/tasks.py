"""The engine's own tasks: started in this one place, named, kept, and awaited when it stops; and
what ends is closed part by part, each whatever becomes of the others.

A request runs in the task that the HTTP server made for it; what goes on without a request, such as
the following of a job, runs here.
"""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from functools import wraps
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")
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


class SharedLook(Generic[_T]):
    """A look at something off the loop, which several ask for at the same time. One goes on; who
    asks meanwhile shares the next, so that each is told of a look that began after he had asked."""

    def __init__(self, begin: Callable[[], "asyncio.Future[_T]"]) -> None:
        """`begin` starts one, such as `run_in_executor`."""
        self._begin = begin
        self._running: asyncio.Future[_T] | None = None
        self._next: asyncio.Future[_T] | None = None

    async def result(self) -> _T:
        """Raises what the look does."""
        if self._running is None:
            return await asyncio.shield(self._go())
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
        return await asyncio.shield(self._next)

    def _go(self) -> "asyncio.Future[_T]":
        self._running = self._begin()
        self._running.add_done_callback(self._ended)
        return self._running

    def _ended(self, _: "asyncio.Future[_T]") -> None:
        waiting, self._running, self._next = self._next, None, None
        if waiting is not None:
            try:
                self._go().add_done_callback(lambda done: _pass_on(done, waiting))
            except RuntimeError as error:  # whoever would do it was closed meanwhile
                waiting.set_exception(error)


def _pass_on(done: "asyncio.Future[_T]", waiting: "asyncio.Future[_T]") -> None:
    if waiting.done():
        return
    if done.cancelled():
        waiting.cancel()
    elif (error := done.exception()) is not None:
        waiting.set_exception(error)
    else:
        waiting.set_result(done.result())


Close = Callable[[], object]
"""An awaitable that it returns is awaited."""


class Closing(AsyncExitStack):
    """What ends: the last that was added first, each whatever becomes of the others. What goes
    wrong is logged. A cancellation is raised when all are closed."""

    def add(self, *closes: Close) -> None:
        for close in closes:
            self.push_async_callback(_closed, close)


async def _closed(close: Close) -> None:
    try:
        closing = close()
        if inspect.isawaitable(closing):
            await closing
    except Exception:  # noqa: BLE001 - of this part alone
        name = getattr(close, "__qualname__", repr(close))
        _log.exception("at the end %s failed; the rest is closed all the same", name)


async def close_all(*parts: Close) -> None:
    """In their order."""
    async with Closing() as closing:
        closing.add(*reversed(parts))


@asynccontextmanager
async def closed_on_fault(
    close: Callable[[], Awaitable[object]], *, but: tuple[type[Exception], ...]
) -> AsyncIterator[None]:
    """What was started within is closed again where that fails, but for failures after which it
    may be started once more."""
    try:
        yield
    except but:
        raise
    except BaseException:
        await close()
        raise


def beside(close: Close) -> Close:
    """For what waits for the disk or the keyring."""
    return wraps(close)(lambda: asyncio.to_thread(close))
