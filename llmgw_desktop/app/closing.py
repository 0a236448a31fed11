"""What ends is closed part by part, each whatever becomes of the others."""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import wraps

_log = logging.getLogger(__name__)
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
