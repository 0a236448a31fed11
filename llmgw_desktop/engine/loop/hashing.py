"""Secrets are hashed and compared in threads, few at once: each takes a tenth of a second of a core
and 32 MB, and whoever sends wrong ones could otherwise have all of this computer."""

import asyncio

from llmgw_desktop.domain.errors import LlmgwError
from llmgw_desktop.store.access.oauth_clients import hashed, matches

AT_ONCE = 2
MOST_WAITING = 16


class HashingBusy(LlmgwError):
    """Too many secrets wait to be compared."""

    kind = "hashing_busy"

    def __init__(self) -> None:
        super().__init__("Too many secrets are being checked; try again in a few seconds.")


class Hashing:
    """One for the whole gateway. Raises HashingBusy where too many wait already."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def hashed(self, secret: str) -> str:
        async with _Turn(self):
            return await asyncio.to_thread(hashed, secret)

    async def matches(self, secret: str, kept: str) -> bool:
        async with _Turn(self):
            return await asyncio.to_thread(matches, secret, kept)

    async def enter(self) -> None:
        if self._waiting >= MOST_WAITING:
            raise HashingBusy
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1

    def leave(self) -> None:
        self._free.release()


class _Turn:
    def __init__(self, hashing: Hashing) -> None:
        self._hashing = hashing

    async def __aenter__(self) -> None:
        await self._hashing.enter()

    async def __aexit__(self, *_: object) -> None:
        self._hashing.leave()
