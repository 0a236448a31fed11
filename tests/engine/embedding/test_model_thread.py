"""The model's own thread: in order, bounded, and nobody's request is broken off by it."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from llmgw_desktop.engine.embedding import model_thread
from llmgw_desktop.engine.embedding.model_thread import MOST_LEFT, ModelThread
from tests.support.word_model import WordModel


async def test_what_was_asked_is_done_in_order_and_off_the_loop() -> None:
    thread = ModelThread(WordModel)
    thread.use(Path("somewhere"))
    seen: list[str] = []
    thread.leave(lambda model: seen.append(threading.current_thread().name))
    assert await thread.ask(lambda model: len(seen)) == 1
    assert seen[0] != threading.current_thread().name
    thread.close()


async def test_nobody_waits_behind_too_many_and_a_change_breaks_nothing_off() -> None:
    thread = ModelThread(WordModel)
    thread.use(Path("somewhere"))
    gate = threading.Event()
    thread.leave(lambda model: gate.wait(20))
    waiting = asyncio.ensure_future(thread.ask(lambda model: "done"))
    await asyncio.sleep(0)
    for _ in range(MOST_LEFT):
        thread.leave(lambda model: None)
    assert thread.waiting == MOST_LEFT
    assert await thread.ask(lambda model: "done") is None
    thread.use(None)
    gate.set()
    assert await waiting == "done"
    assert await thread.ask(lambda model: "done") is None


def test_its_libraries_are_read_in_before_anybody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    read_in = threading.Event()
    monkeypatch.setattr(model_thread, "_read_in", read_in.set)
    thread = ModelThread()
    thread.use(None)
    assert not read_in.is_set()
    thread.use(Path("nowhere"))
    assert read_in.wait(20)
    thread.close()
