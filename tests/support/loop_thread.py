"""Runs a server of the tests in a thread and loop of its own, beside a test that blocks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Service(Protocol):
    async def start(self) -> None: ...

    async def stop(self) -> None: ...


@contextmanager
def in_thread(service: Service) -> Iterator[None]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(
        target=loop.run_forever, name=type(service).__name__.lower(), daemon=True
    )
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(service.start(), loop).result(timeout=10)
        yield
    finally:
        asyncio.run_coroutine_threadsafe(service.stop(), loop).result(timeout=10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()
