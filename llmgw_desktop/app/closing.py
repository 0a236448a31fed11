"""What ends is closed part by part, each whatever becomes of the others."""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps

_log = logging.getLogger(__name__)
Close = Callable[[], object]
"""An awaitable that it returns is awaited."""


async def close_all(*parts: Close) -> None:
    """In their order. What goes wrong is logged. A cancellation is raised when all are closed."""
    canceled: asyncio.CancelledError | None = None
    for close in parts:
        try:
            closing = close()
            if inspect.isawaitable(closing):
                await closing
        except asyncio.CancelledError as error:
            canceled = error
        except Exception:  # noqa: BLE001 - of this part alone
            name = getattr(close, "__qualname__", repr(close))
            _log.exception("at the end %s failed; the rest is closed all the same", name)
    if canceled is not None:
        raise canceled


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
