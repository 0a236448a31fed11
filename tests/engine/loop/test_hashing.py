"""Few secrets are hashed at once, few wait, and the loop goes on meanwhile."""

from __future__ import annotations

import asyncio
import threading

import pytest

from llmgw_desktop.engine.loop import hashing as module
from llmgw_desktop.engine.loop.hashing import AT_ONCE, MOST_WAITING, Hashing, HashingBusy


async def test_few_at_once_and_few_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    may_end, at_once, most = threading.Event(), 0, 0
    lock = threading.Lock()

    def slow(secret: str, kept: str) -> bool:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        may_end.wait(20)
        with lock:
            at_once -= 1
        return True

    monkeypatch.setattr(module, "matches", slow)
    hashing = Hashing()
    tries = [
        asyncio.ensure_future(hashing.matches("a", "b")) for _ in range(AT_ONCE + MOST_WAITING + 5)
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    may_end.set()
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    busy = [each for each in outcomes if isinstance(each, HashingBusy)]
    assert most <= AT_ONCE
    assert len(busy) >= 5
    assert all(each is True for each in outcomes if not isinstance(each, HashingBusy))
    assert await hashing.matches("a", "b"), "who comes later finds it free"


async def test_it_is_what_it_is() -> None:
    hashing = Hashing()
    kept = await hashing.hashed("open sesame")
    assert await hashing.matches("open sesame", kept)
    assert not await hashing.matches("close sesame", kept)
